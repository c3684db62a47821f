"""A table as the numbers of a fit: encoded rows, target, weights, groups; rows that cannot be used are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..tables import Encoder, read_column
from .labels import Labels
from .talk import quoted

if TYPE_CHECKING:
    from ..tables import Table

__all__ = ["Rows", "read_rows"]


@dataclass(frozen=True)
class Rows:
    """n rows of a fit.

    X         (n, p) float64, encoded;  y (n,) float64, the place of each row's label in classes
    classes   two labels or more, sorted
    weight    (n,) > 0, or None
    group     (n,) int64, or None
    absent    {column: (n,) bool} of the columns that have missing values
    notes     sentences: which rows were left out
    total     rows of the table
    """

    X: np.ndarray
    y: np.ndarray
    classes: tuple[Any, ...]
    weight: np.ndarray | None
    group: np.ndarray | None
    absent: dict[str, np.ndarray]
    notes: tuple[str, ...]
    total: int


def read_rows(
    table: Table, encoder: Encoder, target: str, *, weight: str | None = None, group: str | None = None
) -> Rows:
    """Pass two: every chunk encoded.  Rows without a target, and rows of weight 0, are left out, with a sentence."""
    words = frozenset(encoder.schema.missing)
    gaps = [column.name for column in encoder.schema.used if column.missing]
    labels, groups = Labels(target), Codes()
    X, codes, weights, members = [], [], [], []
    absent: dict[str, list[np.ndarray]] = {name: [] for name in gaps}
    for chunk in table.chunks():
        X.append(encoder.encode(chunk))
        codes.append(labels.codes(read_column(chunk, target, words)))
        if weight is not None:
            weights.append(numbers_of(chunk, weight, words, "--weights"))
        if group is not None:
            members.append(groups.codes(chunk, group, words))
        for name in gaps:
            absent[name].append(read_column(chunk, name, words).missing())
    classes, owner = labels.in_order()
    code, every = np.concatenate(codes), np.concatenate(X)
    y = np.array([*owner, -1])[code]
    w = np.concatenate(weights) if weights else None
    keep, notes = y >= 0, []
    if not keep.all():
        notes.append(f"{_rows(int((~keep).sum()))} without a value of {quoted(target)} left out.")
    if w is not None:
        empty = keep & (w == 0.0)
        if empty.any():
            notes.append(f"{_rows(int(empty.sum()))} of weight 0 left out.")
        keep &= w != 0.0
    for k in range(len(classes)):
        if not (y[keep] == k).any():
            raise InputError(
                f"No row of positive weight has {quoted(target)} = {quoted(classes[k])}. Mend the weights."
            )
    full = bool(keep.all())  # then spare the copy
    part = lambda values: values if full else values[keep]
    return Rows(
        part(every), part(y).astype(np.float64), classes, None if w is None else part(w),
        part(np.concatenate(members)) if members else None,
        {name: part(np.concatenate(pieces)) for name, pieces in absent.items()}, tuple(notes), len(y),
    )  # fmt: skip


def numbers_of(chunk, name: str, missing: frozenset[str], option: str) -> np.ndarray:
    """A column of weights (m,): numbers of at least 0, none missing."""
    cells = read_column(chunk, name, missing)
    values = cells.text.numbers() if cells.text is not None else cells.values if cells.kind == "number" else None
    if values is None:
        raise InputError(f"{option} {quoted(name)} holds cells that are no numbers. Give a column of numbers.")
    if not np.isfinite(values).all() or (values < 0.0).any():
        bad = int((~(values >= 0.0) | np.isinf(values)).sum())
        raise InputError(f"{option} {quoted(name)} is missing, negative or infinite in {_rows(bad)}. Mend those cells.")
    return values


class Codes:
    """Values of any kind as whole numbers, the same for the same value in every chunk."""

    def __init__(self):
        self._place: dict[Any, int] = {}

    def codes(self, chunk, name: str, missing: frozenset[str]) -> np.ndarray:
        """(m,) int64; a missing value is a group of its own row (nobody else is known to belong to it)."""
        cells = read_column(chunk, name, missing)
        if cells.text is not None:
            codes, levels = cells.text.coded()
        elif cells.values is not None:
            there = ~np.isnan(cells.values)
            levels, inverse = np.unique(cells.values[there], return_inverse=True)
            codes = np.full(len(there), -1, np.int64)
            codes[there], levels = inverse, levels.tolist()
        else:
            raise InputError(f"--group {quoted(name)} holds {cells.type} values, which cannot be compared.")
        at = np.array([*(self._place.setdefault(level, len(self._place)) for level in levels), -1], np.int64)
        found = at[codes]
        for row in np.flatnonzero(found < 0):
            found[row] = self._place.setdefault(("alone", len(self._place)), len(self._place))
        return found


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
