"""What a column is taken for, and what is said of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from normball.errors import InputError
from normball.tables import Encoder, infer_schema, open_table

N = 200


def column(values, name="x", **options):
    """The schema of a table of one column."""
    frame = values if isinstance(values, pa.Table) else pd.DataFrame({name: values})
    (found,) = infer_schema(open_table(frame), **options).columns
    return found


def kind(values, name="x", **options):
    return column(values, name, **options).kind


NUMBERS = {
    "few different": [0, 1] * 100,
    "0, 1, 2": [0, 1, 2, 1] * 50,
    "as text": ["1", "2.5", " -3e2 ", "+.5"] * 50,
    "years in order": list(range(1900, 1900 + N)),
    "years": [2000 + k % 20 for k in range(N)],
    "all different fractions": np.linspace(0, 1, N),
    "fractions in order": np.arange(N) + 0.5,
    "decimals": [Decimal(k) / 4 for k in range(N)],
    "large and whole, repeated": [10**12 + k % 7 for k in range(N)],
    "whole, all different, in no order": [(k * 7919) % 100_003 for k in range(1, N + 1)],
    "words for missing": ["NA", "1", "2", "?", "NaN", "null", "", "3"] * 25,
    "few rows in order": [1, 2, 3, 4],
    "with gaps in it": pd.array([1, None, 2, 3] * 50, "Int64"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name):
    assert kind(NUMBERS[name]) == "number"


BOOLEANS = {
    "native": [True, False] * 100,
    "nullable": pd.array([True, None, False, False] * 50, "boolean"),
    "yes/no": ["yes", "no", "no", "No", "YES"] * 40,
    "T/F": ["T", "F"] * 100,
    "TRUE/FALSE and holes": ["TRUE", "", "FALSE", "NA"] * 50,
    "y/n as a category": pd.Categorical(["y", "n"] * 100),
}


@pytest.mark.parametrize("name", BOOLEANS)
def test_booleans(name):
    assert kind(BOOLEANS[name]) == "boolean"


@pytest.mark.parametrize(
    "values",
    [["yes", "f"] * 100, ["yes", "no", "perhaps", "no"] * 50, ["m", "f"] * 100, ["true", "1"] * 100, ["a", None] * 100],
    ids=str,
)
def test_words_that_are_no_pair_stay_categories(values):
    assert kind(values) == "category"


def test_categories_of_numbers_are_taken_at_their_word():
    """A column that was declared a category is one; so are digits behind needless zeros."""
    assert kind(pd.Categorical([3, 1, 2, 2] * 50)) == "category"
    assert column(pd.Categorical([3, 1, 2, 2] * 50)).levels == ("2", "1", "3")
    assert kind(["007", "010", "007", "011"] * 50) == "category"


ASIDE = {
    "constant": [
        [5] * N, ["x"] * N, [True] * N, [1.5] * N, [dt.date(2020, 1, 1)] * N, ["2020-01-01"] * N,
    ],
    "empty": [[None] * N, [np.nan] * N, ["", "NA"] * 100],
    "id": [
        range(N),
        range(10**6, 10**6 - 3 * N, -3),
        np.random.default_rng(0).permutation(N),
        [f"customer-{k:05d}" for k in range(N)],
        [f"{k:032x}" for k in range(N)],
        [f"w{k // 2}" for k in range(400)],
        list("abcdefghij"),
    ],
    "text": [
        [f"I liked part {k} of it very much" for k in range(N)],
        ["lorem-ipsum-" * 10 + str(k) for k in range(N)],
        pd.Series([[1, 2]] * N, dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
        [str(k / 8) for k in range(N)] + ["broken"],
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "place"), [(name, k) for name, group in ASIDE.items() for k in range(len(group))])
def test_set_aside_with_a_sentence(name, place):
    found = column(ASIDE[name][place], "my column")
    assert found.kind == name
    assert "'my column'" in found.why and "set aside" in found.why and found.why.endswith(".")
    frame = pd.DataFrame({"my column": ASIDE[name][place]}).assign(other=lambda f: np.arange(len(f)) % 3)
    encoder = Encoder(infer_schema(open_table(frame)))
    assert encoder.names == ("other",)
    assert encoder.set_aside == [("my column", name, found.why)] and found.why in encoder.sentences()


def test_an_identifier_by_its_name():
    values = [(k * 7919) % 100_003 for k in range(1, N + 1)]
    names = ["id", "ID", "user_id", "userId", "customerID", "Customer Id", "uuid"]
    assert [kind(values, name) for name in names] == ["id"] * 7
    assert [kind(values, name) for name in ("paid", "width", "valid", "humid", "idle")] == ["number"] * 5
    assert kind(np.array(values) / 2, "id") == "number"


def test_what_is_kept_is_kept():
    assert kind(range(N), keep=["x"]) == "number"
    words = [f"w{k // 10}" for k in range(900)]
    assert kind(words, max_levels=5) == "category"
    assert kind([f"w{k // 3}" for k in range(N)], keep=["x"], max_levels=500, min_count=1) == "category"


def test_text_is_refused_with_advice():
    why = column(ASIDE["text"][0]).why
    assert "free text (200 different texts, 8 words on average)" in why and "TfidfVectorizer" in why


def test_numbers_but_for_a_word():
    """The word is named: as a level where there are few values, and as a reason where there are many."""
    assert "'broken'" in column(ASIDE["text"][3]).why
    few = column([str(k % 12) for k in range(N)] + ["n.k."] * 12)
    assert few.kind == "category" and "'n.k.'" in few.why
    assert kind([str(k / 8) for k in range(N)] + ["broken"], missing=["", "broken"]) == "number"


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2024-01-31", "2023-12-01"], "year-month-day"),
        (["2024-01-31T10:00:00Z", "2023-12-01 23:59:59.5+02:00"], "year-month-day"),
        (["2024/1/31", "2023/12/01"], "year/month/day"),
        (["12/31/2024", "1/2/2023"], "month/day/year"),
        (["31/12/2024", "1/2/2023"], "day/month/year"),
        (["31.12.2024", "1.2.2023 10:30"], "day.month.year"),
        (["31-12-2024", "1-2-2023"], "day-month-year"),
        (["31 Dec 2024", "1-February-2023"], "day name year"),
        (["December 31, 2024", "Feb 1, 2023 3:30 PM"], "name day year"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_dates(values, form):
    found = column(values * 100)
    assert (found.kind, found.form) == ("date", form)
    expected = pd.to_datetime(pd.Series(values), dayfirst=form.startswith("day"), utc=True, format="mixed")
    encoder = Encoder(infer_schema(open_table(pd.DataFrame({"x": values * 100}))))
    numbers = dict(zip(encoder.names, encoder.encode(pd.DataFrame({"x": values})).T, strict=True))
    days = (expected - expected.min().normalize()) / pd.Timedelta("1D")
    np.testing.assert_allclose(numbers["x (days)"], days, rtol=1e-12, atol=1e-10)
    parts = {"month": expected.dt.month, "weekday": expected.dt.day_of_week}
    parts["hour"] = (expected - expected.dt.normalize()) / pd.Timedelta("1h")
    for part, truth in parts.items():
        if truth.nunique() > 1:
            np.testing.assert_allclose(numbers[f"x ({part})"], truth, atol=1e-6)
        else:
            assert f"x ({part})" not in numbers


def test_ambiguous_dates_are_said():
    """Both orders fit: one is taken, and a sentence says which."""
    assert "month/day/year; day/month/year fits every value too" in column(["1/2/2024", "3/4/2024"] * 50).why


@pytest.mark.parametrize(
    "bad", ["2024-13-01", "2024-02-30", "31 Foo 2024", "2024-01-01 25:00", "20240101 1", "٢٠٢٤-01-01"]
)
def test_no_dates(bad):
    assert kind(["2024-01-31", "2024-01-30", bad] * 50) == "category"


def test_old_and_late_dates():
    frame = pl.DataFrame({"x": [dt.date(1, 1, 1), dt.date(9999, 12, 31), None]})
    encoder = Encoder(infer_schema(open_table(frame)))
    span = (dt.date(9999, 12, 31) - dt.date(1, 1, 1)).days
    np.testing.assert_allclose(encoder.encode(frame)[:, 0], [0, span, span / 2])


def test_levels_rare_other_missing_reference(rng):
    values = ["b"] * 100 + ["a"] * 60 + ["c"] * 30 + ["r1"] * 4 + ["r2"] * 3 + [None] * 3
    found = column(values, min_count=5)
    assert found.levels == ("b", "a", "c")
    assert (found.other, found.gone, found.pooled, found.missing) == ("(other)", "(missing)", 7, 3)
    encoder = Encoder(infer_schema(open_table(pd.DataFrame({"x": values})), min_count=5))
    assert encoder.names == ("x=a", "x=c", "x=(other)", "x=(missing)")
    assert encoder.reference == {"x": "b"}
    np.testing.assert_array_equal(encoder.encode(pd.DataFrame({"x": values})).sum(0), [60, 30, 7, 3])
    said = " ".join(encoder.sentences())
    assert "7 rows" in said and "'(other)'" in said and "missing in 3 rows of 200" in said and "'x': 'b'" in said


def test_most_levels(rng):
    """max_levels keeps the most frequent."""
    values = [f"w{k}" for k in range(30) for _ in range(10 + k)]
    found = column(values, max_levels=5)
    assert set(found.levels) == {f"w{k}" for k in range(25, 30)} and found.levels[0] == "w29"
    assert found.pooled == sum(10 + k for k in range(25))


def test_names_of_pools_are_new():
    """A level that is called (other) already keeps its name."""
    values = ["(other)"] * 100 + ["(missing)"] * 60 + ["r1", "r2", None]
    found = column(values, min_count=5)
    assert (found.other, found.gone) == ("((other))", "((missing))")


def test_two_levels_keep_their_names():
    assert column(["no sign"] * 195 + ["sign"] * 5).levels == ("no sign", "sign")


def test_roles_are_no_features():
    frame = pd.DataFrame({"y": [0, 1] * 50, "w": 1.0, "g": "a", "key": range(100), "z": "q", "x": np.arange(100) % 7})
    schema = infer_schema(open_table(frame), target="y", weight="w", group="g", ids=["key"], drop="z")
    assert [c.name for c in schema.columns] == ["x"]
    assert dict(schema.roles) == {"y": "target", "w": "weight", "g": "group", "key": "id", "z": "dropped"}
    encoder = Encoder(schema)
    np.testing.assert_array_equal(encoder.encode(frame), encoder.encode(frame[["x"]]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(target="agee"), r"no column 'agee' \(target\) \(nearest: 'age'\)"),
        (dict(drop=["Age"]), r"no column 'Age' \(dropped\) \(nearest: 'age'\)"),
        (dict(keep=["zzz"]), "keep: the table has no column 'zzz'"),
        (dict(target="age", drop=["age"]), "'age' is the target"),
        (dict(max_levels=0), "max_levels=0"),
        (dict(min_count=True), "min_count=True"),
        (dict(ids=[3]), "ids holds 3"),
    ],
)
def test_options_that_cannot_be(options, said):
    with pytest.raises(InputError, match=said):
        infer_schema(open_table(pd.DataFrame({"age": [1, 2], "sex": ["m", "f"]})), **options)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"x": []}), "no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "duplicate column names"),
        (pa.table([[1], [2]], names=["a", "a"]), "duplicate column names"),
        (pd.DataFrame({"x": [1.0, np.inf]}), "'x' holds an infinite value"),
        (pd.DataFrame({"x": ["1e999", "2"]}), "'x' holds an infinite value"),
        (pd.DataFrame({"x": [{1}, {2}]}), "'x' holds {1}"),
        (pd.DataFrame({"a": [1], 3: [2]}), "column names of several types"),
    ],
)
def test_tables_that_cannot_be(frame, said):
    with pytest.raises(InputError, match=said):
        infer_schema(open_table(frame))


def test_no_table():
    for thing in (np.ones((2, 2)), 3, None, [[1]]):
        with pytest.raises(InputError, match="A table is a path, '-' for standard input, or a data frame"):
            open_table(thing)
    with pytest.raises(InputError, match=r"frame\.collect\(\)"):
        open_table(pl.LazyFrame({"a": [1]}))


def test_means_of_large_numbers(rng):
    """math.fsum's mean, to the last bit or nearly."""
    import math

    values = rng.normal(size=5000) + 1e9
    assert column(values).mean == pytest.approx(math.fsum(values) / 5000, rel=3e-16)


def test_memory_is_bounded(monkeypatch):
    """Ten times as many different words, the same peak: counting stops where no category can be."""
    import tracemalloc

    from normball.tables.frames import FrameTable
    from normball.tables.table import Table

    class Long(Table):
        """Rows that are made while they are read: w0 w1 w2 … and 1e6 characters now and then."""

        names, rows = ("w", "n"), None

        def __init__(self, pieces):
            self.pieces = pieces

        def chunks(self, rows=4000):
            for k in range(self.pieces):
                words = [f"word number {k} {i}" for i in range(4000)]
                numbers = k * 31_676_003 + np.random.default_rng(k).permutation(4000) * 7919
                yield from FrameTable(pl.DataFrame({"w": words, "n": numbers})).chunks()

        def hash(self):
            return ""

    def peak(pieces):
        tracemalloc.start()
        try:
            schema = infer_schema(Long(pieces))
            assert [c.kind for c in schema.columns] == ["text", "number"]
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    monkeypatch.setattr("normball.tables.profile.DISTINCT", 10_000)
    peak(2)
    assert peak(60) < 1.3 * peak(6)


@pytest.mark.parametrize(
    "text",
    ["2024-02-29", "2023-02-29", "2024-01-01 24:00", "2024-01-01T23:59:59.999999", "2024-01-01 10:60", "0000-01-01",
     "0001-01-01", "9999-12-31", "2024-01-01 10", "2024-01-01T10:00Z", "2024-00-10", "2024-01-32 00:00:61"],
)  # fmt: skip
def test_dates_are_read_alike_one_by_one_and_at_once(text):
    """Python's datetime decides, also where numpy reads many at once."""
    from normball.tables.dates import parse_day, parse_days

    try:
        truth = dt.datetime.fromisoformat(text).replace(tzinfo=None) - dt.datetime(1970, 1, 1)
    except ValueError:
        truth = None
    if text == "2024-01-01 10":  # an hour alone is no time
        truth = None
    many, one = parse_days(["2024-01-01", text], "year-month-day"), parse_day(text, "year-month-day")
    assert (many is None) == (one is None) == (truth is None)
    if truth is not None:
        assert many[1] == one == truth / dt.timedelta(microseconds=1) / 86_400e6
