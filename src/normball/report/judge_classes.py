"""How good a model of several classes is on held-out rows: the numbers of judge.py, class by class.

Everything starts from η, not from rounded probabilities: a probability of 1e-20 keeps its loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from ..errors import InputError
from .judge import _standard_error, area_under_roc


@dataclass(frozen=True)
class ClassRates:
    """One class against the others; shares are of weight, None where there is nothing to divide by.

    weight      of the held-out rows that are of the class;  called: of those that were called so
    predicted   mean probability of the class;  share: what part of the rows it was
    precision   of the rows called so, the part that is;  recall: of those that are, the part called so
    auc         chance that a row of the class has the higher probability of it than another row
    """

    weight: float
    called: float
    share: float
    predicted: float
    precision: float | None
    recall: float | None
    auc: float | None


@dataclass(frozen=True)
class ClassJudgement:
    """Numbers on held-out rows; losses in nats per row.

    log_loss, log_loss_se     mean of -log p(class of the row) and its standard error
    null_log_loss             the same for the model that knows only the training rows' shares of the classes
    gain, gain_se             mean of (null loss - loss) row by row: paired, so its error is the one to look at
    brier                     mean of Σ_k (p_k - [y = k])²
    error, error_se           part of the rows whose most probable class is not theirs
    null_error                the same, always calling the class that is most frequent among the held-out rows
    auc                       mean of the classes' areas, each against the others; None where one has none
    confusion                 (K, K) weight of rows: of class i, called k
    """

    rows: int
    log_loss: float
    log_loss_se: float
    null_log_loss: float
    gain: float
    gain_se: float
    brier: float
    error: float
    error_se: float
    null_error: float
    auc: float | None
    classes: tuple[ClassRates, ...]
    confusion: tuple[tuple[float, ...], ...]

    @property
    def confused(self) -> list[tuple[int, int, float]]:
        """(class, called, weight) of the errors, the most frequent first."""
        cells = ((i, k, v) for i, row in enumerate(self.confusion) for k, v in enumerate(row) if i != k and v > 0.0)
        return sorted(cells, key=lambda cell: (-cell[2], cell[0], cell[1]))


def judge_classes(eta, y, *, null_eta, weight=None) -> ClassJudgement:
    """Judge linear predictors of K >= 3 classes against what happened.

    Parameters
    ----------
    eta : (n, K) up to a constant in each row;  y : (n,) whole numbers 0 … K-1
    null_eta : (K,) log shares of the classes in the *training* rows: what one would say without any column
    weight : (n,) >= 0, or None

    Raises
    ------
    InputError      no rows, shapes that differ, y no class numbers, η not finite, weights negative or all zero

    Law: tests/report/test_judge_classes.py (scikit-learn's metrics)
    """
    eta, y, w = _checked(eta, y, null_eta, weight)
    n, K = eta.shape
    share, rows = w / w.sum(), np.arange(n)
    logs = log_softmax(eta, axis=1)
    p, is_k = np.exp(logs), y[:, None] == np.arange(K)
    loss, null = -logs[rows, y], -log_softmax(np.asarray(null_eta, dtype=np.float64))[y]
    called = eta.argmax(1)
    wrong = (called != y).astype(np.float64)
    confusion = np.bincount(y * K + called, weights=w, minlength=K * K).reshape(K, K)
    classes = tuple(_rates(k, logs[:, k], p[:, k], is_k[:, k], w, confusion) for k in range(K))
    areas = [one.auc for one in classes if one.auc is not None]
    return ClassJudgement(
        rows=n,
        log_loss=float(share @ loss),
        log_loss_se=_standard_error(loss, share),
        null_log_loss=float(share @ null),
        gain=float(share @ (null - loss)),
        gain_se=_standard_error(null - loss, share),
        brier=float(share @ ((p - is_k) ** 2).sum(1)),
        error=float(share @ wrong),
        error_se=_standard_error(wrong, share),
        null_error=1.0 - max(one.share for one in classes),
        auc=sum(areas) / K if len(areas) == K else None,
        classes=classes,
        confusion=tuple(tuple(map(float, row)) for row in confusion),
    )


def _rates(k: int, log_p, p, mine, w, confusion) -> ClassRates:
    weight, called, right = float(confusion[k].sum()), float(confusion[:, k].sum()), float(confusion[k, k])
    total = float(w.sum())
    both = weight > 0.0 and bool((w[~mine] > 0.0).any())
    return ClassRates(
        weight=weight,
        called=called,
        share=weight / total,
        predicted=float(w @ p) / total,
        precision=right / called if called > 0.0 else None,
        recall=right / weight if weight > 0.0 else None,
        auc=area_under_roc(log_p, mine.astype(np.float64), w) if both else None,
    )


def _checked(eta, y, null_eta, weight):
    eta, y, null_eta = np.asarray(eta, dtype=np.float64), np.asarray(y), np.asarray(null_eta, dtype=np.float64)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    if (
        eta.ndim != 2
        or not len(eta)
        or y.shape != eta.shape[:1]
        or w.shape != y.shape
        or eta.shape[1:] != null_eta.shape
    ):
        raise InputError(
            "judge_classes needs eta (n, K), y and weight (n,) and null_eta (K,), n above 0; got "
            f"{eta.shape}, {y.shape}, {w.shape} and {null_eta.shape}."
        )
    if not (np.isfinite(eta).all() and np.isfinite(null_eta).all()):
        raise InputError("judge_classes was given predictors that are not finite. Look at coefficients and columns.")
    if not np.isin(y, np.arange(eta.shape[1])).all():
        raise InputError(f"judge_classes needs y of whole numbers from 0 to {eta.shape[1] - 1}.")
    if not (np.isfinite(w).all() and (w >= 0.0).all() and w.sum() > 0.0):
        raise InputError("judge_classes needs weights that are finite, at least 0, and not all 0.")
    kept = w > 0.0  # a row of weight 0 is absent
    return eta[kept], y[kept].astype(np.int64), w[kept]
