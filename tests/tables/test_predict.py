"""Rows that come after the fit: what fits is encoded, what does not is a sentence."""

from __future__ import annotations

import json
import random
from contextlib import suppress

import numpy as np
import pandas as pd
import polars as pl
import pytest

from normball.errors import InputError, NormballError, TypeInputError
from normball.tables import Encoder, Schema, infer_schema, open_table

FIT = pd.DataFrame(
    {
        "age": [20.0, 30.0, np.nan, 50.0] * 25,
        "size": [1, 2, 3, 4] * 25,
        "sex": ["m", "f"] * 50,
        "port": ["S", "C", "S", "Q"] * 20 + ["S"] * 17 + ["r1", "r2", "r3"],
        "alone": [True, False] * 50,
        "answer": ["yes", "no"] * 50,
        "day": pd.date_range("2024-01-01", periods=100, freq="3D"),
        "same": 1,
    }
)
ROW = FIT.iloc[:1]


@pytest.fixture
def encoder():
    return Encoder(infer_schema(open_table(FIT)))


def value(encoder, frame, name):
    return encoder.encode(frame)[0, encoder.names.index(name)]


def test_missing_values_are_imputed(encoder):
    """As scikit-learn's SimpleImputer: the mean of the fit; a flag where the fit had one."""
    blank = ROW.assign(age=np.nan, size=None, alone=pd.array([None], "boolean"), day=pd.NaT)
    assert value(encoder, blank, "age") == FIT["age"].mean() and value(encoder, blank, "age (missing)") == 1
    assert value(encoder, blank, "size") == 2.5 and value(encoder, blank, "alone") == 0.5
    middle = (FIT["day"] - FIT["day"].min()).dt.days.mean()
    assert value(encoder, blank, "day (days)") == pytest.approx(middle)


def test_an_unknown_level_is_other_where_there_is_one(encoder):
    """Rare levels at the fit and unknown ones now: the same; a missing one too, where none was missing."""
    for level in ("r1", "never seen", None):
        assert value(encoder, ROW.assign(port=[level]), "port=(other)") == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(sex=["x"]), "'sex' holds 'x', not seen at the fit, where it had 'f', 'm' and no level for others"),
        (dict(sex=["M"]), r"no level for others \(nearest: 'm'\)"),
        (dict(sex=[None]), "'sex' has 1 missing value, and had none at the fit"),
        (dict(sex=[1]), "'sex' held words at the fit, and is of type int64 now"),
        (dict(age=["old"]), "'age' held numbers at the fit, and now holds 'old'"),
        (dict(age=[True]), "'age' held numbers at the fit, and is of type bool now"),
        (dict(age=[np.inf]), "'age' holds an infinite value"),
        (dict(age=["inf"]), "'age' holds an infinite value"),
        (dict(age=[pd.Timestamp(0)]), "'age' held numbers at the fit, and is of type datetime64"),
        (dict(alone=[3.0]), "'alone' held truth values at the fit, and is of type float64 now"),
        (dict(alone=["perhaps"]), "'alone' held false and true at the fit, and now holds 'perhaps'"),
        (dict(day=["01.02.2024"]), "'day' held dates as year-month-day at the fit, and now holds '01.02.2024'"),
        (dict(day=[3]), "'day' held dates at the fit, and is of type int64 now"),
        (dict(size=[[1]]), "string or a number"),
    ],
    ids=str,
)
def test_sentences(encoder, changes, said):
    with pytest.raises(InputError, match=said):
        encoder.encode(ROW.assign(**changes))


def test_a_changed_type_is_a_type_error_too(encoder):
    with pytest.raises(TypeInputError):
        encoder.encode(ROW.assign(sex=[1]))


@pytest.mark.parametrize(
    "changes",
    [
        dict(age=["20"]),
        dict(age=["2e1 "]),
        dict(alone=["TRUE"]),
        dict(alone=pd.Categorical(["True"])),
        dict(answer=["Yes"]),
        dict(answer=["true"]),
        dict(answer=[True]),
        dict(day=["2024-01-01"]),
        dict(day=["2024-01-01T00:00:00Z"]),
        dict(sex=pd.Categorical(["m"], categories=["x", "m", "f"])),
        dict(same=["anything"]),
    ],
    ids=str,
)
def test_the_same_in_other_words(encoder, changes):
    """As a CSV file, or another library, would have the same row."""
    np.testing.assert_array_equal(encoder.encode(ROW.assign(**changes)), encoder.encode(ROW))


def test_missing_and_extra_columns(encoder):
    with pytest.raises(InputError, match=r"it lacks 'age' \(nearest: 'agee'\) and it adds 'agee'"):
        encoder.encode(FIT.rename(columns={"age": "agee"}))
    with pytest.raises(InputError, match="it lacks 'sex', 'port'"):
        encoder.encode(FIT.drop(columns=["sex", "port"]))
    np.testing.assert_array_equal(encoder.encode(FIT.drop(columns="same")), encoder.encode(FIT))


def test_an_empty_chunk(encoder):
    assert encoder.encode(FIT[:0].convert_dtypes()).shape == (0, len(encoder.names))


HOSTILE = [
    "<script>alert(1)</script>", 'quo"te', "it's", "new\nline", "a=b", "$x^2$", "emoji 😀", "tab\there", "x" * 1000,
    " ", "=cmd()", "back\\slash", "a,b;c", "{{7*7}}", "\u202eright to left", "nul\x00?",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["pandas", "csv", "parquet"])
def test_hostile_names(tmp_path, rng, kind):
    """Names of columns and of levels, as they stand."""
    names = HOSTILE if kind == "pandas" else [name for name in HOSTILE if "\0" not in name and name.strip()]
    frame = pd.DataFrame({name: rng.choice([f"{name[:50]}!", "b", "c"], 300, p=[0.2, 0.5, 0.3]) for name in names})
    source = frame if kind == "pandas" else tmp_path / "t"
    if kind == "csv":
        frame.to_csv(source, index=False)
    elif kind == "parquet":
        frame.to_parquet(source)
    encoder = Encoder(infer_schema(open_table(source)))
    assert encoder.names == tuple(
        f"{name}={level}" for name in names for level in sorted([f"{name[:50]}!".strip(), "c"])
    )
    expected = np.column_stack(
        [frame[s].str.strip() == level for s in names for level in sorted([f"{s[:50]}!".strip(), "c"])]
    )
    np.testing.assert_array_equal(np.vstack([encoder.encode(c) for c in open_table(source).chunks()]), expected)
    assert all(len(sentence) < 10_000 for sentence in encoder.sentences())
    again = Schema.from_dict(json.loads(json.dumps(encoder.schema.to_dict())))
    assert again == encoder.schema


def test_encoded_names_are_all_different():
    frame = pd.DataFrame({"a": ["b", "c"] * 20, "a=c": [1, 2] * 20, "a=c (2)": [1, 3] * 20, "z": [1, None, 2, 3] * 10})
    frame["z (missing)"] = [1, 2] * 20
    encoder = Encoder(infer_schema(open_table(frame)))
    assert len(set(encoder.names)) == len(encoder.names) == 6
    assert encoder.sources == ("a", "a=c", "a=c (2)", "z", "z", "z (missing)")


def test_schema_round_trip(encoder):
    record = json.loads(json.dumps(encoder.schema.to_dict()))
    schema = Schema.from_dict(record)
    assert schema == encoder.schema and schema.to_dict() == record
    np.testing.assert_array_equal(Encoder(schema).encode(pl.from_pandas(FIT)), encoder.encode(FIT))


def damaged(record, rng):
    """The record with one of its values, somewhere, replaced, removed or added to."""
    record = json.loads(json.dumps(record))
    place = record
    while True:
        key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if isinstance(place[key], (dict, list)) and place[key] and rng.random() < 0.8:
            place = place[key]
            continue
        strange = [None, -1, 1e400, 10**400, True, "", "x", [], {}, [[]], {"a": 1}, ["a", "a"], float("nan"), 0.5]
        deed = rng.randrange(3)
        if deed == 0:
            place[key] = rng.choice(strange)
        elif deed == 1:
            del place[key]
        elif isinstance(place, dict):
            place["extra"] = rng.choice(strange)
        else:
            place.append(rng.choice(strange))
        return record


def test_damaged_schemas(encoder):
    """A schema, or an InputError; and what is a schema encodes, or says why not."""
    rng, refused = random.Random(0), 0
    for _ in range(1000):
        record = damaged(encoder.schema.to_dict(), rng)
        try:
            schema = Schema.from_dict(record)
        except InputError:
            refused += 1
            continue
        with suppress(NormballError):
            assert np.isfinite(Encoder(schema).encode(FIT)).all()
    assert refused > 300


@pytest.mark.parametrize(
    "record", [None, [], "x", {}, {"columns": []}, {"columns": {}, "roles": [], "missing": [], "rows": 1}]
)
def test_no_schema(record):
    with pytest.raises(InputError, match="not the schema of a table"):
        Schema.from_dict(record)
