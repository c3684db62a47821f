"""Several classes: the symmetric softmax, one linear predictor for each of K classes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .base import CAP


class ClassSums(NamedTuple):
    """Weighted sums over rows for C columns, in the units of the weights times nats."""

    loss: np.ndarray  # (C,) Σ c ℓ
    spread: np.ndarray  # (C,) Σ c Σ_k (y-p)_k²/p_k over the rows below CAP
    tail: np.ndarray  # (C,) Σ c ℓ over the other rows


class SoftmaxLoss:
    """ℓ(y, η) = log Σ_k e^{η_k} - η_y, y a class number, η (K,).  Nats per observation; unchanged by η + t(1, …, 1).

    The gradient is p - y (y as a unit vector), the curvature W = diag(p) - p pᵀ.  With several columns η is (m, C·K),
    the classes of one column side by side.  Plain numpy here is the definition; kernels/softmax.py accelerates it.
    """

    quadratic = False
    joint = True  # rows of η belong together: certificates and passes of their own (lockstep/classes.py)

    def __init__(self, n_classes: int):
        self.K = n_classes

    def probabilities(self, eta):
        """p, the shape of eta (…, K)."""
        e = np.exp(eta - eta.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    def value(self, y, eta):
        """ℓ (m,) of eta (m, K); y (m,) class numbers."""
        shifted = eta - np.take_along_axis(eta, y[:, None], -1)  # η_k - η_y: 0 at the label
        top = shifted.max(-1)
        return top + np.log(np.exp(shifted - top[:, None]).sum(-1))

    def floor(self, y):
        """inf over η of ℓ."""
        return np.zeros(np.shape(y))

    def residuals(self, eta, y, weight, fast: bool) -> ClassSums:
        """eta (m, C·K) becomes y - p in place; returns the sums of the weights times loss, spread and tail.

        At the label 1 - p_y is taken as the sum of the other probabilities: nothing cancels.
        """
        if fast:
            from ..kernels.softmax import softmax_residuals

            sums = np.zeros((3, eta.shape[1] // self.K))
            softmax_residuals(eta, self.K, y, weight, sums)
            return ClassSums(*sums)
        m, C = len(eta), eta.shape[1] // self.K
        cube, label = eta.reshape(m, C, self.K), np.broadcast_to(y[:, None, None], (m, C, 1))
        cube -= cube.max(-1, keepdims=True)
        np.maximum(cube, -700.0, out=cube)
        at_label = np.take_along_axis(cube, label, -1)[..., 0]
        np.exp(cube, out=cube)
        mine = np.exp(at_label)
        np.put_along_axis(cube, label, 0.0, -1)
        others = cube.sum(-1)
        ratio, total = others / mine, others + mine
        loss = np.where(at_label < 0.0, np.log(total) - at_label, np.log1p(others))
        cube /= -total[..., None]
        np.put_along_axis(cube, label, (others / total)[..., None], -1)
        near, c = ratio <= CAP, weight[:, None]
        return ClassSums(
            (c * loss).sum(0), (c * np.where(near, ratio, 0.0)).sum(0), (c * np.where(near, 0.0, loss)).sum(0)
        )

    def probabilities_of(self, R, y):
        """p (m, K) from the residuals y - p of one column (m, K)."""
        p = -R
        p[np.arange(len(y)), y] += 1.0
        return p

    def lean(self, R, move, y, fast: bool) -> None:
        """R (m, C·K) = y - p becomes y - q in place, q = p + W δ, for δ = move (m, C·K)."""
        if fast:
            from ..kernels.softmax import softmax_lean

            softmax_lean(R, self.K, y, move)
            return
        m, C = len(R), R.shape[1] // self.K
        cube, delta = R.reshape(m, C, self.K), move.reshape(m, C, self.K)
        p = -cube
        np.put_along_axis(
            p, np.broadcast_to(y[:, None, None], (m, C, 1)), 1.0 - np.take_along_axis(cube, y[:, None, None], -1), -1
        )
        cube -= p * (delta - (p * delta).sum(-1, keepdims=True))
