"""Columns of X that an argument picks: by name, by index, or by a mask."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import numpy as np

from ..errors import InputError, TypeInputError
from .words import listed, show

__all__ = ["as_columns", "read_columns", "without_penalty"]


def as_columns(values: Any, names: tuple[str, ...] | None, name: str) -> Any:
    """A pandas Series as an array, in the order of X's columns if its index holds their names; anything else as it is.

    Raises InputError where the index holds other names: by position they would be those of other columns.
    """
    labels = getattr(values, "index", None)
    if labels is None or callable(labels):
        return values
    if names is None or not all(isinstance(label, str) for label in labels):
        return np.asarray(values)
    if sorted(labels) != sorted(names):
        odd = sorted(set(labels) ^ set(names)) or list(labels)
        raise InputError(
            f"The index of {name} names {len(labels)} columns, but not those of X (see {listed(odd)}). Give one number "
            "for each column, or an array in the order of X."
        )
    return np.asarray(values.loc[list(names)])


def read_columns(which: Any, p: int, names: tuple[str, ...] | None, name: str) -> np.ndarray:
    """Which columns were picked, (p,) bool; none for None.

    which: a list of names (where X has them) or of indices 0 … p-1, one of them alone, or bools (p,).
    Raises InputError; of a name that is not there it says which are near.
    """
    picked = np.zeros(p, bool)
    if which is None:
        return picked
    if isinstance(which, (str, int, np.integer)) and not isinstance(which, bool):
        which = [which]
    items = list(np.asarray(which, dtype=object).ravel()) if np.ndim(which) == 1 else None
    if items is None:
        raise TypeInputError(f"{name}={show(which)} must be a list of column names or indices, or bools ({p},).")
    if items and all(isinstance(item, (bool, np.bool_)) for item in items):
        if len(items) != p:
            raise InputError(f"{name} holds {len(items)} bools, but X has {p} columns: give one for each, or indices.")
        return np.array(items, dtype=bool)
    for item in items:
        picked[_place(item, p, names, name)] = True
    return picked


def _place(item, p: int, names: tuple[str, ...] | None, name: str) -> int:
    if isinstance(item, str):
        if names is None:
            raise InputError(
                f"{name} holds the name {show(item)}, but X has no column names. Give indices 0 … {p - 1}."
            )
        if item not in names:
            folded = {known.casefold(): known for known in names}
            close = get_close_matches(item[:200].casefold(), list(folded), n=3, cutoff=0.6)
            near = f"Near it: {listed([folded[c] for c in close])}." if close else f"It has {listed(names)}."
            raise InputError(f"{name} holds {show(item)}, but X has no column of that name. {near}")
        return names.index(item)
    if isinstance(item, (bool, np.bool_)) or not isinstance(item, (int, np.integer)):
        raise TypeInputError(f"{name} holds {show(item)} ({type(item).__name__}): give names, indices, or only bools.")
    if not 0 <= item < p:
        raise InputError(f"{name} holds {int(item)}, but the columns of X are 0 … {p - 1}.")
    return int(item)


def without_penalty(factor: np.ndarray, given: bool, which, names: tuple[str, ...] | None) -> np.ndarray:
    """Penalty factors (p,), 0 for the `unpenalised` columns; given: the factors were, and must not say otherwise."""
    free = read_columns(which, len(factor), names, "unpenalised")
    against = np.flatnonzero(free & (factor != 0.0)) if given else []
    if len(against):
        j = int(against[0])
        called = show(names[j]) if names else f"column {j}"
        raise InputError(
            f"unpenalised holds {called}, but penalty_factor is {factor[j]:g} there. Say it once: leave the column out "
            "of unpenalised, or make its factor 0."
        )
    return np.where(free, 0.0, factor)
