"""Rows of a table as rows of numbers, chunk by chunk, as the schema says."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..errors import InputError, TypeInputError
from .cells import Cells, cells_of, names_of, open_chunk, rows_of, to_number
from .dates import PARTS, day_words, parse_day, parse_days, split_days
from .schema import ColumnSchema, Schema
from .words import listed, nearest, plural, show

__all__ = ["Encoder"]

UNITS = {"month": "1…12", "weekday": "0 Monday … 6 Sunday", "hour": "0…24"}


class Encoder:
    """Encodes chunks of a table.

    names       of the p encoded columns, all different: `age`, `age (missing)`, `sex=male`, `day (month)`
    sources     the column of the table that each comes from
    measured    (p,) bool: numbers and parts of dates, which have a unit; the others hold only 0 and 1
    reference   {column: the level that has no column of its own, which the others are measured against}
    set_aside   (column, kind, sentence) of the columns that are not used
    """

    def __init__(self, schema: Schema):
        self.schema = schema
        self._missing = frozenset(schema.missing)
        self._plan = [(column, _labels(column)) for column in schema.used]
        self.measured = np.array([m for column, _ in self._plan for m in _measured(column)], bool)
        self.sources = tuple(column.name for column, labels in self._plan for _ in labels)
        self.names = _all_different(label for _, labels in self._plan for label in labels)
        self.reference = {c.name: c.levels[0] for c in schema.used if c.kind == "category"}
        self.reference |= {c.name: c.words[0] for c in schema.used if c.kind == "boolean" and c.varies}
        self.set_aside = [(column.name, column.kind, column.why) for column in schema.set_aside]
        self._known = {c.name for c in schema.columns} | {name for name, _ in schema.roles}

    def encode(self, chunk) -> np.ndarray:
        """The rows of a chunk as (m, p) float64, finite.

        Columns are found by name, in any order; those that were set aside at the fit, or had a role (target, weight,
        group, id, dropped), may be there or not.

        Raises
        ------
        InputError               columns missing or extra, of another type than at the fit, or with unknown levels
        """
        chunk = open_chunk(chunk)
        self.check_names(names_of(chunk))
        columns = [_code(column, cells_of(chunk, column.name, self._missing)) for column, _ in self._plan]
        if not columns:
            return np.empty((rows_of(chunk), 0))
        return np.hstack(columns) if len(columns) > 1 else columns[0]

    def check_names(self, names: Iterable[str]) -> None:
        """Raise unless the columns that are needed are there, and no unknown ones."""
        names = tuple(names)
        here = set(names)
        missing = [c.name for c, _ in self._plan if c.name not in here]
        extra = [name for name in names if name not in self._known]
        if not missing and not extra:
            return
        near = lambda name: f"{show(name)}{nearest(name, extra)}"
        parts = [f"it lacks {listed(missing, spell=near)}"] if missing else []
        parts += [f"it adds {listed(extra)}"] if extra else []
        raise InputError(
            f"The table does not hold the columns of the fit: {' and '.join(parts)}. Give the "
            f"{plural(len(self._plan), 'column')} that the model was fitted on; their order does not matter."
        )

    def sentences(self) -> list[str]:
        """What was done to the columns, for people: set aside, imputed, pooled, reference levels, dates."""
        said = [why for _, _, why in self.set_aside]
        said += [sentence for column, _ in self._plan for sentence in _sentences(column, self.schema.rows)]
        if self.reference:
            told = [f"{show(name)}: {show(level)}" for name, level in self.reference.items()]
            said.append(f"Reference levels, which the others are measured against: {listed(told, 1000, spell=str)}.")
        return said


def _labels(column: ColumnSchema) -> list[str]:
    """The names of the columns that a column becomes."""
    flag = [f"{column.name} (missing)"] if column.missing else []
    if column.kind == "category":
        levels = [*column.levels[1:], *(level for level in (column.other, column.gone) if level is not None)]
        return [f"{column.name}={level}" for level in levels]
    if column.kind == "date":
        return [f"{column.name} ({part})" for part in column.parts] + flag
    return ([column.name] if column.varies else []) + flag


def _measured(column: ColumnSchema) -> list[bool]:
    """Which of those labels are measured on a scale."""
    whole = {"date": len(column.parts), "number": int(column.varies)}.get(column.kind, 0)
    return [k < whole for k in range(len(_labels(column)))]


def _all_different(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels; one that was there before is numbered (a column `a=b` beside a level b of a column `a`)."""
    labels = list(labels)
    taken, found = set(labels), {}
    for label in labels:
        name, number = label, 2
        while name in found or (name != label and name in taken):
            name, number = f"{label} ({number})", number + 1
        found[name] = True
    return tuple(found)


def _code(column: ColumnSchema, cells: Cells) -> np.ndarray:
    """One column of a chunk as (m, its number of labels)."""
    if column.kind == "category":
        return _code_category(column, cells)
    if column.kind == "date":
        values = _read(column, cells, _days)
        parts = split_days(values, column.origin)
        coded = [
            np.where(np.isnan(values), mean, parts[part]) for part, mean in zip(column.parts, column.means, strict=True)
        ]
    else:
        values = _read(column, cells, _numbers if column.kind == "number" else _truths)
        coded = [np.where(np.isnan(values), column.mean or 0.0, values)] if column.varies else []
    if column.missing:
        coded.append(np.isnan(values).astype(np.float64))
    return np.column_stack(coded) if coded else np.empty((len(values), 0))


def _read(column: ColumnSchema, cells: Cells, reader) -> np.ndarray:
    """Values (m,), NaN where missing, of cells of whatever type that mean what they meant at the fit."""
    if cells.values is not None and (cells.kind in (column.kind, "null") or np.isnan(cells.values).all()):
        values = cells.values
    elif cells.text is not None:
        values = reader(column, *cells.text.coded()) if reader is not _numbers else cells.text.numbers()
        if values is None:
            values = _numbers(column, *cells.text.coded())
    else:
        raise _changed(column, cells.type)
    if np.isinf(values).any():
        raise InputError(f"Column {show(column.name)} holds an infinite value (inf): give a number or leave it empty.")
    return values


def _changed(column: ColumnSchema, now: str) -> TypeInputError:
    was = {"number": "numbers", "boolean": "truth values", "category": "words", "date": "dates"}[column.kind]
    return TypeInputError(
        f"Column {show(column.name)} held {was} at the fit, and is of type {now} now. Convert it to what it was."
    )


def _by_level(column: ColumnSchema, codes: np.ndarray, levels: list[str], parse, what: str) -> np.ndarray:
    """(m,): what `parse` makes of each level, NaN where missing."""
    values = [parse(level) for level in levels]
    strange = [level for level, value in zip(levels, values, strict=True) if value is None]
    if strange:
        raise InputError(
            f"Column {show(column.name)} held {what} at the fit, and now holds {listed(strange)}. "
            "Mend those cells, or leave them empty if the value is not known."
        )
    return np.asarray([*values, np.nan], np.float64)[codes]


def _numbers(column: ColumnSchema, codes, levels) -> np.ndarray:
    return _by_level(column, codes, levels, to_number, "numbers")


def _truths(column: ColumnSchema, codes, levels) -> np.ndarray:
    value = {"false": 0.0, "true": 1.0, column.words[0]: 0.0, column.words[1]: 1.0}
    return _by_level(column, codes, levels, lambda level: value.get(level.lower()), " and ".join(column.words))


def _days(column: ColumnSchema, codes, levels) -> np.ndarray:
    form = column.form or "year-month-day"
    days = parse_days(levels, form)
    if days is not None:
        return np.append(days, np.nan)[codes]
    return _by_level(column, codes, levels, lambda level: parse_day(level, form), f"dates as {form}")


def _code_category(column: ColumnSchema, cells: Cells) -> np.ndarray:
    """One column for each level but the reference."""
    others = [level for level in (column.other, column.gone) if level is not None]
    place = {level: k for k, level in enumerate([*column.levels, *others])}
    other, width = place.get(column.other or "", -1) if column.other is not None else -1, len(place) - 1
    if cells.text is not None:
        codes, levels = cells.text.coded()
    elif cells.values is not None and np.isnan(cells.values).all():
        codes, levels = np.full(len(cells.values), -1), []
    else:
        raise _changed(column, cells.type)
    known = {level: k for k, level in enumerate(column.levels)}
    at = [known.get(level, other) for level in levels]
    used = np.unique(codes)
    unknown = [levels[code] for code in used if code >= 0 and at[code] < 0]
    if unknown:
        raise InputError(
            f"Column {show(column.name)} holds {listed(unknown)}, not seen at the fit, where it had "
            f"{listed(column.levels)} and no level for others{nearest(unknown[0], column.levels)}. "
            "Mend those rows, leave them out, or fit again with such rows."
        )
    gone = place[column.gone] if column.gone is not None else other
    if gone < 0 and used.size and used[0] < 0:
        raise InputError(
            f"Column {show(column.name)} has {plural(int((codes < 0).sum()), 'missing value')}, and had none at the "
            "fit, nor a level for others. Fill them in, or leave those rows out."
        )
    index = np.asarray([*at, gone], np.int64)[codes]
    coded = np.zeros((len(index), width))
    rows = np.flatnonzero(index > 0)
    coded[rows, index[rows] - 1] = 1.0
    return coded


def _sentences(column: ColumnSchema, rows: int) -> list[str]:
    """What was done to a column that is used."""
    name, said = show(column.name), [column.why] if column.why else []
    if column.missing and column.kind != "category":
        what = {"number": f"the mean {column.mean:.6g}", "boolean": f"the share of true {column.mean:.3g}"} if (
            column.mean is not None
        ) else {}  # fmt: skip
        said.append(
            f"{name} is missing in {plural(column.missing, 'row')} of {rows:,}: those became "
            f"{what.get(column.kind, 'the mean')}, and a column says where."
        )
    if column.gone is not None:
        said.append(f"{name} is missing in {plural(column.missing, 'row')} of {rows:,}: a level of its own.")
    if column.other is not None:
        said.append(f"Rare levels of {name} ({plural(column.pooled, 'row')}) and unknown ones are {column.other!r}.")
    if column.kind == "date":
        parts = [f"days since {day_words(column.origin)}" if p == "days" else f"{p} ({UNITS[p]})" for p in column.parts]
        said.append(f"{name} is a date and became {listed(parts, len(PARTS), spell=str)}.")
    return said
