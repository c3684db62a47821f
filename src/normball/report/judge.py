"""How good a model is on rows that were held out of the fit: plain numpy, every number with its definition.

Everything starts from η, the log-odds, not from rounded probabilities: a probability of 1 - 1e-20 keeps its loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..errors import InputError

STEPS = 1000  # thresholds 0, 1/1000, …, 1
BARS = 40  # bars of the picture of the probabilities
GROUPS = 10  # groups of the calibration curve
POINTS = 200  # points kept of a curve; areas are computed from all of them
Z95 = 1.959963984540054  # 97.5 % point of the standard normal distribution


@dataclass(frozen=True)
class Group:
    """Held-out rows of similar predicted probability; low, high: 95 % Wilson interval of `observed`."""

    predicted: float
    observed: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class Judgement:
    """Numbers on held-out rows; losses in nats per row.

    log_loss, log_loss_se     mean of ℓ and its standard error
    null_log_loss             the same for the model that knows only the training rows' base rate
    gain, gain_se             mean of (null loss - loss) row by row: paired, so its error is the one to look at
    brier                     mean of (p - y)²
    auc, average_precision    None where only one class was held out
    roc                       (false positive rate, true positive rate), from (0, 0) to (1, 1)
    precision_recall          (recall, precision), by rising recall
    above, above_positive     weight of rows, and of positive rows, with p >= k/1000, k = 0 … 1000
    bars                      (negatives, positives) by predicted probability, in 40 equal bars
    """

    rows: int
    positives: float
    negatives: float
    log_loss: float
    log_loss_se: float
    null_log_loss: float
    gain: float
    gain_se: float
    brier: float
    mean_predicted: float
    auc: float | None
    average_precision: float | None
    roc: tuple[tuple[float, float], ...]
    precision_recall: tuple[tuple[float, float], ...]
    calibration: tuple[Group, ...]
    bars: tuple[tuple[float, float], ...]
    above: tuple[float, ...]
    above_positive: tuple[float, ...]

    @property
    def base_rate(self) -> float:
        return self.positives / (self.positives + self.negatives)

    def confusion(self, k: int) -> tuple[float, float, float, float]:
        """(true positives, false positives, false negatives, true negatives) where p >= k/1000 is called positive."""
        tp, fp = self.above_positive[k], self.above[k] - self.above_positive[k]
        return tp, fp, self.positives - tp, self.negatives - fp


def judge(eta, y, *, null_eta: float, weight=None) -> Judgement:
    """Judge log-odds against what happened.

    Parameters
    ----------
    eta : (n,) log-odds of the positive class;  y : (n,) of 0 and 1, or bool
    null_eta : log-odds of the positive class in the *training* rows: what one would say without any column
    weight : (n,) >= 0, or None

    Raises
    ------
    InputError      no rows, shapes that differ, y not of 0 and 1, η not finite, weights negative or all zero

    Law: tests/report/test_judge.py (scikit-learn's metrics)
    """
    eta, y, w = _checked(eta, y, null_eta, weight)
    p, share = expit(eta), w / w.sum()
    loss, null = _log_loss(eta, y), _log_loss(np.full_like(eta, null_eta), y)
    positives, negatives = float((w * y).sum()), float((w * (1 - y)).sum())
    both = positives > 0.0 and negatives > 0.0
    roc, pr, auc, ap = _curves(eta, y, w) if both else ((), (), None, None)
    above = _tail_sums(p, w, STEPS)
    return Judgement(
        rows=len(eta),
        positives=positives,
        negatives=negatives,
        log_loss=float(share @ loss),
        log_loss_se=_standard_error(loss, share),
        null_log_loss=float(share @ null),
        gain=float(share @ (null - loss)),
        gain_se=_standard_error(null - loss, share),
        brier=float(share @ (p - y) ** 2),
        mean_predicted=float(share @ p),
        auc=auc,
        average_precision=ap,
        roc=roc,
        precision_recall=pr,
        calibration=_calibration(p, y, w),
        bars=_bars(p, y, w),
        above=above,
        above_positive=_tail_sums(p, w * y, STEPS),
    )


def area_under_roc(score: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Chance that a positive row has the higher score than a negative one, ties counting half; needs both classes."""
    tp, fp = _cumulated(score, y, np.ones(len(y)) if weight is None else weight)
    return float(np.trapezoid(tp, fp) / (tp[-1] * fp[-1]))


def _checked(eta, y, null_eta, weight):
    eta, y = np.asarray(eta, dtype=np.float64), np.asarray(y, dtype=np.float64)
    w = np.ones_like(eta) if weight is None else np.asarray(weight, dtype=np.float64)
    if eta.ndim != 1 or eta.shape != y.shape or eta.shape != w.shape or not len(eta):
        raise InputError(
            f"judge needs eta, y and weight of one length above 0; got {eta.shape}, {y.shape} and {w.shape}."
        )
    if not (np.isfinite(eta).all() and np.isfinite(null_eta)):
        raise InputError("judge was given log-odds that are not finite. Look at the coefficients and the columns.")
    if not np.isin(y, (0.0, 1.0)).all():
        raise InputError("judge needs y of 0 and 1, the positive class being 1.")
    if not (np.isfinite(w).all() and (w >= 0.0).all() and w.sum() > 0.0):
        raise InputError("judge needs weights that are finite, at least 0, and not all 0.")
    kept = w > 0.0  # a row of weight 0 is absent
    return eta[kept], y[kept], w[kept]


def _log_loss(eta, y):
    return np.logaddexp(0.0, np.where(y > 0.5, -eta, eta))  # of both forms, the one without cancellation


def _standard_error(values, share) -> float:
    """Of the weighted mean of independent rows; n/(n-1) as usual for a sample."""
    n = len(values)
    if n < 2:
        return float("nan")
    spread = values - share @ values
    return float(np.sqrt(np.sum((share * spread) ** 2) * n / (n - 1)))


def _cumulated(score, y, w):
    """Weight of positives and of negatives at or above each distinct score, from 0, by falling score."""
    order = np.argsort(-score, kind="stable")
    score, y, w = score[order], y[order], w[order]
    last = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)  # rows of one score come together
    tp, fp = np.cumsum(w * y)[last], np.cumsum(w * (1.0 - y))[last]
    return np.append(0.0, tp), np.append(0.0, fp)


def _curves(eta, y, w):
    tp, fp = _cumulated(eta, y, w)
    tpr, fpr = tp / tp[-1], fp / fp[-1]
    recall, precision = tpr[1:], tp[1:] / (tp[1:] + fp[1:])
    auc = float(np.trapezoid(tpr, fpr))
    ap = float(np.sum(np.diff(tpr) * precision))  # a step function: no interpolation between points
    return _thinned(fpr, tpr), _thinned(recall, precision), auc, ap


def _thinned(x, y) -> tuple[tuple[float, float], ...]:
    """At most POINTS points of a curve, evenly along its length; the ends stay."""
    if len(x) > POINTS:
        along = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
        keep = np.searchsorted(along, np.linspace(0.0, along[-1], POINTS))
        keep = np.unique(np.concatenate([[0], np.minimum(keep, len(x) - 1), [len(x) - 1]]))
        x, y = x[keep], y[keep]
    return tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))


def _tail_sums(p, w, steps) -> tuple[float, ...]:
    """Σ w over rows with p >= k/steps, for k = 0 … steps."""
    passed = np.searchsorted(np.arange(steps + 1) / steps, p, side="right")  # how many thresholds lie at or below p
    sums = np.bincount(passed, weights=w, minlength=steps + 2)
    return tuple(float(s) for s in np.cumsum(sums[::-1])[::-1][1:])


def _bars(p, y, w) -> tuple[tuple[float, float], ...]:
    bar = np.minimum((p * BARS).astype(int), BARS - 1)
    negative = np.bincount(bar, weights=w * (1.0 - y), minlength=BARS)
    positive = np.bincount(bar, weights=w * y, minlength=BARS)
    return tuple((float(a), float(b)) for a, b in zip(negative, positive, strict=True))


def _calibration(p, y, w) -> tuple[Group, ...]:
    """Groups of equally many rows, by the deciles of p; rows of equal p stay together, so there may be fewer."""
    edges = np.unique(np.quantile(p, np.arange(1, GROUPS) / GROUPS))
    group, found = np.searchsorted(edges, p), []
    for g in np.unique(group):
        rows = group == g
        v = w[rows]
        observed = float(v @ y[rows] / v.sum())
        low, high = wilson(observed, float(v.sum() ** 2 / (v @ v)))
        found.append(Group(float(v @ p[rows] / v.sum()), observed, low, high, int(rows.sum())))
    return tuple(found)


def wilson(rate: float, n: float) -> tuple[float, float]:
    """95 % interval of a rate seen in n rows (Wilson, 1927); n may be an effective number of weighted rows."""
    z2 = Z95 * Z95 / n
    centre = (rate + z2 / 2) / (1 + z2)
    half = Z95 / (1 + z2) * np.sqrt(rate * (1 - rate) / n + z2 / (4 * n))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
