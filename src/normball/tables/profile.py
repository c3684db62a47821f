"""What one pass over a column finds out, in bounded memory, whatever the size of the chunks."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..errors import InputError
from .cells import Cells
from .dates import FORMS, parse_days, split_days
from .words import show

__all__ = ["DateStats", "Levels", "NumberStats", "Profile"]

LEVELS = 10_000  # different texts that are counted; a column with more is no category
LENGTH = 1_000  # characters of a text that may be a level
DISTINCT = 1_000_000  # numbers among which a repeated one is looked for


class Profile:
    """All that is learnt of one column: `observe` takes its cells chunk by chunk."""

    def __init__(self, name: str):
        self.name, self.rows, self.missing = name, 0, 0
        self.kinds: dict[str, str] = {}  # kind of cells -> the library's word for their type
        self.numbers: NumberStats | None = NumberStats(name)
        self.dates: dict[str, DateStats] = {form: DateStats() for form in FORMS}
        self.levels = Levels()

    def observe(self, cells: Cells, rows: int) -> None:
        """The next `rows` rows."""
        self.rows += rows
        if cells.kind != "null":
            self.kinds.setdefault(cells.kind, cells.type)
        if cells.text is not None:
            self._observe_text(cells)
        elif cells.values is not None:
            self.missing += int(np.isnan(cells.values).sum())
            if cells.kind in ("number", "boolean") and self.numbers is not None:
                self.numbers.add(cells.values)
            elif cells.kind == "date":
                self.dates["year-month-day"].add(cells.values)

    def _observe_text(self, cells: Cells) -> None:
        text = cells.text
        assert text is not None
        if self.numbers is not None:
            values = None if cells.declared or text.padded() else text.numbers()
            if values is None:
                self.numbers = None
            else:
                self.numbers.add(values)
        if self.numbers is not None and self.levels.full:  # numbers so far, and too many for a category
            self.missing += int(np.isnan(values).sum())  # type: ignore[arg-type]
            self.dates.clear()
            return
        codes, levels = text.coded()
        self.missing += int((codes < 0).sum())
        self.levels.add(codes, levels)
        for form in list(self.dates):
            days = parse_days(levels, form) if not cells.declared else None
            if days is None:
                del self.dates[form]
            else:
                self.dates[form].add(np.append(days, np.nan)[codes])


class NumberStats:
    """Count, sum, range, and what tells an identifier: whole, all different, in order."""

    def __init__(self, name: str):
        self._name = name
        self.count, self._sum = 0, np.longdouble(0)
        self.low, self.high = np.inf, -np.inf
        self.whole, self.rising, self.falling = True, True, True
        self._last = np.nan
        self.distinct = Distinct()

    def add(self, values: np.ndarray) -> None:
        """The next values (m,), NaN where missing."""
        values = values[~np.isnan(values)]
        if not values.size:
            return
        if np.isinf(values).any():
            raise InputError(
                f"Column {show(self._name)} holds an infinite value (inf), which no model can weigh. "
                "Replace it by a number or leave it empty."
            )
        self.count += values.size
        self._sum += values.sum(dtype=np.longdouble)
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        self.whole = self.whole and bool((values == np.rint(values)).all())
        steps = np.diff(values, prepend=self._last)
        steps = steps[~np.isnan(steps)]  # the first value of all has no step
        self.rising = self.rising and bool((steps > 0).all())
        self.falling = self.falling and bool((steps < 0).all())
        self._last = values[-1]
        if self.whole:
            self.distinct.add(values)

    @property
    def mean(self) -> float:
        """Inside the range also where rounding would lead out of it."""
        return min(max(float(self._sum / self.count), self.low), self.high)


class Distinct:
    """Whether all values, of the first million, are different."""

    def __init__(self):
        self.all = True
        self._held: list[np.ndarray] = []
        self._count = 0

    def add(self, values: np.ndarray) -> None:
        if not self.all or self._count >= DISTINCT:
            return
        new = np.sort(values[: DISTINCT - self._count])
        self.all = not (new[1:] == new[:-1]).any()
        for old in self._held:
            place = np.minimum(np.searchsorted(old, new), old.size - 1)
            self.all = self.all and not (old[place] == new).any()
        self._count += new.size
        self._held.append(new)
        if len(self._held) > 16:
            self._held = [np.sort(np.concatenate(self._held))]
        if not self.all:
            self._held = []


class DateStats:
    """Range and means of the parts of dates."""

    def __init__(self):
        self.count, self.low, self.high = 0, np.inf, -np.inf
        self._sums: dict[str, np.longdouble] = {}
        self._ranges: dict[str, tuple[float, float]] = {}

    def add(self, days: np.ndarray) -> None:
        """The next dates (m,), NaN where missing."""
        days = days[~np.isnan(days)]
        if not days.size:
            return
        self.count += days.size
        self.low, self.high = min(self.low, float(days.min())), max(self.high, float(days.max()))
        for part, values in split_days(days, 0.0).items():
            low, high = self._ranges.get(part, (np.inf, -np.inf))
            self._sums[part] = self._sums.get(part, np.longdouble(0)) + values.sum(dtype=np.longdouble)
            self._ranges[part] = min(low, float(values.min())), max(high, float(values.max()))

    def means(self, origin: float) -> dict[str, float]:
        """Of the parts that vary; days count from origin."""
        shift = {"days": origin}
        return {
            part: float(self._sums[part] / self.count - shift.get(part, 0.0))
            for part, (low, high) in self._ranges.items()
            if low < high
        }


class Levels:
    """How often each text occurs, until there are too many."""

    def __init__(self):
        self.counts: Counter[str] = Counter()  # once full: the first ones, for a look at what they are like
        self.full = False

    def add(self, codes: np.ndarray, levels: list[str]) -> None:
        if self.full:
            return
        times = np.bincount(codes[codes >= 0], minlength=len(levels))
        for level, count in zip(levels, times.tolist(), strict=True):
            if level not in self.counts and (len(self.counts) >= LEVELS or len(level) > LENGTH):
                self.full = True
                self.counts[level[:LENGTH]] += count
                return
            self.counts[level] += count

    @property
    def words(self) -> float:
        """Words in a text, on average over the different ones."""
        return sum(len(level.split()) for level in self.counts) / max(len(self.counts), 1)

    @property
    def length(self) -> float:
        """Characters in a text, on average over the different ones."""
        return sum(map(len, self.counts)) / max(len(self.counts), 1)
