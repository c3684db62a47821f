"""Anybody's fitted model as a plain record: what it minimised, and the coefficients it stopped at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import InputError, StrengthConflict
from .results import Solution
from .strength import Strength


@dataclass(frozen=True)
class Given:
    """Coefficients and the problem they claim to solve; lam or C is None."""

    coef: Any
    intercept: Any
    lam: float | Strength | None
    C: float | None
    l1_ratio: float
    sample_weight: Any
    fit_intercept: bool
    standardize: bool | np.ndarray
    penalty_factor: Any
    prior_mean: Any = None
    grouped: bool = False
    bounds: tuple = (None, None)
    unpenalised: Any = None
    names: Any = None  # of the columns of the fit, where the model knows them
    classes: Any = None  # its labels, likewise


def read_model(
    model, y, *, intercept, lam, C, l1_ratio, sample_weight, fit_intercept, standardize, penalty_factor, grouped=False,
    bounds=(None, None), unpenalised=None,
) -> Given:  # fmt: skip
    """Coefficients, a Solution, or a fitted estimator with `coef_` and scikit-learn's parameters."""
    if lam is not None and C is not None:
        raise StrengthConflict(f"lam={lam!r} and C={C!r} were both given: each fixes the strength. Keep one.")
    if getattr(model, "penalty", None) == "firth":
        raise InputError(
            "The model was fitted with Firth's penalty, which is not convex: there is no gap to prove. Its own "
            "certificate has the norm of the modified score (`.score_norm`)."
        )
    if isinstance(model, Solution):
        own, ratio = lam is None and C is None, model.l1_ratio
        lam, limits = model.lam if own else lam, model.bounds or bounds
        if own and model.relax is not None:
            lam, ratio, limits = second_stage(model.relax, model.coef, limits)
        return Given(
            model.coef, model.intercept, lam, C, ratio, sample_weight, fit_intercept, model.standardize,
            penalty_factor, model.prior_mean, model.grouped, limits, unpenalised,
            model.names, model.classes,
        )  # fmt: skip
    if not hasattr(model, "coef_"):
        if hasattr(model, "get_params"):
            raise InputError(f"{type(model).__name__} is not fitted: it has no coef_. Call its fit first.")
        if lam is None and C is None:
            raise StrengthConflict("Coefficients alone do not say what they minimise: pass lam or C.")
        return Given(
            model, intercept, lam, C, l1_ratio, sample_weight, fit_intercept, standardize, penalty_factor, None,
            grouped, bounds, unpenalised,
        )  # fmt: skip
    coef = model.coef_.toarray() if hasattr(model.coef_, "toarray") else model.coef_  # after sparsify()
    coef = np.asarray(coef, dtype=np.float64)
    relax, limits = None, (getattr(model, "lower", bounds[0]), getattr(model, "upper", bounds[1]))
    if lam is None and C is None:
        ours = getattr(model, "lambda_", None)  # what was used, or chosen
        lam, C = getattr(model, "lam", None) if ours is None else ours, getattr(model, "C", None)
        C = None if lam is not None else C
        relax = getattr(getattr(model, "record_", None), "relax", None)
    if lam is None and C is None:
        raise StrengthConflict(f"{type(model).__name__} has neither C nor lam: pass one of them.")
    kind = getattr(model, "penalty", None)
    ratio = {"l1": 1.0, "l2": 0.0}.get(str(kind), getattr(model, "l1_ratio", None))
    ratio = getattr(model, "l1_ratio_", ratio)  # a cross-validated model's choice
    if kind == "none" or (kind is None and hasattr(model, "penalty") and not hasattr(model, "lam")):
        lam, C = 0.0, None
    if relax is not None:  # of a model file
        lam, ratio, limits = second_stage(relax, coef[0])
    weight = _class_weighted(getattr(model, "class_weight", None), y, sample_weight)
    intercept = np.asarray(model.intercept_, dtype=np.float64) - getattr(model, "intercept_shift_", 0.0)
    return Given(
        *_of_rows(coef, intercept), lam, C, ratio or 0.0, weight,
        getattr(model, "fit_intercept", True), getattr(model, "standardize", standardize),
        getattr(model, "penalty_factor", None) if penalty_factor is None else penalty_factor,
        getattr(model, "prior_mean", None), getattr(model, "grouped", grouped),
        limits,
        getattr(model, "unpenalised", None) if penalty_factor is None and unpenalised is None else unpenalised,
        getattr(model, "feature_names_in_", None), getattr(model, "classes_", None),
    )  # fmt: skip


def second_stage(relax: float, coef: np.ndarray, bounds: tuple = (None, None)) -> tuple[float, float, tuple]:
    """(λ, l1_ratio, bounds) of the problem that a relaxed fit solved: ridge, the other columns held at 0."""
    out = coef == 0.0
    lower, upper = (end if given is None else given for given, end in zip(bounds, (-np.inf, np.inf), strict=True))
    return relax, 0.0, (np.where(out, 0.0, lower), np.where(out, 0.0, upper))


def _of_rows(coef: np.ndarray, intercept: np.ndarray):
    """scikit-learn's coef_ (1 or K, p) and intercept_ as ours: (p,) and a float, or (p, K) and (K,)."""
    if coef.ndim == 2 and len(coef) > 1:
        return coef.T, np.broadcast_to(intercept, (len(coef),))
    return coef.ravel(), float(np.ravel(intercept)[0])


def _class_weighted(class_weight, y, sample_weight):
    """Observation weights times class weights (dict by label, or "balanced")."""
    if class_weight is None:
        return sample_weight
    if y is None:
        raise InputError(f"The model has class_weight={class_weight!r}, but y was not given: X and y belong together.")
    labels = np.asarray(y)
    base = np.ones(len(labels)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    classes = np.unique(labels)
    if class_weight == "balanced":
        class_weight = {c: base.sum() / (len(classes) * base[labels == c].sum()) for c in classes}
    return base * np.array([class_weight.get(label, 1.0) for label in labels.tolist()])
