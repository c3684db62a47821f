"""The candidates of the Lagrangian: the inside, the smooth pieces of the boundary, its corners, each with its value.

On a smooth piece  -∇loss = μ ∇norm  is one equation along the boundary, ∇loss × ∇norm = 0; its roots are the
candidates, those with μ < 0 (largest along the boundary) too.  The smallest value among the candidates in the ball
is the fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..errors import InputError
from ..results import Solution
from .canvas import BLUE, INK, MUTED, ORANGE, RED, axes_of, equal_units, figure_of, legend, title
from .geometry import GeometryDisplay
from .plane import Plane, plane_of

__all__ = ["Candidate", "CandidatesDisplay", "candidates_of", "plot_candidates"]

SCAN = 181
"""Angles that a smooth piece is scanned at for a change of sign."""


@dataclass(frozen=True)
class Candidate:
    """kind: "interior", "edge" or "corner";  point (2,);  value: the loss there, nats;  multiplier: 0 inside, None at a
    corner, where many gradients would do;  inside: whether it lies in the ball."""

    kind: str
    point: np.ndarray
    value: float
    multiplier: float | None
    inside: bool


@dataclass
class CandidatesDisplay:
    """All candidates of a plane, in the order they are numbered: inside, then around the ball.

    best : the place of the one with the smallest loss in the ball;  ax_, figure_, marks_ after `plot`
    """

    geometry: GeometryDisplay
    candidates: tuple[Candidate, ...]
    best: int
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    marks_: list = field(default_factory=list, repr=False)

    @classmethod
    def from_solution(cls, solution: Solution, X, y, *, ax: Axes | None = None, **arguments) -> CandidatesDisplay:
        """Draw the candidates of two coefficients of a fit; arguments as in `plot_candidates`."""
        plane = plane_of(solution, X, y, **arguments)
        shown = GeometryDisplay.from_plane(plane)
        if not shown.has_ball:
            raise InputError(
                "lam=0: without a penalty there is no ball, and the only candidate is the fit. Use lam > 0."
            )
        found = candidates_of(plane)
        inside = [k for k, one in enumerate(found) if one.inside]
        return cls(shown, found, min(inside, key=lambda k: found[k].value)).plot(ax)

    def plot(self, ax: Axes | None = None) -> CandidatesDisplay:
        """Draw on an Axes, a new one where none is given."""
        own = ax is None
        ax = axes_of(ax, (7.4, 4.4))
        g = self.geometry
        equal_units(ax, own)
        left, right, bottom, top = g.limits()
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
        g.draw_contours(ax, left, right, bottom, top)
        g.draw_ball(ax)
        ax.axhline(0.0, color=MUTED, lw=0.5, zorder=1)
        ax.axvline(0.0, color=MUTED, lw=0.5, zorder=1)
        self.marks_ = [self._mark(ax, k, own) for k in range(len(self.candidates))]
        g.name_axes(ax)
        title(ax, f"{g.plane.norm_word} ≤ {g.plane.radius:.4g}: the smallest loss of all candidates")
        if own:
            legend(ax, own, handles=self.marks_, labelspacing=0.9)
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self

    def _mark(self, ax: Axes, k: int, beside: bool) -> Any:
        """A numbered disc; filled where it lies in the ball; red for the best.  Its loss stands beside or below it."""
        one = self.candidates[k]
        colour = RED if k == self.best else {"interior": BLUE, "edge": INK, "corner": ORANGE}[one.kind]
        label = f"{k + 1}  {words_of(one)}: {one.value:.4f}{'  smallest' if k == self.best else ''}"
        face = colour if one.inside else "white"
        mark = ax.plot(
            *one.point, "o", ms=11, mfc=face, mec=colour, mew=1.4, zorder=7 + (k == self.best), label=label, ls="none"
        )[0]
        ax.annotate(
            str(k + 1), (one.point[0], one.point[1]), ha="center", va="center_baseline", fontsize=7.5,
            zorder=8 + (k == self.best), fontweight="bold", color="white" if one.inside else colour,
            annotation_clip=True,
        )  # fmt: skip
        if not beside:
            ax.annotate(
                f"{one.value:.4f}", (one.point[0], one.point[1]), xytext=(0.0, -7.0), textcoords="offset points",
                ha="center", va="top", fontsize=7, color=colour, zorder=8, annotation_clip=True,
                bbox=dict(facecolor="white", alpha=0.7, lw=0, pad=0.6),
            )  # fmt: skip
        return mark


def words_of(one: Candidate) -> str:
    """The kind of a candidate, and what keeps it from being the fit where something does."""
    if not one.inside:
        return f"{one.kind}, outside the ball"
    if one.multiplier is not None and one.multiplier < 0.0:
        return f"{one.kind}, μ < 0"
    return one.kind if not one.multiplier else f"{one.kind}, μ = {one.multiplier:.3g}"


def candidates_of(plane: Plane) -> tuple[Candidate, ...]:
    """All candidates of the ball of a plane."""
    found, bound = [], plane.spent * (1.0 + 1e-12)
    if plane.free is not None:
        inside = float(plane.penalty(plane.free)[0]) <= bound
        found.append(Candidate("interior", plane.free, float(plane.value(plane.free)[0]), 0.0, inside))
    corners = plane.ball(np.arange(4) * 0.5 * np.pi)
    if plane.spent == 0.0:
        return (*found, Candidate("corner", plane.centre, float(plane.value(plane.centre)[0]), None, True))
    smooth = plane.l1_ratio == 0.0
    arcs = [(0.0, 2.0 * np.pi)] if smooth else [(k * 0.5 * np.pi, (k + 1) * 0.5 * np.pi) for k in range(4)]
    for k, (start, end) in enumerate(arcs):
        if not smooth and plane.l1_ratio * plane.factor.min() > 0.0:
            found.append(Candidate("corner", corners[k], float(plane.value(corners[k])[0]), None, True))
        found += [edge(plane, angle) for angle in roots(plane, start, end, smooth)]
    return tuple(found)


def across(plane: Plane, angles) -> np.ndarray:
    """∇loss × ∇norm (A,) at angles of the boundary: 0 where one is a multiple of the other."""
    points = plane.ball(angles)
    loss = plane.gradients(points)
    norm = np.array([plane.norm_gradient(u) for u in points])
    return loss[:, 0] * norm[:, 1] - loss[:, 1] * norm[:, 0]


def roots(plane: Plane, start: float, end: float, closed: bool) -> list[float]:
    """Angles at which the gradients are parallel, strictly between the corners of a smooth piece."""
    from scipy.optimize import brentq

    edge = 0.0 if closed else 1e-9
    angles = np.linspace(start + edge, end - edge, SCAN)
    values = across(plane, angles)
    at: Any = lambda angle: float(across(plane, np.array([angle]))[0])
    turns = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0.0)
    exact = [float(angles[k]) for k in np.flatnonzero(values[:-1] == 0.0)]
    return sorted(exact + [float(brentq(at, angles[k], angles[k + 1], xtol=1e-14)) for k in turns])  # pyright: ignore


def edge(plane: Plane, angle: float) -> Candidate:
    """The candidate at an angle of the boundary."""
    point = plane.ball([angle])[0]
    loss, norm = plane.gradient(point), plane.norm_gradient(point)
    return Candidate("edge", point, float(plane.value(point)[0]), -float(loss @ norm) / float(norm @ norm), True)


def plot_candidates(
    solution: Solution, X, y, *, features=None, mode="slice", sample_weight=None, offset=None, penalty_factor=None,
    fit_intercept=True, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Every point at which the fit could lie, numbered, with its loss; arguments as in `plot_geometry`.

    Filled discs lie in the ball; the red one has the smallest loss of them and is the fit.  Raises InputError at lam=0.
    """
    return CandidatesDisplay.from_solution(
        solution, X, y, features=features, mode=mode, sample_weight=sample_weight, offset=offset,
        penalty_factor=penalty_factor, fit_intercept=fit_intercept, ax=ax,
    ).ax_  # fmt: skip
