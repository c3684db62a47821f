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
    first_norm: float = 0.0
    steps: int = 0
    gap: float = np.inf
    stuck: bool = False
    evidence: object | None = None


@dataclass(frozen=True)
class NewtonCG:
    """Truncated Newton; the judging pass supplies the gradient, CG its own Hessian products (metered)."""

    name = "newton_cg"

    def start(self, family: Family, warm) -> State:
        eta = _eta(family, warm.coef, warm.intercept) if warm.coef.any() else family.design.offset + warm.intercept
        return State(family, family.share(family.columns[0].split), warm.coef.copy(), warm.intercept, eta)

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
    return float(link[2].loss[0] + family.penalty.value(coef, column).sum())


def _conjugate_gradients(state: State, h: Array, g: Array, gb: float, M: Array, Mb: float):
    """(H + l2) d ≈ g with the intercept as one more coordinate; also X d + db, gathered on the way."""
    family = state.family
    design, l2 = family.design, family.columns[0].l2
    norm = float(np.sqrt(g @ (g / M) + gb * gb / Mb))
    state.first_norm = state.first_norm or norm
    goal = norm * min(FORCING, np.sqrt(norm / state.first_norm))
    d, db, move, u = np.zeros_like(g), 0.0, np.zeros(design.n), np.empty(design.n)
    r, rb = g.copy(), gb
    z, zb = r / M, rb / Mb
    v, vb = z.copy(), zb
    rho = float(r @ z + rb * zb)
    for _ in range(min(1000, 10 * (design.p + 1))):
        if rho <= goal * goal:
            break
        Hv, Hvb = design.add_up(_hess_block, h, v, vb, u)
        Hv += l2 * v
        Hvb = Hvb if design.intercept else 0.0
        curve = float(v @ Hv + vb * Hvb)
        if not curve > 0.0:
            break
        step = rho / curve
        d += step * v
        db += step * vb
        move += step * u
        r -= step * Hv
        rb -= step * Hvb
        z, zb = r / M, rb / Mb
        rho, before = float(r @ z + rb * zb), rho
        v = z + (rho / before) * v
        vb = zb + (rho / before) * vb
    return d, db, move
