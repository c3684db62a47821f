"""Laws of the squared loss: derivatives, its conjugate, weights as repetition, the compiled twin."""

from __future__ import annotations

import numpy as np
import pytest

from normball.kernels.links import squared_vector
from normball.losses import SquaredLoss

LOSS = SquaredLoss()


def sample(seed=0, m=200, columns=3):
    rng = np.random.default_rng(seed)
    return 5 * rng.normal(size=m), 5 * rng.normal(size=(m, columns)), rng.choice([0.0, 1.0, 0.3, 7.0], m)


def test_derivatives():
    """Central differences of a quadratic are exact but for rounding."""
    y, eta, step = 1.7, np.linspace(-8, 8, 81), 1e-3
    up, here, down = (LOSS.value(y, eta + k * step) for k in (1, 0, -1))
    np.testing.assert_allclose(LOSS.residual(y, eta), (down - up) / (2 * step), rtol=0, atol=1e-10)
    np.testing.assert_allclose(LOSS.curvature(y, eta), (up - 2 * here + down) / step**2, rtol=0, atol=1e-6)
    assert (LOSS.curvature(y, eta) <= LOSS.curvature_bound).all()
    np.testing.assert_array_equal(LOSS.floor(eta), LOSS.value(eta, eta))


def test_divergence_is_what_fenchel_and_young_say():
    """f(η) + f*(u) - u η with f*(u) = ½u² + u y (docs/design/certificates.md) at the dual point q, u = q - y."""
    y, eta, _ = sample(columns=1)
    q = y + np.linspace(-3, 3, len(y))
    u, eta = q - y, eta[:, 0]
    np.testing.assert_allclose(LOSS.divergence(q, eta), LOSS.value(y, eta) + 0.5 * u**2 + u * y - u * eta, atol=1e-12)
    grid = np.linspace(-60, 60, 24001)  # f* is the supremum
    for k in range(0, len(y), 20):
        top = (u[k] * grid - LOSS.value(y[k], grid)).max()
        assert top <= 0.5 * u[k] ** 2 + u[k] * y[k] + 1e-12
        assert top == pytest.approx(0.5 * u[k] ** 2 + u[k] * y[k], abs=1e-4)


def test_spread_is_what_scaled_residuals_cost():
    """q = y - s r: Σ c ½(q - η)² = (1 - s)² spread, nothing in the tail."""
    y, eta, c = sample()
    r, _, sums = LOSS.link(y, eta, c, False)
    for s in (0.0, 0.3, 1.0):
        q = y[:, None] - s * LOSS.residual(y[:, None], eta)
        cost = (c[:, None] * LOSS.divergence(q, eta)).sum(0)
        np.testing.assert_allclose(cost, (1 - s) ** 2 * sums.spread, rtol=1e-12, atol=1e-13)
    assert not sums.tail.any()
    np.testing.assert_allclose(r, c[:, None] * LOSS.residual(y[:, None], eta))


def test_link_is_the_definition_and_the_compiled_one_its_twin():
    y, eta, c = sample()
    r, h, sums = LOSS.link(y, eta, c, True)
    np.testing.assert_allclose(sums.loss, c @ LOSS.value(y[:, None], eta), rtol=1e-13)
    np.testing.assert_allclose(sums.slope, r.sum(0), rtol=1e-13)
    np.testing.assert_allclose(sums.curvature, c.sum(), rtol=1e-13)
    for k in range(3):
        residual, curvature, found = np.empty(200), np.empty(200), np.zeros((5, 1))
        squared_vector(np.ascontiguousarray(eta[:, k]), y, c, residual, curvature, found)
        np.testing.assert_array_equal(residual, r[:, k])
        np.testing.assert_array_equal(curvature, h[:, k])
        np.testing.assert_allclose(found[:, 0], [part[k] for part in sums], rtol=1e-12, atol=1e-12)


def test_weights_are_repetition():
    y, eta, _ = sample(m=60)
    c = np.arange(60) % 4.0
    again = np.repeat(np.arange(60), c.astype(int))
    weighted, repeated = LOSS.link(y, eta, c, False)[2], LOSS.link(y[again], eta[again], np.ones(len(again)), False)[2]
    for a, b in zip(weighted, repeated, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def test_best_constant_is_the_best():
    y, _, c = sample()
    c = c / c.sum()
    b, value = LOSS.best_constant(y, c)
    assert value == pytest.approx(c @ LOSS.value(y, b), rel=1e-13)
    for step in (1e-3, -1e-3):
        assert c @ LOSS.value(y, b + step) > value
