"""Calibration: of the rows that were given about 30 %, did about 30 % happen?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..errors import InputError
from ..inputs.values import read_vector, read_weights
from .canvas import BLUE, FAINT, MUTED, axes_of, axis_names, equal_units, figure_of, legend, plain

__all__ = ["CalibrationDisplay", "plot_calibration", "wilson"]

Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


@dataclass
class CalibrationDisplay:
    """Bins of about equal weight, by predicted probability.

    predicted, observed (B,) weighted means in each bin;  low, high (B,) Wilson's 95 % interval of `observed`
    weight (B,) in each bin;  ax_, figure_, points_, diagonal_ after `plot`
    """

    predicted: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    positive: str
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    points_: Any = field(default=None, repr=False)
    diagonal_: Any = field(default=None, repr=False)

    @classmethod
    def from_predictions(cls, y, p, *, bins=10, sample_weight=None, ax: Axes | None = None) -> CalibrationDisplay:
        """Draw labels beside probabilities; arguments as in `plot_calibration`."""
        labels = np.asarray(y)
        if labels.ndim != 1 or not len(labels):
            raise InputError(f"y has shape {labels.shape}: give one label for each row.")
        kinds = np.unique(labels)
        if len(kinds) > 2:
            raise InputError(
                f"y has {len(kinds)} classes: this picture is of two. Give y == one_of_them, and its probability."
            )
        two = np.array_equal(kinds, kinds.astype(bool)) if kinds.dtype.kind in "biuf" else False
        happened = labels.astype(float) if two else (labels == kinds[-1]).astype(float)
        if len(kinds) == 1 and not two:
            raise InputError(f"y is {kinds[0]!r} in every row: give both classes, or 0 and 1.")
        p = read_vector(p, len(labels), "p", "row")
        if ((p < 0.0) | (p > 1.0)).any():
            raise InputError(
                f"p goes from {p.min():.3g} to {p.max():.3g}: give probabilities of the second class in [0, 1]."
            )
        if isinstance(bins, bool) or int(bins) != bins or bins < 1:
            raise InputError(f"bins={bins!r}: give a whole number >= 1.")
        c = read_weights(sample_weight, len(labels))
        groups = equal_bins(p, c, int(bins))
        weight = np.array([c[g].sum() for g in groups])
        observed = np.array([np.average(happened[g], weights=c[g]) for g in groups])
        predicted = np.array([np.average(p[g], weights=c[g]) for g in groups])
        low, high = wilson(observed, weight)
        return cls(predicted, observed, low, high, weight, "1" if two else str(kinds[-1])).plot(ax)

    def plot(self, ax: Axes | None = None) -> CalibrationDisplay:
        """Draw on an Axes, a new one where none is given."""
        own = ax is None
        ax = axes_of(ax, (6.4, 4.2))
        (self.diagonal_,) = ax.plot([0, 1], [0, 1], color=MUTED, lw=1.0, ls="--", label="as promised")
        arms = np.maximum(np.vstack([self.observed - self.low, self.high - self.observed]), 0.0)
        self.points_ = ax.errorbar(
            self.predicted, self.observed, yerr=arms, fmt="o-", color=BLUE, ecolor=BLUE, elinewidth=1.0, capsize=2.5,
            ms=5,
            lw=1.2, label="observed ± 95 % (Wilson)",
        )  # fmt: skip
        height = 0.10 * self.weight / self.weight.max()
        ax.bar(self.predicted, height, width=0.018, color=FAINT, zorder=0, label="rows in the bin")
        ax.set_xlim(-0.02, 1.02)
        ax.set_ylim(-0.02, 1.02)
        equal_units(ax, own)
        axis_names(ax, f"predicted probability of {plain(self.positive)}", "share that happened")
        ax.spines[["top", "right"]].set_visible(False)
        legend(ax, own, "upper left")
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self


def equal_bins(p: np.ndarray, c: np.ndarray, bins: int) -> list[np.ndarray]:
    """Rows by rising p, cut into bins of about equal weight; equal p stay together, empty bins are left out."""
    values, group = np.unique(p, return_inverse=True)
    mass = np.bincount(group, weights=c, minlength=len(values))
    middle = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    bin_of = np.minimum((middle * bins).astype(int), bins - 1)[group]
    return [rows for k in range(bins) if len(rows := np.flatnonzero((bin_of == k) & (c > 0.0)))]


def wilson(share, n) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % score interval of a share of n.  Source: Wilson (1927), JASA 22, 209–212."""
    share, n = np.asarray(share, float), np.asarray(n, float)
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    arm = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.clip(centre - arm, 0.0, 1.0), np.clip(centre + arm, 0.0, 1.0)


def plot_calibration(y, p, *, bins=10, sample_weight=None, ax: Axes | None = None) -> Axes:
    """Predicted probabilities beside what happened, in bins of equal weight with 95 % intervals.

    y : (n,) two labels, or 0 and 1;  p : (n,) probability of the second (larger) label, held out if it is to judge
    """
    return CalibrationDisplay.from_predictions(y, p, bins=bins, sample_weight=sample_weight, ax=ax).ax_
