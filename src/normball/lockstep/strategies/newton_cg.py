"""Newton-CG: sparse L2, one column at a time. Hessian products fused by row, preconditioned conjugate gradients.

The preconditioner is the diagonal, and for the intercept with the HEAD most frequent columns their dense block: on
text-like data it takes a third to a quarter of the products that the diagonal alone takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from ...certificates.problem import Array, Candidates, Evidence, Family
from ...runtime import late
from ..newton import HALVINGS, ROUNDING

HEAD = 32
CHANGE = 0.2  # relative, of the curvatures, past which the preconditioner is made afresh
FORCING = 0.1  # CG stops at this part of the gradient at most, and sooner as the gradient falls
PATIENCE = 60


@dataclass
class State:
    family: Family
    c: Array
    coef: Array
    intercept: float
    eta: Array
    target: float  # absolute gap
    first: float = 0.0  # squared preconditioned gradient at the start
    steps: int = 0
    gap: float = np.inf
    stuck: bool = False
    preconditioner: Preconditioner | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True)
class NewtonCG:
    """Truncated Newton; the judging pass supplies the gradient, CG its own Hessian products (metered)."""

    name = "newton_cg"
    many = False

    def start(self, family: Family, ids, bests) -> State:
        warm = bests[0]
        coef, b = warm.start
        eta = _eta(family, coef, b)
        share, target = family.share(family.columns[0].split), family.tol * warm.null_loss
        return State(family, share, coef.copy(), b, eta, target)

    def propose(self, state: State) -> Candidates | None:
        if state.stuck:
            return None
        if state.evidence is not None:
            _step(state, state.evidence)
            if state.stuck:
                return None
        return Candidates(np.array([0]), state.coef[:, None], np.array([state.intercept]), state.eta[:, None])

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        state.evidence, state.gap = evidence, float(gaps[0])
        return state.steps >= PATIENCE


def _eta(family: Family, coef: Array, b: float) -> Array:
    out = np.empty(family.design.n)
    family.design.add_up(_eta_block, coef[:, None], b, out)
    return out


def _eta_block(block, W, b, out):
    out[block.rows] = block.times(W)[:, 0] + block.offset + b
    return ()


def _hess_block(block, h, v, vb, u):
    out, total, u[block.rows] = block.hess_times(h[block.rows], v, vb)
    return out, total


def _head_block(block, h, cols):
    return (block.gram(h[block.rows], cols),)


def _squares_block(block, h):
    return (block.square_sums(h[block.rows]),)


def _step(state: State, evidence: Evidence) -> None:
    """One truncated Newton step with a line search on η."""
    family, column = state.family, state.family.columns[0]
    design = family.design
    link = family.loss.link(design.y, state.eta[:, None], state.c, design.fast)
    h = link[1][:, 0]
    g, gb = evidence.grad[:, 0] - column.l2 * state.coef, float(evidence.grad_b[0]) if design.intercept else 0.0
    M = state.preconditioner
    if M is None or np.abs(h - M.h).sum() > CHANGE * h.sum():
        M = state.preconditioner = Preconditioner.at(family, evidence, h)
    d, db, move = _conjugate_gradients(state, h, g, gb, M)
    value = _value(family, column, state.coef, link)
    downhill, t = -float(g @ d) - gb * db, 1.0
    for _ in range(HALVINGS):
        coef, eta = state.coef + t * d, state.eta + t * move
        trial = family.loss.link(design.y, eta[:, None], state.c, design.fast)
        if _value(family, column, coef, trial) <= value + 1e-4 * t * downhill + ROUNDING * abs(value):
            state.stuck = np.array_equal(coef, state.coef) and t * db == 0.0
            state.coef, state.intercept, state.eta = coef, state.intercept + t * db, eta
            state.steps += 1
            return
        t *= 0.5
    state.stuck = True


def _value(family: Family, column, coef: Array, link) -> float:
    return float(link[2].loss[0] + family.penalty.total(coef, column))


@dataclass(frozen=True)
class Preconditioner:
    """M ≈ H + l2: a dense block for the intercept and the first columns, the diagonal for the rest."""

    inverse: Array  # (p,) of the diagonal
    factor: tuple  # Cholesky of the block, intercept first
    head: int
    intercept: bool
    h: Array  # the curvatures it was made of

    @classmethod
    def at(cls, family: Family, evidence: Evidence, h: Array) -> Preconditioner:
        design, l2 = family.design, family.columns[0].l2
        diagonal = design.add_up(_squares_block, h)[0] + l2
        k, U = min(HEAD, design.p), int(design.intercept)
        block = np.zeros((U + k, U + k))
        block[U:, U:] = design.add_up(_head_block, h, np.arange(k))[0] + np.diag(l2[:k])
        if U:
            block[0, 0], block[0, 1:], block[1:, 0] = h.sum(), evidence.cross[:k, 0, 0], evidence.cross[:k, 0, 0]
        scale = np.diag(block).max(initial=1e-300)
        block[np.diag_indices(U + k)] += 1e-12 * scale  # dependent columns leave the block singular
        inverse = 1.0 / np.where(diagonal > 0.0, diagonal, 1.0)
        return cls(inverse, sl.cho_factor(block, lower=True, check_finite=False), k, design.intercept, h)

    def of_head(self, r: Array, rb: float, z: Array) -> tuple[float, float]:
        """z = M⁻¹ r on the head, in place; its share of r·z, and the intercept's z."""
        right = np.concatenate([[rb][: int(self.intercept)], r[: self.head]])
        solved = sl.cho_solve(self.factor, right, check_finite=False)
        z[: self.head] = solved[int(self.intercept) :]
        return float(right @ solved), float(solved[0]) if self.intercept else 0.0


def _conjugate_gradients(state: State, h: Array, g: Array, gb: float, M: Preconditioner):
    """(H + l2) d ≈ g with the intercept as one more coordinate; also X d + db, gathered on the way."""
    from ...kernels.krylov import cg_advance, cg_curve, cg_turn

    design, l2 = state.family.design, state.family.columns[0].l2
    d, db, move, u = np.zeros_like(g), 0.0, np.zeros(design.n), np.empty(design.n)
    r, rb, z = g.copy(), gb, M.inverse * g
    z[: M.head] = 0.0
    tail = float(r @ z)
    share, zb = M.of_head(r, rb, z)
    v, vb, rho = z.copy(), zb, tail + share
    goal = rho * _forcing(state, rho)
    for _ in range(min(1000, 10 * (design.p + 1))):
        if rho <= goal or late():
            break
        Hv, Hvb = design.add_up(_hess_block, h, v, vb, u)
        Hvb = Hvb if design.intercept else 0.0
        curve = cg_curve(l2, v, Hv) + vb * Hvb
        if not curve > 0.0:
            break
        step = rho / curve
        db += step * vb
        move += step * u
        rb -= step * Hvb
        tail = cg_advance(step, v, Hv, M.inverse, d, r, z, M.head)
        share, zb = M.of_head(r, rb, z)
        rho, before = tail + share, rho
        cg_turn(rho / before, z, v)
        vb = zb + (rho / before) * vb
    return d, db, move


def _forcing(state: State, rho: float) -> float:
    """Where CG stops, as a part of the squared gradient: superlinear, but no further than the tolerance needs.

    The gap is about the squared gradient; past the tolerance (the polishing step) a tenth of the gradient will do.
    """
    state.first = state.first or rho
    target = 0.1 * state.target / state.gap if state.gap > 0.0 else 1.0
    return max(min(FORCING**2, np.sqrt(rho / state.first)), min(target, FORCING**2))
