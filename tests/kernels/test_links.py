"""The link kernel against 60-digit arithmetic at extreme η, against plain numpy elsewhere, and where weights are 0."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from scipy.special import expit

from normball.kernels.links import RATIO_CAP, logistic_link

SIZES = [0.0, 1e-300, 1e-8, 0.3, 1.0, 5.0, 30.0, 36.0, 40.0, 700.0, 745.0, 1e4, 1e300]
EXTREME = np.array([sign * size for size in SIZES for sign in (1.0, -1.0)])
TINY = mp.mpf(10) ** -307  # below it the kernel may answer e^-708 in place of the truth: nobody can tell


def run(eta, y, c):
    eta = np.ascontiguousarray(eta)
    r, h, sums = np.full(eta.shape, np.nan), np.full(eta.shape, np.nan), np.zeros((5, eta.shape[1]))
    logistic_link(eta, y, c, r, h, sums)
    return r, h, sums


def exact(y, eta):
    """Residual, slope, ratio, loss, with 60 digits (η = 1e300 included: e^η is a number for mpmath)."""
    y, eta = mp.mpf(float(y)), mp.mpf(float(eta))
    near_one = 1 / (1 + mp.exp(-abs(eta)))
    small = mp.exp(-abs(eta)) * near_one
    residual = (y - 1) + small if eta >= 0 else y - small
    slope = small * near_one
    loss = (1 - y if eta >= 0 else y) * abs(eta) + mp.log1p(mp.exp(-abs(eta)))
    return residual, slope, residual**2 / slope, loss


def close(got, truth, relative=1e-15, tiny=TINY):
    return abs(mp.mpf(float(got)) - truth) <= relative * abs(truth) + tiny


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25, 0.5, 1e-12])
@pytest.mark.parametrize("columns", [1, 4], ids=["vector", "block"])
def test_extreme_predictors_are_exact(y, columns):
    """Every row alone, so that each of the five sums is one term; every answer is finite."""
    with mp.workdps(60):
        for eta in EXTREME:
            r, h, sums = run(np.full((1, columns), eta), np.array([y]), np.ones(1))
            assert np.isfinite(r).all() and np.isfinite(h).all() and np.isfinite(sums).all()
            residual, slope, ratio, loss = exact(y, eta)
            for k in range(columns):
                # y - p is a difference of doubles where y is soft: its own rounding is unavoidable
                assert abs(mp.mpf(float(r[0, k])) - residual) <= 2e-16 * (1 if 0 < y < 1 else abs(residual) * 2) + TINY
                assert close(h[0, k], slope)
                assert close(sums[0, k], loss)
                assert sums[3, k] == r[0, k] and sums[4, k] == h[0, k]
                if ratio < 0.99 * RATIO_CAP:
                    soft = 1e-14 + 4e-16 / (abs(residual) + TINY) if 0 < y < 1 else 4e-15
                    assert close(sums[1, k], ratio, soft, mp.mpf(10) ** -150) and sums[2, k] == 0.0
                elif ratio > 1.01 * RATIO_CAP:
                    assert sums[1, k] == 0.0 and sums[2, k] == sums[0, k]


@pytest.mark.parametrize("columns", [1, 2, 3, 8, 37])
def test_equals_plain_numpy(columns, rng):
    """Written and summed quantities, on top of what the sums already hold."""
    m = 301
    eta, y, c = 4.0 * rng.normal(size=(m, columns)), rng.random(m), rng.random(m)
    r, h, sums = run(eta, y, c)
    y, c, p, slope = y[:, None], c[:, None], expit(eta), expit(eta) * expit(-eta)
    np.testing.assert_allclose(r, c * (y - p), rtol=0, atol=4e-16)
    np.testing.assert_allclose(h, c * slope, rtol=1e-14)
    truth = [c * (np.logaddexp(0, eta) - y * eta), c * (y - p) ** 2 / slope, 0 * eta, c * (y - p), c * slope]
    np.testing.assert_allclose(sums, [t.sum(0) for t in truth], rtol=1e-11, atol=1e-13)
    again = sums.copy()
    logistic_link(eta, y[:, 0], c[:, 0], r, h, again)
    np.testing.assert_allclose(again, 2 * sums, rtol=1e-13)


@pytest.mark.parametrize("columns", [1, 3])
def test_weight_zero_adds_exactly_nothing(columns):
    """Also where the loss of the row is 1e300."""
    eta = np.repeat(EXTREME[:, None], columns, axis=1)
    for y in (0.0, 1.0):
        r, h, sums = run(eta, np.full(len(eta), y), np.zeros(len(eta)))
        assert not r.any() and not h.any() and not sums.any()


def test_spread_and_tail_share_the_rows(rng):
    """Rows beyond the cap count by their loss, the others by their ratio; nothing is counted twice or lost."""
    eta, y, c = np.linspace(-60, 60, 241)[:, None], np.zeros(241), rng.random(241)
    _, _, sums = run(eta, y, c)
    ratio = np.exp(eta[:, 0])  # y = 0: p²/(p(1-p)) = e^η
    inside = ratio <= RATIO_CAP
    assert 0 < inside.sum() < 241
    np.testing.assert_allclose(sums[1, 0], np.sum(c[inside] * ratio[inside]), rtol=1e-13)
    np.testing.assert_allclose(sums[2, 0], np.sum((c * np.logaddexp(0, eta[:, 0]))[~inside]), rtol=1e-13)


def test_read_only_input_and_row_slices(rng):
    """Input arrays may be read-only; a slice of rows of larger arrays is written in place and nowhere else."""
    eta, y, c = rng.normal(size=(9, 2)), np.ones(9), np.ones(9)
    for a in (eta, y, c):
        a.flags.writeable = False
    r, h, sums = np.full((9, 2), 7.0), np.full((9, 2), 7.0), np.zeros((5, 2))
    logistic_link(eta[3:6], y[3:6], c[3:6], r[3:6], h[3:6], sums)
    assert (r[[0, 1, 2, 6, 7, 8]] == 7.0).all() and (h[[0, 1, 2, 6, 7, 8]] == 7.0).all()
    np.testing.assert_allclose(r[3:6], 1.0 / (1.0 + np.exp(eta[3:6])), rtol=1e-14)


def test_same_bits_again(rng):
    eta, y, c = rng.normal(size=(1000, 1)), rng.random(1000), rng.random(1000)
    assert all(np.array_equal(a, b) for a, b in zip(run(eta, y, c), run(eta, y, c), strict=True))
