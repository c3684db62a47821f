"""The Newton certificate: existence, objective and coefficient error from one exact Hessian (λ = 0 included).

At θ = (b, w on the support) with gradient g and Hessian H of F there, ν² = gᵀH⁻¹g and R = max_i ‖x̃_i‖_{H⁻¹}.  The
logistic loss is generalised self-concordant, so if Rν < 1 a minimiser exists, F - F* <= [Rν + (1-Rν) log(1-Rν)]/R², and
every coefficient is within t·sqrt((H⁻¹)_jj) of its optimum, t = -log(1-Rν)/R.  Source: Bach (2010), EJS 4 (the logistic
loss is self-concordant); the rest in docs/design/certificates.md, "The Newton certificate".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from ..runtime import beside
from .gap import inside
from .problem import Array, Column, Family

LARGEST = 4000
"""Support beyond which no Hessian is formed."""
DOUBT = 1e10
"""‖H⁻¹‖, of unit diagonal, beyond which the rows themselves are asked, if they are few."""
ROWS = 2**22
"""Numbers of X up to which they are few."""
SMALL = 200
"""Columns up to which eigenvalues, which reveal the rank, cost no more than a Cholesky factor saves."""


@dataclass(frozen=True)
class NewtonProof:
    """What one exact Hessian proves; conditioned coordinates."""

    gap: float  # F - F* <= gap
    coef_error: Array  # (p,)  |w - w*|
    intercept_error: float
    aliased: Array  # columns in an exact linear dependence
    null: Array  # (1+p, k)  directions (b, w) that change no prediction


def newton_proof(
    family: Family, column: Column, coef: Array, intercept: float, free_only: bool = False
) -> NewtonProof | None:
    """The proof at (intercept, coef), or None where it does not hold: too far off, singular, or signs not settled.

    free_only: of the free columns, the others held where they are: that minimisers exist, whatever holds the others
    (a direction in which the loss falls for ever does not depend on them).  Its gap is infinite.  Free columns at a
    bound stay there, if at the minimiser of the others the loss still pulls them to it.
    """
    if family.loss.joint:
        from .classes import class_newton_proof

        return class_newton_proof(family, column, coef, free_only)
    p, with_b = len(coef), family.design.intercept
    support = inside(family.free, column, coef) if free_only else np.flatnonzero((coef != 0.0) | (column.l1 == 0.0))
    if len(support) > LARGEST or (column.shape.boxed and not free_only):
        return None
    F, grad, squares = exact_sums(family, column, coef, intercept, support)
    take = slice(None) if with_b else slice(1, None)
    l2 = np.concatenate([[0.0], column.l2[support]])[take]
    slope = np.concatenate([[0.0], column.l2[support] * coef[support] + column.l1[support] * np.sign(coef[support])])
    g = (np.concatenate([grad[:1], grad[1:][support]]) - slope)[take]
    H = F[take, take] + np.diag(l2)
    if not len(g) and not free_only:
        settled = bool((np.abs(grad[1:]) <= column.l1).all())
        return NewtonProof(0.0, np.zeros(p), 0.0, np.zeros(0, int), np.zeros((1 + p, 0))) if settled else None
    if not np.isfinite(H).all():
        return None
    diagonal = np.diag(H)
    unit = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))  # a ridge on tiny units must not hide the others
    far = unit * np.concatenate([[1.0], family.design.survey.reach[support]])[take]
    with np.errstate(over="ignore"):
        farthest = float(far @ far)  # ‖(1, x_i)∘unit‖² is at most this
    if not np.isfinite(farthest):
        return None  # every row is saturated
    where, size = np.concatenate([[0], 1 + support])[take], np.ones(1 + p)
    size[where] = unit
    half, V, steepest = beside(len(g) ** 3 / 2e9, half_inverse, unit[:, None] * H * unit)
    flat, moved = _outside(family, support, V, where, size)
    if (steepest > DOUBT or moved > 1e-18 * farthest) and family.design.n * len(g) <= ROWS:
        A = _rows(family, column, coef, intercept, support)[:, take] * unit
        A = np.vstack([A, np.diag(np.sqrt(l2) * unit)])
        half, V, steepest = beside(A.size * len(g) / 1e9, _inverse_half_of_rows, A)
        flat, moved = _outside(family, support, V, where, size)
    null = size[:, None] * flat
    if null.shape[1]:
        held = column.l1 + column.l2 > 0.0
        if moved > 1e-18 * farthest or np.abs(flat[1:][held]).max(initial=0.0) > 1e-9:
            return None  # flat only because the rows are saturated, or the L1 optimum is not unique
        flat[1:][held], null[1:][held] = 0.0, 0.0
    inverse_half = unit[:, None] * half
    rounding = 2.0 * np.finfo(float).eps * float(np.sqrt((inverse_half**2).sum()))  # of g: a sum of terms below 1/2
    nu = float(np.linalg.norm(inverse_half.T @ g)) + rounding
    R = float(np.sqrt(farthest * steepest))
    if family.loss.quadratic:
        R = 0.0  # H is the same everywhere; η is rounded as its terms are
        nu += rounding * float(np.abs(coef).sum())
    if R * nu > 1e-3:  # the cheap bound is loose: take the rows' own leverages
        shift, rest = (inverse_half[0], inverse_half[1:]) if with_b else (0.0 * inverse_half[0], inverse_half)
        R = float(np.sqrt(_farthest(family, support, rest, shift)))
    if not R * nu < 1.0:
        return None
    if free_only:
        if column.shape.boxed and not _stopped(family, column, coef, grad[1:], squares, support, R, nu, inverse_half):
            return None
        return NewtonProof(np.inf, np.full(p, np.inf), np.inf, np.zeros(0, int), null)
    gap, t = from_decrement(R, nu)
    spread = t * np.sqrt((inverse_half**2).sum(1))
    coef_error, off = np.zeros(p), np.ones(p, bool)
    coef_error[support] = spread[1:] if with_b else spread
    off[support] = False
    signs_settled = (np.abs(coef) > coef_error) | (column.l1 == 0.0) | off
    growth = np.expm1(R * t) / R if R > 0 else t
    zeros_settled = ~off | (np.abs(grad[1:]) + growth * np.sqrt(squares) <= column.l1)
    if not (signs_settled.all() and zeros_settled.all()):
        return None
    aliased = np.flatnonzero((np.abs(flat[1:]) > 1e-7).any(1))
    return NewtonProof(gap, coef_error, float(spread[0]) if with_b else 0.0, aliased, null)


def _stopped(family, column, coef, grad, squares, support, R: float, nu: float, inverse_half) -> bool:
    """Whether the minimiser over `support` keeps to the bounds, and the other free columns stay at theirs."""
    t = from_decrement(R, nu)[1]
    moved = t * np.sqrt((inverse_half**2).sum(1))[len(inverse_half) - len(support) :]
    w = coef[support]
    if (w - moved < column.lower[support]).any() or (w + moved > column.upper[support]).any():
        return False
    at = np.setdiff1d(family.free, support)
    slack = (np.expm1(R * t) / R if R > 0 else t) * np.sqrt(squares[at])
    low, z = coef[at] <= column.lower[at], grad[at]
    return bool((np.where(low, z, -z) + slack <= 0.0).all())


def half_inverse(A: Array) -> tuple[Array, Array, float]:
    """W with W Wᵀ = A⁻¹ on the range of A, the directions outside it (k, m), and a bound of ‖A⁻¹‖; unit diagonal."""
    if len(A) > SMALL:
        try:
            factor = np.linalg.cholesky(A)
        except np.linalg.LinAlgError:
            factor = np.zeros((1, 1))
        if np.diag(factor).min() > 1e-5:
            W = _inverse_lower(factor).T
            return W, np.zeros((len(A), 0)), float((W * W).sum())
    values, V = np.linalg.eigh(A)
    kept = values > 1e-14 * len(A) * max(values[-1], 0.0)
    return V[:, kept] / np.sqrt(values[kept]), V[:, ~kept], float(1.0 / values[kept].min(initial=np.inf))


def _inverse_half_of_rows(A: Array) -> tuple[Array, Array, float]:
    """The same for AᵀA, from A itself: the Gram of ill-conditioned columns has lost half their digits."""
    _, values, Vt = np.linalg.svd(A, full_matrices=False)
    kept = values > 1e-12 * values[0]
    return Vt[kept].T / values[kept], Vt[~kept].T, float(values[kept].min(initial=np.inf) ** -2.0)


def _rows(family, column, coef, intercept, support) -> Array:
    """√(c h)∘(1, X_S), (n, 1+k): metered as its share of a read."""
    design = family.design
    X = design.columns(support)
    X = X if isinstance(X, np.ndarray) else X.toarray()
    eta = (X @ coef[support] + intercept + design.offset)[:, None]
    h = family.loss.link(design.y, eta, family.share(column.split), design.fast)[1]
    return np.sqrt(h) * np.hstack([np.ones((design.n, 1)), X])


def _outside(family, support, V, where, size) -> tuple[Array, float]:
    """Directions V outside the range, over all coefficients, in units of `size`; how far they move a row, squared."""
    flat = np.zeros((len(size), V.shape[1]))
    flat[where] = np.where(np.abs(V) > 1e-13, V, 0.0)  # rounding would weigh in other units
    if not V.shape[1]:
        return flat, 0.0
    null = size[:, None] * flat
    return flat, _farthest(family, support, null[1 + support], null[0])


def _inverse_lower(L: Array) -> Array:
    """L⁻¹ of a lower triangle, by halves: matrix products, which release the interpreter."""
    if len(L) <= SMALL:
        return lapack.dtrtri(L, lower=1)[0]  # pyright: ignore[reportAttributeAccessIssue]
    k, out = len(L) // 2, np.zeros_like(L)
    out[:k, :k], out[k:, k:] = _inverse_lower(L[:k, :k]), _inverse_lower(L[k:, k:])
    out[k:, :k] = -(out[k:, k:] @ L[k:, :k]) @ out[:k, :k]
    return out


def from_decrement(R: float, nu: float) -> tuple[float, float]:
    """[Rν + (1-Rν) log(1-Rν)]/R² and -log(1-Rν)/R, by series where they would cancel."""
    x = R * nu
    if x < 1e-3:
        return nu * nu * (0.5 + x / 6.0 + x * x / 12.0 + x**3 / 20.0), nu * (1.0 + x / 2.0 + x * x / 3.0 + x**3 / 4.0)
    return (x + (1.0 - x) * np.log1p(-x)) / R**2, -np.log1p(-x) / R


def exact_sums(family, column, coef, intercept, support):
    """Gram of (1, x_S) with weights c h, gradient (1+p,), Σ c h x_j² (p,): one read."""
    scale = family.train[:, column.split] / family.norm[column.split]
    return family.design.add_up(_exact_block, family.loss, coef, intercept, support, scale, family.design.fast)


def _exact_block(block, loss, coef, intercept, support, scale, fast):
    eta = (block.times(coef[:, None])[:, 0] + intercept + block.offset)[:, None]
    r, h, _ = loss.link(block.y, eta, block.weight * scale[block.cell], fast)
    both = block.t_times(np.hstack([r, h]))
    gram = np.empty((len(support) + 1,) * 2)
    gram[0, 0], gram[0, 1:], gram[1:, 0] = h.sum(), both[support, 1], both[support, 1]
    gram[1:, 1:] = block.gram(h[:, 0], support)
    return gram, np.concatenate([r.sum(0), both[:, 0]]), block.square_sums(h[:, 0])


def _farthest(family, support, directions, shift) -> float:
    """max over rows of ‖shift + x_S directions‖²: one read."""
    return family.design.largest(_farthest_block, support, directions, shift)


def _farthest_block(block, support, directions, shift):
    return block.farthest(support, directions, shift)
