"""Dense kernels against numpy: every stride, both types, NaN and infinity never lost."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from normball.kernels.dense import condition, row_scale, survey_block

SHAPES = [(1, 1), (3, 4), (33, 6), (70, 5), (64, 19)]


def fresh(p):
    acc = np.zeros((4, p))
    acc[2], acc[3] = np.inf, -np.inf
    return acc


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES)
def test_condition(layout, kind, shape, rng):
    """(x - mean)·inv_scale in float64; with a mean of 1e6 the difference keeps every digit that x has."""
    X = layout((rng.normal(size=shape) + 1e6 * (np.arange(shape[1]) % 2)).astype(kind))
    X.flags.writeable = False
    mean, inv = X.astype(float).mean(0), 1.0 / (1.0 + np.arange(shape[1]))
    truth = (X.astype(float) - mean) * inv
    for out in (np.empty(shape), np.empty(shape, np.float32)):
        condition(X, mean, inv, out)
        np.testing.assert_allclose(out, truth, rtol=np.finfo(out.dtype).eps, atol=0)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [*((m, 3) for m in range(1, 10)), *SHAPES])
def test_survey(layout, kind, shape, rng):
    """Two blocks one after the other give the moments and the range of both; the range counts rows of weight 0."""
    m, p = shape
    X, c = layout(rng.normal(size=shape).astype(kind)), rng.random(m)
    c[0] = 0.0
    about, acc = rng.normal(size=p), fresh(p)
    survey_block(X, c, about, acc)
    survey_block(X, c, about, acc)
    D = X.astype(float) - about
    np.testing.assert_allclose(acc[:2], [2 * (c @ D), 2 * (c @ D**2)], rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(acc[2:], [X.min(0), X.max(0)])


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("m", [*range(1, 10), 41])
def test_survey_shows_what_is_not_finite(layout, kind, value, m, rng):
    """NaN in the sum, ±inf in the range; in any row, also in one of weight 0, and only in its own column."""
    clean = rng.normal(size=(m, 3)).astype(kind)
    for row, weight in itertools.product(range(m), (1.0, 0.0)):
        X, c, acc = clean.copy(), np.ones(m), fresh(3)
        X[row, 1], c[row] = value, weight
        survey_block(layout(X), c, np.zeros(3), acc)
        if np.isnan(value):
            assert np.isnan(acc[0, 1])
        else:
            assert acc[3 if value > 0 else 2, 1] == value
        others = clean[:, [0, 2]].astype(float)
        np.testing.assert_allclose(acc[:2, [0, 2]], [c @ others, c @ others**2], rtol=1e-12, atol=1e-13)
        np.testing.assert_array_equal(acc[2:, [0, 2]], [others.min(0), others.max(0)])


def test_survey_weight_zero_hides_large_values(layout):
    """x = 1e200 has no finite square; with weight 0 it still adds 0."""
    X = np.ones((40, 2))
    X[17, 0] = 1e200
    c, acc = np.ones(40), fresh(2)
    c[17] = 0.0
    survey_block(layout(X), c, np.zeros(2), acc)
    np.testing.assert_array_equal(acc, [[39, 39], [39, 39], [1, 1], [1e200, 1]])


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_row_scale_gives_the_gram(kind, rng):
    X, h = rng.normal(size=(50, 7)), rng.random(50)
    h[3] = 0.0
    out = np.empty(X.shape, kind)
    row_scale(X, h, out)
    assert not out[3].any()
    np.testing.assert_allclose(out, np.sqrt(h)[:, None] * X, rtol=2 * np.finfo(kind).eps)
