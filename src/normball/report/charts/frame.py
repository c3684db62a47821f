"""Scales, ticks and paths.  Units: SVG user units; y grows downwards."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A straight map from [low, high] to [start, end]."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, x: float) -> float:
        span = self.high - self.low
        part = (min(max(x, self.low), self.high) - self.low) / span if span > 0.0 else 0.5
        return round(self.start + part * (self.end - self.start), 1)


def path(points: Iterable[tuple[float, float]]) -> str:
    """M and L through points that are already on paper."""
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 × 10^k that cuts a span into at most so many parts."""
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= rough * (1 - 1e-9))


def ratio_ticks(low: float, high: float, most: int = 7) -> list[tuple[float, str]]:
    """(log ratio, label) between two log ratios, 1 among them where there is room: few, and round on paper."""
    if high - low < math.log(3.0):  # close to 1: even steps of the ratio itself
        step = nice_step(math.exp(high) - math.exp(low), most)
        digits = max(0, -math.floor(math.log10(step)))
        first, last = math.ceil(math.exp(low) / step), math.floor(math.exp(high) / step)
        values = [k * step for k in range(first, last + 1)]
        return [(math.log(v), f"{v:.{digits}f}") for v in values if v > 0.0]
    decades = (low / math.log(10.0), high / math.log(10.0))
    for mantissas in ((1.0, 1.5, 2.0, 3.0, 4.0, 6.0), (1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        ticks = [
            (math.log(m) + k * math.log(10.0), _label(m, k))
            for k in range(math.floor(decades[0]), math.ceil(decades[1]) + 1)
            for m in mantissas
            if decades[1] - decades[0] < 100.0
        ]
        inside = [tick for tick in ticks if low <= tick[0] <= high]
        if 2 <= len(inside) <= most:
            return inside
    step = max(1, math.ceil(nice_step(decades[1] - decades[0], most)))
    first, last = math.ceil(decades[0] / step), math.floor(decades[1] / step)
    return [(k * step * math.log(10.0), _label(1.0, k * step)) for k in range(first, last + 1)]


def _label(mantissa: float, power: int) -> str:
    if -4 <= power <= 4:
        return f"{mantissa * 10.0**power:g}"
    return f"1e{power}".replace("-", "−") if mantissa == 1.0 else f"{mantissa:g}e{power}".replace("-", "−")
