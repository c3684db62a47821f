"""What our regression estimators share: reading the data, predicting, and attributes that change at once."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import inputs
from ..certificates import Certificate
from ..designs import Design
from ..errors import ConvergenceWarning, InputError
from ..inputs.frames import is_frame
from ..paths import solve_task
from ..results import Solution
from ..runtime import Watch
from ..tasks import Task, read_task
from .base import _times


class LinearRegressor(RegressorMixin, BaseEstimator):
    """A linear model of one output with coef_ (p,) and intercept_ (a float)."""

    fit_intercept: bool  # a parameter of every one of them
    coef_: np.ndarray
    intercept_: float
    n_features_in_: int
    certificate_: Certificate

    def predict(self, X):
        """intercept + X coef, (n_samples,)."""
        check_is_fitted(self)
        named = is_frame(X)
        X = X if named else inputs.read_matrix(X)[0]
        validate_data(self, X, reset=False, skip_check_array=True)  # names and their order, number of columns
        X = inputs.read_matrix(X)[0] if named else X
        if isinstance(X, np.ndarray):
            inputs.check_finite(X, getattr(self, "feature_names_in_", None))
        return _times(X, self.coef_) + self.intercept_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _read(self, X, y, sample_weight, positive=False, cells_of=None) -> Task:
        """The data, checked."""
        if y is None:
            raise InputError(f"This {type(self).__name__} requires y to be passed, but the target y is None.")
        if tuple(getattr(y, "shape", ()))[1:] == (1,):
            words = "A column-vector y was passed when a 1d array was expected. Pass y.ravel() to make this explicit."
            warnings.warn(words, DataConversionWarning, stacklevel=4)
        if isinstance(X, Design):
            raise InputError("X is a Design, which carries its own y. Pass X and y themselves, or use normball.solve.")
        if np.isscalar(sample_weight):
            sample_weight = None  # scikit-learn's way: the same weight for all
        task = read_task(
            X, y, sample_weight=sample_weight, fit_intercept=self.fit_intercept, loss="squared",
            lower=0.0 if inputs.read_flag(positive, "positive") else None, cells_of=cells_of,
        )  # fmt: skip
        if task.design.p == 0:
            raise InputError(
                f"Found array with 0 feature(s) (shape=({task.design.n}, 0)) while a minimum of 1 is required: X."
            )
        return task

    def _become(self, task: Task, fitted: dict) -> None:
        """Take the attributes of a fit."""
        fitted = fitted | dict(n_features_in_=task.design.p)
        if task.names is not None:
            fitted["feature_names_in_"] = np.array(task.names, dtype=object)
        kept = {name: value for name, value in vars(self).items() if not name.endswith("_") or name.endswith("__")}
        self.__dict__ = kept | fitted  # at once: a Ctrl-C falls before or behind it, never into it


def fit_one(task: Task, lam: float, l1_ratio: float, tol: float, watch: Watch, near=None) -> tuple[dict, list]:
    """(attributes, warnings) of the fit to all rows; near: (coef, intercept) to begin from."""
    if task.lower is not None and lam == 0.0:
        raise InputError("positive=True needs a penalty here, but alpha is 0. Give a small alpha, such as 1e-8.")
    watch.stage = "fit"
    solution: Solution = solve_task(task, float(lam), l1_ratio, tol, watch, near)
    certificate = solution.certificate
    fitted = dict(
        coef_=solution.coef, intercept_=float(solution.intercept), n_iter_=max(certificate.rounds, 1),
        dual_gap_=float(certificate.gap), lambda_=float(lam), certificate_=certificate, status_=certificate.status,
    )  # fmt: skip
    return fitted, [] if certificate.status == "certified" else [(certificate.summary(), ConvergenceWarning)]


def read_alpha(alpha, name: str = "alpha") -> float:
    """A strength: finite, >= 0."""
    if np.ndim(alpha) > 0:
        raise InputError(
            f"{name}={alpha!r} holds several strengths, but one output is fitted at a time: give one number. "
            "Strengths to choose from go to RidgeCV, LassoCV or ElasticNetCV."
        )
    return inputs.values.read_number(alpha, name, "a finite number >= 0", lambda v: 0.0 <= v < np.inf)
