"""Dev rows: strengths judged on rows set aside, with a table of what became of training and dev rows at each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .. import inputs
from ..errors import ConvergenceWarning, InputError
from ..inputs.labels import label_array
from ..paths import Grid, make_lams, paths_of_task
from ..runtime import Watch
from ..selection.criteria import choose
from ..tasks import Task, read_task


class DevRow(NamedTuple):
    """One strength; losses are mean log-losses in nats, errors shares of wrong labels, both weighted."""

    lam: float
    l1_ratio: float
    norm: float  # ‖w‖₂ on the columns as they came
    features: int
    train_loss: float
    train_error: float
    dev_loss: float
    dev_error: float
    verdict: str  # "underfit", "right" or "overfit"


@dataclass(frozen=True)
class DevTable:
    """rows in the order of λ, descending; `se` is the standard error of the best dev loss."""

    rows: tuple[DevRow, ...]
    se: float
    best: int

    def summary(self) -> str:
        """The table as text, the best row marked."""
        head = f"  {'λ':<11} {'l1':<5} {'‖w‖':<9} {'features':<9} {'train loss':<11} {'error':<7} {'dev loss':<9} {'error':<7} verdict"
        lines = [
            f"{'*' if k == self.best else ' '} {r.lam:<11.4g} {r.l1_ratio:<5.2g} {r.norm:<9.4g} {r.features:<9d} "
            f"{r.train_loss:<11.5g} {r.train_error:<7.4f} {r.dev_loss:<9.5g} {r.dev_error:<7.4f} {r.verdict}"
            for k, r in enumerate(self.rows)
        ]
        return "\n".join([head, *lines, f"* best on dev rows; right: within one SE ({self.se:.2g}) of it"])


def judge_on_dev(model, task: Task, ratios, strengths, watch: Watch) -> tuple[dict, list]:
    """Fit the training rows at every strength, choose on the dev rows; (attributes, warnings)."""
    fraction = np.isscalar(model.dev)
    train, dev_X, dev_y, dev_weight = _fraction(model, task) if fraction else _given(model, task)
    kind, values = strengths
    lams = 1.0 / (values * train.total) if kind == "C" else values
    grids = [make_lams(train, ratio, Grid(np.sort(lams)[::-1], len(lams))) for ratio in ratios]
    paths = paths_of_task(train, ratios, grids, max(inputs.read_tol(model.tol), 1e-6), watch)
    table, curves = [], []
    for path in paths:
        inside = _losses(path.decision_function(train.data.X), train.design.y, train.design.weight)
        outside = _losses(path.decision_function(dev_X), dev_y, dev_weight)
        curves.append((inside, outside))
    means = np.array([outside[0] for _, outside in curves])
    r = int(np.argmin(means.min(1)))
    k = choose(grids[r], means[r], np.full(len(lams), curves[r][1][2][int(np.argmin(means[r]))]), model.rule)
    lowest, se = float(means[r].min()), float(curves[r][1][2][int(np.argmin(means[r]))])
    for ratio, path, (inside, outside) in zip(ratios, paths, curves, strict=True):
        bottom = path.lams[int(np.argmin(outside[0]))]
        for j, lam in enumerate(path.lams):
            side = "underfit" if lam > bottom else "overfit"
            verdict = "right" if outside[0][j] <= lowest + se else side
            table.append(
                DevRow(
                    float(lam), float(ratio), float(np.linalg.norm(path.coef_at(lam)[0])), int(path.df[j]),
                    float(inside[0][j]), float(inside[1][j]), float(outside[0][j]), float(outside[1][j]), verdict,
                )  # fmt: skip
            )
    said = [(path.summary(), ConvergenceWarning) for path in paths if path.uncertified]
    lam = float(grids[r][k])
    whole = task if fraction and model.refit else train
    final = lam * train.total / whole.total if kind == "C" else lam
    fitted = model._final(whole, final, ratios[r], watch, said)
    back = np.argsort(np.argsort(-lams))
    scores = -means[None][:, :, back]
    paths_ = np.stack([_stacked(path, model.fit_intercept)[back] for path in paths])[None, :, :, None, :]
    rounds = np.stack([np.array([c.rounds for c in path.certificates])[back] for path in paths])[None]
    with np.errstate(divide="ignore"):
        Cs = values if kind == "C" else 1.0 / (lams * train.total)
    shared = dict(
        lams_=lams, Cs_=Cs, l1_ratios_=np.array(ratios), scores_=scores, coefs_paths_=paths_,
        n_iter_=np.maximum(rounds, 1), cross_validation_=None,
        dev_table_=DevTable(tuple(table), se, r * len(lams) + k),
    )  # fmt: skip
    return shared | fitted, said


def _stacked(path, intercept: bool) -> np.ndarray:
    coefs = path.coefs if isinstance(path.coefs, np.ndarray) else path.coefs.toarray()
    return np.column_stack([coefs.T, path.intercepts]) if intercept else coefs.T


def _losses(eta: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean log-loss, share of errors, and the standard error of the loss, for each column of eta (n, L)."""
    c, size = weight / weight.sum(), np.abs(eta)
    loss = np.where(eta >= 0.0, 1.0 - y[:, None], y[:, None]) * size + np.log1p(np.exp(-size))
    mean = c @ loss
    se = np.sqrt((c**2) @ (loss - mean) ** 2)
    return mean, c @ ((eta > 0.0) != (y[:, None] >= 0.5)), se


def _fraction(model, task: Task):
    """A stratified draw of the rows."""
    share = inputs.values.read_number(model.dev, "dev", "a fraction between 0 and 1, or (X_dev, y_dev)", lambda v: 0 < v < 1)
    if task.data is None:
        raise InputError("dev as a fraction needs X and y themselves, not a Design. Pass (X_dev, y_dev).")
    rng, d = np.random.default_rng(0 if model.random_state is None else model.random_state), task.data
    held = np.zeros(len(d.y), bool)
    for side in (d.y >= 0.5, d.y < 0.5):
        rows = np.flatnonzero(side)
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        if count < 1:
            raise InputError("One class has a single row: none can be set aside as a dev row. Give (X_dev, y_dev).")
        held[rng.permutation(rows)[:count]] = True
    X = d.X[~held]
    labels = task.classes[(d.y[~held] >= 0.5).astype(int)]
    train = read_task(
        X, labels, penalty_factor=model.penalty_factor, sample_weight=d.weight[~held],
        fit_intercept=model.fit_intercept, standardize=model.standardize,
    )  # fmt: skip
    return replace(train, names=task.names), d.X[held], d.y[held], d.weight[held]


def _given(model, task: Task):
    """Rows of their own."""
    if not isinstance(model.dev, (tuple, list)) or len(model.dev) != 2:
        raise InputError(f"dev={model.dev!r} must be a fraction between 0 and 1, or a pair (X_dev, y_dev).")
    X = inputs.align(model.dev[0], task.names, width=task.design.p)
    inputs.check_finite(X, task.names)
    labels = label_array(model.dev[1])
    if len(labels) != X.shape[0] or not len(labels):
        raise InputError(f"dev holds {X.shape[0]} rows and {len(labels)} labels: give one label for each row, at least one.")
    unknown = ~np.isin(labels, task.classes)
    if unknown.any():
        raise InputError(f"dev holds the label {labels[unknown][0]!r}, which is not among the classes {list(task.classes)}.")
    return task, X, (labels == task.classes[1]).astype(float), np.ones(len(labels))
