"""NeuralClassifierCV: all λ and all folds trained as one stacked model; λ chosen by what they say of held-out rows."""

# pyright: reportMissingImports=false
from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.model_selection import check_cv

from ..errors import InputError, Interrupted
from ..inputs import read_flag, read_lam
from ..inputs.words import show
from ..selection.criteria import choose, mean_and_se, read_rule
from ..selection.dev_table import DevRow, DevTable, verdicts
from .base import facts
from .classifier import Classes, head_of
from .feed import Fold
from .network import HEADS, Network, as_tensor, wrong
from .settings import read_plan
from .train import Member, Trained, train

LAMS = tuple(float(lam) for lam in np.logspace(0, -6, 10))


class NeuralClassifierCV(Classes):
    """NeuralClassifier with λ chosen by cross-validation, or on dev rows.

    All λ of all folds are one stacked model: they share the first weights and, within a fold, the batches, so their
    curve is smoother than that of separate runs, and the whole grid takes a fraction of the time.

    Parameters
    ----------
    lams : array-like or None, default=None
        λ >= 0 on the mean loss, the same in every fold.  None: ten from 1 to 1e-6.
    cv : int, splitter, iterable or None, default=None
        As in scikit-learn; None: 5 folds, stratified.
    dev : float, tuple or None, default=None
        Choose on dev rows instead of folds: a fraction of the rows, or (X_dev, y_dev).  `dev_table_` says for every λ
        what became of training and dev rows.  (In NeuralClassifier dev rows say when to stop; here they judge λ, so
        nothing stops early by them.)
    rule : 'min' or '1se', default='min'
        The smallest mean held-out log-loss, or the largest λ within one standard error of it.
    refit : bool, default=True
        With a fraction `dev`: train on all rows at the chosen λ.  With folds always.
    hidden, l1_ratio, group, max_norm, activation, optimizer, learning_rate, momentum, epochs, batch_size, patience,
    tol, random_state, dtype, device, progress
        As in NeuralClassifier.

    Attributes
    ----------
    lams_ : ndarray (n_lams,)
        In the order given.
    scores_ : ndarray (n_folds, n_lams)
        Minus the mean held-out log-loss: larger is better.
    mean_loss_, se_loss_ : ndarray (n_lams,)
        The curve, and its standard error over the folds (with dev: over the dev rows).
    lambda_, lam_min_, lam_1se_ : float
        What was chosen, and what both rules would choose.
    dev_table_ : DevTable or None
        .rows and .summary(); None with folds.  `features` counts the columns of X that are used, ‖w‖ is ‖W‖_F of all
        layers together.
    coefs_, intercepts_, used_, history_, certificate_, status_, n_iter_, classes_, n_features_in_, feature_names_in_
        Of the final network, as in NeuralClassifier.

    After Ctrl-C the estimator is the best model so far: during the folds the first fold's network at the best λ, later
    the final one as far as it came; then Interrupted is raised.
    """

    lams_: np.ndarray
    scores_: np.ndarray
    mean_loss_: np.ndarray
    se_loss_: np.ndarray
    lam_min_: float
    lam_1se_: float
    dev_table_: DevTable | None

    def __init__(
        self, lams=None, *, cv=None, dev=None, rule="min", refit=True, hidden=(64, 32), l1_ratio=0.0, group=False,
        max_norm=None, activation="relu", optimizer="auto", learning_rate=None, momentum=0.9, epochs=None,
        batch_size="auto", patience=10, tol=None, random_state=None, dtype=None, device=None, progress=None,
    ):  # fmt: skip
        self.lams = lams
        self.cv = cv
        self.dev = dev
        self.rule = rule
        self.refit = refit
        self.hidden = hidden
        self.l1_ratio = l1_ratio
        self.group = group
        self.max_norm = max_norm
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.tol = tol
        self.random_state = random_state
        self.dtype = dtype
        self.device = device
        self.progress = progress

    def fit(self, X, y):
        """Train all, choose, and train the chosen λ on all rows.  Arguments and errors as in NeuralClassifier.fit."""
        read_rule(self.rule)
        refit, lams = read_flag(self.refit, "refit"), read_lams(self.lams)
        if self.dev is not None and self.cv is not None:
            raise InputError("cv and dev were both given: choose on folds or on dev rows. Leave one of them out.")
        shadow, X, y, classes, code = self._read(X, y)
        seed, n = self._seed(), len(X)
        X, y, rows, dev = self._with_dev(shadow, X, y, seed, code)
        splits = self._splits(X, y) if dev is None else [(rows, dev)]
        head, outputs = head_of(classes)
        plan = read_plan(self, head, X.shape[1], outputs, min(len(part) for part, _ in splits))
        folds = [Fold(train_rows, None, seed) for train_rows, _ in splits]
        members = [Member(float(lam), f) for f in range(len(folds)) for lam in lams]
        watch = self._watch()
        watch.stage = "folds"
        trained, stopped = train(plan, X, y, folds, members, watch)
        told, k = self._choose(plan, trained, lams, splits, X, y)
        told |= facts(shadow, classes_=classes)
        lam, last = float(lams[k]), Fold(np.arange(n), None, seed)
        if stopped:
            self._become(plan, trained[k], X, y, folds[0], lam, told, True)
        elif dev is None or (refit and not isinstance(self.dev, (tuple, list))):
            self._train_one(plan, X, y, last, lam, told)
        else:
            self._become(plan, trained[k], X, y, folds[0], lam, told, False)
        return self

    def _splits(self, X, y) -> list[tuple[np.ndarray, np.ndarray]]:
        """(training rows, held-out rows), every class among the training rows."""
        cv = 5 if self.cv is None else self.cv
        if isinstance(cv, (bool, str)):
            raise InputError(f"cv={show(cv)} must be a number of folds, a splitter, or pairs of row numbers.")
        try:
            splitter: Any = check_cv(cv, y, classifier=True)
            pairs = [(np.asarray(inside), np.asarray(outside)) for inside, outside in splitter.split(X, y)]
        except (ValueError, TypeError) as problem:
            raise InputError(f"cv={show(self.cv)} makes no folds of these rows: {problem}") from problem
        for k, (inside, outside) in enumerate(pairs):
            if len(np.unique(y[inside])) < len(np.unique(y)) or not len(outside):
                raise InputError(
                    f"Split {k} has no row of some class to train on, or holds out no row: use fewer folds, or folds "
                    "that are stratified by class (cv as a number)."
                )
        return pairs

    def _choose(self, plan, trained: list[Trained], lams, splits, X, y) -> tuple[dict, int]:
        """(attributes, the chosen λ's number)."""
        if not all(one.coefs for one in trained):
            raise Interrupted(None)  # before the first epoch of some: nothing to compare
        count = len(lams)
        facts_of = [held_out(plan, one, X, y, splits[k // count][1]) for k, one in enumerate(trained)]
        losses = np.array([loss for loss, _, _ in facts_of]).reshape(-1, count)
        mean, se = mean_and_se(losses, np.array([len(out) for _, out in splits], float))
        if self.dev is not None:
            se = np.array([own for _, _, own in facts_of])
        low, high = choose(lams, mean, se, "min"), choose(lams, mean, se, "1se")
        table = None
        if self.dev is not None:
            inside = [held_out(plan, one, X, y, splits[0][0]) for one in trained]
            table = make_table(lams, plan.l1_ratio, trained, inside, facts_of)
        told = dict(
            lams_=lams, scores_=-losses, mean_loss_=mean, se_loss_=se, lam_min_=float(lams[low]),
            lam_1se_=float(lams[high]), dev_table_=table,
        )  # fmt: skip
        return told, low if self.rule == "min" else high


def read_lams(lams) -> np.ndarray:
    """The λ to try, each once, in the order given."""
    values = np.array([read_lam(lam) for lam in np.atleast_1d(np.asarray(LAMS if lams is None else lams, object))])
    if values.ndim != 1 or not len(values) or len(np.unique(values)) < len(values):
        raise InputError(f"lams={show(lams)} is empty or names a λ twice: give each once.")
    return values


def held_out(plan, trained: Trained, X, y, rows) -> tuple[float, float, float]:
    """Mean loss, share of errors and standard error of the loss, in float64."""
    network = Network(plan.widths, plan.activation, torch.float64).put(trained.coefs, trained.intercepts)
    with torch.no_grad():
        eta, target = network(as_tensor(np.asarray(X[rows], np.float64))), as_tensor(y[rows])
        losses = HEADS[plan.head](eta, target).numpy()
        errors = wrong(plan.head, eta, target).numpy()
    return float(losses.mean()), float(errors.mean()), float(losses.std() / len(losses) ** 0.5)


def make_table(lams, l1_ratio: float, trained: list[Trained], inside: list, outside: list) -> DevTable:
    """λ descending; losses and errors of training and dev rows."""
    order = [int(k) for k in np.argsort(-lams, kind="stable")]
    train_loss, dev_loss = (np.array([side[k][0] for k in order]) for side in (inside, outside))
    best = int(np.argmin(dev_loss))
    se = outside[order[best]][2]
    words = verdicts(train_loss, dev_loss, train_loss[best], dev_loss[best], se)
    rows = tuple(
        DevRow(
            float(lams[k]), l1_ratio, float(np.sqrt(sum((coef**2).sum() for coef in trained[k].coefs))),
            int(np.any(trained[k].coefs[0] != 0.0, axis=1).sum()), inside[k][0], inside[k][1], outside[k][0],
            outside[k][1], word,
        )
        for k, word in zip(order, words, strict=True)
    )  # fmt: skip
    return DevTable(rows, se, best)
