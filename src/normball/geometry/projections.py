"""Exact Euclidean projections on {u: Σ l1_j |u_j| + l2_j/2 u_j² <= budget}: L1, L2 and elastic balls are all of them.

The projection is the prox of θ·Ω at the one θ >= 0 that spends the budget:  u_j = (|v_j| - θ l1_j)₊ / (1 + θ l2_j) with
the sign of v_j.  L1: θ by sorting the |v_j|/l1_j (Duchi et al. 2008, ICML).  Otherwise by Newton steps inside a
bracket.  A θ close to its largest value, max |v_j|/l1_j, is written as that minus δ: what is left of v is then exact,
however large v is beside the ball.
Laws: tests/geometry/test_projections.py.
"""

from __future__ import annotations

import numpy as np

from ..penalties.elastic import soft_threshold

Long = np.longdouble


def project(v: np.ndarray, l1: np.ndarray, l2: np.ndarray, budget: float) -> np.ndarray:
    """The nearest point to v (p,) that costs at most `budget` > 0; l1, l2 (p,) >= 0.

    Where both are 0 the column is free, and stays; of the others all have an l1 > 0, or none.
    """
    held = (l1 > 0.0) | (l2 > 0.0)
    a, one, two = (part[held].astype(Long) for part in (np.abs(v), l1, l2))  # for the range of squares
    one, two = one / Long(budget), two / Long(budget)
    if float(one @ a + (two * a) @ a / 2) <= 1.0:
        return v.copy()
    if not one.any():
        near = a / (1.0 + two * _root(_spent_by_theta, a, one, two, Long(0), Long(np.inf)))
    else:
        near = _with_l1(a, one, two)
    out = v.copy()
    out[held] = np.copysign(near.astype(float), v[held])
    return out


def _with_l1(a, l1, l2):
    ratio = a / l1
    top = ratio.max()
    short = top - ratio
    if not l2.any():
        return l1 * np.maximum(_sorted_rest(short, l1) - short, 0)
    theta = top / 2
    if _spent_by_theta(theta, a, l1, l2)[0] <= 1:
        theta = _root(_spent_by_theta, a, l1, l2, Long(0), theta)
        return soft_threshold(a, theta * l1) / (1 + theta * l2)
    rest = _root(_spent_by_rest, short, l1, l2, Long(0), theta, top)
    return l1 * np.maximum(rest - short, 0) / (1 + (top - rest) * l2)


def _sorted_rest(short, l1):
    """δ with Σ l1² (δ - short)₊ = 1: the active columns are those with the smallest `short`."""
    order = np.argsort(short, kind="stable")
    short, square = short[order], l1[order] ** 2
    width = np.cumsum(square)
    rest = (1 + np.cumsum(square * short)) / width  # δ if these were all
    return rest[np.flatnonzero(rest > short)[-1]]


def _spent_by_theta(theta, a, l1, l2):
    """Ω(u(θ)) and its slope < 0."""
    u = np.maximum(a - theta * l1, 0) / (1 + theta * l2)
    slope = -np.sum((l1 + l2 * u) ** 2 * (u > 0) / (1 + theta * l2))
    return np.sum(l1 * u + l2 * u * u / 2), slope


def _spent_by_rest(rest, short, l1, l2, top):
    """The same as a function of δ; its slope is > 0."""
    damp = 1 + (top - rest) * l2
    u = l1 * np.maximum(rest - short, 0) / damp
    slope = np.sum((l1 + l2 * u) ** 2 * (u > 0) / damp)
    return np.sum(l1 * u + l2 * u * u / 2), slope


def _root(spent, a, l1, l2, low, high, *more):
    """Where spent = 1, inside (low, high): Newton on spent^(∓½), nearly straight where the L2 part rules."""
    power = 0.5 if more else -0.5
    at, falling = (high / 2 if more else low), not more
    eps = np.finfo(Long).eps
    for _ in range(200):
        value, slope = spent(at, a, l1, l2, *more)
        low, high = (at, high) if (value > 1) == falling else (low, at)
        following = np.nan
        if value > 0 and slope != 0:
            following = at + (1 - value**power) / (power * value ** (power - 1) * slope)
        if not low < following < high:
            following = (low + high) / 2 if np.isfinite(high) else 2 * at + 1
        if abs(following - at) <= 2 * eps * at or abs(value - 1) <= 2 * eps:
            return at
        at = following
    return at
