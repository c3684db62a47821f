"""`class_lbfgs`: several classes, L2: L-BFGS for many columns at once, preconditioned by Grams.

The preconditioners are in class_solver.py (measured: 8–30 products for a gap of 1e-8, plain L-BFGS two to ten times).
A path goes down λ, each column from the one before; folds begin at the path's points, all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...certificates.problem import Array, Candidates, Family
from ...runtime import late
from ..best import Best
from ..panel import gram_block
from .class_solver import Alike, Apart, Solvers

MEMORY = 12  # pairs kept
ROOM = 2**24  # numbers of η in one pass
TRIES = 6
ITERATIONS = 400
LOOKS = (6, 18, 54, 162)  # iterations after which the curvature may have become another
LARGEST = 3000  # features beyond which the preconditioner is a diagonal
ROUNDING = 4e-15


@dataclass
class State:
    family: Family
    bests: list[Best]
    queue: list[int]
    target: float
    scale: dict = field(default_factory=dict)  # split -> Gram or diagonal of the features
    previous: dict = field(default_factory=dict)  # split -> (λ, coef) of the last columns, two at most
    again: dict = field(default_factory=dict)  # column -> coef: judged, and not good enough
    tries: int = 0


@dataclass(frozen=True)
class ClassLBFGS:
    name: str = "class_lbfgs"
    many: bool = True

    def start(self, family: Family, ids: Array, bests: list[Best]) -> State:
        order = sorted(ids, key=lambda i: (-family.columns[i].lam, family.columns[i].split))
        return State(family, bests, [int(i) for i in order], 0.3 * family.tol)

    def propose(self, state: State) -> Candidates | None:
        if not state.queue:
            return None
        ids = np.array(self._together(state))
        starts = np.column_stack([self._start(state, i) for i in ids])
        columns = [state.family.columns[i] for i in ids]
        goals = state.target * np.array([state.bests[i].null_loss for i in ids])
        for column in columns:
            if column.split not in state.scale:
                state.scale[column.split] = _scale(state.family, column.split)
        found = minimise(state.family, columns, starts, goals, state.scale)
        return Candidates(ids, found, np.zeros(len(ids)), polished=state.tries > 0)

    def _together(self, state: State) -> list[int]:
        """The columns of the next pass: those that were not good enough, or were given a start, or the next λ."""
        family = state.family
        most = max(1, ROOM // max(family.design.n * family.loss.K, 1))
        if state.again:
            return list(state.again)[:most]
        ready = [i for i in state.queue if state.bests[i].given is not None]
        if ready:
            return ready[:most]
        first = family.columns[state.queue[0]].lam
        return [i for i in state.queue if family.columns[i].lam == first][:most]

    def _start(self, state: State, i: int) -> Array:
        if i in state.again:
            return state.again[i]
        best, column = state.bests[i], state.family.columns[i]
        before = state.previous.get((column.split, id(column.shape)))
        if best.given is not None or not before:
            return best.start[0]
        if len(before) == 1 or 0.0 in (before[0][0], before[1][0], column.lam):
            return before[-1][1]
        (lam0, w0), (lam1, w1) = before
        reach = np.log(lam1 / column.lam) / np.log(lam0 / lam1)  # along log λ, as far as the last step went
        return w1 + min(reach, 1.0) * (w1 - w0)

    def learn(self, state: State, asked: Candidates, evidence, gaps, done) -> bool:
        state.tries += 1
        for c, i in enumerate(asked.ids):
            column = state.family.columns[i]
            kept = state.previous.setdefault((column.split, id(column.shape)), [])
            if done[c] or state.tries >= TRIES:
                state.again.pop(int(i), None)
                state.queue.remove(int(i))
                kept.append((column.lam, asked.coefs[:, c].copy()))
                del kept[:-2]
            else:
                state.again[int(i)] = asked.coefs[:, c].copy()
        if state.again:
            state.target *= 0.01
        else:
            state.tries, state.target = 0, 0.3 * state.family.tol
        return False


def _scale(family: Family, split: int) -> Array:
    """Weighted Gram of the features (p, p) over the split's training rows, or their mean squares (p,)."""
    base = family.design.base
    share = family.share(split)
    if base.p > LARGEST:
        return base.add_up(_squares, share)[0]
    return base.add_up(gram_block, share, True)[0]


def _squares(block, share):
    return (block.square_sums(share[block.rows]),)


def minimise(family: Family, columns, starts: Array, goals: Array, scales: dict) -> Array:
    """The smooth problems of the columns from `starts` (p, C), until their estimated gaps are below `goals`."""
    F, G, curvature = _pass(family, columns, starts, True)
    runs, live, solvers = [], np.arange(len(columns)), Solvers(family, scales)
    for c, column in enumerate(columns):
        runs.append(Run(solvers.make(column, starts[:, c], curvature[c]), column, F[c], G[:, c], starts[:, c]))
    for turn in range(1, ITERATIONS):
        live = np.array([c for c in live if not runs[c].finished(goals[c])], dtype=int)
        if not len(live) or late():
            break
        trial = np.column_stack([runs[c].trial() for c in live])
        F, G, curvature = _pass(family, [columns[c] for c in live], trial, turn in LOOKS)
        for k, c in enumerate(live):
            runs[c].take(trial[:, k], F[k], G[:, k])
            if turn in LOOKS and solvers.stale(runs[c].solve, curvature[k]):
                runs[c].use(solvers.make(columns[c], runs[c].w, curvature[k], turn))
    return np.column_stack([run.w for run in runs])


class Run:
    """L-BFGS of one column (Nocedal and Wright 2006, algorithm 7.4), with backtracking."""

    def __init__(self, solve: Alike | Apart, column, F: float, g: Array, w: Array):
        self.solve, self.column, self.F, self.g, self.w = solve, column, float(F), g.copy(), w.copy()
        self.held = column.l2 > 0.0
        self.pairs: list = []
        self.step, self.stuck, self.direction = 1.0, False, self._direction()

    def finished(self, goal: float) -> bool:
        """The gap of a dual point at hand: Σ g²/(2 l2), and what the free gradients would cost."""
        g = self.g
        gap = 0.5 * float((g[self.held] ** 2 / self.column.l2[self.held]).sum())
        free = g[~self.held]
        return self.stuck or gap + 2.0 * float(free @ free) / self.solve.c <= goal

    def trial(self) -> Array:
        return self.w + self.step * self.direction

    def take(self, w: Array, F: float, g: Array) -> None:
        """Accept the trial, or shorten the step."""
        downhill = float(self.g @ self.direction)
        if not self.F + 1e-4 * self.step * downhill + ROUNDING * abs(self.F) >= F:
            self.step *= 0.5 if np.isfinite(F) else 1e-3
            self.stuck = self.step < 1e-10
            return
        s, y = w - self.w, g - self.g
        if s @ y > 1e-14 * np.linalg.norm(s) * np.linalg.norm(y):
            self.pairs.append((s, y, 1.0 / float(s @ y)))
            del self.pairs[:-MEMORY]
        elif not s.any():
            self.stuck = True
        self.w, self.F, self.g = w, float(F), g.copy()
        self.step, self.direction = 1.0, self._direction()

    def use(self, solve: Alike | Apart) -> None:
        """Go on with another preconditioner; the pairs stay true."""
        self.solve = solve
        self.direction = self._direction()

    def _direction(self) -> Array:
        q, kept = self.g.copy(), []
        for s, y, rho in reversed(self.pairs):
            a = rho * float(s @ q)
            kept.append(a)
            q -= a * y
        q = self.solve(q)
        if self.pairs:
            _, y, rho = self.pairs[-1]
            q /= rho * float(y @ self.solve(y))
        for (s, y, rho), a in zip(self.pairs, reversed(kept), strict=True):
            q += (a - rho * float(y @ q)) * s
        return -q


def _pass(family: Family, columns, W: Array, mean: bool = False) -> tuple[Array, Array, Array]:
    """F (C,), its gradient (p, C) and, if wanted, the mean curvature Σ c tr(W)/(K-1) (C,): one read."""
    design, K = family.design, family.loss.K
    splits = np.array([column.split for column in columns])
    share = family.train[:, splits] / family.norm[splits]
    A, b = design.split(W)
    G, slope, loss, curvature = design.base.add_up(
        _pass_block, family.loss, A, b, design.offset, share, design.y, K, design.fast, mean
    )
    grad = -design.join(G, slope)
    F = np.array([loss[c] + family.penalty.total(W[:, c], column) for c, column in enumerate(columns)])
    for c, column in enumerate(columns):
        grad[:, c] += column.l2 * W[:, c]
    return F, grad, curvature


def _pass_block(block, loss, A, b, offset, share, codes, K, fast, mean):
    eta = block.times(A)
    eta += b
    if offset is not None:
        eta += np.tile(offset[block.rows], len(b) // K)
    y, c = codes[block.rows], share[block.cell]
    sums = loss.residuals(eta, y, block.weight, fast)
    cube, curvature = eta.reshape(len(y), -1, K), 0.0 * c
    if mean:
        at_label = np.take_along_axis(cube, np.broadcast_to(y[:, None, None], (*cube.shape[:2], 1)), -1)[..., 0]
        squares = (cube * cube).sum(-1) - at_label**2 + (1.0 - at_label) ** 2  # Σ p²
        curvature = c * (block.weight @ (1.0 - squares)) / (K - 1)
    eta *= np.repeat(c, K)  # a block lies in one cell
    eta *= block.weight[:, None]
    return block.t_times(eta), eta.sum(0, dtype=np.float64), c * sums.loss, curvature
