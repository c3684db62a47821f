"""The curvature of a whole path from a few Grams: weights of all columns are mixtures of those of some (the anchors).

The rows' weights h = p(1-p) along a path are low-rank: four anchor columns, chosen by pivoted QR, describe the others
to some per cent (docs/design/engine.md, finding 1).  Mixtures are by non-negative least squares, so every curvature is
positive semi-definite (decision 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from ..certificates.problem import Array, Family

ROWS = 1000  # of the sample on which weights are compared


@dataclass(frozen=True)
class Mixtures:
    """F (S, K, p+1, p+1): Grams of (1, x) with the anchors' weights, intercept first, of each split's rows or of all;
    mix (K, C) >= 0 and place (C,): each column's mixture, and which of the S it is made of."""

    F: Array
    mix: Array
    place: Array

    def cross(self) -> tuple[Array, Array]:
        """What the mixtures say of Xᵀ(c h), (p, C), and Σ c h, (C,)."""
        edge = np.empty((self.F.shape[2], len(self.place)))
        for s in np.unique(self.place):
            mine = self.place == s
            edge[:, mine] = self.F[s, :, 0, :].T @ self.mix[:, mine]
        return edge[1:], edge[0]


def choose_anchors(weights: Array, most: int) -> tuple[Array, Array]:
    """Which columns of `weights` (rows, C) are the anchors, and the mixtures (K, C) that make up the others."""
    from scipy.optimize import nnls

    size = np.linalg.norm(weights, axis=0)
    H = weights / np.where(size > 0.0, size, 1.0)
    _, R, order = sl.qr(H, mode="economic", pivoting=True, check_finite=False)  # pyright: ignore
    rank = int((np.abs(np.diag(R)) > 1e-6).sum())
    chosen = np.sort(order[: max(1, min(most, rank))])
    Q, R = np.linalg.qr(weights[:, chosen])
    right = Q.T @ weights
    mix = np.column_stack([nnls(R, right[:, c])[0] for c in range(weights.shape[1])])
    lost = ~mix.any(0)  # a column orthogonal to all anchors: the anchor nearest in size will do
    mix[:, lost] = 1.0 / len(chosen)
    return chosen, mix


def anchor_grams(family: Family, coefs: Array, intercepts: Array, stride: int) -> Array:
    """Grams of (1, x) at the anchors' weights over every stride-th block of all rows, in float32: (1, K, p+1, p+1)."""
    design = family.design
    W = coefs.astype(np.float32)
    task = (_gram_block, family.loss, W, intercepts, design.weight, design.fast)
    F, used = design.add_up(*task, stride=stride, single=True)
    F /= used
    if not design.intercept:
        F[:, 0], F[:, :, 0] = 0.0, 0.0
    return F[None]


def split_grams(family: Family, coefs: Array, intercepts: Array, splits: Array) -> Array:
    """The same over the training rows of each split, (S, K, p+1, p+1), from the Grams of the cells."""
    design = family.design
    task = (_cell_gram_block, family.loss, coefs.astype(np.float32), intercepts, design.weight, design.fast)
    cells = design.add_up_cells(*task, single=True)
    F = np.tensordot(family.train[:, splits].T / family.norm[splits][:, None], cells, 1)
    if not design.intercept:
        F[:, :, 0], F[:, :, :, 0] = 0.0, 0.0
    return F


def _cell_gram_block(*args):
    return _gram_block(*args)[0]


def _gram_block(block, loss, W, b, weight, fast):
    c = np.ascontiguousarray(weight[block.rows])
    eta = block.times(W).astype(np.float64) + b
    eta += block.offset[:, None]
    _, h, sums = loss.link(block.y, eta, c, fast)
    F = np.empty((W.shape[1], W.shape[0] + 1, W.shape[0] + 1))
    F[:, 0, 0] = sums.curvature
    F[:, 0, 1:] = block.t_times(h).T
    F[:, 1:, 0] = F[:, 0, 1:]
    for k in range(W.shape[1]):
        F[k, 1:, 1:] = block.gram(np.ascontiguousarray(h[:, k]), None, True)
    return F, float(c.sum())
