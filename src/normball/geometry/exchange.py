"""t <-> λ: the solution in a ball is the penalised solution at the λ that spends the radius.

t(λ) is continuous and never rises, so the λ of a radius is the root of Ω(w(λ)) = T: Newton steps on log λ, with dΩ/dλ
from the active set, inside a bracket.  Where the free optimum lies inside, λ is 0 exactly.
"""

from __future__ import annotations

import numpy as np

from ..errors import Interrupted
from ..lockstep import Answer
from ..lockstep.best import Point
from ..results import Solution
from ..runtime import Watch, workers
from ..tasks import Task
from .balls import Ball
from .inside import ROUNDING, free_optimum, separates
from .proof import ball_solution, fallback
from .visits import FADED, Visit, Visits

SOLVES = 80
CLOSE = 1e-2
"""|log Ω - log T| below which the solves are tight."""
DONE = 4e-15
"""Relative distance of Ω from T, or of two λ, that is none."""
LEAP, LONGEST = 4.0, 64.0
"""The largest step in log λ outside a bracket: the first, twice that after each of them, and the last."""
PATIENCE = 12
"""Steps after which every other one halves the bracket."""
FAR_DOWN = 1e-3
"""Share of the largest λ below which the free optimum may be asked for."""


def solve_in_ball(task: Task, ball: Ball, tol: float, watch: Watch, start=None) -> Solution:
    """min Σ c ℓ  subject to the ball; start: (coef, intercept) on the columns as they came, or None.

    Returns a Solution whose .lam is the equivalent penalty and whose .constraint holds the multiplier and the
    optimality conditions.  Raises Interrupted on Ctrl-C, with the best feasible solution so far as `.solution`.
    Laws: tests/geometry/test_exchange.py
    """
    visits = Visits(task, ball.ratio, watch)
    if start is not None:
        visits.start = task.conditioned(visits.one, *start)
    return root_in_ball(visits, ball, tol)


def root_in_ball(visits: Visits, ball: Ball, tol: float) -> Solution:
    """The same, going on from solutions that were made before."""
    search = Search(visits, ball)
    try:
        with workers():
            return ball_solution(visits, ball, search.run(), tol)
    except Interrupted as stop:
        stop.solution = fallback(visits, ball, search.above, tol)
        raise


class Search:
    """A bracket of λ and what is known at its ends: `above` spends no more than the budget, `below` more."""

    def __init__(self, visits: Visits, ball: Ball):
        self.visits, self.ball, self.budget = visits, ball, ball.budget
        self.above: Visit | None = None
        self.below: Visit | None = None
        self.free_tried = False
        self.steps = 0
        for visit in visits.made:
            self._keep(visit)

    def run(self) -> Visit | tuple[Point, Answer]:
        """The visit at the root, or (point, answer) of the free optimum where it lies inside."""
        top, lam = self._top(), 0.0
        here, tight = self._nearest_end(), False
        for _ in range(SOLVES):
            following = 0.5 * top if here is None else self._next(here, top)
            if here is not None and tight and abs(following / lam - 1.0) <= DONE:
                break
            lam, tight = following, tight or self._near(here)
            here = self.visits.visit(lam, tight)
            self._keep(here)
            if here.answer.best.ground.separation or self.visits.watch.stopped(self.visits.task.design.reads):
                break
            if tight and abs(here.omega / self.budget - 1.0) <= DONE:
                break
            if here is self.above and self._may_be_free(here, top):
                self.free_tried = True
                free = free_optimum(self.visits, here)
                if free is not None and self.visits.cost(free[0]) <= self.budget * (1.0 + ROUNDING):
                    return free
                if free is not None:
                    self.below = self.visits.at_zero(*free)
            if lam <= self.visits.least and here is self.above:
                break  # separated beyond what float64 can tell: its gap, λ (T - Ω), is nothing
        assert here is not None
        return here

    def _top(self) -> float:
        """A λ from which on no more than the budget is spent: λ_max, and λΩ(w) <= L(0)."""
        return max(min(self.visits.first_loss / self.budget, self.visits.lam_max), 1e-280)

    def _keep(self, visit: Visit) -> None:
        if visit.omega <= self.budget:
            if self.above is None or visit.lam < self.above.lam:
                self.above = visit
        elif self.below is None or visit.lam > self.below.lam:
            self.below = visit

    def _nearest_end(self) -> Visit | None:
        ends = [visit for visit in (self.above, self.below) if visit is not None and visit.omega > 0.0]
        return min(ends, key=lambda visit: abs(np.log(visit.omega / self.budget)), default=None)

    def _near(self, here: Visit | None) -> bool:
        return here is not None and here.omega > 0.0 and abs(np.log(here.omega / self.budget)) < CLOSE

    def _next(self, here: Visit, top: float) -> float:
        """The next λ: between both ends by the cubic through them; else by a tangent; the middle where those fail."""
        low = self.below.lam if self.below is not None else 0.0
        high = min(self.above.lam, top) if self.above is not None else top
        self.steps += 1
        if self.above is not None and self.below is not None:
            following = cubic(self.above, self.below, self.budget) if self.steps <= PATIENCE else np.nan
            if low < following < high:
                return following
        far = min(LEAP * 2.0 ** min(self.steps, 9), LONGEST)
        following = max(here.lam * float(np.exp(np.clip(self._step(here), -far, far))), self.visits.least)
        stuck = self.steps > PATIENCE and self.steps % 2 == 0 and high > low * (1.0 + 1e-9)
        if low < following < high and not stuck:
            return following
        return float(np.sqrt(low) * np.sqrt(high)) if low > 0.0 else max(high * 0.2, self.visits.least)

    def _step(self, here: Visit) -> float:
        """log λ from here to the root, by the tangent; by the chord where there is none.

        Ω itself is nearly straight in log λ with an L1 part.  For the L2 norm log Ω is, and where the loss is
        nearly gone (separated data), the norm.
        """
        omega, aim = here.omega, self.budget
        if here.tangent is not None and omega > 0.0:
            elasticity = here.lam * here.tangent.slope / omega
            far = aim / omega - 1.0
            if here.loss < FADED * self.visits.null_loss and self.ball.ratio < 1.0:
                far = 2.0 * (np.sqrt(aim / omega) - 1.0)
            elif self.ball.norm == "l2":
                far = np.log(aim / omega)
            return float(far / elasticity) if elasticity < 0.0 else -1.0
        a, b = self.above, self.below
        if a is None or b is None or b.lam == 0.0:
            return -1.0 if omega <= aim else 1.0
        share = (aim - a.omega) / (b.omega - a.omega)
        return float(np.log(a.lam / here.lam) + share * np.log(b.lam / a.lam))

    def _may_be_free(self, here: Visit, top: float) -> bool:
        """Worth a solve at λ = 0: the tangent does not reach the budget before it, and the data are not separated."""
        if self.free_tried or self.below is not None or here.lam > FAR_DOWN * top:
            return False
        reach = here.omega - (here.tangent.slope * here.lam if here.tangent is not None else 0.0)
        return reach <= self.budget * 1.01 and not separates(self.visits, here)


def cubic(above: Visit, below: Visit, budget: float) -> float:
    """Where λ(Ω), the cubic with the values and slopes of both ends, meets the budget: in λ from λ = 0, else in log λ.

    NaN where a slope is missing or the ends are too close for differences.
    """
    rise = below.omega - above.omega
    if above.tangent is None or below.tangent is None or not rise > 1e-8 * budget:
        return np.nan
    logs = below.lam > 0.0
    x = [np.log(visit.lam) if logs else visit.lam for visit in (above, below)]
    steep = [rise / (visit.tangent.slope * (visit.lam if logs else 1.0)) for visit in (above, below)]  # pyright: ignore
    u = (budget - above.omega) / rise
    v = 1.0 - u
    at = x[0] * (1 + 2 * u) * v * v + x[1] * (1 + 2 * v) * u * u + u * v * (v * steep[0] - u * steep[1])
    return float(np.exp(np.clip(at, min(x), max(x)))) if logs else float(at)
