"""L1, L2, elastic net, free columns and boxes: one penalty with vectors.

    Ω_j(w) = l1_j |w| + l2_j/2 w²   for lower_j <= w <= upper_j,  else infinite

L2 is l1 = 0, L1 is l2 = 0, a free column is both.  Functions are elementwise over (p,) or (p, C); `column` carries the
vectors l1, l2, lower, upper, each (p,), and is shared by the C columns of one call.
"""

from __future__ import annotations

import numpy as np


def soft_threshold(v, t):
    """sign(v) (|v| - t)₊."""
    return np.sign(v) * np.maximum(np.abs(v) - t, 0.0)


class ElasticPenalty:
    """The functions of Ω that steps and proofs need."""

    grouped = False  # coordinates come one by one (penalties/groups.py: in groups)

    def value(self, w, column):
        """Ω_j(w_j)."""
        l1, l2 = _beside(w, column.l1, column.l2)
        return l1 * np.abs(w) + 0.5 * l2 * w * w

    def total(self, w, column) -> float:
        """Ω(w) = Σ_j Ω_j(w_j) of one column (p,)."""
        smooth = 0.5 * float((column.l2 * w) @ w)
        return smooth if column.smooth else smooth + float(column.l1 @ np.abs(w))

    def prox(self, v, step, column):
        """argmin_u ½(u - v)² + step·Ω(u)."""
        l1, l2, lower, upper = _beside(v, column.l1, column.l2, column.lower, column.upper)
        return np.clip(soft_threshold(v, step * l1) / (1.0 + step * l2), lower, upper)

    def pull(self, grad, column):
        """How hard the loss pulls at coordinates that are 0, where a bound does not hold them: they stay up to l1."""
        return np.where(np.where(grad > 0.0, column.upper, -column.lower) > 0.0, np.abs(grad), 0.0)

    def conjugate_point(self, z, column):
        """argmax_w z w - Ω(w); ±inf where the supremum is not attained (l2 = 0 and |z| > l1 without a bound)."""
        l1, l2, lower, upper = _beside(z, column.l1, column.l2, column.lower, column.upper)
        above = soft_threshold(z, l1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            w = np.where(above == 0.0, 0.0, above / l2)
        return np.clip(w, lower, upper)

    def fenchel_young(self, w, z, column):
        """Ω(w) + Ω*(z) - z w >= 0, as terms that cannot cancel (Ndiaye et al. 2017, JMLR 18; boxes: by hand).

        With t = soft(z, l1):  t = 0: |w|(l1 - z sign w) + l2/2 w²;  else (t - l2 w)²/(2 l2) + l1 (|w| - sign(t) w);
        where a bound stops the maximiser w*: (w - w*)(l2/2 (w + w*) - z) + l1 (|w| - |w*|).
        """
        l1, l2, lower, upper = _beside(w, column.l1, column.l2, column.lower, column.upper)
        if column.smooth and column.l2.all():
            return (z - l2 * w) ** 2 / (2.0 * l2)
        above, best = soft_threshold(z, l1), self.conjugate_point(z, column)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            at_zero = np.abs(w) * np.maximum(l1 - z * np.sign(w), 0.0) + 0.5 * l2 * w * w
            smooth = np.where(l2 > 0.0, (above - l2 * w) ** 2 / (2.0 * l2), np.inf)
            smooth = smooth + l1 * (np.abs(w) - np.sign(above) * w)
            stopped = np.isfinite(best) & ((best == lower) | (best == upper))
            moved = np.where(w == best, 0.0, w - best)
            bound = moved * (0.5 * l2 * (w + best) - z) + l1 * (np.abs(w) - np.abs(best))
        return np.where(stopped, np.maximum(bound, 0.0), np.where(above == 0.0, at_zero, smooth))

    def feasible_scale(self, z, column, every: bool = False):
        """The largest s in [0, 1] with Ω*(s z) finite: min of l1/|z| over columns with l2 = 0 (all columns if `every`).

        A bound on the side to which z pulls keeps Ω* finite whatever z is.
        """
        open_side = np.isinf(np.where(z > 0.0, column.upper, column.lower))
        hard = (column.l1 > 0.0) & open_side & (every | (column.l2 == 0.0))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = np.where(hard & (z != 0.0), column.l1 / np.abs(z), np.inf)
        scale = ratio.min(initial=np.inf)
        return float(np.nextafter(scale, 0.0)) if scale < 1.0 else 1.0  # one ulp less: s|z| must not round above l1


def _beside(w, *vectors):
    """(p,) vectors shaped to stand beside w, (p,) or (p, C)."""
    return [v[:, None] for v in vectors] if np.ndim(w) == 2 else vectors
