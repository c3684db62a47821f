"""Delimited text: dialects that are found, dialects that are given, files that are none."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normball.errors import InputError
from normball.tables import infer_schema, open_table


def whole(table):
    return pa.concat_tables(list(table.chunks())).to_pydict()


def table_of(tmp_path, text, written="utf-8", name="t.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(written))
    return open_table(path, **options)


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_what_csv_writes_is_read(tmp_path, delimiter, quoting):
    rows = [["1.5", 'he said "a, b; c"', "two\nlines"], ["2", "tab\tbar|", ""], ["-3e5", "ü€😀", "plain"]]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([["a", 'b "x"', "c\nd"], *rows])
    found = whole(table_of(tmp_path, out.getvalue()))
    assert list(found) == ["a", 'b "x"', "c\nd"]
    assert [list(row) for row in zip(*found.values(), strict=True)] == rows


@given(
    rows=st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3)),
    delimiter=st.sampled_from(",;\t|"),
)
def test_any_cells(tmp_path_factory, rows, delimiter):
    """With every cell quoted and the delimiter given, cells come back as Python's csv module reads them."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    table = table_of(tmp_path_factory.mktemp("t"), out.getvalue(), delimiter=delimiter, encoding="utf-8", quote='"')
    back = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))[1:]
    found = [list(row.values()) for chunk in table.chunks() for row in chunk.to_pylist()]
    assert found == back


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252"])
def test_encodings_are_found(tmp_path, encoding):
    text = "näme,wörd\n1,Größe\n2,café\n"
    assert whole(table_of(tmp_path, text, encoding)) == {"näme": ["1", "2"], "wörd": ["Größe", "café"]}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp437", "shift-jis"])
def test_encodings_are_given(tmp_path, encoding):
    table = table_of(tmp_path, "a,b\n1,zwei\n", encoding, encoding=encoding)
    assert whole(table) == {"a": ["1"], "b": ["zwei"]}


def test_a_late_umlaut_in_latin_1(tmp_path):
    """The first odd byte comes after the sample."""
    text = "a,b\n" + "1,plain words\n" * 100_000 + "2,Größe\n"
    chunks = list(table_of(tmp_path, text, "latin-1").chunks())
    assert chunks[-1].column("b")[-1].as_py() == "Größe"


def test_decimal_comma(tmp_path):
    table = table_of(tmp_path, "x;word\n1,5;a\n-2,25e1;1,2,3\n ,5;b\n4;1,\n")
    assert table.dialect.decimal == "," and table.dialect.delimiter == ";"
    assert whole(table) == {"x": ["1.5", "-2.25e1", " .5", "4"], "word": ["a", "1,2,3", "b", "1,"]}
    expected = pd.read_csv(io.StringIO("x;word\n1,5;a\n-2,25e1;b\n,5;b\n4;c\n"), sep=";", decimal=",")["x"].mean()
    assert infer_schema(table).columns[0].mean == expected


def test_thousands_are_no_decimals(tmp_path):
    """1,234 may be either: it is read as neither unless asked."""
    text = "x\ty\n1,234\t1\n5,678\t2\n"
    assert whole(table_of(tmp_path, text))["x"] == ["1,234", "5,678"]
    assert whole(table_of(tmp_path, text, decimal=","))["x"] == ["1.234", "5.678"]


def test_one_column(tmp_path):
    assert whole(table_of(tmp_path, "x\n1\n2\n")) == {"x": ["1", "2"]}


def test_quotes_that_are_letters(tmp_path):
    """Inches: with quote='' a quotation mark is a letter like any other."""
    assert whole(table_of(tmp_path, 'size,n\n12",1\n5",2\n', quote=""))["size"] == ['12"', '5"']
    assert whole(table_of(tmp_path, "a;b\n'x;y';1\n", quote="'"))["a"] == ["x;y"]


def test_windows_lines_and_empty_names(tmp_path):
    """What pandas writes with its index, on Windows."""
    table = table_of(tmp_path, ",b\r\n0,x\r\n1,y\r\n")
    assert whole(table) == {"column 1": ["0", "1"], "b": ["x", "y"]}


def test_many_columns(tmp_path):
    names = [f"gene_{k:05d}_with_a_rather_long_name" for k in range(5000)]
    table = table_of(tmp_path, ",".join(names) + "\n" + ",".join("1" * 5000) + "\n")
    assert list(table.names) == names
    assert next(table.chunks()).num_rows == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,b,a\n1,2,3\n", "duplicate column names: 'a'"),
        (b"1.5,2.5\n3.5,4.5\n", "holds numbers only.*names at the top"),
        (b"PK\x03\x04rest of a workbook", "zip archive or an Excel workbook"),
        (b"a\0b\0,\0", "zero bytes.*utf-16-le"),
        (b"PAR1 and then nothing", "not a whole Parquet file"),
        (b"ARROW1\0\0 and then nothing", "not a whole arrow file"),
        (b"\x1f\x8b\x08\x00 no gzip", "cannot be read|ends too early"),
    ],
)
def test_what_is_no_table(tmp_path, content, said):
    with pytest.raises(InputError, match=said):
        table_of(tmp_path, content)


@pytest.mark.parametrize(("row", "said"), [("1,2,3", "Expected 2 columns, got 3.*Mend that row"), ("1", "got 1")])
def test_rows_that_do_not_fit(tmp_path, row, said):
    table = table_of(tmp_path, f"a,b\n1,2\n{row}\n1,2\n")
    with pytest.raises(InputError, match=rf"t\.csv' cannot be read as a table.*{said}"):
        list(table.chunks())


@pytest.mark.parametrize("rows", [1, 200_000])
def test_not_the_encoding_that_was_given(tmp_path, rows):
    """Within the sample, and far behind it."""
    with pytest.raises(InputError, match="for example encoding='latin-1'"):
        list(table_of(tmp_path, "a,b\n" + "1,plain words\n" * rows + "2,Größe\n", "latin-1", encoding="utf-8").chunks())


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none.csv.*No such file"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        open_table(tmp_path)


def test_the_wrong_name(tmp_path):
    with pytest.raises(InputError, match="not what its name says"):
        table_of(tmp_path, "a,b\n1,2\n", name="t.parquet")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(delimiter=",,"), "delimiter=',,' is not one plain character"),
        (dict(decimal=";"), "decimal=';'"),
        (dict(encoding="utf-9"), "encoding='utf-9' is unknown"),
        (dict(quote='""'), "quote="),
    ],
)
def test_options(tmp_path, options, said):
    with pytest.raises(InputError, match=said):
        table_of(tmp_path, "a,b\n1,2\n", **options)


def test_options_are_for_text(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    frame.to_parquet(tmp_path / "t.parquet")
    for source in (tmp_path / "t.parquet", frame):
        with pytest.raises(InputError, match="decimal is for delimited text"):
            open_table(source, decimal=",")


@pytest.mark.parametrize("kind", ["csv", "parquet", "gz"])
def test_standard_input_is_read_twice(tmp_path, kind):
    """A pipe gives its bytes once; the table gives its rows as often as asked, and leaves no file behind."""
    frame = pd.DataFrame({"a": np.arange(5) / 4, "b": list("xyxyx")})
    path = tmp_path / f"t.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, compression="infer")
    code = (
        "import tempfile, os; from normball.tables import open_table; t = open_table('-'); "
        "print([sum(len(c) for c in t.chunks()) for _ in range(2)], t.names, len(os.listdir(tempfile.gettempdir())));"
        "del t; print(len(os.listdir(tempfile.gettempdir())))"
    )
    (tmp_path / "spool").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code], input=path.read_bytes(), capture_output=True, check=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "spool")},
    )  # fmt: skip
    assert done.stdout.decode().splitlines() == ["[5, 5] ('a', 'b') 1", "0"]


def test_a_damaged_parquet_page_is_refused(tmp_path):
    """A flipped bit, where the file carries checksums."""
    from pyarrow import parquet

    path = tmp_path / "t.parquet"
    rows = pa.table({"x": np.arange(1000) / 7})
    parquet.write_table(rows, path, write_page_checksum=True, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        list(open_table(path).chunks())
