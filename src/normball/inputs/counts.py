"""y as two columns of counts, successes and failures: the share of successes, and the trials as weights."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from . import frames

__all__ = ["read_counts"]


def read_counts(y, n: int) -> tuple[np.ndarray, np.ndarray] | None:
    """(shares of successes (n,), trials (n,)); None where y is not two columns of numbers.

    A row without a trial counts for nothing, whatever its share (½ is said).  Raises InputError for another length
    than n, and for entries that are negative, NaN or infinite.
    """
    if not _may_be(y):
        return None
    counts = frames.to_array(y, "y")
    if counts.ndim != 2 or counts.shape[1] != 2 or counts.dtype.kind not in "iuf":
        return None
    if len(counts) != n:
        raise InputError(f"X has {n} rows and y has {len(counts)} rows of counts; give one for each row of X.")
    counts = counts.astype(np.float64)
    bad = np.flatnonzero(~(np.isfinite(counts) & (counts >= 0.0)).all(1))
    if len(bad):
        raise InputError(
            f"y, two columns of counts (successes, failures), holds {counts[bad[0]].tolist()} in row {bad[0]}: every "
            "count must be a finite number >= 0."
        )
    with np.errstate(over="ignore"):
        trials = counts.sum(1)
    if not np.isfinite(trials.sum()):
        raise InputError("The counts in y overflow when they are added up: scale them down.")
    if not trials.any():
        raise InputError("Both columns of counts in y are zero in every row: there is no trial to learn from.")
    share = np.divide(counts[:, 0], trials, out=np.full(n, 0.5), where=trials > 0.0)
    return share, trials


def _may_be(y) -> bool:
    """Whether y may have two columns, without turning n labels into an array."""
    if isinstance(y, (list, tuple)):
        return len(y) > 0 and not isinstance(y[0], str) and hasattr(y[0], "__len__")
    return len(getattr(y, "shape", ())) == 2
