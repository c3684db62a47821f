"""Odds ratios per standard deviation on a log scale, largest first: a ball raises the odds, a diamond lowers them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..facts import Coefficient
from ..words import name, odds
from .frame import Scale, ratio_ticks

MOST = 24  # rows
FARTHEST = 1e6  # log-odds drawn at most


@dataclass(frozen=True)
class Row:
    label: str
    value: str
    x: float
    y: float
    raises: bool


@dataclass(frozen=True)
class Forest:
    """One layout of the plot.  narrow: labels stand above their lines, for telephones."""

    narrow: bool
    width: float
    height: float
    left: float
    right: float
    one: float
    bottom: float
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]


def forest(coefficients: Sequence[Coefficient], narrow: bool) -> Forest | None:
    """The plot of coefficients in the order given, at most MOST of those that are not 0; None if there is none."""
    shown = [c for c in coefficients if c.effect != 0.0][:MOST]
    if not shown:
        return None
    effects = [min(max(c.effect, -FARTHEST), FARTHEST) for c in shown]
    low, high = min(0.0, *effects), max(0.0, *effects)
    pad = 0.04 * (high - low)
    width, left, right = (360.0, 8.0, 352.0) if narrow else (960.0, 320.0, 884.0)
    pitch, top = (42.0, 6.0) if narrow else (27.0, 8.0)
    x = Scale(low - pad, high + pad, left, right)
    bottom = top + pitch * len(shown)
    rows = tuple(
        Row(
            label=fit(c.name, 38 if narrow else 42),
            value=odds(c.effect),
            x=x(effect),
            y=top + pitch * k + (30.0 if narrow else pitch / 2),
            raises=effect > 0.0,
        )
        for k, (c, effect) in enumerate(zip(shown, effects, strict=True))
    )
    ticks = tuple((x(at), label) for at, label in ratio_ticks(low - pad, high + pad, 5 if narrow else 7))
    return Forest(narrow, width, bottom + 46.0, left, right, x(0.0), bottom, ticks, rows)


def fit(text: str, room: int) -> str:
    """A name cut in its middle to about so many letters' width."""
    text = name(text)
    for limit in range(min(len(text), room), 3, -1):
        short = text if limit >= len(text) else f"{text[: limit - limit // 3 - 1]}…{text[-(limit // 3) :]}"
        if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in short) <= room:
            return short
    return text[:room]
