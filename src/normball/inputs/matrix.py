"""X: a dense array or a sparse matrix of float32 or float64, with its column names."""

from __future__ import annotations

import numbers
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from ..errors import InputError, TypeInputError
from . import frames
from .words import listed, show

__all__ = ["Matrix", "align", "check_finite", "check_shape", "read_matrix", "to_float"]

Matrix: TypeAlias = Any  # ndarray | csr_array | csc_array; SciPy does not type their shapes
Names: TypeAlias = tuple[str, ...] | None

NUMBER = (numbers.Real, Decimal, np.bool_, type(None))  # None is read as NaN, and counted there


def read_matrix(X, *, name: str = "X") -> tuple[Matrix, Names]:
    """X (n, p) as an array or as canonical CSR/CSC, and the names of its columns where it has any.

    float32 and float64 in native byte order come back without a copy, whatever their strides; float16 becomes float32,
    every other kind of number float64.  Sparse values are checked to be finite, dense ones are not (`check_finite`).

    Raises
    ------
    InputError               not a table of real numbers with at least one row: why, and what to do
    """
    if isinstance(X, np.ndarray):
        return read_dense(X, name), None
    if frames.is_sparse(X):
        from .sparse import read_sparse

        matrix = read_sparse(X, name)
        check_finite(matrix, name=name)
        return matrix, None
    if frames.is_frame(X):
        return read_frame(frames.open_frame(X, name), name)
    return read_dense(frames.to_array(X, name), name), None


def align(X, names: Names, *, width: int | None = None) -> Matrix:
    """X (n, p) as `read_matrix` has it, its columns in the order of the fit.

    Where both the fit and X have names, columns are matched by name.  `width` is p at the fit, needed where the fit
    had no names.

    Raises
    ------
    InputError               names that are missing or extra, or another number of columns
    """
    width = len(names) if width is None and names is not None else width
    if names is not None and frames.is_frame(X):
        frame = frames.open_frame(X, "X")
        given = frames.column_names(frame, "X")
        if given is not None:
            match_names(given, names)
            return read_frame(frame if given == tuple(names) else frame.select(list(names)), "X")[0]
    matrix, _ = read_matrix(X)
    if width is not None and matrix.shape[1] != width:
        raise InputError(
            f"X has {matrix.shape[1]} features, but the model is expecting {width} features as input: "
            "give the columns that it was fitted on, in the same order."
        )
    return matrix


def in_order(X, names: Names):
    """A frame whose columns have names, in the order of `names`; anything else, or without `names`, as it is.

    Raises
    ------
    InputError               names that are missing or extra
    """
    if names is None or not frames.is_frame(X):
        return X
    frame = frames.open_frame(X, "X")
    given = frames.column_names(frame, "X")
    if given is None or given == tuple(names):
        return X
    match_names(given, names)
    return frame.select(list(names)).to_native()


def match_names(given: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Raise unless both hold the same names, in whatever order."""
    here, there = set(given), set(names)
    missing, extra = [c for c in names if c not in here], [c for c in given if c not in there]
    if missing or extra:
        parts = [f"{what} {listed(columns)}" for what, columns in (("lacks", missing), ("adds", extra)) if columns]
        raise InputError(
            f"X does not hold the columns of the fit: it {' and '.join(parts)}. "
            f"Give exactly the {len(names)} columns that the model was fitted on; their order does not matter."
        )


def check_finite(matrix: Matrix, names: Names = None, *, name: str = "X") -> None:
    """Raise if X holds NaN or infinite values, saying how many and in which columns; one read of X if all is well."""
    values = matrix if isinstance(matrix, np.ndarray) else matrix.data
    with np.errstate(all="ignore"):
        if np.isfinite(values.sum()):  # no temporary; a sum that only overflowed is counted below
            return
    nan, inf = dense_faults(matrix) if isinstance(matrix, np.ndarray) else sparse_faults(matrix)
    if not (nan.any() or inf.any()):
        return
    counts = [f"{count.sum()} {what}" for what, count in (("NaN", nan), ("infinite", inf)) if count.any()]
    columns = np.flatnonzero(nan + inf)
    where = listed([names[j] for j in columns] if names is not None else columns)
    known = f"Input {name} contains NaN: " if nan.any() else ""  # scikit-learn's words, which code may look for
    raise InputError(
        f"{known}{name} holds {' and '.join(counts)} value{'s' if (nan + inf).sum() > 1 else ''} "
        f"in column{'s' if len(columns) > 1 else ''} {where}. Impute them or drop those rows or columns first."
    )


def dense_faults(matrix):
    """Numbers of NaN and of infinite values in each column, (p,) each, in blocks that keep the temporaries small."""
    n, p = matrix.shape
    nan, inf = np.zeros(p, np.int64), np.zeros(p, np.int64)
    step = max(1, 2**20 // max(p, 1))
    for lo in range(0, n, step):
        block = matrix[lo : lo + step]
        nan += np.isnan(block).sum(0)
        inf += np.isinf(block).sum(0)
    return nan, inf


def sparse_faults(matrix):
    """As `dense_faults`, for CSR or CSC."""
    bad = np.flatnonzero(~np.isfinite(matrix.data))
    column = matrix.indices[bad] if matrix.format == "csr" else np.searchsorted(matrix.indptr, bad, side="right") - 1
    is_nan, p = np.isnan(matrix.data[bad]), matrix.shape[1]
    return np.bincount(column[is_nan], minlength=p), np.bincount(column[~is_nan], minlength=p)


def read_dense(X, name: str) -> np.ndarray:
    """An array of real numbers (n, p)."""
    if isinstance(X, np.ma.MaskedArray):
        raise InputError(f"{name} is a masked array: fill its masked entries first, for example {name}.filled(0.0).")
    X = np.asarray(X)
    check_shape(X.shape, name)
    return np.require(to_float(X, name), requirements="A")  # unaligned: fields of records


def check_shape(shape: tuple[int, ...], name: str) -> None:
    """Raise unless the shape is (n, p) with n >= 1 (scikit-learn's words, which its users search for)."""
    if len(shape) < 2:
        kind = "1D array" if len(shape) == 1 else "scalar array"
        raise InputError(
            f"Expected 2D array, got {kind} instead: {name} must be rows by columns. Reshape your data with "
            f"{name}.reshape(-1, 1) if it is one column, or {name}.reshape(1, -1) if it is one row."
        )
    if len(shape) > 2:
        raise InputError(f"Found array with dim {len(shape)}, while dim <= 2 is required: {name} has shape {shape}.")
    if shape[0] == 0:
        raise InputError(f"Found array with 0 sample(s) (shape={shape}) while a minimum of 1 is required: {name}.")


def to_float(values: np.ndarray, name: str) -> np.ndarray:
    """The same values as float32 or float64 in native byte order; the same memory where they already are."""
    kind, dtype = values.dtype.kind, values.dtype
    if kind == "O":
        return objects_to_float(values, name)
    if kind in "fiub":
        with np.errstate(over="ignore"):  # a long double beyond float64 becomes inf, and is reported as such
            return values.astype(np.float32 if kind == "f" and dtype.itemsize <= 4 else np.float64, copy=False)
    if kind == "c":
        raise InputError(f"Complex data not supported: {name} has dtype {dtype}. Give real and imaginary parts apart.")
    if kind in "mM":
        raise TypeInputError(
            f"{name} holds dates or times (dtype {dtype}), which are not quantities. Encode them first, for example as "
            "days since a fixed date."
        )
    if kind in "UST":
        raise TypeInputError(f"{name} holds strings (dtype {dtype}): encode categories, or convert to floats, first.")
    raise TypeInputError(f"{name} has dtype {dtype}, which is not a table of numbers. Give one plain array of floats.")


def objects_to_float(values: np.ndarray, name: str) -> np.ndarray:
    """Python numbers as float64; a sentence that names the first entry that is none."""
    for k, value in enumerate(values.flat):
        if not isinstance(value, NUMBER):
            place = dict(zip(("row", "column"), np.unravel_index(k, values.shape), strict=False))
            where = ", ".join(f"{axis} {at}" for axis, at in place.items())
            raise TypeInputError(
                f"{name} holds {show(value)} ({type(value).__name__}) at {where}, but every entry of this argument "
                "must be a number (not even a string that spells a number). Encode or convert it first."
            )
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as problem:
        raise InputError(f"{name} holds a number that no float64 can be: {problem}.") from problem


def read_frame(frame, name: str) -> tuple[np.ndarray, Names]:
    """A narwhals frame as an array and its names, or an error naming every column that holds no numbers."""
    names = frames.column_names(frame, name)
    refused = frames.strange_columns(frame)
    if refused:
        shown = listed([f"{column!r} ({kind})" for column, kind in refused.items()], spell=str)
        sparse = any(kind.startswith("Sparse") for kind in refused.values())
        raise TypeInputError(
            f"{name} holds no plain numbers in {len(refused)} column{'s' if len(refused) > 1 else ''}: {shown}. "
            + (f"Give {name}.sparse.to_coo() instead, which stays sparse." if sparse else "Encode or drop them first.")
        )

    def convert(values, column):
        return objects_to_float(values, f"Column {column!r} of {name}")

    return read_dense(frames.to_matrix(frame, convert), name), names
