"""One column of a chunk, whatever library it came from: numbers, truth values, dates, or text.

Text is trimmed, and the words that stand for a missing value are missing already.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import InputError
from .words import listed, nearest, show

__all__ = [
    "MISSING",
    "ArrayChunk",
    "Cells",
    "ListText",
    "Text",
    "cells_of",
    "names_of",
    "open_chunk",
    "read_column",
    "rows_of",
    "to_number",
]

# What pandas reads as missing, and the question mark of the UCI archive.
MISSING = ("", "?", "#N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null")
NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE | re.ASCII)
PADDED = r"^[+-]?0[0-9]+$"  # 00501 is a code, not a quantity


def to_number(text: str) -> float | None:
    """The number that a trimmed text spells, or None."""
    return float(text) if NUMBER.fullmatch(text) else None


class Text(ABC):
    """m texts, trimmed, some missing."""

    @abstractmethod
    def numbers(self) -> np.ndarray | None:
        """(m,) float64, NaN where missing; None unless every text spells a number."""

    @abstractmethod
    def coded(self) -> tuple[np.ndarray, list[str]]:
        """Codes (m,) int64, -1 where missing, and the different texts in the order of their appearance."""

    @abstractmethod
    def padded(self) -> bool:
        """Whether some text is digits behind a needless zero."""


class ListText(Text):
    """Text from Python strings; whatever is no string is missing."""

    def __init__(self, values: list, missing: frozenset[str]):
        self._values, self._missing = values, missing

    @cached_property
    def _coded(self) -> tuple[np.ndarray, list[str]]:
        place: dict[str, int] = {}
        code = {  # of every different text as it stands, before trimming
            raw: -1 if (text := raw.strip()) in self._missing else place.setdefault(text, len(place))
            for raw in dict.fromkeys(v for v in self._values if isinstance(v, str))
        }
        codes = (code[v] if isinstance(v, str) else -1 for v in self._values)
        return np.fromiter(codes, np.int64, len(self._values)), list(place)

    def coded(self):
        return self._coded

    def numbers(self):
        codes, levels = self._coded
        return parse_levels(codes, levels)

    def padded(self):
        return any(re.match(PADDED, level) for level in self._coded[1])


def parse_levels(codes: np.ndarray, levels: list[str]) -> np.ndarray | None:
    """The numbers that coded texts spell, (m,), or None where one spells none."""
    found = []
    for level in levels:
        number = to_number(level)
        if number is None:
            return None
        found.append(number)
    return np.asarray([*found, np.nan])[codes]  # code -1: the last one


@dataclass(frozen=True)
class Cells:
    """A column of m cells.

    kind       number | boolean | date | text | null (nothing but missing) | strange (lists, bytes …: of no use)
    values     (m,) float64, NaN where missing: numbers, 0/1, or days since 1970-01-01 UTC; None for text and strange
    text       the texts where kind is text
    type       the library's own word for the type
    declared   text that was declared a category by its type: never read as numbers or dates
    """

    kind: str
    type: str
    values: np.ndarray | None = None
    text: Text | None = None
    declared: bool = False

    def missing(self) -> np.ndarray:
        """(m,) bool."""
        if self.values is not None:
            return np.isnan(self.values)
        if self.text is not None:
            return self.text.coded()[0] < 0
        raise TypeError(f"cells of type {self.type}")


class ArrayChunk:
    """Rows of a 2-d numpy array (m, p) with names for its columns."""

    def __init__(self, names: tuple[str, ...], rows: np.ndarray):
        self.names, self.rows = names, rows

    @cached_property
    def place(self) -> dict[str, int]:
        return {name: j for j, name in enumerate(self.names)}


def open_chunk(chunk):
    """A chunk whose names are known to be strings, all different: an arrow table, an ArrayChunk or a narwhals frame."""
    if isinstance(chunk, ArrayChunk) or _library(chunk) == "narwhals":
        return chunk
    if _library(chunk) == "pyarrow":
        check_names(chunk.schema.names)
        return chunk
    from .series import open_frame

    return open_frame(chunk)


def names_of(chunk) -> tuple[str, ...]:
    """The column names of a chunk; an error where two are the same or one is no string."""
    chunk = open_chunk(chunk)
    if isinstance(chunk, ArrayChunk):
        return chunk.names
    return tuple(chunk.schema.names) if _library(chunk) == "pyarrow" else tuple(chunk.columns)


def check_names(names) -> tuple[str, ...]:
    """The names as a tuple, all different."""
    names, seen, twice = tuple(names), set(), []
    for name in names:
        if name in seen:
            twice.append(name)
        seen.add(name)
    if twice:
        raise InputError(
            f"The table has duplicate column names: {listed(dict.fromkeys(twice))}. Rename or drop them first."
        )
    return names


def rows_of(chunk) -> int:
    """How many rows a chunk has."""
    return len(chunk.rows if isinstance(chunk, ArrayChunk) else chunk)


def read_column(chunk, name: str, missing: frozenset[str] = frozenset(MISSING)) -> Cells:
    """A column of a chunk: an arrow table, any data frame that narwhals knows, or an ArrayChunk.

    Raises
    ------
    InputError               no such column, or cells that cannot be read
    """
    chunk = open_chunk(chunk)
    if name not in names_of(chunk):
        raise InputError(f"The table has no column {show(name)}{nearest(name, names_of(chunk))}.")
    return cells_of(chunk, name, missing)


def cells_of(chunk, name: str, missing: frozenset[str]) -> Cells:
    """As `read_column`, of a chunk that `open_chunk` gave and that has the column: nothing is looked up twice."""
    if isinstance(chunk, ArrayChunk):
        from .series import cells_of_array

        return cells_of_array(chunk.rows[:, chunk.place[name]], name, missing)
    if _library(chunk) == "pyarrow":
        from .arrow import cells_of_arrow

        return cells_of_arrow(chunk.column(name), name, missing)
    from .series import cells_of_series

    return cells_of_series(chunk[name], name, missing)


def _library(chunk) -> str:
    """The package that the chunk's class comes from."""
    return type(chunk).__module__.split(".")[0]
