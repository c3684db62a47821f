"""Dev rows: strengths judged on rows set aside, with a table of what became of training and dev rows at each."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from .. import inputs
from ..errors import ConvergenceWarning, InputError
from ..inputs.columns import read_columns
from ..inputs.labels import label_array
from ..inputs.matrix import Matrix
from ..inputs.values import read_number
from ..inputs.words import listed, show
from ..paths import paths_of_task
from ..runtime import Watch
from ..selection.criteria import choose
from ..selection.dev_table import DevRow, DevTable, verdicts
from ..tasks import Task, read_task
from .base import coef_rows, fit_all, log_losses
from .strengths import Strengths


class Rows(NamedTuple):
    """Rows that judge: X (n, p), y (n,) class numbers, weight (n,), without the weights of classes."""

    X: Matrix
    y: np.ndarray
    weight: np.ndarray


def judge_on_dev(
    model, task: Task, sample_weight, ratios: tuple[float, ...], strengths: Strengths, watch: Watch
) -> tuple[dict, list]:
    """Fit the training rows at every strength, choose on the dev rows; (attributes, warnings)."""
    if not isinstance(model.scoring, str) or model.scoring not in ("neg_log_loss", "log_loss"):
        raise InputError(
            f"scoring={model.scoring!r} was given beside dev, but dev rows are judged by their log-loss. Leave it out."
        )
    weight, tol = inputs.read_weights(sample_weight, task.design.n), inputs.read_tol(model.tol)
    fraction = np.isscalar(model.dev)
    train, *judges = _fraction(model, task, weight) if fraction else _given(model.dev, task, weight)
    lams = strengths.lams(train.total, task.total)
    order = np.argsort(-lams)
    paths = paths_of_task(train, ratios, [lams[order]] * len(ratios), tol, watch)
    said = [(path.summary(), ConvergenceWarning) for path in paths if path.uncertified]
    on_train, on_dev = ([log_losses(path.decision_function(at.X), at.y, at.weight) for path in paths] for at in judges)
    losses, ses = np.array([loss for loss, _, _ in on_dev]), np.array([se for _, _, se in on_dev])
    r = int(np.argmin(losses.min(1)))
    k = int(order[choose(lams[order], losses[r], ses[r], model.rule)])
    whole = task if fraction and model.refit else train
    final = strengths.lams(whole.total, task.total)
    Cs = strengths.Cs(final, whole.total)
    fitted, more = fit_all(whole, final[k], ratios[r], tol, watch, paths[r].coef_at(lams[k]))
    as_given = np.argsort(order)
    coefs = np.stack([_rows(path, model.fit_intercept)[as_given] for path in paths])[None]
    rounds = np.array([[max(c.rounds, 1) for c in path.certificates] for path in paths], np.int32)[None, :, as_given]
    shared = dict(
        lams_=final, Cs_=Cs, C_=float(Cs[k]), l1_ratios_=np.array(ratios), l1_ratio_=ratios[r],
        scores_=-losses[None, :, as_given], coefs_paths_=coefs, n_iter_=rounds, cross_validation_=None,
        dev_table_=_table(paths, on_train, on_dev),
    )  # fmt: skip
    return shared | fitted, said + more


def _table(paths, on_train, on_dev) -> DevTable:
    losses = np.array([loss for loss, _, _ in on_dev])
    r, k = np.unravel_index(int(np.argmin(losses)), losses.shape)
    lowest, se, best_inside = losses[r, k], float(on_dev[r][2][k]), on_train[r][0][k]
    rows = []
    for path, (inside, wrong_inside, _), (outside, wrong, _) in zip(paths, on_train, on_dev, strict=True):
        words = verdicts(inside, outside, best_inside, lowest, se)
        for j, (lam, verdict) in enumerate(zip(path.lams, words, strict=True)):
            facts = (float(lam), path.l1_ratio, float(np.linalg.norm(path.coef_at(lam)[0])), int(path.df[j]))
            found = (float(values[j]) for values in (inside, wrong_inside, outside, wrong))
            rows.append(DevRow._make((*facts, *found, verdict)))
    return DevTable(tuple(rows), se, int(r) * losses.shape[1] + int(k))


def _rows(path, intercept: bool) -> np.ndarray:
    """(L, 1 or K, p) coefficients, the intercept last where there is one."""
    return np.stack([coef_rows(path.coef_at(lam), intercept) for lam in path.lams])


def _fraction(model, task: Task, weight: np.ndarray) -> tuple[Task, Rows, Rows]:
    """A stratified draw of the rows: the task of the training rows, training rows, dev rows."""
    share = read_number(model.dev, "dev", "a fraction between 0 and 1, or (X_dev, y_dev)", lambda v: 0 < v < 1)
    data, classes = task.data, task.classes
    assert data is not None and classes is not None
    rng = check_random_state(0 if model.random_state is None else model.random_state)
    held = np.zeros(len(data.y), bool)
    numbers = inputs.class_numbers(data.y, classes)
    for side in reversed(range(len(classes))):
        rows = np.flatnonzero(numbers == side)
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        if count < 1:
            raise InputError("One class has a single row: none can be set aside as a dev row. Give (X_dev, y_dev).")
        held[rng.permutation(rows)[:count]] = True
    inside, dev = (Rows(data.X[rows], data.y[rows], weight[rows]) for rows in (~held, held))
    _weigh(dev.weight)
    free = read_columns(model.unpenalised, task.n_features, task.names, "unpenalised")
    train = read_task(
        inside.X, classes[numbers[~held]], penalty_factor=model.penalty_factor, unpenalised=free,
        sample_weight=data.weight[~held], fit_intercept=model.fit_intercept, standardize=model.standardize,
        lower=model.lower, upper=model.upper, grouped=model.grouped,
    )  # fmt: skip
    return replace(train, names=task.names), inside, dev


def _given(dev, task: Task, weight: np.ndarray) -> tuple[Task, Rows, Rows]:
    """Rows of their own."""
    data, classes = task.data, task.classes
    assert data is not None and classes is not None
    if not isinstance(dev, (tuple, list)) or len(dev) not in (2, 3):
        raise InputError(
            f"dev={show(dev)} must be a fraction between 0 and 1, (X_dev, y_dev) or (X_dev, y_dev, weights)."
        )
    X = inputs.align(dev[0], task.names, width=task.n_features)
    inputs.check_finite(X, task.names)
    labels = label_array(dev[1])
    if len(labels) != X.shape[0] or not len(labels):
        raise InputError(
            f"dev holds {X.shape[0]} rows and {len(labels)} labels: give one label for each row, at least one."
        )
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        raise InputError(
            f"dev holds the label {show(labels[unknown][0])}, which is not among the classes {listed(classes)}."
        )
    outside = inputs.read_weights(dev[2] if len(dev) == 3 else None, len(labels))
    _weigh(outside)
    return task, Rows(data.X, data.y, weight), Rows(X, np.searchsorted(classes, labels).astype(float), outside)


def _weigh(weight: np.ndarray) -> None:
    if not weight.sum() > 0.0:
        raise InputError(
            "The dev rows have no weight, so nothing judges the strengths. Give some of them a weight > 0."
        )
