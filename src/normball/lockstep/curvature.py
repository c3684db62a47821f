"""Second-order steps in coefficient space, from a Gram, for every strategy that has one.

Long factorisations are numpy's: unlike SciPy's they release the interpreter, so that Ctrl-C is heard (`beside`).
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as sl

from ..certificates.problem import Array, Column
from ..runtime import beside, load_numba

EPOCHS = 50  # of coordinate descent in one compiled call: a slice between two chances for Ctrl-C


def unit_diagonal(A: Array) -> tuple[Array, Array]:
    """(D A D, d) with D = diag(d) and a unit diagonal: a ridge on a column in tiny units is no near-singularity."""
    diagonal = np.diag(A)
    d = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    return d[:, None] * A * d, d


def well_conditioned(A: Array):
    """The Cholesky factor of A, of unit diagonal, or None where it is singular to working accuracy."""
    try:
        factor = beside(len(A) ** 3 / 5e10, np.linalg.cholesky, A)
    except np.linalg.LinAlgError:
        return None
    return factor if np.diag(factor).min(initial=np.inf) > 1e-6 else None


def solve_psd(A: Array, g: Array) -> Array:
    """A⁻¹ g for a symmetric A >= 0; a small solution on the range of A where it is singular to working accuracy."""
    A, d = unit_diagonal(A)
    factor = well_conditioned(A)
    if factor is not None:
        return d * sl.cho_solve((factor, True), d * g, check_finite=False)
    values, V = beside(len(A) ** 3 / 2e9, np.linalg.eigh, A)
    kept = values > 1e-14 * len(g) * max(values[-1], 0.0)
    return d * (V[:, kept] @ ((V[:, kept].T @ (d * g)) / values[kept]))


def gram_step(F: Array, grad: Array, slope: float, column: Column, coef: Array, tol: float) -> tuple[Array, float]:
    """The minimiser (d, db) of the model with curvature F of the loss, exact penalty, intercept eliminated.

    F : (q+1, q+1)   Gram of (1, x) with weights c h; its first row is zero without an intercept
    grad, slope      Xᵀ(c r) (q,) and Σ c r at coef (q,)
    tol              KKT accuracy of the subproblem, where it needs one (L1, bounds)
    """
    h0, hb = F[0, 0], F[0, 1:]
    H, g = F[1:, 1:], grad
    if h0 > 0.0:
        H = H - np.outer(hb / h0, hb)
        g = grad - hb * (slope / h0)
    if not len(coef):
        return np.zeros(0), slope / h0 if h0 > 0.0 else 0.0
    if column.smooth:
        d = solve_psd(H + np.diag(column.l2), g - column.l2 * coef)
    else:
        d = subproblem(H, g, column, coef, tol) - coef
    return d, float((slope - hb @ d) / h0) if h0 > 0.0 else 0.0  # without an intercept h0 = 0, and so is db


def row_step(X: Array, link, column: Column, coef: Array, intercept: bool) -> tuple[Array, float]:
    """The same step for smooth columns from the rows themselves, by least squares: no Gram halves the digits.

    minimise ‖√h (X d + db) - r/√h‖² + Σ l2 (w + d)²;  X (n, q) dense, link = (c r, c h, sums)
    """
    r, h = link[0][:, 0], link[1][:, 0]
    root, held = np.sqrt(h), np.sqrt(column.l2)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = np.where(root > 0.0, r / root, 0.0)
    A = np.zeros((len(r) + len(held), len(held) + int(intercept)))
    A[: len(r), int(intercept) :] = root[:, None] * X
    A[len(r) :, int(intercept) :][np.diag_indices(len(held))] = held
    A[: len(r), : int(intercept)] = root[:, None]
    size = np.sqrt(np.einsum("ij,ij->j", A, A))
    size = np.where(size > 0.0, size, 1.0)
    A /= size
    right = np.concatenate([right, -held * coef])
    solved = beside(A.shape[0] * A.shape[1] ** 2 / 1e9, np.linalg.lstsq, A, right, 1e-15)[0] / size
    return solved[int(intercept) :], float(solved[0]) if intercept else 0.0


def subproblem(H: Array, g: Array, column: Column, coef: Array, tol: float, calls: int = 40) -> Array:
    """argmin_v ½(v-w)ᵀH(v-w) - gᵀ(v-w) + Ω(v), in slices of compiled coordinate descent and Newton on the support."""
    load_numba()
    from ..kernels.quadratic import solve_quadratic

    v, H = coef.copy(), np.ascontiguousarray(H)
    box, last = (column.l1, column.l2, column.lower, column.upper), np.inf
    for _ in range(calls):
        seconds = 1e-9 * EPOCHS * len(v) ** 2 + 1e-9 * len(v) ** 3
        _, _, kkt = beside(seconds, solve_quadratic, H, g, *box, coef, v, tol, EPOCHS)
        if kkt <= tol or kkt > 0.9 * last:
            break
        last = kkt
    return v
