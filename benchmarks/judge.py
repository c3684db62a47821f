"""The judge: how far, at most, somebody's coefficients are from the optimum. Plain numpy, nothing of normball.

    F(b, w) = Σ c_i ℓ(y_i, η_i) + Σ_j (l1_j |w_j| + l2_j/2 w_j²),  ℓ = log(1 + e^η) - y η,  η = offset + b + Xw,
    c = weight / Σ weight,  l1_j = lam l1_ratio f_j,  l2_j = lam (1 - l1_ratio) f_j,  b free.

Let z = Xᵀ(c∘(y-q)). Every q in [0, 1]ⁿ with Σ c_i (y_i - q_i) = 0, and |z_j| <= l1_j where l2_j = 0, bounds min F from
below. The distance from that bound is a sum of non-negative terms, so no digits are lost in a difference:

    gap = Σ c_i KL(q_i ‖ p_i) + Σ_j [ l1_j |w_j| + l2_j/2 w_j² + Ω*_j(z_j) - z_j w_j ]        (Fenchel-Young)

Coefficients are judged with the best intercept that goes with them: a program that penalises or rounds its intercept
is not blamed for that; what its own intercept costs on top is reported as `intercept_cost`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """gap, objective, null_loss, intercept_cost in nats per observation; objective - gap <= min F <= objective."""

    gap: float
    null_loss: float
    objective: float
    intercept_cost: float
    nonzeros: int

    @property
    def relative_gap(self) -> float:
        """gap ÷ loss of the model that has an intercept only: the measure of every target."""
        return self.gap / self.null_loss


def judge(X, y, coef, intercept, *, lam, l1_ratio=0.0, weight=None, offset=None, factors=None) -> Verdict:
    """Judge coef (p,) and intercept for labels y (n,) in [0, 1], X (n, p) ndarray or scipy sparse.

    Raises ValueError where this proof does not exist: a column without penalty, or labels of one class only.
    """
    n, p = X.shape
    y, coef = np.asarray(y, dtype=np.float64), np.asarray(coef, dtype=np.float64)
    c = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
    c = c / c.sum()
    offset = np.zeros(n) if offset is None else np.asarray(offset, dtype=np.float64)
    factors = np.ones(p) if factors is None else np.asarray(factors, dtype=np.float64)
    l1, l2 = lam * l1_ratio * factors, lam * (1.0 - l1_ratio) * factors
    if np.any(l1 + l2 <= 0):
        raise ValueError(f"lam = {lam} with these factors leaves columns without a penalty: no gap bounds them.")
    null_loss = mean_loss(y, offset + best_intercept(y, c, offset), c)
    if not (np.all(np.isfinite(coef)) and np.isfinite(intercept)):
        return Verdict(np.inf, null_loss, np.inf, np.inf, int(np.count_nonzero(coef)))
    partial = offset + X @ coef
    b = best_intercept(y, c, partial)
    eta = partial + b
    residual = balance(y - sigmoid(eta), c)
    z = X.T @ (c * residual)
    gap = min(  # the last term, b Σ c r, is 0 but for the rounding of `balance`, and is counted as a cost
        c @ divergence(y - s * residual, eta) + np.sum(fenchel_young(coef, s * z, l1, l2)) + abs(b * s * (c @ residual))
        for s in feasible_scales(z, l1, l2)
    )
    loss = mean_loss(y, eta, c)
    return Verdict(
        gap=float(gap),
        null_loss=null_loss,
        objective=loss + float(l1 @ np.abs(coef) + 0.5 * l2 @ (coef * coef)),
        intercept_cost=max(mean_loss(y, partial + intercept, c) - loss, 0.0),
        nonzeros=int(np.count_nonzero(coef)),
    )


def sigmoid(eta):
    """σ(η), each half from the exponential that cannot overflow."""
    e = np.exp(-np.abs(eta))
    return np.where(eta >= 0, 1.0, e) / (1.0 + e)


def mean_loss(y, eta, c) -> float:
    return float(c @ (np.logaddexp(0.0, eta) - y * eta))


def best_intercept(y, c, partial) -> float:
    """The b with Σ c (y - σ(partial + b)) = 0: Newton inside a bracket that always shrinks.

    The bracket: σ is increasing, so b lies between logit(ȳ) - max(partial) and logit(ȳ) - min(partial).
    """
    mean = float(c @ y)
    if not 0.0 < mean < 1.0:
        raise ValueError(f"The weighted mean of the labels is {mean}: one class only, the best intercept is infinite.")
    live = partial[c > 0]
    logit = np.log(mean) - np.log1p(-mean)
    low, high = logit - live.max(), logit - live.min()
    b = 0.5 * (low + high)
    for _ in range(200):
        p = sigmoid(partial + b)
        slope, curvature = float(c @ (y - p)), float(c @ (p * (1.0 - p)))
        low, high = (b, high) if slope > 0 else (low, b)
        proposal = b + slope / curvature if curvature > 0 else low
        if not low < proposal < high:
            proposal = 0.5 * (low + high)
        if abs(proposal - b) <= 4e-16 * max(1.0, abs(b)):
            break
        b = proposal
    return float(b)


def balance(residual, c):
    """Shrink the heavier side of the residuals until Σ c r = 0; q = y - r stays in [0, 1]."""
    above, below = float(c @ np.maximum(residual, 0.0)), float(c @ np.maximum(-residual, 0.0))
    if above == 0.0 or below == 0.0:
        return np.zeros_like(residual)
    return np.where(residual > 0, residual * min(1.0, below / above), residual * min(1.0, above / below))


def feasible_scales(z, l1, l2):
    """Scales s of the residuals that satisfy every constraint; the best one is kept (all of them are valid)."""
    size = np.maximum(np.abs(z), np.finfo(float).tiny)
    needed = min(1.0, float(np.min(l1 / size, initial=1.0, where=l2 == 0)))
    sparse_like = min(needed, float(np.min(l1 / size, initial=1.0)))  # with a faint l2, as if it were not there
    return {needed, 0.5 * (needed + sparse_like), sparse_like}


def fenchel_young(w, z, l1, l2):
    """l1|w| + l2/2 w² + Ω*(z) - zw for each column, as two squares' worth of non-negative terms.

    With t the part of z beyond ±l1: |w| (l1 - sign(w) (z - t)) + (l2 w - t)² / (2 l2).
    """
    inside = np.clip(z, -l1, l1)
    beyond = np.where(l2 > 0, z - inside, 0.0)  # where l2 = 0 the scale has brought z inside, but for a rounding
    square = (l2 * w - beyond) ** 2 / np.where(l2 > 0, 2.0 * l2, 1.0)
    return np.abs(w) * (l1 - np.sign(w) * inside) + square


def divergence(q, eta):
    """KL(q ‖ σ(η)), elementwise: a series-safe form where q is near σ(η), the plain one in the tails.

    p g((q-p)/p) + (1-p) g((p-q)/(1-p)) with g(x) = (1+x) log(1+x) - x >= 0.
    """
    q = np.clip(q, 0.0, 1.0)
    p, other = sigmoid(eta), sigmoid(-eta)
    delta = q - p
    least = np.minimum(p, other)
    near = (least > 1e-300) & (np.abs(delta) <= 0.5 * least)
    safe_p, safe_other = np.where(near, p, 0.5), np.where(near, other, 0.5)
    delta = np.where(near, delta, 0.0)
    close = safe_p * excess(delta / safe_p) + safe_other * excess(-delta / safe_other)
    far = xlogx(q) + xlogx(1.0 - q) + np.logaddexp(0.0, eta) - q * eta
    return np.where(near, close, np.maximum(far, 0.0))


def excess(x):
    """(1+x) log(1+x) - x for |x| <= 1/2; below 1e-2 by its series x²/2 - x³/6 + x⁴/12 - … (relative error < 1e-15)."""
    series = x * x * (1 / 2 - x * (1 / 6 - x * (1 / 12 - x * (1 / 20 - x * (1 / 30 - x * (1 / 42 - x / 56))))))
    return np.where(np.abs(x) < 1e-2, series, (1.0 + x) * np.log1p(x) - x)


def xlogx(x):
    return x * np.log(np.where(x > 0, x, 1.0))
