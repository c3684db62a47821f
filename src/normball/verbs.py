"""The verbs: raw X, y in, results out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from . import inputs, runtime
from .certificates import Column, Family
from .designs import Design, make_design
from .errors import ConvergenceWarning, InputError, Interrupted, StrengthConflict
from .inputs.values import read_number, read_vector
from .lockstep import Answer, choose_chain, judge_family, solve_family
from .losses import LogisticLoss
from .models import read_model
from .penalties import ElasticPenalty
from .results import Audit, Solution
from .runtime import Watch


def solve(
    X, y=None, *, lam=None, l1_ratio=0.0, penalty_factor=None, sample_weight=None, offset=None, fit_intercept=True,
    standardize: bool | np.ndarray = False, tol=1e-8, max_reads=None, time_limit=None, init=None,
) -> Solution:  # fmt: skip
    """Minimise  Σ c_i ℓ(y_i, η_i) + λ Σ_j f_j (α|w_j| + (1-α)/2 w_j²),  η = offset + b + X w,  and prove it.

    Parameters
    ----------
    X : (n, p) array, data frame or sparse matrix, or a Design, which carries y, weights and offset
    y : (n,) labels of two classes, or floats in [0, 1] (soft labels); None only with a Design
    lam : λ >= 0, multiplies the penalty of the weighted *mean* loss; 0 is no penalty.  C = 1/(λ · sum of weights)
    l1_ratio : α in [0, 1]; 0 ridge, 1 lasso
    penalty_factor : (p,) f_j >= 0; 0 leaves a column free
    sample_weight : (n,) c_i before they are divided by their sum;  offset : (n,) added to η
    standardize : penalise sd_j·w_j instead of w_j (the coefficients stay per unit of each column); a (p,) array of
        bools says for which columns
    tol : the gap to reach, relative to the loss of the null model (intercept, offset and free columns)
    max_reads, time_limit : passes over X, seconds; what is reached by then is given, and says that it is not certified
    init : (coef, intercept) to start from; the answer does not depend on it

    Returns
    -------
    Solution : .coef (p,), .intercept, .lam, .certificate, .predict_proba(X), .summary()

    Raises
    ------
    InputError : an argument that cannot be used, and why
    StrengthConflict : no strength given
    Interrupted : Ctrl-C; a KeyboardInterrupt that carries `.solution`, the best answer so far

    Warns with ConvergenceWarning where the answer is not certified.
    """
    task = _task(X, y, lam, l1_ratio, penalty_factor, sample_weight, offset, fit_intercept, standardize, tol)
    start = inputs.read_init(init, task.design.p)
    watch = Watch(inputs.read_limit(max_reads, "max_reads"), inputs.read_limit(time_limit, "time_limit"))
    solution = _solve(task, watch, start)
    certificate = solution.certificate
    if certificate.status != "certified":
        warnings.warn(certificate.summary(), ConvergenceWarning, stacklevel=2)
    return solution


def audit(
    model_or_coef, X, y=None, *, intercept=0.0, lam=None, C=None, l1_ratio=0.0, penalty_factor=None, sample_weight=None,
    offset=None, fit_intercept=True, standardize: bool | np.ndarray = False, tol=1e-8, newton=False,
) -> Audit:  # fmt: skip
    """How far *anybody's* coefficients are from the optimum of their own problem, proved.

    Parameters
    ----------
    model_or_coef : a fitted LogisticRegression (scikit-learn's or ours: strength, l1_ratio, intercept and class weights
        are taken from it), a Solution, or coefficients (p,) with `intercept` and the strength as `lam` or `C`
    newton : ask for the Newton certificate of the optimum (`.best.certificate.coef_error`) also where it is costly

    The rest as in `solve`.  Returns an Audit: .certificate (of the coefficients given), .excess, .best, .summary().
    The problem is solved on the way, so the bound holds however poor the coefficients are.
    """
    given = read_model(
        model_or_coef, y, intercept=intercept, lam=lam, C=C, l1_ratio=l1_ratio, sample_weight=sample_weight,
        fit_intercept=fit_intercept, standardize=standardize, penalty_factor=penalty_factor,
    )  # fmt: skip
    task = _task(
        X, y, given.lam, given.l1_ratio, given.penalty_factor, given.sample_weight, offset, given.fit_intercept,
        given.standardize, tol, C=given.C,
    )  # fmt: skip
    coef = read_vector(given.coef, task.design.p, "model_or_coef, the coefficients,", "column")
    b = read_number(given.intercept, "intercept", "a finite number", np.isfinite)
    if not task.design.intercept and b != 0.0:
        raise InputError(f"intercept={b!r} was given with fit_intercept=False. Leave one of them out.")
    here = _conditioned(task, coef, b)
    if here is None:
        raise InputError(
            f"The coefficients are up to {np.abs(coef).max(initial=abs(b)):.3g} in size: what they predict, or their "
            "penalty, overflows float64. No optimum lies there; check how they were made."
        )
    best = _solve(task, Watch(), None, newton)
    with runtime.workers():
        certificate = judge_family(task.family, here, best.certificate, task.names)
    return Audit(certificate, max(certificate.objective - best.certificate.objective, 0.0), best)


@dataclass(frozen=True)
class Task:
    """Checked inputs, read once, and the family they ask for."""

    design: Design
    family: Family
    classes: np.ndarray | None
    names: tuple[str, ...] | None
    lam: float
    l1_ratio: float
    standardize: bool | np.ndarray


def _task(
    X, y, lam, l1_ratio, penalty_factor, sample_weight, offset, fit_intercept, standardize, tol, C=None
) -> Task:  # fmt: skip
    if lam is None and C is None:
        raise StrengthConflict(
            "No strength of the penalty was given: pass lam, the λ of the mean loss "
            "(1/(C·n) for scikit-learn's C, 0 for no penalty)."
        )
    fit_intercept = inputs.read_flag(fit_intercept, "fit_intercept")
    l1_ratio, tol = inputs.read_l1_ratio(l1_ratio), inputs.read_tol(tol)
    lam = inputs.read_lam(lam) if C is None else inputs.read_C(C)
    classes = names = None
    if isinstance(X, Design):
        for name, given in (("y", y), ("sample_weight", sample_weight), ("offset", offset)):
            if given is not None:
                raise InputError(f"{name} was given beside a Design, which carries its own. Leave {name} out.")
        if X.intercept and not fit_intercept:
            raise InputError(
                "fit_intercept=False was given beside a Design made with an intercept. Make it without one."
            )
        if not X.survey.finite:
            raise InputError("The Design holds NaN, infinite or too large values: every entry must be a finite number.")
        design = X
    else:
        if y is None:
            raise InputError("y was not given. It is left out only where X is a Design, which carries its own.")
        data = inputs.read_inputs(X, y, sample_weight=sample_weight, offset=offset, fit_intercept=fit_intercept)
        classes, names = data.classes, data.names
        try:
            with runtime.workers():
                design = make_design(data.X, data.y, data.weight, data.offset, intercept=fit_intercept)
        except KeyboardInterrupt as stop:
            raise Interrupted from stop
        _check_range(design, data, names)
    if C is not None:
        lam = 1.0 / (C * float(design.weight.sum()))
    factor = np.ones(design.p) if penalty_factor is None else inputs.read_penalty_factor(penalty_factor, design.p)
    standardize = inputs.read_flags(standardize, design.p, "standardize")
    family = _family(design, lam, l1_ratio, factor, standardize, tol, names)
    return Task(design, family, classes, names, lam, l1_ratio, standardize)


def _check_range(design: Design, data, names) -> None:
    """Raise unless every column can be centred and scaled in float64."""
    survey = design.survey
    if not survey.finite:
        inputs.check_finite(data.X, names)
    with np.errstate(over="ignore", under="ignore"):
        fine = np.isfinite(survey.first).all(0) & np.isfinite(1.0 / survey.scale) & np.isfinite(survey.scale * 1e6)
    if not fine.all():
        k = int(np.argmin(fine))
        size = f"are of size {survey.scale[k]:.3g}" if survey.finite else "or their weighted sum overflow"
        raise InputError(f"The values of {_called(design, k, names)} {size}: float64 has no room for them. Rescale it.")


def _called(design: Design, k: int, names) -> str:
    """What the user calls the design's column k."""
    j = k if design.order is None else int(design.order[k])
    return repr(names[j]) if names else f"column {j}"


def _family(design: Design, lam, l1_ratio, factor, standardize, tol, names) -> Family:
    survey, cells, factor = design.survey, np.ones(design.n_cells, bool), design.sorted(factor)
    standardize = design.sorted(np.broadcast_to(standardize, (design.p,)))
    column = Column.make(survey, cells, lam=lam, l1_ratio=l1_ratio, factor=factor, standardize=standardize)
    asked = (lam > 0.0) & (factor > 0.0)
    strength = np.maximum(column.l1, column.l2)
    lost = asked & ~((strength > 1e-290) & (strength < 1e290))
    if lost.any():
        k = int(np.flatnonzero(lost)[0])
        raise InputError(
            f"The penalty of {_called(design, k, names)} cannot be represented: its values are of size "
            f"{survey.scale[k]:.3g} and lam={lam:g}. Rescale the column, or pass standardize=True."
        )
    sd = survey.sd(cells)
    metric = np.where(standardize & (sd > 0.0), sd, 1.0) / survey.scale
    return Family.single(design, LogisticLoss(), ElasticPenalty(), column, metric, tol)


def _conditioned(task: Task, coef, b):
    """What a caller gives, in conditioned coordinates; None where predictions, penalty or squares overflow."""
    design, column = task.design, task.family.columns[0]
    with np.errstate(over="ignore", invalid="ignore"):
        w, b = design.to_conditioned(coef, b)
        size = np.abs(w)
        far, force = design.survey.reach @ size + abs(b), column.l1 + column.l2 * size
        fine = far < 1e150 and force.max(initial=0.0) < 1e150 and force @ size < 1e300
    return (w, b) if fine else None


def _solve(task: Task, watch: Watch, start, newton: bool = False) -> Solution:
    design, family = task.design, task.family
    init = None if start is None else _conditioned(task, *start)  # one beyond float64 is no better than none
    if start is not None and not design.intercept and start[1] != 0.0:
        raise InputError(f"init has intercept={start[1]!r} but fit_intercept=False. Give 0.")
    try:
        with runtime.workers():
            answer = solve_family(family, choose_chain(family), watch, init, newton, task.names)[0]
    except Interrupted as stop:
        stop.solution = _solution(task, stop.answer[0]) if stop.answer else None
        raise
    return _solution(task, answer)


def _solution(task: Task, answer: Answer) -> Solution:
    return Solution(
        answer.coef, answer.intercept, task.lam, task.l1_ratio, task.classes, task.names,
        float(task.design.weight.sum()), task.standardize, answer.certificate,
    )  # fmt: skip
