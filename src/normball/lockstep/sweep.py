"""The one judging pass: everything that steps and proofs may know of X, for all candidates, in one read."""

from __future__ import annotations

import numpy as np

from ..certificates.problem import Candidates, Evidence, Family


def sweep(family: Family, asked: Candidates) -> Evidence:
    """Judge the candidates: one read of X, sums in fixed order, float64."""
    design = family.design
    free = family.free if family.exact else family.free[:0]
    if len(asked.ids) == 1 and asked.eta is None and not len(free) and not family.test.any():
        evidence = _fused(family, asked)
        if evidence is not None:
            return evidence
    splits = np.array([family.columns[i].split for i in asked.ids])
    share = family.train[:, splits] / family.norm[splits]  # (cells, C): weight -> c, 0 where held out
    held_out = family.test[:, splits].astype(float)
    parts = design.add_up(_judge, family.loss, asked, share, held_out, free, design.intercept, design.fast)
    grad, slope, loss, spread, tail, curvature, scores, cross, cross_free = parts
    return Evidence(grad, slope, loss, spread, tail, curvature, scores, cross, cross_free)


def _fused(family: Family, asked: Candidates) -> Evidence | None:
    """The same for one column, where the design has a compiled pass of its own."""
    design, column = family.design, family.columns[asked.ids[0]]
    coef, b = np.ascontiguousarray(asked.coefs[:, 0]), float(asked.intercepts[0])
    found = design.fused(family.loss, coef, b, family.share(column.split))
    if found is None:
        return None
    both, (loss, spread, tail, slope, curvature) = found
    U = int(design.intercept)
    cross_free = curvature.reshape(1, 1, 1)[:U, :U]
    return Evidence(
        both[:, :1], slope, loss, spread, tail, curvature, 0.0 * loss, both[:, 1:, None][:, :U], cross_free
    )  # fmt: skip


def _judge(block, loss, asked, share, held_out, free, intercept, fast):
    """What one block adds to the Evidence."""
    if asked.eta is None:
        eta = block.times(asked.coefs)
        eta += asked.intercepts
        eta += block.offset[:, None]
    else:
        eta = np.ascontiguousarray(asked.eta[block.rows])
    r, h, sums = loss.link(block.y, eta, block.weight, fast)
    c, C = share[block.cell], eta.shape[1]
    r *= c
    h *= c
    U = int(intercept) + len(free)
    if len(free):
        directions = np.hstack([np.ones((len(h), int(intercept))), block.take(free)])  # X_U
        tilted = (h[:, None, :] * directions[:, :, None]).reshape(len(h), U * C)  # c h X_U
        cross_free = (directions.T @ tilted).reshape(U, U, C)
    else:
        tilted = h[:, : U * C]
        cross_free = tilted.sum(0).reshape(U, U, C)
    both = block.t_times(np.concatenate([r, tilted], axis=1))
    cross = both[:, C:].reshape(len(both), U, C)
    return (
        both[:, :C], c * sums.slope, c * sums.loss, c * sums.spread, c * sums.tail, c * sums.curvature,
        held_out[block.cell] * sums.loss, cross, cross_free,
    )  # fmt: skip
