"""The judging pass for many columns: products with the whole block of coefficients, in float64 or float32.

Columns that are to be proved come first and get everything; the others get their gradient only.  Tiles of columns keep
a block's predictors in cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..certificates.problem import Array, Candidates, Evidence, Family

TILE = 256  # columns whose predictors of one block stay in cache


class Asked(NamedTuple):
    """What a pass over many columns needs of them, in the order they are worked on: `full` proved ones first."""

    W: Array  # (p, C) float64 or float32
    b: Array  # (C,)
    share: Array  # (cells, C) weight -> c, 0 where held out
    test: Array  # (cells, C) 1 where held out
    full: int
    free: Array  # the free columns of X
    intercept: bool


def sweep_many(family: Family, asked: Candidates, free: Array) -> Evidence:
    """Evidence of all candidates from one read of X."""
    C, p, ids = len(asked.ids), family.design.p, np.asarray(asked.ids)
    exact = np.ones(C, bool) if asked.exact is None else asked.exact
    splits = np.array([family.columns[i].split for i in ids])
    order = np.lexsort((splits, ~exact))
    full, U = int(exact.sum()), int(family.design.intercept) + len(free)
    task = _prepare(family, asked.coefs[:, order], asked.intercepts[order], splits[order], full, free, asked.single)
    parts = family.design.add_up(_judge, family.loss, task, family.design.fast, single=asked.single)
    G, slope, sums, scores, cross, cross_free = parts
    back = np.empty(C, int)
    back[order] = np.arange(C)
    proved = np.full((5, C), np.nan)
    proved[:, :full] = sums
    crossed, crossed_free = np.full((p, U, C), np.nan), np.full((U, U, C), np.nan)
    crossed[:, :, :full], crossed_free[:, :, :full] = cross.reshape(p, U, full), cross_free
    loss, spread, tail, _, curvature = proved[:, back]
    scored = np.zeros(C)
    scored[:full] = scores
    return Evidence(
        G[:, back], slope[back], loss, spread, tail, curvature, scored[back], crossed[:, :, back],
        crossed_free[:, :, back],
    )  # fmt: skip


def gradients(family: Family, ids: Array, coefs: Array, intercepts: Array, stride: int = 1) -> Array:
    """(Σ c r, Xᵀ c r) of the columns, (p+1, C), over every stride-th block in float32: means over the rows used."""
    splits = np.array([family.columns[i].split for i in ids])
    task = _prepare(family, coefs, intercepts, splits, 0, family.free[:0], True)
    G, slope, used = family.design.add_up(
        _gradient_block, family.loss, task, family.design.fast, stride=stride, single=True
    )
    g = np.concatenate([slope[None, :], G]) / used
    if not family.design.intercept:
        g[0] = 0.0
    return np.asfortranarray(g)


def cell_gradients(family: Family, coefs: Array, intercepts: Array) -> Array:
    """(Σ weight r, Xᵀ weight r) over the rows of every cell, in float32: (cells, p+1, C)."""
    C, cells = len(intercepts), family.design.n_cells
    every = np.ones((cells, C))
    task = Asked(coefs.astype(np.float32), intercepts, every, 0.0 * every, 0, family.free[:0], family.design.intercept)
    g = family.design.add_up_cells(_cell_block, family.loss, task, family.design.fast, single=True)
    if not family.design.intercept:
        g[:, 0] = 0.0
    return g


def _prepare(family: Family, coefs, intercepts, splits, full: int, free: Array, single: bool) -> Asked:
    share = family.train[:, splits] / family.norm[splits]
    test = family.test[:, splits].astype(float)
    W = np.ascontiguousarray(coefs, dtype=np.float32 if single else np.float64)
    return Asked(W, np.ascontiguousarray(intercepts), share, test, full, free, family.design.intercept)


def _gradient_block(block, loss, asked: Asked, fast: bool):
    G, slope, *_ = _judge(block, loss, asked, fast)
    return G, slope, asked.share[block.cell] * block.weight.sum()


def _cell_block(block, loss, asked: Asked, fast: bool):
    G, slope, *_ = _judge(block, loss, asked, fast)
    return np.concatenate([slope[None, :], G])


def _judge(block, loss, asked: Asked, fast: bool):
    """What one block adds: gradients of all columns, everything of the first `full`."""
    p, C = asked.W.shape
    G, slope = np.empty((p, C)), np.empty(C)
    U = int(asked.intercept) + len(asked.free)
    sums, scores = np.zeros((5, asked.full)), np.zeros(asked.full)
    cross, cross_free = np.zeros((p, U * asked.full)), np.zeros((U, U, asked.full))
    share, test = asked.share[block.cell], asked.test[block.cell]
    for lo in range(0, C, TILE):
        some = slice(lo, min(lo + TILE, C))
        eta = block.times(asked.W[:, some])
        k = min(max(asked.full - lo, 0), some.stop - lo)  # so many of the tile are to be proved
        rows = (block.offset, block.y, block.weight)
        if k < some.stop - lo:
            rest = slice(lo + k, some.stop)
            loss.steer(eta[:, k:], asked.b[rest], *rows, share[rest], fast)
        r = eta
        if k:
            first = slice(lo, lo + k)
            h, found, losses = loss.prove(eta[:, :k], asked.b[first], *rows, share[first], fast)
            sums[:, first], scores[first] = found, test[first] * losses
        slope[some] = r.sum(0, dtype=np.float64)
        if not k:
            G[:, some] = block.t_times(r)
            continue
        tilted = _tilted(block, h, asked, cross_free[:, :, first])
        both = block.t_times(np.concatenate([r, tilted], axis=1) if tilted.size else r)
        G[:, some] = both[:, : some.stop - lo]
        if tilted.size:
            cross.reshape(p, U, asked.full)[:, :, first] = both[:, some.stop - lo :].reshape(p, U, k)
    return G, slope, sums, scores, cross, cross_free


def _tilted(block, h, asked: Asked, cross_free: Array) -> Array:
    """c h X_U side by side, (m, U k); X_Uᵀ(c h X_U) is written."""
    if not len(asked.free):
        if asked.intercept:
            cross_free[0, 0] = h.sum(0, dtype=np.float64)
            return h
        return h[:, :0]
    one = np.ones((len(h), int(asked.intercept)))
    X_U = np.hstack([one, block.take(asked.free)])
    tilted = (h[:, None, :] * X_U[:, :, None]).reshape(len(h), -1)
    cross_free[:] = (X_U.T @ tilted).reshape(cross_free.shape)
    return tilted.astype(h.dtype, copy=False)
