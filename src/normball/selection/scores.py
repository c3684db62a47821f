"""How held-out rows judge a fit: the log-loss, or any scikit-learn scorer, as a loss (smaller is better)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

from ..designs import ClassDesign
from ..errors import InputError
from ..inputs import class_numbers
from ..results import probabilities
from ..tasks import Task

LOG_LOSS, SQUARED_ERROR = "log_loss", "squared_error"
OWN = {"logistic": (LOG_LOSS, "neg_log_loss"), "squared": (SQUARED_ERROR, "neg_mean_squared_error")}
CHUNK = 2**21  # numbers of X taken at a time


def read_scoring(scoring, loss: str = "logistic") -> Callable | None:
    """None for the loss itself, which needs no predictions; else a scorer(estimator, X, y, sample_weight)."""
    own = OWN[loss]
    if scoring is None or (isinstance(scoring, str) and scoring in own):
        return None
    if isinstance(scoring, str):
        try:
            return import_module("sklearn.metrics").get_scorer(scoring)
        except (ValueError, ImportError) as error:
            raise InputError(
                f"scoring={scoring!r} is neither {own[0]!r} nor a scorer of scikit-learn: {error}"
            ) from None
    if callable(scoring):
        return scoring
    raise InputError(f"scoring={scoring!r} must be {own[0]!r}, the name of a scikit-learn scorer, or a scorer.")


def held_out_etas(task: Task, rows: np.ndarray, points: list) -> np.ndarray:
    """η of some rows at many conditioned points, (rows, C); for K >= 3 classes (rows, C, K)."""
    design = task.design
    if isinstance(design, ClassDesign):
        eta = design.etas(np.column_stack([point[0] for point in points]), rows)
        return eta.reshape(len(rows), len(points), design.K)
    W, b = np.column_stack([point[0] for point in points]), np.array([point[1] for point in points])
    out = np.empty((len(rows), len(points)))
    for lo in range(0, len(rows), step := max(1, CHUNK // max(design.p, 1))):
        some = rows[lo : lo + step]
        out[lo : lo + step] = design.rows(some) @ W + b + design.offset[some, None]
    design.reads += len(rows) / max(design.n, 1)
    return out


def as_came(task: Task, rows: np.ndarray, etas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """η (rows, C) and y (rows,) of a regression in the units of y, which the design does not keep."""
    design = task.design
    return design.y_shift + design.y_scale * etas, design.y_shift + design.y_scale * design.y[rows]


class JudgedNumbers:
    """The same for a regression: a fitted regressor that knows its predictions."""

    _estimator_type = "regressor"

    def __init__(self, eta: np.ndarray):
        self.eta, self.fitted_ = eta, True

    def __sklearn_tags__(self):
        utils = import_module("sklearn.utils")
        target, tags = utils.TargetTags(required=True), utils.RegressorTags()
        return utils.Tags(estimator_type="regressor", target_tags=target, regressor_tags=tags)

    def fit(self, X, y):
        return self

    def predict(self, X) -> np.ndarray:
        return self.eta


class Judged:
    """What a scorer sees: a fitted classifier that knows the answers for the rows it will be asked about."""

    _estimator_type = "classifier"

    def __init__(self, eta: np.ndarray, classes: np.ndarray):
        self.eta, self.classes_ = eta, classes

    def __sklearn_tags__(self):
        utils = import_module("sklearn.utils")
        target = utils.TargetTags(required=True)
        return utils.Tags(estimator_type="classifier", target_tags=target, classifier_tags=utils.ClassifierTags())

    def fit(self, X, y):  # scikit-learn asks whether there is one
        return self

    def decision_function(self, X) -> np.ndarray:
        return self.eta

    def predict_proba(self, X) -> np.ndarray:
        return probabilities(self.eta)

    def predict(self, X) -> np.ndarray:
        return self.classes_[(self.eta > 0).astype(int) if self.eta.ndim == 1 else self.eta.argmax(1)]


def scored(task: Task, scorer: Callable, rows: np.ndarray, etas: np.ndarray) -> np.ndarray:
    """Minus the score of every column of etas (rows, C)."""
    weight = task.design.weight[rows]
    weights = {} if np.all(weight == weight[0]) else {"sample_weight": weight}
    X = np.zeros((len(rows), 1))
    if task.loss == "squared":
        assert task.data is not None
        y, (etas, _) = task.data.y[rows], as_came(task, rows, etas)
        return np.array([-float(scorer(JudgedNumbers(eta), X, y, **weights)) for eta in etas.T])
    if task.classes is None:
        raise InputError("scoring needs labels, but y holds soft labels. Use scoring='log_loss'.")
    labels = task.classes[class_numbers(task.design.y[rows], task.classes)]
    return np.array(
        [-float(scorer(Judged(etas[:, c], task.classes), X, labels, **weights)) for c in range(etas.shape[1])]
    )
