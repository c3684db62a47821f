"""hazards.md, section Input, through `solve` and `audit`: what is accepted gives the same answer, the rest a sentence.

How each kind is read is tested in tests/inputs; here, that nothing slips past the reading, whatever form it comes in.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

import normball
from judge import minimise, penalty_vectors

RNG = np.random.default_rng(20)
X = np.round(RNG.standard_normal((80, 3)) * 8) / 8  # exact in float16
X[:, 2] = RNG.integers(0, 2, 80)
Y = (RNG.random(80) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)
LAM = 0.02
NAMES = ["age", "dose", "sex"]


@pytest.fixture(scope="module")
def best():
    l1, l2 = penalty_vectors(3, LAM)
    return minimise(X, Y, l1=l1, l2=l2)


def assert_best(solution, best):
    assert solution.certificate.status == "certified"
    assert solution.coef == pytest.approx(best.coef.astype(float), abs=1e-10)
    assert solution.intercept == pytest.approx(float(best.intercept), abs=1e-10)


# ---- accepted without fuss


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def strided(X):
    wide = np.full((2 * len(X), 3 * X.shape[1]), np.nan)
    wide[::2, ::3] = X
    return wide[::2, ::3]


def unsorted(X):
    """CSR with its indices in falling order and every entry in two halves."""
    matrix = scipy.sparse.csr_array(X)
    parts = [np.repeat(np.arange(a, b)[::-1], 2) for a, b in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)]
    order = np.concatenate(parts)
    return scipy.sparse.csr_array((matrix.data[order] / 2, matrix.indices[order], 2 * matrix.indptr), shape=X.shape)


def wide_indices(X):
    matrix = scipy.sparse.csc_array(X)
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    return matrix


FORMS = {
    "read-only": read_only,
    "strided": strided,
    "reversed": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "Fortran": np.asfortranarray,
    "big-endian": lambda X: X.astype(">f8"),
    "float16": lambda X: X.astype(np.float16),
    "float32": lambda X: X.astype(np.float32),
    "long double": lambda X: X.astype(np.longdouble),
    "objects": lambda X: X.astype(object),
    "nested lists": lambda X: X.tolist(),
    "pandas": lambda X: pd.DataFrame(X, columns=NAMES),
    "pandas, nullable": lambda X: pd.DataFrame(X, columns=NAMES).astype("Float64"),
    "polars": lambda X: pl.DataFrame(X, schema=NAMES),
    "arrow": lambda X: pa.table(dict(zip(NAMES, X.T, strict=True))),
    "CSR": scipy.sparse.csr_matrix,
    "CSC array": scipy.sparse.csc_array,
    "COO": scipy.sparse.coo_array,
    "int64 indices": wide_indices,
    "unsorted, duplicates": unsorted,
    "float32 CSR": lambda X: scipy.sparse.csr_array(X.astype(np.float32)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_X(form, best):
    assert_best(normball.solve(FORMS[form](X), Y, lam=LAM, tol=1e-14), best)


def test_a_memory_map(tmp_path, best):
    np.save(tmp_path / "X.npy", X)
    assert_best(normball.solve(np.load(tmp_path / "X.npy", mmap_mode="r"), Y, lam=LAM, tol=1e-14), best)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64, np.int32])
@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_array])
def test_whole_numbers(form, dtype):
    whole = np.random.default_rng(3).integers(0, 2, (80, 3))
    l1, l2 = penalty_vectors(3, LAM)
    assert_best(normball.solve(form(whole.astype(dtype)), Y, lam=LAM, tol=1e-14), minimise(whole, Y, l1=l1, l2=l2))


LABELS = {
    "bools": Y.astype(bool),
    "strings": np.where(Y == 1, "yes", "no"),
    "±1": 2 * Y - 1,
    "floats": Y.astype(float),
    "uint8": Y.astype(np.uint8),
    "objects": np.where(Y == 1, "yes", "no").astype(object),
    "list": Y.tolist(),
    "a column": Y[:, None],
    "a series": pd.Series(Y, index=np.arange(80)[::-1]),
    "categories": pd.Series(np.where(Y == 1, "yes", "no"), dtype="category"),
    "polars": pl.Series(Y),
}


@pytest.mark.parametrize("labels", LABELS)
def test_every_form_of_y(labels, best):
    solution = normball.solve(X, LABELS[labels], lam=LAM, tol=1e-14)
    assert_best(solution, best)
    expected = np.asarray(LABELS[labels]).ravel()
    right = solution.predict(X) == expected
    assert right.mean() == np.mean((solution.predict_proba(X)[:, 1] > 0.5) == (Y == 1))


# ---- rejected with a sentence


def damaged(what):
    """CSR arrays that would make compiled code read foreign memory."""
    matrix = scipy.sparse.csr_array(X)
    indptr, indices = matrix.indptr.copy(), matrix.indices.copy()
    if what == "index":
        indices[5] = 10**9
    elif what == "negative index":
        indices[5] = -1
    elif what == "indptr":
        indptr[3], indptr[4] = indptr[4], indptr[3]
    elif what == "end":
        indptr[-1] += 1000
    broken = scipy.sparse.csr_array(X)
    broken.indices, broken.indptr = indices, indptr
    return broken


def with_bad(value, kind=np.asarray):
    bad = X.copy()
    bad[3, 1] = bad[7, 1] = bad[7, 2] = value
    return kind(bad)


BAD_X = {
    "NaN": (with_bad(np.nan), "3 NaN values in columns 1, 2"),
    "NaN, Fortran": (with_bad(np.nan, np.asfortranarray), "3 NaN values in columns 1, 2"),
    "NaN, float32": (with_bad(np.nan, np.float32), "3 NaN values in columns 1, 2"),
    "NaN, named": (with_bad(np.nan, lambda X: pd.DataFrame(X, columns=NAMES)), "3 NaN values in columns 'dose', 'sex'"),
    "NaN, sparse": (with_bad(np.nan, scipy.sparse.csr_array), "3 NaN values in columns 1, 2"),
    "null, polars": (pl.DataFrame(X, schema=NAMES).with_columns(dose=pl.lit(None, pl.Float64)), "80 NaN .*'dose'"),
    "infinity": (with_bad(np.inf), "3 infinite values in columns 1, 2"),
    "minus infinity, sparse": (with_bad(-np.inf, scipy.sparse.csc_array), "3 infinite values in columns 1, 2"),
    "masked": (np.ma.masked_array(X, mask=X > 2), "masked array"),
    "complex": (X * 1j, "Complex data"),
    "dates": (X.astype("M8[D]"), "dates or times"),
    "strings": (X.astype(str), "strings"),
    "a string": (np.where(X > 2.4, "x", X.astype(object)), "'x' .str. at row"),
    "duplicate names": (pd.DataFrame(X, columns=["age", "age", "sex"]), "duplicate column names.*'age' 2 times"),
    "text column": (pd.DataFrame({"age": X[:, 0], "city": "x"}), "'city'"),
    "a vector": (X[:, 0], "Expected 2D array"),
    "no rows": (X[:0], "0 sample"),
    "bad index": (damaged("index"), "damaged CSR.*1000000000.*outside its 3 columns"),
    "negative index": (damaged("negative index"), "damaged CSR.*index -1"),
    "falling indptr": (damaged("indptr"), "damaged CSR.*indptr falls"),
    "indptr too far": (damaged("end"), "damaged CSR.*indptr ends at"),
}


@pytest.mark.parametrize(("X", "words"), BAD_X.values(), ids=BAD_X)
def test_bad_X(X, words):
    y = Y[: len(X)] if isinstance(X, np.ndarray) else Y
    with pytest.raises(normball.InputError, match=words):
        normball.solve(X, y, lam=LAM)
    with pytest.raises(normball.InputError, match=words):
        normball.audit(np.zeros(3), X, y, lam=LAM)


def put(values, at, value):
    values = np.array(values, float)
    values[at] = value
    return values


BAD_Y = {
    "NaN": (put(Y, 4, np.nan), "NaN.*1 of 80"),
    "infinity": (put(Y, 4, np.inf), "infinity"),
    "None": (None, "y was not given"),
    "missing": (np.where(np.arange(80) == 4, None, Y), "1 of 80"),
    "mixed": (np.where(Y == 1, "a", Y.astype(object)), "mixed-type"),
    "regression": (X[:, 0] * 3.3, "continuous"),
    "masked": (np.ma.masked_array(Y, mask=Y > 2), "masked"),
    "too short": (Y[:-1], "79"),
    "a table": (np.column_stack([Y, Y, Y]), r"\(80, 3\)"),
    "complex": (Y + 0j, "[Cc]omplex"),
}


@pytest.mark.parametrize(("y", "words"), BAD_Y.values(), ids=BAD_Y)
def test_bad_y(y, words):
    with pytest.raises(normball.InputError, match=words):
        normball.solve(X, y, lam=LAM)


BAD_ARGUMENTS = {
    "weight < 0": (dict(sample_weight=put(np.ones(80), 4, -1)), "sample_weight is -1 at row 4"),
    "weight NaN": (dict(sample_weight=put(np.ones(80), 4, np.nan)), "sample_weight holds 1 NaN.*row 4"),
    "weights 0": (dict(sample_weight=np.zeros(80)), "sample_weight is zero"),
    "weights of a class": (dict(sample_weight=Y), "class 0"),
    "weights too short": (dict(sample_weight=np.ones(79)), r"sample_weight.*\(79,\).*\(80,\)"),
    "offset inf": (dict(offset=put(np.zeros(80), 4, np.inf)), "offset holds 1.*row 4"),
    "offset too short": (dict(offset=np.zeros(3)), r"offset.*\(3,\).*\(80,\)"),
    "lam < 0": (dict(lam=-0.5), "lam=-0.5"),
    "lam NaN": (dict(lam=np.nan), "lam=nan"),
    "lam inf": (dict(lam=np.inf), "lam=inf"),
    "lam, text": (dict(lam="1"), "lam='1'"),
    "no lam": (dict(lam=None), "No strength"),
    "l1_ratio": (dict(l1_ratio=1.5), "l1_ratio=1.5"),
    "l1_ratio < 0": (dict(l1_ratio=-1e-9), "l1_ratio=-1e-09"),
    "factor": (dict(penalty_factor=[1, -2, 1]), "penalty_factor is -2 at column 1"),
    "factors": (dict(penalty_factor=[1, 1]), r"penalty_factor.*\(2,\).*\(3,\)"),
    "tol": (dict(tol=0.0), "tol=0"),
    "max_reads": (dict(max_reads=-1), "max_reads=-1"),
    "time_limit": (dict(time_limit=0), "time_limit=0"),
    "fit_intercept": (dict(fit_intercept="no"), "fit_intercept='no'"),
    "init": (dict(init=[1, 2, 3]), "init"),
    "init, coef": (dict(init=([1, 2], 0)), r"init.*\(2,\).*\(3,\)"),
    "init, NaN": (dict(init=([1, np.nan, 2], 0)), "init.*NaN.*column 1"),
    "init, intercept": (dict(init=([1, 2, 3], np.inf)), "init.*inf"),
    "init against no intercept": (dict(init=([1, 2, 3], 1.0), fit_intercept=False), "init has intercept=1.0"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS)
def test_bad_arguments(arguments, words):
    """Errors that name the argument and its value."""
    with pytest.raises(normball.InputError, match=words):
        normball.solve(X, Y, **(dict(lam=LAM) | arguments))


@pytest.mark.parametrize("C", [0.0, -1.0, np.nan, "1"])
def test_bad_C(C):
    """ "C > 0 (inf allowed)"."""
    with pytest.raises(normball.InputError, match=f"C={C!r}"):
        normball.audit(np.zeros(3), X, Y, C=C)
    assert normball.audit(np.zeros(3), X, Y, C=np.inf).best.lam == 0.0


# ---- at predict


def test_columns_are_matched_by_name():
    """ "silently different probabilities in three libraries": by name, or an error that lists them."""
    frame = pd.DataFrame(X, columns=NAMES)
    solution = normball.solve(frame, Y, lam=LAM)
    expected = solution.predict_proba(frame)
    for shuffled in (frame[["sex", "age", "dose"]], pl.DataFrame(frame[["dose", "sex", "age"]])):
        assert np.array_equal(solution.predict_proba(shuffled), expected)
    for renamed, words in (
        (frame.rename(columns={"dose": "dosis"}), "lacks 'dose' and adds 'dosis'"),
        (frame[["age", "sex"]], "lacks 'dose'"),
        (frame.assign(more=1.0), "adds 'more'"),
    ):
        with pytest.raises(normball.InputError, match=words):
            solution.predict_proba(renamed)
    with pytest.raises(normball.InputError, match=r"2 features.*3 features"):
        solution.predict_proba(X[:, :2])


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_array, lambda X: pd.DataFrame(X, columns=NAMES)])
def test_no_nan_leaves(kind):
    """NaN in, or an offset that does not fit: an error, not NaN out."""
    solution = normball.solve(kind(X), Y, lam=LAM)
    with pytest.raises(normball.InputError, match="3 NaN values in columns"):
        solution.predict_proba(with_bad(np.nan, kind))
    with pytest.raises(normball.InputError, match=r"offset.*\(79,\)"):
        solution.predict_proba(kind(X), offset=np.zeros(79))
    with pytest.raises(normball.InputError, match="offset holds 1 NaN"):
        solution.predict(kind(X), offset=put(np.zeros(80), 4, np.nan))
