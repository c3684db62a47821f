"""Damped Newton on a panel: exact Gram, Gram-space subproblem, line search on η (no pass over X)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..certificates.gap import Facts, duality_gap
from ..certificates.problem import Array, Column, Evidence, Family
from ..runtime import late
from .curvature import gram_step, row_step, solve_psd, unit_diagonal, well_conditioned
from .panel import Slab, Whole

HALVINGS = 50
LEAP = 1e3  # times max |η|: where a step of saturated rows (curvature 1e-26) is cut before it is halved
IDLE = 4
ROWS = 2**22  # numbers up to which an ill-conditioned step is taken from the rows
ROUNDING = 4e-15  # relative: differences of F below it say nothing


@dataclass
class Newton:
    """The iterate (w, b) of one column on one panel, with η and F(w, b); `advance` moves it in place."""

    family: Family
    panel: Slab | Whole
    column: Column  # restricted to the panel
    coef: Array  # (q,)
    intercept: float
    steps: int = 0
    gap: float = np.inf  # of the restricted problem, at the last point whose curvature was formed
    stuck: bool = False
    done: bool = False  # the step past the target was taken
    fell: float = np.inf  # by how much F went down in the last step
    idle: int = 0  # steps in a row that changed neither F nor the gap

    def __post_init__(self):
        design = self.family.design
        self.F = np.zeros((1 + len(self.coef),) * 2)  # the last Gram, taken before the last step
        self.c = self.family.share(self.column.split)
        free = np.flatnonzero(self.column.free)
        reach, bounded = design.survey.reach[self.panel.j], not self.family.loss.quadratic
        self.facts = Facts(self.family.penalty, free, reach, design.intercept, bounded)
        self.refresh()

    def refresh(self) -> None:
        """η afresh from the coefficients: what was added up in steps is forgotten."""
        self.eta = self.panel.times(self.coef) + (self.family.design.offset + self.intercept)
        self.link = self._link(self.eta)
        self.value = self._objective(self.coef, self.link)

    def advance(self, target: float, limit: int) -> None:
        """Up to `limit` steps; at a restricted gap <= target one more step is taken and the work is done."""
        self.gap, self.done = np.inf, False
        for _ in range(limit):
            self.done = self.gap <= target
            self._step()
            if self.done or self.stuck or late():
                break
        self.refresh()

    def _step(self) -> None:
        r, h, sums = self.link
        design, column, panel = self.family.design, self.column, self.panel
        slope = float(sums.slope[0]) if design.intercept else 0.0
        grad = panel.t_times(r)[:, 0]
        self.F = F = panel.gram(h[:, 0])
        before, self.gap = self.gap, self._gap(grad, slope, F, sums)
        self.idle = self.idle + 1 if self.gap > 0.9 * before and self.fell <= ROUNDING * abs(self.value) else 0
        if self.idle >= IDLE:
            self.stuck = True
            return
        rows = getattr(panel, "matrix", None)
        if column.smooth and isinstance(rows, np.ndarray) and rows.size <= ROWS and not self._gram_will_do(F):
            d, db = row_step(rows, self.link, column, self.coef, design.intercept)
        else:
            d, db = gram_step(F, grad, slope, column, self.coef, 1e-3 * violation(column, self.coef, grad))
        self._search(d, db, -float(grad @ d) - slope * db)
        self.steps += 1

    def _gram_will_do(self, F: Array) -> bool:
        """Whether the Gram keeps enough digits; an exact dependence needs none (the step on its range is as good)."""
        diagonal = np.concatenate([[0.0 if self.facts.intercept else 1.0], self.column.l2])
        return well_conditioned(unit_diagonal(F + np.diag(diagonal))[0]) is not None

    def _search(self, d: Array, db: float, downhill: float) -> None:
        """Halve the step until F falls as Armijo asks; within rounding of F, a full step is taken on trust.

        A step that had to be cut (LEAP) is halved on for as long as F falls: it points the right way, but its length is
        void.
        """
        penalty, column = self.family.penalty, self.column
        now = penalty.total(self.coef, column)
        downhill += penalty.total(self.coef + d, column) - now
        move, found = self.panel.times(d) + db, None
        far, size = LEAP * (1.0 + np.abs(self.eta).max()), np.abs(move).max()
        cut = far / size if size > far else 1.0
        for t in cut * 0.5 ** np.arange(HALVINGS):
            coef, eta = self.coef + t * d, self.eta + t * move
            link = self._link(eta)
            value = self._objective(coef, link)
            if found is not None and value >= found[-1]:
                break
            if value <= self.value + 1e-4 * t * min(downhill, 0.0) + ROUNDING * max(abs(self.value), 1e-300):
                found = coef, self.intercept + t * db, eta, link, value
                if cut == 1.0:
                    break
        if found is None:
            self.stuck = True
            return
        before = self.coef, self.intercept, self.value
        self.coef, self.intercept, self.eta, self.link, self.value = found
        self.stuck = bool(downhill >= 0.0 or (np.array_equal(self.coef, before[0]) and self.intercept == before[1]))
        self.fell = before[2] - self.value

    def _link(self, eta: Array):
        design = self.family.design
        return self.family.loss.link(design.y, eta[:, None], self.c, design.fast)

    def _objective(self, coef: Array, link) -> float:
        return float(link[2].loss[0] + self.family.penalty.total(coef, self.column))

    def _gap(self, grad: Array, slope: float, F: Array, sums) -> float:
        """The restricted problem's gap, from the Gram at hand; with many free columns, the Newton decrement instead."""
        free = self.facts.free
        U = np.concatenate([[0], 1 + free]) if self.facts.intercept else 1 + free
        if len(free) > 64:
            g = np.concatenate([[slope], grad - self.column.l2 * self.coef])
            return float(g @ solve_psd(F + np.diag(np.concatenate([[0.0], self.column.l2])), g))
        evidence = Evidence(
            grad[:, None], np.array([slope]), sums.loss, sums.spread, sums.tail, sums.curvature, sums.loss * 0.0,
            F[1:, U][:, :, None], F[np.ix_(U, U)][:, :, None],
        )  # fmt: skip
        return duality_gap(self.facts, self.column, self.coef, self.intercept, evidence)


def violation(column: Column, coef: Array, grad: Array) -> float:
    """The largest distance of 0 from ∂F over the coordinates, bounds respected; grad = Xᵀ(c r)."""
    pull = grad - column.l2 * coef
    at_zero = np.sign(pull) * np.maximum(np.abs(pull) - column.l1, 0.0)
    force = np.where(coef == 0.0, at_zero, pull - column.l1 * np.sign(coef))
    stopped = ((force > 0.0) & (coef >= column.upper)) | ((force < 0.0) & (coef <= column.lower))
    return float(np.max(np.abs(np.where(stopped, 0.0, force)), initial=0.0))
