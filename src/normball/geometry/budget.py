"""A number of features, or degrees of freedom, as the strength: the smallest λ that keeps to it, found along the path.

Neither is monotone in λ: a column may leave again.  The answer is the smallest λ such that no larger λ has more, judged
on the path's grid and then, between the last λ of the grid that keeps to it and the first that does not, by bisection.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..certificates.newton import exact_sums
from ..errors import InputError
from ..inputs.values import read_number
from ..lockstep.curvature import solve_psd
from ..paths import Grid, path_task, solve_task
from ..results import Solution
from ..runtime import Watch, workers
from ..tasks import Task
from .visits import check_task

CLOSE = 1e-10
"""Relative distance of two λ at which the bisection ends."""


def solve_with_features(task: Task, k, l1_ratio: float, tol: float, watch: Watch) -> Solution:
    """The solution with at most k coefficients that are not 0 (free columns count), at the smallest such λ of the path.

    Raises InputError where l1_ratio = 0 (ridge drops no column), or where more than k columns are free.
    """
    check_task(task, f"n_features={k!r}")
    k = read_number(k, "n_features", "a whole number >= 0", lambda v: v >= 0 and v == int(v))
    if l1_ratio == 0.0:
        raise InputError(f"n_features={k:g} was given with l1_ratio=0: ridge keeps every column. Use l1_ratio > 0.")
    return _largest_within(
        task, k, "n_features", lambda found: float(np.count_nonzero(found.coef)), l1_ratio, tol, watch
    )


def solve_with_df(task: Task, df, l1_ratio: float, tol: float, watch: Watch) -> Solution:
    """The solution with at most `df` effective degrees of freedom, at the smallest such λ of the path.

    Ridge reaches them exactly, where its path goes that far.
    """
    check_task(task, f"df={df!r}")
    df = read_number(df, "df", "a finite number > 0", lambda v: 0.0 < v < np.inf)
    return _largest_within(task, df, "df", lambda found: effective_df(task, found), l1_ratio, tol, watch)


def effective_df(task: Task, found: Solution) -> float:
    """tr[(H + λ diag(l2))⁻¹ H] over the coefficients that are not 0, H the Hessian of the loss without the intercept.

    L1: their number (Zou, Hastie & Tibshirani 2007, Annals of Statistics 35).  Ridge: the trace of the hat matrix of
    the weighted least squares at the optimum (Hastie, Tibshirani & Friedman 2009, ch. 3.4.1, 4.4).  The intercept is
    not counted.
    """
    column = task.column(found.lam, found.l1_ratio)
    coef, b = task.design.to_conditioned(found.coef, found.intercept)
    support = np.flatnonzero((coef != 0.0) | (column.l1 == 0.0))
    l2 = column.l2[support]
    if not l2.any():
        return float(len(support))
    with workers():
        gram = exact_sums(task.family([column], 1e-8), column, coef, b, support)[0]
    H = gram[1:, 1:]
    if task.design.intercept and gram[0, 0] > 0.0:
        H = H - np.outer(gram[0, 1:], gram[0, 1:]) / gram[0, 0]
    damped = H + np.diag(l2)
    return float(sum(solve_psd(damped, H[:, j])[j] for j in range(len(support))))


def _largest_within(
    task: Task, most: float, name: str, size: Callable, l1_ratio: float, tol: float, watch: Watch
) -> Solution:
    free = int((task.factor == 0.0).sum())
    if free > most:
        raise InputError(
            f"{name}={most:g} was given, but {free} columns have penalty_factor 0 and stay in the model. "
            f"Ask for {name}={free} or more."
        )
    path = path_task(task, l1_ratio, Grid(None), min(tol, 1e-8), watch)
    high = low = None
    for lam in path.lams:
        found = path.solution(float(lam))
        if size(found) > most:
            low = float(lam)
            break
        high = found
    if high is None:  # more than that at the top of the path, where l1_ratio < 0.001: go up
        assert low is not None
        high = path.solution(float(path.lams[0]))
        while size(high) > most and high.lam < 1e12 * low:
            low, high = high.lam, solve_task(task, 10.0 * high.lam, l1_ratio, tol, watch)
    while low is not None and high.lam > low * (1.0 + CLOSE) and not watch.stopped(task.design.reads):
        middle = solve_task(task, float(np.sqrt(low * high.lam)), l1_ratio, 1e-13, watch, (high.coef, high.intercept))
        if size(middle) > most:
            low = middle.lam
        else:
            high = middle
    return solve_task(task, high.lam, l1_ratio, tol, watch, (high.coef, high.intercept))
