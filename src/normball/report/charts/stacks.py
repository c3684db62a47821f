"""Predicted probabilities of the two classes: positives above the axis, negatives below, and the threshold between."""

from __future__ import annotations

from dataclasses import dataclass

from ..judge import Judgement
from .frame import Scale

X = Scale(0.0, 1.0, 0.0, 1000.0)  # the page stretches it to the slider's width; its labels are not in the SVG
MIDDLE, REACH = 100.0, 98.0


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    positive: bool


@dataclass(frozen=True)
class Stacks:
    label: str
    width: float
    bars: tuple[Bar, ...]
    threshold: float


def stacks(j: Judgement, k: int) -> Stacks:
    """Bars on a square-root scale: with most rows near 0 or 1, the doubtful ones between stay visible."""
    highest = max(max(pair) for pair in j.bars)
    size = Scale(0.0, highest**0.5, 0.0, REACH)
    pitch = (X.end - X.start) / len(j.bars)
    bars = []
    for b, (negative, positive) in enumerate(j.bars):
        x = round(X.start + pitch * b + 2.0, 1)
        if positive > 0.0:
            height = max(size(positive**0.5), 1.0)
            bars.append(Bar(x, MIDDLE - 1 - height, height, True))
        if negative > 0.0:
            bars.append(Bar(x, MIDDLE + 1, max(size(negative**0.5), 1.0), False))
    return Stacks(
        label=f"Predicted probabilities of {j.rows:,} held-out rows, by what they turned out to be",
        width=round(pitch - 4.0, 1),
        bars=tuple(bars),
        threshold=X(k / 1000),
    )
