"""The fused judging pass against its plain numpy twin: condition X, predict, link, multiply by Xᵀ."""

from __future__ import annotations

import numpy as np
import pytest

from normball.kernels.rounds import logistic_dense
from normball.losses.logistic import LogisticLoss

# Fewer rows than a tile, and several tiles with a last one of any size; no number of rows is divisible by 4
SHAPES = [(1, 1), (7, 1), (70_001, 1), (2, 3), (11_003, 3), (5, 100), (650, 100), (3, 2500), (51, 2500)]


def plain(X, mean, inverse, w, b, offset, y, c):
    """G, sums, and the sizes of what is added up in each: rounding leaves some 1e-16 of them."""
    x = (X.astype(float) - mean) * inverse
    eta = offset + b + x @ w
    r, h, sums = LogisticLoss().link(y, eta[:, None], c, fast=False)
    sums = np.stack([sums.loss, sums.spread, sums.tail, sums.slope, sums.curvature])
    both = np.hstack([r, h])
    sizes = sums.copy()
    sizes[3] = np.abs(r).sum()
    return (x.T @ both).T, sums, (np.abs(x).T @ np.abs(both)).T, sizes


def assert_twin(arguments):
    """Called twice on top of what is there, it adds twice."""
    G, sums, G_size, sums_size = plain(*arguments)
    got_G, got_sums = np.ones(G.shape), np.ones((5, 1))
    logistic_dense(*arguments, got_G, got_sums)
    logistic_dense(*arguments, got_G, got_sums)
    assert (np.abs(got_G - (1 + 2 * G)) <= 1e-12 * G_size + 1e-15).all()
    assert (np.abs(got_sums - (1 + 2 * sums)) <= 1e-12 * sums_size + 1e-15).all()


def problem(rng, X):
    """The other arguments: conditioning by the column's own mean and sd, weights of which a third are 0."""
    m, p = X.shape
    mean, inverse = X.astype(float).mean(0), 1.0 / (0.1 + X.astype(float).std(0))
    w, offset = rng.normal(size=p) / np.sqrt(p), rng.normal(size=m)
    y, c = np.where(rng.random(m) < 0.5, rng.random(m), 1.0), np.where(rng.random(m) < 0.3, 0.0, rng.random(m) / m)
    return X, mean, inverse, w, 0.3, offset, y, c


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equals_plain_numpy(layout, kind, shape, read_only, rng):
    X = layout((rng.normal(size=shape) * (1 + np.arange(shape[1]) % 3)).astype(kind))
    X.flags.writeable = not read_only
    assert_twin(problem(rng, X))


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_large_means_cost_no_digits(layout, kind, rng):
    """Mean 1e6, sd 1: the mean is subtracted before anything is multiplied."""
    assert_twin(problem(rng, layout((1e6 + rng.normal(size=(333, 100))).astype(kind))))


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("size", [0.0, 30.0, 700.0, 1e4, 1e150, 1e300])
def test_extreme_predictors(layout, y, size, rng):
    """Five rows of one sign: four at once, and one left over."""
    for sign in (1.0, -1.0):
        X, mean, inverse, w, b, *_ = problem(rng, layout(rng.normal(size=(5, 3))))
        arguments = (X, mean, inverse, w, b, np.full(5, sign * size), np.full(5, y), np.full(5, 0.2))
        assert all(np.isfinite(part).all() for part in plain(*arguments))
        assert_twin(arguments)


def test_weight_zero_adds_exactly_nothing(layout, rng):
    """Also where the loss of the row is 1e300."""
    X, mean, inverse, w, b, offset, y, c = problem(rng, layout(rng.normal(size=(11, 3))))
    G, sums = np.ones((2, 3)), np.ones((5, 1))
    logistic_dense(X, mean, inverse, w, b, np.where(offset > 0, 1e300, -1e300), y, 0.0 * c, G, sums)
    assert (G == 1.0).all() and (sums == 1.0).all()


def test_no_rows_and_no_columns(rng):
    """No rows add nothing; without columns the sums are those of the offset and the intercept."""
    G, sums, none = np.ones((2, 3)), np.ones((5, 1)), np.zeros(0)
    logistic_dense(np.ones((0, 3)), *np.ones((3, 3)), 0.3, none, none, none, G, sums)
    assert (G == 1.0).all() and (sums == 1.0).all()
    offset, y, c = rng.normal(size=5), rng.random(5), rng.random(5)
    assert_twin((np.ones((5, 0)), none, none, none, 0.3, offset, y, c))
