"""One λ: a checked task in, a Solution out."""

from __future__ import annotations

import numpy as np

from .. import runtime
from ..errors import InputError, Interrupted
from ..lockstep import Answer, choose_chain, solve_family
from ..results import Solution
from ..runtime import Watch
from ..tasks import Task


def solve_task(
    task: Task, lam: float, l1_ratio: float, tol: float, watch: Watch, start=None, newton: bool = False
) -> Solution:
    """start: (coef, intercept) on the columns as they came, or None.  Raises Interrupted with `.solution`."""
    column = task.column(lam, l1_ratio)
    init = None  # one beyond float64 is no better than none
    if start is not None:
        init = task.conditioned(column, *task.without_prior(*start))
    if start is not None and not task.has_intercept and np.any(start[1]):
        raise InputError(f"init has intercept={start[1]!r} but fit_intercept=False. Give 0.")
    family = task.family([column], tol, polish=True)
    try:
        with runtime.workers():
            answer = solve_family(family, choose_chain(family), watch, init, newton, task.names)[0]
    except Interrupted as stop:
        stop.solution = solution(task, lam, l1_ratio, stop.answer[0]) if stop.answer else None
        raise
    return solution(task, lam, l1_ratio, answer)


def solution(task: Task, lam: float, l1_ratio: float, answer: Answer) -> Solution:
    coef, intercept = task.with_prior(*answer.coefs)
    if task.bounds is not None:  # an ulp may be lost on the way to the columns as they came
        lower, upper = (bound if coef.ndim == 1 else bound[:, None] for bound in task.bounds)
        coef = np.clip(coef, lower, upper)
    return Solution(
        coef, intercept, lam, l1_ratio, task.classes, task.names, task.total, task.standardize, answer.certificate,
        task.loss, prior_mean=None if task.prior is None else task.prior.mean, grouped=task.grouped, bounds=task.bounds,
    )  # fmt: skip
