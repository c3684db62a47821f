"""The one judging pass: everything that steps and proofs may know of X, for all candidates, in one read."""

from __future__ import annotations

import numpy as np

from ..certificates.gap import ROUNDING
from ..certificates.problem import Candidates, Evidence, Family
from .classes import sweep_classes
from .many import sweep_many
from .panel import dense


def sweep(family: Family, asked: Candidates) -> Evidence:
    """Judge the candidates: one read of X, sums in fixed order."""
    design = family.design
    if family.loss.joint:
        return sweep_classes(family, asked)
    free = family.free if family.exact else family.free[:0]
    if asked.moments is not None:
        return asked.moments.judge(family, asked)
    if asked.centred:
        return _centred(family, asked, free)
    if len(asked.ids) == 1 and asked.eta is None and not len(free) and not family.test.any():
        evidence = _fused(family, asked)
        if evidence is not None:
            return evidence
    if asked.exact is not None or asked.single:
        return sweep_many(family, asked, free)
    splits = np.array([family.columns[i].split for i in asked.ids])
    share = family.train[:, splits] / family.norm[splits]  # (cells, C): weight -> c, 0 where held out
    held_out = family.test[:, splits].astype(float)
    parts = design.add_up(_judge, family.loss, asked, share, held_out, free, design.intercept, design.fast)
    grad, slope, loss, spread, tail, curvature, scores, cross, cross_free = parts
    return Evidence(grad, slope, loss, spread, tail, curvature, scores, cross, cross_free)


def _centred(family: Family, asked: Candidates, free) -> Evidence:
    """η is at hand: residuals are corrected as certificates/gap.py does, but before the one product by Xᵀ."""
    design, loss, given = family.design, family.loss, asked.eta
    assert given is not None  # they go together
    n, C = given.shape
    ids, R = np.asarray(asked.ids), np.empty((n, C))
    sums, scores, shift = np.empty((5, C)), np.zeros(C), np.zeros(C)
    splits = np.array([family.columns[i].split for i in ids])
    X_U = np.hstack([np.ones((n, int(design.intercept))), dense(design.columns(free))])
    reach = np.concatenate([np.ones(int(design.intercept)), design.survey.reach[free]])
    for split in np.unique(splits):
        k = np.flatnonzero(splits == split)
        eta = np.ascontiguousarray(given[:, k])
        r, h, found = loss.link(design.y, eta, family.share(split), design.fast)
        shift[k] = _orthogonal(r, h, X_U, reach)
        R[:, k], sums[:, k] = r, found
        held_out = family.held_out(split)
        if len(held_out):
            part = np.ascontiguousarray(eta[held_out])
            scores[k] = loss.link(design.y[held_out], part, design.weight[held_out], design.fast)[2].loss
    none, (total, spread, tail, _, curvature) = np.zeros((design.p, 0, C)), sums
    return Evidence(design.t_times(R), R.sum(0), total, spread, tail, curvature, scores, none, none[:0], shift)


def _orthogonal(r, h, X_U, reach):
    """r -= h∘X_U δ in place, with δ = H_UU⁻¹ X_Uᵀr; returns ‖δ‖_H, infinite where no legal δ is found (gap.py)."""
    if X_U.shape[1] == 0:
        return 0.0
    if X_U.shape[1] == 1 and reach[0] == 1.0:  # the intercept alone
        g, h0 = r.sum(0), h.sum(0)
        with np.errstate(divide="ignore", invalid="ignore"):
            kappa = np.where(h0 > 0.0, g / h0, np.where(g == 0.0, 0.0, np.inf))
        legal = np.abs(kappa) <= 1.0
        r -= h * np.where(legal, kappa, 0.0)
        return np.where(legal, np.abs(kappa) * np.sqrt(h0), np.inf)
    shift = np.empty(r.shape[1])
    for k in range(r.shape[1]):
        g, tilted = X_U.T @ r[:, k], h[:, k, None] * X_U
        H = X_U.T @ tilted
        delta = g / H[0] if len(g) == 1 and H[0, 0] > 0.0 else np.linalg.lstsq(H, g, rcond=1e-13)[0]
        legal = np.abs(delta) @ reach <= 1.0 and np.abs(g - H @ delta).max() <= ROUNDING
        shift[k] = np.sqrt(max(delta @ H @ delta, 0.0)) if legal else np.inf
        if legal:
            r[:, k] -= tilted @ delta
    return shift


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
