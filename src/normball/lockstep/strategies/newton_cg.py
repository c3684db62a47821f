"""Newton-CG: sparse L2, one column at a time. Hessian products fused by row, Jacobi-preconditioned conjugate gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...certificates.problem import Array, Candidates, Family
from ..newton import HALVINGS, ROUNDING

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
    evidence: object | None = None


@dataclass(frozen=True)
class NewtonCG:
    """Truncated Newton; the judging pass supplies the gradient, CG its own Hessian products (metered)."""

    name = "newton_cg"

    def start(self, family: Family, warm) -> State:
        eta = _eta(family, warm.coef, warm.intercept)
        share, target = family.share(family.columns[0].split), family.tol * warm.null_loss
        return State(family, share, warm.coef.copy(), warm.intercept, eta, target)

    def propose(self, state: State) -> Candidates | None:
        if state.stuck:
            return None
        if state.evidence is not None:
            _step(state)
            if state.stuck:
                return None
        return Candidates(np.array([0]), state.coef[:, None], np.array([state.intercept]), state.eta[:, None])

    def learn(self, state: State, asked, evidence, gap) -> bool:
        state.evidence, state.gap = evidence, gap
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


def _squares_block(block, h):
    return (block.square_sums(h[block.rows]),)


def _step(state: State) -> None:
    """One truncated Newton step with a line search on η."""
    family, evidence, column = state.family, state.evidence, state.family.columns[0]
    design = family.design
    link = family.loss.link(design.y, state.eta[:, None], state.c, design.fast)
    h = link[1][:, 0]
    g, gb = evidence.grad[:, 0] - column.l2 * state.coef, float(evidence.grad_b[0]) if design.intercept else 0.0
    diagonal = design.add_up(_squares_block, h)[0] + column.l2
    hb = float(h.sum()) if design.intercept else 1.0
    d, db, move = _conjugate_gradients(state, h, g, gb, np.where(diagonal > 0.0, diagonal, 1.0), max(hb, 1e-300))
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


def _conjugate_gradients(state: State, h: Array, g: Array, gb: float, M: Array, Mb: float):
    """(H + l2) d ≈ g with the intercept as one more coordinate; also X d + db, gathered on the way."""
    from ...kernels.krylov import cg_advance, cg_curve, cg_turn

    family = state.family
    design, l2, inverse = family.design, family.columns[0].l2, 1.0 / M
    z, zb = inverse * g, gb / Mb
    rho = float(g @ z + gb * zb)
    goal = rho * _forcing(state, rho)
    d, db, move, u = np.zeros_like(g), 0.0, np.zeros(design.n), np.empty(design.n)
    r, rb, v, vb = g.copy(), gb, z.copy(), zb
    for _ in range(min(1000, 10 * (design.p + 1))):
        if rho <= goal:
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
        zb = rb / Mb
        rho, before = cg_advance(step, v, Hv, inverse, d, r, z) + rb * zb, rho
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
