"""What L1 and L2 do to a correlated pair: both paths in the plane of the two coefficients, from 0 to where λ vanishes.

The example is the textbook's: all that the data say is  2 w₁ + w₂ = 8.  As λ vanishes, L2 goes to the shortest vector
on that line, (3.2, 1.6), L1 to the one with the smallest sum of sizes, (4, 0).  (8/3, 8/3), which is often quoted, is
on the line too, and is neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from matplotlib.axes import Axes

from ..errors import InputError
from ..paths import Path
from ..verbs import path, solve
from .canvas import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, axes_of, axis_names, equal_units, figure_of, legend, plain
from .plane import Plane, plane_of

__all__ = ["ShrinkageDisplay", "plot_shrinkage"]

LINE = np.array([[2.0, 1.0]]), np.array([8.0])
LEAST = 1e-7
"""The smallest λ of the paths, relative to the largest."""


@dataclass
class ShrinkageDisplay:
    """Both paths of two coefficients; quoted: the often quoted point of the built-in example, else None.

    l2, l1   Path, of which coefs (2, L) are drawn;  ends_l2, ends_l1 (2,) where they end
    ax_, figure_, l2_, l1_ (lines), ends_ (two marks), quoted_   after `plot`
    """

    l2: Path
    l1: Path
    plane: Plane
    names: tuple[str, str]
    quoted: np.ndarray | None = None
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    l2_: Any = field(default=None, repr=False)
    l1_: Any = field(default=None, repr=False)
    ends_: list = field(default_factory=list, repr=False)
    quoted_: Any = field(default=None, repr=False)

    @classmethod
    def from_data(cls, X=None, y=None, *, loss="logistic", fit_intercept=True, ax: Axes | None = None):
        """Fit and draw; arguments as in `plot_shrinkage`."""
        example = X is None
        if example and y is not None:
            raise InputError("y was given without X. Give both, or neither for the built-in example.")
        if example:
            X, y = LINE
            loss, fit_intercept = "squared", False
        asked: dict[str, Any] = dict(loss=loss, fit_intercept=fit_intercept, tol=1e-12)
        own: dict[str, Any] = dict(lams=16.0 * np.geomspace(1.0, LEAST, 80)) if example else dict(lam_min_ratio=LEAST)
        l1 = path(X, y, l1_ratio=1.0, **own, **asked)
        if l1.n_features != 2:
            raise InputError(f"X has {l1.n_features} columns: this picture is of a pair. Give two columns.")
        if l1.intercepts.ndim == 2:
            raise InputError("y has three or more classes: this picture is of two. Fit one class against the rest.")
        top = float(l1.lams[0])
        l2 = path(X, y, l1_ratio=0.0, lams=np.geomspace(300.0 * top, LEAST * top, 120), **asked)
        least = solve(X, y, lam=float(l2.lams[-1]), l1_ratio=0.0, loss=loss, fit_intercept=fit_intercept, tol=1e-12)
        plane = plane_of(least, X, y, features=(0, 1), fit_intercept=fit_intercept)
        names = ("w₁", "w₂") if example else (l1.name(0), l1.name(1))
        return cls(l2, l1, plane, names, np.full(2, 8.0 / 3.0) if example else None).plot(ax)

    @property
    def ends_l2(self) -> np.ndarray:
        return dense(self.l2)[:, -1]

    @property
    def ends_l1(self) -> np.ndarray:
        return dense(self.l1)[:, -1]

    def plot(self, ax: Axes | None = None) -> ShrinkageDisplay:
        """Draw on an Axes, a new one where none is given."""
        own = ax is None
        ax = axes_of(ax, (7.4, 4.4))
        lines = dense(self.l2), dense(self.l1)
        points = np.hstack([*lines, np.zeros((2, 1)), *([] if self.quoted is None else [self.quoted[:, None]])])
        low, high = points.min(axis=1), points.max(axis=1)
        middle, half = 0.5 * (low + high), 0.62 * max(float((high - low).max()), 1e-12)
        (left, bottom), (right, top) = middle - half, middle + half
        x, y = np.linspace(left, right, 81), np.linspace(bottom, top, 81)
        z = self.plane.value(np.column_stack([g.ravel() for g in np.meshgrid(x, y)])).reshape(81, 81)
        depth = np.sqrt(float(np.ptp(z)))
        levels = float(z.min()) + (depth * np.linspace(0.05, 1.0, 10)) ** 2
        ax.contour(x, y, z, levels=levels, colors=MUTED, linewidths=0.6, alpha=0.5)
        ax.axhline(0.0, color=FAINT, lw=0.8, zorder=1)
        ax.axvline(0.0, color=FAINT, lw=0.8, zorder=1)
        (self.l2_,) = ax.plot(*lines[0], color=BLUE, lw=2.2, zorder=4, label="L2 as λ falls")
        (self.l1_,) = ax.plot(*lines[1], color=ORANGE, lw=2.2, zorder=4, label="L1 as λ falls")
        self.ends_ = [self._end(ax, end[:, -1], colour) for end, colour in zip(lines, (BLUE, ORANGE), strict=True)]
        if self.quoted is not None:
            (self.quoted_,) = ax.plot(*self.quoted, "x", color=GREEN, ms=8, mew=2, zorder=5, ls="none",
                                      label="often quoted: (8/3, 8/3), neither")  # fmt: skip
        ax.plot(0.0, 0.0, "+", color=INK, ms=9, zorder=5)
        equal_units(ax, own)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
        x, y = (f"coefficient of {plain(name)}" if self.quoted is None else name for name in self.names)
        axis_names(ax, x, y)
        legend(ax, own)
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self

    def _end(self, ax: Axes, end: np.ndarray, colour: str) -> Any:
        end = np.where(np.abs(end) < 1e-6 * np.abs(end).max(), 0.0, end)
        label = f"({end[0]:.4g}, {end[1]:.4g})\n‖w‖₂ = {np.hypot(*end):.3f}, ‖w‖₁ = {np.abs(end).sum():.3f}"
        return ax.plot(*end, "o", color=colour, ms=7, zorder=6, label=label, ls="none")[0]


def dense(found: Path) -> np.ndarray:
    """(2, L)"""
    coefs: Any = found.coefs
    return coefs.toarray() if isinstance(coefs, sp.csc_array) else coefs


def plot_shrinkage(X=None, y=None, *, loss="logistic", fit_intercept=True, ax: Axes | None = None) -> Axes:
    """How a pair of coefficients shrinks under L1 and under L2, from no λ to a λ that leaves nothing.

    X : (n, 2), the pair;  y : (n,);  both None: the example 2 w₁ + w₂ = 8, whose ends are (3.2, 1.6) and (4, 0)
    loss, fit_intercept : as in `normball.solve`
    """
    return ShrinkageDisplay.from_data(X, y, loss=loss, fit_intercept=fit_intercept, ax=ax).ax_
