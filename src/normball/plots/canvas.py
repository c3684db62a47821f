"""What every picture shares: an Axes to draw on, colours, names that cannot do harm, labels that do not collide."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from ..errors import InputError
from ..pages import visible

# Okabe and Ito's colours without the yellow, darkened where a thin line would be too pale on white.
BLUE, ORANGE, GREEN, PURPLE, RED, SKY, BROWN = (
    "#005a9c",
    "#c25700",
    "#00775a",
    "#9c4f80",
    "#a8201a",
    "#2b8cc4",
    "#7a5c00",
)
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, BROWN)
INK, MUTED, FAINT = "#1c2126", "#565e66", "#c9ced3"
LONGEST = 32
"""Characters of a name that are shown."""


def axes_of(ax: Axes | None, size: tuple[float, float] = (6.4, 4.4)) -> Axes:
    """The Axes that was given, or one on a new Figure of `size` inches, which pyplot does not know (nothing leaks)."""
    if ax is None:
        return Figure(figsize=size, layout="constrained").add_subplot()
    if not isinstance(ax, Axes):
        raise InputError(
            f"ax={type(ax).__name__} is no matplotlib Axes. Give one, as from plt.subplots(), or leave ax out."
        )
    return ax


def figure_of(ax: Axes) -> Figure:
    """The whole Figure an Axes stands on."""
    figure: Any = ax.get_figure(root=True)
    return figure


def plain(name: object, longest: int = LONGEST) -> str:
    """A name as matplotlib text that shows it and does nothing else.

    `$` would start mathematics; line breaks and marks that turn the text around are written out; a character that the
    font lacks becomes a white square; what is longer than `longest` ends in "…".
    """
    text = visible(str(name))
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    if not text.isascii():
        known = glyphs(tuple(rcParams["font.family"]))
        text = "".join(c if ord(c) in known else "\N{WHITE SQUARE}" for c in text)
    return text.replace("$", r"\$")


@lru_cache
def glyphs(families: tuple[str, ...]) -> frozenset[int]:
    """The characters that the fonts of these families can draw."""
    paths = {findfont(FontProperties(family=[family])) for family in families}
    return frozenset(code for path in paths for code in get_font(path).get_charmap())


def spread(wanted, gap: float, low: float, high: float) -> np.ndarray:
    """Heights (n,) nearest to the wanted ones, in least squares, at least `gap` apart and within [low, high].

    Taking k·gap from the k-th of the sorted heights leaves an isotonic regression.  (n-1)·gap must fit.
    """
    from scipy.optimize import isotonic_regression

    wanted = np.asarray(wanted, float)
    order, steps = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    placed = np.empty(len(wanted))
    if len(wanted):
        rising = isotonic_regression(wanted[order] - steps).x
        placed[order] = np.clip(rising, low, high - steps[-1]) + steps
    return placed


def label_ends(ax: Axes, heights, names, colours, size: float = 8.0) -> list:
    """Names to the right of the Axes beside heights (data units), moved apart where they would overlap.

    What does not fit is left out, the ones named last first.  Returns the annotations.
    """
    tall = ax.get_window_extent().height * 72.0 / figure_of(ax).dpi  # points
    gap = 1.45 * size / tall
    fit = max(int(1.0 / gap) + 1, 1)
    heights, names, colours = list(heights)[:fit], list(names)[:fit], list(colours)[:fit]
    ax.set_ylim(ax.get_ylim())  # from here on the heights stay where they are
    at = [float(ax.transAxes.inverted().transform(ax.transData.transform((1.0, h)))[1]) for h in heights]
    places = spread(at, gap, 0.0, 1.0)
    return [
        ax.annotate(
            name, xy=(1.0, y), xytext=(1.035, place), xycoords="axes fraction", textcoords="axes fraction",
            fontsize=size,
            color=colour, va="center", ha="left", annotation_clip=False,
            arrowprops=dict(arrowstyle="-", color=colour, lw=0.6, shrinkA=1.0, shrinkB=0.0),
        )
        for name, y, place, colour in zip(names, at, places, colours, strict=True)
    ]  # fmt: skip


def equal_units(ax: Axes, beside: bool) -> None:
    """One unit is as long along both axes; what is left over of the width lies to the right if the legend is there."""
    ax.set_aspect("equal", adjustable="box")
    ax.set_anchor("W" if beside else "C")


def axis_names(ax: Axes, x: str, y: str) -> None:
    """Names below and to the left, in smaller letters where they would be longer than the picture."""
    box = ax.get_window_extent()
    shrink(ax.xaxis.set_label_text(x), 0.95 * box.width)
    shrink(ax.yaxis.set_label_text(y), 0.95 * box.height)


def title(ax: Axes, words: str) -> None:
    """Words above the picture, in smaller letters where it is narrow."""
    shrink(ax.set_title(words, fontsize=9, color=MUTED), ax.get_window_extent().width)


def shrink(text: Any, room: float) -> None:
    """Smaller letters for a text that is longer than `room` pixels."""
    drawn = text.get_window_extent()
    text.set_fontsize(text.get_fontsize() * min(1.0, room / max(drawn.width, drawn.height, 1.0)))


def legend(ax: Axes, own: bool, corner: Any = "best", **how) -> None:
    """Beside a picture of our own; inside an Axes of somebody else's, which may have no room beside it."""
    if own:
        ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, borderaxespad=0.4, **how)
    else:
        small = ax.get_window_extent().height < 2.5 * figure_of(ax).dpi  # inches
        size = dict(fontsize=5.5, labelspacing=0.25) if small else dict(fontsize=7)
        ax.legend(**size, loc=corner, framealpha=0.8, handlelength=1.2, borderaxespad=0.3, **how)


def counts_on_top(ax: Axes, x, counts, label: str = "features") -> Any:
    """A second axis above: how many features are in at some of the places x."""
    x, counts = np.asarray(x, float), np.asarray(counts)
    along = np.log(x) if ax.get_xscale() == "log" else x
    even = np.linspace(along[0], along[-1], 7)
    shown = np.unique(np.abs(along[:, None] - even).argmin(axis=0))
    top = ax.secondary_xaxis("top")
    top.set_xticks(x[shown], [str(int(k)) for k in counts[shown]])
    top.minorticks_off()
    top.tick_params(labelsize=8, colors=MUTED)
    top.set_xlabel(label, fontsize=8, color=MUTED)
    return top
