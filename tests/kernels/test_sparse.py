"""CSR kernels against dense numpy: both index widths, both types, whole matrices, row ranges, read-only arrays."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from normball.kernels import sparse

N, P = 150, 23


@pytest.fixture(params=[(np.int32, np.float64), (np.int64, np.float32), (np.uint32, np.float64)], ids=str)
def matrix(request, rng):
    """A dense X and the same X as (indptr, indices, data): empty rows, empty columns, explicit zeros, read-only."""
    width, kind = request.param
    X = np.where(rng.random((N, P)) < 0.2, rng.normal(size=(N, P)), 0.0).astype(kind)
    X[[0, 70, N - 1]] = 0.0
    X[:, [3, P - 1]] = 0.0
    csr = sp.csr_array(X)
    csr.data[5] = 0.0
    X = csr.toarray()
    arrays = (csr.indptr.astype(np.int32 if width == np.uint32 else width), csr.indices.astype(width), csr.data)
    for a in arrays:
        a.flags.writeable = False
    return X.astype(float), arrays


@pytest.fixture(params=[(0, N), (0, 64), (40, 141), (N, N)], ids=str)
def rows(request):
    return request.param


@pytest.mark.parametrize("whole", [True, False], ids=["all rows", "the rows visited"])
def test_hess(matrix, rows, whole, rng):
    X, arrays = matrix
    lo, hi = rows
    h, v, vb = rng.random(N), rng.normal(size=P), -0.7
    u, out = np.zeros(N if whole else hi - lo), np.ones(P)
    total = sparse.csr_hess(*arrays, lo, hi, h if whole else h[lo:hi], v, vb, u, out)
    truth = (vb + X @ v)[lo:hi]
    np.testing.assert_allclose(u[lo:hi] if whole else u, truth, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(out, 1 + X[lo:hi].T @ (h[lo:hi] * truth), rtol=1e-11)
    np.testing.assert_allclose(total, h[lo:hi] @ truth, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("columns", [1, 2, 5])
@pytest.mark.parametrize("whole", [True, False], ids=["all rows", "the rows visited"])
def test_products(matrix, rows, columns, whole, rng):
    X, arrays = matrix
    lo, hi = rows
    W, R = rng.normal(size=(P, columns)), rng.normal(size=(N, columns))
    Z, G = np.full((N if whole else hi - lo, columns), 7.0), np.ones((P, columns))
    sparse.csr_times(*arrays, lo, hi, W, Z)
    sparse.csr_t_times(*arrays, lo, hi, R if whole else R[lo:hi], G)
    np.testing.assert_allclose(Z[lo:hi] if whole else Z, X[lo:hi] @ W, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(G, 1 + X[lo:hi].T @ R[lo:hi], rtol=1e-12, atol=1e-13)
    if whole:
        assert (Z[:lo] == 7.0).all() and (Z[hi:] == 7.0).all()


@pytest.mark.parametrize("head", [1, 7, P])
@pytest.mark.parametrize("whole", [True, False], ids=["all rows", "the rows visited"])
def test_head_gram(matrix, rows, head, whole, rng):
    """In a row, the columns may come in any order: a design renumbers them and doesn't sort again."""
    X, (indptr, indices, data) = matrix
    lo, hi = rows
    place, h = rng.permutation(P).astype(indices.dtype), rng.random(N)
    moved, out = np.empty_like(X), np.ones((head, head))
    moved[:, place] = X
    sparse.csr_head_gram(indptr, place[indices], data, lo, hi, h if whole else h[lo:hi], out)
    part = moved[lo:hi, :head]
    np.testing.assert_allclose(out, 1 + (part.T * h[lo:hi]) @ part, rtol=1e-12)


def test_square_sums(matrix, rows, rng):
    X, arrays = matrix
    lo, hi = rows
    h, out = rng.random(N), np.ones(P)
    sparse.csr_square_sums(*arrays, lo, hi, h, out)
    np.testing.assert_allclose(out, 1 + (X[lo:hi] ** 2).T @ h[lo:hi], rtol=1e-12)


def fresh(p):
    acc = np.zeros((p, 5))
    acc[:, 2], acc[:, 3] = np.inf, -np.inf
    return acc


def test_columns_stats(matrix, rows, rng):
    """Over the stored entries, explicit zeros included."""
    X, arrays = matrix
    lo, hi = rows
    c, acc = rng.random(N), fresh(P)
    sparse.csr_columns_stats(*arrays, c, lo, hi, acc)
    np.testing.assert_allclose(acc[:, 0], c[lo:hi] @ X[lo:hi], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(acc[:, 1], c[lo:hi] @ X[lo:hi] ** 2, rtol=1e-12, atol=1e-14)
    indptr, indices, data = arrays
    part = slice(indptr[lo], indptr[hi])
    for j in range(P):
        stored = data[part][indices[part] == j]
        assert list(acc[j, 2:]) == [stored.min(initial=np.inf), stored.max(initial=-np.inf), stored.size]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_columns_stats_show_what_is_not_finite(value, weight):
    X = sp.csr_array(np.array([[1.0, 0.0, 2.0], [0.0, value, 1.0]]))
    acc = fresh(3)
    sparse.csr_columns_stats(X.indptr, X.indices, X.data, np.array([1.0, weight]), 0, 2, acc)
    assert list(np.isfinite(acc[:, [0, 2, 3]]).all(1)) == [True, False, True]


def test_renumber(matrix, rng):
    """Column j becomes column place[j], times inverse[j]: read back as a matrix by scipy."""
    X, (indptr, indices, data) = matrix
    place, inverse = rng.permutation(P).astype(indices.dtype), rng.random(P)
    new_indices, new_data = np.empty_like(indices), np.empty(data.size)
    sparse.csr_renumber(indices, data, place, inverse, new_indices, new_data)
    moved = sp.csr_array((new_data, new_indices.astype(np.int32), indptr), shape=X.shape).toarray()
    np.testing.assert_allclose(moved[:, place], X * inverse, rtol=1e-15)


def test_arrays_of_another_length_are_refused(matrix):
    """Neither all rows nor the rows visited: reading on would read foreign memory."""
    _, arrays = matrix
    with pytest.raises(ValueError, match="as many rows as X"):
        sparse.csr_times(*arrays, 10, 20, np.ones((P, 1)), np.ones((11, 1)))
    with pytest.raises(ValueError, match="as many rows as X"):
        sparse.csr_hess(*arrays, 10, 20, np.ones(9), np.ones(P), 0.0, np.ones(9), np.ones(P))
