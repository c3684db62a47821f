"""Intervals and tests from the profile of the penalised likelihood: finite and lopsided where Wald's fail.

The interval of a coefficient β holds all v with  2 [max ℓ* - max_{β=v} ℓ*] <= χ²_level(1): the other coefficients
move, the information keeps all columns.  The penalised likelihood may have several maxima; where the profile comes upon
a higher one than the fit, all begins again from there.
Source: Heinze and Schemper (2002), Statistics in Medicine 21, §2.2.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from .. import inputs, runtime
from ..errors import ConvergenceWarning, InputError, Interrupted
from ..inputs.values import read_number
from ..results import Solution
from ..runtime import Watch
from ..tasks import Task, read_task
from .ascent import Ascent
from .firth import Basis, basis_of, check_task, firth_solution, start_of
from .jeffreys import Array, Jeffreys

SETTLED = 1e-5
"""Norm of the score, in standard errors, beyond which a point of the profile counts for nothing."""
RESTARTS = 6
"""How often the profile may find a higher maximum than the fit, and begin again there."""
NEAR = 1e-9
"""How far, in units of χ², an end of an interval may be from its level."""


@dataclass(frozen=True)
class Intervals:
    """One row for each coefficient, the intercept first where there is one.

    names             (q,)
    estimate          (q,)  on the columns as they came
    lower, upper      (q,)  ends of the profile-likelihood interval; nan for a column that is not determined
    wald_error        (q,)  standard error from the Fisher information at the estimate
    chi2, p_value     (q,)  penalised likelihood-ratio test of "this coefficient is 0", one degree of freedom
    level             of the intervals
    solution          the fit
    """

    names: tuple[str, ...]
    estimate: Array
    lower: Array
    upper: Array
    wald_error: Array
    chi2: Array
    p_value: Array
    level: float
    solution: Solution

    @property
    def wald_lower(self) -> Array:
        return self.estimate - ndtri(0.5 + 0.5 * self.level) * self.wald_error

    @property
    def wald_upper(self) -> Array:
        return self.estimate + ndtri(0.5 + 0.5 * self.level) * self.wald_error

    @property
    def wald_p_value(self) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return 2.0 * ndtr(-np.abs(self.estimate / self.wald_error))

    def complaints(self) -> list[str]:
        """What was not found, in words."""
        certificate = self.solution.certificate
        said = [] if certificate.status == "stationary" else [certificate.summary()]
        open_ = np.isnan(np.array([self.lower, self.upper, self.chi2])).any(0) & ~np.isnan(self.wald_error)
        if open_.any():
            names = ", ".join(name for name, there in zip(self.names, open_, strict=True) if there)
            said.append(
                f"Some ends of intervals, or tests, were not found, and are nan: those of {names}. "
                "Allow more time, or ask for a lower level."
            )
        return said

    def summary(self) -> str:
        """The fit in words, then the table: profile intervals, their tests, and Wald's standard errors."""
        width = max([len(name) for name in self.names], default=4)
        level = f"{100 * self.level:g} %"
        lines = [
            f"Firth's penalty; {level} intervals and tests from the profile of the penalised likelihood.",
            self.solution.certificate.summary(),
            f"  {'':<{width}}  {'estimate':>10}  {'lower':>10}  {'upper':>10}  {'χ²':>8}  {'p':>8}  {'Wald s.e.':>10}",
        ]
        rows = zip(
            self.names, self.estimate, self.lower, self.upper, self.chi2, self.p_value, self.wald_error, strict=True
        )
        lines += [
            f"  {name:<{width}}  {b:>10.4g}  {lo:>10.4g}  {up:>10.4g}  {x:>8.3g}  {p:>8.2g}  {se:>10.4g}"
            for name, b, lo, up, x, p, se in rows
        ]
        return "\n".join(lines)


def firth_intervals(
    X, y=None, *, level=0.95, columns=None, sample_weight=None, offset=None, fit_intercept=True, tol=1e-8,
    time_limit=None,
) -> Intervals:  # fmt: skip
    """Fit with Firth's penalty, and profile its likelihood: intervals that are finite on separated data too.

    Parameters
    ----------
    X, y, sample_weight, offset, fit_intercept : as in `solve`; weights count rows, so multiplying them by 2 narrows
        the intervals
    level : of the intervals, between 0 and 1
    columns : whose intervals (names or indices; the intercept's come with all); None: all and the intercept
    tol : of the modified score's norm in standard errors
    time_limit : seconds for all of it; None: no limit.  Ends that are not found by then are nan, with a warning

    Returns
    -------
    Intervals : .estimate, .lower, .upper, .chi2, .p_value, .wald_error, .solution, .summary()

    Raises
    ------
    InputError : an argument that cannot be used; Interrupted : Ctrl-C, with the fit as `.solution` where it was done

    Warns with ConvergenceWarning where the fit is not stationary, or an end was not found (it is nan then).

    Checked against logistf's numbers: tests/inference/test_firth_references.py.
    """
    level = read_number(level, "level", "a number between 0 and 1", lambda v: 0.0 < v < 1.0)
    task = read_task(X, y, sample_weight=sample_weight, offset=offset, fit_intercept=fit_intercept)
    check_task(task)
    watch = Watch(None, inputs.read_limit(time_limit, "time_limit"))
    wanted = read_columns(columns, task)
    found = profile_task(task, level, wanted, inputs.read_tol(tol), watch)
    for words in found.complaints():
        warnings.warn(words, ConvergenceWarning, stacklevel=2)
    return found


def read_columns(columns, task: Task) -> list[int]:
    """Positions among (intercept, columns as they came)."""
    p, first = task.design.p, int(task.design.intercept)
    if columns is None:
        return list(range(first + p))
    found = []
    for given in [columns] if isinstance(columns, str | int | np.integer) else columns:
        if isinstance(given, str):
            if task.names is None or given not in task.names:
                raise InputError(f"columns names {given!r}, which X does not have. Use its names, or indices.")
            found.append(first + task.names.index(given))
            continue
        if isinstance(given, bool) or not isinstance(given, int | np.integer) or not -p <= given < p:
            raise InputError(f"columns holds {given!r}: give names of columns, or whole numbers from 0 to {p - 1}.")
        found.append(first + int(given) % p)
    return list(dict.fromkeys(found))


def profile_task(task: Task, level: float, wanted: list[int], tol: float, watch: Watch) -> Intervals:
    """The fit, then two ends and one test for each wanted coefficient."""
    with runtime.workers():
        basis = basis_of(task)
        theta, null_loss = start_of(task, basis)
        top = Ascent(basis.problem, theta, len(theta))
        fine = top.climb(tol, stopped=lambda climb: watch.stopped(0.0))
        task.design.reads += 2.0 * top.rounds
        status = "stationary" if fine else "uncertified"
        solution = firth_solution(task, basis, top, status, null_loss, tol, watch)
        try:
            rows = None
            for _ in range(RESTARTS):
                try:
                    rows = [one_profile(task, basis, top, j, level, tol, watch) for j in wanted]
                    break
                except Higher as found:  # the fit was a lower one of several maxima: begin again from there
                    before, top = top, Ascent(basis.problem, found.theta, len(theta))
                    fine = top.climb(tol, stopped=lambda climb: watch.stopped(0.0))
                    top.rounds += before.rounds
                    status = "stationary" if fine else "uncertified"
                    solution = firth_solution(task, basis, top, status, null_loss, tol, watch)
            rows = rows or [(np.nan, np.nan, 0.0, np.nan)] * len(wanted)
        except KeyboardInterrupt as stop:
            halted = Interrupted(None)
            halted.solution = solution
            raise halted from stop
    first = basis.first
    both = np.concatenate([np.full(first, solution.intercept), solution.coef])[wanted]
    named = ["(intercept)"] * first + [solution.name(j) for j in range(task.design.p)]
    lower, upper, error, chi2 = np.array(rows).reshape(-1, 4).T
    return Intervals(
        tuple(named[j] for j in wanted), both, lower, upper, error, chi2, chdtrc(1.0, chi2), level, solution
    )


def one_profile(task: Task, basis: Basis, top: Ascent, j: int, level: float, tol: float, watch: Watch) -> tuple:
    """(lower, upper, Wald's standard error, χ² of "it is 0") of one coefficient, in its own unit."""
    first, survey = basis.first, task.design.survey
    column = j if j < first else first + (_where(task, j - first))
    null = basis.null[column]
    if j < first:
        null = null - (survey.mean / survey.scale) @ basis.null[first:]
    if column not in basis.kept or (np.abs(null) > 1e-9).any():
        return np.nan, np.nan, np.nan, np.nan
    k, place = len(basis.kept), int(np.searchsorted(basis.kept, column))
    if j < first:  # as it came, the intercept is θ_0 - Σ mean_j/scale_j θ_j: turn the axes until that is the last one
        way = np.concatenate([[1.0], -survey.mean / survey.scale])[basis.kept]
        unit = 1.0 / float(np.linalg.norm(way))
        axes = np.linalg.qr((way * unit)[:, None], mode="complete")[0]
        axes = np.column_stack([axes[:, 1:], way * unit])
        A = basis.problem.A @ axes
    else:
        order = np.append(np.delete(np.arange(k), place), place)
        unit, axes = float(survey.scale[column - first]), np.eye(k)[:, order]
        A = np.ascontiguousarray(basis.problem.A[:, order])
    problem = Jeffreys(A, basis.problem.y, basis.problem.weight, basis.problem.offset)
    line = Profile(problem, axes.T @ top.theta, tol, watch)
    try:
        return (*line.ends(level, unit), line.error / unit, line.test())
    except Higher as found:
        raise Higher(axes @ found.theta) from None


def _where(task: Task, j: int) -> int:
    """The design's position of column j as it came."""
    order = task.design.order
    return j if order is None else int(np.flatnonzero(order == j)[0])


class Higher(Exception):
    """A point of the profile lies above the fit: theta (k,)."""

    def __init__(self, theta: Array):
        super().__init__("the fit was not the highest maximum")
        self.theta = theta


class Profile:
    """The profile of the last coefficient of a problem."""

    def __init__(self, problem: Jeffreys, best: Array, tol: float, watch: Watch):
        self.problem, self.tol, self.watch = problem, min(tol, 1e-7), watch
        at = problem.look(best)
        self.best, self.top, self.last = best, at.value, best
        half = at.inverse_half()
        self.error = float(np.linalg.norm(half[-1]))
        self.way = half @ half[-1] / (half[-1] @ half[-1])  # how the others follow, to first order

    def drop(self, value: float) -> tuple[float, float]:
        """(2 [top - profile at value], its slope there); nan where the others did not settle."""
        theta = self.last + (value - self.last[-1]) * self.way
        theta[-1] = value
        climb = Ascent(self.problem, theta, len(theta) - 1)
        if not np.isfinite(climb.at.value):
            theta = self.last.copy()
            theta[-1] = value
            climb = Ascent(self.problem, theta, len(theta) - 1)
        climb.climb(self.tol, stopped=lambda climb: self.watch.stopped(0.0))
        if not climb.norm <= SETTLED:
            return np.nan, np.nan
        if climb.at.value > self.top + 1e-7 + 1e-10 * abs(self.top):
            raise Higher(climb.theta)
        self.last = climb.theta
        return max(2.0 * (self.top - climb.at.value), 0.0), -2.0 * float(climb.at.score[-1])

    def ends(self, level: float, unit: float) -> tuple[float, float]:
        """Both ends, in the coefficient's own unit."""
        quantile = float(chdtri(1.0, 1.0 - level))
        return self.end(-1.0, quantile) / unit, self.end(1.0, quantile) / unit

    def test(self) -> float:
        """χ² of "it is 0"."""
        self.last = self.best
        return self.drop(0.0)[0]

    def end(self, side: float, quantile: float) -> float:
        """Where the drop reaches the quantile: Newton on its square root, kept inside a bracket."""
        self.last = self.best
        inner, outer, goal = self.best[-1], np.nan, np.sqrt(quantile)
        value = inner + side * goal * self.error
        for _ in range(80):
            drop, slope = self.drop(value)
            if np.isnan(drop):
                return np.nan
            if abs(drop - quantile) <= NEAR * max(quantile, 1e-3):
                return value
            inner, outer = (value, outer) if drop < quantile else (inner, value)
            root = np.sqrt(drop)
            rise = side * slope / (2.0 * root) if root > 0.0 else 0.0  # of the root, outwards
            step = (goal - root) / rise if rise > 0.0 else np.inf
            reach = abs(value - self.best[-1])
            ahead = value + side * float(np.clip(step, -reach, 2.0 * reach + self.error))
            if np.isfinite(outer):
                low, high = min(inner, outer), max(inner, outer)
                ahead = ahead if low < ahead < high else 0.5 * (low + high)
                if high - low <= 1e-14 * max(abs(low), abs(high)):
                    return ahead
            value = ahead
        return np.nan
