"""Leave-one-out errors of ridge, exactly, for all λ at once: e_i = r_i / (1 - h_i), h_i the row's leverage.

Holding a row out leaves λ·Σ weights as it is: the strength on the *sum*, scikit-learn's alpha.  With weights,
h_i = c_i x̃_iᵀ(Σ c x̃ x̃ᵀ + λ D)⁻¹ x̃_i, x̃ the row with its 1.  Source: Golub, Heath and Wahba (1979), Technometrics 21.
"""

from __future__ import annotations

import numpy as np

from .. import runtime
from ..errors import InputError
from ..lockstep.moments import goes_by_grams, moments_of
from ..tasks import Task

CHUNK = 2**20  # numbers of X taken at a time
LARGEST = 5000  # rows whose kernel is decomposed


def leave_one_out(task: Task, lams: np.ndarray, take) -> None:
    """Call take(rows, e) for chunks of the rows: e (rows, L), y less what is predicted for a row that was held out.

    Rows without weight are never held in, and e is then an ordinary residual.  λ > 0 (L,).  InputError where neither a
    Gram of the columns nor a kernel of the rows has room.
    """
    design = task.design
    family = task.family([task.column(1.0, 0.0)], 1e-8)
    if not goes_by_grams(family) and design.n > LARGEST:
        raise InputError(
            f"Leave-one-out needs a {design.p} × {design.p} or {design.n} × {design.n} matrix, which is too large. "
            "Give cv, such as cv=5."
        )
    with runtime.workers():
        (_by_gram if goes_by_grams(family) else _by_kernel)(task, family, lams, take)


def _by_gram(task: Task, family, lams, take) -> None:
    design, shape = task.design, family.columns[0].shape
    moments = moments_of(family)
    assert moments is not None
    sums = moments.training(family, 0)
    root = 1.0 / np.sqrt(shape.l2)
    d, V = runtime.beside(design.p**3 / 1e9, np.linalg.eigh, root[:, None] * sums.gram * root)
    weak = 1.0 / (np.maximum(d, 0.0)[:, None] + lams)
    turn = root[:, None] * V
    coefs = weak * (turn.T @ sums.cross)[:, None]
    design.reads += 1.0
    c = design.weight / design.weight.sum()
    for lo in range(0, design.n, step := max(1, CHUNK // design.p)):
        runtime.check()
        rows = np.arange(lo, min(lo + step, design.n))
        U = (design.rows(rows) - sums.x) @ turn
        r = (design.y[rows] - design.offset[rows] - sums.t)[:, None] - U @ coefs
        h = c[rows, None] * ((U * U) @ weak + float(design.intercept))
        take(rows, design.y_scale * _divided(r, 1.0 - h))


def _by_kernel(task: Task, family, lams, take) -> None:
    """In the span of the rows: 1 - h is the diagonal of the matrix that makes residuals (strategies/kernel.py)."""
    design, shape = task.design, family.columns[0].shape
    c = design.weight / design.weight.sum()
    root = np.sqrt(c)
    K, t = design.kernel(1.0 / shape.l2), design.y - design.offset
    if design.intercept:
        K = K - (K @ c)[:, None]
        K -= c @ K
        t = t - c @ t
    d, V = runtime.beside(design.n**3 / 1e9, np.linalg.eigh, root[:, None] * K * root)
    weak = 1.0 / (1.0 + np.maximum(d, 0.0)[:, None] / lams)
    left = (V * V) @ weak - c[:, None] * float(design.intercept)
    A = V @ (weak * (V.T @ (root * t))[:, None])  # √c r
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(c[:, None] > 0.0, A / root[:, None], t[:, None] - K @ (root[:, None] * A) / lams)
    take(np.arange(design.n), design.y_scale * _divided(r, left))


def _divided(r, left):
    """r/left; a row that is fitted whatever its y is says nothing: infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(left > 1e-13, r / left, np.inf)
