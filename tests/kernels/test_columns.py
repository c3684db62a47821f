"""The link of many columns in both types: 40-digit arithmetic at extreme η, plain numpy elsewhere, slices as fast."""

from __future__ import annotations

import time

import mpmath as mp
import numpy as np
import pytest
from scipy.special import expit

from normball.kernels.columns import condition_rows, everything, residuals
from normball.kernels.links import RATIO_CAP

KINDS = pytest.mark.parametrize("kind", [np.float64, np.float32])
SIZES = [0.0, 1e-8, 1e-3, 0.3, 0.3466, 1.0, 5.0, 16.0, 17.0, 30.0, 60.0, 86.0, 88.0, 104.0, 700.0, 1e4]
FLOOR = {np.float64: -708, np.float32: -87}  # below it e^x stays where it is


def relative(kind):
    return {np.float64: 2e-15, np.float32: 5e-7}[kind]


def run(eta, b, offset, y, weight, share):
    """everything on a copy of eta; r, h, sums, losses."""
    r, kind = eta.copy(), eta.dtype
    h, sums, losses = np.full(eta.shape, np.nan, kind), np.zeros((5, eta.shape[1]), kind), np.zeros(eta.shape[1], kind)
    everything(r, b, offset, y, weight, share, h, sums, losses)
    return r, h, sums, losses


def problem(rng, kind, m, C):
    """Predictors, intercepts, offsets, soft and hard labels, weights, shares; some weights and shares are 0."""
    y = np.where(rng.random(m) < 0.5, (rng.random(m) < 0.5) * 1.0, rng.random(m))
    weight, share = rng.random(m) * (rng.random(m) < 0.8), rng.random(C) * (rng.random(C) < 0.7)
    parts = 4.0 * rng.normal(size=(m, C)), rng.normal(size=C), rng.normal(size=m), y, weight, share
    return [a.astype(kind) for a in parts]


def plain(eta, b, offset, y, weight, share):
    """The same in numpy and float64."""
    eta, b, offset, y, weight, share = (np.asarray(a, np.float64) for a in (eta, b, offset, y, weight, share))
    eta, y, weight = eta + b + offset[:, None], y[:, None], weight[:, None]
    c, slope, loss = weight * share, expit(eta) * expit(-eta), np.logaddexp(0, eta) - y * eta
    ratio = (y - expit(eta)) ** 2 / slope
    near = ratio <= RATIO_CAP
    parts = [c * loss, c * ratio * near, c * loss * ~near, c * (y - expit(eta)), c * slope]
    return parts[3], parts[4], np.array([a.sum(0) for a in parts]), (weight * loss).sum(0)


@KINDS
@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
def test_extreme_predictors_are_exact(kind, y):
    """One row, one column for each η: every number is finite, and the loss never saturates."""
    eta = np.array([[sign * size for size in SIZES for sign in (1.0, -1.0)]], kind)
    C, one = eta.shape[1], np.ones(1, kind)
    r, h, sums, losses = run(eta, np.zeros(C, kind), 0 * one, y * one, one, np.ones(C, kind))
    assert all(np.isfinite(a).all() for a in (r, h, sums, losses))
    eps = relative(kind)
    with mp.workdps(40):
        tiny = mp.exp(FLOOR[kind] + 0.5)
        for k in range(C):
            x = mp.mpf(float(eta[0, k]))
            q = 1 / (1 + mp.exp(-abs(x)))
            small = mp.exp(-abs(x)) * q
            residual = (y - 1) + small if x >= 0 else y - small
            loss = (1 - y if x >= 0 else y) * abs(x) + mp.log1p(mp.exp(-abs(x)))
            soft = eps if 0 < y < 1 else 0  # there y - p is a difference of rounded numbers
            assert abs(mp.mpf(float(r[0, k])) - residual) <= eps * abs(residual) + soft + tiny
            assert abs(mp.mpf(float(h[0, k])) - small * q) <= eps * small * q + tiny
            assert abs(mp.mpf(float(losses[k])) - loss) <= eps * loss + tiny
            assert sums[0, k] == losses[k] and sums[3, k] == r[0, k] and sums[4, k] == h[0, k]
            ratio = residual**2 / (small * q)
            if ratio > 1.01 * RATIO_CAP:
                assert sums[1, k] == 0.0 and sums[2, k] == losses[k]
            elif ratio < 0.99 * RATIO_CAP and not soft:
                flushed = mp.exp(FLOOR[kind] / 2)  # its numerator is a square that may underflow
                assert abs(mp.mpf(float(sums[1, k])) - ratio) <= 4 * eps * ratio + flushed and sums[2, k] == 0.0


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_single_precision_holds_to_three_units(y):
    """Against float64 on a fine grid, and where the exponential's polynomial ends: half-way between powers of 2."""
    ends = np.log(2) * (np.arange(115) + 0.5)
    size = np.concatenate([np.linspace(0, 80, 20001), ends - 1e-3, ends + 1e-3])
    eta = np.concatenate([size, -size])[None, :].astype(np.float32)
    C, one = eta.shape[1], np.ones(1, np.float32)
    r, h, _, losses = run(eta, np.zeros(C, np.float32), 0 * one, y * one, one, np.ones(C, np.float32))
    x = eta.astype(float)
    away = -x if y else x  # what makes the row's loss grow
    residual, slope, loss = (1.0 if y else -1.0) * expit(away), expit(x) * expit(-x), np.logaddexp(0, away)
    eps = float(np.finfo(np.float32).eps)
    for got, truth, units in ((r, residual, 2.0), (h, slope, 2.7), (losses[None, :], loss, 2.2)):
        np.testing.assert_allclose(got, truth, rtol=units * eps, atol=0)


@KINDS
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (40, 1), (300, 37), (1000, 100)])
def test_equals_plain_numpy(kind, shape, rng):
    """Residuals, curvatures, sums, losses; and sums are added to what is there."""
    given = problem(rng, kind, *shape)
    r, h, sums, losses = run(*given)
    true_r, true_h, true_sums, true_losses = plain(*given)
    eps = relative(kind)
    np.testing.assert_allclose(r, true_r, rtol=0, atol=4 * eps)  # an error of η, up to 20 ulp of 1, counts a quarter
    np.testing.assert_allclose(h, true_h, rtol=40 * eps, atol=0)
    size = np.abs(true_sums) + np.abs(true_r).sum(0)  # Σ r cancels
    assert (np.abs(sums - true_sums) <= 100 * eps * size).all()
    np.testing.assert_allclose(losses, true_losses, rtol=100 * eps)
    eta, *rest = given
    total, held_out = sums.copy(), losses.copy()
    everything(eta.copy(), *rest, h, total, held_out)
    np.testing.assert_allclose(total, 2 * sums, rtol=100 * eps, atol=100 * eps * size.max())
    np.testing.assert_allclose(held_out, 2 * losses, rtol=100 * eps)


@KINDS
def test_steering_gives_the_same_residuals(kind, rng):
    given = problem(rng, kind, 200, 41)
    eta = given[0].copy()
    residuals(eta, *given[1:])
    np.testing.assert_allclose(eta, run(*given)[0], rtol=4 * np.finfo(kind).eps, atol=0)


@KINDS
def test_share_zero_is_judged_and_nothing_else(kind, rng):
    """A held-out column adds exactly 0 everywhere but in the losses, whose value does not depend on the share."""
    eta, b, offset, y, weight, share = problem(rng, kind, 50, 8)
    eta[3] = 1e4
    r, h, sums, losses = run(eta, b, offset, y, weight, 0 * share)
    assert not r.any() and not h.any() and not sums.any()
    np.testing.assert_array_equal(losses, run(eta, b, offset, y, weight, share)[3])
    residuals(eta, b, offset, y, weight, 0 * share)
    assert not eta.any()


@KINDS
@pytest.mark.parametrize("some", [slice(0, 5), slice(5, 19), slice(18, 19), slice(0, 19)], ids=str)
def test_a_slice_of_columns_is_written_and_nothing_else(kind, some, rng):
    whole, b, offset, y, weight, share = problem(rng, kind, 30, 19)
    rest = (b[some], offset, y, weight, share[some])
    r, h, sums, losses = run(whole[:, some], *rest)
    for proved in (False, True):
        eta = whole.copy()
        if proved:
            found = np.empty_like(h), np.zeros_like(sums), np.zeros_like(losses)
            everything(eta[:, some], *rest, *found)
            for a, truth in zip(found, (h, sums, losses), strict=True):
                np.testing.assert_allclose(a, truth, rtol=1e-5 if kind is np.float32 else 1e-13, atol=1e-6)
        else:
            residuals(eta[:, some], *rest)
        np.testing.assert_allclose(eta[:, some], r, rtol=4 * np.finfo(kind).eps, atol=0)
        others = np.setdiff1d(np.arange(19), np.arange(19)[some])
        np.testing.assert_array_equal(eta[:, others], whole[:, others])


def test_rows_with_gaps_are_refused(rng):
    """Their neighbours in memory would be overwritten."""
    eta, *rest = problem(rng, np.float64, 8, 6)
    found = np.empty((8, 6)), np.zeros((5, 6)), np.zeros(6)
    for wrong in (np.asfortranarray(eta), np.repeat(eta, 2, axis=1)[:, ::2]):
        for kernel, more in ((residuals, ()), (everything, found)):
            with pytest.raises(ValueError, match="rows without gaps"):
                kernel(wrong, *rest, *more)


def test_a_slice_of_columns_is_as_fast(rng):
    """A scalar loop would take four to eight times as long."""
    eta, b, offset, y, weight, share = problem(rng, np.float32, 500, 201)
    whole, best = np.ascontiguousarray(eta[:, 1:]), [np.inf, np.inf]
    for _ in range(40):
        for k, block in enumerate((whole, eta[:, 1:])):
            began = time.perf_counter()
            residuals(block, b[1:], offset, y, weight, share[1:])
            best[k] = min(best[k], time.perf_counter() - began)
    assert best[1] < 2.5 * best[0]


@KINDS
def test_a_predictor_that_is_no_number_shows_in_the_loss(kind, rng):
    eta, *rest = problem(rng, kind, 9, 4)
    eta[5, 2], rest[3][5], rest[4][2] = np.nan, 1.0, 1.0
    _, _, sums, losses = run(eta, *rest)
    np.testing.assert_array_equal(np.isnan(sums[0]), [False, False, True, False])
    np.testing.assert_array_equal(np.isnan(losses), [False, False, True, False])


@KINDS
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_condition_rows(layout, kind, index, rng):
    """(x - mean)·inverse of some rows, in any order, in float64: with a mean of 1e6 no digit of x is lost."""
    X = layout((rng.normal(size=(33, 6)) + 1e6 * (np.arange(6) % 2)).astype(kind))
    X.flags.writeable = False
    rows, mean, inverse = rng.integers(0, 33, 20).astype(index), X.astype(float).mean(0), 1.0 / (1.0 + np.arange(6))
    truth = (X[rows].astype(float) - mean) * inverse
    for out in (np.empty(truth.shape), np.empty(truth.shape, np.float32)):
        condition_rows(X, rows, mean, inverse, out)
        np.testing.assert_allclose(out, truth, rtol=np.finfo(out.dtype).eps, atol=0)
    condition_rows(X, rows[:0], mean, inverse, np.empty((0, 6)))
