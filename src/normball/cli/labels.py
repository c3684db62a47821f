"""The target's cells as labels: which there are, which one of two is positive, and where none is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from .talk import asked_wrongly, nearest, quoted

YES = ("yes", "true", "1", "y", "t", "on", "positive", "pos")  # what people call the class they ask for
MOST = 1000  # labels that are counted before a column is no target
CLASSES, NUMBERS = 100, 20  # classes that are told apart; where the labels are numbers, more of them are an amount

__all__ = ["Labels", "choose_positive", "code_of"]


@dataclass
class Labels:
    """The labels of a column, collected chunk by chunk: `codes(cells)` numbers them in order of appearance."""

    column: str
    text: bool = False  # labels are words, not numbers
    boolean: bool = False
    place: dict[Any, int] = field(default_factory=dict)

    def codes(self, cells):
        """(m,) int64, -1 where the label is missing."""
        import numpy as np

        if cells.text is not None:
            self.text = True
            codes, levels = cells.text.coded()
        elif cells.kind in ("number", "boolean", "null"):
            self.boolean = self.boolean or cells.kind == "boolean"
            there = ~np.isnan(cells.values)
            levels, inverse = np.unique(cells.values[there], return_inverse=True)
            codes = np.full(len(cells.values), -1, np.int64)
            codes[there] = inverse
            levels = levels[: MOST + 1].tolist()
        else:
            raise InputError(
                f"--target {quoted(self.column)} holds {cells.type} values, which are no labels. "
                "Give a column of classes."
            )
        for level in levels:
            if len(self.place) <= MOST:
                self.place.setdefault(level, len(self.place))
        if len(self.place) > MOST:
            raise self.too_many()
        at = np.array([*(self.place[level] for level in levels), -1], np.int64)
        return at[codes]

    def too_many(self) -> InputError:
        count = f"more than {MOST:,}" if len(self.place) > MOST else f"{len(self.place):,}"
        some = ", ".join(quoted(level) for level in list(self.place)[:5]) + (" …" if len(self.place) > 5 else "")
        numbers = not self.text or all(_number(level) is not None for level in self.place)
        advice = (
            "If it is an amount, make a yes/no column of it first (above a limit, or not)."
            if numbers and len(self.place) > 10
            else "Make a yes/no column of it first (one of them, or not), or keep the rows of fewer of them."
        )
        return InputError(
            f"--target {quoted(self.column)} holds {count} different values ({some}); a target has at most {CLASSES} "
            f"classes, or {NUMBERS} where they are numbers. {advice}"
        )

    def in_order(self) -> tuple[tuple[Any, ...], list[int]]:
        """The labels with their types, sorted, and for each code that was given out the place of its label.

        Labels in text that all spell numbers are numbers (1 and 1.0 are the same one).
        """
        merged: dict[Any, list[int]] = {}
        numeric = self.text and all(_number(level) is not None for level in self.place)
        for level, code in self.place.items():
            label = _number(level) if numeric else level
            if self.boolean:
                label = bool(label)
            elif isinstance(label, float) and label.is_integer() and abs(label) < 2**53:
                label = int(label)
            merged.setdefault(label, []).append(code)
        if len(merged) > (NUMBERS if numeric or not self.text else CLASSES):
            raise self.too_many()
        if len(merged) < 2:
            what = f"is {quoted(next(iter(merged)))} in every row" if merged else "is missing in every row"
            raise InputError(
                f"--target {quoted(self.column)} {what}: there is nothing to tell apart. Give another one."
            )
        classes, owner = tuple(sorted(merged)), [0] * len(self.place)
        for k, label in enumerate(classes):
            for code in merged[label]:
                owner[code] = k
        return classes, owner


def choose_positive(classes: Sequence[Any], asked: str | None) -> Any:
    """The label of two whose probability is modelled: the one asked for, else a word for yes, else the later one;
    None for three or more classes, each of which has its own."""
    if len(classes) > 2:
        if asked is not None:
            raise asked_wrongly(
                f"--positive chooses one of two classes, and the target has {len(classes)}: each has a probability of "
                "its own. Leave it out."
            )
        return None
    if asked is not None:
        found = code_of(classes, asked)
        if found is None:
            raise asked_wrongly(f"--positive {quoted(asked)} is no label.{nearest(asked, [str(c) for c in classes])}")
        return classes[found]
    words = [label for label in classes if str(label).strip().lower() in YES]
    return words[0] if len(words) == 1 else classes[-1]


def code_of(classes: Sequence[Any], word: str) -> int | None:
    """Which of the labels a word spells, or None."""
    for k, label in enumerate(classes):
        if word == str(label) or (isinstance(label, bool) and word.lower() in ((YES[:2] + YES[2:5]) if label else NO)):
            return k
    number = _number(word)
    return next((k for k, label in enumerate(classes) if number is not None and label == number), None)


NO = ("no", "false", "0", "n", "f", "off")


def _number(text: Any) -> float | None:
    """The finite number that a text spells, or None (also for codes such as 007)."""
    text = str(text).strip()
    try:
        value = float(text)
    except ValueError:
        return None
    padded = len(text) > 1 and text[0] == "0" and text.isdigit()
    return value if abs(value) < float("inf") and not padded and "_" not in text else None
