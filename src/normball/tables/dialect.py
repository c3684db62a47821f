"""How a delimited text file is written: encoding, delimiter, quote and decimal sign, found in its first megabyte."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import InputError
from .words import show

__all__ = ["Dialect", "sniff"]

SAMPLE = 2**20
RECORDS = 200  # that are looked at
DELIMITERS = (",", ";", "\t", "|")
BOMS = (  # longer ones first: that of UTF-32 begins as that of UTF-16 does
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+", re.ASCII)


@dataclass(frozen=True)
class Dialect:
    """What is needed to read a delimited file; `names` is its first record.  quote: "" where nothing is quoted."""

    encoding: str
    delimiter: str
    quote: str
    decimal: str
    names: tuple[str, ...]


def sniff(
    reopen: Callable[[], BinaryIO],
    what: str,
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
) -> Dialect:
    """The dialect of a file; what is given is taken as it is.

    `reopen` opens the bytes anew; `what` names the file in messages.

    Raises
    ------
    InputError               an empty file, bytes that are no text, or a first line that is no header
    """
    for name, value, lengths in (("delimiter", delimiter, (1,)), ("decimal", decimal, (1,)), ("quote", quote, (0, 1))):
        if value is not None and (not isinstance(value, str) or len(value) not in lengths or not value.isascii()):
            raise InputError(f"{name}={value!r} is not one plain character.")
    if decimal not in (None, ".", ","):
        raise InputError(f"decimal={decimal!r}: the decimal sign is '.' or ','.")
    encoding = _known(encoding) if encoding is not None else _encoding(reopen, what)
    with reopen() as file:
        sample = _decoded(file.read(SAMPLE), encoding, what)
    if not sample.strip("\r\n\ufeff "):
        raise InputError(f"{what} is empty: it should hold a line of column names and a row of values at least.")
    quote = '"' if quote is None else quote
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda sign: _agreement(_records(sample, sign, quote)))
    records = _records(sample, delimiter, quote)
    if not records:
        raise InputError(f"{what} cannot be read as delimited text: is it a table, or is its quoting broken?")
    if decimal is None:
        decimal = "," if delimiter != "," and _uses_comma(records[1:]) else "."
    return Dialect(encoding, delimiter, quote, decimal, _header(records, what))


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except (LookupError, TypeError) as problem:
        raise InputError(f"encoding={encoding!r} is unknown: try 'utf-8', 'latin-1' or 'utf-16'.") from problem


def _encoding(reopen, what: str) -> str:
    """By the mark at the beginning; else UTF-8 if the first 64 MB are, and Latin-1 (as Windows has it) if not."""
    with reopen() as file:
        head = file.read(SAMPLE)
        for mark, name in BOMS:
            if head.startswith(mark):
                return name
        if b"\0" in head:
            raise InputError(
                f"{what} holds zero bytes: it is no text, or UTF-16 without its mark. Give encoding='utf-16-le' if so."
            )
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for _ in range(64):
                decoder.decode(head, final=not head)
                if not head:
                    break
                head = file.read(SAMPLE)
        except UnicodeDecodeError:
            return "cp1252" if _decodes(reopen, "cp1252") else "iso8859-1"
    return "utf-8"


def _decodes(reopen, encoding: str) -> bool:
    with reopen() as file:
        try:
            file.read(SAMPLE).decode(encoding)
        except UnicodeDecodeError:  # five bytes have no meaning there
            return False
    return True


def _decoded(head: bytes, encoding: str, what: str) -> str:
    """The first bytes as text; a character cut at the end is left out."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError as problem:
        raise InputError(
            f"{what} is not {encoding} text: {problem.reason} at byte {problem.start}. Give the encoding it has, for "
            "example encoding='latin-1'."
        ) from problem


def _records(sample: str, delimiter: str, quote: str) -> list[list[str]]:
    """The first records of the sample; the last one, which may be cut, only where there is no other."""
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote or None, quoting=quoting)
    records = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) > RECORDS:
                break
    except csv.Error:  # a field longer than csv allows: what came before is enough
        return records
    cut = len(sample) >= SAMPLE // 4 and len(records) <= RECORDS
    return records[:-1] if cut and len(records) > 1 else records


def _agreement(records: list[list[str]]) -> tuple[float, int]:
    """How well a delimiter fits: the share of records with as many fields as the header, and that number."""
    if not records or len(records[0]) < 2:
        return 0.0, 0
    width = len(records[0])
    share = sum(len(record) == width for record in records) / len(records)
    return (share, width) if share > 0.5 else (0.0, width)


def _uses_comma(records: list[list[str]]) -> bool:
    """Whether some cell is a number only with a decimal comma, and none with a decimal point."""
    cells = [cell.strip() for record in records for cell in record]
    comma = any(COMMA.fullmatch(cell) and not THOUSANDS.fullmatch(cell) for cell in cells)
    return comma and not any(POINT.fullmatch(cell) for cell in cells)


def _header(records: list[list[str]], what: str) -> tuple[str, ...]:
    """The column names; those that are empty (an index that pandas wrote) are numbered."""
    first = [cell.strip().removeprefix("\ufeff") for cell in records[0]]
    numbers = [cell for cell in first if POINT.fullmatch(cell) or COMMA.fullmatch(cell) or cell.lstrip("-").isdigit()]
    if len(numbers) == len(first) and any(not cell.isdigit() for cell in numbers):
        raise InputError(
            f"The first line of {what} holds numbers only ({show(records[0][0])} …): it should hold the column names. "
            "Add a line of names at the top."
        )
    return tuple(name or f"column {place}" for place, name in enumerate(first, 1))
