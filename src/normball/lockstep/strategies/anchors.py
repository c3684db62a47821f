"""Anchors: all columns of a tall dense family together, one read of X a round.

A cold start solves the path on a sample of rows, then takes a step on a quarter of them.  A warm one (folds, from the
path) begins with a step of its own: gradients of every cell of rows at the path's points give each fold's gradient
without a further read (the infinitesimal jackknife), and Grams of the cells give each fold's curvature.  Then rounds:
exact gradients, curvature from the anchors with a BFGS pair per round, a subproblem in coefficient space.  A step is
taken back where convexity does not prove that it went down enough; a column whose steps fail goes to another's point.
Source: docs/design/engine.md, sections 1, 2, 6 and decisions 1-3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...certificates.problem import Array, Candidates, Family
from ..anchors import ROWS, Mixtures, anchor_grams, choose_anchors, split_grams
from ..block import Block
from ..many import cell_gradients, gradients
from ..start import sample_path

MOST = {True: 2, False: 4}  # anchors: of smooth columns, of others
LEVEL = 200  # rows for each column of X from which a step on a quarter of the rows pays
PATIENCE = 40  # rounds
REJECTS = 4  # in a row, after which a column is given up
BAD = 3  # bad rounds in a row of a column, and all anchors are made afresh
FRESH = 2  # so many times, at most
SINGLE_UNTIL = 10.0  # predicted gap ÷ target, of the worst column, at which rounds turn from float32 to float64
SINGLE_ROUNDS = 6
AHEAD = 3.0  # a column whose predicted gap is below so many times the target is proved on the way
HOPEFUL = 8  # rounds after which every column is
NOISE = {True: 1e-7, False: 1e-13}  # of a gradient, by precision
RARE = 12.0  # a conditioned entry this far out belongs to a column that half of the rows may miss
HELD = 2**26  # numbers in the Grams of all splits, at most; else all share those of all rows


@dataclass
class State:
    family: Family
    block: Block
    live: Array  # columns of the block that are neither proved nor given up
    rounds: int = 0
    fresh: int = 0
    single: bool = True


@dataclass(frozen=True)
class Anchors:
    """Many columns; a round is one read of X."""

    name = "anchors"
    many = True

    def start(self, family: Family, ids: Array, bests: list) -> State:
        given = [bests[i].given for i in ids]
        target = family.tol * np.array([bests[i].null_loss for i in ids])
        if all(point is not None for point in given):
            return State(family, _warm(family, ids, given, target), np.arange(len(ids)))
        return State(family, _cold(family, ids, target), np.arange(len(ids)))

    def propose(self, state: State) -> Candidates | None:
        k, block, family = state.live, state.block, state.family
        if not len(k) or state.rounds >= PATIENCE:
            return None
        coefs, intercepts = block.candidates(k)
        ahead = block.gap[k] * block.ratio[k] / block.target[k]
        if family.single_precision:
            state.single = bool((1e-8 * np.abs(coefs).sum(0) <= 0.1 * block.target[k]).all())
        else:
            far = float(np.median(ahead)) > 1.0 or float(ahead.max()) > SINGLE_UNTIL
            state.single = state.single and far and state.rounds < SINGLE_ROUNDS
        exact = ahead <= AHEAD if family.single_precision or not state.single else np.zeros(len(k), bool)
        if not state.single and state.rounds >= HOPEFUL:
            exact[:] = True
        return Candidates(block.ids[k], coefs, intercepts, exact=exact, single=state.single)

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        block, k = state.block, state.live
        state.rounds += 1
        g = np.concatenate([evidence.grad_b[None, :], evidence.grad])
        if not state.family.design.intercept:
            g[0] = 0.0
        seen = ~np.isnan(evidence.spread)
        block.spread[k[seen]] = evidence.spread[seen]
        block.take_in(k, g, NOISE[asked.single])
        state.live = k[~done & (block.rejects[k] < REJECTS)]
        if state.fresh < FRESH and (block.bad[state.live] >= BAD).any():
            _refresh(state)
        if len(state.live):
            block.advance(state.live)
        return not len(state.live)


def _cold(family: Family, ids: Array, target: Array) -> Block:
    """The path on a sample; where rows abound, a step on a quarter of them."""
    design, columns = family.design, [family.columns[i] for i in ids]
    W, b = sample_path(family, columns)
    chosen, mix = choose_anchors(_weights(family, W, b), MOST[all(column.smooth for column in columns)])
    mixtures = Mixtures(np.empty(0), mix, np.zeros(len(ids), int))
    block = Block(family, ids, np.asfortranarray(np.vstack([b, W])), target, mixtures)
    if design.n >= LEVEL * design.p:
        block.anchors = replace(mixtures, F=anchor_grams(family, W[:, chosen], b[chosen], 4))
        block.slopes, block.known[:] = gradients(family, ids, W, b, stride=4), True
        block.advance(np.arange(len(ids)))
        W, b = block.candidates(np.arange(len(ids)))
        block = Block(family, ids, np.asfortranarray(np.vstack([b, W])), target, mixtures)
    rare = bool((design.survey.reach > RARE).any())
    block.anchors = replace(mixtures, F=anchor_grams(family, W[:, chosen], b[chosen], 1 if rare else 2))
    return block


def _warm(family: Family, ids: Array, given: list, target: Array) -> Block:
    """Folds from the path's points: curvature and gradients of each fold from those of the cells, and a first step."""
    points = {id(point): point for point in given}
    place = {key: k for k, key in enumerate(points)}
    parent = np.array([place[id(point)] for point in given])
    W, b = np.column_stack([point[0] for point in points.values()]), np.array([point[1] for point in points.values()])
    smooth = all(family.columns[i].smooth for i in ids)
    chosen, mix = choose_anchors(_weights(family, W, b), MOST[smooth])
    splits = np.array([family.columns[i].split for i in ids])
    some, which = np.unique(splits, return_inverse=True)
    if len(some) * len(chosen) * family.design.p**2 <= HELD:
        F = split_grams(family, W[:, chosen], b[chosen], some)
    else:
        F, which = anchor_grams(family, W[:, chosen], b[chosen], 2), np.zeros(len(ids), int)
    start = np.asfortranarray(np.vstack([b, W])[:, parent])
    block = Block(family, ids, start, target, Mixtures(F, mix[:, parent], which))
    cells = cell_gradients(family, W, b)  # (cells, p+1, points)
    for split in some:
        mine = splits == split
        fold = np.tensordot(family.train[:, split] / family.norm[split], cells, 1)
        block.slopes[:, mine] = fold[:, parent[mine]]
    block.known[:] = True
    block.advance(np.arange(len(ids)))
    return block


def _weights(family: Family, W: Array, b: Array) -> Array:
    """p(1-p) of some rows at all points, (rows, C)."""
    design = family.design
    some = np.linspace(0, design.n - 1, min(design.n, ROWS)).astype(np.intp)
    eta = design.rows(some) @ W + b + design.offset[some, None]
    return np.asarray(family.loss.curvature(design.y[some, None], eta))


def _refresh(state: State) -> None:
    """All anchors afresh, and more of them, where columns have stopped contracting."""
    block, live = state.block, state.live
    state.fresh += 1
    block.bad[:] = 0
    W, b = block.points[1:, live], block.points[0, live]
    chosen, mix = choose_anchors(_weights(state.family, W, b), 2 * MOST[False])
    every = np.zeros((len(chosen), len(block.ids)))
    every[:, live] = mix
    F = anchor_grams(state.family, W[:, chosen], b[chosen], 1)
    block.anchors = Mixtures(F, every, np.zeros(len(block.ids), int))
    block.pairs[live] = 0
