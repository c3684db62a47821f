"""What each column of a table is, and how it becomes numbers: a plain value, to and from JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..errors import InputError
from .cells import MISSING
from .dates import FORMS, PARTS
from .words import listed, show

__all__ = ["KINDS", "ROLES", "SET_ASIDE", "ColumnSchema", "Schema"]

SET_ASIDE = ("constant", "id", "text", "empty")
KINDS = ("number", "boolean", "category", "date", *SET_ASIDE)
ROLES = ("target", "weight", "group", "id", "dropped")


@dataclass(frozen=True)
class ColumnSchema:
    """One column, as it was at the fit.

    kind       number | boolean | category | date: encoded;  constant | id | text | empty: set aside
    why        a sentence: why it is set aside, or what is worth knowing of a column that is used
    missing    rows without a value; a flag column goes with the values where there were any
    mean       number, boolean (the share of true): what a missing value becomes
    varies     number, boolean: False where all values are one, and only the flag is worth a column
    levels     category: the reference level first (the most frequent), then the others in alphabetical order
    other      category: the name of the level that rare and unknown ones are pooled in, or None
    gone       category: the name of the level of missing values, or None
    pooled     category: how many rows had a rare level
    words      boolean: the words for false and true, in lower case
    form       date: how dates in text are written, one of dates.FORMS
    origin     date: the day that `days` count from, in days since 1970-01-01
    parts      date: the parts that varied, of dates.PARTS; `means` are their means
    """

    name: str
    kind: str
    why: str = ""
    missing: int = 0
    mean: float | None = None
    varies: bool = True
    levels: tuple[str, ...] = ()
    other: str | None = None
    gone: str | None = None
    pooled: int = 0
    words: tuple[str, ...] = ()
    form: str | None = None
    origin: float = 0.0
    parts: tuple[str, ...] = ()
    means: tuple[float, ...] = ()

    @property
    def used(self) -> bool:
        """Whether the column is encoded."""
        return self.kind not in SET_ASIDE


@dataclass(frozen=True)
class Schema:
    """A table's columns in its order, the roles of those that are no features, and the words for missing values."""

    columns: tuple[ColumnSchema, ...]
    roles: tuple[tuple[str, str], ...] = ()  # (name, role): target, weight, group, id, dropped
    missing: tuple[str, ...] = MISSING
    rows: int = 0

    @property
    def used(self) -> tuple[ColumnSchema, ...]:
        return tuple(column for column in self.columns if column.used)

    @property
    def set_aside(self) -> tuple[ColumnSchema, ...]:
        return tuple(column for column in self.columns if not column.used)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: dicts, lists, strings, numbers; what has its default value is left out of a column."""
        plain = {field.name: field.default for field in fields(ColumnSchema)}
        columns = []
        for column in self.columns:
            record = {key: value for key, value in asdict(column).items() if value != plain[key] or key == "name"}
            columns.append({key: list(v) if isinstance(v, tuple) else v for key, v in record.items()})
        return {
            "columns": columns,
            "roles": [list(pair) for pair in self.roles],
            "missing": list(self.missing),
            "rows": self.rows,
        }

    @classmethod
    def from_dict(cls, record: Any) -> Schema:
        """The schema of a dict that `to_dict` made.

        Raises
        ------
        InputError               anything else, saying where it differs
        """
        _expect(isinstance(record, dict), "it is no dict")
        _keys("the schema", record, {"columns", "roles", "missing", "rows"}, {"columns", "roles", "missing", "rows"})
        _expect(isinstance(record["columns"], list), "'columns' is no list")
        columns = tuple(_column(entry) for entry in record["columns"])
        roles = record["roles"]
        _expect(isinstance(roles, list), "'roles' is no list")
        for pair in roles:
            _expect(_strings(pair) and len(pair) == 2 and pair[1] in ROLES, f"{show(pair)} is no (column, role)")
        names = [column.name for column in columns] + [name for name, _ in roles]
        _expect(len(set(names)) == len(names), "a column stands there twice")
        _expect(_strings(record["missing"]), "'missing' is no list of strings")
        _expect(_count(record["rows"]), f"'rows' is {show(record['rows'])}")
        return cls(columns, tuple((name, role) for name, role in roles), tuple(record["missing"]), record["rows"])


def _expect(fine: bool, what: str) -> None:
    if not fine:
        raise InputError(f"This is not the schema of a table: {what}. Use one that Schema.to_dict() gave, unchanged.")


def _keys(where: str, record: dict, allowed: Iterable[str], needed: Iterable[str]) -> None:
    extra, lacking = [key for key in record if key not in set(allowed)], [key for key in needed if key not in record]
    _expect(not extra, f"{where} has {listed(extra)}")
    _expect(not lacking, f"{where} lacks {listed(sorted(lacking))}")


def _strings(value) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


CHECKS = {
    "name": lambda v: isinstance(v, str),
    "kind": lambda v: isinstance(v, str) and v in KINDS,
    "why": lambda v: isinstance(v, str),
    "missing": _count,
    "mean": _number,
    "varies": lambda v: isinstance(v, bool),
    "levels": lambda v: _strings(v) and len(set(v)) == len(v) > 0,
    "other": lambda v: isinstance(v, str),
    "gone": lambda v: isinstance(v, str),
    "pooled": _count,
    "words": lambda v: _strings(v) and len(set(v)) == len(v) == 2,
    "form": lambda v: isinstance(v, str) and v in FORMS,
    "origin": _number,
    "parts": lambda v: _strings(v) and len(set(v)) == len(v) and set(v) <= set(PARTS),
    "means": lambda v: isinstance(v, list) and all(_number(entry) for entry in v),
}
ALWAYS = {"name", "kind", "why", "missing"}
MAY = {  # what a column of a kind may state, and what it must
    "number": ({"mean", "varies"}, {"mean"}),
    "boolean": ({"mean", "varies", "words"}, {"mean", "words"}),
    "category": ({"levels", "other", "gone", "pooled"}, {"levels"}),
    "date": ({"form", "origin", "parts", "means"}, {"form", "parts", "means"}),
}


def _column(record: Any) -> ColumnSchema:
    """A column of a schema, from its dict."""
    _expect(isinstance(record, dict), "a column is no dict")
    _keys("a column", record, CHECKS, {"name", "kind"})
    name = show(record["name"])
    for key, value in record.items():
        try:
            fine = CHECKS[key](value)
        except OverflowError:  # an int that no float can be
            fine = False
        _expect(fine, f"{key!r} of column {name} is {show(value)}")
    may, must = MAY.get(record["kind"], (set(), set()))
    _keys(f"column {name}", record, ALWAYS | may, must)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    for key in ("mean", "origin"):
        if key in values:
            values[key] = float(values[key])
    if "means" in values:
        values["means"] = tuple(float(mean) for mean in values["means"])
        _expect(len(values["means"]) == len(values["parts"]), f"column {name} has not one mean for each part")
    names = [*values.get("levels", ()), *(values[key] for key in ("other", "gone") if key in values)]
    _expect(len(set(names)) == len(names), f"column {name} has a level twice")
    return ColumnSchema(**values)
