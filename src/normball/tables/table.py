"""A table: column names, and rows in chunks, as often as they are asked for."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from ..errors import InputError, TypeInputError

__all__ = ["Table", "open_table"]

ROWS = 65_536


class Table(ABC):
    """Rows and named columns, read in chunks.

    names     the column names, all different
    rows      their number, or None where it is known only after a pass
    """

    names: tuple[str, ...]
    rows: int | None

    @abstractmethod
    def chunks(self, rows: int = ROWS) -> Iterator[Any]:
        """The rows from the first to the last, `rows` at a time; may be called again.

        Files give arrow tables (`pyarrow.Table`), frames slices in their own library: `tables.read_column(chunk, name)`
        reads a column of either, `Encoder.encode(chunk)` encodes either.
        """

    @abstractmethod
    def hash(self) -> str:
        """SHA-256 in hexadecimal: of a file's bytes, or of a frame's names and values."""


def open_table(
    source,
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
) -> Table:
    """A file, standard input or a data frame as a table.

    Parameters
    ----------
    source       path of a .csv, .tsv, .txt (also with .gz), .parquet, .feather or .arrow file; "-" for standard input,
                 which is copied to a temporary file so that it can be read twice; or a pandas, polars, arrow … frame
    delimiter, decimal, quote, encoding
                 of delimited text, where what the file itself shows is not to be trusted; quote="": nothing is quoted

    Raises
    ------
    InputError               what cannot be opened or read as a table: why, and what to do
    """
    dialect = dict(delimiter=delimiter, decimal=decimal, quote=quote, encoding=encoding)
    if isinstance(source, (str, os.PathLike)):
        from .files import open_file

        return open_file(source, dialect)
    given = {name: value for name, value in dialect.items() if value is not None}
    if given:
        raise InputError(f"{next(iter(given))} is for delimited text, but the table is a {type(source).__name__}.")
    from .frames import FrameTable

    if isinstance(source, Table):
        return source
    import narwhals as nw

    if nw.dependencies.is_polars_lazyframe(source):
        raise TypeInputError("The table is a lazy frame, which holds no data yet: give frame.collect().")
    if nw.dependencies.is_into_dataframe(source) or isinstance(source, nw.DataFrame):
        return FrameTable(source)
    raise TypeInputError(
        f"A table is a path, '-' for standard input, or a data frame; this is a {type(source).__name__}. "
        "Give an array as a frame, with names for its columns."
    )
