"""The duality gap: how far, at most, the objective at a candidate lies above the best there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..penalties import ElasticPenalty
from .problem import Array, Candidates, Column, Evidence, Family

ROUNDING = 1e-13
"""Of a free gradient, in conditioned coordinates (its terms add up to about 1): more than this is not rounding."""
SINGLE = 1e-8
"""What a float32 pass may hide of an L1 gap, per unit of ‖w‖₁ (measured: 8e-9, docs/design/engine.md, decision 9)."""


def objective(family: Family, column: Column, coef: Array, loss: float) -> float:
    """F = mean loss + Ω, in nats per observation."""
    return float(loss + family.penalty.total(coef, column))


@dataclass(frozen=True)
class Facts:
    """What a gap needs beside the sums."""

    penalty: ElasticPenalty
    free: Array  # indices
    reach: Array  # (p,) max |x_ij|
    intercept: bool
    bounded: bool = True  # dual points must stay in [0, 1]; not so with a quadratic loss


def facts_of(family: Family) -> Facts:
    design, bounded = family.design, not family.loss.quadratic
    return Facts(family.penalty, family.free, design.survey.reach, design.intercept, bounded)


def family_gaps(family: Family, asked: Candidates, evidence: Evidence) -> tuple[Array, Array]:
    """Gap and objective of every candidate, (C,); inf and NaN for those that were not to be proved.

    A float32 pass pays for what it may hide.
    """
    C = len(asked.ids)
    walked = evidence.rounding is not None and not all(family.columns[i].smooth for i in asked.ids)
    stopped = any(family.columns[i].shape.boxed for i in asked.ids) and len(family.free) and evidence.shift is None
    if (
        (family.design.fast or walked) and C > 1 and not (family.penalty.grouped or stopped)
    ):  # a walk has loaded the compiler anyway
        gaps, omega = _compiled_gaps(family, asked, evidence)
        objectives = evidence.loss + omega
    else:
        facts, gaps, objectives = facts_of(family), np.full(C, np.inf), np.empty(C)
        for k, i in enumerate(asked.ids):
            column, coef = family.columns[i], asked.coefs[:, k]
            objectives[k] = objective(family, column, coef, float(evidence.loss[k]))
            if family.exact and (asked.exact is None or asked.exact[k]):
                gaps[k] = duality_gap(facts, column, coef, float(asked.intercepts[k]), evidence, k)
    if evidence.rounding is not None:
        gaps += evidence.rounding
    if asked.single:
        gaps += SINGLE * (np.abs(asked.coefs).sum(0) + np.abs(asked.intercepts))
    if not family.exact:
        gaps[:] = np.inf
    elif asked.exact is not None:
        gaps[~asked.exact] = np.inf
    return gaps, objectives


def _compiled_gaps(family: Family, asked: Candidates, evidence: Evidence) -> tuple[Array, Array]:
    """The kernel's gaps and penalties of all candidates."""
    from ..kernels.model import column_gaps

    facts, (p, C), columns = facts_of(family), asked.coefs.shape, [family.columns[i] for i in asked.ids]
    Z, shift, off_b = evidence.grad, evidence.shift, evidence.grad_b if facts.intercept else np.zeros(C)
    if shift is None:
        Z, shift, off_b = np.empty((p, C)), np.full(C, np.inf), np.zeros(C)
        for k in np.arange(C) if asked.exact is None else np.flatnonzero(asked.exact):
            dual = free_corrected(facts, evidence, int(k))
            if dual is not None:
                Z[:, k], shift[k], off_b[k] = dual
    held = np.ones(p, bool)
    held[facts.free] = False
    shapes = {id(column.shape): column.shape for column in columns}
    where = {key: s for s, key in enumerate(shapes)}
    place = np.array([where[id(column.shape)] for column in columns])
    vectors = [np.stack([getattr(shape, name) for shape in shapes.values()]) for name in ("l1", "l2", "lower", "upper")]
    leak = np.abs(asked.intercepts * off_b)
    if len(facts.free):
        leak = leak + np.abs(Z[facts.free] * asked.coefs[facts.free]).sum(0)
    lam = np.array([column.lam for column in columns])
    bad = ~np.isfinite(shift) | np.isnan(evidence.spread)
    sums = np.stack([evidence.spread, shift, evidence.tail, leak])
    sums[:, bad] = 0.0
    gaps, omega = np.empty(C), np.empty(C)
    column_gaps(Z, asked.coefs, lam, place, *vectors, held, sums, gaps, omega)
    gaps[bad] = np.inf
    return gaps, omega


def duality_gap(facts: Facts, column: Column, coef: Array, intercept: float, evidence: Evidence, k: int = 0) -> float:
    """An upper bound of F(b, w) - min F from candidate k of one float64 pass.

    Parameters
    ----------
    column : Column        vectors (p,), conditioned coordinates
    coef, intercept        the candidate judged, (p,) and float
    evidence : Evidence    the sums of that pass

    Returns
    -------
    float >= 0, nats per observation; infinite where no dual point is at hand (free columns far from their optimum)

    The dual point is q = y - s(r - h∘X_U δ), with δ = H_UU⁻¹ g_U: residuals made exactly orthogonal to the intercept
    and the free columns U, then scaled by s for the L1 part.  It lies in [0, 1] if |x_U δ| <= 1 in every row.  Its cost
    in the loss is KL(q‖p) <= (q-p)²/h = ((1-s) r + s h x_U δ)²/h; rows with a huge r²/h (mislabelled, saturated) enter
    by convexity instead, (1-s) ℓ + s h (x_U δ)².  The cost in the penalty is Ω(w) + Ω*(s z) - s zᵀw.
    Source: Fenchel-Young terms as in Ndiaye et al. (2017), JMLR 18; the rest in docs/design/certificates.md.
    Law: tests/laws/test_random_problems.py, against long-double optima.
    """
    free = facts.free if evidence.shift is not None else inside(facts.free, column, coef)
    dual = free_corrected(facts, evidence, k, free)
    if dual is None:
        return np.inf
    z, shift, off_b = dual
    held = np.ones(len(coef), bool)
    held[free] = False
    spread, tail, best = np.sqrt(evidence.spread[k]), evidence.tail[k], np.inf
    penalty = facts.penalty
    scales = (
        {1.0} if column.smooth else {penalty.feasible_scale(z, column), penalty.feasible_scale(z, column, every=True)}
    )
    for scale in scales:
        loss_cost = ((1.0 - scale) * spread + shift) ** 2 + (1.0 - scale) * tail
        cost = penalty.fenchel_young(coef, scale * z, column)[held].sum()
        leak = np.abs(scale * z[~held] * coef[~held]).sum() + abs(intercept * off_b)  # rounding: zero in exact numbers
        best = min(best, loss_cost + cost + leak)
    return float(best)


def inside(free: Array, column: Column, coef: Array) -> Array:
    """The free columns that are not at a bound: only their gradients have to vanish."""
    if not column.shape.boxed:
        return free
    w = coef[free]
    return free[(w > column.lower[free]) & (w < column.upper[free])]


def free_corrected(facts: Facts, evidence: Evidence, k: int, free: Array | None = None):
    """z = Xᵀ c(r - h∘X_U δ), ‖δ‖_{H_UU} and what is left of Σ c r; None if no legal δ is found.

    free: which of the free columns are in U, all by default.
    """
    if evidence.shift is not None:
        shift = float(evidence.shift[k])
        off_b = float(evidence.grad_b[k]) if facts.intercept else 0.0
        return (evidence.grad[:, k], shift, off_b) if np.isfinite(shift) else None
    head = evidence.grad_b[k : k + 1] if facts.intercept else evidence.grad_b[:0]
    free = facts.free if free is None else free
    g = np.concatenate([head, evidence.grad[free, k]])
    if not len(g):
        return evidence.grad[:, k], 0.0, 0.0
    cross, H = evidence.cross[:, :, k], evidence.cross_free[:, :, k]
    if len(free) < len(facts.free):
        U = np.concatenate([np.arange(len(head)), len(head) + np.flatnonzero(np.isin(facts.free, free))])
        cross, H = cross[:, U], H[np.ix_(U, U)]
    if len(g) == 1:
        delta = g / H[0] if H[0, 0] > 0.0 else np.where(g == 0.0, 0.0, np.inf)
    else:
        delta = np.linalg.lstsq(H, g, rcond=1e-13)[0] if np.isfinite(H).all() else g * np.inf
    if facts.bounded and not np.abs(delta) @ np.concatenate([np.ones(len(head)), facts.reach[free]]) <= 1.0:
        return None
    left = g - H @ delta
    if np.abs(left).max() > ROUNDING:
        return None  # saturated rows hold a direction that no finite δ can move
    norm = float(np.sqrt(max(delta @ H @ delta, 0.0)))
    return evidence.grad[:, k] - cross @ delta, norm, float(left[0]) if facts.intercept else 0.0
