"""What our two-class estimators share: reading the data, predicting, and attributes that change at once."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.special import expit, log_expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import inputs
from ..designs import Design
from ..errors import ConvergenceWarning, InputError
from ..inputs.frames import is_frame
from ..paths import solve_task
from ..runtime import Watch
from ..tasks import Task, read_task
from .callbacks import CallbackSupportMixin
from .class_weights import times_class_weight

BLOCK = 2**18  # numbers that are turned into float64 at a time where X is of another kind


class TwoClasses(CallbackSupportMixin, ClassifierMixin, BaseEstimator):
    """A linear classifier with coef_ (1, p), intercept_ (1,) and classes_ (2,)."""

    fit_intercept: bool  # parameters of every one of them
    class_weight: dict | str | None
    standardize: bool
    penalty_factor: np.ndarray | None
    coef_: np.ndarray
    intercept_: np.ndarray
    classes_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray

    def decision_function(self, X):
        """η = intercept + X coef, (n_samples,): the log-odds of classes_[1]."""
        check_is_fitted(self)
        named = is_frame(X)
        X = X if named else inputs.read_matrix(X)[0]
        validate_data(self, X, reset=False, skip_check_array=True)  # names and their order, number of columns
        X = inputs.read_matrix(X)[0] if named else X
        if isinstance(X, np.ndarray):
            inputs.check_finite(X, getattr(self, "feature_names_in_", None))
        return _times(X, self.coef_[0]) + self.intercept_[0]

    def predict(self, X):
        """The more probable class of each row, (n_samples,)."""
        likely = self.decision_function(X) > 0
        return self.classes_[likely.astype(np.intp)]

    def predict_proba(self, X):
        """Probabilities (n_samples, 2) in the order of `classes_`."""
        eta = self.decision_function(X)
        return np.column_stack([expit(-eta), expit(eta)])

    def predict_log_proba(self, X):
        """Their logarithms, (n_samples, 2): finite where a probability is too small to be written."""
        eta = self.decision_function(X)
        return np.column_stack([log_expit(-eta), log_expit(eta)])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False  # for now
        return tags

    def _read(self, X, y, sample_weight) -> Task:
        """The data, checked, with the weights of the classes."""
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
            X, y, penalty_factor=self.penalty_factor, sample_weight=weight, fit_intercept=self.fit_intercept,
            standardize=self.standardize,
        )  # fmt: skip
        if task.design.p == 0:
            raise InputError(
                f"Found array with 0 feature(s) (shape=({task.design.n}, 0)) while a minimum of 1 is required: X."
            )
        if task.classes is None or (task.classes.dtype.kind == "f" and (task.classes != np.rint(task.classes)).any()):
            raise InputError(
                "Unknown label type: continuous. y holds fractions, and the labels of a classifier are bools, whole "
                "numbers or words. Make classes of them, for example y > 0.5; normball.solve takes soft labels."
            )
        return task

    def _become(self, task: Task, fitted: dict) -> None:
        """Take the attributes of a fit."""
        fitted = fitted | dict(classes_=task.classes, n_features_in_=task.design.p)
        if task.names is not None:
            fitted["feature_names_in_"] = np.array(task.names, dtype=object)
        kept = {name: value for name, value in vars(self).items() if not name.endswith("_") or name.endswith("__")}
        self.__dict__ = kept | fitted  # at once: a Ctrl-C falls before or behind it, never into it


def log_losses(eta: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mean log-loss, share of wrong labels, and the standard error of the loss, (3, C) for the columns of eta (n, C).

    se² = Σ c² (ℓ - mean)², c = weights over their sum: sd/√n with equal weights.
    """
    c, out = weight / weight.sum(), np.empty((3, eta.shape[1]))
    for k, column in enumerate(eta.T):  # one at a time: n numbers of room, not n·C
        size = np.abs(column)
        loss = np.where(column >= 0.0, 1.0 - y, y) * size + np.log1p(np.exp(-size))
        mean = c @ loss
        out[:, k] = mean, c @ ((column > 0.0) != (y >= 0.5)), np.sqrt(c**2 @ (loss - mean) ** 2)
    return out


def fit_all(
    task: Task, lam: float, l1_ratio: float, tol: float, watch: Watch, near: tuple[np.ndarray, float] | None = None
) -> tuple[dict, list]:
    """(attributes, warnings) of the fit to all rows; near: (coef, intercept) to begin from."""
    watch.stage = "fit"
    solution = solve_task(task, float(lam), l1_ratio, tol, watch, near)
    certificate = solution.certificate
    fitted = dict(
        coef_=solution.coef[None, :], intercept_=np.array([solution.intercept]), lambda_=float(lam),
        strength_=solution.strength, certificate_=certificate, status_=certificate.status,
    )  # fmt: skip
    return fitted, [] if certificate.status == "certified" else [(certificate.summary(), ConvergenceWarning)]


def _times(X, coef: np.ndarray) -> np.ndarray:
    """X coef, (n,) float64; a large float32 X is never copied as a whole."""
    if not isinstance(X, np.ndarray) or X.dtype == np.float64:
        return X @ coef
    out, step = np.empty(len(X)), max(1, BLOCK // len(coef))
    for lo in range(0, len(X), step):
        out[lo : lo + step] = X[lo : lo + step] @ coef
    return out
