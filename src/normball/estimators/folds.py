"""Folds: strengths judged on held-out rows; what of it an estimator keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import inputs
from ..errors import ConvergenceWarning
from ..lockstep import Answer
from ..paths import Grid, Path
from ..results import strengths_of
from ..runtime import Watch
from ..selection import CrossValidation, Split, cross_validate_task
from ..selection.scores import Judged, held_out_etas, read_scoring
from ..tasks import Task
from .base import coef_rows, fit_all, log_losses
from .strengths import Strengths

PATH_TOL = 1e-6  # of the path that the folds begin from; what is chosen is fitted to the model's own tol


def judge_on_folds(
    model, task: Task, splits: list[Split], sample_weight, ratios: tuple[float, ...], strengths: Strengths, watch: Watch
) -> tuple[dict, list]:
    """Fit every fold at every strength, choose, fit all rows; (attributes, warnings) for a LogisticRegressionCV."""
    lams, tol = strengths.lams(task.total), inputs.read_tol(model.tol)
    Cs = strengths.Cs(lams, task.total)
    order = np.argsort(-lams)
    scoring = "accuracy" if model.scoring is None else model.scoring
    scoring = "log_loss" if isinstance(scoring, str) and scoring == "neg_log_loss" else scoring
    found = cross_validate_task(
        task, splits, ratios, Grid(lams[order], len(lams), fades=strengths.fades[order]),
        scoring="log_loss" if model.class_weight else scoring, tol=max(tol, PATH_TOL),
        fold_tol=inputs.read_tol(model.fold_tol), watch=watch,
    )  # fmt: skip
    if model.class_weight:
        weight = None if sample_weight is None else inputs.read_weights(sample_weight, task.design.n)
        found = judged_by(found, scoring, weight)
    because = f" ({watch.reason})" if watch.reason else ""
    said = [(words + because, kind) for words, kind in found.warnings() if kind is ConvergenceWarning]
    as_given, shape = np.argsort(order), found.losses.shape
    answers = np.empty(shape, dtype=object)
    for s, mine in enumerate(found.fold_answers):
        answers[s].flat = mine
    answers, losses = answers[:, :, as_given], found.losses[:, :, as_given]
    rows = [coef_rows(a.coefs, model.fit_intercept) for a in answers.flat]
    coefs = np.array(rows).reshape(*shape, *rows[0].shape)
    fitted = dict(
        lams_=lams, Cs_=Cs, l1_ratios_=np.array(ratios), scores_=-losses, coefs_paths_=coefs,
        n_iter_=np.array([max(a.best.rounds, 1) for a in answers.flat], np.int32).reshape(shape),
        cross_validation_=without_data(found), dev_table_=None,
    )  # fmt: skip
    r, k = ratios.index(found.l1_ratio_min), int(order[found.index(model.rule)])
    if model.refit:
        proved, more = fit_all(task, lams[k], ratios[r], tol, watch, found.path.coef_at(lams[k]))
        return fitted | proved | dict(C_=float(Cs[k]), l1_ratio_=ratios[r]), said + more
    chosen = [(r, k)] * len(losses) if model.rule == "1se" else [_best(loss, lams) for loss in losses]
    worst = max(
        (answers[s, r, k] for s, (r, k) in enumerate(chosen)), key=lambda answer: answer.relative_gap
    ).certificate
    mean = np.mean([coefs[s, r, k] for s, (r, k) in enumerate(chosen)], axis=0)
    p, C = task.n_features, float(np.mean([Cs[k] for _, k in chosen]))
    lam, ratio = 1.0 / (C * task.total), float(np.mean([ratios[r] for r, _ in chosen]))
    return fitted | dict(
        coef_=mean[:, :p], intercept_=mean[:, p] if model.fit_intercept else np.zeros(len(mean)), C_=C,
        lambda_=lam, strength_=strengths_of(lam, ratio, task.total), l1_ratio_=ratio, certificate_=worst,
        status_=worst.status,
    ), said  # fmt: skip


def _best(losses: np.ndarray, lams: np.ndarray) -> tuple[int, int]:
    """(l1_ratio, strength) of the smallest loss (R, L) of one fold; of equals the strongest penalty."""
    equals = np.argwhere(losses == np.nanmin(losses)).tolist()
    r, k = min(equals, key=lambda place: (-lams[place[1]], place[0]))
    return r, k


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
            values = log_losses(np.moveaxis(etas, 1, -1), task.design.y[rows], weight[rows])[0]
        else:
            labels = task.classes[inputs.class_numbers(task.design.y[rows], task.classes)]
            given = {} if sample_weight is None else {"sample_weight": weight[rows]}
            nowhere = np.zeros((len(rows), 1))
            values = [
                -float(scorer(Judged(eta, task.classes), nowhere, labels, **given)) for eta in np.moveaxis(etas, 1, 0)
            ]
        losses[s] = np.reshape(values, losses.shape[1:])
    return replace(found, losses=losses, weights=weights, scoring=scoring)


def without_data(found: CrossValidation) -> CrossValidation:
    """The curves, paths and certificates, so that a model does not hold (and pickle) the rows it was fitted to."""
    paths: tuple[Path, ...] = tuple(replace(path, task=None, answers=()) for path in found.paths)
    outcomes = {id(a.outcome): a.outcome for mine in found.fold_answers for a in mine}
    outcomes = {key: replace(outcome, family=None) for key, outcome in outcomes.items()}
    answers = []
    for mine in found.fold_answers:
        answers.append(
            [Answer(outcomes[id(a.outcome)], replace(a.best, kept=(), given=None, proof=None)) for a in mine]
        )
        for kept, a in zip(answers[-1], mine, strict=True):
            kept.__dict__["certificate"] = a.certificate  # made from the data, once
    return replace(found, paths=paths, fold_answers=tuple(answers), task=None)
