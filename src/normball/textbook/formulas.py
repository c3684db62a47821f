"""The formulas of the course: z is the linear predictor, a = σ(z) the activation, m the number of rows."""

from __future__ import annotations

import numpy as np


def sigmoid(z):
    """σ(z) = 1 / (1 + e^-z), elementwise; e is only ever raised to a power of at most 0, so nothing overflows."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, small) / (1.0 + small)


def mean_loss(z, y) -> float:
    """(1/m) Σ -[y log a + (1-y) log(1-a)] with a = σ(z), in nats; from z, so that no log(0) can happen."""
    return float(np.mean(np.logaddexp(0.0, z) - y * z))


def shrink(v, t):
    """The proximal step of t‖·‖₁: sign(v) (|v| - t)₊, elementwise."""
    return np.sign(v) * np.maximum(np.abs(v) - t, 0.0)


def decay_factor(learning_rate: float, lambd: float, m: int) -> float:
    """1 - αλ/m: what one gradient step multiplies every weight by before it moves along the data.

    The course's example, α = λ = 0.01 and m = 10 000, gives 1 - 1e-8 = 0.99999999; the course prints 0.999999.
    """
    return 1.0 - learning_rate * lambd / m


def safe_learning_rate(X, lambd: float = 0.0) -> float:
    """2/L: below it, no step of gradient descent (with or without an L1 part) can raise the cost.

    L = ‖[1 X]‖₂²/(4m) + λ/m bounds the curvature of the cost: σ' <= 1/4.  X (m, p) dense.
    Source: the descent lemma; with the proximal step, Beck and Teboulle (2009), SIAM J. Imaging Sci. 2, lemma 2.3.
    """
    X = np.asarray(X, dtype=np.float64)
    ones = np.ones((len(X), 1))  # (m, 1)
    largest = float(np.linalg.norm(np.hstack([ones, X]), 2))  # singular value
    return 2.0 / (largest**2 / (4 * len(X)) + lambd / len(X))
