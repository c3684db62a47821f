"""Laws of every loss: derivatives, bounds, extreme predictors in 60 digits, weights as repetition, the fast twin."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from normball.losses import LogisticLoss

EPS = np.finfo(float).eps
SIZES = [0.0, 1e-300, 1e-8, 0.3, 1.0, 5.0, 30.0, 36.0, 40.0, 700.0, 745.0, 1e4, 1e300]
EXTREME = np.array([sign * size for size in SIZES for sign in (1.0, -1.0)])
TARGETS = [0.0, 1.0, 0.25, 0.5, 1e-12, 1.0 - 1e-12]
LOWEST = mp.mpf(10) ** -307  # numbers below it may be answered by 0, or by the smallest normal one


def logistic_exact(y, eta):
    """(value, residual, curvature) in the digits at hand, from e^-|η| alone, so that no digit count is too small."""
    e = mp.exp(-abs(eta))
    small = e / (1 + e)
    value = (1 - y if eta >= 0 else y) * abs(eta) + mp.log1p(e)
    return value, (y - 1) + small if eta >= 0 else y - small, small / (1 + e)


def entropy(y):
    log = lambda share, rest: mp.log(share) if share < 0.5 else mp.log1p(-rest)
    return -sum(share * log(share, rest) for share, rest in ((y, 1 - y), (1 - y, y)) if share > 0)


LOSSES = [LogisticLoss()]
EXACT = {LogisticLoss: logistic_exact}  # (y, η) -> value, residual, curvature, as mpmath numbers
LOWER = {LogisticLoss: entropy}  # y -> inf over η

every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)


def number(x):
    return mp.mpf(float(x))


def close(got, truth, relative, tiny=LOWEST):
    return mp.isfinite(truth) and abs(number(got) - truth) <= relative * abs(truth) + tiny


@every_loss
@pytest.mark.parametrize("y", TARGETS)
def test_extreme_predictors_are_exact(loss, y):
    """Value and curvature to a few ulps; the residual too for hard labels (soft: to an ulp of y)."""
    with mp.workdps(60):
        for eta in EXTREME:
            value, residual, curvature = EXACT[type(loss)](number(y), number(eta))
            assert close(loss.value(y, eta), value, 8 * EPS)
            assert close(loss.curvature(y, eta), curvature, 8 * EPS)
            assert (
                abs(number(loss.residual(y, eta)) - residual)
                <= 4 * EPS * (abs(residual) if y in (0, 1) else 1) + LOWEST
            )


@every_loss
@pytest.mark.parametrize("y", TARGETS)
def test_residual_is_minus_the_slope(loss, y):
    """Central differences of the value, whose error is step²/6 · sup|ℓ'''| plus rounding."""
    eta, step = np.linspace(-8.0, 8.0, 161), 1e-4
    slope = (loss.value(y, eta + step) - loss.value(y, eta - step)) / (2.0 * step)
    np.testing.assert_allclose(loss.residual(y, eta), -slope, rtol=0, atol=1e-9)


@every_loss
@pytest.mark.parametrize("y", TARGETS)
def test_curvature_is_the_slope_of_the_slope(loss, y):
    eta, step = np.linspace(-8.0, 8.0, 161), 1e-4
    slope = (loss.residual(y, eta + step) - loss.residual(y, eta - step)) / (2.0 * step)
    np.testing.assert_allclose(loss.curvature(y, eta), -slope, rtol=0, atol=1e-9)


@every_loss
def test_curvature_stays_below_its_bound_and_reaches_it(loss):
    eta = np.concatenate([EXTREME, np.linspace(-20.0, 20.0, 4001)])
    found = np.array([loss.curvature(y, eta) for y in TARGETS])
    assert np.all(found >= 0.0) and np.all(found <= loss.curvature_bound)
    assert found.max() >= 0.999 * loss.curvature_bound


@every_loss
def test_convex(loss, rng):
    """ℓ(y, η) lies above each of its tangents."""
    y, a, b = rng.random(400), 20.0 * rng.normal(size=400), 20.0 * rng.normal(size=400)
    tangent = loss.value(y, a) - loss.residual(y, a) * (b - a)
    assert np.all(loss.value(y, b) >= tangent - 1e-13 * (1.0 + np.abs(tangent)))


@every_loss
def test_floor_is_the_infimum(loss):
    """Against 60 digits; and no predictor on a fine grid goes below it."""
    y = np.array([*TARGETS, 0.1, 0.9, 1e-300])
    floor = loss.floor(y)
    with mp.workdps(60):
        for k, target in enumerate(y):
            assert close(floor[k], LOWER[type(loss)](number(target)), 8 * EPS)
    eta = np.linspace(-40.0, 40.0, 8001)
    values = loss.value(y[:, None], eta)
    assert np.all(values.min(axis=1) >= floor - 4 * EPS)
    inside = (y > 1e-10) & (y < 1 - 1e-10)
    np.testing.assert_allclose(values.min(axis=1)[inside], floor[inside], atol=1e-5)


# ---- the divergence of a dual point ------------------------------------------------------------------------


@pytest.mark.parametrize("far", [1e-12, 1e-9, 1e-6, 1e-3, 0.09, 0.11, 0.7, 1.0])
def test_divergence_is_exact_near_and_far(far, rng):
    """KL(q ‖ σ(η)), q moved from σ(η) by a share of σ'(η): 1e-9 of its value, though it is as small as its square."""
    loss = LogisticLoss()
    eta = np.concatenate([rng.uniform(-35, 35, 200), rng.uniform(-2, 2, 100)])
    p, slope = 1.0 / (1.0 + np.exp(-eta)), loss.curvature(0.0, eta)
    q = np.clip(p + far * slope * rng.choice([-1.0, 1.0], 300), 0.0, 1.0)
    found = loss.divergence(q, eta)
    with mp.workdps(60):
        for k in range(300):
            p, not_p = (1 / (1 + mp.exp(sign * number(eta[k]))) for sign in (-1, 1))
            parts = ((number(q[k]), p), (1 - number(q[k]), not_p))
            truth = sum(v * mp.log(v / w) for v, w in parts if v > 0)
            # q - p is a difference of doubles: an ulp of it, times the slope of KL, is unavoidable
            blur = (abs(q[k] - p) + EPS) * EPS / (p * not_p)
            assert found[k] >= 0.0
            assert close(found[k], truth, 1e-12, 8 * blur)


def test_divergence_of_the_fit_itself_is_nothing(rng):
    """At most the square of q's own rounding."""
    loss, eta = LogisticLoss(), np.concatenate([EXTREME, 10.0 * rng.normal(size=2000)])
    q = 1.0 - loss.residual(1.0, eta)
    found = loss.divergence(q, eta)
    slope = np.maximum(loss.curvature(0.0, eta), EPS)
    assert np.all(found >= 0.0) and np.all(found <= EPS**2 / slope)


def test_divergence_of_a_hard_point_is_the_loss():
    """KL(y ‖ σ(η)) = ℓ(y, η) for y in {0, 1}; for soft y it is what lies above the floor."""
    loss = LogisticLoss()
    for y in (0.0, 1.0):
        np.testing.assert_allclose(
            loss.divergence(np.full(len(EXTREME), y), EXTREME), loss.value(y, EXTREME), rtol=1e-15
        )
    y, eta = np.full(41, 0.3), np.linspace(-30, 30, 41)
    np.testing.assert_allclose(loss.divergence(y, eta), loss.value(y, eta) - loss.floor(y), atol=1e-14)


# ---- links -------------------------------------------------------------------------------------------------


def sample(rng, m, columns):
    """(y, eta, c): predictors from tame to far beyond what exp can hold, hard and soft targets, some weights 0."""
    eta = rng.normal(size=(m, columns)) * 10.0 ** rng.uniform(-1, 3, (m, 1))
    y = np.where(rng.random(m) < 0.7, rng.integers(0, 2, m), rng.random(m))
    return y, eta, rng.choice([0.0, 1.0, 0.3, 7.0], m)


@every_loss
@pytest.mark.parametrize("columns", [1, 5])
@pytest.mark.parametrize("fast", [False, True])
def test_link_is_the_definition(loss, columns, fast, rng):
    """c∘r, c∘ℓ'' and the five sums, of which each row enters either the spread or the tail."""
    y, eta, c = sample(rng, 500, columns)
    r, h, sums = loss.link(y, eta.copy(), c, fast)
    weights, target = c[:, None], y[:, None]
    residual, curvature, value = (f(target, eta) for f in (loss.residual, loss.curvature, loss.value))
    np.testing.assert_allclose(r, weights * residual, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(h, weights * curvature, rtol=1e-13, atol=1e-300)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(residual == 0, 0, residual**2 / curvature)
    assert not np.any(np.abs(ratio - 1e10) < 1.0)  # where rounding decides
    near = ratio < 1e10
    assert near.any() and not near.all()
    expected = [value, np.where(near, ratio, 0), np.where(near, 0, value), residual, curvature]
    for found, part in zip(sums, expected, strict=True):
        np.testing.assert_allclose(found, (weights * part).sum(axis=0), rtol=1e-12, atol=1e-13)


@every_loss
@pytest.mark.parametrize("columns", [1, 5])
def test_the_compiled_link_is_its_plain_twin(loss, columns, rng):
    """On every extreme predictor and target at once, and row by row."""
    y = np.repeat(TARGETS, len(EXTREME))
    eta = np.ascontiguousarray(np.repeat(np.tile(EXTREME, len(TARGETS))[:, None], columns, axis=1))
    c = rng.random(len(y)) + 0.1
    for rows in [slice(None), *(slice(k, k + 1) for k in range(len(y)))]:
        plain, fast = (loss.link(y[rows], eta[rows].copy(), c[rows], how) for how in (False, True))
        for a, b in zip((*plain[:2], *plain[2]), (*fast[:2], *fast[2]), strict=True):
            assert np.isfinite(b).all()
            np.testing.assert_allclose(b, a, rtol=1e-13, atol=2e-16)


@every_loss
@pytest.mark.parametrize("fast", [False, True])
def test_weights_are_repetition(loss, fast, rng):
    """Weight 2 = the row twice, weight 0 = the row absent (also where its loss is 1e300)."""
    y, eta, _ = sample(rng, 60, 3)
    eta[5] = 1e300
    y[5] = 0.0
    c = rng.integers(0, 4, 60).astype(float)
    c[5] = 0.0
    again = np.repeat(np.arange(60), c.astype(int))
    weighted = loss.link(y, eta.copy(), c, fast)
    repeated = loss.link(y[again], eta[again], np.ones(len(again)), fast)
    for a, b in zip(weighted[2], repeated[2], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-300)
    assert not weighted[0][c == 0].any() and not weighted[1][c == 0].any()
    for part in (0, 1):
        summed = np.zeros((60, 3))
        np.add.at(summed, again, repeated[part])
        np.testing.assert_allclose(weighted[part], summed, rtol=1e-14, atol=1e-300)


@every_loss
@pytest.mark.parametrize("fast", [False, True])
def test_link_leaves_its_arguments_alone(loss, fast, rng):
    """eta, y and c may be somebody's own memory."""
    given = sample(rng, 40, 2)
    copies = [a.copy() for a in given]
    y, eta, c = given
    loss.link(y, eta, c, fast)
    assert all(np.array_equal(a, b) for a, b in zip(given, copies, strict=True))
