"""Tables in files: delimited text, Parquet, Feather; standard input. pyarrow reads them, a piece at a time."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sys
import tempfile
import weakref
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import InputError
from .cells import check_names
from .dialect import Dialect, sniff
from .table import ROWS, Table
from .words import listed, show

if TYPE_CHECKING:
    import pyarrow

__all__ = ["open_file"]

BLOCK = 8 * 2**20  # bytes of text that are parsed at a time; a row must fit in
MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\xff\xff\xff\xff": "arrow stream",
    b"FEA1": "old feather",
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "old Excel",
    b"SQLite": "SQLite",
}


def open_file(path, dialect: dict[str, str | None]) -> Table:
    """The table in a file, by what the file is, not by what it is called; dialect as in `open_table`."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as problem:
        raise InputError(
            "Reading a table from a file needs pyarrow: pip install 'normball[cli]'. Frames in memory do without it."
        ) from problem
    source = _spooled() if path == "-" else os.fspath(path)
    what = "standard input" if path == "-" else repr(source if len(source) <= 200 else f"…{source[-200:]}")
    try:
        with open(source, "rb") as file:
            head = file.read(8)
        kind = next((name for mark, name in MAGIC.items() if head.startswith(mark)), "text")
        if kind in ("zip", "old Excel", "SQLite", "old feather"):
            word = "a zip archive or an Excel workbook" if kind == "zip" else f"{kind} data"
            raise InputError(f"{what} is {word}, which is not read here: save the table as CSV or Parquet first.")
        if kind == "parquet":
            return _keep(ParquetTable(source, what, dialect), source, path)
        if kind.startswith("arrow"):
            return _keep(ArrowTable(source, what, dialect), source, path)
        wrong = os.path.splitext(source)[1].lower()
        if wrong in (".parquet", ".feather", ".arrow") and head[:2] != b"\x1f\x8b":
            raise InputError(f"{what} is not what its name says: it does not begin as a {wrong} file does.")
        return _keep(TextTable(source, what, dialect, zipped=head[:2] == b"\x1f\x8b"), source, path)
    except OSError as problem:  # gzip's complaints too
        raise InputError(f"{what} cannot be read: {problem.strerror or problem}.") from problem
    except EOFError as problem:
        raise InputError(f"{what} ends too early: it was cut while it was written or copied.") from problem


def _spooled() -> str:
    """Standard input, copied to a temporary file."""
    with tempfile.NamedTemporaryFile(prefix="normball-", delete=False) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return file.name


def _keep(table: Table, source: str, path) -> Table:
    """The table; a temporary file goes when the table does."""
    if path == "-":
        weakref.finalize(table, _remove, source)
    return table


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.unlink(path)


class FileTable(Table):
    """A table in a file, read through pyarrow."""

    def __init__(self, source: str, what: str):
        self._source, self._what = source, what

    @abstractmethod
    def _batches(self) -> Iterable[pyarrow.RecordBatch]:
        """The rows, in pieces of whatever size."""

    def chunks(self, rows: int = ROWS) -> Iterator[pyarrow.Table]:
        import pyarrow as pa

        held: list[Any] = []
        try:
            for batch in self._batches():
                while batch.num_rows:
                    need = rows - sum(piece.num_rows for piece in held)
                    held.append(batch.slice(0, need))
                    batch = batch.slice(need)
                    if sum(piece.num_rows for piece in held) == rows:
                        yield pa.Table.from_batches(held)
                        held = []
            if held:
                yield pa.Table.from_batches(held)
        except (pa.ArrowException, EOFError, UnicodeError) as problem:
            told = " ".join(str(problem).split())
            raise InputError(f"{self._what} cannot be read as a table: {told:.300}. {self._advice(told)}") from problem
        except OSError as problem:
            raise InputError(f"{self._what} cannot be read: {problem!s:.300}.") from problem

    def _advice(self, told: str) -> str:
        return "Write the file anew."

    def _refuse_dialect(self, dialect: dict[str, str | None]) -> None:
        given = [name for name, value in dialect.items() if value is not None]
        if given:
            raise InputError(f"{given[0]} is for delimited text, but {self._what} is not.")

    def hash(self) -> str:
        with open(self._source, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class ParquetTable(FileTable):
    """A Parquet file; pages whose checksums do not hold are refused."""

    def __init__(self, source: str, what: str, dialect: dict[str, str | None]):
        super().__init__(source, what)
        self._refuse_dialect(dialect)
        import pyarrow as pa

        try:
            with self._open() as file:
                self.names, self.rows = check_names(file.schema_arrow.names), file.metadata.num_rows
        except pa.ArrowException as problem:
            raise InputError(f"{what} is not a whole Parquet file: {problem}. Write it anew.") from problem

    def _open(self):
        from pyarrow.parquet import ParquetFile

        return ParquetFile(self._source, page_checksum_verification=True)

    def _batches(self):
        with self._open() as file:
            yield from file.iter_batches(batch_size=ROWS)


class ArrowTable(FileTable):
    """A Feather (version 2) file: arrow's own format, as a file or as a stream."""

    def __init__(self, source: str, what: str, dialect: dict[str, str | None]):
        super().__init__(source, what)
        self._refuse_dialect(dialect)
        import pyarrow as pa

        self.rows = None
        try:
            with pa.OSFile(source) as file:
                self.names = check_names(self._open(file).schema.names)
        except pa.ArrowException as problem:
            raise InputError(f"{what} is not a whole arrow file: {problem}. Write it anew.") from problem

    def _open(self, file):
        import pyarrow.ipc as ipc

        with open(self._source, "rb") as raw:
            return ipc.open_file(file) if raw.read(6) == b"ARROW1" else ipc.open_stream(file)

    def _batches(self):
        import pyarrow as pa

        with pa.OSFile(self._source) as file:
            reader = self._open(file)
            if hasattr(reader, "get_batch"):
                yield from (reader.get_batch(place) for place in range(reader.num_record_batches))
            else:
                yield from reader


class TextTable(FileTable):
    """Delimited text. Every column is text: `infer_schema` finds what it holds, not a guess at a first block."""

    rows = None

    def __init__(self, source: str, what: str, dialect: dict[str, str | None], *, zipped: bool):
        super().__init__(source, what)
        self._zipped = zipped
        self.dialect: Dialect = sniff(self._open, what, **dialect)
        self.names = check_names(self.dialect.names)

    def _open(self) -> BinaryIO:
        return gzip.open(self._source) if self._zipped else open(self._source, "rb")  # type: ignore[return-value]

    def _batches(self):
        import pyarrow as pa
        import pyarrow.csv as text

        dialect = self.dialect
        encoding = "utf8" if dialect.encoding in ("utf-8", "utf-8-sig", "ascii") else dialect.encoding
        with self._open() as file:
            reader = text.open_csv(
                pa.PythonFile(file, mode="r"),
                text.ReadOptions(column_names=self.names, skip_rows_after_names=1, encoding=encoding, block_size=BLOCK),
                text.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote or False,
                    newlines_in_values=bool(dialect.quote),
                ),
                text.ConvertOptions(column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False),
            )
            for batch in reader:
                yield batch if dialect.decimal == "." else _with_points(batch)

    def _advice(self, told: str) -> str:
        if "UTF8" in told:
            return "Its encoding is not UTF-8 throughout: give the one it has, for example encoding='latin-1'."
        if "Expected" in told:
            found = f"delimiter {show(self.dialect.delimiter)}, {len(self.names)} columns {listed(self.names, 3)}"
            return f"It was read with {found}. Mend that row, or give the delimiter or the quote that the file has."
        return "Give the delimiter, the quote (quote='' for none) or the encoding that the file has."


def _with_points(batch):
    """Numbers with a decimal comma as numbers with a point."""
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute
    pattern = r"^(\s*[+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?\s*)$"
    columns = [pc.replace_substring_regex(column, pattern, r"\1.\2") for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
