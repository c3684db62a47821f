"""Firth's penalty on many random problems and on a wide one: the modified score, computed anew, is 0."""

from __future__ import annotations

import numpy as np
import pytest

import normball


def score_norm(X, y, weight, offset, solution) -> float:
    """√(UᵀI⁻¹U), from a QR of its own, in columns that are centred and scaled."""
    scale = X.std(0)
    A = np.column_stack([np.ones(len(X)), (X - X.mean(0)) / scale])
    eta = solution.decision_function(X, offset)
    p = 1 / (1 + np.exp(-eta))
    root = np.sqrt(weight / (1 + np.exp(-eta)) / (1 + np.exp(eta)))
    Q, R = np.linalg.qr(root[:, None] * A)
    U = A.T @ (weight * (y - p) + (Q**2).sum(1) * (0.5 - p))
    return float(np.linalg.norm(np.linalg.solve(R.T, U)))


@pytest.mark.parametrize("seed", range(150))
def test_random_problems(seed):
    """Separated or not, few rows or many, counts and offsets, columns in any unit."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(8, 120)), int(rng.integers(1, 6))
    X = (rng.normal(size=(n, p)) + rng.choice([0.0, 100.0], p)) * 10.0 ** rng.integers(-5, 6, p)
    signal = (X - X.mean(0)) / X.std(0) @ rng.normal(size=p) * rng.choice([0.0, 1.0, 5.0])
    y = (signal + rng.choice([0.0, 1.0]) * rng.logistic(size=n) > rng.normal()).astype(float)
    y[:2] = 0.0, 1.0
    weight, offset = rng.integers(1, 5, n).astype(float), rng.normal(size=n) * rng.choice([0.0, 2.0])
    solution = normball.solve(X, y, penalty="firth", sample_weight=weight, offset=offset)
    assert solution.certificate.status == "stationary"
    assert score_norm(X, y, weight, offset, solution) <= 1e-6
    table = normball.firth_intervals(X, y, sample_weight=weight, offset=offset)
    assert (table.lower < table.estimate).all() and (table.estimate < table.upper).all()
    outside = (table.lower > 0.0) | (table.upper < 0.0)
    assert (outside == (table.p_value < 0.05)).all()  # the interval and the test say the same


def test_a_thousand_columns():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1200, 1000))
    y = (X[:, 0] * 2 + X[:, 1] + rng.logistic(size=1200) > 1).astype(float)
    solution = normball.solve(X, y, penalty="firth")
    assert solution.certificate.status == "stationary"
    assert score_norm(X, y, np.ones(1200), np.zeros(1200), solution) <= 1e-6
