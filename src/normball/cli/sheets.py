"""Columns out, chunk by chunk, as CSV or Parquet: whole or not at all, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..files import open_atomic
from .talk import harmless

__all__ = ["open_sheet", "safe_cell"]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

Writer = Callable[[Sequence[Any]], None]


@contextmanager
def open_sheet(path: str, names: Sequence[str], *, force: bool) -> Iterator[Writer]:
    """A function that takes the columns of one chunk: arrow columns, lists or arrays (m,).  path "-": CSV on stdout."""
    if path == "-":
        with csv_writer(sys.stdout.buffer, names, terminal=sys.stdout.isatty()) as write:
            yield write
        sys.stdout.buffer.flush()
        return
    sheet = csv_writer if path.lower().endswith(".csv") else parquet_writer
    with open_atomic(path, force=force) as file, sheet(file, names) as write:
        yield write


@contextmanager
def csv_writer(file, names: Sequence[str], *, terminal: bool = False) -> Iterator[Writer]:
    """CSV in UTF-8; numbers as briefly as reads back to the same bits.  The header waits for the first chunk."""
    headed = False

    def put(rows) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
        lines = harmless(text.getvalue()) if terminal else text.getvalue()
        file.write(lines.encode("utf-8", "backslashreplace"))

    def write(columns: Sequence[Any]) -> None:
        nonlocal headed
        if not headed:
            put([names])
            headed = True
        values = [
            c.to_pylist() if hasattr(c, "to_pylist") else c.tolist() if hasattr(c, "tolist") else c for c in columns
        ]
        put(zip(*values, strict=True))

    yield write
    if not headed:
        put([names])


def safe_cell(value: Any) -> str:
    """A cell as text; what a spreadsheet would run as a formula begins with an apostrophe.  Numbers stay."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not NUMBER.fullmatch(text) else text


@contextmanager
def parquet_writer(file, names: Sequence[str]) -> Iterator[Writer]:
    """Parquet, one row group for each chunk; kept columns keep their types."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    writer = None

    def write(columns: Sequence[Any]) -> None:
        nonlocal writer
        arrays = [decoded(column) for column in columns]
        table = pa.table(dict(zip(names, arrays, strict=True)))
        if writer is None:
            writer = ParquetWriter(file, table.schema, write_page_checksum=True)
        writer.write_table(table.cast(writer.schema))

    try:
        yield write
        if writer is None:
            write([[] for _ in names])
    finally:
        if writer is not None:
            writer.close()


def decoded(column):
    """A column as one arrow array without a dictionary, which may differ from chunk to chunk."""
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = array if isinstance(array, pa.Array) else pa.array(array)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
