"""The plane of two coefficients of a fit: the loss on it, its gradient, its free optimum, and the ball.

Coordinates are those of the penalty, u = sd·w where standardised columns are penalised and u = w else.  What is not one
of the two is either held at the fit ("slice") or chosen anew at every point ("profile"), together with the intercept,
which is chosen anew in both.  So with g the norm of the pair and P what is drawn, the fit minimises  P(u) + λ Ω(u)  in
both, and at the fit -∇P lies in λ ∂Ω (for the profile by the envelope theorem: Danskin 1967).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import InputError
from ..inputs import read_flag
from ..paths import solve_task
from ..results import Solution
from ..runtime import Watch
from ..tasks import LOSSES, Task, read_task
from .path import task_scales

MODES = ("slice", "profile")
FOREIGN = 0.03
"""Error of the gradient, relative to that at 0, from which on the data cannot be those of the fit."""
CELLS = 4_000_000
"""Numbers that are held at a time while the loss is computed on a grid."""


@dataclass(frozen=True)
class Plane:
    """Two coefficients of a fit, everything else held or chosen anew.

    X2      (n, 2) the two columns, divided by `scale`, less their means where there is an intercept
    y, c, offset   (n,) target, weights that sum to 1, all that is held fixed
    scale   (2,) u = scale·w;  factor (2,) f_j;  centre (2,) the prior mean in u
    lam, l1_ratio   of the penalty;  u (2,) the fit;  names of the two, as they came
    budget  Ω of the pair at most, where a ball was asked for and does not bind; None else
    rest    how many other coefficients there are
    """

    X2: np.ndarray
    y: np.ndarray
    c: np.ndarray
    offset: np.ndarray
    scale: np.ndarray
    factor: np.ndarray
    centre: np.ndarray
    lam: float
    l1_ratio: float
    u: np.ndarray
    names: tuple[str, ...]
    loss: Any
    has_intercept: bool
    mode: str
    budget: float | None
    rest: int
    asked: Any = None  # what a profile solves again: Asked

    def value(self, points) -> np.ndarray:
        """The mean loss (G,) in nats (profile: with the penalty of the rest) at points u (G, 2)."""
        points = np.atleast_2d(np.asarray(points, float))
        if self.asked is not None:
            return np.array([self.asked.solve(u)[0] for u in points])
        step = max(1, CELLS // len(self.y))
        return np.concatenate([self._values(points[k : k + step]) for k in range(0, len(points), step)])

    def gradient(self, u) -> np.ndarray:
        """(2,) its gradient at one point u, per unit of u."""
        return self.gradients(np.asarray(u, float)[None, :])[0]

    def gradients(self, points) -> np.ndarray:
        """(G, 2) the same at many points (G, 2)."""
        points = np.asarray(points, float)
        if self.asked is not None:
            eta = np.column_stack([self.asked.solve(u)[1] for u in points])
        else:
            eta = self._etas(points)
        return -(self.c[:, None] * self.loss.residual(self.y[:, None], eta)).T @ self.X2

    def _etas(self, points) -> np.ndarray:
        """(n, G) with the best intercept of each point, found by safeguarded Newton steps."""
        y, c = self.y[:, None], self.c[:, None]
        eta = self.offset[:, None] + self.X2 @ points.T
        if not self.has_intercept:
            return eta
        b = np.zeros(len(points))
        low, high = np.full_like(b, -np.inf), np.full_like(b, np.inf)
        for _ in range(100):
            at = eta + b
            slope = (c * self.loss.residual(y, at)).sum(0)  # > 0: b is too small
            curve = (c * self.loss.curvature(y, at)).sum(0)
            low, high = np.where(slope >= 0.0, b, low), np.where(slope <= 0.0, b, high)
            step = np.clip(slope / np.maximum(curve, 1e-300), -4.0, 4.0)
            there = b + step
            middle = 0.5 * (low + high)
            there = np.where((there < low) | (there > high), np.where(np.isfinite(middle), middle, there), there)
            done = np.all(np.abs(there - b) <= 1e-9 * (1.0 + np.abs(b)))  # the step squares what is left
            b = there
            if done:
                break
        return eta + b

    def _values(self, points) -> np.ndarray:
        return self.c @ self.loss.value(self.y[:, None], self._etas(points))

    def penalty(self, points) -> np.ndarray:
        """Ω (G,) of the pair at λ = 1."""
        d = np.atleast_2d(points) - self.centre
        return (self.factor * (self.l1_ratio * np.abs(d) + 0.5 * (1.0 - self.l1_ratio) * d**2)).sum(1)

    @cached_property
    def spent(self) -> float:
        """The Ω that the ball through the fit allows the pair."""
        return float(self.penalty(self.u)[0]) if self.budget is None else self.budget

    @property
    def radius(self) -> float:
        """t of the pair, in the norm as it is written: ‖u‖₂ for L2 (whose Ω is half its square), Ω else."""
        return float(np.sqrt(2.0 * self.spent)) if self.l1_ratio == 0.0 else self.spent

    @property
    def norm_word(self) -> str:
        return {0.0: "‖w‖₂", 1.0: "‖w‖₁"}.get(self.l1_ratio, "Ω(w)")

    def ball(self, angles) -> np.ndarray:
        """(A, 2) the boundary of the ball at angles around its centre, exactly: T = r a + ½ r² b along a direction."""
        angles = np.asarray(angles, float)
        d = np.column_stack([np.cos(angles), np.sin(angles)])
        d[np.abs(d) < 1e-15] = 0.0
        a = self.l1_ratio * (np.abs(d) @ self.factor)
        b = (1.0 - self.l1_ratio) * (d**2 @ self.factor)
        with np.errstate(divide="ignore", invalid="ignore"):
            r = 2.0 * self.spent / (a + np.sqrt(a**2 + 2.0 * b * self.spent)) if self.spent else 0.0 * a
        return self.centre + r[:, None] * d

    def norm_gradient(self, u) -> np.ndarray:
        """(2,) of the norm as it is written, where it is smooth."""
        d = np.asarray(u, float) - self.centre
        pull = self.factor * (self.l1_ratio * np.sign(d) + (1.0 - self.l1_ratio) * d)
        return pull / self.radius if self.l1_ratio == 0.0 else pull

    def norm_interval(self, u) -> tuple[np.ndarray, np.ndarray]:
        """(2,) and (2,): the lower and upper ends of the subdifferential of the norm as it is written."""
        d = np.asarray(u, float) - self.centre
        middle = self.norm_gradient(u)
        half = np.where(d == 0.0, self.l1_ratio * self.factor, 0.0)
        return middle - half, middle + half

    @cached_property
    def free(self) -> np.ndarray | None:
        """(2,) where the loss alone is smallest; None where nothing stops it (separated classes) or it lies far off."""
        if self.lam == 0.0:
            return self.u
        if self.asked is not None:
            return self.asked.free()
        from scipy.optimize import minimize

        def both(u):
            return float(self.value(u)[0]), self.gradient(u)

        found = minimize(both, self.u, jac=True, method="BFGS", options=dict(gtol=1e-12, maxiter=200))
        size = max(1.0, float(np.abs(self.u).max()))
        slope = float(np.abs(self.gradient(found.x)).max())
        return found.x if slope < 1e-7 and np.abs(found.x).max() < 1e3 * size else None


@dataclass(frozen=True)
class Asked:
    """The profile: at each point of the plane the other coefficients are solved for, the pair held by its bounds."""

    X: Any
    y: Any
    arguments: dict
    pair: tuple[int, ...]
    scale: np.ndarray
    factor: np.ndarray
    lam: float
    l1_ratio: float
    tol: float = 1e-12

    def solve(self, u) -> tuple[float, np.ndarray]:
        """(loss + λΩ of the rest, η (n,)) at u (2,)."""
        p, pair = len(self.factor), list(self.pair)
        lower, upper = np.full(p, -np.inf), np.full(p, np.inf)
        lower[pair] = upper[pair] = np.asarray(u, float) / self.scale
        found = self._task(lower=lower, upper=upper)
        return found.certificate.objective, found.decision_function(self.X, self.arguments["offset"])

    def free(self) -> np.ndarray | None:
        found = self._task()
        if found.certificate.status != "certified":
            return None
        return found.coef[list(self.pair)] * self.scale

    def _task(self, **bounds) -> Solution:
        factor = self.factor.copy()
        factor[list(self.pair)] = 0.0
        task = read_task(self.X, self.y, penalty_factor=factor, **self.arguments, **bounds)
        return solve_task(task, self.lam, self.l1_ratio, self.tol, Watch())


def plane_of(
    solution: Solution, X, y, *, features=None, mode: str = "slice", sample_weight=None, offset=None,
    penalty_factor=None, fit_intercept=True,
) -> Plane:  # fmt: skip
    """The plane of two coefficients of a Solution, with the data it was fitted to.

    features : two names or places; None: the two of largest |coefficient · standard deviation|
    mode : "slice" holds the other coefficients at the fit, "profile" chooses them anew at every point

    Raises InputError: no Solution, three or more classes, Firth's penalty, fewer than two columns, unknown features.
    """
    if mode not in MODES:
        raise InputError(f"mode={mode!r} is not known: give 'slice' or 'profile'.")
    return part_of(
        solution, X, y, lambda task: choose_pair(solution, task, features), mode=mode, sample_weight=sample_weight,
        offset=offset, penalty_factor=penalty_factor, fit_intercept=fit_intercept,
    )  # fmt: skip


def part_of(
    solution: Solution, X, y, choose, *, mode: str = "slice", sample_weight=None, offset=None, penalty_factor=None,
    fit_intercept=True,
) -> Plane:  # fmt: skip
    """The same of the places that `choose` picks from the checked Task: two, or one (then a line)."""
    check_solution(solution)
    fit_intercept = read_flag(fit_intercept, "fit_intercept")
    arguments: dict[str, Any] = dict(
        sample_weight=sample_weight, offset=offset, fit_intercept=fit_intercept, standardize=solution.standardize,
        loss=solution.loss,
    )  # fmt: skip
    task = read_task(X, y, penalty_factor=penalty_factor, **arguments)
    check_fits(solution, task)
    data = task.data
    assert data is not None
    scale, factor = task_scales(task)
    pair = list(choose(task))
    c = data.weight / data.weight.sum()
    X2 = columns_of(data.X, pair)
    rest = np.setdiff1d(np.arange(len(solution.coef)), pair)
    held = np.zeros(len(solution.coef))
    held[rest] = solution.coef[rest]
    prior = np.zeros(len(held)) if solution.prior_mean is None else solution.prior_mean
    asked, mode = None, mode if len(rest) else "slice"
    if mode == "profile":
        if prior.any():
            raise InputError("mode='profile' cannot be drawn for a fit with a prior_mean. Use mode='slice'.")
        matrix = data.X
        asked = Asked(matrix, y, arguments, tuple(pair), scale[pair], factor, solution.lam, solution.l1_ratio)
    u2 = X2 / scale[pair]
    if fit_intercept:
        u2 = u2 - c @ u2
    plane = Plane(
        X2=u2, y=data.y, c=c, offset=data.offset + np.asarray(data.X @ held),
        scale=scale[pair], factor=factor[pair], centre=prior[pair] * scale[pair], lam=solution.lam,
        l1_ratio=solution.l1_ratio,
        u=solution.coef[pair] * scale[pair], names=tuple(solution.name(j) for j in pair),
        loss=LOSSES[solution.loss], has_intercept=fit_intercept, mode=mode,
        budget=left_over(solution, scale, factor, pair), rest=len(rest), asked=asked,
    )  # fmt: skip
    check_optimal(plane)
    return plane


def check_optimal(plane: Plane) -> None:
    """Raise where the fit is far from optimal on these data: they are others, or bounds were in force."""
    pull, d = -plane.gradient(plane.u), plane.u - plane.centre
    wanted = plane.lam * plane.factor * (plane.l1_ratio * np.sign(d) + (1.0 - plane.l1_ratio) * d)
    loose = np.where(d == 0.0, plane.lam * plane.factor * plane.l1_ratio, 0.0)
    off = np.maximum(np.abs(pull - wanted) - loose, 0.0).max()
    size = max(np.abs(plane.gradient(plane.centre)).max(), plane.lam)
    if off > FOREIGN * size:
        raise InputError(
            f"On these data the fit is no optimum: its gradient is off by {off:.2g} (at 0 it is {size:.2g}). Give X, "
            "y, sample_weight, offset, penalty_factor and fit_intercept as they were given to solve; a fit with bounds "
            "cannot be drawn."
        )


def check_solution(solution: Solution) -> None:
    """Raise unless it is the fit of two classes, or of numbers, with an L1, L2 or elastic penalty."""
    if not isinstance(solution, Solution):
        raise InputError(
            f"{type(solution).__name__} is no Solution. Give what normball.solve returns, or path.solution(lam)."
        )
    if solution.n_classes > 2:
        raise InputError(
            f"The fit has {solution.n_classes} classes: this picture is of two. Fit one class against the rest."
        )
    if solution.penalty == "firth":
        raise InputError(
            "Firth's penalty is no ball of the coefficients: there is none to draw. Use penalty='elasticnet'."
        )


def check_fits(solution: Solution, task: Task) -> None:
    """Raise where the data cannot be those of the fit."""
    if task.n_features != len(solution.coef):
        raise InputError(
            f"X has {task.n_features} columns and the fit {len(solution.coef)} coefficients. "
            "Give the X it was fitted to."
        )
    if task.n_classes > 2:
        raise InputError(f"y has {task.n_classes} classes and the fit two. Give the y it was fitted to.")


def columns_of(X, pair) -> np.ndarray:
    """(n, 2) two columns of a matrix, dense, in float64."""
    two: Any = X[:, pair]
    return np.asarray(two.toarray() if hasattr(two, "toarray") else two, dtype=np.float64)


def choose_pair(solution: Solution, task: Task, features) -> tuple[int, int]:
    """Places of the two features."""
    p = len(solution.coef)
    if p < 2:
        raise InputError(f"The fit has {p} coefficient: a picture of two needs two.")
    bare = (task_scales(task)[1] == 0.0) & (solution.lam > 0.0)
    if features is None:
        base = task.design
        sd = base.unsorted(base.survey.sd(np.ones(base.n_cells, bool)))
        places = [int(j) for j in np.lexsort((-np.abs(solution.coef) * sd, bare))[:2]]
    else:
        places = [place_of(solution, one) for one in ([features] if isinstance(features, str) else features)]
    if len(places) != 2 or places[0] == places[1]:
        raise InputError(f"features={features!r}: give two different columns.")
    if bare[places].any():
        raise InputError(
            f"{solution.name(places[int(bare[places].argmax())])!r} is not penalised: no ball holds it. "
            "Give features= two columns that are."
        )
    return places[0], places[1]


def place_of(solution: Solution, feature) -> int:
    """The place of a feature given by name or by place."""
    p = len(solution.coef)
    names = [solution.name(j) for j in range(p)]
    if feature in names:
        return names.index(feature)
    whole = isinstance(feature, (int, np.integer)) and not isinstance(feature, bool)
    if whole and -p <= feature < p:
        return int(feature) % p
    raise InputError(f"{feature!r} is no column of the fit. It has: {', '.join(map(repr, names[:12]))}.")


def left_over(solution: Solution, scale, factor, pair) -> float | None:
    """What a ball that does not bind leaves to the pair, in Ω; None where there is no such ball."""
    ball = solution.constraint
    if ball is None or ball.active:
        return None
    rest = np.delete(np.arange(len(scale)), pair)
    v = (solution.coef * scale)[rest]
    ratio = solution.l1_ratio
    used = float((factor[rest] * (ratio * np.abs(v) + 0.5 * (1.0 - ratio) * v**2)).sum())
    return (0.5 * ball.radius**2 if ball.norm_name == "l2" else ball.radius) - used
