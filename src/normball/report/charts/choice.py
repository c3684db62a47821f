"""The path and the cross-validation curve: one axis of λ for both, so that a λ is one place."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..facts import Choice
from ..words import fixed, name
from .frame import Scale, nice_step, path

LEFT, RIGHT, TOP, BOTTOM, WIDTH, HEIGHT = 62.0, 590.0, 34.0, 300.0, 720, 348
LABELLED = 8  # curves with a name at their end
ROOM = 15.0  # between two names


@dataclass(frozen=True)
class Line:
    """One column's effect along λ."""

    d: str
    label: str
    y: float  # of the label
    rises: bool
    full: str = ""  # the whole name


@dataclass(frozen=True)
class Plot:
    """Either chart.  places: x of every λ;  marks: (x, words) of min and 1se;  top: (x, number of features)."""

    key: str
    label: str
    y_title: str
    places: tuple[float, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    top: tuple[tuple[float, int], ...]
    marks: tuple[tuple[float, str], ...]
    chosen: float
    lines: tuple[Line, ...] = ()
    band: str = ""
    curve: str = ""
    zero: float | None = None


def choice_plots(choice: Choice) -> list[Plot]:
    """The path of effects, and below it the curve of held-out losses."""
    logs = [math.log10(lam) for lam in choice.lams if lam > 0.0]
    x = Scale(min(logs), max(logs), RIGHT, LEFT)
    places = tuple(x(math.log10(lam)) if lam > 0.0 else RIGHT for lam in choice.lams)
    marks = ((places[choice.at_min], "min"), (places[choice.at_1se], "1 SE"))
    every = max(1, len(places) // 8)
    shared = dict(
        places=places,
        x_ticks=_decades(x, min(logs), max(logs)),
        marks=marks,
        chosen=places[choice.chosen],
        top=tuple((places[k], choice.features[k]) for k in range(0, len(places), every)),
    )
    return [_path_plot(choice, shared), _curve_plot(choice, shared)]


def _path_plot(choice: Choice, shared: dict) -> Plot:
    values = [v for _, line in choice.lines for v in line] or [0.0]
    y = Scale(min([*values, 0.0]), max([*values, 0.0]), BOTTOM, TOP)
    ends = sorted(((y(line[-1]), label, line) for label, line in choice.lines[:LABELLED]), key=lambda end: end[0])
    spread, last = {}, -math.inf
    for at, label, _ in ends:
        last = max(at, last + ROOM)
        spread[label] = last
    over = max(0.0, last - (BOTTOM + 4.0))
    lines = tuple(
        Line(
            path(zip(shared["places"], map(y, line), strict=True)),
            name(label, 16) if label in spread else "",
            round(spread.get(label, 0.0) - over, 1),
            line[-1] >= 0.0,
            name(label),
        )
        for label, line in choice.lines
    )
    return Plot(
        "path",
        f"Effects per standard deviation along λ, of the {len(lines)} largest columns",
        "Log-odds per SD",
        y_ticks=_steps(y),
        lines=lines,
        zero=y(0.0),
        **shared,
    )


def _curve_plot(choice: Choice, shared: dict) -> Plot:
    se = [s if math.isfinite(s) else 0.0 for s in choice.se]
    best = min(choice.mean)
    top = min(
        max(m + s for m, s in zip(choice.mean, se, strict=True)),
        best + 6.0 * (max(choice.mean[0], best) - best) + 3.0 * se[choice.at_min] + 1e-9,
    )
    y = Scale(min(m - s for m, s in zip(choice.mean, se, strict=True)), top, BOTTOM, TOP)
    above = [y(m + s) for m, s in zip(choice.mean, se, strict=True)]
    below = [y(m - s) for m, s in zip(choice.mean, se, strict=True)]
    places = shared["places"]
    band = path([*zip(places, above, strict=True), *reversed(list(zip(places, below, strict=True)))]) + "Z"
    lowest = fixed(choice.mean[choice.at_min], 4)
    return Plot(
        "curve",
        f"Held-out log-loss along λ in {choice.splits} splits; the smallest is {lowest}",
        "Held-out log-loss",
        y_ticks=_steps(y),
        band=band,
        curve=path(zip(places, map(y, choice.mean), strict=True)),
        **shared,
    )


def _decades(x: Scale, low: float, high: float) -> tuple[tuple[float, str], ...]:
    step = max(1, math.ceil((high - low) / 7))
    powers = range(math.floor(low), math.ceil(high) + 1)
    return tuple((x(k), f"{10.0**k:g}") for k in powers if low <= k <= high and k % step == 0)


def _steps(y: Scale) -> tuple[tuple[float, str], ...]:
    span = max(y.high - y.low, 1e-12)
    step = nice_step(span, 5)
    digits = max(0, -math.floor(math.log10(step)))
    first = math.ceil(y.low / step - 1e-9)
    return tuple((y(k * step), f"{k * step:.{digits}f}") for k in range(first, math.floor(y.high / step + 1e-9) + 1))
