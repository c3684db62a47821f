"""Model files of three classes and more: the way there and back, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

import normball
from files.records import FINITE, TEXT, all_bits, example, outcome, signed
from normball.errors import InputError
from normball.files import ModelRecord, certificate_facts, load_model, save_model

HERE = Path(__file__).parent


def several(**changes) -> ModelRecord:
    """Two columns, three classes."""
    coef = np.array([[0.25, -0.0, -0.25], [1e-300, 1.0, -1.5e-7]])
    shared = dict(classes=("a", "b", "c"), positive=None, coef=coef, intercept=np.array([-0.0, 0.5, -0.5]))
    return example(**{**shared, **changes})


@st.composite
def records(draw):
    K = draw(st.integers(3, 5))
    names = draw(st.lists(TEXT, max_size=5, unique=True))
    labels = st.lists(TEXT, min_size=K, max_size=K, unique=True) | st.lists(FINITE, min_size=K, max_size=K, unique=True)
    numbers = st.lists(FINITE, min_size=K, max_size=K)
    return several(
        names=tuple(names), coef=np.array([draw(numbers) for _ in names]).reshape(-1, K),
        intercept=np.array(draw(numbers)), classes=tuple(draw(labels)), grouped=draw(st.booleans()),
    )  # fmt: skip


@given(records())
def test_any_record(tmp_path_factory, record):
    """Every bit comes back, and the same record writes the same bytes."""
    path = tmp_path_factory.getbasetemp() / "several.json"
    save_model(path, record, force=True)
    back = load_model(path)
    assert all_bits(back) == all_bits(record) and back == record
    save_model(path.with_suffix(".again"), back, force=True)
    assert path.read_bytes() == path.with_suffix(".again").read_bytes()


def test_a_column_stands_on_a_line_of_its_own(tmp_path):
    save_model(tmp_path / "m", several())
    text = (tmp_path / "m").read_text()
    assert '\n"coef": {"age": [0.25, -0.0, -0.25],\n "sex=f": [1e-300, 1.0, -1.5e-07]},\n' in text
    assert json.loads(text)["classes"] == ["a", "b", "c"] and json.loads(text)["positive"] is None


def test_probabilities_are_those_of_solve():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(120, 2)), rng.integers(0, 3, 120)
    best = normball.solve(X, y, lam=0.1)
    record = several(
        coef=best.coef, intercept=best.intercept, classes=(0, 1, 2), certificate=certificate_facts(best.certificate)
    )
    assert np.abs(record.predict_proba(X) - best.predict_proba(X)).max() < 1e-15
    assert record.decision_function(X).shape == (120, 3)
    far = record.predict_proba(1e6 * X)
    assert np.isfinite(far).all() and np.abs(far.sum(1) - 1.0).max() < 1e-12
    assert np.array_equal(far, softmax(1e6 * X @ best.coef + best.intercept, axis=1))
    with pytest.raises(InputError, match="overflow"):
        several(coef=np.full((2, 3), 1e300)).predict_proba(np.full((1, 2), 1e300))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("coef", np.zeros(2)), ("coef", np.zeros((2, 2))), ("coef", np.zeros((3, 2))), ("intercept", 0.0),
        ("coef", np.full((2, 3), np.nan)), ("intercept", np.zeros(2)), ("intercept", np.array([0.0, np.inf, 0.0])),
        ("intercept", "abc"), ("positive", "a"), ("classes", ("a", "b", "a")), ("classes", ("a", "b", 3)),
        ("classes", (0, 1, True)), ("classes", (0.0, 1.0, np.nan)), ("grouped", 1), ("offset", "x"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(name, value):
    with pytest.raises(InputError, match=name):
        several(**{name: value})


def test_two_classes_are_not_grouped():
    with pytest.raises(InputError, match="grouped"):
        example(grouped=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"[0.25, -0.0, -0.25]", b"[0.25, -0.0]"),
        (b"[0.25, -0.0, -0.25]", b"[0.25, -0.0, -0.25, 1.0]"),
        (b"[0.25, -0.0, -0.25]", b"0.25"),
        (b"[0.25, -0.0, -0.25]", b"[0.25, -0.0, null]"),
        (b"[0.25, -0.0, -0.25]", b"[0.25, -0.0, 1]"),
        (b"[0.25, -0.0, -0.25]", b'[0.25, -0.0, "1.0"]'),
        (b"[0.25, -0.0, -0.25]", b"[0.25, -0.0, 1e999]"),
        (b"[0.25, -0.0, -0.25]", b"[0.25, -0.0, [1.0]]"),
        (b'"intercept": [-0.0, 0.5, -0.5]', b'"intercept": -0.5'),
        (b'"intercept": [-0.0, 0.5, -0.5]', b'"intercept": [-0.0, 0.5]'),
        (b'"intercept": [-0.0, 0.5, -0.5]', b'"intercept": [-0.0, 0.5, true]'),
        (b'"intercept": [-0.0, 0.5, -0.5]', b'"intercept": {"a": 1.0}'),
        (b'"classes": ["a", "b", "c"]', b'"classes": ["a", "b"]'),
        (b'"classes": ["a", "b", "c"]', b'"classes": ["a", "b", "c", "d"]'),
        (b'"classes": ["a", "b", "c"]', b'"classes": ["a", "b", "b"]'),
        (b'"classes": ["a", "b", "c"]', b'"classes": ["a", "b", ["c"]]'),
        (b'"positive": null', b'"positive": "a"'),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(old, new, tmp_path):
    """With a checksum that fits it: only what it says is wrong."""
    save_model(tmp_path / "m", several())
    data = (tmp_path / "m").read_bytes()
    assert data.count(old) == 1 and outcome(tmp_path / "n", data) == several()
    assert outcome(tmp_path / "n", signed(data.replace(old, new))) is None


def test_a_grouped_model_says_so_and_others_do_not(tmp_path):
    save_model(tmp_path / "m", several(grouped=True))
    assert load_model(tmp_path / "m").grouped
    save_model(tmp_path / "n", several())
    assert b"grouped" not in (tmp_path / "n").read_bytes()


def test_files_from_before_are_read():
    old = load_model(HERE / "format1.json")
    assert not old.grouped and len(old.classes) == 2 and old.coef.ndim == 1
