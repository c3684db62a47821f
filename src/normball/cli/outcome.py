"""What a fit found: both fits, the judgement and the alerts (as text and JSON: telling.py; as files: keeping.py)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import ConvergenceWarning
from ..report import Alert, ClassJudgement, Judgement, judge, judge_classes
from ..report import alerts as look
from ..report import alerts_classes as look_at_classes
from ..results import Solution
from ..strength import Strength
from ..tables import Encoder
from ..verbs import path, solve
from .choosing import Chosen, Wish, choose_strength
from .rows import Rows

__all__ = ["Outcome", "Plan", "fit_rows"]

LOOKED_AT = 50_000  # rows in which leaks are looked for: an AUC needs no more


@dataclass(frozen=True)
class Plan:
    """What was asked for, after everything was checked."""

    data: str
    target: str
    positive: Any  # None with three or more classes
    strength: Strength | None  # None: to be chosen
    why: str  # where the strength comes from, in words
    l1_ratio: float
    wish: Wish | None  # how it is to be chosen
    standardize: bool
    tol: float
    holdout: float
    seed: int
    command: str
    data_hash: str
    versions: dict[str, str]
    grouped: bool = False  # the classes of a column enter together


@dataclass(frozen=True)
class Outcome:
    """The fit of all rows, and the judgement of the same fit without the held-out rows.

    held       rows that were held out, a mask (n,), or None;  judgement: of the fit of the other rows, on them, or
               out of fold where λ was chosen and no rows were set aside
    sd         (p,) weighted standard deviations of the encoded columns
    shares     (K,) of the classes, by weight
    base_rate  the share of the positive class; with three or more, of the most frequent one
    """

    plan: Plan
    rows: Rows
    encoder: Encoder
    solution: Solution
    sd: np.ndarray
    shares: np.ndarray
    held: np.ndarray | None
    judgement: Judgement | ClassJudgement | None
    alerts: tuple[Alert, ...]
    chosen: Chosen | None = None  # by cross-validation, on all rows that are fitted

    @property
    def several(self) -> bool:
        """Whether there are three or more classes."""
        return len(self.rows.classes) > 2

    @property
    def base_rate(self) -> float:
        return float(self.shares.max() if self.several else self.shares[1])

    @property
    def negative(self) -> Any:
        low, high = self.rows.classes[:2]
        return low if self.plan.positive == high and type(self.plan.positive) is type(high) else high


def fit_rows(
    plan: Plan, rows: Rows, encoder: Encoder, y: np.ndarray, held: np.ndarray | None, quiet: bool = False
) -> Outcome:
    """Choose λ where it is to be chosen; judge it on rows the judged fit has not seen; fit all rows: the model kept.

    y : (n,) 1 where a row has the positive label; of three or more classes the number of its class

    A strength that was given stays as it was said for fewer rows too: C = 1 is C = 1, as scikit-learn would have it,
    and λ = 0.01 is λ = 0.01.
    """
    w = np.ones(len(y)) if rows.weight is None else rows.weight
    alerts: list[Alert] = []
    judgement, train, chosen = None, np.ones(len(y), bool) if held is None else ~held, None
    whole = float(w.sum())
    if plan.wish is not None:
        group = None if rows.group is None else rows.group[train]
        wish, which = fewer_folds(plan.wish, y[train], group), scaled(encoder, plan.standardize)
        chosen = choose_strength(rows.X[train], y[train], w[train], which, wish, group, encoder.names, quiet)
        plan = replace(plan, l1_ratio=chosen.l1_ratio, why=chosen.why)
        if chosen.edge:
            alerts.append(Alert("grid", "warning", chosen.edge))
        if chosen.found.uncertified:
            sentence = (
                f"{chosen.found.uncertified} answers of folds are not certified: take the held-out numbers with care."
            )
            alerts.append(Alert("uncertified", "serious", sentence))
    if held is not None:
        part, tested = _solved(plan, encoder, rows.X[train], y[train], w[train], chosen, whole), held
        eta = part.decision_function(rows.X[tested])
        judgement = judged(eta, y[tested], shares_of(y[train], w[train]), w[tested])
        status = part.certificate.status
        if status != "certified":
            sentence = f"The fit behind the held-out numbers, without those rows, is {status}: take them with care."
            alerts.append(Alert("uncertified", "serious", sentence))
        both = look.row_hashes(rows.X, y)
        alerts += look.duplicate_alerts(both[train], both[tested])
    elif chosen is not None:
        judgement = judged(chosen.etas, y, shares_of(y, w), w)
    solution = _solved(plan, encoder, rows.X, y, w, chosen, whole, encoder.names, rows.classes)
    shares = shares_of(y, w)
    words = solution.certificate.summary().rpartition(" [")[0]
    alerts += look.proof_alerts(solution.certificate.status, words)
    shown = np.flatnonzero(train)
    shown = shown[:: -(-len(shown) // LOOKED_AT)]
    alerts += look.set_aside_alerts(encoder.set_aside)
    seen, absent = (rows.X[shown], y[shown], encoder.names, encoder.sources), list(rows.absent)
    flags = np.column_stack(list(rows.absent.values())) if absent else np.zeros((len(y), 0), bool)
    if len(shares) > 2:
        labels = [str(label) for label in rows.classes]
        alerts += look_at_classes.class_leak_alerts(*seen)
        alerts += look_at_classes.class_imbalance_alerts(shares.tolist(), len(y), labels)
        alerts += look_at_classes.class_missingness_alerts(flags, y, absent, labels)
    else:
        alerts += look.leak_alerts(*seen)
        alerts += look.imbalance_alerts(float(shares[1]), len(y), str(plan.positive))
        alerts += look.missingness_alerts(flags, y, absent)
    mean = w @ rows.X / w.sum()
    sd = np.sqrt(np.maximum(sum_of_squares(rows.X, w, mean) / w.sum(), 0.0))
    return Outcome(plan, rows, encoder, solution, sd, shares, held, judgement, look.by_severity(alerts), chosen)


def shares_of(y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """(K,) the share of each class by weight."""
    sums = np.bincount(y.astype(np.int64), weights=w)
    return sums / sums.sum()


def judged(eta: np.ndarray, y: np.ndarray, shares: np.ndarray, w: np.ndarray) -> Judgement | ClassJudgement:
    """Held-out rows against what the fit says, and against the shares of the classes among the training rows."""
    if len(shares) > 2:
        return judge_classes(eta, y, null_eta=np.log(shares), weight=w)
    rate = float(shares[1])
    return judge(eta, y, null_eta=float(np.log(rate) - np.log1p(-rate)), weight=w)


def fewer_folds(wish: Wish, y: np.ndarray, group) -> Wish:
    """Not more folds than rows of the rarest class, or groups, where the number was not asked for."""
    most = int(np.bincount(y.astype(np.int64)).min()) if group is None else len(np.unique(group))
    return wish if wish.asked else replace(wish, folds=max(2, min(wish.folds, most)))


def sum_of_squares(X, w, mean) -> np.ndarray:
    """(p,) Σ w (x - mean)², in blocks of rows."""
    total = np.zeros(X.shape[1])
    for start in range(0, len(X), 8192):
        off = X[start : start + 8192] - mean
        total += w[start : start + 8192] @ (off * off)
    return total


def scaled(encoder: Encoder, standardize: bool) -> np.ndarray:
    """Which encoded columns are standardised: what is measured in units. A 0/1 column has none, and a rare level would
    go almost unpenalised: its spread is small."""
    return encoder.measured & standardize


def _solved(
    plan: Plan, encoder: Encoder, X, y, w, chosen: Chosen | None, whole: float, names=None, classes=()
) -> Solution:
    """One fit, its warning left to the output; whole: the weight of all rows, of which these may be a part;
    names: of the encoded columns, for the certificate's words; classes: the labels."""
    which = scaled(encoder, plan.standardize)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if chosen is not None and chosen.relaxed:
            shared: dict[str, Any] = dict(sample_weight=w, standardize=which, tol=plan.tol)
            found = path(X, y, lams=[chosen.lam], l1_ratio=chosen.l1_ratio, relax=0.0, **shared).solution(chosen.lam)
        else:
            if chosen is not None:
                lam = chosen.lam
            else:
                assert plan.strength is not None  # fit refuses neither
                given = plan.strength  # a radius, k or df is looked for in these rows
                lam = given if given.by_path else given.lam(float(w.sum()), plan.l1_ratio, whole=whole)
            found = solve(
                X, y, lam=lam, l1_ratio=plan.l1_ratio, sample_weight=w, standardize=which, grouped=plan.grouped,
                tol=plan.tol,
            )  # fmt: skip
    if names is None:
        return found
    return named(found, names, classes)


def named(found: Solution, names, classes) -> Solution:
    """The solution in the words of the table: names of the encoded columns, labels of several classes."""
    certificate = replace(found.certificate, names=names)
    if certificate.separation is not None:
        called = (*names, "the intercept")
        if len(classes) > 2:
            called = tuple(f"{name} (class {label})" for name in called for label in classes)
        called = replace(certificate.separation, names=called)
        certificate = replace(certificate, separation=called)
    labels = np.array(classes, dtype=object) if len(classes) > 2 else found.classes
    return replace(found, names=names, classes=labels, certificate=certificate)
