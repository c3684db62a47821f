"""y of a regression: any finite number in each row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputError
from . import frames
from .labels import missing_labels
from .matrix import to_float
from .words import listed

SMALLEST, LARGEST = 1e-140, 1e140  # the spread of y: its square must stay in float64


def read_target(y, n: int) -> np.ndarray:
    """y (n,) float64, finite, contiguous; a column (n, 1) is read as (n,).

    Raises InputError for another length, several outputs, missing or infinite entries, and what is no number.
    """
    values = frames.to_array(y, "y")
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise InputError(
            f"y should be a 1d array, got an array of shape {values.shape} instead: one output is fitted at a time. "
            "Fit the columns of y one after the other."
        )
    if len(values) != n:
        raise InputError(
            f"Found input variables with inconsistent numbers of samples: [{n}, {len(values)}]. "
            f"X has {n} rows and y has {len(values)} numbers; give one for each row."
        )
    missing = missing_labels(values)
    if missing.any():
        raise InputError(
            f"Input y contains NaN: {missing.sum()} of {n} entries are missing (NaN, None, NA), in rows "
            f"{listed(np.flatnonzero(missing))}. Drop those rows of X and y."
        )
    target = np.require(to_float(values, "y"), np.float64, ["C", "A", "W"])
    if not np.isfinite(target).all():
        raise InputError("Input y contains infinity: it must be a finite number in every row. Drop those rows.")
    return target


class Units(NamedTuple):
    """A design's y is (y - shift)/scale: its numbers are of size 1 whatever the units of y are."""

    shift: float
    scale: float


def units_of(y: np.ndarray, weight: np.ndarray, offset: np.ndarray, intercept: bool) -> Units:
    """Mean and standard deviation of y - offset by the weights; without an intercept 0 and the root mean square.

    Raises InputError where the squares of y leave float64.
    """
    c = weight / weight.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        t = y - offset
        far = float(np.abs(t).max())
    if not far < LARGEST:
        raise InputError(f"y (less the offset) is up to {far:.3g} in size: its squares overflow float64. Rescale y.")
    shift = float(c @ t) if intercept else 0.0
    size = float(np.abs(t - shift).max())
    if size <= 1e-15 * far:  # a constant: what is left is rounding
        return Units(shift, 1.0)
    if size < SMALLEST:
        raise InputError(f"y differs from its mean by at most {size:.3g}: squares underflow float64. Rescale y.")
    scale = size * float(np.sqrt(c @ ((t - shift) / size) ** 2))
    return Units(shift, scale if scale > 0.0 else size)
