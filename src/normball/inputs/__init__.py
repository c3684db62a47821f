"""What comes in: arrays, frames, sparse matrices, labels, weights and numbers, checked once before any kernel runs.

Nothing here imports scikit-learn or a data frame library, and nothing changes what the caller gave: what is usable as
it is is passed on as it is (read-only, memory-mapped, strided, Fortran), anything else is copied.

    matrix.py   X: dense arrays, names, alignment at predict     labels.py   y: two classes, or soft labels
    targets.py  y of a regression
    frames.py   pandas, polars, arrow through narwhals           values.py   vectors along rows or columns, and scalars
    sparse.py   CSR and CSC, their structure checked             words.py    how values are spelled in messages
    counts.py   y: successes and failures                  columns.py   columns by name or index
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .columns import as_columns, without_penalty
from .counts import read_counts
from .labels import check_class_weights, class_numbers, read_labels
from .matrix import Matrix, align, check_finite, in_order, read_matrix
from .targets import Units, read_target, units_of
from .values import (
    read_bounds,
    read_C,
    read_coefs,
    read_flag,
    read_flags,
    read_init,
    read_l1_ratio,
    read_lam,
    read_limit,
    read_offset,
    read_penalty_factor,
    read_tol,
    read_weights,
)

__all__ = [
    "Inputs",
    "Units",
    "align",
    "as_columns",
    "check_finite",
    "class_numbers",
    "in_order",
    "read_C",
    "read_bounds",
    "read_coefs",
    "read_flag",
    "read_flags",
    "read_init",
    "read_inputs",
    "read_l1_ratio",
    "read_lam",
    "read_limit",
    "read_matrix",
    "read_offset",
    "read_penalty_factor",
    "read_target",
    "read_tol",
    "read_weights",
    "units_of",
    "without_penalty",
]


@dataclass(frozen=True, eq=False)
class Inputs:
    """One data set, checked.

    X        (n, p) ndarray, float32 or float64, any strides, its values NOT yet known to be finite; or csr_array /
             csc_array, canonical (sorted, no duplicates), finite, int32 or int64 indices
    y        (n,) in [0, 1], or class numbers 0 … K-1; any finite number in a regression
    classes  (K,) the labels that became the numbers, sorted; None for soft labels
    weight   (n,) >= 0 as given, each class with a positive sum; ones by default
    offset   (n,) finite, in units of eta; zeros by default; for three or more classes (n, K)
    names    p column names where X had them
    regression  y is no class but a number, whose squared distance counts
    counts   y was successes and failures: y is their share, weight counts the trials too

    y, weight and offset are float64, contiguous and writeable (one signature for the kernels), but may be the caller's
    own memory: read them only.
    """

    X: Matrix
    y: np.ndarray
    classes: np.ndarray | None
    weight: np.ndarray
    offset: np.ndarray
    names: tuple[str, ...] | None
    regression: bool = False
    counts: bool = False


def read_inputs(X, y, *, sample_weight=None, offset=None, fit_intercept=True, regression=False) -> Inputs:
    """Check a data set and bring it into the few forms that the designs know.

    Parameters
    ----------
    X : (n, p) array, frame, sparse matrix or array, or nested list; n >= 1, p >= 0
    y : (n,) or (n, 1)       labels of any one type, or soft labels: floats in [0, 1] that are not all 0 or 1;
                             or (n, 2) counts, successes and failures: as that many rows
    sample_weight : (n,)     >= 0, finite, a positive sum in each class
    offset : (n,)            finite, added to eta
    regression : bool        y holds any finite numbers instead
    fit_intercept : bool     one class is an error either way: without an intercept too, nothing would stop eta

    Raises
    ------
    InputError               naming the argument and what is wrong with it.  Dense X is not scanned for NaN here: the
                             survey reads it anyway, and calls `check_finite` for the sentence.
    """
    read_flag(fit_intercept, "fit_intercept")
    if y is None:
        raise InputError("A fit requires y to be passed, but the target y is None. Give one label for each row of X.")
    matrix, names = read_matrix(X)
    n = matrix.shape[0]
    weight = read_weights(sample_weight, n)
    if regression:
        return Inputs(matrix, read_target(y, n), None, weight, read_offset(offset, n), names, regression=True)
    counts = read_counts(y, n)
    target, classes = read_labels(y, n) if counts is None else (counts[0], None)
    if counts is not None:
        weight = read_weights(weight * counts[1], n)
    check_class_weights(target, classes, weight)
    eta = read_offset(offset, n, 2 if classes is None else len(classes))
    return Inputs(matrix, target, classes, weight, eta, names, counts=counts is not None)
