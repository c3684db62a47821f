"""The alerts of alerts.py that ask which class a row is of, for three or more classes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.special import chdtrc

from .alerts import MISSING_P, MISSING_RATES, MISSING_RATIO, Alert, leak_alerts
from .words import agree, number, percent, quoted

RARE = 0.1  # of the share that each class would have if all were alike


def class_leak_alerts(X: np.ndarray, y: np.ndarray, names: Sequence[str], sources: Sequence[str]) -> list[Alert]:
    """Columns that alone tell every two classes apart (leak_alerts on the rows of each pair).

    A column that sets one class apart from the rest is ordinary; one that knows all of them rarely is.
    """
    left = dict.fromkeys(sources)
    for one, other in combinations(np.unique(y).tolist(), 2):
        mine, kept = (y == one) | (y == other), [j for j, source in enumerate(sources) if source in left]
        found = leak_alerts(
            X[np.ix_(mine, kept)], y[mine] == other, [names[j] for j in kept], [sources[j] for j in kept]
        )
        left = dict.fromkeys(str(alert.column) for alert in found)
        if not left:
            return []
    return [
        Alert(
            "leak", "serious",
            f"{quoted(source)} alone tells every two classes apart in the training rows (AUC above 0.99 for each "
            "pair). Columns rarely do: is it the target in disguise, or known only afterwards? If so, drop it and "
            "fit again; what this report says would not hold for new cases.", source,
        )
        for source in left
    ]  # fmt: skip


def class_imbalance_alerts(shares: Sequence[float], rows: int, labels: Sequence[str]) -> list[Alert]:
    """Classes with less than a tenth of an equal share of the rows, in one alert."""
    limit = RARE / len(shares)
    few = sorted((k for k, share in enumerate(shares) if share < limit), key=lambda k: shares[k])
    if not few:
        return []
    some = ", ".join(f"{quoted(labels[k])} ({percent(shares[k])})" for k in few[:5])
    more = f" and {len(few) - 5} more" if len(few) > 5 else ""
    sentence = (
        f"{agree(len(few), 'class is', 'classes are')} rare among {agree(rows, 'row', 'rows')}: {some}{more}. The "
        f"error rate says little of {'it' if len(few) == 1 else 'them'}; read the rates class by class."
    )
    return [Alert("imbalance", "warning", sentence)]


def class_missingness_alerts(
    flags: np.ndarray, y: np.ndarray, names: Sequence[str], labels: Sequence[str]
) -> list[Alert]:
    """Columns whose being missing goes with the class: Pearson's χ² of the 2 × K table, p < 1e-4, and a class whose
    share differs by 5 points or by half."""
    K, found = len(labels), []
    for j, name in enumerate(names):
        absent = np.asarray(flags[:, j], dtype=bool)
        if absent.all() or not absent.any():
            continue
        table = np.array([np.bincount(y[part], minlength=K) for part in (~absent, absent)], dtype=np.float64)
        expected = np.outer(table.sum(1), table.sum(0)) / len(y)
        seen = expected[0] > 0.0
        p = float(chdtrc(seen.sum() - 1.0, ((table - expected)[:, seen] ** 2 / expected[:, seen]).sum()))
        with_it, without = table / table.sum(1, keepdims=True)
        k = int(np.abs(without - with_it).argmax())
        low, high = sorted((with_it[k], without[k]))
        if p < MISSING_P and (high - low >= MISSING_RATES or high >= MISSING_RATIO * low):
            sentence = (
                f"Whether {quoted(name)} is missing says something about the target: {quoted(labels[k])} is "
                f"{percent(without[k])} of rows where it is missing, {percent(with_it[k])} where it is not (χ² test, "
                f"p = {number(p, 2)}). Ask why values are missing, and whether that is known when the model is used."
            )
            found.append(Alert("missingness", "warning", sentence, name))
    return found
