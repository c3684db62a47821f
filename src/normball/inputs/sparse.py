"""Sparse X: its structure is checked here, because compiled code (ours, SciPy's) follows indices without asking."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array

from ..errors import InputError
from .matrix import check_shape, to_float

__all__ = ["read_sparse"]


def read_sparse(X, name: str) -> csr_array | csc_array:
    """Canonical CSR or CSC (n, p) of float32 or float64; other formats become CSR.

    Shares the caller's arrays where they are usable as they are; duplicates are summed and indices sorted on a copy.
    """
    check_shape(X.shape, name)
    if X.format in ("csr", "csc"):
        rows, columns = X.shape if X.format == "csr" else X.shape[::-1]
        check_compressed(X.indptr, X.indices, len(X.data), rows, columns, X.format, name)
        nnz = int(X.indptr[-1])
        form = csr_array if X.format == "csr" else csc_array
        matrix = form((to_float(X.data[:nnz], name), X.indices[:nnz], X.indptr), shape=X.shape, copy=False)
    else:
        matrix = from_other(X, name)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    if X.dtype.kind == "b":  # (its data are ours by now)
        np.minimum(matrix.data, 1.0, out=matrix.data)  # True twice is True, as in X.toarray()
    return matrix


def check_compressed(indptr, indices, stored: int, major: int, minor: int, form: str, name: str) -> None:
    """Raise unless (indptr, indices) describe `major` compressed lines over the numbers 0 ... minor - 1."""
    line, across = ("row", "columns") if form != "csc" else ("column", "rows")

    def damaged(what: str) -> InputError:
        return InputError(f"{name} is a damaged {form.upper()} matrix: {what}. Build it again from its source.")

    for label, values in (("indptr", indptr), ("indices", indices)):
        if values.ndim != 1 or values.dtype.kind not in "iu":
            raise damaged(f"{label} has shape {values.shape} and dtype {values.dtype}, not one line of integers")
    if len(indptr) != major + 1:
        raise damaged(f"indptr has {len(indptr)} entries, but {major} {line}s need {major + 1}")
    if indptr[0] != 0:
        raise damaged(f"indptr begins with {indptr[0]}, not 0")
    falls = indptr[1:] < indptr[:-1]
    if falls.any():
        k = int(np.argmax(falls))
        raise damaged(f"indptr falls from {indptr[k]} to {indptr[k + 1]} at {line} {k}")
    if int(indptr[-1]) > min(len(indices), stored):
        raise damaged(f"indptr ends at {indptr[-1]}, but there are {len(indices)} indices and {stored} values")
    check_range(indices[: int(indptr[-1])], minor, across, damaged)


def check_range(indices, limit: int, what: str, damaged) -> None:
    """Raise unless every index is one of 0 ... limit - 1."""
    if len(indices) and (indices.min() < 0 or indices.max() >= limit):
        k = int(np.argmax((indices < 0) | (indices >= limit)))
        raise damaged(f"index {indices[k]} at position {k} is outside its {limit} {what} (counted from 0)")


def from_other(X, name: str) -> csr_array:
    """CSR from COO, BSR, DIA, LIL or DOK; COO and BSR carry indices of their own, which are checked first."""

    def damaged(what: str) -> InputError:
        return InputError(f"{name} is a damaged {X.format.upper()} matrix: {what}. Build it again from its source.")

    if X.format == "bsr":
        R, C = X.blocksize
        check_compressed(X.indptr, X.indices, len(X.data), X.shape[0] // R, X.shape[1] // C, "bsr", name)
    try:
        X = X.tocoo()
    except (ValueError, IndexError) as problem:
        raise damaged(str(problem)) from problem
    row, column = X.coords
    if not len(row) == len(column) == len(X.data):
        raise damaged(f"it has {len(row)} row indices, {len(column)} column indices and {len(X.data)} values")
    check_range(row, X.shape[0], "rows", damaged)
    check_range(column, X.shape[1], "columns", damaged)
    return csr_array(coo_array((to_float(X.data, name), (row, column)), shape=X.shape))
