"""One table, one encoding: whatever the format, the library, the size of the chunks and the order of the columns."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from normball.errors import InputError
from normball.tables import Encoder, Schema, infer_schema, open_table, read_column


@pytest.fixture
def frame(rng):
    n = 400
    hole = lambda values: pd.Series(values).where(rng.random(n) > 0.1)
    day = pd.Timestamp("2023-01-15") + pd.to_timedelta(rng.integers(0, 700, n), unit="D")
    return pd.DataFrame(
        {
            "number": hole(rng.normal(size=n) * 1e3),
            "whole": rng.integers(0, 5, n),
            "year": rng.integers(1990, 2020, n),
            "truth": rng.random(n) < 0.3,
            "answer": rng.choice(["yes", "no"], n),
            "port": hole(rng.choice(["S", "C", "Q ü", "rare", "rarer"], n, p=[0.6, 0.25, 0.13, 0.01, 0.01])),
            "day": day.where(rng.random(n) > 0.1),
            "moment": day + pd.to_timedelta(rng.integers(0, 86_400_000, n), unit="ms"),
            "id": np.arange(n) + 1000,
            "same": "x",
        }
    )


def encoded(source, rows=65536, schema=None, **options):
    table = open_table(source, **options)
    encoder = Encoder(infer_schema(table) if schema is None else schema)
    return encoder, np.vstack([encoder.encode(chunk) for chunk in table.chunks(rows)])


WRITERS = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t", quoting=1),
    "csv.gz": lambda frame, path: path.write_bytes(gzip.compress(frame.to_csv(index=False).encode())),
    "utf-16.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-16", sep=";"),
    "bom.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-8-sig"),
    "latin.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="latin-1"),
    "german.csv": lambda frame, path: frame.to_csv(path, index=False, sep=";", decimal=","),
    "polars.csv": lambda frame, path: pl.from_pandas(frame).write_csv(path),
    "parquet": lambda frame, path: frame.to_parquet(path, row_group_size=37),
    "polars.parquet": lambda frame, path: pl.from_pandas(frame).write_parquet(path),
    "feather": lambda frame, path: feather.write_feather(frame, path, chunksize=41),
}
IN_MEMORY = {
    "polars": pl.from_pandas,
    "arrow": pa.Table.from_pandas,
    "nullable": lambda frame: frame.convert_dtypes(),
    "pandas over arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "objects": lambda frame: frame.astype(object),
    "categorical": lambda frame: frame.astype({"port": "category", "answer": "category"}),
    "polars categorical": lambda frame: pl.from_pandas(frame).with_columns(pl.col("port").cast(pl.Categorical)),
    "zoned": lambda frame: frame.assign(moment=frame["moment"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_files(frame, tmp_path, kind):
    expected, numbers = encoded(frame)
    path = tmp_path / f"table.{kind}"
    WRITERS[kind](frame, path)
    encoder, values = encoded(path)
    assert encoder.names == expected.names and encoder.reference == expected.reference
    np.testing.assert_allclose(values, numbers, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", IN_MEMORY)
def test_frames(frame, kind):
    expected, numbers = encoded(frame)
    encoder, values = encoded(IN_MEMORY[kind](frame))
    assert encoder.names == expected.names and encoder.reference == expected.reference
    np.testing.assert_allclose(values, numbers, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 7, 64, 399])
@pytest.mark.parametrize("kind", ["csv", "parquet", "pandas"])
def test_chunks(frame, tmp_path, monkeypatch, kind, rows):
    """Pass one and pass two in chunks of any size: the same schema, the same rows."""
    frame = frame if rows > 10 else frame[:130]
    source = frame if kind == "pandas" else tmp_path / f"table.{kind}"
    if kind != "pandas":
        WRITERS[kind](frame, source)
    table = open_table(source)
    whole = infer_schema(table).to_dict()
    expected = encoded(source)[1]
    read = type(table).chunks
    monkeypatch.setattr(type(table), "chunks", lambda self, size=rows: read(self, min(size, rows)))
    small = infer_schema(table).to_dict()
    for one, other in zip(small["columns"], whole["columns"], strict=True):
        for key in ("mean", "means"):
            np.testing.assert_allclose(one.pop(key, 0), other.pop(key, 0), rtol=1e-14)
    assert small == whole
    np.testing.assert_allclose(encoded(source, rows)[1], expected, rtol=1e-14)


@pytest.mark.parametrize("rows", [1, 3, 5, 100])
def test_a_chunk_holds_what_was_asked_for(tmp_path, rows):
    frame = pd.DataFrame({"a": range(11), "b": list("abcdefghijk")})
    for kind in ("csv", "parquet", "feather"):
        WRITERS[kind](frame, tmp_path / f"t.{kind}")
        pieces = list(open_table(tmp_path / f"t.{kind}").chunks(rows))
        assert [len(piece) for piece in pieces] == [len(frame[k : k + rows]) for k in range(0, 11, rows)]
        assert pa.concat_tables(pieces).column("b").to_pylist() == frame["b"].tolist()


def test_columns_in_another_order(frame):
    encoder, numbers = encoded(frame)
    np.testing.assert_array_equal(encoder.encode(frame[frame.columns[::-1]]), numbers)


@pytest.mark.parametrize("kind", ["csv", "parquet", "feather"])
def test_fit_on_one_format_predict_on_another(frame, tmp_path, kind):
    encoder, numbers = encoded(frame)
    WRITERS[kind](frame, tmp_path / f"t.{kind}")
    again = Schema.from_dict(encoder.schema.to_dict())
    np.testing.assert_allclose(encoded(tmp_path / f"t.{kind}", schema=again)[1], numbers, rtol=1e-12)
    WRITERS[kind](frame, tmp_path / f"u.{kind}")
    from_file = encoded(tmp_path / f"u.{kind}")[0]
    np.testing.assert_allclose(from_file.encode(frame), numbers, rtol=1e-12)


def test_codes_of_dictionaries_differ_from_chunk_to_chunk(tmp_path):
    """The same code stands for b in one piece and for a in the next: only the values count."""
    pieces = [pa.array(["b", "a", "b"] * 5).dictionary_encode(), pa.array(["a", "c", "b"] * 5).dictionary_encode()]
    assert pieces[0].dictionary != pieces[1].dictionary
    table = pa.table({"x": pa.chunked_array(pieces)})
    plain = pa.table({"x": table["x"].cast(pa.string())})
    np.testing.assert_array_equal(encoded(table)[1], encoded(plain)[1])
    with ipc.new_stream(tmp_path / "t.arrow", table.schema) as sink:
        sink.write_table(table)
    np.testing.assert_array_equal(encoded(tmp_path / "t.arrow", rows=20)[1], encoded(plain)[1])
    parquet.write_table(table, tmp_path / "t.parquet", row_group_size=15)
    np.testing.assert_array_equal(encoded(tmp_path / "t.parquet")[1], encoded(plain)[1])


def test_same_as_get_dummies(rng):
    """pandas.get_dummies without the column of the most frequent level."""
    frame = pd.DataFrame({"x": rng.normal(size=200), "k": rng.choice(list("abcd"), 200, p=[0.4, 0.3, 0.2, 0.1])})
    encoder, numbers = encoded(frame)
    dummies = pd.get_dummies(frame, prefix_sep="=", dtype=float).drop(columns="k=" + frame["k"].mode()[0])
    assert list(encoder.names) == list(dummies.columns)
    np.testing.assert_array_equal(numbers, dummies.to_numpy())


def test_hash_of_frames(frame):
    """The same table, the same hash; another value, name or order, another."""
    digest = lambda source: open_table(source).hash()
    small = frame[["number", "whole", "truth", "port"]]
    assert digest(small) == digest(pl.from_pandas(small)) == digest(pa.Table.from_pandas(small))
    others = [small[::-1], small.rename(columns={"whole": "w"}), small.assign(whole=small["whole"] + 1), small[:-1]]
    assert len({digest(source) for source in [small, *others]}) == 5


def test_hash_of_files_is_sha256(frame, tmp_path):
    import hashlib

    frame.to_csv(tmp_path / "t.csv")
    assert open_table(tmp_path / "t.csv").hash() == hashlib.sha256((tmp_path / "t.csv").read_bytes()).hexdigest()


def test_frames_need_no_pyarrow(frame, monkeypatch):
    import sys

    expected = encoded(frame)[1]
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    plain = frame.astype({"port": object, "answer": object, "same": object})
    np.testing.assert_array_equal(encoded(plain)[1], expected)
    with pytest.raises(InputError, match="needs pyarrow: pip install"):
        open_table("t.csv")


def test_read_column_of_files_and_frames(frame, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")
    (chunk,) = open_table(tmp_path / "t.parquet").chunks()
    for source in (chunk, frame):
        np.testing.assert_array_equal(read_column(source, "number").values, frame["number"])
        assert (read_column(source, "port").missing() == frame["port"].isna()).all()
