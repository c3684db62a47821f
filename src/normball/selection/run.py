"""Cross-validation of a checked task: one path on all rows, then all folds from it, together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit, softmax

from .. import runtime
from ..errors import InputError
from ..lockstep import Answer, choose_chain, solve_family
from ..paths import Grid, make_lams, paths_of_task
from ..paths.path import solve_columns, whole_or_not
from ..paths.relaxed import refit_supports
from ..runtime import Watch
from ..tasks import LOSSES, Task
from .cross_validation import CrossValidation
from .scores import OWN, as_came, held_out_etas, read_scoring, scored
from .splits import Group, Split, together


def cross_validate_task(
    task: Task, splits: list[Split], l1_ratios: tuple[float, ...], grid: Grid, *, scoring=None, relax=None,
    keep_predictions=False, tol=1e-6, fold_tol=1e-5, watch: Watch | None = None,
) -> CrossValidation:  # fmt: skip
    """See `cross_validate`; grid: of these data (`Grid.at`)."""
    watch, scorer = watch or Watch(), read_scoring(scoring, task.loss)
    scoring = OWN[task.loss][0] if scoring is None else scoring
    if task.n_classes > 2 and isinstance(scoring, str) and scoring == "roc_auc":
        raise InputError("scoring='roc_auc' is of two classes. Of more, give 'roc_auc_ovr' or 'roc_auc_ovo'.")
    if not l1_ratios:
        raise InputError("l1_ratios is empty: give at least one number from 0 to 1.")
    groups = together(splits)
    if task.design.cells is None or not np.array_equal(task.design.cells, groups[0].cells):
        task = task.with_cells(groups[0].cells)
    lams = [make_lams(task, ratio, grid) for ratio in l1_ratios]
    paths = paths_of_task(task, l1_ratios, lams, tol, watch, relax)
    starts = paths
    if relax is not None:  # folds begin from the first stage
        first = solve_columns(task, l1_ratios, lams, tol, watch)
        starts = [
            [answer.point for answer in first][sum(map(len, lams[:r])) :][: len(lams[r])] for r in range(len(lams))
        ]
    else:
        starts = [[answer.point for answer in path.answers] for path in paths]
    shape = (len(splits), len(l1_ratios), max(map(len, lams)))
    losses, weights = np.full(shape, np.nan), np.empty(len(splits))
    each = (task.n_classes,) if task.n_classes > 2 else ()
    predictions = np.full((task.design.n, *shape[1:], *each), np.nan) if keep_predictions else None
    counted = np.zeros(task.design.n)
    kept: list = [None] * len(splits)
    for g, group in enumerate(groups):
        here = task if g == 0 else task.with_cells(group.cells)
        for s, answers in _folds(here, group, l1_ratios, lams, starts, relax, fold_tol, watch, grid.fades):
            rows = np.flatnonzero(splits[s].test)
            weights[s] = task.design.weight[rows].sum()
            kept[s] = answers
            etas = None
            if scorer is not None or keep_predictions or relax is not None:
                etas = held_out_etas(here, rows, [answer.point for answer in answers])
            values = _values(here, scorer, rows, etas, answers, weights[s], relax)
            at = 0
            for r, path in enumerate(lams):
                losses[s, r, : len(path)] = values[at : at + len(path)]
                if predictions is not None and etas is not None:
                    p = _predicted(here, rows, etas[:, at : at + len(path)])
                    predictions[rows, r, : len(path)] = np.nan_to_num(predictions[rows, r, : len(path)]) + p
                at += len(path)
            counted[rows] += 1
    if predictions is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            predictions /= counted[(slice(None), *[None] * (predictions.ndim - 1))]
    return CrossValidation(
        tuple(paths), tuple(l1_ratios), tuple(lams), losses, weights, tuple(splits), scoring, relax, tuple(kept),
        predictions, watch.seconds, task,
    )  # fmt: skip


def _folds(task: Task, group: Group, l1_ratios, lams, starts, relax, tol: float, watch: Watch, fades):
    """(split number, its answers in the order l1_ratios, λ) for each split of a group, all of them solved together.

    fades (λ,) or None: where λ·(sum of weights) is what stays the same, not λ.
    """
    design = task.design
    norm = design.survey.totals @ group.train
    columns, init = [], []
    shapes = {ratio: task.column(1.0, ratio) for ratio in l1_ratios}
    for k in range(len(group.numbers)):
        for ratio, path, points in zip(l1_ratios, lams, starts, strict=True):
            fold_lams = path if fades is None else np.where(fades, path * task.total / norm[k], path)
            if task.flags.any():  # standardised by the fold's own rows
                columns += task.columns(fold_lams, ratio, k, group.train[:, k])
            else:
                columns += [replace(shapes[ratio], lam=float(lam), split=k) for lam in fold_lams]
            init += points
    base = task.family([columns[0]], tol)
    tables = dict(train=group.train, test=group.test, norm=norm)
    held = [c for c, column in enumerate(columns) if column.lam > 0.0]
    answers: dict[int, Answer] = {}
    watch.stage = "folds"
    with whole_or_not(), runtime.workers():
        if held:
            family = replace(base, columns=tuple(columns[c] for c in held), single_precision=True, **tables)
            family = replace(family, free=np.flatnonzero(family.columns[0].free))
            found = solve_family(family, choose_chain(family), watch, [init[c] for c in held], False, task.names)
            answers.update(zip(held, found, strict=True))
        for c in set(range(len(columns))) - set(held):
            free = np.flatnonzero(columns[c].free)
            family = replace(base, columns=(columns[c],), free=free, polish=True, **tables)
            answers[c] = solve_family(family, choose_chain(family), watch, init[c], False, task.names)[0]
    per_split = len(columns) // len(group.numbers)
    for k, number in enumerate(group.numbers):
        mine = [answers[c] for c in range(k * per_split, (k + 1) * per_split)]
        if relax is not None:
            mine = _second_stage(task, group, k, norm, mine, columns[k * per_split :], relax, tol, watch)
        yield number, mine


def _second_stage(task: Task, group: Group, k: int, norm, answers, columns, relax, tol: float, watch: Watch):
    """Selection inside the fold, then the refit on the fold's own rows; ridge columns select nothing and stay."""
    watch.stage = "relaxed"
    split = dict(train=group.train[:, [k]], test=group.test[:, [k]], norm=norm[[k]])
    selected = [c for c, column in zip(range(len(answers)), columns, strict=False) if column.l1_ratio > 0.0]
    refitted = refit_supports(task, [answers[c].point[0] for c in selected], relax, min(tol, 1e-8), watch, **split)
    answers = list(answers)
    for c, answer in zip(selected, refitted, strict=True):
        answers[c] = answer
    return answers


def _predicted(task: Task, rows, etas) -> np.ndarray:
    """Probabilities of the second class, or of each of several, or numbers in the units of y."""
    if task.loss == "squared":
        return as_came(task, rows, etas)[0]
    return expit(etas) if etas.ndim == 2 else softmax(etas, axis=-1)


def _values(task: Task, scorer, rows, etas, answers, weight: float, relax) -> np.ndarray:
    """The held-out losses of one split."""
    if scorer is not None:
        return scored(task, scorer, rows, etas)
    unit = 2.0 if task.loss == "squared" else 1.0  # a squared error is twice its loss
    if relax is None:
        return unit * np.array([answer.score for answer in answers]) / weight
    y, c = task.design.y[rows, None], task.design.weight[rows] / weight
    return unit * task.design.y_scale**2 * (c @ np.asarray(LOSSES[task.loss].value(y, etas)))
