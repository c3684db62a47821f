"""Firth's penalty: the maximum of the likelihood with Jeffreys' prior, which is finite for any data.

Source: Firth (1993), Biometrika 80; Heinze and Schemper (2002), Statistics in Medicine 21; that it is finite whenever
the columns are independent: Kosmidis and Firth (2021), Biometrika 108.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import qr, solve_triangular

from .. import runtime
from ..certificates import Certificate
from ..errors import InputError, Interrupted
from ..lockstep.null import null_model
from ..results import Solution
from ..runtime import Watch
from ..tasks import Task
from .ascent import Ascent
from .jeffreys import Array, Jeffreys, triangle

LARGEST = 2**27
"""Numbers of X that are held dense, beside the data: 1 GB."""
DEPENDENT = 1e-11
"""A column of which less than this part is left, beside the others, is a combination of them."""


@dataclass(frozen=True)
class Basis:
    """Independent columns of (1, X), conditioned, over the rows of positive weight.

    kept (k,)     which columns, 0 the intercept where there is one (`first`), then X's in the design's order
    null (q, m)   combinations of all q columns that are zero in every row
    aliased       columns of X, as they came, in such a combination
    """

    problem: Jeffreys
    first: int  # 1 with an intercept, else 0
    kept: Array
    null: Array
    aliased: tuple[int, ...]

    def widen(self, theta: Array) -> Array:
        """All q coefficients; 0 for columns that are not kept."""
        out = np.zeros(len(self.null))
        out[self.kept] = theta
        return out


def basis_of(task: Task) -> Basis:
    """X whole and dense, its rank revealed by pivoting."""
    design = task.design
    rows = design.weight > 0.0
    if int(rows.sum()) * (design.p + 1) > LARGEST:
        raise InputError(
            f"penalty='firth' holds X dense in memory, and {int(rows.sum())} rows of {design.p} columns are more than "
            f"the {LARGEST:.3g} numbers it is made for. Merge equal rows into counts (y as two columns), take fewer "
            "columns, or use a ridge (lam > 0), which is finite on separated data too."
        )
    X: Any = design.columns(np.arange(design.p))
    X = (X if isinstance(X, np.ndarray) else X.toarray())[rows]
    first = int(design.intercept)
    A = np.hstack([np.ones((len(X), first)), X])
    weight = design.weight[rows]
    kept, null = independent(triangle(A, np.ones(len(A))), first)
    touched = np.flatnonzero((np.abs(null[first:]) > 1e-7).any(1))
    where = touched if design.order is None else design.order[touched]
    A = A if len(kept) == A.shape[1] else np.ascontiguousarray(A[:, kept])
    problem = Jeffreys(A, design.y[rows], weight, design.offset[rows])
    return Basis(problem, first, kept, null, tuple(sorted(int(j) for j in where)))


def independent(R: Array, first: int) -> tuple[Array, Array]:
    """(columns that span the rest, ascending; null vectors (q, m)) from the triangle of all; the intercept stays."""
    size = np.linalg.norm(R, axis=0)
    size[size == 0.0] = 1.0
    parts: Any = qr(R[first:, first:] / size[first:], mode="r", pivoting=True)
    T, order = parts[-2], parts[-1]
    left = np.abs(np.diag(T)) if T.size else np.zeros(0)
    k = int((left > DEPENDENT).sum())
    kept = np.concatenate([np.arange(first), first + np.sort(order[:k])])
    others = np.setdiff1d(np.arange(len(size)), kept)
    null = np.zeros((len(size), len(others)))
    if len(others):
        Q = np.linalg.qr(R[:, kept] / size[kept])
        null[kept] = -solve_triangular(Q[1], Q[0].T @ (R[:, others] / size[others])) / size[kept, None]
        null[others, np.arange(len(others))] = 1.0 / size[others]
        null[np.abs(null) * size[:, None] < 1e-10] = 0.0
    return kept, null


def start_of(task: Task, basis: Basis) -> tuple[Array, float]:
    """(theta of the model without columns, its mean loss)."""
    b, loss = null_model(task.family([task.column(0.0, 0.0)], 1e-8), 0)
    theta = np.zeros(len(basis.kept))
    theta[: basis.first] = b
    return theta, loss


def check_task(task: Task) -> None:
    """Raise where the data are not those of two classes."""
    for name, there in (("three or more classes", task.n_classes > 2), ("loss='squared'", task.loss == "squared")):
        if there:
            raise InputError(f"penalty='firth' was given with {name}: it is made for two classes and the log-loss.")


def firth_task(task: Task, tol: float, watch: Watch, start=None) -> Solution:
    """The fit with Firth's penalty.  Raises Interrupted with `.solution`.

    tol   of √(UᵀI⁻¹U), the norm of the modified score in standard errors
    start (coef, intercept) on the columns as they came, or None
    """
    check_task(task)
    with runtime.workers():
        basis = basis_of(task)
        theta, null_loss = start_of(task, basis)
        if start is not None and not basis.first and start[1] != 0.0:
            raise InputError(f"init has intercept={start[1]!r} but fit_intercept=False. Give 0.")
        if start is not None and not basis.null.shape[1]:  # with collinear columns it says too little
            w, b = task.design.to_conditioned(*start)
            theta = np.concatenate([np.full(basis.first, b), w])
        climb = Ascent(basis.problem, theta, len(theta))
        if not np.isfinite(climb.at.value):
            raise InputError(
                "The information matrix at the start is singular in float64: offset or init put the rows too far "
                "from one another. Give smaller ones."
            )
        begun = task.design.reads

        def stopped(climb: Ascent) -> bool:
            task.design.reads = begun + 2.0 * climb.rounds
            watch.tell(1, 1, float("inf"))
            return watch.stopped(task.design.reads)

        try:
            fine = climb.climb(tol, stopped=stopped)
        except KeyboardInterrupt as stop:
            found = Interrupted(None)
            found.solution = firth_solution(task, basis, climb, "interrupted", null_loss, tol, watch)
            raise found from stop
        task.design.reads = begun + 2.0 * climb.rounds
        status = "stationary" if fine else "uncertified"
        return firth_solution(task, basis, climb, status, null_loss, tol, watch)


def firth_solution(task: Task, basis: Basis, climb: Ascent, status: str, null_loss, tol, watch: Watch) -> Solution:
    design, first = task.design, basis.first
    theta = smallest(basis, climb.theta, design.survey.scale)
    coef, intercept = design.to_original(theta[first:], float(theta[0]) if first else 0.0)
    units = float(np.log(design.survey.scale[basis.kept[first:] - first]).sum())  # log det I is that of X as it came
    certificate = Certificate(
        gap=float("inf"), null_loss=null_loss, objective=-(climb.at.value + units) / task.total, tol=tol,
        status=status, reads=round(design.reads, 3), rounds=climb.rounds, seconds=watch.seconds, strategy="firth",
        reason=watch.reason or "no step raised the likelihood any more", aliased=basis.aliased, names=task.names,
        score_norm=climb.norm,
    )  # fmt: skip
    return Solution(
        coef, intercept, 0.0, 0.0, task.classes, task.names, task.total, task.standardize, certificate, penalty="firth"
    )


def smallest(basis: Basis, theta: Array, scale: Array) -> Array:
    """Of all coefficients (q,) with these predictions, those of smallest norm on the columns as they came."""
    wide = basis.widen(theta)
    if not basis.null.shape[1]:
        return wide
    first = basis.first
    moves = basis.null[first:] / scale[:, None]
    size = np.linalg.norm(moves, axis=0)
    t = np.linalg.lstsq(moves / size, -wide[first:] / scale, rcond=None)[0]
    return wide + (basis.null / size) @ t
