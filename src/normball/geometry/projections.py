"""Exact Euclidean projections on {u: Σ l1_j |u_j| + l2_j/2 u_j² <= budget}: L1, L2 and elastic balls are all of them.

The projection is the prox of θ·Ω at the one θ >= 0 that spends the budget:  u_j = soft(v_j, θ l1_j) / (1 + θ l2_j).
L1: θ by sorting (Duchi et al. 2008, ICML; with factors the |v_j|/l1_j are sorted).  Otherwise by a Newton iteration on
Ω(u(θ)), decreasing in θ, kept inside a shrinking bracket.
Laws: tests/geometry/test_projections.py.
"""

from __future__ import annotations

import numpy as np

from ..penalties.elastic import soft_threshold

EPS = float(np.finfo(float).eps)


def project(v: np.ndarray, l1: np.ndarray, l2: np.ndarray, budget: float) -> np.ndarray:
    """The nearest point to v (p,) that costs at most `budget` > 0; l1, l2 (p,) >= 0.  Where both are 0, v itself."""
    size = np.abs(v).max(initial=0.0)
    if size == 0.0 or np.isinf(budget):
        return v.copy()
    with np.errstate(over="ignore"):  # in units of the largest entry, and of the budget, nothing else overflows
        v, l1, l2 = v / size, l1 * size / budget, l2 * size * size / budget
    if _cost(np.abs(v), l1, l2) <= 1.0:
        return v * size
    theta = _sorted_threshold(np.abs(v), l1) if not l2.any() else _newton_threshold(np.abs(v), l1, l2)
    return size * _shrunk(v, theta, l1, l2)


def _shrunk(v, theta, l1, l2):
    return soft_threshold(v, theta * l1) / (1.0 + theta * l2)


def _cost(a, l1, l2) -> float:
    return float(l1 @ a + 0.5 * (l2 * a) @ a)


def _sorted_threshold(a, l1) -> float:
    """θ with Σ l1 (a - θ l1)₊ = 1, a >= 0: the active columns are those with the largest a/l1."""
    held = l1 > 0.0
    a, l1 = a[held], l1[held]
    ratio = a / l1
    order = np.argsort(-ratio, kind="stable")
    spent, width = np.cumsum((l1 * a)[order]) - 1.0, np.cumsum((l1 * l1)[order])
    active = np.flatnonzero(ratio[order] * width > spent)
    k = active[-1] if len(active) else 0
    return float(max(spent[k] / width[k], 0.0))


def _newton_threshold(a, l1, l2) -> float:
    """θ with Ω(u(θ)) = 1.  Newton on Ω^(-1/2), which is nearly straight where l2 rules, inside a bracket."""
    low, high, theta = 0.0, np.inf, 0.0
    for _ in range(200):
        u = _shrunk(a, theta, l1, l2)
        value = _cost(u, l1, l2)
        low, high = (theta, high) if value > 1.0 else (low, theta)
        slope = -float((((l1 + l2 * u) ** 2) * (u > 0.0) / (1.0 + theta * l2)).sum())  # dΩ(u)/dθ
        following = theta + (1.0 - value**-0.5) * -2.0 * value**1.5 / slope if value > 0.0 and slope < 0.0 else np.nan
        if not low < following < high:
            following = 0.5 * (low + high) if np.isfinite(high) else 2.0 * theta + 1.0
        if abs(following - theta) <= 2.0 * EPS * theta or abs(value - 1.0) <= 2.0 * EPS:
            return theta
        theta = following
    return theta
