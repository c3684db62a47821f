"""Columns of arrow tables as cells; pyarrow is imported when the first one comes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from .cells import PADDED, Cells, ListText, Text, parse_levels

__all__ = ["cells_of_arrow"]


class ArrowText(Text):
    """Text in arrow memory: numbers are parsed, and equal texts found, without a Python object for each cell."""

    def __init__(self, array, missing: frozenset[str]):
        import pyarrow as pa

        pc = _compute()
        trimmed = pc.utf8_trim_whitespace(array)
        gone = pc.is_in(trimmed, value_set=pa.array(sorted(missing), trimmed.type))
        self._array = pc.if_else(gone, pa.scalar(None, trimmed.type), trimmed)

    @cached_property
    def _coded(self) -> tuple[np.ndarray, list[str]]:
        pairs = self._array.dictionary_encode()
        codes = pairs.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return codes, pairs.dictionary.to_pylist()

    def coded(self):
        return self._coded

    @cached_property
    def _numbers(self) -> np.ndarray | None:
        import pyarrow as pa

        try:
            return _floats(self._array.cast(pa.float64()))
        except pa.ArrowInvalid:  # not numbers, or spelled in a way that is not arrow's
            return parse_levels(*self._coded)

    def numbers(self):
        return self._numbers

    def padded(self):
        return _compute().any(_compute().match_substring_regex(self._array, PADDED)).as_py() is True


def _compute() -> Any:
    """pyarrow.compute; its functions are made as it loads, so that type checkers do not see them."""
    import pyarrow.compute

    return pyarrow.compute


def cells_of_arrow(column, name: str, missing: frozenset[str]) -> Cells:
    """A column of an arrow table (ChunkedArray or Array) as cells."""
    import pyarrow as pa
    import pyarrow.types as is_

    array, kind = _one_array(column), str(column.type)
    if is_.is_dictionary(array.type):  # codes differ from chunk to chunk: only the values count
        array = array.dictionary_decode()
        if not _is_text(array.type):
            values = [None if v is None else str(v) for v in array.to_pylist()]
            return Cells("text", kind, text=ListText(values, missing), declared=True)
        return Cells("text", kind, text=ArrowText(_plain_text(array), missing), declared=True)
    if is_.is_null(array.type):
        return Cells("null", kind, np.full(len(array), np.nan))
    if _is_text(array.type):
        return Cells("text", kind, text=ArrowText(_plain_text(array), missing))
    if is_.is_boolean(array.type):
        return Cells("boolean", kind, _floats(array.cast(pa.int8()).cast(pa.float64())))
    if is_.is_integer(array.type) or is_.is_floating(array.type) or is_.is_decimal(array.type):
        return Cells("number", kind, _floats(array.cast(pa.float64(), safe=False)))
    if is_.is_timestamp(array.type) or is_.is_date(array.type):
        zone = getattr(array.type, "tz", None)
        return Cells("date", kind, _ticks(array.cast(pa.timestamp("us", zone), safe=False)) / 86_400e6)
    if is_.is_duration(array.type):
        return Cells("number", kind, _ticks(array.cast(pa.duration("us"), safe=False)) / 86_400e6)
    return Cells("strange", kind)


def _one_array(column):
    """One contiguous array of a chunked one, and the stored values of an extension type."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(_unified(column))
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _unified(column):
    """The chunks, with one dictionary where they have several."""
    import pyarrow as pa

    return column.unify_dictionaries().chunks or [pa.array([], column.type)]


def _is_text(kind) -> bool:
    import pyarrow.types as is_

    return is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind)


def _plain_text(array):
    """Views have no compute functions: as ordinary strings."""
    import pyarrow as pa

    return array.cast(pa.large_string()) if pa.types.is_string_view(array.type) else array


def _floats(array) -> np.ndarray:
    """Float64 with NaN for null."""
    return array.to_numpy(zero_copy_only=False)


def _ticks(array) -> np.ndarray:
    """Microseconds as floats, NaN for null."""
    import pyarrow as pa

    return _floats(array.cast(pa.int64()).cast(pa.float64(), safe=False))
