"""Columns of pandas, polars … frames (through narwhals) and of numpy arrays as cells; no pyarrow needed."""

from __future__ import annotations

import datetime as dt
import numbers
from decimal import Decimal

import numpy as np

from ..errors import InputError, TypeInputError
from .cells import Cells, ListText, check_names
from .words import show

__all__ = ["cells_of_array", "cells_of_series", "open_frame"]


def open_frame(frame):
    """A frame as a narwhals frame whose column names are strings, all different (x0, x1 … where it has none)."""
    import narwhals as nw
    from narwhals.exceptions import DuplicateError

    try:
        opened = nw.from_native(frame, eager_only=True, pass_through=False)
        names = tuple(opened.columns)
    except DuplicateError as problem:
        told = " ".join(str(problem).replace("\n", " ").split())
        raise InputError(f"The table has duplicate column names: {told}. Rename or drop them first.") from problem
    strings = [isinstance(name, str) for name in names]
    if names and not any(strings):  # pandas numbers the columns that it gets no names for
        return opened.rename({name: f"x{j}" for j, name in enumerate(names)})
    if not all(strings):
        other = names[strings.index(False)]
        raise TypeInputError(
            f"The table has column names of several types, {other!r} ({type(other).__name__}) beside strings. "
            "Rename them, for example frame.columns = frame.columns.astype(str)."
        )
    check_names(names)
    return opened


def cells_of_series(series, name: str, missing: frozenset[str]) -> Cells:
    """A narwhals series as cells."""
    import narwhals as nw

    kind, word = series.dtype, _type_word(series)
    if kind == nw.Boolean:
        return Cells("boolean", word, _filled(series))
    if kind.is_numeric():
        return Cells("number", word, _filled(series))
    if kind == nw.String:
        return Cells("text", word, text=ListText(series.to_list(), missing))
    if kind in (nw.Categorical, nw.Enum):
        values = [v if isinstance(v, str) or _is_null(v) else str(v) for v in series.to_list()]
        return Cells("text", word, text=ListText(values, missing), declared=True)
    if kind in (nw.Datetime, nw.Date):
        moments = series.cast(nw.Datetime("us")) if kind == nw.Date else series
        return Cells("date", word, _filled(moments.dt.timestamp("us")) / 86_400e6)
    if kind == nw.Duration:
        return Cells("number", word, _filled(series.dt.total_microseconds()) / 86_400e6)
    if kind == nw.Object:
        return cells_of_objects(series.to_list(), name, missing)
    if series.null_count() == len(series):
        return Cells("null", word, np.full(len(series), np.nan))
    return Cells("strange", word)


def _filled(series) -> np.ndarray:
    """Float64, NaN where missing, nullable types too."""
    import narwhals as nw

    values = series.to_numpy() if not series.null_count() else None
    if values is None or values.dtype.kind not in "fiub":
        values = series.cast(nw.Float64).fill_null(float("nan")).to_numpy()
    return np.asarray(values, np.float64)


def _type_word(series) -> str:
    """The library's own name of the type."""
    return str(getattr(series.to_native(), "dtype", None) or getattr(series.to_native(), "type", series.dtype))


def cells_of_array(values: np.ndarray, name: str, missing: frozenset[str]) -> Cells:
    """A column (m,) of a numpy array as cells."""
    kind, word = values.dtype.kind, str(values.dtype)
    if kind == "b":
        return Cells("boolean", word, values.astype(np.float64))
    if kind in "fiu":
        return Cells("number", word, values.astype(np.float64, copy=False))
    if kind in "UT":
        return Cells("text", word, text=ListText(values.tolist(), missing))
    if kind == "M":
        days = values.astype("datetime64[us]")
        return Cells("date", word, np.where(np.isnat(days), np.nan, days.astype(np.int64) / 86_400e6))
    if kind == "O":
        return cells_of_objects(values.tolist(), name, missing)
    if kind == "c":
        raise InputError(f"Complex data not supported: column {show(name)} has dtype {word}.")
    return Cells("strange", word)


def _is_null(value) -> bool:
    """None, NaN, NaT and pandas.NA: what is missing, or not equal to itself."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (numbers.Real, Decimal, np.datetime64)) and bool(value != value)


def cells_of_objects(values: list, name: str, missing: frozenset[str]) -> Cells:
    """Python objects as the text that a CSV file would hold: what a column is must not depend on one of its chunks."""
    spelled = [_spelled(value, name) for value in values]
    if all(text is None for text in spelled):
        return Cells("null", "object", np.full(len(values), np.nan))
    return Cells("text", "object", text=ListText(spelled, missing))


def _spelled(value, name: str) -> str | None:
    """A cell as text that spells it exactly; None where it is missing."""
    if isinstance(value, str):
        return value
    if _is_null(value):
        return None
    if isinstance(value, (bool, np.bool_, numbers.Integral, Decimal, dt.date, np.datetime64)):
        return str(value)
    if isinstance(value, numbers.Real):
        return repr(_to_float(value, name))
    raise TypeInputError(
        f"Column {show(name)} holds {show(value)} ({type(value).__name__}): an argument must be a string or a number "
        "(or a truth value, or a date) in every cell. Convert or drop it first."
    )


def _to_float(value, name: str) -> float:
    try:
        return float(value)
    except OverflowError as problem:
        raise InputError(f"Column {show(name)} holds a number that no float64 can be: {problem}.") from problem
