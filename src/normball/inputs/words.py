"""How values are spelled in messages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["listed", "show"]


def show(value: object) -> str:
    """A value as one would type it, at most 60 characters of it."""
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return str(value)
    return f"{value.item() if isinstance(value, np.generic) else value!r:.60}"


def listed(items: Sequence | np.ndarray, limit: int = 5, spell=show) -> str:
    """The first few items, and how many more there are."""
    head = ", ".join(spell(item) for item in items[:limit])
    return head + (f" and {len(items) - limit} more" if len(items) > limit else "")
