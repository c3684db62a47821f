"""What a cross-validation leaves in an estimator: judged by the sample weights alone, and without the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..lockstep import Answer
from ..lockstep.best import Outcome
from ..paths import Path
from ..selection import CrossValidation
from ..selection.scores import Judged, held_out_etas, read_scoring


def judged_by(found: CrossValidation, scoring, sample_weight: np.ndarray | None) -> CrossValidation:
    """`found` with other losses: class weights are for the fits, the held-out rows count as they are (scikit-learn's
    way); sample_weight (n,) or None, which a scorer then does not get."""
    task, scorer = found.task, read_scoring(scoring)
    assert task is not None and task.classes is not None
    weight = np.ones(task.design.n) if sample_weight is None else sample_weight
    losses, weights = np.empty_like(found.losses), np.empty_like(found.weights)
    for s, (split, answers) in enumerate(zip(found.splits, found.fold_answers, strict=True)):
        rows = np.flatnonzero(split.test)
        etas = held_out_etas(task, rows, [answer.point for answer in answers])
        weights[s] = weight[rows].sum()
        if scorer is None:
            values = log_losses(etas, task.design.y[rows], weight[rows])[0]
        else:
            labels = task.classes[(task.design.y[rows] >= 0.5).astype(int)]
            given = {} if sample_weight is None else {"sample_weight": weight[rows]}
            nowhere = np.zeros((len(rows), 1))
            values = [-float(scorer(Judged(eta, task.classes), nowhere, labels, **given)) for eta in etas.T]
        losses[s] = np.reshape(values, losses.shape[1:])
    return replace(found, losses=losses, weights=weights, scoring=scoring)


def log_losses(eta: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean log-loss, share of wrong labels, and the standard error of the loss, (C,) for the columns of eta (n, C).

    se² = Σ c² (ℓ - mean)², c = weights over their sum: sd/√n with equal weights.
    """
    c, size = weight / weight.sum(), np.abs(eta)
    loss = np.where(eta >= 0.0, 1.0 - y[:, None], y[:, None]) * size + np.log1p(np.exp(-size))
    mean = c @ loss
    return mean, c @ ((eta > 0.0) != (y[:, None] >= 0.5)), np.sqrt((c**2) @ (loss - mean) ** 2)


def without_data(found: CrossValidation) -> CrossValidation:
    """The curves, paths and certificates, so that a model does not hold (and pickle) the rows it was fitted to."""
    paths: tuple[Path, ...] = tuple(replace(path, task=None, points=[]) for path in found.paths)
    outcomes: dict[int, Outcome] = {}
    answers = []
    for mine in found.fold_answers:
        for answer in mine:
            outcomes.setdefault(id(answer.outcome), replace(answer.outcome, family=None))
        answers.append([Answer(outcomes[id(a.outcome)], replace(a.best, kept=(), given=None, proof=None)) for a in mine])
    return replace(found, paths=paths, fold_answers=tuple(answers), task=None)
