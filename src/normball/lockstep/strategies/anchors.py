"""Anchors: all columns of a tall dense family together, one read of X a round.

A cold start solves the path on a sample of rows, then takes a step on a quarter of them.  A warm one (folds, from the
path) begins with a step of its own: gradients of every cell of rows at the path's points give each fold's gradient
without a further read (the infinitesimal jackknife; the Grams are those of all rows, which differ from a fold's by less
than the mixtures' own error).  Then rounds: exact gradients, curvature from the anchors with a BFGS pair per round, a
subproblem in coefficient space.  A step is taken back where convexity does not prove that it went down enough.
Source: docs/design/engine.md, sections 1, 2 and decisions 1-3.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ... import runtime
from ...certificates.problem import Array, Candidates, Family
from ..anchors import ROWS, Mixtures, anchor_grams, choose_anchors, split_grams
from ..many import cell_gradients, gradients
from ..newton import violation
from ..start import sample_path

PAIRS = 3
MOST = {True: 2, False: 4}  # anchors: of smooth columns, of others
PATIENCE = 40  # rounds
REJECTS = 3  # in a row, after which a column is given up
SLOW = 0.7  # a round that leaves more of the gap than this is a bad one
BAD = 3  # so many bad rounds in a row, and all anchors are made afresh
FRESH = 2  # so many times, at most
SINGLE_UNTIL = 100.0  # times the target: where rounds turn from float32 to float64
AHEAD = 3.0  # a column whose predicted gap is below so many times the target is proved on the way
EPOCHS = 400
HELD = 2**26  # numbers in the Grams of all splits, at most; else all share those of all rows
RARE = 12.0  # a conditioned entry this far out belongs to a column that half of the rows may miss


@dataclass
class State:
    family: Family
    ids: Array
    coefs: Array  # (p, C) Fortran order: the points to be judged next
    intercepts: Array
    anchors: Mixtures
    target: Array  # (C,) absolute gap
    live: Array  # indices into ids
    norm1: Array  # (C,) ‖w‖₁
    spread: Array  # (C,) Σ c r²/h, as last seen
    moves: Array  # (p+1, C) the steps that led there
    slopes: Array  # (p+1, C) gradients (Σ c r, Xᵀ c r) where they began
    known: Array  # (C,) whether moves and slopes are of use
    S: Array = field(default_factory=lambda: np.empty(0))  # (C, PAIRS, p+1) steps
    Y: Array = field(default_factory=lambda: np.empty(0))  # and changes of the gradient
    pairs: Array = field(default_factory=lambda: np.empty(0))
    gap: Array = field(default_factory=lambda: np.empty(0))  # (C,) what steers
    ratio: Array = field(default_factory=lambda: np.empty(0))  # (C,) of the last two
    inflation: Array = field(default_factory=lambda: np.empty(0))
    rejects: Array = field(default_factory=lambda: np.empty(0))
    bad: Array = field(default_factory=lambda: np.empty(0))
    rounds: int = 0
    fresh: int = 0
    single: bool = True

    def __post_init__(self):
        P, C = self.moves.shape
        self.S, self.Y = np.zeros((C, PAIRS, P)), np.zeros((C, PAIRS, P))
        self.pairs, self.rejects, self.bad = (np.zeros(C, int) for _ in range(3))
        self.gap, self.ratio, self.inflation = np.full(C, np.inf), np.full(C, 0.03), np.ones(C)


@dataclass(frozen=True)
class Anchors:
    """Many columns; a round is one read of X."""

    name = "anchors"
    many = True

    def start(self, family: Family, ids: Array, bests: list) -> State:
        given = [bests[i].given for i in ids]
        smooth = all(family.columns[i].smooth for i in ids)
        warm = all(point is not None for point in given)
        if warm:
            points = {id(point): point for point in given}
            place = {key: k for k, key in enumerate(points)}
            parent = np.array([place[id(point)] for point in given])
            W = np.asfortranarray(np.column_stack([point[0] for point in points.values()]))
            b = np.array([point[1] for point in points.values()])
        else:
            W, b = sample_path(family, [family.columns[i] for i in ids])
            parent = np.arange(len(ids))
        chosen, mix = choose_anchors(_weights(family, W, b), MOST[smooth])
        C, p = len(ids), family.design.p
        rare = bool((family.design.survey.reach > RARE).any())
        target = family.tol * np.array([bests[i].null_loss for i in ids])
        state = State(
            family, ids, np.asfortranarray(W[:, parent]), b[parent], Mixtures(np.empty(0), mix[:, parent], np.zeros(C, int)), target,
            np.arange(C), np.zeros(C), np.ones(C), np.zeros((p + 1, C), order="F"), np.zeros((p + 1, C), order="F"),
            np.zeros(C, bool),
        )  # fmt: skip
        if not warm and family.design.n >= 200 * p:
            F = anchor_grams(family, W[:, chosen], b[chosen], 4)
            state.anchors = replace(state.anchors, F=F)
            g = gradients(family, state.ids, state.coefs, state.intercepts, stride=4)
            _advance(state, g)
            state.known[:] = False
            W, b = state.coefs, state.intercepts
        splits = np.array([family.columns[i].split for i in ids])
        some, place = np.unique(splits, return_inverse=True)
        if warm and len(some) * len(chosen) * p * p <= HELD:
            state.anchors = Mixtures(split_grams(family, W[:, chosen], b[chosen], some), mix[:, parent], place)
        else:
            F = anchor_grams(family, W[:, chosen], b[chosen], 1 if rare else 2)
            state.anchors = replace(state.anchors, F=F)
        if warm:
            cells = cell_gradients(family, W, b)  # (cells, p+1, U)
            g = np.empty((p + 1, C), order="F")
            for split in some:
                mine = splits == split
                fold = np.tensordot(family.train[:, split] / family.norm[split], cells, 1)
                g[:, mine] = fold[:, parent[mine]]
            _advance(state, g)
        return state

    def propose(self, state: State) -> Candidates | None:
        if not len(state.live) or state.rounds >= PATIENCE:
            return None
        k, family = state.live, state.family
        ahead = state.gap[k] * state.ratio[k] / state.target[k]
        if family.single_precision:
            state.single = bool((1e-8 * state.norm1[k] <= 0.1 * state.target[k]).all())
        else:
            state.single = state.single and float(ahead.max()) > SINGLE_UNTIL * 0.1 and state.rounds < 6
        exact = ahead <= AHEAD if family.single_precision or not state.single else np.zeros(len(k), bool)
        if not state.single and state.rounds >= 8:
            exact[:] = True
        return Candidates(
            state.ids[k], state.coefs[:, k], state.intercepts[k], exact=exact, single=state.single
        )  # fmt: skip

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        family, k = state.family, state.live
        state.rounds += 1
        g = np.concatenate([evidence.grad_b[None, :], evidence.grad])
        if not family.design.intercept:
            g[0] = 0.0
        seen = ~np.isnan(evidence.spread)
        state.spread[k[seen]] = evidence.spread[seen]
        accepted = _accepted(state, k, g)
        _remember(state, k[accepted], g[:, accepted])
        _take_back(state, k[~accepted])
        keep = ~done & (state.rejects[k] < REJECTS)
        state.live = k[keep]
        full = np.empty((len(g), len(state.ids)), order="F")
        full[:, k[accepted]] = g[:, accepted]
        full[:, k[~accepted]] = state.slopes[:, k[~accepted]]
        _refresh(state)
        _advance(state, full)
        return not len(state.live)


def _weights(family: Family, W: Array, b: Array) -> Array:
    """c-free weights p(1-p) of some rows at all points, (rows, C)."""
    design = family.design
    some = np.linspace(0, design.n - 1, min(design.n, ROWS)).astype(np.intp)
    eta = design.rows(some) @ W + b + design.offset[some, None]
    return family.loss.curvature(design.y[some, None], eta)


def _accepted(state: State, k: Array, g: Array) -> Array:
    """Whether each step went down: ΔF <= U = -g_newᵀd + ΔΩ by convexity; enough if U <= ¼|L| (L: with g_old)."""
    penalty, columns = state.family.penalty, state.family.columns
    out = np.ones(len(k), bool)
    noise = 1e-7 if state.single else 1e-13
    for q, c in enumerate(k):
        if not state.known[c]:
            continue
        move, column = state.moves[:, c], columns[state.ids[c]]
        coef = state.coefs[:, c]
        change = penalty.total(coef, column) - penalty.total(coef - move[1:], column)
        upper, lower = change - g[:, q] @ move, change - state.slopes[:, c] @ move
        out[q] = upper <= 0.25 * abs(lower) + noise * np.abs(move).sum()
    return out


def _remember(state: State, k: Array, g: Array) -> None:
    """A pair (step, change of the gradient) for every column that moved."""
    for q, c in enumerate(k):
        state.rejects[c] = 0
        state.inflation[c] = max(1.0, state.inflation[c] / 4.0)
        if not state.known[c]:
            continue
        if state.pairs[c] == PAIRS:
            state.S[c, :-1], state.Y[c, :-1] = state.S[c, 1:].copy(), state.Y[c, 1:].copy()
            state.pairs[c] -= 1
        state.S[c, state.pairs[c]] = state.moves[:, c]
        state.Y[c, state.pairs[c]] = state.slopes[:, c] - g[:, q]
        state.pairs[c] += 1


def _take_back(state: State, k: Array) -> None:
    """Back to where the step began, with four times the curvature."""
    state.coefs[:, k] -= state.moves[1:, k]
    state.intercepts[k] -= state.moves[0, k]
    state.inflation[k] *= 4.0
    state.rejects[k] += 1


def _refresh(state: State) -> None:
    """All anchors afresh where columns have stopped contracting."""
    if state.fresh < FRESH and (state.bad[state.live] >= BAD).any():
        state.fresh += 1
        state.bad[:] = 0
        W, b = state.coefs, state.intercepts
        live = state.live
        chosen, mix = choose_anchors(_weights(state.family, W[:, live], b[live]), 2 * MOST[False])
        every = np.zeros((len(chosen), len(state.ids)))
        every[:, live] = mix
        F = anchor_grams(state.family, W[:, live[chosen]], b[live[chosen]], 1)
        state.anchors = Mixtures(F, every, np.zeros(len(state.ids), int))
        state.pairs[live] = 0


def _advance(state: State, g: Array) -> None:
    """One step of every live column from its point, where its gradient is g (p+1, C)."""
    k, (cross, h0) = state.live, state.anchors.cross()
    pieces = [(state, k[lo : lo + 16], g, cross, h0) for lo in range(0, len(k), 16)]
    for _ in runtime.in_order(_advance_some, pieces):
        pass


def _advance_some(state: State, some: Array, g: Array, cross: Array, h0: Array) -> None:
    from ...kernels.model import column_gap, column_step

    family, reach = state.family, np.ones(state.family.design.p, bool)
    reach[family.free] = False
    runtime.check()
    for c in some:
        column = family.columns[state.ids[c]]
        coef, slope, grad = np.ascontiguousarray(state.coefs[:, c]), float(g[0, c]), np.ascontiguousarray(g[1:, c])
        vectors = column.l1, column.l2, column.lower, column.upper
        kappa = slope / h0[c] if h0[c] > 0.0 else 0.0
        z, shift = grad - kappa * cross[:, c], abs(kappa) * np.sqrt(max(h0[c], 0.0))
        gap = column_gap(z, coef, *vectors, reach, state.spread[c], shift, 0.0, 0.0)
        before, state.gap[c] = state.gap[c], gap
        size = np.abs(coef).sum()
        if np.isfinite(before):
            slow = gap > SLOW * before
            state.bad[c] = state.bad[c] + 1 if slow else 0
            state.ratio[c] = min(max(gap / before, 0.005), 0.5) if before > 0.0 else 0.03
        tol = min(0.02 * min(gap, before) / (size + 1e-9), 0.01 * violation(column, coef, z))
        new = coef.copy()
        weights = np.ascontiguousarray(state.anchors.mix[:, c]) * state.inflation[c]
        pairs = int(state.pairs[c])
        db, _, _ = column_step(
            weights, state.anchors.F[state.anchors.place[c]], state.S[c], state.Y[c], pairs, grad, slope, *vectors, coef, tol, EPOCHS, new
        )  # fmt: skip
        state.moves[0, c], state.moves[1:, c] = db, new - coef
        state.slopes[:, c], state.known[c] = g[:, c], True
        state.coefs[:, c] = new
        state.intercepts[c] += db
        state.norm1[c] = np.abs(new).sum()
