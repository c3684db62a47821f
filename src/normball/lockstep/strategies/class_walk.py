"""`class_walk`: several classes with an L1 part, bounds or few coefficients: Newton down λ on working sets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...certificates.problem import Array, Candidates, Family
from ..best import Best
from ..class_newton import ClassNewton

TRIES = 8  # judgements of one column after which it is given up
STEPS = 60  # Newton steps between two judgements


@dataclass
class State:
    family: Family
    bests: list[Best]
    queue: list[int]
    fits: dict[int, ClassNewton] = field(default_factory=dict)  # one for each split
    last: dict[int, tuple[float, Array]] = field(default_factory=dict)  # split -> (λ, |pull| at the last judgement)
    working: Array | None = None
    target: float = 0.0
    tries: int = 0


@dataclass(frozen=True)
class ClassWalk:
    name: str = "class_walk"
    many: bool = True

    def start(self, family: Family, ids: Array, bests: list[Best]) -> State:
        order = sorted(ids, key=lambda i: (family.columns[i].split, family.columns[i].l1_ratio, -family.columns[i].lam))
        family.design.keep_columns()
        return State(family, bests, [int(i) for i in order])

    def propose(self, state: State) -> Candidates | None:
        if not state.queue:
            return None
        i = state.queue[0]
        column, best = state.family.columns[i], state.bests[i]
        fit = state.fits.get(column.split)
        fresh = state.working is None
        if fit is None:
            fit = state.fits[column.split] = ClassNewton(state.family, column, best.start[0])
        elif fresh:
            fit.restart(column, best.start[0] if best.given is not None or column.lam > fit.column.lam else fit.coef)
        if fresh:
            state.working, state.tries = self._first(state, column, fit), 0
            state.target = 0.1 * state.family.tol * best.null_loss
        assert state.working is not None  # made above
        fit.use(state.working)
        fit.advance(state.target, STEPS)
        return Candidates(np.array([i]), fit.coef[:, None], np.zeros(1), fit.eta, polished=state.tries > 0)

    def _first(self, state: State, column, fit: ClassNewton) -> Array:
        """What is not 0 or free, and what the sequential strong rule lets in."""
        inside = (fit.coef != 0.0) | (column.l1 == 0.0)
        if column.smooth:
            return np.arange(len(inside))
        if column.split in state.last:
            before, pull = state.last[column.split]
            inside |= pull >= (2.0 * column.lam - before) * column.shape.l1
        return np.flatnonzero(_whole(state.family, inside))

    def learn(self, state: State, asked: Candidates, evidence, gaps, done) -> bool:
        i, family = state.queue[0], state.family
        column, fit = family.columns[i], state.fits[family.columns[i].split]
        pull = family.penalty.pull(evidence.grad[:, 0], column)
        state.last[column.split] = column.lam, pull
        if done[0]:
            state.queue.pop(0)
            state.working = None
            return False
        state.tries += 1
        missed = (pull > column.l1 * (1.0 + 1e-9)) & (fit.coef == 0.0)
        missed[state.working] = False
        if missed.any():
            inside = missed.copy()
            inside[state.working] = True
            state.working = np.flatnonzero(_whole(family, inside))
        else:
            state.target *= 0.01
        runaway = family.open and not state.bests[i].ground.exists and fit.value <= 1e-3 * family.tol  # no minimiser
        if state.tries >= TRIES or runaway or (fit.stuck and not missed.any() and state.tries > 2):
            state.queue.pop(0)
            state.working = None
        return False


def _whole(family: Family, inside: Array) -> Array:
    """Groups come whole."""
    if not family.penalty.grouped:
        return inside
    return np.repeat(inside.reshape(-1, family.loss.K).any(1), family.loss.K)
