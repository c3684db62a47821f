"""The picture of the method: contours of the loss, the ball, where they touch, and the two pulls that balance there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from ..errors import InputError
from ..results import Solution
from .canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    axes_of,
    axis_names,
    equal_units,
    figure_of,
    legend,
    plain,
    title,
)
from .plane import Plane, plane_of

__all__ = ["GeometryDisplay", "plot_geometry"]

CORNER_ANGLES = np.linspace(0.0, 2.0 * np.pi, 721)  # every half degree: the four corners are among them


@dataclass
class GeometryDisplay:
    """What the picture of a fit in the plane of two coefficients shows; every point (2,) in the plane's coordinates.

    plane           the loss on the plane, and the ball (plane.py)
    touching        the fit: where the ball touches the lowest contour it reaches
    free            where the loss alone is smallest, None where nothing stops it
    loss_gradient   (2,) of the loss at the touching point
    norm_gradient   (2,) of the norm as it is written there; at a corner the middle of the subdifferential
    norm_lower, norm_upper  (2,) its ends: different where the norm has a corner
    multiplier      μ of the norm as it is written: -loss_gradient lies in μ·[norm_lower, norm_upper]; 0 inside
    active, corner  whether the ball binds, and whether it does so where it is not smooth
    ax_, figure_, contours_, level_ (the contour through the touching point), ball_, touching_, free_, loss_arrow_,
    norm_arrow_, fan_       after `plot`; None for what there is not
    arrow_scale_    length drawn ÷ |loss_gradient|; loss arrow, fan and norm arrow (μ·norm_gradient) share it
    """

    plane: Plane
    touching: np.ndarray
    free: np.ndarray | None
    loss_gradient: np.ndarray
    norm_gradient: np.ndarray
    norm_lower: np.ndarray
    norm_upper: np.ndarray
    multiplier: float
    active: bool
    corner: bool
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    contours_: Any = field(default=None, repr=False)
    level_: Any = field(default=None, repr=False)
    ball_: Any = field(default=None, repr=False)
    touching_: Any = field(default=None, repr=False)
    free_: Any = field(default=None, repr=False)
    loss_arrow_: Any = field(default=None, repr=False)
    norm_arrow_: Any = field(default=None, repr=False)
    fan_: Any = field(default=None, repr=False)
    arrow_scale_: float = 0.0

    @classmethod
    def from_solution(
        cls, solution: Solution, X, y, *, features=None, mode="slice", sample_weight=None, offset=None,
        penalty_factor=None, fit_intercept=True, limits=None, ax: Axes | None = None,
    ) -> GeometryDisplay:  # fmt: skip
        """Draw two coefficients of a fit with the data it was fitted to; arguments as in `plot_geometry`."""
        plane = plane_of(
            solution, X, y, features=features, mode=mode, sample_weight=sample_weight, offset=offset,
            penalty_factor=penalty_factor, fit_intercept=fit_intercept,
        )  # fmt: skip
        return cls.from_plane(plane).plot(ax, limits=limits)

    @classmethod
    def from_plane(cls, plane: Plane) -> GeometryDisplay:
        """What is to be seen at the fit of a plane, not drawn yet."""
        u, active = plane.u, plane.lam > 0.0
        zero = np.zeros(2)
        if plane.spent > 0.0:
            lower, upper = plane.norm_interval(u)
            middle = plane.norm_gradient(u)
        else:  # the ball is one point, and its norm a whole box of slopes wide; L2: of length 1 and less
            half = plane.factor * plane.l1_ratio
            lower, upper, middle = -half, half, zero
        multiplier = plane.lam * (plane.radius if plane.l1_ratio == 0.0 else 1.0) if active else 0.0
        return cls(
            plane, u, plane.free, plane.gradient(u), middle, lower, upper, multiplier, active,
            active and bool(np.any(lower < upper)),
        )  # fmt: skip

    def plot(self, ax: Axes | None = None, *, limits=None, beside: bool | None = None) -> GeometryDisplay:
        """Draw on an Axes, a new one where none is given.

        limits : (left, right, bottom, top) or None;  beside : whether there is room for the legend beside the Axes
        """
        beside = ax is None if beside is None else beside
        ax = axes_of(ax, (6.6, 4.3))
        left, right, bottom, top = self.limits() if limits is None else read_limits(limits)
        equal_units(ax, beside)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
        self.draw_contours(ax, left, right, bottom, top)
        ax.axhline(0.0, color=FAINT, lw=0.8, zorder=1)
        ax.axvline(0.0, color=FAINT, lw=0.8, zorder=1)
        if self.has_ball:
            self.draw_ball(ax)
        if self.free is not None:
            (self.free_,) = ax.plot(*self.free, "x", color=INK, ms=7, mew=1.8, zorder=6, label="loss alone smallest")
        if self.active:
            self._pulls(ax, 0.26 * max(right - left, top - bottom))
        words = "the fit" if not self.has_ball else "the fit: they touch" if self.active else "the fit, inside"
        (self.touching_,) = ax.plot(*self.touching, "o", color=INK, ms=6.5, zorder=7, label=words)
        self.name_axes(ax)
        title(ax, self.title())
        legend(ax, beside, self._far_corner())
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self

    @property
    def has_ball(self) -> bool:
        return self.active or self.plane.budget is not None

    def title(self) -> str:
        """The constraint with its multiplier, and what became of the other coefficients."""
        words = "no penalty" if not self.has_ball else f"{self.plane.norm_word} ≤ {self.plane.radius:.4g}"
        if self.has_ball:
            words += f",  multiplier {self.multiplier:.4g}" + (f"  (λ = {self.plane.lam:.4g})" if self.active else "")
        rest = self.plane.rest
        if not rest:
            return words
        how = "held at the fit" if self.plane.mode == "slice" else "chosen anew at every point"
        return f"{words}\n{rest} other coefficient{'s' if rest > 1 else ''} {how}"

    def limits(self) -> tuple[float, float, float, float]:
        """A square around the ball, the fit and, where it is not far off, the free optimum."""
        points = [self.plane.centre, self.touching, np.zeros(2)]
        if self.has_ball and self.plane.spent > 0.0:
            points += list(self.plane.ball(CORNER_ANGLES[::90]))
        size = max(float(np.ptp(np.array(points), axis=0).max()), 1e-12)
        if self.free is not None and (size <= 1e-12 or np.abs(self.free - self.touching).max() < 4.0 * size):
            points.append(self.free)
        low, high = np.min(points, axis=0), np.max(points, axis=0)
        size = float((high - low).max())
        size = size if size > 1e-12 else 1.0
        slope = float(np.hypot(*self.loss_gradient))
        if self.active and slope > 0.0:  # room for the pull of the data
            points.append(self.touching - 0.35 * size * self.loss_gradient / slope)
            low, high = np.min(points, axis=0), np.max(points, axis=0)
        middle, half = 0.5 * (low + high), 0.6 * max(float((high - low).max()), size)
        return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half

    def name_axes(self, ax: Axes) -> None:
        """Whose coefficients the axes show, and per what."""
        per = ["" if s == 1.0 else " (per sd)" for s in self.plane.scale]
        x, y = (f"coefficient of {plain(name)}{unit}" for name, unit in zip(self.plane.names, per, strict=True))
        axis_names(ax, x, y)

    def _far_corner(self) -> Any:
        """The corner of the picture away from what happens."""
        way = -self.loss_gradient if self.active else self.touching - self.plane.centre
        return f"{'lower' if way[1] >= 0.0 else 'upper'} {'left' if way[0] >= 0.0 else 'right'}"

    def draw_contours(self, ax: Axes, left, right, bottom, top) -> None:
        plane = self.plane
        per_side = 41 if len(plane.y) <= 4000 else 31 if len(plane.y) <= 40000 else 21
        if plane.mode == "profile":
            per_side = 15  # each point is a solve
        x, y = np.linspace(left, right, per_side), np.linspace(bottom, top, per_side)
        z = plane.value(np.column_stack([g.ravel() for g in np.meshgrid(x, y)])).reshape(per_side, per_side)
        from scipy.interpolate import RectBivariateSpline

        smooth = RectBivariateSpline(y, x, z)  # the loss is: what is between the points needs no more of them
        x, y = np.linspace(left, right, 121), np.linspace(bottom, top, 121)
        z = smooth(y, x)
        here = float(plane.value(self.touching)[0])
        lowest = float(plane.value(self.free)[0]) if self.free is not None else float(z.min())
        # even steps of the square root: a bowl's contours, evenly far apart
        depth = np.sqrt(max(float(z.max()) - lowest, 1e-300))
        levels = np.unique(lowest + (depth * np.linspace(0.08, 1.0, 11)) ** 2)
        self.contours_ = ax.contour(x, y, z, levels=levels, colors=BLUE, linewidths=0.7, alpha=0.45, zorder=2)
        if self.free is not None and plane.mode == "slice" and lowest < here:
            line = level_curve(plane, self.free, self.touching, here, 2.0 * max(right - left, top - bottom))
            (self.level_,) = ax.plot(*line.T, color=BLUE, lw=1.8, zorder=3)
        elif lowest < here < float(z.max()):
            self.level_ = ax.contour(x, y, z, levels=[here], colors=BLUE, linewidths=1.8, zorder=3)
        ax.plot([], [], color=BLUE, lw=1.8, label="loss, contour at the fit")

    def draw_ball(self, ax: Axes) -> None:
        angles = CORNER_ANGLES[::180] if self.plane.l1_ratio == 1.0 else CORNER_ANGLES
        outline = self.plane.ball(angles)
        name = {0.0: "ball", 1.0: "diamond"}.get(self.plane.l1_ratio, "elastic ball")
        (self.ball_,) = ax.plot(*outline.T, color=ORANGE, lw=1.8, zorder=4, label=f"{name}: {self.plane.norm_word} ≤ t")
        ax.fill(*outline.T, color=ORANGE, alpha=0.10, lw=0, zorder=1)

    def _pulls(self, ax: Axes, length: float) -> None:
        """-∇loss out of the touching point; where the norm is smooth -μ∇norm against it, else the fan μ∂norm."""
        slope = float(np.hypot(*self.loss_gradient))
        if not slope > 0.0:
            return
        ends = self.multiplier * corners_of(self.norm_lower, self.norm_upper)
        self.arrow_scale_ = scale = length / max(slope, float(np.hypot(*ends.T).max()) / 1.4)
        if self.corner:
            fan = scale * ends
            at_zero = np.all(self.norm_lower < self.norm_upper)
            outline = self.touching + (fan if at_zero else np.vstack([np.zeros(2), fan]))
            self.fan_ = Polygon(outline, closed=True, color=GREEN, alpha=0.22, lw=0.8, zorder=3, label="fan: μ · ∂norm")
            ax.add_patch(self.fan_)
        elif self.plane.spent > 0.0:
            self.norm_arrow_ = arrow(ax, self.touching, -scale * self.multiplier * self.norm_gradient, GREEN)
            ax.plot([], [], color=GREEN, lw=2, label="−μ ∇norm: pull of the ball")
        self.loss_arrow_ = arrow(ax, self.touching, -scale * self.loss_gradient, BLUE)
        ax.plot([], [], color=BLUE, lw=2.4, label=f"−∇loss: pull of the data ({slope:.3g})")


def read_limits(limits) -> tuple[float, float, float, float]:
    """(left, right, bottom, top), finite and rising, or InputError."""
    try:
        left, right, bottom, top = (float(one) for one in limits)
    except (TypeError, ValueError):
        left = right = bottom = top = 0.0
    if not (-np.inf < left < right < np.inf and -np.inf < bottom < top < np.inf):
        raise InputError(f"limits={limits!r}: give (left, right, bottom, top), finite, left < right, bottom < top.")
    return left, right, bottom, top


def level_curve(plane: Plane, free, touching, here: float, far: float) -> np.ndarray:
    """(A, 2) the closed contour of the loss at `here`, by Newton steps inwards along rays from the free optimum.

    Along a ray the loss is convex, so steps from outside never overshoot.  What lies further off than `far` is cut.
    """
    way = touching - free
    angles = np.arctan2(way[1], way[0]) + np.linspace(0.0, 2.0 * np.pi, 181)
    d = np.column_stack([np.cos(angles), np.sin(angles)])
    r = np.full(len(d), float(np.hypot(*way)))
    for _ in range(60):  # outwards, until all are outside
        short = (plane.value(free + r[:, None] * d) < here) & (r < far)
        if not short.any():
            break
        r = np.where(short, np.minimum(2.0 * r, far), r)
    for _ in range(60):
        points = free + r[:, None] * d
        above, slope = plane.value(points) - here, (plane.gradients(points) * d).sum(1)
        step = np.where(above > 0.0, above / np.maximum(slope, 1e-300), 0.0)
        r = np.maximum(r - step, 0.0)
        if (step <= 1e-9 * r).all():
            break
    line = free + r[:, None] * d
    line[0] = line[-1] = touching
    return line


def corners_of(lower, upper) -> np.ndarray:
    """The corners of a box [lower, upper] in the plane, in order around it; of a segment its two ends."""
    if np.all(lower < upper):
        return np.array([[lower[0], lower[1]], [upper[0], lower[1]], [upper[0], upper[1]], [lower[0], upper[1]]])
    return np.array([lower, upper])


def arrow(ax: Axes, start, by, colour: str):
    """An arrow from `start` by a vector, in data units; its .xyann and .xy are its two ends."""
    return ax.annotate(
        "", xy=tuple(np.asarray(start) + by), xytext=tuple(start), zorder=6, annotation_clip=True,
        arrowprops=dict(arrowstyle="-|>", color=colour, lw=2.0, shrinkA=0.0, shrinkB=0.0, mutation_scale=12),
    )  # fmt: skip


def plot_geometry(
    solution: Solution, X, y, *, features=None, mode="slice", sample_weight=None, offset=None, penalty_factor=None,
    fit_intercept=True, limits=None, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Why the fit lies where it does: two of its coefficients, the loss, the ball, and where they touch.

    Parameters
    ----------
    solution : what `normball.solve` returned (two classes or the squared loss; λ or a ball)
    X, y, sample_weight, offset, penalty_factor, fit_intercept : as they were given to `solve`
    features : two names or places; None: the two of largest |coefficient · standard deviation|
    mode : "slice", the other coefficients are held at the fit; "profile", they are chosen anew at every point (a grid
        of solves: seconds where there are many). The fit touches the same ball in both
    limits : (left, right, bottom, top) in the penalty's units; None: what is of interest
    ax : where to draw; None: a new Figure, `ax.figure`

    Returns the Axes.  `GeometryDisplay.from_solution` returns the numbers too.  Raises InputError as `plane_of` does.
    """
    return GeometryDisplay.from_solution(
        solution, X, y, features=features, mode=mode, sample_weight=sample_weight, offset=offset,
        penalty_factor=penalty_factor, fit_intercept=fit_intercept, limits=limits, ax=ax,
    ).ax_  # fmt: skip
