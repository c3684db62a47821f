"""Which rows are held out: a part of each class, or whole groups; the same for the same seed."""

from __future__ import annotations

import numpy as np

from ..errors import InputError

__all__ = ["hold_out"]

DRAWS = 50  # orders of the groups that are tried


def hold_out(y: np.ndarray, share: float, seed: int, group: np.ndarray | None = None) -> np.ndarray:
    """(n,) bool: True where a row is held out.

    Parameters
    ----------
    y : (n,) numbers of classes, 0 and 1 or more, all there
    share : in (0, 1), the part held out: of each class, rounded, at least one row; with groups, as near as they allow
    group : (n,) int64; the rows of a group stay together

    Raises
    ------
    InputError      a class with too few rows, or groups that cannot be divided so that both parts have every class
    """
    rng = np.random.default_rng(seed)
    if group is not None:
        return _whole_groups(y, share, rng, group)
    held = np.zeros(len(y), bool)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        if len(rows) < 2:
            raise InputError("One class has a single row, which cannot be both fitted and held out. Give --holdout 0.")
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        held[rng.permutation(rows)[:count]] = True
    return held


def _whole_groups(y, share, rng, group) -> np.ndarray:
    """Of several random orders of the groups, the first groups of the one that comes nearest to the share."""
    names, member = np.unique(group, return_inverse=True)
    of_class = y == np.unique(y)[:, None]
    counts = np.column_stack([np.bincount(member, weights=mine) for mine in of_class])
    wanted = share * of_class.sum(1)
    best, least = None, np.inf
    for _ in range(DRAWS):
        order = rng.permutation(len(names))
        sums = np.cumsum(counts[order], axis=0)[:-1]
        both = ((sums > 0) & (sums < of_class.sum(1))).all(1)
        if both.any():
            off = np.where(both, np.abs(sums - wanted).max(1) / len(y), np.inf)
            k = int(off.argmin())
            if off[k] < least:
                best, least = order[: k + 1], off[k]
    if best is None:
        raise InputError(
            f"The {len(names):,} groups of --group cannot be divided so that {'both' if len(wanted) == 2 else 'all'} "
            "classes are in both parts. "
            "Give --holdout 0, or another group."
        )
    return np.isin(member, best)
