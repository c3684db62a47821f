"""Several classes: the exact Hessian over some coefficients, and the Newton certificate.

For K classes η = x̃ᵀθ is a vector; the softmax is generalised self-concordant in the range of its change: the third
derivative along v is at most (max_k v_k - min_k v_k) times the second (a third central moment against a variance of the
same bounded variable).  So the certificate of newton.py holds with R = max_i max_{k,k'} ‖(e_k - e_k') ⊗ x̃_i‖_{H⁻¹}.
Law: tests/laws/test_classes.py, against long-double optima.
"""

from __future__ import annotations

import numpy as np

from ..runtime import beside
from .newton import LARGEST, NewtonProof, from_decrement, half_inverse
from .problem import Array, Column, Family

EXACT = 2**27  # multiplications that the rows' own reaches may take


def pair_hessian(X: Array, place: Array, k: Array, p: Array, share: Array) -> Array:
    """Σ c x_j x_j' (δ_kk' p_k - p_k p_k') over pairs (j, k): X (n, u) holds the features, place (s,) where j is."""
    root = np.sqrt(share)
    V = X[:, place] * p[:, k]
    V *= root[:, None]
    H = -(V.T @ V)
    for one in np.unique(k):
        mine = np.flatnonzero(k == one)
        half = X[:, place[mine]] * (root * np.sqrt(np.maximum(p[:, one], 0.0)))[:, None]
        H[np.ix_(mine, mine)] += half.T @ half
    return H


def fix_constants(H: Array, X: Array, place: Array, free: Array, share: Array, K: int) -> None:
    """Adding t to all classes of a free feature moves no probability: a curvature there, which no gradient meets."""
    for row in np.unique(place[free]):
        group = np.flatnonzero(free & (place == row))
        if len(group) == K:
            H[np.ix_(group, group)] += float(share @ X[:, row] ** 2) / K**2


def class_newton_proof(family: Family, column: Column, coef: Array, free_only: bool) -> NewtonProof | None:
    """As `newton_proof`, for K classes; coefficients of free features must add up to 0 over the classes."""
    design, K = family.design, family.loss.K
    pairs = family.free if free_only else np.flatnonzero((coef != 0.0) | (column.l1 == 0.0))
    held = not free_only and (column.shape.boxed or (family.penalty.grouped and not column.smooth))
    if not 0 < len(pairs) <= LARGEST or held:
        return None
    share, eta = family.share(column.split), design.etas(coef[:, None])
    family.loss.residuals(eta, design.y, share, design.fast)
    p = family.loss.probabilities_of(eta, design.y)
    grad = design.t_times(eta * share[:, None])[:, 0]
    rows = np.unique(pairs // K)
    X, place, k = design.features(rows), np.searchsorted(rows, pairs // K), pairs % K
    slope = column.l2[pairs] * coef[pairs] + column.l1[pairs] * np.sign(coef[pairs])
    g, H = grad[pairs] - slope, pair_hessian(X, place, k, p, share) + np.diag(column.l2[pairs])
    free = (column.l1[pairs] == 0.0) & (column.l2[pairs] == 0.0)
    fix_constants(H, X, place, free, share, K)
    if not np.isfinite(H).all():
        return None
    diagonal = np.diag(H)
    unit = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    half, V, steepest = beside(len(g) ** 3 / 2e9, half_inverse, unit[:, None] * H * unit)
    null = np.zeros((1 + design.p, V.shape[1]))
    null[1 + pairs] = unit[:, None] * np.where(np.abs(V) > 1e-13, V, 0.0)
    far = unit * design.survey.reach[pairs]
    farthest = 2.0 * float(far @ far)
    if V.shape[1]:
        moved = _range_squared(X, place, k, null[1 + pairs], K)
        if moved > 1e-18 * farthest or np.abs(V[~free]).max(initial=0.0) > 1e-9:
            return None  # flat only because the rows are saturated, or the L1 optimum is not unique
    W = unit[:, None] * half
    rounding = 2.0 * np.finfo(float).eps * float(np.sqrt((W**2).sum()))
    nu, R = float(np.linalg.norm(W.T @ g)) + rounding, float(np.sqrt(farthest * steepest))
    if R * nu > 1e-3 and design.n * len(pairs) * W.shape[1] <= EXACT:
        R = float(np.sqrt(_range_squared(X, place, k, W, K)))
    if not R * nu < 1.0:
        return None
    if free_only:
        return NewtonProof(np.inf, np.full(design.p, np.inf), np.inf, np.zeros(0, int), null)
    gap, t = from_decrement(R, nu)
    coef_error, off = np.zeros(design.p), np.ones(design.p, bool)
    coef_error[pairs] = t * np.sqrt((W**2).sum(1))
    off[pairs] = False
    growth = np.expm1(R * t) / R if R > 0 else t
    signs = (np.abs(coef) > coef_error) | (column.l1 == 0.0) | off
    zeros = ~off | (np.abs(grad) + growth * design.survey.reach <= column.l1)
    if not (signs.all() and zeros.all()):
        return None
    aliased = np.flatnonzero((np.abs(null[1:]) > 1e-7).any(1))
    return NewtonProof(gap, coef_error, 0.0, aliased, null)


def _range_squared(X: Array, place: Array, k: Array, A: Array, K: int) -> float:
    """max over rows and pairs of classes of ‖Σ_j x_ij (A_jk - A_jk')‖², for A (s, m)."""
    moved = [X[:, place[k == one]] @ A[k == one] for one in range(K)]
    squares = [np.einsum("ij,ij->i", M, M) for M in moved]
    most = 0.0
    for a in range(K):
        for b in range(a):
            both = squares[a] + squares[b] - 2.0 * np.einsum("ij,ij->i", moved[a], moved[b])
            most = max(most, float(both.max(initial=0.0)))
    return most
