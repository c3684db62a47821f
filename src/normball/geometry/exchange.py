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
from .visits import FADED, Visit, Visits, check_task

SOLVES = 100
CLOSE = 1e-2
"""|log Ω - log T| below which the solves are tight."""
DONE = 4e-15
"""Relative distance of Ω from T, or of two λ, that is none."""
UNSEEN = 1e-17
"""λT beside the loss: what is left to gain is below the rounding of the loss, and λ cannot be told any more."""
LEAP, LONGEST = 4.0, 64.0
"""The largest step in log λ outside a bracket: the first, twice that after each of them, and the last."""
FAR_DOWN = 1e-3
"""Share of the largest λ below which the free optimum may be asked for."""
PROGRESS = 0.25
"""What a step must leave at most of |log Ω - log T|; else the next one halves the bracket."""


def solve_in_ball(task: Task, ball: Ball, tol: float, watch: Watch, start=None) -> Solution:
    """min Σ c ℓ  subject to the ball; start: (coef, intercept) on the columns as they came, or None.

    Returns a Solution whose .lam is the equivalent penalty and whose .constraint holds the multiplier and the
    optimality conditions.  Raises Interrupted on Ctrl-C, with the best feasible solution so far as `.solution`.
    Laws: tests/geometry/test_exchange.py
    """
    check_task(task, "A ball")
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
        self.free_tried = self.halve = False
        self.steps = 0
        for visit in visits.made:
            self._keep(visit)

    def run(self) -> Visit | tuple[Point, Answer]:
        """The visit at the root, or (point, answer) of the free optimum where it lies inside."""
        top, lam, tight = self._top(), 0.0, False
        here, off, least = self._nearest_end(), np.inf, np.inf
        for _ in range(SOLVES):
            following = 0.5 * top if here is None else self._next(here, top)
            if here is not None and tight and abs(following / lam - 1.0) <= DONE:
                break
            lam, tight = following, tight or off < CLOSE
            here = self.visits.visit(lam, tight)
            self._keep(here)
            off = self._off(here)
            self.halve, least = off > PROGRESS * least and not self.halve, min(off, least)
            if here.answer.best.ground.separation:
                return here
            if self.visits.watch.stopped(self.visits.task.design.reads) or (tight and self._arrived(here)):
                break
            if here is self.above and self._may_be_free(here, top):
                self.free_tried = True
                free = free_optimum(self.visits, here)
                if free is not None and self.visits.cost(free[0]) <= self.budget * (1.0 + ROUNDING):
                    return free
                if free is not None:
                    self.below = self.visits.at_zero(*free)
            if here is self.above and lam <= max(self.visits.least, UNSEEN * here.loss / self.budget):
                break  # its gap, at most λ (T - Ω), is nothing
        found = self._nearest_end()
        assert found is not None
        return found

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
        ends = [visit for visit in (self.above, self.below) if visit is not None and visit.lam > 0.0]
        return min(ends, key=self._off, default=None)

    def _off(self, visit: Visit) -> float:
        return abs(float(np.log(visit.omega / self.budget))) if visit.omega > 0.0 else np.inf

    def _arrived(self, here: Visit) -> bool:
        """Within rounding in Ω, or in the λ that the tangent asks for (where Ω is steep, near λ_max)."""
        return self._off(here) <= DONE or (here.tangent is not None and abs(self._step(here)) <= DONE)

    def _next(self, here: Visit, top: float) -> float:
        """The next λ: between both ends by the cubic through them, else by a tangent; or the middle of the bracket."""
        low = self.below.lam if self.below is not None else 0.0
        high = min(self.above.lam, top) if self.above is not None else top
        if self.above is not None and self.below is not None:
            here = self._nearest_end() or here
            guesses = (
                [] if self.halve else [cubic(self.above, self.below, self.budget), here.lam * self._leap(here, 1.0)]
            )
        else:
            self.steps += 1
            far = min(LEAP * 2.0 ** min(self.steps - 1, 9), LONGEST)
            guesses = (max(here.lam * self._leap(here, far), self.visits.least),)
        for guess in guesses:
            if low < guess < high:
                return guess
        return float(np.sqrt(low) * np.sqrt(high)) if low > 0.0 else max(high * 0.2, self.visits.least)

    def _leap(self, here: Visit, far: float) -> float:
        return float(np.exp(np.clip(self._step(here), -far, far)))

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

    In log Ω where Ω varies much.  NaN where a slope is missing or the ends are too close for differences.
    """
    if above.tangent is None or below.tangent is None or not below.omega - above.omega > 1e-8 * budget:
        return np.nan
    logs, steep = below.lam > 0.0, below.omega > 2.0 * above.omega > 0.0
    ends, x, y, dx = (above, below), [], [], []
    for visit in ends:
        slope = visit.tangent.slope * (visit.lam if logs else 1.0)  # pyright: ignore[reportOptionalMemberAccess]
        x.append(np.log(visit.lam) if logs else visit.lam)
        y.append(np.log(visit.omega) if steep else visit.omega)
        dx.append((visit.omega if steep else 1.0) / slope)
    rise = y[1] - y[0]
    u = ((np.log(budget) if steep else budget) - y[0]) / rise
    v = 1.0 - u
    at = x[0] * (1 + 2 * u) * v * v + x[1] * (1 + 2 * v) * u * u + u * v * rise * (v * dx[0] - u * dx[1])
    return float(np.exp(np.clip(at, min(x), max(x)))) if logs else float(at)
