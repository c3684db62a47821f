"""How values and column names are spelled in the messages of this room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

__all__ = ["listed", "nearest", "plural", "show"]


def show(value: object) -> str:
    """A value as one would type it, at most 60 characters of it."""
    return f"{value!r:.60}"


def listed(items: Iterable, limit: int = 5, spell=show) -> str:
    """The first few items, and how many more there are."""
    items = list(items)
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return ", ".join(spell(item) for item in items[:limit]) + more


def plural(count: int, word: str) -> str:
    """`1 value`, `2 values`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def nearest(name: str, names: Sequence[str]) -> str:
    """` (nearest: 'age')`, or nothing where no name is near: names that differ in case only are nearest of all."""
    folded = {other[:200].casefold(): other for other in reversed(names)}  # long names: compare their beginnings
    close = get_close_matches(name[:200].casefold(), list(folded), n=1, cutoff=0.6)
    return f" (nearest: {show(folded[close[0]])})" if close else ""
