"""What a reader must know before the numbers: pure functions, from plain arrays to sentences.

serious   the result cannot be taken as it stands (a leak, separation, no proof)
warning   it can, with this in mind
note      worth knowing
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from scipy.special import chdtrc

from .judge import area_under_roc
from .words import agree, number, percent, quoted

LEAK_AUC = 0.99
CHANCE = 1e-3  # a perfect order of the rows counts if fewer than one table in 1 / CHANCE has it by luck
RARE = 0.05
MISSING_P = 1e-4
MISSING_RATES = 0.05  # the least difference of rates that is worth a sentence,
MISSING_RATIO = 1.5  # or the least ratio, for rare classes
MANY_TWINS = 0.01

ORDER = {"serious": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Alert:
    """kind: separation | leak | uncertified | constant | id | text | empty | duplicates | imbalance | missingness;
    severity: serious | warning | note; column: the column of the table it is about, or None."""

    kind: str
    severity: str
    sentence: str
    column: str | None = None


def by_severity(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """The gravest first; within one severity in the order given."""
    return tuple(sorted(alerts, key=lambda alert: ORDER[alert.severity]))


def proof_alerts(status: str, words: str) -> list[Alert]:
    """Status and words of the certificate (facts.proof_facts): separated, or not certified."""
    if status == "separated":
        return [Alert("separation", "serious", words)]
    if status in ("uncertified", "interrupted"):
        return [Alert("uncertified", "serious", words)]
    return []


def leak_alerts(X: np.ndarray, y: np.ndarray, names: Sequence[str], sources: Sequence[str]) -> list[Alert]:
    """Columns that alone put the training rows in nearly the right order: AUC > 0.99, upwards or downwards.

    Parameters
    ----------
    X : (n, p) encoded training rows, or a sample of them;  y : (n,) of 0 and 1
    names, sources : p names of encoded columns, and the table's column that each was made from

    Every encoded column is tried alone; the 0/1 columns of one source also together, each pattern of them scored by its
    own rate.  At most one alert per source.  Tables so small that some column does this by luck get none.
    """
    y = np.asarray(y, dtype=np.float64)
    n, k = len(y), int(np.sum(y))
    if not _beyond_luck(n, k, X.shape[1]):
        return []
    bits = ((X == 0.0) | (X == 1.0)).all(axis=0)
    best: dict[str, tuple[float, str]] = {}
    levels: dict[str, list[int]] = {}
    for j, (name, source) in enumerate(zip(names, sources, strict=True)):
        auc = _auc_of_bit(X[:, j], y) if bits[j] else area_under_roc(X[:, j], y)
        best[source] = max(best.get(source, (0.0, "")), (max(auc, 1.0 - auc), name))
        if bits[j]:
            levels.setdefault(source, []).append(j)
    for source, columns in levels.items():
        if len(columns) > 1:
            best[source] = max(best[source], (area_under_roc(_rate_of_pattern(X[:, columns], y), y), source))
    return [_leak(source, name, auc) for source, (auc, name) in best.items() if auc > LEAK_AUC]


def set_aside_alerts(set_aside: Iterable[tuple[str, str, str]]) -> list[Alert]:
    """The encoder's list of columns it does not use: (column, constant | id | text | empty, sentence)."""
    severity = {"id": "warning", "text": "warning"}  # somebody may have expected these to count
    return [Alert(kind, severity.get(kind, "note"), sentence, column) for column, kind, sentence in set_aside]


def duplicate_alerts(train: np.ndarray, held_out: np.ndarray) -> list[Alert]:
    """Row hashes (n,), (m,), of the training and of the held-out rows (row_hashes): rows that stand on both sides."""
    twins = int(np.isin(held_out, train).sum())
    if not twins:
        return []
    share = twins / len(held_out)
    sentence = (
        f"{agree(twins, 'held-out row', 'held-out rows')} of {len(held_out):,} ({percent(share)}) also "
        f"{'stands' if twins == 1 else 'stand'}, equal in every column, among the training rows. If these are copies "
        f"of one case, the held-out numbers flatter the model: remove the copies, or split by group. If few different "
        f"rows are possible at all, no harm is done."
    )
    return [Alert("duplicates", "warning" if share > MANY_TWINS else "note", sentence)]


def imbalance_alerts(base_rate: float, rows: int, positive: str) -> list[Alert]:
    """Base rate below 5 % or above 95 %."""
    if RARE <= base_rate <= 1.0 - RARE:
        return []
    few = min(base_rate, 1.0 - base_rate)
    always = "never" if base_rate < 0.5 else "always"
    sentence = (
        f"{quoted(positive)} is {percent(base_rate)} of {agree(rows, 'row', 'rows')}: a model that {always} says it is "
        f"right in {percent(1.0 - few)} of cases. Accuracy says little here; read log-loss, precision and recall, and "
        f"move the threshold."
    )
    return [Alert("imbalance", "warning", sentence)]


def missingness_alerts(flags: np.ndarray, y: np.ndarray, names: Sequence[str]) -> list[Alert]:
    """Columns whose being missing goes with the target.

    flags : (n, k) of bool, value missing;  y : (n,) of 0 and 1;  names : k columns of the table

    Pearson's χ² of the 2×2 table, p < 1e-4, and rates that differ by 5 points or by half.
    """
    y = np.asarray(y, dtype=np.float64)
    found = []
    for j, name in enumerate(names):
        absent = np.asarray(flags[:, j], dtype=bool)
        if absent.all() or not absent.any():
            continue
        with_it, without = float(y[~absent].mean()), float(y[absent].mean())
        p = _chi_square_p(absent, y)
        low, high = sorted((with_it, without))
        if p < MISSING_P and (high - low >= MISSING_RATES or high >= MISSING_RATIO * low):
            sentence = (
                f"Whether {quoted(name)} is missing says something about the target: the positive class is "
                f"{percent(without)} of rows where it is missing, {percent(with_it)} where it is not (χ² test, p = "
                f"{number(p, 2)}). Ask why values are missing, and whether that is known when the model is used."
            )
            found.append(Alert("missingness", "warning", sentence, name))
    return found


def row_hashes(*columns: np.ndarray) -> np.ndarray:
    """(n,) uint64, equal for equal rows: of arrays (n,) or (n, p) side by side, of numbers or of strings."""
    digests = [hashlib.blake2b(digest_size=8) for _ in range(len(columns[0]))]
    for column in columns:
        values = np.asarray(column)
        table = values.reshape(len(values), -1)
        if table.dtype.kind in "biuf":
            table = np.ascontiguousarray(table, dtype=np.float64) + 0.0  # -0.0 is 0.0
            for digest, row in zip(digests, table, strict=True):
                digest.update(row.tobytes())
        else:
            for digest, row in zip(digests, table, strict=True):
                digest.update(repr([str(value) for value in row]).encode("utf-8", "backslashreplace"))
    return np.array([int.from_bytes(digest.digest(), "little") for digest in digests], dtype=np.uint64)


def _beyond_luck(n: int, k: int, columns: int) -> bool:
    """Whether no column should order n rows, k of them positive, perfectly by luck: 1 of C(n, k) orders does."""
    if not 0 < k < n:
        return False
    orders = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return orders > log(2.0 * max(columns, 1) / CHANCE)


def _auc_of_bit(bit: np.ndarray, y: np.ndarray) -> float:
    """The area under the ROC of a column of 0 and 1: its curve has one corner."""
    return float(0.5 + 0.5 * (bit @ y / y.sum() - bit @ (1.0 - y) / (len(y) - y.sum())))


def _rate_of_pattern(bits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(n,) rate of the positive class among the rows of the same pattern."""
    packed = np.packbits(bits.astype(bool), axis=1)
    pattern = np.unique(packed, axis=0, return_inverse=True)[1].reshape(-1)
    return (np.bincount(pattern, weights=y) / np.bincount(pattern))[pattern]


def _leak(source: str, name: str, auc: float) -> Alert:
    which = f"{quoted(source)} alone" if name == source else f"{quoted(source)} alone (as {quoted(name)})"
    sentence = (
        f"{which} puts the training rows in {'exactly' if auc == 1.0 else 'almost'} the right order (AUC "
        f"{auc if auc == 1.0 else min(auc, 0.9999):.4g}). Columns rarely do: is it the target in disguise, or known "
        f"only afterwards? If so, drop it and fit again; what this report says would not hold for new cases."
    )
    return Alert("leak", "serious", sentence, source)


def _chi_square_p(flag: np.ndarray, y: np.ndarray) -> float:
    """Pearson's test of independence of two bits, one degree of freedom, no correction; 1 where one is constant."""
    n, a, b = len(y), float(flag.sum()), float(y.sum())
    expected = a * b / n
    if min(a, b, n - a, n - b) == 0.0:
        return 1.0
    off = float(y[flag].sum()) - expected
    return float(chdtrc(1.0, off * off * n * n / (expected * (n - a) * (n - b))))
