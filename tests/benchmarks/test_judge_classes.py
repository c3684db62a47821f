"""The judge of several classes: never below the true suboptimality, tiny at the optimum, blind to nothing."""

import numpy as np
import pytest
from scipy import optimize
from scipy.special import logsumexp

from benchmarks.judge_classes import judge_classes


def problem(seed, l1_ratio):
    """(X, y, weight, lam, F) with F(coef, intercept) written out once more."""
    rng = np.random.default_rng(seed)
    n, p, K = 60, 3, 4
    X, lam = rng.normal(size=(n, p)), 0.03
    y = (X @ rng.normal(size=(p, K)) + rng.gumbel(size=(n, K))).argmax(1)
    y[:K] = np.arange(K)
    weight = rng.uniform(0.5, 2.0, n)

    def F(coef, b):
        eta = X @ coef + b
        loss = weight @ (logsumexp(eta, axis=1) - eta[np.arange(n), y]) / weight.sum()
        return loss + lam * (l1_ratio * np.abs(coef).sum() + (1 - l1_ratio) / 2 * (coef**2).sum())

    return X, y, weight, lam, F


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("l1_ratio", [0.0, 1.0, 0.5])
def test_gap_bounds_what_is_missing(seed, l1_ratio):
    """The optimum by L-BFGS-B on w = u - v; the gap there is tiny, elsewhere at least what is missing."""
    X, y, weight, lam, F = problem(seed, l1_ratio)
    p, K = X.shape[1], 4

    def split(t):
        return (t[: p * K] - t[p * K : 2 * p * K]).reshape(p, K), t[2 * p * K :]

    def value(t):
        coef, b = split(t)
        size = t[: 2 * p * K].sum()
        return F(coef, b) + lam * l1_ratio * (size - np.abs(coef).sum())

    found = optimize.minimize(
        value, np.full(2 * p * K + K, 0.01), bounds=[(0, None)] * (2 * p * K) + [(None, None)] * K, method="L-BFGS-B",
        options=dict(maxiter=2000, maxfun=10**6, ftol=1e-15, gtol=1e-9),
    )  # fmt: skip
    coef, b = split(found.x)
    more = dict(lam=lam, l1_ratio=l1_ratio, weight=weight)
    best = judge_classes(X, y, coef, b, **more)
    assert best.relative_gap <= 1e-3 and best.objective == pytest.approx(F(coef, b), abs=1e-8)
    rng = np.random.default_rng(seed)
    for size in (1e-3, 0.1, 1.0, 10.0):
        other = coef + size * rng.normal(size=coef.shape)
        verdict = judge_classes(X, y, other, b, **more)
        assert verdict.gap >= verdict.objective - best.objective - 1e-12
        assert verdict.objective <= F(other, b) + 1e-12 and verdict.intercept_cost >= 0


def test_no_coefficients_at_all():
    """At coef = 0 the objective is the null loss, and its gap reaches down to the optimum."""
    X, y, weight, lam, _ = problem(0, 0.0)
    none = judge_classes(X, y, np.zeros((3, 4)), np.zeros(4), lam=lam, weight=weight)
    assert none.objective == pytest.approx(none.null_loss, rel=1e-12) and none.gap > 0.01
    lost = judge_classes(X, y, np.full((3, 4), np.nan), np.zeros(4), lam=lam)
    assert lost.gap == np.inf
