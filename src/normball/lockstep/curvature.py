"""Second-order steps in coefficient space, from a Gram, for every strategy that has one."""

from __future__ import annotations

import numpy as np
import scipy.linalg as sl

from ..certificates.problem import Array, Column

EPOCHS = 50  # of coordinate descent in one compiled call: a slice between two chances for Ctrl-C


def solve_psd(A: Array, g: Array) -> Array:
    """A⁻¹ g for a symmetric A >= 0; the smallest solution on the range of A where it is singular to working accuracy."""
    try:
        factor = sl.cholesky(A, lower=True, check_finite=False)
        pivots = np.diag(factor)
        if pivots.min() > 1e-6 * pivots.max():
            return sl.cho_solve((factor, True), g, check_finite=False)
    except sl.LinAlgError:
        pass
    values, V = sl.eigh(A, check_finite=False)
    kept = values > 1e-14 * len(g) * max(values[-1], 0.0)
    return V[:, kept] @ ((V[:, kept].T @ g) / values[kept])


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
    return d, float((slope - hb @ d) / h0) if h0 > 0.0 else 0.0


def subproblem(H: Array, g: Array, column: Column, coef: Array, tol: float, calls: int = 40) -> Array:
    """argmin_v ½(v-w)ᵀH(v-w) - gᵀ(v-w) + Ω(v), in slices of a compiled coordinate descent with Newton on the support."""
    from ..kernels.quadratic import solve_quadratic

    v, H = coef.copy(), np.ascontiguousarray(H)
    last = np.inf
    for _ in range(calls):
        _, _, kkt = solve_quadratic(H, g, column.l1, column.l2, column.lower, column.upper, coef, v, tol, EPOCHS)
        if kkt <= tol or kkt > 0.9 * last:
            break
        last = kkt
    return v
