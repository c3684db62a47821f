"""Penalised solutions on the way to a radius: each a point of the curve λ -> Ω(w(λ)), which never rises."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .. import runtime
from ..certificates import Candidates, Evidence, Family
from ..errors import InputError
from ..lockstep import Answer, choose_chain, solve_family
from ..lockstep.best import Point
from ..lockstep.null import free_fit, null_model
from ..lockstep.sweep import sweep
from ..runtime import Watch
from ..tasks import Task
from .tangent import Tangent, tangent

TIGHT, LOOSE = 1e-13, 1e-7
"""Tolerances of the solves: near the root, and far from it; relative to the null loss or, if smaller, to F itself."""
SEEN = 1e-3
"""Share of λΩ(w) that the gap of a solve may be: else Ω(w) is not that of λ."""
FADED = 0.05
"""Share of the null loss below which the loss goes to 0, and w grows like log(1/λ)."""


def check_task(task: Task, what: str) -> None:
    """Raise where the exchange of t and λ is not known: it was derived for two classes and one penalty."""
    stands = {
        "several classes": task.n_classes > 2,
        "the squared loss": task.loss == "squared",
        "bounds (lower, upper)": task.lower is not None,
        "prior_mean": task.prior is not None,
    }
    for name, there in stands.items():
        if there:
            raise InputError(f"{what} was given with {name}, which it cannot do yet. Give lam instead.")


@dataclass(frozen=True)
class Visit:
    """The solution at one λ."""

    lam: float
    point: Point  # conditioned
    omega: float  # Ω(w) at λ = 1, free columns apart
    loss: float
    answer: Answer
    tangent: Tangent | None
    faded: bool

    def at(self, lam: float) -> Point:
        """A first guess of the solution at another λ."""
        if self.tangent is None or not (self.faded or 0.5 < lam / self.lam < 2.0):
            return self.point
        step = self.lam * np.log(lam / self.lam) if self.faded else lam - self.lam
        return self.point[0] + step * self.tangent.coef, self.point[1] + step * self.tangent.intercept


class Visits:
    """Solves one task at any λ, from the nearest solution there is."""

    def __init__(self, task: Task, l1_ratio: float, watch: Watch, start: Point | None = None):
        self.task, self.l1_ratio, self.watch, self.start = task, l1_ratio, watch, start
        self.one = task.column(1.0, l1_ratio)
        self.family: Family = task.family([self.one], TIGHT, polish=True)
        self.made: list[Visit] = []
        self.solves = self.rounds = 0
        self.exists = False  # a minimiser, proved at some λ > 0: then at all of them
        with runtime.workers():
            coef, b = free_fit(self.family, self.one)
            null = self.judge(coef, b)
            self.first_loss = null_model(self.family, 0)[1]  # of the intercept alone: free columns may separate
        self.null_loss, pull, l1 = float(null.loss[0]), np.abs(null.grad[:, 0]), self.one.l1
        held, size = l1 > 0.0, np.maximum(l1, self.one.l2)
        self.least = 1e-280 / min(1.0, float(size[size > 0.0].min(initial=1.0)))  # λ below it has no room in float64
        self.lam_max = float((pull[held] / l1[held]).max(initial=0.0)) if held.any() else np.inf

    def visit(self, lam: float, tight: bool) -> Visit:
        """Solve at λ > 0.  Raises InputError where the penalty cannot be represented, Interrupted on Ctrl-C."""
        column, near = self.task.column(lam, self.l1_ratio), self.nearest(lam)
        point = self.start if near is None else near.at(lam)
        scale = 1.0 if near is None else self._share(near.loss + lam * near.omega)
        tol = (TIGHT if tight else LOOSE) * scale
        while True:
            answer = self._solve(replace(self.family, columns=(column,), tol=max(tol, 1e-300)), point)
            self.exists = self.exists or answer.best.ground.exists
            point = answer.point
            if answer.best.ground.separation or self.watch.stopped(self.task.design.reads):
                break
            needed = max(SEEN * lam * self.cost(point), 1e-17 * answer.best.objective)
            if answer.best.gap <= needed or tol * self.null_loss <= needed:
                break
            tol = needed / self.null_loss  # what is gained by moving w was beneath the tolerance
        omega = self.cost(point)
        loss = max(answer.best.objective - lam * omega, 0.0)
        along = tangent(self.family, column, *point)
        here = Visit(lam, point, omega, loss, answer, along, loss < FADED * self.null_loss)
        self.made.append(here)
        return here

    def _share(self, objective: float) -> float:
        return min(1.0, objective / self.null_loss) if self.null_loss > 0.0 else 1.0

    def free(self) -> Answer:
        """The solution at λ = 0, from the smallest λ seen."""
        column = self.task.column(0.0, self.l1_ratio)
        family = self.task.family([column], TIGHT, polish=True)
        near = min(self.made, key=lambda visit: visit.lam, default=None)
        return self._solve(family, None if near is None else near.point)

    def at_zero(self, point: Point, answer: Answer) -> Visit:
        """The free optimum as the lower end of a bracket."""
        column = self.one.at(0.0)
        along = tangent(self.family, column, *point)
        return Visit(0.0, point, self.cost(point), answer.best.objective, answer, along, False)

    def judge(self, coef, intercept: float) -> Evidence:
        """One read: what there is to know of a point, λ apart."""
        return sweep(self.family, Candidates(np.array([0]), coef[:, None], np.array([intercept])))

    def parts(self, coef) -> tuple[float, float]:
        """The L1 and the L2 part of Ω at λ = 1."""
        return float(self.one.l1 @ np.abs(coef)), 0.5 * float((self.one.l2 * coef) @ coef)

    def cost(self, point: Point) -> float:
        """Ω at λ = 1."""
        return self.family.penalty.total(point[0], self.one)

    def _solve(self, family: Family, init: Point | None) -> Answer:
        with runtime.workers():
            answer = solve_family(family, choose_chain(family), self.watch, init, False, self.task.names)[0]
        self.solves += 1
        self.rounds += answer.best.rounds
        return answer

    def nearest(self, lam: float) -> Visit | None:
        return min(self.made, key=lambda visit: abs(np.log(visit.lam / lam)), default=None)
