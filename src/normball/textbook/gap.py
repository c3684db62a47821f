"""How far, at most, an iterate lies above the minimum: the gap of docs/design/certificates.md in plain numpy."""

from __future__ import annotations

import numpy as np

from .formulas import mean_loss, shrink

ROUNDING = 2e-15
"""Allowed for float64 arithmetic, times 1 + max|z|: a gap below it is not claimed."""


def certified_gap(X, y, w, b, z, a, l1: float, l2: float, penalise_bias: bool) -> float:
    """F(w, b) - min F <= this, in nats per row;  F = mean loss + l1‖w‖₁ + l2/2 ‖w‖².

    Parameters
    ----------
    X (m, p), y (m,) in [0, 1], w (p,), b, z = Xw + b (m,), a = σ(z) (m,);  penalise_bias: b counts as a weight

    A dual point is q = y - r, 0 <= q <= 1, where r starts as y - a and is made to obey what a free parameter demands:
    Σ r = 0 for a free bias, Xᵀr = 0 too where there is no penalty at all.  Then, as terms that are each >= 0,

        gap = mean KL(q ‖ a) + Σ_j [Ω(w_j) + Ω*(u_j) - u_j w_j],   u = Xᵀr/m,   Ω*(u) = (|u| - l1)₊² / (2 l2)

    (l2 = 0: r is scaled until all |u_j| <= l1).  F itself is a gap as well, since no loss is below 0, and is given
    where it is smaller: before the first steps, and on separated classes without a penalty, where no dual point exists.

    Laws: tests/textbook/test_descent.py, against `normball.solve` and `normball.audit`.
    """
    m = len(y)
    lowest = mean_loss(z, y) + l1 * np.abs(w).sum() + 0.5 * l2 * (w @ w)
    if penalise_bias:
        X, w, b = np.column_stack([X, np.ones(m)]), np.append(w, b), 0.0  # (m, p+1), (p+1,)
        lowest += l1 * abs(w[-1]) + 0.5 * l2 * w[-1] ** 2
    r = y - a  # (m,)
    if l1 == l2 == 0.0:
        free = X if penalise_bias else np.column_stack([X, np.ones(m)])  # (m, p+1)
        r = _orthogonal(r, a * (1.0 - a), free)
    elif not penalise_bias:
        r = _balanced(r)
    if r is not None and ((y - r >= 0.0) & (y - r <= 1.0)).all():
        u = X.T @ r / m  # (p,)
        scales = {1.0} if l2 > 0.0 or l1 == 0.0 else set()
        if l1 > 0.0:
            scales.add(min(1.0, l1 / max(np.abs(u).max(initial=0.0), 1e-300)))
        gaps = [_divergence(y - s * r, z) + _penalty_terms(w, s * u, l1, l2) for s in scales]
        lowest = min(lowest, *gaps)
    return float(max(lowest, 0.0) + ROUNDING * (1.0 + np.abs(z).max(initial=0.0)))


def _balanced(r):
    """r (m,) with its positive or its negative entries scaled down until Σ r = 0: y - r stays within [0, 1]."""
    up, down = r[r > 0.0].sum(), -r[r < 0.0].sum()
    return r * np.where(r > 0.0, min(1.0, down / max(up, 1e-300)), min(1.0, up / max(down, 1e-300)))


def _orthogonal(r, h, free):
    """r - h∘(free δ) with freeᵀ of it 0; None where rounding leaves more than that.  r, h (m,), free (m, k)."""
    delta = np.linalg.lstsq(free.T @ (h[:, None] * free), free.T @ r, rcond=1e-13)[0]  # (k,)
    r = r - h * (free @ delta)  # (m,)
    return r if np.abs(free.T @ r).max() <= 1e-13 * len(r) * max(1.0, np.abs(free).max()) else None


def _divergence(q, z) -> float:
    """mean KL(q ‖ σ(z)), 0 log 0 = 0;  q in [0, 1], z (m,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.where(q > 0.0, q * np.log(q), 0.0) + np.where(q < 1.0, (1.0 - q) * np.log1p(-q), 0.0)  # (m,)
    return float(np.mean(entropy + np.logaddexp(0.0, z) - q * z))


def _penalty_terms(w, u, l1: float, l2: float) -> float:
    """Σ Ω(w_j) + Ω*(u_j) - u_j w_j  >= 0, for u that is legal where l2 = 0."""
    conjugate = shrink(u, l1) ** 2 / (2.0 * l2) if l2 > 0.0 else 0.0  # (p,)
    if l1 == l2 == 0.0:
        return float(np.abs(u) @ np.abs(w))  # zero but for rounding
    return float(np.sum(l1 * np.abs(w) + 0.5 * l2 * w * w + conjugate - u * w))
