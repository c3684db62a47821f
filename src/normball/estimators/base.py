"""What our classifiers share: reading the data, predicting, and attributes that change at once."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import log_expit, log_softmax, logsumexp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import inputs
from ..designs import Design
from ..errors import ConvergenceWarning, InputError
from ..geometry import Ball, solve_in_ball, solve_with_df, solve_with_features
from ..inference import firth_task
from ..inputs.frames import is_frame
from ..paths import solve_task
from ..results import probabilities
from ..runtime import Watch
from ..strength import Strength
from ..tasks import Task, read_task
from .callbacks import CallbackSupportMixin
from .class_weights import times_class_weight
from .sparse_coef import SparseCoef, dense_coef

BLOCK = 2**18  # numbers that are turned into float64 at a time where X is of another kind


class LinearClassifier(CallbackSupportMixin, SparseCoef, ClassifierMixin, BaseEstimator):
    """A linear classifier: coef_ (1, p), intercept_ (1,), classes_ (2,); for K >= 3 classes (K, p), (K,) and (K,)."""

    fit_intercept: bool  # parameters of every one of them
    class_weight: dict | str | None
    standardize: bool
    penalty_factor: np.ndarray | None
    unpenalised: list | np.ndarray | None
    grouped: bool
    lower: float | np.ndarray | None
    upper: float | np.ndarray | None
    coef_: np.ndarray
    intercept_: np.ndarray
    classes_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray

    def decision_function(self, X):
        """η = intercept + X coef, (n_samples,): the log-odds of classes_[1]; for K >= 3 classes (n_samples, K)."""
        check_is_fitted(self)
        named = is_frame(X)
        X = X if named else inputs.read_matrix(X)[0]
        validate_data(self, X, reset=False, skip_check_array=True)  # names and their order, number of columns
        X = inputs.read_matrix(X)[0] if named else X
        if isinstance(X, np.ndarray):
            inputs.check_finite(X, getattr(self, "feature_names_in_", None))
        coef = dense_coef(self.coef_)
        if len(coef) == 1:
            return _times(X, coef[0]) + self.intercept_[0]
        return _times(X, coef.T) + self.intercept_

    def predict(self, X):
        """The more probable class of each row, (n_samples,)."""
        eta = self.decision_function(X)
        return self.classes_[(eta > 0).astype(np.intp) if eta.ndim == 1 else eta.argmax(1)]

    def predict_proba(self, X):
        """Probabilities (n_samples, n_classes) in the order of `classes_`."""
        return probabilities(self.decision_function(X))

    def predict_log_proba(self, X):
        """Their logarithms, (n_samples, n_classes): finite where a probability is too small to be written."""
        eta = self.decision_function(X)
        return np.column_stack([log_expit(-eta), log_expit(eta)]) if eta.ndim == 1 else log_softmax(eta, axis=1)

    def save(self, path, *, force: bool = False) -> None:
        """Write the fitted model as a model file: JSON, read back by `LogisticRegression.load` to the last bit.

        What is kept: coefficients, labels, names of columns, λ, l1_ratio, standardize, grouped and the certificate's
        numbers. The other arguments, the curves of a choice and the data are not.

        Raises
        ------
        InputError : the file exists (force=False), no such folder; labels that are not text, numbers or bools
        """
        from .saving import save

        save(self, path, force=force)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _read(self, X, y, sample_weight, prior_mean=None, counts: bool = False) -> Task:
        """The data, checked, with the weights of the classes; counts: whether y may be successes and failures."""
        if y is None:
            raise InputError(f"This {type(self).__name__} requires y to be passed, but the target y is None.")
        if tuple(getattr(y, "shape", ()))[1:] == (1,):
            words = "A column-vector y was passed when a 1d array was expected. Pass y.ravel() to make this explicit."
            warnings.warn(words, DataConversionWarning, stacklevel=4)
        if isinstance(X, Design):
            raise InputError("X is a Design, which carries its own y. Pass X and y themselves, or use normball.solve.")
        weight = sample_weight
        if self.class_weight is not None:
            weight = times_class_weight(self.class_weight, y, sample_weight)
        task = read_task(
            X, y, penalty_factor=self.penalty_factor, unpenalised=self.unpenalised, sample_weight=weight,
            fit_intercept=self.fit_intercept, standardize=self.standardize, lower=self.lower, upper=self.upper,
            grouped=self.grouped, prior_mean=prior_mean,
        )  # fmt: skip
        if task.n_features == 0:
            raise InputError(
                f"Found array with 0 feature(s) (shape=({task.design.n}, 0)) while a minimum of 1 is required: X."
            )
        if task.data is not None and task.data.counts:
            if not counts:
                raise InputError(
                    f"y is two columns of counts (successes, failures), and {type(self).__name__} needs a label for "
                    "each row. normball.cross_validate and LogisticRegression take counts."
                )
            return replace(task, classes=np.array([0, 1]))
        if task.classes is None or (task.classes.dtype.kind == "f" and (task.classes != np.rint(task.classes)).any()):
            raise InputError(
                "Unknown label type: continuous. y holds fractions, and the labels of a classifier are bools, whole "
                "numbers or words. Make classes of them, for example y > 0.5; normball.solve takes soft labels."
            )
        return task

    def _become(self, task: Task, fitted: dict) -> None:
        """Take the attributes of a fit."""
        fitted = fitted | dict(classes_=task.classes, n_features_in_=task.n_features)
        if task.names is not None:
            fitted["feature_names_in_"] = np.array(task.names, dtype=object)
        kept = {name: value for name, value in vars(self).items() if not name.endswith("_") or name.endswith("__")}
        self.__dict__ = kept | fitted  # at once: a Ctrl-C falls before or behind it, never into it


def coef_rows(pair: tuple[np.ndarray, Any], with_intercept: bool) -> np.ndarray:
    """scikit-learn's rows (1 or K, p) of (coef, intercept), the intercept as a last column where there is one."""
    coef, intercept = pair
    rows = np.atleast_2d(coef.T)
    return np.column_stack([rows, np.atleast_1d(intercept)]) if with_intercept else rows


def log_losses(eta: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mean log-loss, share of wrong labels, and the standard error of the loss, (3, C) for eta (n, C); y (n,) 0 or 1.

    For K >= 3 classes eta (n, K, C) and y (n,) class numbers.
    se² = Σ c² (ℓ - mean)², c = weights over their sum: sd/√n with equal weights.
    """
    c, out = weight / weight.sum(), np.empty((3, eta.shape[-1]))
    for k in range(eta.shape[-1]):  # one at a time: n numbers of room, not n·C
        column = eta[..., k]
        if column.ndim == 2:
            numbers = y.astype(np.intp)
            loss = logsumexp(column, axis=1) - np.take_along_axis(column, numbers[:, None], 1)[:, 0]
            wrong = column.argmax(1) != numbers
        else:
            size = np.abs(column)
            loss = np.where(column >= 0.0, 1.0 - y, y) * size + np.log1p(np.exp(-size))
            wrong = (column > 0.0) != (y >= 0.5)
        mean = c @ loss
        out[:, k] = mean, c @ wrong, np.sqrt(c**2 @ (loss - mean) ** 2)
    return out


def fit_all(
    task: Task, lam: float, l1_ratio: float, tol: float, watch: Watch, near: tuple[np.ndarray, Any] | None = None,
    ball: Ball | None = None, firth: bool = False, sought: Strength | None = None,
) -> tuple[dict, list]:  # fmt: skip
    """(attributes, warnings) of the fit to all rows; near: (coef, intercept) to begin from; instead of lam: ball, or
    sought, k or df, whose λ is looked for along the path."""
    watch.stage, more = "fit", {}
    if firth:
        solution = firth_task(task, tol, watch, near)
    elif sought is not None:
        look = solve_with_features if sought.name == "k" else solve_with_df
        solution = look(task, sought.value, l1_ratio, tol, watch)
    elif ball is None:
        solution = solve_task(task, float(lam), l1_ratio, tol, watch, near)
    else:
        solution = solve_in_ball(task, ball, tol, watch, near)
        more = dict(multiplier_=solution.multiplier, active_=solution.active, kkt_=solution.kkt)
    certificate = solution.certificate
    fitted = dict(
        coef_=np.atleast_2d(solution.coef.T), intercept_=np.atleast_1d(solution.intercept), lambda_=solution.lam,
        strength_=solution.strength, certificate_=certificate, status_=certificate.status, **more,
    )  # fmt: skip
    return fitted, [] if certificate.status in ("certified", "stationary") else [
        (certificate.summary(), ConvergenceWarning)
    ]


def _times(X, coef: np.ndarray) -> np.ndarray:
    """X coef, (n,) or (n, K) float64; a large float32 X is never copied as a whole."""
    if not isinstance(X, np.ndarray) or X.dtype == np.float64:
        return X @ coef
    out, step = np.empty((len(X), *coef.shape[1:])), max(1, BLOCK // len(coef))
    for lo in range(0, len(X), step):
        out[lo : lo + step] = X[lo : lo + step] @ coef
    return out
