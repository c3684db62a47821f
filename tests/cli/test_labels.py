"""The target's labels: their types, the order, which one is positive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normball.cli.labels import Labels, choose_positive, code_of
from normball.errors import InputError
from normball.tables.cells import MISSING, Cells, ListText


def read(*chunks):
    labels = Labels("y")
    codes = [labels.codes(Cells("text", "string", text=ListText(list(chunk), frozenset(MISSING)))) for chunk in chunks]
    classes, owner = labels.in_order()
    return classes, [[None if k < 0 else classes[owner[k]] for k in part] for part in codes]


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        (["b", "a", "b"], ("a", "b")),
        (["1", "0", ""], (0, 1)),
        (["1.0", "1", "2"], (1, 2)),
        (["0.5", "2"], (0.5, 2)),
        (["01", "1"], ("01", "1")),
        (["yes", "no", "?"], ("no", "yes")),
        (["nan", "x", "y"], ("x", "y")),
    ],
)
def test_types_of_labels(cells, classes):
    found, (given_back,) = read(cells)
    assert found == classes
    assert [type(a) for a in found] == [type(b) for b in classes]
    for cell, label in zip(cells, given_back, strict=True):
        assert (cell in MISSING) if label is None else (cell == str(label) or float(cell) == label)


@given(st.lists(st.sampled_from(["u", "v", ""]), min_size=1, max_size=40), st.integers(1, 10))
def test_chunks_do_not_matter(cells, size):
    if not {"u", "v"} <= set(cells):
        return
    classes, parts = read(*(cells[k : k + size] for k in range(0, len(cells), size)))
    assert classes == ("u", "v")
    assert [label or "" for part in parts for label in part] == cells


@pytest.mark.parametrize(
    ("classes", "asked", "positive"),
    [
        ((0, 1), None, 1),
        (("no", "yes"), None, "yes"),
        (("Yes", "absent"), None, "Yes"),
        (("benign", "malignant"), None, "malignant"),
        ((0, 1), "0", 0),
        ((0, 1), "0.0", 0),
        ((False, True), "no", False),
        (("1", "x"), "1", "1"),
    ],
)
def test_positive_label(classes, asked, positive):
    found = choose_positive(classes, asked)
    assert found == positive
    assert type(found) is type(positive)


def test_a_word_that_is_no_label():
    assert code_of(("a", "b"), "c") is None
    assert code_of((False, True), "T") == 1


def test_too_many_labels_are_counted_no_further():
    with pytest.raises(InputError, match=r"more than 1,000 different values"):
        read([f"v{k}" for k in range(5000)])
