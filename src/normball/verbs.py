"""The verbs: raw X, y in, results out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import inputs, runtime
from .errors import ConvergenceWarning, InputError, StrengthConflict
from .geometry import (
    ball_of,
    path_in_balls,
    read_ball,
    read_radii,
    solve_in_ball,
    solve_with_df,
    solve_with_features,
)  # fmt: skip
from .inference import firth_task
from .inference.arguments import check_firth, read_penalty
from .inputs.words import listed
from .lockstep import judge_family
from .models import read_model
from .paths import Path, path_task, read_grid, read_relax, solve_task
from .results import Audit, Solution
from .runtime import Watch
from .selection import CrossValidation, cross_validate_task, make_splits
from .selection.splits import together
from .strength import Strength, needs_path, read_strength
from .tasks import read_task


def solve(
    X, y=None, *, lam=None, l1_ratio=0.0, penalty_factor=None, sample_weight=None, offset=None, fit_intercept=True,
    standardize: bool | np.ndarray = False, lower=None, upper=None, grouped=False, prior_mean=None, loss="logistic",
    penalty="elasticnet", tol=1e-8, max_reads=None, time_limit=None, init=None, ball=None, n_features=None, df=None,
    unpenalised=None,
) -> Solution:  # fmt: skip
    """Minimise  Σ c_i ℓ(y_i, η_i) + λ Σ_j f_j (α|w_j| + (1-α)/2 w_j²),  η = offset + b + X w,  and prove it.

    Parameters
    ----------
    X : (n, p) array, data frame or sparse matrix, or a Design, which carries y, weights and offset
    y : (n,) labels of two or more classes, or floats in [0, 1] (soft labels of two), or (n, 2) counts: successes first,
        failures second, the same as that many rows of each; None only with a Design
    lam : λ >= 0, multiplies the penalty of the weighted *mean* loss; 0 is no penalty.  Or a Strength, which says it in
        another dialect: Strength(C=1.0), with C = 1/(λ · sum of weights), Strength(sigma=2.0), …
    l1_ratio : α in [0, 1]; 0 ridge, 1 lasso
    penalty_factor : (p,) f_j >= 0; 0 leaves a column free
    unpenalised : columns whose f_j is 0: a list of their names or indices, or bools (p,)
    sample_weight : (n,) c_i before they are divided by their sum
    offset : (n,) added to η; for K >= 3 classes (n, K)
    standardize : penalise sd_j·w_j instead of w_j (the coefficients stay per unit of each column); a (p,) array of
        bools says for which columns
    lower, upper : bounds of the coefficients, numbers or (p,); lower=0 keeps them from being negative
    grouped : several classes: the L1 part is Σ_j ‖B_j‖₂ over features, whose classes enter together
    tol : the gap to reach, relative to the loss of the null model (intercept, offset and free columns)
    max_reads, time_limit : passes over X, seconds; what is reached by then is given, and says that it is not certified
    init : (coef, intercept) to start from; the answer does not depend on it
    loss : "logistic", two classes; or "squared", ½(y - η)² for any finite numbers y
    ball : a Ball, instead of lam: the smallest loss whose coefficients keep to the radius; finite on separable data
    n_features, df : instead of lam: at most that many coefficients that are not 0, or effective degrees of freedom, at
        the smallest such λ of the path
    penalty : "elasticnet", by lam and l1_ratio; or "firth": Jeffreys' prior, ½ log det of the Fisher information is
        added to the log-likelihood (Firth 1993), finite on separated data too. It has no strength, so no lam; weights
        are counts, tol is that of the modified score's norm in standard errors, and the status "stationary"
    prior_mean : (p,) w0; the penalty is that of w - w0.  None: zeros

    Returns
    -------
    Solution : .coef (p,), .intercept, .lam, .certificate, .predict_proba(X), .summary(); for K >= 3 classes (symmetric
        softmax, each with an intercept of its own) .coef (p, K) and .intercept (K,).  With a ball also .multiplier,
        .active and .kkt, .lam is the equivalent penalty, and the certificate is that of the constrained problem

    Raises
    ------
    InputError : an argument that cannot be used, and why
    StrengthConflict : no strength given, or two
    Interrupted : Ctrl-C; a KeyboardInterrupt that carries `.solution`, the best answer so far

    Warns with ConvergenceWarning where the answer is not certified.
    """
    l1_ratio, tol, firth = inputs.read_l1_ratio(l1_ratio), inputs.read_tol(tol), read_penalty(penalty) == "firth"
    if firth:
        check_firth(
            lam=lam, l1_ratio=l1_ratio, penalty_factor=penalty_factor, standardize=standardize, prior_mean=prior_mean,
            unpenalised=unpenalised, grouped=grouped, lower=lower, upper=upper, ball=ball, n_features=n_features, df=df,
        )  # fmt: skip
        lam = 0.0
    _only_one(lam=lam, ball=ball, n_features=n_features, df=df)
    if isinstance(lam, Strength) and lam.by_path:
        ball, n_features, df = _by_path(lam, l1_ratio)
    ball = None if ball is None else read_ball(ball, l1_ratio)
    strength = read_strength(lam) if ball is None and n_features is None and df is None else None
    if strength is not None:
        strength.check(l1_ratio)
    task = read_task(
        X, y, penalty_factor=penalty_factor, unpenalised=unpenalised, sample_weight=sample_weight, offset=offset,
        fit_intercept=fit_intercept, standardize=standardize, lower=lower, upper=upper, grouped=grouped,
        prior_mean=prior_mean, loss=loss,
    )  # fmt: skip
    start = inputs.read_init(init, task.n_features, task.n_classes)
    watch = Watch(inputs.read_limit(max_reads, "max_reads"), inputs.read_limit(time_limit, "time_limit"))
    if firth:
        solution = firth_task(task, tol, watch, start)
    elif strength is not None:
        solution = solve_task(task, strength.lam(task.total, l1_ratio), l1_ratio, tol, watch, start)
    elif ball is not None:
        solution = solve_in_ball(task, ball, tol, watch, start)
    elif n_features is not None:
        solution = solve_with_features(task, n_features, l1_ratio, tol, watch)
    else:
        solution = solve_with_df(task, df, l1_ratio, tol, watch)
    certificate = solution.certificate
    if certificate.status not in ("certified", "stationary"):
        warnings.warn(certificate.summary(), ConvergenceWarning, stacklevel=2)
    return solution


def path(
    X, y=None, *, lams=None, n_lams=100, lam_min_ratio=None, l1_ratio=0.0, penalty_factor=None, sample_weight=None,
    offset=None, fit_intercept=True, standardize: bool | np.ndarray = False, lower=None, upper=None, grouped=False,
    prior_mean=None, loss="logistic", tol=1e-6, max_reads=None, time_limit=None, relax=None, progress=None, radii=None,
    norm=None, unpenalised=None,
) -> Path:  # fmt: skip
    """The solutions of `solve` for a whole grid of λ at once, each with its proof.

    Parameters
    ----------
    lams : (L,) λ >= 0 or Strengths, in any order; None: n_lams of them, evenly spaced on a log scale, from λ_max, the
        smallest λ at which all penalised coefficients are 0, to lam_min_ratio·λ_max.  For l1_ratio < 0.001
        (where λ_max is infinite or nearly so) from the λ_max of l1_ratio = 0.001
    lam_min_ratio : 1e-4, or 1e-2 where X has at least as many columns as rows; a thousandth of that for
        l1_ratio < 0.001, whose grid starts so much higher
    tol : the gap to reach at every λ, relative to the null loss
    relax : None; or λ₂ >= 0: at each λ the columns that the path selects are fitted again, with an L2 penalty of
        strength λ₂ alone (0: with no penalty).  Needs l1_ratio > 0
    progress : None, or a function called with a Progress after every round
    prior_mean : as in `solve`; at λ_max the penalised coefficients are at it instead of at 0
    radii, norm : instead of lams: (L,) radii t > 0 of balls of that norm ("l1", "l2", "elastic"; None: the one of
        l1_ratio); the Path then has .radii and .multipliers beside .lams, and its certificates are those of the balls

    The rest as in `solve`.  Returns a Path: .lams (descending), .coefs, .intercepts, .certificates, .df, .coef_at(lam),
    .predict_proba(X, lam), .to_frame(), .summary().  Warns with ConvergenceWarning where a λ is not certified.
    """
    l1_ratio, tol, ball = inputs.read_l1_ratio(l1_ratio), inputs.read_tol(tol), None
    if radii is not None:
        _only_one(lams=lams, radii=radii, relax=relax)
        radii = read_radii(radii)
        ball = ball_of(radii[0], norm, l1_ratio)
    elif norm is not None:
        raise InputError(f"norm={norm!r} was given without radii. Pass radii, or leave norm out.")
    if relax is not None and prior_mean is not None:
        raise InputError(
            "relax and prior_mean were both given: a relaxed fit keeps the columns whose coefficients are not 0, and "
            "drops the others, whatever their prior mean. Leave one of them out."
        )
    task = read_task(
        X, y, penalty_factor=penalty_factor, unpenalised=unpenalised, sample_weight=sample_weight, offset=offset,
        fit_intercept=fit_intercept, standardize=standardize, lower=lower, upper=upper, grouped=grouped,
        prior_mean=prior_mean, loss=loss,
    )  # fmt: skip
    watch = Watch(inputs.read_limit(max_reads, "max_reads"), inputs.read_limit(time_limit, "time_limit"), progress)
    if ball is not None and radii is not None:
        found = path_in_balls(task, ball, radii, tol, watch)
    else:
        grid = read_grid(lams, n_lams, lam_min_ratio).at(task.total, (l1_ratio,))
        found = path_task(task, l1_ratio, grid, tol, watch, read_relax(relax, l1_ratio))
    if found.uncertified:
        warnings.warn(found.summary(), ConvergenceWarning, stacklevel=2)
    return found


def cross_validate(
    X, y=None, *, cv=10, repeats=1, groups=None, seed=0, lams=None, n_lams=100, lam_min_ratio=None, l1_ratios=(0.0,),
    scoring=None, relax=None, keep_predictions=False, penalty_factor=None, sample_weight=None, offset=None,
    fit_intercept=True, standardize: bool | np.ndarray = False, lower=None, upper=None, grouped=False, loss="logistic",
    tol=1e-6, fold_tol=1e-5, max_reads=None, time_limit=None, progress=None, unpenalised=None,
) -> CrossValidation:  # fmt: skip
    """The path and its cross-validation together: every λ, every fold and every l1_ratio shares each read of X.

    Parameters
    ----------
    cv : number of folds (stratified by class where there are any, shuffled by `seed`); or fold numbers (n,), rows with
        a negative one are never held out; or a scikit-learn splitter; or a list of (training rows, test rows).  Splits
        need not partition the rows
    repeats : that many draws of the folds, where cv is a number
    groups : (n,) labels: rows of one group are held out together
    lams, n_lams, lam_min_ratio : the grid, as in `path`; one for each l1_ratio, from all rows.  A λ is the same in
        every fold; a Strength per sum (C, a prior) fixes λ·(sum of weights): in a fold of fewer rows its λ is larger
    l1_ratios : which mixtures to compare
    scoring : None: "log_loss" (nats per unit of weight), or "squared_error" with the squared loss (the mean of
        (y - η)²); or a scikit-learn scorer or its name; losses are minus its score
    relax : as in `path`; columns are selected inside each fold
    keep_predictions : keep the held-out probabilities of the second class (η with the squared loss), (n, l1_ratios, λ)
    tol, fold_tol : gaps to reach on all rows and in the folds, relative to the null loss

    Standardising and weights are those of the training rows of each fold.  Returns a CrossValidation: .path, .losses
    (splits, l1_ratios, λ), .mean, .se, .lam_min, .lam_1se, .l1_ratio_min, .choose(rule), .refit(rule), .summary().
    Warns where an answer is not certified, and with EdgeWarning where the best λ lies at an end of the grid.
    """
    ratios = tuple(inputs.read_l1_ratio(ratio) for ratio in np.atleast_1d(np.asarray(l1_ratios, dtype=object)))
    watch = Watch(inputs.read_limit(max_reads, "max_reads"), inputs.read_limit(time_limit, "time_limit"), progress)
    splits = []

    def cells_of(data):
        splits.extend(make_splits(data, cv, repeats=repeats, groups=groups, seed=seed, X=X, y=y))
        return together(splits)[0].cells

    task = read_task(
        X, y, penalty_factor=penalty_factor, unpenalised=unpenalised, sample_weight=sample_weight, offset=offset,
        fit_intercept=fit_intercept, standardize=standardize, lower=lower, upper=upper, grouped=grouped, loss=loss,
        cells_of=cells_of,
    )  # fmt: skip
    grid = read_grid(lams, n_lams, lam_min_ratio).at(task.total, ratios, folds=True)
    second = read_relax(relax, max(ratios, default=0.0))
    found = cross_validate_task(
        task, splits, ratios, grid, scoring=scoring, relax=second,
        keep_predictions=keep_predictions, tol=inputs.read_tol(tol), fold_tol=inputs.read_tol(fold_tol), watch=watch,
    )  # fmt: skip
    for message, kind in found.warnings():
        warnings.warn(message, kind, stacklevel=2)
    return found


def audit(
    model_or_coef, X, y=None, *, intercept=0.0, lam=None, C=None, l1_ratio=0.0, penalty_factor=None, sample_weight=None,
    offset=None, fit_intercept=True, standardize: bool | np.ndarray = False, lower=None, upper=None, grouped=False,
    loss="logistic", tol=1e-8, newton=False, unpenalised=None,
) -> Audit:  # fmt: skip
    """How far *anybody's* coefficients are from the optimum of their own problem, proved.

    Parameters
    ----------
    model_or_coef : a fitted LogisticRegression (scikit-learn's or ours: strength, l1_ratio, intercept and class weights
        are taken from it), a Solution, or coefficients (p,) with `intercept` and the strength as `lam` (λ or a
        Strength) or `C`
    loss : as in `solve`; a Solution knows its own.  A regression's estimator does not say its λ: pass lam
    newton : ask for the Newton certificate of the optimum (`.best.certificate.coef_error`) also where it is costly

    The rest as in `solve` (grouped: of several classes).  The columns of a data frame are matched by name with those of
    the fit, and what is said column by column is in the order of the fit.  Returns an Audit: .certificate (of the
    coefficients given), .excess, .best, .summary().
    The problem is solved on the way, so the bound holds however poor the coefficients are.
    """
    given = read_model(
        model_or_coef, y, intercept=intercept, lam=lam, C=C, l1_ratio=l1_ratio, sample_weight=sample_weight,
        fit_intercept=fit_intercept, standardize=standardize, penalty_factor=penalty_factor, grouped=grouped,
        bounds=(lower, upper), unpenalised=unpenalised,
    )  # fmt: skip
    tol, l1_ratio = inputs.read_tol(tol), inputs.read_l1_ratio(given.l1_ratio)
    strength = read_strength(given.lam) if given.C is None else Strength(C=inputs.read_C(given.C))
    strength.check(l1_ratio)
    task = read_task(
        inputs.in_order(X, given.names), y, penalty_factor=given.penalty_factor, unpenalised=given.unpenalised,
        sample_weight=given.sample_weight, offset=offset, fit_intercept=given.fit_intercept,
        standardize=given.standardize, prior_mean=given.prior_mean, grouped=given.grouped,
        lower=given.bounds[0], upper=given.bounds[1],
        loss=model_or_coef.loss if isinstance(model_or_coef, Solution) else loss,
    )  # fmt: skip
    if task.classes is not None and given.classes is not None and list(task.classes) != list(given.classes):
        raise InputError(
            f"y holds the labels {listed(list(task.classes))}, but the model was fitted on "
            f"{listed(list(given.classes))}. Give the same labels."
        )
    lam = strength.lam(task.total, l1_ratio)
    column = task.column(lam, l1_ratio)
    coef, b = inputs.read_coefs(given.coef, given.intercept, task.n_features, task.n_classes, "model_or_coef")
    if not task.has_intercept and np.any(b):
        raise InputError(f"intercept={b!r} was given with fit_intercept=False. Leave one of them out.")
    here = task.conditioned(column, *task.without_prior(coef, b))
    if here is None:
        size = max(np.abs(coef).max(initial=0.0), np.abs(b).max())
        raise InputError(
            f"The coefficients are up to {size:.3g} in size: what they predict, or their penalty, overflows float64. "
            "No optimum lies there; check how they were made."
        )
    far = np.maximum(column.lower - here[0], here[0] - column.upper) / (np.abs(here[0]) + 1.0)
    if far.max(initial=0.0) > 1e-12:
        k = int(np.argmax(far))
        raise InputError(
            f"The coefficient of {task.called(k)} lies outside of the bounds that were given, where the objective "
            "is infinite, and nothing can be said of its distance from the optimum. Check lower and upper."
        )
    here = np.clip(here[0], column.lower, column.upper), here[1]
    best = solve_task(task, lam, l1_ratio, tol, Watch(), None, newton)
    with runtime.workers():
        certificate = judge_family(task.family([column], tol, True), here, best.certificate, task.names)
    return Audit(certificate, max(certificate.objective - best.certificate.objective, 0.0), best)


def _only_one(**given) -> None:
    """Raise StrengthConflict where two of the arguments are given: each fixes the strength."""
    said = [f"{name}={value!r}" for name, value in given.items() if value is not None]
    if len(said) > 1:
        raise StrengthConflict(
            f"{' and '.join(said)} were given: each fixes the strength of the penalty. "
            "Keep one; the others can be read off the result."
        )


def _by_path(strength: Strength, l1_ratio: float) -> tuple[Any, Any, Any]:
    """(ball, n_features, df) of a strength that is said by what the solution is like."""
    if strength.name == "t":
        return ball_of(strength.value, strength.norm, l1_ratio), None, None
    if strength.name not in ("k", "df"):
        needs_path(strength)
    return (None, strength.value, None) if strength.name == "k" else (None, None, strength.value)
