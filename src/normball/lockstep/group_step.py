"""The quadratic subproblem with grouped coefficients: descent finds the groups, Newton on them finishes."""

from __future__ import annotations

import numpy as np

from ..certificates.problem import Array, Column
from ..runtime import beside, load_numba
from .curvature import solve_psd

ROUNDS, EPOCHS = 30, 20


def group_subproblem(H: Array, g: Array, column: Column, w0: Array, K: int, tol: float) -> Array:
    """argmin_v ½(v-w0)ᵀH(v-w0) - gᵀ(v-w0) + Σ l1 ‖v_j‖ + l2/2 ‖v_j‖²;  all (G·K,), l1 and l2 constant in a group."""
    load_numba()
    from ..kernels.groups import descend_groups

    l1, l2, H = column.l1[::K].copy(), column.l2[::K].copy(), np.ascontiguousarray(H)
    blocks = np.stack([H[i : i + K, i : i + K] for i in range(0, len(w0), K)])
    mu = np.linalg.eigvalsh(blocks)[:, -1] * (1.0 + 1e-12)
    w = w0.copy()

    def model(v: Array) -> float:
        d, size = v - w0, np.sqrt((v.reshape(-1, K) ** 2).sum(1))
        return float(0.5 * d @ (H @ d) - g @ d + l1 @ size + 0.5 * l2 @ size**2)

    for _ in range(ROUNDS):
        s = g - H @ (w - w0)
        seconds = 1e-9 * EPOCHS * len(w) ** 2
        left = beside(seconds, descend_groups, H, s, l1, l2, mu, w, K, EPOCHS, tol)
        if left <= tol:
            break
        v = _newton(H, g - H @ (w - w0), l1, l2, w, K)
        if model(v) < model(w):
            w = v
    return w


def _newton(H: Array, s: Array, l1: Array, l2: Array, w: Array, K: int) -> Array:
    """One Newton step on the groups that are not 0, cut where a group would change its sign of growth."""
    W = w.reshape(-1, K)
    size = np.sqrt((W**2).sum(1))
    inside = (size > 0.0) | (l1 == 0.0)
    j = np.flatnonzero(np.repeat(inside, K))
    if not len(j):
        return w
    safe = np.where(size > 0.0, size, 1.0)
    U, bend = W / safe[:, None], l1 / safe
    A = H[np.ix_(j, j)].copy()
    for place, g in enumerate(np.flatnonzero(inside)):
        block = slice(place * K, place * K + K)
        A[block, block] += (bend[g] + l2[g]) * np.eye(K) - bend[g] * np.outer(U[g], U[g])
    slope = (s - np.repeat(l1, K) * U.ravel() - np.repeat(l2, K) * w)[j]
    out = w.copy()
    out[j] += solve_psd(A, slope)
    return out
