"""Slab: Newton on a working set of columns, or on all of them. L1 and elastic net, wide, small, nasty; the last resort.

Wide L1 goes down a short λ path: at each stage the set holds the support and every column that the strong rule cannot
exclude (Tibshirani et al. 2012, JRSS B 74); the judging pass over all columns then names what was missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...certificates.problem import Array, Candidates, Family
from ..newton import Newton
from ..panel import Slab, Whole

SLICE = 10  # Newton steps between two judging passes
STAGE = 0.4  # λ shrinks at least so much from stage to stage
COPY = 2**22  # numbers of X up to which all columns are copied into one slab


@dataclass
class State:
    family: Family
    coef: Array  # (p,) the iterate on all columns
    intercept: float
    whole: bool
    target: float  # restricted gap to reach, relative to the null loss
    null_loss: float
    factor: float = 1.0  # the stage's multiple of the strength
    working: Array | None = None
    newton: Newton | None = None
    steps: int = 0
    first: bool = True


@dataclass(frozen=True)
class Slabwise:
    """Newton with an exact Gram on a contiguous slab."""

    name = "slab"
    many = False

    def start(self, family: Family, ids, bests) -> State:
        column, p, warm = family.columns[0], family.design.p, bests[0]
        whole = not column.l1.any() or p <= 300 or (p <= 2000 and family.design.n >= 2 * p)
        coef, b = warm.start
        return State(family, coef.copy(), b, whole, 0.25 * family.tol, warm.null_loss)

    def propose(self, state: State) -> Candidates | None:
        if state.whole:
            state.working = np.arange(state.family.design.p)
        elif state.working is None:
            return self._candidate(state, None)  # the first pass tells which columns matter
        if state.newton is not None and state.newton.stuck and not state.first:
            return None
        if state.newton is None:
            assert state.working is not None  # made in `learn`
            state.newton = self._begin(state, state.working)
        newton = state.newton
        goal = state.target if state.factor == 1.0 else 1e-3
        newton.advance(goal * state.null_loss, SLICE)
        state.coef = np.zeros(state.family.design.p)
        state.coef[state.working], state.intercept = newton.coef, newton.intercept
        state.first = False
        return self._candidate(state, newton.eta[:, None], newton.done)

    def _begin(self, state: State, working: Array) -> Newton:
        family = state.family
        small = family.design.n * family.design.p <= COPY or not state.whole
        panel = Slab(family, working) if small else Whole(family)
        column = family.columns[0].times(state.factor).only(working)
        return Newton(family, panel, column, state.coef[working], state.intercept)

    def _candidate(self, state: State, eta, polished: bool = False) -> Candidates:
        return Candidates(np.array([0]), state.coef[:, None], np.array([state.intercept]), eta, polished)

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        column, gap = state.family.columns[0], float(gaps[0])
        grad = evidence.grad[:, 0] - (
            evidence.cross[:, 0, 0] * _kappa(evidence) if state.family.design.intercept else 0.0
        )
        state.steps += SLICE
        patience = 60 if len(state.family.free) else 200
        if state.whole:
            state.target *= 0.1 if gap > 0.0 else 1.0
            return state.steps >= patience
        missed = self._missed(state, column, np.abs(grad))
        if not len(missed) and state.factor == 1.0:
            state.target *= 0.1
            return state.steps >= patience or state.newton is None
        return False

    def _missed(self, state: State, column, grad: Array) -> Array:
        """Move to the next stage, or stay at the last one with the columns that violate their condition added."""
        before = state.factor
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(grad > 0.0, grad / column.l1, 0.0)  # λ at which each column would enter
        if state.working is None:
            before = max(1.0, float(ratio[np.isfinite(ratio)].max(initial=1.0)))
        inside = (state.coef != 0.0) | (column.l1 == 0.0)
        if state.working is not None and before == 1.0:
            known = np.zeros(len(inside), bool)
            known[state.working] = True
            missed = _first(ratio, ~known & (ratio > 1.0), inside)
            if len(missed):
                state.working = np.sort(np.concatenate([state.working, missed]))
                state.newton = None
            return missed
        state.factor = max(1.0, STAGE * before) if before > 1.0 else 1.0
        state.factor = 1.0 if state.factor < 1.2 else state.factor
        near = _first(ratio, ~inside & (ratio >= 2.0 * state.factor - before), inside)
        state.working = np.sort(np.concatenate([np.flatnonzero(inside), near]))
        state.newton = None
        return state.working


def _first(ratio: Array, eligible: Array, inside: Array) -> Array:
    """Those that enter first: no more than twice what is inside, or a Gram of all columns would be formed."""
    some = np.flatnonzero(eligible)
    return some[np.argsort(-ratio[some], kind="stable")[: max(200, 2 * int(inside.sum()))]]


def _kappa(evidence) -> float:
    h0 = float(evidence.cross_free[0, 0, 0])
    return float(evidence.grad_b[0]) / h0 if h0 > 0.0 else 0.0
