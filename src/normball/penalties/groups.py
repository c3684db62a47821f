"""Grouped coefficients: a feature's K classes enter and leave together.

    Ω_j(B_j) = l1_j ‖B_j‖₂ + l2_j/2 ‖B_j‖²,     B_j (K,) the coefficients of feature j

Vectors are (p,) = (features·K,), the K of a feature side by side; the column's l1 and l2 are constant within a feature.
Source: Yuan and Lin (2006), JRSS B 68; for several classes Simon, Friedman and Hastie (2013), arXiv:1311.6529.
"""

from __future__ import annotations

import numpy as np

from .elastic import ElasticPenalty


class GroupPenalty(ElasticPenalty):
    """As ElasticPenalty, over groups of K; no bounds."""

    grouped = True

    def __init__(self, K: int):
        self.K = K

    def norms(self, w):
        """‖w_j‖₂ of every feature (features,)."""
        return np.sqrt((w.reshape(-1, self.K) ** 2).sum(1))

    def _each(self, vector):
        return np.repeat(vector, self.K)

    def value(self, w, column):
        """Ω_j, its K-th part at each coefficient (p,)."""
        return column.l1 * self._each(self.norms(w)) / self.K + 0.5 * column.l2 * w * w

    def total(self, w, column) -> float:
        return float(self.value(w, column).sum())

    def pull(self, grad, column):
        return self._each(self.norms(grad))

    def prox(self, v, step, column):
        size = self._each(self.norms(v))
        with np.errstate(divide="ignore", invalid="ignore"):
            shrunk = np.where(size > 0.0, np.maximum(1.0 - step * column.l1 / size, 0.0), 0.0)
        return shrunk * v / (1.0 + step * column.l2)

    def conjugate_point(self, z, column):
        """argmax_w z w - Ω(w); infinite where the supremum is not attained."""
        above = self.prox(z, 1.0, column) * (1.0 + column.l2)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return np.where(above == 0.0, 0.0, above / column.l2)

    def fenchel_young(self, w, z, column):
        """Ω(w) + Ω*(z) - z w >= 0 of each feature, its K-th part at each coefficient.

        With t = (‖z‖ - l1)₊ and u = z/‖z‖: t = 0: l1 ‖w‖ - z w + l2/2 ‖w‖²; else ‖t u - l2 w‖²/(2 l2) + l1 (‖w‖ - u w).
        """
        K, l1, l2 = self.K, column.l1[:: self.K], column.l2[:: self.K]
        W, Z = w.reshape(-1, K), z.reshape(-1, K)
        size, pull, both = self.norms(w), self.norms(z), (W * Z).sum(1)
        above = np.maximum(pull - l1, 0.0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            U = np.where(pull[:, None] > 0.0, Z / pull[:, None], 0.0)
            at_zero = np.maximum(l1 * size - both, 0.0) + 0.5 * l2 * size**2
            apart = ((above[:, None] * U - l2[:, None] * W) ** 2).sum(1)
            smooth = np.where(l2 > 0.0, apart / (2.0 * l2), np.inf)
            smooth = smooth + l1 * np.maximum(size - (U * W).sum(1), 0.0)
        return self._each(np.where(above == 0.0, at_zero, smooth)) / K

    def feasible_scale(self, z, column, every: bool = False):
        hard = (column.l1 > 0.0) & (every | (column.l2 == 0.0))
        size = self.pull(z, column)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(hard & (size > 0.0), column.l1 / size, np.inf)
        scale = ratio.min(initial=np.inf) * (1.0 - 1e-15)  # a norm rounds
        return float(scale) if scale < 1.0 else 1.0
