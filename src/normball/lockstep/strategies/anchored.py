"""Anchored: tall dense data. Start on a sample of rows; then exact gradients, curvature from the sample, and secants.

Newton on 20 p rows, then two steps on a twelfth of all; the Gram of those is good to some hundredths, and stays;
each round's gradient adds a BFGS pair to it.  Columns too rare for the sample get their exact diagonal.  A step that
contracts worse than a half asks for the full Gram at the point; one that fails twice hands over to the slab, which has
a line search.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from ...certificates.problem import Array, Candidates, Family
from ...designs.sample import Sample
from ..curvature import gram_step
from ..newton import Newton, violation
from ..panel import Whole

SEED = 0
PAIRS = 3
RARE = 12.0  # a conditioned entry this far out belongs to a column the sample may not have seen
CONTRACTION = 0.5
PATIENCE = 40


class Step(NamedTuple):
    d: Array
    db: float
    F: Array  # the curvature it was made with

    def size(self) -> float:
        """√(mᵀ F m) of the move m = (db, d)."""
        move = np.concatenate([[self.db], self.d])
        return float(np.sqrt(max(move @ self.F @ move, 0.0)))


@dataclass
class State:
    family: Family
    coef: Array
    intercept: float
    F: Array  # (p+1, p+1) curvature, intercept first
    value: float = np.inf
    grad: Array | None = None  # Xᵀ c r at (coef, intercept); None before the first round
    slope: float = 0.0  # Σ c r there
    step: Step | None = None  # the move from there that is being judged
    pairs: list = field(default_factory=list)
    size: float = np.inf  # of the last accepted step
    rejects: int = 0
    rounds: int = 0
    inflation: float = 1.0
    exact_diagonal: bool = False


@dataclass(frozen=True)
class Anchored:
    """One column; a round is one read of X."""

    name = "anchored"
    many = False

    def start(self, family: Family, ids, bests) -> State:
        warm, n = bests[0], family.design.n
        coef, b = warm.start
        least = max(2000, 20 * family.design.p)
        for m, steps in ((least, 5), (max(n // 12, least), 2)):  # the first is cheap, the second is near
            sample = sample_family(family, min(m, n // 4))
            inner = Newton(sample, Whole(sample, single=True), sample.columns[0], coef, b)
            inner.advance(1e-3 * warm.null_loss, steps)
            coef, b = inner.coef, inner.intercept
        return State(family, coef, b, inner.F)

    def propose(self, state: State) -> Candidates | None:
        coef, b = state.coef, state.intercept
        if state.grad is not None:
            column = state.family.columns[0]
            tol = 0.01 * violation(column, coef, state.grad)  # a fixed one would stall for ever
            F = _with_pairs(state.F * state.inflation, state.pairs)
            d, db = gram_step(F, state.grad, state.slope, column, coef, tol)
            state.step = Step(d, db, F)
            coef, b = coef + d, b + db
        return Candidates(np.array([0]), coef[:, None], np.array([b]))

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        family, column = state.family, state.family.columns[0]
        grad, slope = evidence.grad[:, 0], float(evidence.grad_b[0]) if family.design.intercept else 0.0
        coef, b = asked.coefs[:, 0], float(asked.intercepts[0])
        value = float(evidence.loss[0] + family.penalty.total(coef, column))
        state.rounds += 1
        refresh, step = False, state.step
        if step is not None and state.grad is not None:
            if not self._accepts(state, step, coef, value, grad, slope):
                return self._reject(state)
            change = np.concatenate([[state.slope - slope], state.grad - grad])
            state.pairs = [*state.pairs, (np.concatenate([[step.db], step.d]), change)][-PAIRS:]
            size = step.size()
            refresh, state.size = size > CONTRACTION * state.size, size
            state.inflation = max(1.0, state.inflation / 4.0)
        state.coef, state.intercept, state.value = coef, b, value
        state.grad, state.slope, state.step, state.rejects = grad, slope, None, 0
        if refresh:
            self._full_gram(state)
        elif not state.exact_diagonal:
            self._rare_columns(state)
        return state.rounds >= PATIENCE

    def _accepts(self, state: State, step: Step, coef, value, grad, slope) -> bool:
        """F fell; or, where rounding hides that, convexity bounds the change: ΔF <= -g_newᵀd + ΔΩ (engine.md)."""
        if value < state.value or state.grad is None:
            return True
        d, db, _ = step
        penalty, column = state.family.penalty, state.family.columns[0]
        change = penalty.total(coef, column) - penalty.total(state.coef, column)
        upper = change - grad @ d - slope * db
        lower = change - state.grad @ d - state.slope * db
        return bool(upper <= 0.25 * abs(lower)) and value <= state.value + 1e-12 * abs(state.value)

    def _reject(self, state: State) -> bool:
        """Back to the stored point with more curvature; then with its own full Gram; then give up."""
        state.rejects += 1
        state.step = None
        if state.rejects == 2:
            self._full_gram(state)
        else:
            state.inflation *= 4.0
        return state.rejects > 4 or state.rounds >= PATIENCE

    def _full_gram(self, state: State) -> None:
        """The Gram of all rows at the stored point."""
        state.F, state.pairs = gram_at(state.family, state.coef, state.intercept), []
        state.size, state.inflation, state.exact_diagonal = np.inf, 1.0, True

    def _rare_columns(self, state: State) -> None:
        """Replace the sampled diagonal of columns with far-out entries by the exact one, keeping F positive."""
        state.exact_diagonal = True
        family = state.family
        rare = np.flatnonzero(family.design.survey.reach > RARE)
        if not len(rare):
            return
        share = family.share(family.columns[0].split)
        exact = family.design.add_up(
            _diagonal_block, family.loss, state.coef, state.intercept, share, family.design.fast
        )[0]
        for j in rare:
            old = state.F[1 + j, 1 + j]
            ratio = np.sqrt(exact[j] / old) if old > 0.0 else 0.0
            state.F[1 + j, :] *= ratio
            state.F[:, 1 + j] *= ratio
            state.F[1 + j, 1 + j] = exact[j]


def sample_family(family: Family, m: int) -> Family:
    """The same problem on some of the rows, drawn once; already conditioned, kept in memory."""
    rows, weight = sample_rows(family, m)
    design = Sample(family.design, rows, weight)
    train = np.ones((1, 1), bool)
    column = replace(family.columns[0], split=0)
    return replace(family, design=design, columns=(column,), train=train, test=~train, norm=np.array([weight.sum()]))


def sample_rows(family: Family, m: int) -> tuple[Array, Array]:
    """About m training rows and their weights; a rare side is kept whole.

    Each side of y is weighted up to its share of all rows, so that seven events in 20 000 rows are still seen.
    """
    design = family.design
    share = family.share(family.columns[0].split)
    rng = np.random.default_rng(SEED)
    rows, weights = [], []
    for side in (design.y >= 0.5, design.y < 0.5):
        members = np.flatnonzero(side & (share > 0.0))
        chance = max(m / design.n, 500 / max(len(members), 1))
        taken = members if chance >= 1.0 else members[rng.random(len(members)) < chance]
        if len(taken):
            rows.append(taken)
            weights.append(share[taken] * (share[members].sum() / share[taken].sum()))
    rows, weights = np.concatenate(rows), np.concatenate(weights)
    order = np.argsort(rows)
    return rows[order], weights[order]


def gram_at(family: Family, coef: Array, b: float, stride: int = 1) -> Array:
    """Gram of (1, x) with the weights c h of a point, in float32 products: curvature needs no more (engine.md §0)."""
    share, q = family.share(family.columns[0].split), family.design.p + 1
    task = (_gram_block, family.loss, coef, b, share, family.design.fast)
    corner, cross, inside, used = family.design.add_up(*task, stride=stride)
    F = np.empty((q, q))
    F[0, 0], F[0, 1:], F[1:, 0], F[1:, 1:] = corner, cross, cross, inside
    if not family.design.intercept:
        F[0], F[:, 0] = 0.0, 0.0
    return F * (share.sum() / used)


def _curvature_block(block, loss, coef, b, share, fast):
    eta = block.times(coef[:, None]) + (block.offset + b)[:, None]
    return loss.link(block.y, eta, share[block.rows], fast)[1]


def _gram_block(block, loss, coef, b, share, fast):
    h = _curvature_block(block, loss, coef, b, share, fast)
    return h.sum(), block.t_times(h)[:, 0], block.gram(h[:, 0], None, True), share[block.rows].sum()


def _diagonal_block(block, loss, coef, b, share, fast):
    return (block.square_sums(_curvature_block(block, loss, coef, b, share, fast)[:, 0]),)


def _with_pairs(F: Array, pairs: list) -> Array:
    """BFGS: F - F s sᵀF/(sᵀF s) + y yᵀ/(sᵀy), oldest pair first; pairs without curvature are left out."""
    for s, y in pairs:
        Fs = F @ s
        sFs, sy = float(s @ Fs), float(s @ y)
        if sy > 1e-3 * sFs > 0.0:
            F = F - np.outer(Fs, Fs / sFs) + np.outer(y, y / sy)
    return F
