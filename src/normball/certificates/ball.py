"""The constraint form  min Σ c ℓ  s.t. Ω(w) <= T: its own duality gap, and its optimality conditions as numbers.

Any penalised dual bound gives one for the ball: for every μ > 0,  L* >= D_μ - μT  (docs/design/certificates.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .gap import Facts, free_corrected
from .problem import Array, Column, Evidence

EPS = float(np.finfo(float).eps)


def ball_gap(
    facts: Facts, column: Column, budget: float, coef: Array, intercept: float, evidence: Evidence, k: int = 0
) -> float:
    """An upper bound of L(b, w) - min {L : Ω(w) <= budget} for a feasible candidate k of one float64 pass.

    Parameters
    ----------
    column : Column   its shape is Ω at λ = 1; its lam is the first μ to be tried
    coef, intercept   the candidate, (p,) and float, conditioned coordinates, with Ω(coef) <= budget

    Returns
    -------
    float >= 0, nats per observation; infinite where no dual point is at hand (intercept or free columns far off)

    min over μ of  ‖δ‖²_H + μ (T - Ω(w)) + Σ_j [μΩ_j(w_j) + (μΩ_j)*(z_j) - z_j w_j],  z and δ as in `duality_gap`
    with s = 1: no scaling for the L1 part is needed, so the bound is finite on separable data too.  All terms are >= 0.
    Source: docs/design/certificates.md, "Constraint form".  Law: tests/geometry/test_ball_certificates.py
    """
    dual = free_corrected(facts, evidence, k)
    if dual is None:
        return np.inf
    z, shift, off_b = dual
    held = np.ones(len(coef), bool)
    held[facts.free] = False
    one, best = column.at(1.0), np.inf
    slack = max(budget - facts.penalty.total(np.where(held, coef, 0.0), one), 0.0)
    leak = np.abs(z[~held] * coef[~held]).sum() + abs(intercept * off_b)
    if not z[held].any():
        return float(shift**2 + leak)
    for mu in {steepest(one, z, held, budget), column.lam} - {0.0}:
        cost = facts.penalty.fenchel_young(coef, z, column.at(mu))[held].sum()
        best = min(best, float(shift**2 + mu * slack + cost + leak))
    return best


def steepest(one: Column, z: Array, held: Array, budget: float) -> float:
    """argmin_μ of μT + Σ (μΩ_j)*(z_j), the support function of the ball at z: what a multiplier would be, from z alone.

    one : the column at λ = 1.  L1: max |z_j|/l1_j.  L2: ‖z‖_dual/t.  Elastic: the μ at which argmax zᵀw - μΩ(w) spends
    the budget.
    """
    z, l1, l2 = np.abs(z[held]), one.l1[held], one.l2[held]
    if not l2.any():
        return float((z / l1).max()) * (1.0 + 4.0 * EPS)  # z must not round above μ l1
    if not l1.any():
        size = z.max()
        return float(size * np.sqrt((z / size) @ (z / size / l2)) / np.sqrt(2.0 * budget))

    from scipy.optimize import brentq

    def overspent(log_mu: float) -> float:
        mu = np.exp(log_mu)
        w = np.maximum(z - mu * l1, 0.0) / (mu * l2)
        return float(l1 @ w + 0.5 * (l2 * w) @ w) / budget - 1.0

    high = float(np.log((z / l1).max()))
    low = high - 1.0
    with np.errstate(over="ignore"):
        while overspent(low) < 0.0 and low > high - 500.0:
            low -= 2.0 * (high - low)
        if overspent(low) <= 0.0:
            return float(np.exp(low))
        return float(np.exp(brentq(overspent, low, high, xtol=1e-15, rtol=8 * EPS)))  # pyright: ignore


@dataclass(frozen=True)
class KKT:
    """The optimality conditions of the constraint form, as numbers; vectors (p,) on the columns as they came.

    gradient          of the mean loss
    lower, upper      the interval -λ ∂Ω_j(w_j): a point where w_j is not 0, the corner's interval where it is
    stationarity      the largest distance of the gradient from its interval, each column in units of its own spread
    intercept         |Σ c r|, the slope of the loss along the intercept
    feasibility       (norm - radius)₊ / radius
    slackness         multiplier · |norm - radius| / null loss: complementary slackness
    """

    gradient: Array
    lower: Array
    upper: Array
    stationarity: float
    intercept: float
    feasibility: float
    slackness: float


@dataclass(frozen=True)
class Constraint:
    """The ball a solution was asked for.

    norm_name, radius   "l1", "l2" or "elastic", and t
    norm                of the coefficients, at most t
    multiplier          of the constraint as stated: λ, or λ·t for the L2 norm; 0 where it is inactive
    active              whether the constraint binds; if not, the free optimum lies inside, multiplier and λ are 0
    solves              penalised problems solved on the way
    """

    norm_name: str
    radius: float
    norm: float
    multiplier: float
    active: bool
    kkt: KKT
    solves: int

    def summary(self) -> str:
        """One line."""
        formula = {"l1": "Σ|w|", "l2": "‖w‖₂", "elastic": "Ω(w)"}[self.norm_name]
        if not self.active:
            return f"Constraint {formula} <= {self.radius:.6g}: inactive, the free optimum has {self.norm:.6g}."
        return f"Constraint {formula} <= {self.radius:.6g}: active, multiplier {self.multiplier:.6g}."
