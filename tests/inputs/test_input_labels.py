"""y and sample_weight: labels of any one type, soft labels, and a sentence for everything else."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

import normball
from normball.errors import InputError
from normball.inputs import read_inputs

SIDE = np.array([0, 1, 1, 0, 1])
X = np.arange(15.0).reshape(5, 3)


def read(y, **more):
    return read_inputs(X, y, **more)


def spelled(low, high):
    return [high if side else low for side in SIDE]


LABELS = {
    "bool": (SIDE.astype(bool), [False, True]),
    **{f"{kind} 0 and 1": (SIDE.astype(kind), [0, 1]) for kind in ("i1", "u8", "i8", ">i4", "f2", "f4", "f8", ">f8")},
    "-1 and 1": (2 * SIDE - 1, [-1, 1]),
    "-1.0 and 1.0": (2.0 * SIDE - 1, [-1.0, 1.0]),
    "1.0 and 2.0": (SIDE + 1.0, [1.0, 2.0]),
    "0.5 and 2.5": (2.0 * SIDE + 0.5, [0.5, 2.5]),
    "strings": (np.array(spelled("no", "yes")), ["no", "yes"]),
    "bytes": (np.array(spelled(b"no", b"yes")), [b"no", b"yes"]),
    "object strings": (np.array(spelled("no", "yes"), dtype=object), ["no", "yes"]),
    "new strings": (np.array(spelled("no", "yes"), dtype=np.dtypes.StringDType()), ["no", "yes"]),
    "object ints": (SIDE.astype(object), [0, 1]),
    "object bools": (SIDE.astype(bool).astype(object), [False, True]),
    "object floats": ((SIDE * 2.0 - 1).astype(object), [-1.0, 1.0]),
    "huge ints": (spelled(2**80, 2**80 + 1), [2**80, 2**80 + 1]),
    "decimals": (spelled(Decimal("1.5"), Decimal("2.5")), [Decimal("1.5"), Decimal("2.5")]),
    "tuples": (pd.Series(spelled((0, 1), (1, 0))), [(0, 1), (1, 0)]),
    "dates": (spelled(datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)), None),
    "datetime64": (np.array(spelled("2020", "2021"), "M8[Y]"), np.array(["2020", "2021"], "M8[Y]")),
    "list": (spelled(3, 7), [3, 7]),
    "list of strings": (spelled("b", "c"), ["b", "c"]),
    "tuple": (tuple(spelled(False, True)), [False, True]),
    "column": (SIDE[:, None], [0, 1]),
    "column of strings": ([[s] for s in spelled("b", "c")], ["b", "c"]),
    "pandas": (pd.Series(SIDE), [0, 1]),
    "pandas strings": (pd.Series(spelled("b", "c")), ["b", "c"]),
    "pandas categories": (pd.Series(spelled("b", "c"), dtype="category"), ["b", "c"]),
    "pandas categories of ints": (pd.Series(spelled(8, 9), dtype="category"), [8, 9]),
    "pandas Categorical": (pd.Categorical(spelled("b", "c"), categories=["c", "b", "never"]), ["b", "c"]),
    "pandas nullable": (pd.Series(SIDE, dtype="Int64"), [0, 1]),
    "pandas boolean": (pd.Series(SIDE.astype(bool), dtype="boolean"), [False, True]),
    "pandas frame": (pd.DataFrame({"y": SIDE}), [0, 1]),
    "pandas index": (pd.Index(SIDE), [0, 1]),
    "polars": (pl.Series(SIDE), [0, 1]),
    "polars strings": (pl.Series(spelled("b", "c")), ["b", "c"]),
    "polars categories": (pl.Series(spelled("b", "c"), dtype=pl.Categorical), ["b", "c"]),
    "polars enum": (pl.Series(spelled("b", "c"), dtype=pl.Enum(["c", "b"])), ["b", "c"]),
    "polars bools": (pl.Series(SIDE.astype(bool)), [False, True]),
    "polars frame": (pl.DataFrame({"y": SIDE}), [0, 1]),
    "arrow": (pa.array(SIDE), [0, 1]),
    "arrow chunks": (pa.chunked_array([spelled("b", "c")]), ["b", "c"]),
    "arrow dictionary": (pa.chunked_array([pa.array(spelled("b", "c")).dictionary_encode()]), ["b", "c"]),
}


@pytest.mark.parametrize(("y", "classes"), LABELS.values(), ids=LABELS)
def test_two_labels_of_any_type_become_0_and_1(y, classes):
    before = repr(y)
    data = read(y)
    assert data.classes is not None
    assert data.classes.shape == (2,)
    classes = sorted(set(y)) if classes is None else list(classes)
    assert list(data.classes) == classes
    assert data.classes[0] < data.classes[1]
    np.testing.assert_array_equal(data.y, SIDE)
    assert data.y.dtype == np.float64
    assert repr(y) == before


@pytest.mark.parametrize("swap", [("yes", "no"), (1, -1), (1.0, 0.0), (True, False), ((1,), (0,))])
def test_the_order_of_the_labels_decides_not_the_order_of_the_rows(swap):
    data = read(spelled(*swap) if not isinstance(swap[0], tuple) else pd.Series(spelled(*swap)))
    assert list(data.classes) == sorted(swap)
    np.testing.assert_array_equal(data.y, 1.0 - SIDE)


@pytest.mark.parametrize(
    "y",
    [
        [0.0, 0.25, 1.0, 0.5, 1.0],
        [0.25, 0.75, 0.75, 0.25, 0.75],  # two values, but of [0, 1]: still probabilities
        [0.0, 0.5, 0.5, 0.0, 0.5],
        [0.5] * 5,
        np.array([0.0, 0.25, 1.0, 0.5, 1.0], ">f4"),
        np.array([[0.0], [0.25], [1.0], [0.5], [1.0]]),
        np.array([0, 0.25, 1, 0.5, 1], dtype=object),
        pd.Series([0.0, 0.25, 1.0, 0.5, 1.0], dtype="Float64"),
        pl.Series([0.0, 0.25, 1.0, 0.5, 1.0], dtype=pl.Float32),
    ],
)
def test_floats_in_the_unit_interval_are_soft_labels(y):
    data = read(y)
    assert data.classes is None
    np.testing.assert_array_equal(data.y, np.asarray(y, dtype=float).ravel())


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


ONE = "Classifier can't train when only one class is present."
SEVERAL = {
    "ints": ([0, 1, 2, 1, 0], [0, 1, 2]),
    "floats": ([0.0, 1.0, 2.0, 1.0, 0.0], [0.0, 1.0, 2.0]),
    "negative floats": ([-1.0, 1.0, 0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]),
    "strings": (["c", "a", "b", "a", "a"], ["a", "b", "c"]),
    "objects": (np.array([7, 9, 8, 9, 8], dtype=object), [7, 8, 9]),
    "categories": (pd.Series(["c", "a", "b", "a", "a"], dtype="category"), ["a", "b", "c"]),
    "as many as rows": (np.arange(5), [0, 1, 2, 3, 4]),
    "column": ([["c"], ["a"], ["b"], ["a"], ["c"]], ["a", "b", "c"]),
}


@pytest.mark.parametrize("case", SEVERAL.values(), ids=SEVERAL)
def test_several_classes_become_numbers_in_sorted_order(case):
    y, classes = case
    found = read(y)
    assert found.classes is not None and found.classes.tolist() == classes
    plain = np.asarray(y, dtype=object).ravel().tolist()
    assert [classes[int(k)] for k in found.y] == plain


@pytest.mark.parametrize("y", [np.arange(60), [f"id {k}" for k in range(60)], np.arange(60.0)], ids=str)
def test_a_label_for_each_row_is_no_class(y):
    with pytest.raises(InputError, match=r"60 different labels in 60 rows.*regression"):
        read_inputs(np.zeros((60, 2)), y)


REJECTED = {
    "none": (None, "requires y to be passed, but the target y is None"),
    "short": (SIDE[:4], "inconsistent numbers of samples: [5, 4]", "one label for each row"),
    "table": (np.zeros((5, 3)), "y should be a 1d array, got an array of shape (5, 3) instead"),
    "scalar": (1, "y should be a 1d array, got an array of shape () instead"),
    "ragged": ([[1], [2, 3], [1], [1], [1]], "y cannot be read as an array"),
    "masked": (np.ma.masked_array(SIDE, mask=SIDE == 0), "y is a masked array"),
    "sparse": (sp.csr_array(SIDE[:, None]), "y is a sparse matrix", "toarray"),
    "complex": (SIDE * 1j, "Complex data not supported"),
    "records": (np.zeros(5, dtype=[("a", "f8")]), "Unknown label type"),
    "one int": (np.ones(5, int), ONE, "Every label in y is 1:"),
    "one float": (np.zeros(5), ONE, "Every label in y is 0.0:"),
    "one other float": (np.full(5, 7.0), ONE, "is 7.0:"),
    "one string": (["spam"] * 5, ONE, "is 'spam':"),
    "one bool": ([True] * 5, ONE, "is True:"),
    "one category": (pd.Series(["b"] * 5, dtype=pd.CategoricalDtype(["b", "c"])), ONE, "is 'b':"),
    "one date": (np.full(5, np.datetime64("2020")), ONE, "is 2020:"),
    "continuous": ([0.1, -3.5, 2.0, 0.0, 1.0], "Unknown label type: continuous", "from -3.5 to 2", "y > 0.5"),
    "just outside": ([0.1, 0.2, 1.001, 0.0, 1.0], "Unknown label type: continuous"),
    "NaN": ([0.0, np.nan, 1.0, np.nan, 1.0], "Input y contains NaN", "2 of 5 labels are missing", "in rows 1, 3."),
    "infinite": ([0.0, np.inf, 0.0, 1.0, 1.0], "Input y contains infinity"),
    "two, one infinite": ([0.0, np.inf, 0.0, 0.0, 0.0], "Input y contains infinity"),
    "None": (["a", None, "b", "a", "b"], "1 of 5 labels are missing", "in rows 1."),
    "NaN beside strings": (np.array(["a", np.nan, "b", "a", "b"], dtype=object), "1 of 5 labels are missing"),
    "NA": (pd.Series([0, 1, None, 1, 0], dtype="Int64"), "1 of 5 labels are missing", "in rows 2."),
    "NA string": (pd.Series(["a", None, "b", "a", "b"], dtype="string"), "1 of 5 labels are missing"),
    "NA bool": (pd.Series([True, None, False, True, True], dtype="boolean"), "1 of 5 labels are missing"),
    "no category": (pd.Series(["a", None, "b", "a", "b"], dtype="category"), "1 of 5 labels are missing"),
    "polars null": (pl.Series(["a", None, "b", "a", "b"]), "1 of 5 labels are missing"),
    "polars null bool": (pl.Series([True, None, False, True, True]), "1 of 5 labels are missing"),
    "arrow null": (pa.array(["a", None, "b", "a", "b"]), "1 of 5 labels are missing"),
    "NaT": (np.array(["2020", "NaT", "2021", "2020", "2021"], "M8[Y]"), "1 of 5 labels are missing"),
    "mixed list": ([1, "1", 1, "1", 1], "mixed-type labels, number and str"),
    "mixed bools": ([True, 0, True, 0, 0], "mixed-type labels, bool and number"),
    "mixed column": ([[1], ["1"], [1], ["1"], [1]], "mixed-type labels"),
    "mixed objects": (np.array([1, "1", 1, "1", 1], dtype=object), "mixed-type labels"),
    "mixed series": (pd.Series([1, "1", 1, "1", 1]), "mixed-type labels"),
    "unhashable": (np.array([{1}, {2}, {1}, {1}, {2}], dtype=object), "Unknown label type", "set objects"),
    "unsortable": (spelled(Colour.RED, Colour.BLUE), "Unknown label type", "Colour objects"),
}


@pytest.mark.parametrize("case", REJECTED.values(), ids=REJECTED)
def test_what_is_no_pair_of_labels_gets_a_sentence(case):
    y, *fragments = case
    for fit_intercept in (True, False):
        with pytest.raises(InputError) as caught:
            read(y, fit_intercept=fit_intercept)
        for fragment in fragments:
            assert fragment in str(caught.value)


@pytest.mark.parametrize(
    ("y", "weight", "fragments"),
    [
        (["ham", "spam", "spam", "ham", "spam"], [1, 0, 0, 1, 0], ["every row of class 'spam'"]),
        (["ham", "spam", "spam", "ham", "spam"], [0, 1, 1, 0, 1], ["every row of class 'ham'"]),
        ([0.5, 1.0, 1.0, 0.25, 1.0], [0, 1, 1, 0, 1], ["every row of class 0"]),
        ([0.5, 0.0, 0.0, 0.25, 0.0], [0, 1, 1, 0, 1], ["every row of class 1"]),
    ],
)
def test_weights_that_take_a_class_away(y, weight, fragments):
    with pytest.raises(InputError) as caught:
        read(y, sample_weight=weight)
    for fragment in [ONE, "sample_weight is zero", *fragments]:
        assert fragment in str(caught.value)


def test_rows_of_weight_zero_are_kept():
    data = read(SIDE, sample_weight=[0, 1, 0, 2, 3])
    np.testing.assert_array_equal(data.weight, [0.0, 1.0, 0.0, 2.0, 3.0])
    assert data.X.shape == X.shape


def test_one_soft_label_is_enough_for_two_classes():
    assert read([0.5, 1.0, 1.0, 1.0, 1.0], sample_weight=[1, 0, 0, 0, 0]).classes is None


def test_labels_are_told_apart_without_sorting_them(rng):
    """Sorting n strings costs n log n comparisons; two classes need one."""
    compared = []

    class Label(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __lt__(self, other):
            compared.append(1)
            return str.__lt__(self, other)

    y = np.array([Label("b") if side else Label("a") for side in rng.integers(0, 2, size=1000)], dtype=object)
    read_inputs(np.zeros((1000, 1)), y)
    assert len(compared) == 1


@pytest.mark.parametrize(("counts", "words"), [([0.0, 2.0], "no success"), ([3.0, 0.0], "no failure")])
def test_counts_of_one_kind_are_named(counts, words):
    y = np.tile(counts, (6, 1))
    with pytest.raises(InputError, match=f"only one class is present.*holds {words}"):
        normball.solve(np.arange(6.0)[:, None], y, lam=0.1)
