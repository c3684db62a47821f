"""The decision boundary of two features, and how hard it is: over what distance the probability turns.

On the boundary, η = 0, the probability rises at |∇η|/4 per unit; from 10 % to 90 % it takes about 2 log 9 / |∇η|.  A
weaker penalty makes coefficients larger, so the boundary of mapped features bends more *and* hardens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from scipy.special import expit

from ..errors import InputError
from .canvas import BLUE, INK, ORANGE, axes_of, axis_names, figure_of, legend, plain, title

__all__ = ["BoundaryDisplay", "plot_boundary"]

SHADES = LinearSegmentedColormap.from_list("normball", ["#7fb2d9", "#ffffff", "#f0b184"])
WIDTH = 2.0 * np.log(9.0)
"""Log-odds between 10 % and 90 %."""


@dataclass
class BoundaryDisplay:
    """η on a grid of two features.

    x, y (G,), eta (G, G): rows go with y;  points (n, 2) and target (n,) 0/1, or None
    vertices (V, 2) of the boundary, hardness (V,) |∇η| there: log-odds per unit
    width   the distance over which p goes from 10 % to 90 %, the median along the boundary; NaN where there is none
    ax_, figure_, shades_, boundary_, band_, points_ after `plot`
    """

    x: np.ndarray
    y: np.ndarray
    eta: np.ndarray
    points: np.ndarray
    target: np.ndarray | None
    names: tuple[str, str]
    labels: tuple[str, str]
    slope: Callable[[np.ndarray], np.ndarray] = field(repr=False)
    vertices: np.ndarray = field(default_factory=lambda: np.empty((0, 2)), repr=False)
    hardness: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    shades_: Any = field(default=None, repr=False)
    boundary_: Any = field(default=None, repr=False)
    band_: Any = field(default=None, repr=False)
    points_: list = field(default_factory=list, repr=False)

    @classmethod
    def from_model(cls, model, X, y=None, *, transform=None, limits=None, ax: Axes | None = None) -> BoundaryDisplay:
        """Draw a fitted model with `decision_function`; arguments as in `plot_boundary`."""
        if not callable(getattr(model, "decision_function", None)):
            raise InputError(
                f"{type(model).__name__} has no decision_function. Give a Solution or a fitted classifier."
            )
        names = tuple(str(name) for name in getattr(X, "columns", ("x₁", "x₂")))
        points = np.asarray(X, float)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not np.isfinite(points).all():
            raise InputError(
                f"X has shape {points.shape}: give two finite columns, and transform= for features made of them."
            )
        target, labels = None, ("first class", "second class")
        if y is not None:
            kinds, target = np.unique(np.asarray(y), return_inverse=True)
            if len(target) != len(points) or len(kinds) > 2:
                raise InputError(
                    f"y has {len(target)} rows of {len(kinds)} classes: give one of two labels for each row of X."
                )
            classes = getattr(model, "classes_", getattr(model, "classes", None))
            known = kinds.tolist() if classes is None else np.asarray(classes).tolist()
            target = np.array([known.index(kinds.tolist()[k]) for k in target])
            labels = (str(known[0]), str(known[-1]))
        eta = eta_of(model, transform)
        low, high = points.min(axis=0), points.max(axis=0)
        margin = 0.08 * np.where(high > low, high - low, 1.0)
        low, high = low - margin, high + margin
        left, right, bottom, top = (low[0], high[0], low[1], high[1]) if limits is None else limits
        gx, gy = np.linspace(left, right, 201), np.linspace(bottom, top, 201)
        grid = eta(np.column_stack([g.ravel() for g in np.meshgrid(gx, gy)])).reshape(201, 201)
        steps = 1e-5 * np.array([right - left, top - bottom])

        def slope(at: np.ndarray) -> np.ndarray:
            d = [(eta(at + h) - eta(at - h)) / (2.0 * h.sum()) for h in np.diag(steps)]
            return np.hypot(*d)

        return cls(gx, gy, grid, points, target, (names[0], names[1]), labels, slope).plot(ax)

    @property
    def width(self) -> float:
        return float(np.median(WIDTH / self.hardness)) if len(self.hardness) else float("nan")

    def plot(self, ax: Axes | None = None) -> BoundaryDisplay:
        """Draw on an Axes, a new one where none is given."""
        own = ax is None
        ax = axes_of(ax, (6.8, 4.4))
        p = expit(self.eta)
        self.shades_ = ax.imshow(
            p, extent=(self.x[0], self.x[-1], self.y[0], self.y[-1]), origin="lower", cmap=SHADES, vmin=0.0, vmax=1.0,
            aspect="auto", interpolation="bilinear", zorder=0,
        )  # fmt: skip
        if self.eta.min() < 0.0 < self.eta.max():
            self.boundary_ = ax.contour(self.x, self.y, self.eta, levels=[0.0], colors=INK, linewidths=1.8, zorder=3)
            ends = [level for level in (-WIDTH / 2, WIDTH / 2) if self.eta.min() < level < self.eta.max()]
            if ends:
                self.band_ = ax.contour(self.x, self.y, self.eta, levels=ends, colors=INK, linewidths=0.8,
                                        linestyles="--", zorder=3)  # fmt: skip
            self.vertices = np.concatenate([path.vertices for path in self.boundary_.get_paths()])
            self.hardness = self.slope(self.vertices)
            ax.plot([], [], color=INK, lw=1.8, label="p = 50 %")
            ax.plot([], [], color=INK, lw=0.8, ls="--", label="p = 10 %, 90 %")
        if self.target is not None:
            self.points_ = [
                ax.plot(*self.points[self.target == k].T, marker, mfc=colour, mec="white", mew=0.6, ms=5, zorder=4,
                ls="none",
                        label=plain(self.labels[k]))[0]
                for k, marker, colour in ((0, "o", BLUE), (1, "s", ORANGE))
            ]  # fmt: skip
        ax.set_xlim(self.x[0], self.x[-1])
        ax.set_ylim(self.y[0], self.y[-1])
        axis_names(ax, plain(self.names[0]), plain(self.names[1]))
        hard = (
            f"p turns from 10 % to 90 % within {self.width:.3g} (median)"
            if len(self.hardness)
            else "no boundary in view"
        )
        title(ax, hard)
        legend(ax, own)
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self


def eta_of(model, transform) -> Callable[[np.ndarray], np.ndarray]:
    """points (G, 2) -> η (G,), through the map of the features."""

    def eta(points: np.ndarray) -> np.ndarray:
        found = np.asarray(model.decision_function(points if transform is None else transform(points)), float)
        if found.shape != (len(points),):
            raise InputError(
                f"decision_function gave shape {found.shape} for {len(points)} rows: this picture is of two classes."
            )
        return found

    return eta


def plot_boundary(model, X, y=None, *, transform=None, limits=None, ax: Axes | None = None) -> Axes:
    """Probabilities in the plane of two features, the boundary, and the band from 10 % to 90 %.

    Parameters
    ----------
    model : a Solution, or any fitted classifier of two classes with `decision_function` in log-odds
    X : (n, 2) the two features before they are mapped;  y : (n,) labels, drawn as points
    transform : (G, 2) -> what the model was fitted to, for example PolynomialFeatures(6).fit(X).transform
    limits : (left, right, bottom, top)
    """
    return BoundaryDisplay.from_model(model, X, y, transform=transform, limits=limits, ax=ax).ax_
