"""X: what is accepted gives the same numbers, what is not gives a sentence, and nothing of the caller's changes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tracemalloc

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

import normball
from normball.errors import InputError
from normball.inputs import align, check_finite, read_inputs, read_matrix

BASE = np.array([[0.0, 1.5, -2.0], [3.0, 0.0, 0.0], [0.0, 0.0, 7.25], [1.0, -1.0, 4.0]])  # exact in float16
WHOLE = np.array([[0, 1, 2], [3, 0, 0], [0, 0, 7], [1, 1, 4]])
NAMES = ["a", "b", "c"]


class Subclass(np.ndarray):
    """An array with manners of its own, as np.matrix has."""


class ArrayLike:
    """Something that numpy can read and that is nothing else."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def strided(X):
    wide = np.full((2 * X.shape[0], 3 * X.shape[1]), np.nan)
    wide[::2, 1::3] = X
    return wide[::2, 1::3]


def reversed_rows(X):
    return np.ascontiguousarray(X[::-1])[::-1]


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def unaligned(X):
    record = np.zeros(X.shape, dtype=[("pad", "i1"), ("value", "f8")])
    record["value"] = X
    return record["value"]


def columns(values, make=lambda column: column):
    return {name: make(values[:, j]) for j, name in enumerate(NAMES)}


SAME_MEMORY = {
    "C": BASE.copy,
    "Fortran": lambda: np.asfortranarray(BASE),
    "strided": lambda: strided(BASE),
    "reversed": lambda: reversed_rows(BASE),
    "read-only": lambda: read_only(BASE),
    "float32": lambda: BASE.astype(np.float32),
    "float32 Fortran": lambda: np.asfortranarray(BASE, dtype=np.float32),
}
COPIED = {
    "big-endian": lambda: BASE.astype(">f8"),
    "big-endian float32": lambda: BASE.astype(">f4"),
    "float16": lambda: BASE.astype(np.float16),
    "long double": lambda: BASE.astype(np.longdouble),
    "unaligned": lambda: unaligned(BASE),
    "objects": lambda: BASE.astype(object),
    "subclass": lambda: BASE.view(Subclass),
    "array-like": lambda: ArrayLike(BASE),
    "list": BASE.tolist,
    "tuples": lambda: tuple(map(tuple, BASE.tolist())),
    "polars": lambda: pl.DataFrame(columns(BASE)),
    "polars float32": lambda: pl.DataFrame(columns(BASE.astype(np.float32))),
    "arrow": lambda: pa.table(columns(BASE)),
    "narwhals": lambda: nw.from_native(pl.DataFrame(columns(BASE))),
    "pandas": lambda: pd.DataFrame(BASE, columns=NAMES),
    "pandas without names": lambda: pd.DataFrame(BASE),
    "pandas float32": lambda: pd.DataFrame(BASE.astype(np.float32), columns=NAMES),
    "pandas nullable": lambda: pd.DataFrame(columns(BASE, lambda v: pd.array(v, dtype="Float64"))),
    "pandas of arrow": lambda: pd.DataFrame(columns(BASE, lambda v: pd.array(v, dtype="float64[pyarrow]"))),
    "pandas objects": lambda: pd.DataFrame(BASE, columns=NAMES).astype({"b": object}),
    "pandas float16": lambda: pd.DataFrame(BASE.astype(np.float16), columns=NAMES),
}
WHOLE_NUMBERS = {
    **{kind: (lambda kind=kind: WHOLE.astype(kind)) for kind in ("i1", "u1", "i2", ">i4", "u4", "i8", "u8", "f4", "O")},
    "pandas mixed": lambda: pd.DataFrame(
        {"a": pd.array(WHOLE[:, 0], dtype="Int64"), "b": WHOLE[:, 1].astype(bool), "c": WHOLE[:, 2].astype("u1")}
    ),
    "pandas mixed without names": lambda: pd.DataFrame(WHOLE).astype({0: "f4", 1: bool, 2: object}),
    "polars mixed": lambda: pl.DataFrame(
        {"a": WHOLE[:, 0].astype("f4"), "b": WHOLE[:, 1] > 0, "c": pl.Series(WHOLE[:, 2], dtype=pl.Decimal(9, 2))}
    ),
    "arrow mixed": lambda: pa.table({"a": WHOLE[:, 0], "b": WHOLE[:, 1] > 0, "c": WHOLE[:, 2].astype("f4")}),
}
SPARSE = {
    **{
        form: (lambda form=form: sp.csr_array(BASE).asformat(form))
        for form in ["csr", "csc", "coo", "bsr", "dia", "lil", "dok"]
    },
    "csr_matrix": lambda: sp.csr_matrix(BASE),
    "csc_matrix": lambda: sp.csc_matrix(BASE),
    "float32": lambda: sp.csr_array(BASE.astype(np.float32)),
    "long double": lambda: sp.csr_array(BASE.astype(np.longdouble)),
    "int64 indices": lambda: with_index(sp.csr_array(BASE), np.int64),
    "uint16 indices": lambda: with_index(sp.csr_array(BASE), np.uint16),
    "big-endian": lambda: with_data(sp.csc_array(BASE), ">f8"),
    "blocks": lambda: sp.bsr_array(BASE, blocksize=(2, 3)),
}


def with_index(X, dtype):
    X.indices, X.indptr = X.indices.astype(dtype), X.indptr.astype(dtype)
    return X


def with_data(X, dtype):
    X.data = X.data.astype(dtype)
    return X


def dense(matrix):
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


def digest(X):
    """A hash of all that a caller could see change."""
    if sp.issparse(X):
        parts = vars(X.tocoo(copy=True)) if X.format in ("lil", "dok") else vars(X)
        return hashlib.sha256(repr(sorted(parts.items(), key=lambda item: item[0])).encode()).hexdigest()
    if isinstance(X, np.ndarray) and X.dtype != object:
        return hashlib.sha256(X.tobytes() + repr((X.strides, X.dtype.str, X.flags.writeable)).encode()).hexdigest()
    if nw.dependencies.is_into_dataframe(X):
        return hashlib.sha256(repr((nw.from_native(X).schema, nw.from_native(X).rows())).encode()).hexdigest()
    return hashlib.sha256(repr(X.values if isinstance(X, ArrayLike) else X).encode()).hexdigest()


@pytest.mark.parametrize("make", SAME_MEMORY.values(), ids=SAME_MEMORY)
def test_usable_arrays_are_passed_on(make):
    X = make()
    before = digest(X)
    matrix, names = read_matrix(X)
    assert matrix is X
    assert names is None
    assert digest(X) == before


def test_a_memory_map_stays_on_disk(tmp_path):
    X = np.lib.format.open_memmap(tmp_path / "X.npy", mode="w+", dtype=np.float64, shape=BASE.shape)
    X[:] = BASE
    X.flush()
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    matrix, _ = read_matrix(mapped)
    assert np.shares_memory(matrix, mapped)
    np.testing.assert_array_equal(matrix, BASE)


@pytest.mark.parametrize("make", [*SAME_MEMORY.values(), *COPIED.values()], ids=[*SAME_MEMORY, *COPIED])
def test_every_form_holds_the_same_numbers(make):
    X = make()
    before = digest(X)
    matrix, names = read_matrix(X)
    assert type(matrix) is np.ndarray
    assert matrix.dtype in (np.float32, np.float64)
    assert matrix.dtype.isnative
    assert matrix.flags.aligned
    np.testing.assert_array_equal(matrix.astype(np.float64), BASE)
    assert names in (None, tuple(NAMES))
    assert digest(X) == before


@pytest.mark.parametrize("make", WHOLE_NUMBERS.values(), ids=WHOLE_NUMBERS)
def test_every_whole_number_is_exact(make):
    matrix, _ = read_matrix(make())
    expected = WHOLE.copy()
    expected[:, 1] = WHOLE[:, 1] > 0  # the same: WHOLE[:, 1] is 0 or 1
    np.testing.assert_array_equal(matrix, expected)
    np.testing.assert_array_equal(expected, WHOLE)


def test_bools_are_numbers():
    np.testing.assert_array_equal(read_matrix(WHOLE > 1)[0], (WHOLE > 1) * 1.0)


@pytest.mark.parametrize(
    ("make", "dtype"),
    [
        (lambda: BASE.astype(np.float16), np.float32),
        (lambda: BASE.astype(">f4"), np.float32),
        (lambda: pl.DataFrame(columns(BASE.astype(np.float32))), np.float32),
        (lambda: pd.DataFrame(columns(BASE.astype(np.float32))), np.float32),
        (lambda: pd.DataFrame({"a": np.ones(2, "f4"), "b": np.ones(2)}), np.float64),
        (lambda: pd.DataFrame({"a": np.ones(2, "f4"), "b": np.ones(2, "i4")}), np.float64),
        (lambda: WHOLE.astype(np.int8), np.float64),
        (lambda: BASE.astype(np.longdouble), np.float64),
        (lambda: sp.csr_array(BASE.astype(np.float32)), np.float32),
        (lambda: sp.csr_array(WHOLE), np.float64),
    ],
)
def test_only_narrow_floats_stay_narrow(make, dtype):
    assert read_matrix(make())[0].dtype == dtype


def test_integers_keep_what_float32_would_lose():
    odd = 2**53 - 1
    values = {"a": np.array([odd]), "b": np.array([0.5], np.float32)}
    for frame in (pd.DataFrame(values), pl.DataFrame(values), pa.table(values)):
        assert int(read_matrix(frame)[0][0, 0]) == odd


@pytest.mark.parametrize("make", SPARSE.values(), ids=SPARSE)
def test_every_sparse_form_holds_the_same_numbers(make):
    X = make()
    before = digest(X)
    matrix, names = read_matrix(X)
    assert isinstance(matrix, (sp.csr_array, sp.csc_array))
    assert matrix.format == ("csc" if X.format == "csc" else "csr")
    assert matrix.dtype in (np.float32, np.float64)
    assert matrix.dtype.isnative
    assert matrix.indices.dtype == matrix.indptr.dtype
    assert matrix.indices.dtype in (np.int32, np.int64)
    np.testing.assert_array_equal(matrix.toarray(), BASE)
    assert names is None
    assert digest(X) == before


def test_a_pandas_block_of_floats_is_not_copied():
    X = pd.DataFrame(BASE, columns=NAMES)
    matrix, names = read_matrix(X)
    assert np.shares_memory(matrix, X.to_numpy())
    assert names == tuple(NAMES)


def test_names_only_where_they_are_names():
    assert read_matrix(pd.DataFrame(BASE))[1] is None
    assert read_matrix(pd.DataFrame(BASE, columns=[("a", 1), ("a", 2), ("b", 1)]))[1] is None
    assert read_matrix(pa.table(columns(BASE)))[1] == tuple(NAMES)


@pytest.mark.parametrize("X", [np.empty((4, 0)), pd.DataFrame(index=range(4)), sp.csr_array((4, 0))], ids=repr)
def test_no_columns_is_an_intercept_only_problem(X):
    assert read_matrix(X)[0].shape == (4, 0)


def test_an_all_zero_sparse_matrix_is_fine():
    matrix, _ = read_matrix(sp.csr_array((4, 3)))
    assert matrix.shape == (4, 3)
    assert matrix.nnz == 0


def test_missing_values_become_nan_and_are_counted_with_their_names():
    for X in (
        pd.DataFrame(
            {"a": pd.array([1, None, None], dtype="Int64"), "b": pd.array([True, False, None], dtype="boolean")}
        ),
        pl.DataFrame({"a": [1, None, None], "b": [True, False, None]}),
        pa.table({"a": [1.0, None, None], "b": [0.5, 1.0, None]}),
        pd.DataFrame({"a": [1.0, None, None], "b": np.array([1, 2, None], dtype=object)}),
    ):
        matrix, names = read_matrix(X)
        np.testing.assert_array_equal(np.isnan(matrix), [[False, False], [True, False], [True, True]])
        with pytest.raises(InputError, match=r"X holds 3 NaN values in columns 'a', 'b'"):
            check_finite(matrix, names)


REJECTED = {
    "vector": (np.ones(3), "Expected 2D array, got 1D array instead", "Reshape your data", "reshape(-1, 1)"),
    "list of numbers": ([1.0, 2.0], "Expected 2D array, got 1D array instead"),
    "series": (pd.Series([1.0, 2.0]), "Expected 2D array, got 1D array instead"),
    "1-d sparse": (sp.coo_array(np.ones(3)), "Expected 2D array, got 1D array instead"),
    "scalar": (3.0, "Expected 2D array, got scalar array instead"),
    "dict": ({"a": [1]}, "Expected 2D array, got scalar array instead"),
    "none": (None, "Expected 2D array"),
    "cube": (np.ones((2, 2, 2)), "Found array with dim 3", "(2, 2, 2)"),
    "no rows": (np.ones((0, 3)), "Found array with 0 sample(s) (shape=(0, 3)) while a minimum of 1 is required"),
    "no rows, sparse": (sp.csr_array((0, 3)), "Found array with 0 sample(s)"),
    "no rows, frame": (pd.DataFrame({"a": np.ones(0)}), "Found array with 0 sample(s)"),
    "ragged": ([[1.0, 2.0], [3.0]], "X cannot be read as an array", "of one length"),
    "masked": (np.ma.masked_array(np.ones((2, 2)), mask=np.eye(2)), "masked array", "filled"),
    "complex": (np.ones((2, 2)) * 1j, "Complex data not supported", "complex128"),
    "complex, sparse": (sp.csr_array(np.eye(2) * 1j), "Complex data not supported"),
    "complex objects": (np.array([[1j, 1.0]], dtype=object), "1j (complex) at row 0, column 0"),
    "dates": (np.full((2, 2), np.datetime64("2020-01-01")), "dates or times", "days since"),
    "durations": (np.ones((2, 2), "m8[s]"), "dates or times"),
    "date objects": (np.array([[1.0, np.datetime64("2020")]], dtype=object), "datetime64) at row 0, column 1"),
    "strings": (np.array([["1", "2"]]), "X holds strings", "encode"),
    "new strings": (np.array([["1", "2"]], dtype=np.dtypes.StringDType()), "X holds strings"),
    "string objects": (np.array([[1.0, "2"]], dtype=object), "'2' (str) at row 0, column 1"),
    "list with a string": ([[1.0, "x"]], "X holds strings"),
    "records": (np.zeros((2, 2), dtype=[("a", "f8")]), "not a table of numbers"),
    "huge": (np.array([[10**400, 1]], dtype=object), "no float64"),
    "object": (np.array([[{"foo": "bar"}, 1.0]], dtype=object), "{'foo': 'bar'} (dict) at row 0, column 0"),
    "text columns": (
        pd.DataFrame({"age": [1, 2], "city": ["x", "y"], "day": pd.to_datetime(["2020", "2021"])}),
        "X holds no plain numbers in 2 columns",
        "'city' (String)",
        "'day' (Datetime",
        "Encode or drop them first",
    ),
    "categories": (pd.DataFrame({"a": pd.Categorical(["x", "y"])}), "in 1 column:", "'a' (Categorical)"),
    "polars text": (pl.DataFrame({"a": ["x"], "b": [1.0], "c": [[1, 2]]}), "'a' (String)", "'c' (List"),
    "arrow text": (pa.table({"a": ["x"]}), "'a' (String)"),
    "many text columns": (pl.DataFrame({f"c{j}": ["x"] for j in range(9)}), "9 columns", "'c4' (String) and 4 more"),
    "object columns": (
        pd.DataFrame({"a": [1.0, 2.0], "b": np.array([1.0, {2}], dtype=object)}),
        "Column 'b' of X holds {2} (set) at row 1",
    ),
    "pandas sparse": (
        pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}),
        "'a' (Sparse[int64, 0])",
        "Give X.sparse.to_coo()",
    ),
    "pandas complex": (pd.DataFrame({"a": [1j, 2.0]}), "'a' (complex128)"),
    "duplicate names": (pd.DataFrame(np.eye(3), columns=["a", "b", "a"]), "duplicate column names", "'a' 2 times"),
    "duplicate arrow names": (pa.table([[1.0], [2.0]], names=["a", "a"]), "duplicate column names", "'a' 2 times"),
    "mixed names": (pd.DataFrame(np.eye(2), columns=["a", 1]), "column names of several types", "1 (int)"),
    "lazy": (pl.DataFrame(columns(BASE)).lazy(), "lazy frame", "collect()"),
    "NaN, sparse": (sp.csr_array([[0.0, np.nan]]), "X holds 1 NaN value in column 1"),
}


@pytest.mark.parametrize("case", REJECTED.values(), ids=REJECTED)
def test_what_cannot_be_read_gets_a_sentence(case):
    X, *fragments = case
    with pytest.raises(InputError) as caught:
        read_matrix(X)
    for fragment in fragments:
        assert fragment in str(caught.value)


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, sp.csr_array, sp.csc_array, strided])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_non_finite_values_are_counted_by_column(layout, dtype, rng):
    values = rng.normal(size=(50, 12)).astype(dtype)
    values[rng.integers(50, size=9), rng.integers(4, 8, size=9)] = np.nan
    values[rng.integers(50, size=5), rng.integers(6, 12, size=5)] = np.inf
    values[3, 11] = -np.inf
    nan, inf = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    bad = [j for j in range(12) if not np.isfinite(values[:, j]).all()]
    names = tuple(f"x{j}" for j in range(12))
    with pytest.raises(InputError) as caught:
        check_finite(layout(values), names)
    assert f"X holds {nan} NaN and {inf} infinite values in columns " in str(caught.value)
    assert ", ".join(repr(names[j]) for j in bad[:5]) in str(caught.value)
    assert (f"and {len(bad) - 5} more" in str(caught.value)) == (len(bad) > 5)
    with pytest.raises(InputError, match=f"columns {bad[0]}, {bad[1]}"):
        check_finite(layout(values))


def test_a_sum_that_overflows_is_not_a_bad_value():
    check_finite(np.full((4, 2), 1e308))
    check_finite(np.full((4, 2), 3e38, np.float32))
    check_finite(sp.csr_array(np.full((4, 2), -1e308)))


def test_infinities_of_both_signs_do_not_hide_each_other():
    with pytest.raises(InputError, match="2 infinite values in column 0"):
        check_finite(np.array([[np.inf], [-np.inf]]))


def test_a_long_double_beyond_float64_is_counted_as_infinite():
    matrix, _ = read_matrix(np.array([[np.longdouble("1e400")]]))
    with pytest.raises(InputError, match="1 infinite value in column 0"):
        check_finite(matrix)


FRAMES = {
    "pandas": lambda values: pd.DataFrame(values),
    "polars": lambda values: pl.DataFrame(values),
    "arrow": lambda values: pa.table(values),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_columns_are_matched_by_name(frame):
    shuffled = {name: BASE[:, NAMES.index(name)] for name in ["c", "a", "b"]}
    np.testing.assert_array_equal(align(frame(shuffled), tuple(NAMES)), BASE)
    np.testing.assert_array_equal(align(frame(columns(BASE)), tuple(NAMES)), BASE)


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_missing_and_extra_columns_are_listed(frame):
    renamed = {"a": BASE[:, 0], "B": BASE[:, 1], "C": ["not", "even", "a", "number"]}
    with pytest.raises(InputError, match=r"lacks 'b', 'c' and adds 'B', 'C'"):
        align(frame(renamed), tuple(NAMES))
    with pytest.raises(InputError, match=r"it lacks 'c'\."):
        align(frame({"b": BASE[:, 1], "a": BASE[:, 0]}), tuple(NAMES))
    with pytest.raises(InputError, match=r"it adds 'd'\."):
        align(frame({**columns(BASE), "d": BASE[:, 1]}), tuple(NAMES))


def test_without_names_columns_are_counted():
    np.testing.assert_array_equal(align(BASE, tuple(NAMES)), BASE)
    np.testing.assert_array_equal(align(pd.DataFrame(BASE), tuple(NAMES)), BASE)
    np.testing.assert_array_equal(align(pd.DataFrame(BASE, columns=NAMES), None, width=3), BASE)
    for X in (BASE[:, :2], sp.csr_array(BASE[:, :2]), pd.DataFrame(BASE[:, :2]), BASE[:, :2].tolist()):
        with pytest.raises(InputError, match="X has 2 features, but the model is expecting 3 features as input"):
            align(X, tuple(NAMES))
        with pytest.raises(InputError, match="X has 2 features, but the model is expecting 3 features as input"):
            align(X, None, width=3)


def test_a_big_matrix_is_neither_copied_nor_scanned_into_temporaries(rng):
    X = rng.normal(size=(2000, 1000))  # 16 MB
    y = np.arange(2000) % 2
    tracemalloc.start()
    try:
        data = read_inputs(X, y)
        check_finite(data.X)
        _, peak = tracemalloc.get_traced_memory()
        X[7, 7] = np.nan
        tracemalloc.reset_peak()
        with pytest.raises(InputError):
            check_finite(data.X)
        _, peak_wording = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert data.X is X
    assert peak < 1e6
    assert peak_wording < 4e6


def test_reading_arrays_imports_nothing_heavy():
    script = """
import sys
import numpy as np
from normball.inputs import align, check_finite, read_inputs
data = read_inputs(np.eye(4), [0, 1, 0, 1], sample_weight=[1, 2, 3, 4])
check_finite(align(data.X, None, width=4))
print([m for m in ("sklearn", "numba", "narwhals", "pandas", "polars", "pyarrow", "scipy.sparse") if m in sys.modules])
"""
    source = os.path.dirname(os.path.dirname(normball.__file__))
    run = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": source}, capture_output=True, text=True
    )
    assert run.stdout.strip() == "[]", run.stdout + run.stderr
