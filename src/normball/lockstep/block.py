"""Columns that move together: their points, gradients, steps and secant pairs, and the model each step is taken from.

A point is (b, w) in one vector, (p+1,); gradients are (Σ c r, Xᵀ c r) there.  Nothing here reads X.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import runtime
from ..certificates.problem import Array, Family
from .anchors import Mixtures
from .newton import violation

PAIRS = 3
EPOCHS = 400
SLOW = 0.7  # a round that leaves more of the gap than this is a bad one
FAR = 30.0  # times the target: a gap from which, after a failed step, other columns' points are looked at
CLEARLY = 0.1  # the share of the own gap that makes another column's point the better start
JUMPS = 3  # of a column, at most: a gap is no objective, and need not fall from step to step
FIRST_RATIO = 0.03  # what a round is expected to leave of a gap before anything is known
LOST = 99  # rejects of a column whose model has no step
LEAP = 1e4  # how far a step may move any row's η
CHUNK = 16  # columns of one task


@dataclass
class Block:
    """C columns of a family; arrays are Fortran-ordered, one column of numbers for each."""

    family: Family
    ids: Array
    points: Array  # (p+1, C) accepted
    target: Array  # (C,) absolute gap to reach
    anchors: Mixtures

    def __post_init__(self):
        P, C = self.points.shape
        self.slopes, self.moves = np.zeros((P, C), order="F"), np.zeros((P, C), order="F")
        self.known = np.zeros(C, bool)  # whether slopes belong to the points
        self.S, self.Y, self.pairs = np.zeros((C, PAIRS, P)), np.zeros((C, PAIRS, P)), np.zeros(C, int)
        self.gap, self.ratio = np.full(C, np.inf), np.full(C, FIRST_RATIO)  # what steers, and how it last shrank
        self.spread, self.inflation = np.ones(C), np.ones(C)
        self.rejects, self.bad, self.jumps = (np.zeros(C, int) for _ in range(3))
        columns = [self.family.columns[i] for i in self.ids]
        kinds = {key: k for k, key in enumerate(dict.fromkeys((c.split, id(c.shape)) for c in columns))}
        self.kind = np.array([kinds[c.split, id(c.shape)] for c in columns])
        self.held = np.ones(P - 1, bool)
        self.held[self.family.free] = False

    def candidates(self, k: Array) -> tuple[Array, Array]:
        """(coefs (p, k), intercepts (k,)) to be judged next."""
        return self.points[1:, k] + self.moves[1:, k], self.points[0, k] + self.moves[0, k]

    # ---- what a round found ----------------------------------------------------------------------------------------
    def take_in(self, k: Array, g: Array, noise: float) -> None:
        """Gradients g (p+1, k) at the candidates: steps that went down are accepted, the others taken back.

        ΔF <= U = -g_newᵀd + ΔΩ by convexity; enough if U <= ¼|L|, L the same with the old gradient (decision 2 of
        docs/design/engine.md: no loss is needed).
        """
        for q, c in enumerate(k):
            if self.known[c] and not self._went_down(c, g[:, q], noise):
                self.inflation[c] *= 4.0
                self.rejects[c] += 1
                continue
            if self.known[c]:
                self._remember(c, g[:, q])
            self.points[:, c] += self.moves[:, c]
            self.slopes[:, c], self.known[c] = g[:, q], True
            self.inflation[c] = max(1.0, self.inflation[c] / 4.0)
            self.rejects[c] = self.rejects[c] if self.rejects[c] == LOST else 0
        self.moves[:, k] = 0.0

    def _went_down(self, c: int, g: Array, noise: float) -> bool:
        penalty, column, move = self.family.penalty, self.family.columns[self.ids[c]], self.moves[:, c]
        coef = self.points[1:, c]
        change = penalty.total(coef + move[1:], column) - penalty.total(coef, column)
        upper, lower = change - g @ move, change - self.slopes[:, c] @ move
        return bool(upper <= 0.25 * abs(lower) + noise * np.abs(move).sum())

    def _remember(self, c: int, g: Array) -> None:
        """A pair (step, change of the gradient); the oldest makes room."""
        if self.pairs[c] == PAIRS:
            self.S[c, :-1], self.Y[c, :-1] = self.S[c, 1:].copy(), self.Y[c, 1:].copy()
            self.pairs[c] -= 1
        self.S[c, self.pairs[c]], self.Y[c, self.pairs[c]] = self.moves[:, c], self.slopes[:, c] - g
        self.pairs[c] += 1

    # ---- the next step ---------------------------------------------------------------------------------------------
    def advance(self, k: Array) -> None:
        """Gaps of the columns k at their points, other columns' points where a step has failed, and a step each."""
        Z, shift = self._corrected()
        before = self.gap[k].copy()
        self.gap[k] = self._gaps(k, k, Z, shift)
        far = k[(self.gap[k] > FAR * self.target[k]) & (self.rejects[k] > 0) & (self.jumps[k] < JUMPS)]
        jumped = [c for c in far if self._jump(c, Z, shift)]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.gap[k] / before
        seen = np.isfinite(before) & (before > 0.0)
        self.ratio[k] = np.where(seen, np.clip(ratio, 0.005, 0.5), self.ratio[k])
        self.bad[k] = np.where(seen & (ratio > SLOW), self.bad[k] + 1, 0)
        self.bad[jumped] = 0
        pieces = [(k[lo : lo + CHUNK], Z) for lo in range(0, len(k), CHUNK)]
        for _ in runtime.in_order(self._step_some, pieces):
            pass

    def _corrected(self) -> tuple[Array, Array]:
        """The gradients' part in w with the intercept's eliminated, by what the model says of Xᵀ(c h): (p, C), (C,)."""
        cross, h0 = self.anchors.cross()
        kappa = np.where(h0 > 0.0, self.slopes[0] / np.where(h0 > 0.0, h0, 1.0), 0.0)
        return self.slopes[1:] - kappa * cross, np.abs(kappa) * np.sqrt(np.maximum(h0, 0.0))

    def _gaps(self, strengths: Array, at: Array, Z: Array, shift: Array) -> Array:
        """Gaps of the columns `strengths` at the points of the columns `at`: they steer, nothing more."""
        from ..kernels.model import column_gaps

        columns = [self.family.columns[self.ids[c]] for c in strengths]
        shapes = list({id(column.shape): column.shape for column in columns}.values())
        place = {id(shape): s for s, shape in enumerate(shapes)}
        vectors = [np.stack([getattr(s, name) for s in shapes]) for name in ("l1", "l2", "lower", "upper")]
        lam, which = np.array([c.lam for c in columns]), np.array([place[id(c.shape)] for c in columns])
        nothing = np.zeros(len(at))
        sums = np.stack([self.spread[strengths], shift[at], nothing, nothing])
        gaps, omega = np.empty(len(at)), np.empty(len(at))
        W = np.ascontiguousarray(self.points[1:, at])
        column_gaps(np.ascontiguousarray(Z[:, at]), W, lam, which, *vectors, self.held, sums, gaps, omega)
        return gaps

    def _jump(self, c: int, Z: Array, shift: Array) -> bool:
        """Go to the point of another column of the same kind where that is clearly better at this one's λ."""
        others = np.flatnonzero((self.kind == self.kind[c]) & self.known)
        gaps = self._gaps(np.full(len(others), c), others, Z, shift)
        best = int(np.argmin(gaps)) if len(gaps) else 0
        if not len(gaps) or not gaps[best] < CLEARLY * self.gap[c]:
            return False
        source = others[best]
        self.points[:, c], self.slopes[:, c] = self.points[:, source], self.slopes[:, source]
        Z[:, c], shift[c] = Z[:, source], shift[source]
        self.gap[c], self.pairs[c], self.inflation[c], self.rejects[c] = gaps[best], 0, 1.0, 0
        self.jumps[c] += 1
        return True

    def _step_some(self, some: Array, Z: Array) -> None:
        from ..kernels.model import column_step

        runtime.check()
        for c in some:
            column, anchors = self.family.columns[self.ids[c]], self.anchors
            coef, grad = np.ascontiguousarray(self.points[1:, c]), np.ascontiguousarray(self.slopes[1:, c])
            tol = min(0.02 * self.gap[c] / (np.abs(coef).sum() + 1e-9), 0.01 * violation(column, coef, Z[:, c]))
            new, weights = coef.copy(), np.ascontiguousarray(anchors.mix[:, c]) * self.inflation[c]
            self.moves[0, c], _, _ = column_step(
                weights, anchors.F[anchors.place[c]], self.S[c], self.Y[c], int(self.pairs[c]), grad,
                float(self.slopes[0, c]), column.l1, column.l2, column.lower, column.upper, coef, tol, EPOCHS, new,
            )  # fmt: skip
            self.moves[1:, c] = new - coef
            if not np.isfinite(self.moves[:, c]).all():
                self.moves[:, c], self.rejects[c] = 0.0, LOST
                continue
            far = abs(self.moves[0, c]) + self.family.design.survey.reach @ np.abs(self.moves[1:, c])
            if far > LEAP:  # a model without curvature: the direction may be right, the length is void
                self.moves[:, c] *= LEAP / far
