"""The penalty as a prior: for one coefficient the prior, the likelihood and the posterior, whose peak is the fit (MAP).

With n the sum of the weights,  log posterior = -n (loss + λ Ω) + constant: a Gaussian of variance 1/(nλ f) for L2, a
Laplace density of scale 1/(nλ f) for L1, their product for an elastic net (docs/design/strength.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..errors import InputError
from ..results import Solution
from .canvas import BLUE, GREEN, INK, MUTED, ORANGE, axes_of, axis_names, figure_of, legend, plain
from .path import task_scales
from .plane import Plane, part_of, place_of

__all__ = ["PriorDisplay", "plot_priors"]


@dataclass
class PriorDisplay:
    """u (G,): values of one coefficient, the fit among them; prior, likelihood, posterior (G,), each ÷ its peak.

    The other coefficients are held at the fit; the intercept is chosen anew at every value.
    fit : the coefficient;  ax_, figure_, prior_, likelihood_, posterior_ (lines), map_ after `plot`
    """

    u: np.ndarray
    prior: np.ndarray
    likelihood: np.ndarray
    posterior: np.ndarray
    fit: float
    name: str
    per_sd: bool
    words: str
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    prior_: Any = field(default=None, repr=False)
    likelihood_: Any = field(default=None, repr=False)
    posterior_: Any = field(default=None, repr=False)
    map_: Any = field(default=None, repr=False)

    @classmethod
    def from_solution(
        cls, solution: Solution, X, y, *, feature=None, ax: Axes | None = None, **arguments
    ) -> PriorDisplay:
        """Draw one coefficient of a fit; arguments as in `plot_priors`."""

        def choose(task):
            if feature is not None:
                return (place_of(solution, feature),)
            base, p = task.design, len(solution.coef)
            if not p:
                raise InputError("The fit has no coefficient: there is no prior to draw.")
            sd = base.unsorted(base.survey.sd(np.ones(base.n_cells, bool)))
            size = np.abs(solution.coef) * sd * (task_scales(task)[1] > 0.0)
            return (int(np.argmax(size)),)

        line = part_of(solution, X, y, choose, **arguments)
        n, lam = solution.total, line.lam
        u = window(line, n)
        points = u[:, None]
        likelihood, prior = -n * line.value(points), -n * lam * line.penalty(points)
        f, ratio = float(line.factor[0]), line.l1_ratio
        return cls(
            u, peak_one(prior), peak_one(likelihood), peak_one(likelihood + prior), float(line.u[0]), line.names[0],
            bool(line.scale[0] != 1.0), prior_words(n * lam * f, ratio),
        ).plot(ax)  # fmt: skip

    def plot(self, ax: Axes | None = None) -> PriorDisplay:
        """Draw on an Axes, a new one where none is given."""
        own = ax is None
        ax = axes_of(ax, (7.4, 3.8))
        (self.prior_,) = ax.plot(self.u, self.prior, color=ORANGE, lw=1.8, label=f"prior: {self.words}")
        (self.likelihood_,) = ax.plot(self.u, self.likelihood, color=BLUE, lw=1.8, label="likelihood: the data alone")
        (self.posterior_,) = ax.plot(self.u, self.posterior, color=GREEN, lw=2.4, label="posterior: their product")
        ax.fill_between(self.u, self.posterior, color=GREEN, alpha=0.12, lw=0)
        ax.axvline(self.fit, color=INK, lw=0.9, ls=":")
        (self.map_,) = ax.plot(
            [self.fit], [1.0], "o", color=INK, ms=6, zorder=5, label=f"its peak, the fit: {self.fit:.4g}"
        )
        ax.set_xlim(self.u[0], self.u[-1])
        ax.set_ylim(0.0, 1.08)
        per = " (per sd)" if self.per_sd else ""
        axis_names(ax, f"coefficient of {plain(self.name)}{per}", "density ÷ its peak")
        ax.spines[["top", "right"]].set_visible(False)
        legend(ax, own)
        ax.tick_params(colors=MUTED, labelcolor=INK)
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self


def window(line: Plane, n: float) -> np.ndarray:
    """(G,) values around the fit, the prior's mean and the likelihood's peak, as far as something is to be seen."""
    fit, centre = float(line.u[0]), float(line.centre[0])
    h = 1e-4 * max(1.0, abs(fit))
    slopes = line.gradients(np.array([[fit - h], [fit + h]]))[:, 0]
    force = n * line.lam * float(line.factor[0])
    curve = n * max(float(slopes[1] - slopes[0]) / (2.0 * h), 0.0) + force * (1.0 - line.l1_ratio)
    reach = [4.0 / np.sqrt(curve)] if curve > 0.0 else []
    reach += [3.0 / force] if force > 0.0 and line.l1_ratio > 0.0 and not reach else []
    wide = max([*reach, 1e-9 * max(1.0, abs(fit))]) if reach else 1.0
    peak = fit if line.free is None else float(line.free[0])
    peak = peak if abs(peak - fit) < 12.0 * wide + 2.0 * abs(fit - centre) else fit
    ends = np.array([fit, centre, peak])
    return np.unique(np.r_[np.linspace(ends.min() - wide, ends.max() + wide, 801), fit, centre])


def peak_one(log_density: np.ndarray) -> np.ndarray:
    """Densities from their logarithms, divided by the largest."""
    return np.exp(log_density - log_density.max())


def prior_words(force: float, ratio: float) -> str:
    """The prior of Ω with total strength nλf."""
    if force == 0.0:
        return "flat (no penalty)"
    if ratio == 0.0:
        return f"Gaussian, sd {1.0 / np.sqrt(force):.3g}"
    if ratio == 1.0:
        return f"Laplace, scale {1.0 / force:.3g}"
    return f"Laplace × Gaussian, l1_ratio {ratio:g}"


def plot_priors(
    solution: Solution, X, y, *, feature=None, sample_weight=None, offset=None, penalty_factor=None, fit_intercept=True,
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Prior × likelihood = posterior for one coefficient, and its peak, which is the fit.

    solution, X, y, … : as in `plot_geometry`
    feature : a name or a place; None: the largest |coefficient · standard deviation|
    """
    return PriorDisplay.from_solution(
        solution, X, y, feature=feature, sample_weight=sample_weight, offset=offset, penalty_factor=penalty_factor,
        fit_intercept=fit_intercept, ax=ax,
    ).ax_  # fmt: skip
