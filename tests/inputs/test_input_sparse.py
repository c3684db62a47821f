"""Sparse structure: damaged indices are an error before any compiled code follows them; sound ones keep their sums."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from normball.errors import InputError
from normball.inputs import read_matrix

FORMS = {"csr": sp.csr_array, "csc": sp.csc_array}


def compressed(form, shape, indptr, indices, data):
    """A matrix with these arrays, whatever they hold: SciPy checks only what its constructor is given."""
    X = FORMS[form](shape)
    X.indptr, X.indices, X.data = indptr, indices, data
    return X


def accumulate(form, shape, indptr, indices, data):
    """The matrix that sound arrays describe, entry by entry; None for damaged ones."""
    major, minor = shape if form == "csr" else shape[::-1]
    if len(indptr) != major + 1 or indptr[0] != 0:
        return None
    if any(b < a for a, b in itertools.pairwise(indptr)):
        return None
    if indptr[-1] > min(len(indices), len(data)):
        return None
    out = np.zeros((major, minor))
    for i in range(major):
        for k in range(indptr[i], indptr[i + 1]):
            if not 0 <= indices[k] < minor:
                return None
            out[i, indices[k]] += data[k]
    return out if form == "csr" else out.T


@st.composite
def perhaps_damaged(draw):
    form = draw(st.sampled_from(["csr", "csc"]))
    n, p = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    major, minor = (n, p) if form == "csr" else (p, n)
    counts = draw(st.lists(st.integers(0, 4), min_size=major, max_size=major))
    indptr = [0, *np.cumsum(counts).tolist()]
    indices = draw(st.lists(st.integers(0, minor - 1), min_size=indptr[-1], max_size=indptr[-1]))  # duplicates too
    size = draw(st.sampled_from([np.int32, np.int64]))
    indptr, indices = np.array(indptr, size), np.array(indices, size)
    data = np.arange(1.0, len(indices) + 1.0)
    wild = st.integers(-3, 9) | st.sampled_from([-(2**31), 2**31 - 1])
    for _ in range(draw(st.integers(0, 2))):
        how = draw(st.sampled_from(["index", "pointer", "shorter", "longer", "fewer values", "fewer indices"]))
        if how == "index" and len(indices):
            indices[draw(st.integers(0, len(indices) - 1))] = draw(wild)
        elif how == "pointer":
            indptr[draw(st.integers(0, len(indptr) - 1))] = draw(wild)
        elif how == "shorter" and len(indptr) > 1:
            indptr = indptr[:-1]
        elif how == "longer":
            indptr = np.append(indptr, indptr[-1])
        elif how == "fewer values":
            data = data[:-1]
        elif how == "fewer indices":
            indices = indices[:-1]
    return form, (n, p), indptr, indices, data


@given(perhaps_damaged())
def test_damage_is_named_and_sound_structure_is_summed(case):
    form, _, indptr, indices, data = case
    kept = [part.copy() for part in (indptr, indices, data)]
    X, expected = compressed(*case), accumulate(*case)
    if expected is None:
        with pytest.raises(InputError, match=f"X is a damaged {form.upper()} matrix: .* Build it again"):
            read_matrix(X)
    else:
        matrix, _ = read_matrix(X)
        assert matrix.has_canonical_format
        np.testing.assert_array_equal(matrix.toarray(), expected)
    for part, before in zip((indptr, indices, data), kept, strict=True):
        np.testing.assert_array_equal(part, before)
    assert X.indptr is indptr
    assert X.indices is indices
    assert X.data is data


@given(st.data())
def test_damaged_coo_and_bsr_are_errors_too(data):
    position, bad = data.draw(st.integers(0, 2)), data.draw(st.sampled_from([-1, 3, 100, 2**31 - 1]))
    for X, label in ((sp.coo_array(np.eye(3)), "COO"), (sp.bsr_array(np.eye(6), blocksize=(2, 2)), "BSR")):
        if label == "COO":
            coords = [axis.copy() for axis in X.coords]
            coords[data.draw(st.integers(0, 1))][position] = bad
            X.coords = tuple(coords)
        else:
            X.indices = X.indices.copy()
            X.indices[position] = bad
        with pytest.raises(InputError, match=f"damaged {label} matrix: index {bad} at position {position}"):
            read_matrix(X)


def test_coo_with_fewer_values_than_indices_is_an_error():
    X = sp.coo_array(np.eye(3))
    X.data = X.data[:2]
    with pytest.raises(InputError, match="damaged COO matrix: it has 3 row indices, 3 column indices and 2 values"):
        read_matrix(X)


def test_indices_that_are_no_integers_are_an_error():
    X = sp.csr_array(np.eye(3))
    X.indices = X.indices.astype(float)
    with pytest.raises(InputError, match=r"indices has shape .* and dtype float64, not one line of integers"):
        read_matrix(X)


@pytest.mark.parametrize("form", ["csr", "csc"])
@pytest.mark.parametrize("size", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sound_arrays_are_shared(form, size, dtype, rng):
    X = FORMS[form](sp.random_array((30, 20), density=0.2, rng=rng))
    X = compressed(form, X.shape, X.indptr.astype(size), X.indices.astype(size), X.data.astype(dtype))
    for part in (X.indptr, X.indices, X.data):
        part.flags.writeable = False
    matrix, _ = read_matrix(X)
    for part in ("indptr", "indices", "data"):
        assert np.shares_memory(getattr(matrix, part), getattr(X, part))
        assert getattr(matrix, part).dtype == getattr(X, part).dtype


def test_unsorted_indices_are_sorted_on_a_copy():
    indices = np.array([2, 0, 1], np.int32)
    X = compressed("csr", (2, 3), np.array([0, 2, 3], np.int32), indices, np.array([5.0, 6.0, 7.0]))
    matrix, _ = read_matrix(X)
    np.testing.assert_array_equal(matrix.toarray(), [[6.0, 0.0, 5.0], [0.0, 7.0, 0.0]])
    np.testing.assert_array_equal(indices, [2, 0, 1])


def test_explicit_zeros_are_fine():
    X = compressed("csr", (2, 2), np.array([0, 1, 2], np.int32), np.array([0, 1], np.int32), np.array([0.0, 3.0]))
    np.testing.assert_array_equal(read_matrix(X)[0].toarray(), [[0.0, 0.0], [0.0, 3.0]])


@pytest.mark.parametrize("dtype", [bool, np.int8, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_duplicates_mean_what_scipy_makes_of_them(form, dtype):
    row, column, data = [0, 0, 1, 0], [1, 1, 0, 1], np.array([1, 1, 1, 1], dtype)
    X = sp.coo_array((data, (row, column)), shape=(2, 2))
    if form != "coo":
        indptr = np.array([0, 3, 4] if form == "csr" else [0, 1, 4], np.int32)
        indices = np.array([1, 1, 1, 0] if form == "csr" else [1, 0, 0, 0], np.int32)
        X = compressed(form, (2, 2), indptr, indices, data)
        X.data = data
    np.testing.assert_array_equal(read_matrix(X)[0].toarray(), X.toarray().astype(float))


def test_small_integers_do_not_wrap_around():
    X = sp.coo_array((np.array([100, 100], np.int8), ([0, 0], [0, 0])), shape=(1, 1))
    assert read_matrix(X)[0].toarray()[0, 0] == 200.0
