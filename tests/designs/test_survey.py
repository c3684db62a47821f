"""Pass one: means, spreads and conditioning of every column, against long double; NaN and infinity anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from designs.layouts import DENSE, SPARSE, plain, stored

Long = np.longdouble
every_layout = pytest.mark.parametrize("layout", DENSE + SPARSE)
every_speed = pytest.mark.parametrize("fast", [False, True], ids=["plain", "compiled"])
N = 900

COLUMNS = {  # name -> what n rows of it look like; z is standard normal
    "plain": lambda z: z,
    "off": lambda z: 1e4 + 0.1 * z,
    "shifted": lambda z: 50.0 + z,
    "a year": lambda z: np.round(2000 + 8 * z),
    "mostly zero": lambda z: np.where(z > 1.5, z, 0.0),
    "rare": lambda z: (z == z.max()).astype(float),
    "one far away": lambda z: np.where(z == z.max(), 1e6, z),
    "large": lambda z: 1e30 * z,
    "small": lambda z: 1e-30 * z,
}
BEYOND_FLOAT32 = {
    "far off": lambda z: 1e6 + 1e-3 * z,
    "far off, below zero": lambda z: -1e6 + 1e-3 * z,
    "huge": lambda z: 1e200 * z,
    "huge and far off": lambda z: 1e200 * (1000.0 + z),
    "enormous": lambda z: 1e300 * np.tanh(z),
    "tiny": lambda z: 1e-200 * z,
    "tiny and far off": lambda z: 1e-200 * (1000.0 + z),
    "minute": lambda z: 1e-290 * z,
}


def table(rng, layout):
    """(X, names): one column of each kind."""
    kinds = COLUMNS if "float32" in layout else COLUMNS | BEYOND_FLOAT32
    return np.column_stack([make(rng.normal(size=N)) for make in kinds.values()]), list(kinds)


def moments(x, c):
    """Weighted mean and standard deviation about it of the columns of x (n, p), in long double."""
    x, c = x.astype(Long), c.astype(Long) / c.astype(Long).sum()
    far = np.maximum(np.abs(x).max(axis=0), Long("1e-4000"))
    mean = c @ (x / far)
    return mean * far, np.sqrt(c @ (x / far - mean) ** 2) * far


@every_layout
@every_speed
@pytest.mark.parametrize("weighted", [False, True])
def test_means_and_spreads(build, rng, layout, fast, weighted):
    """Standard deviations to 1e-8, whatever the mean hides; also over the rows of some cells."""
    X, _ = table(rng, layout)
    weight = rng.choice([0.0, 1.0, 2.5], N) if weighted else np.ones(N)
    cells = rng.integers(0, 3, N)
    design = build(X, layout, weight=weight, cells=cells, fast=fast)
    came = plain(stored(X, layout)) if layout != "memmap" else X
    assert design.survey.finite
    whole = moments(came, weight)[1].astype(float)
    for some in ([0, 1, 2], [1], [0, 2]):
        rows = np.isin(cells, some)
        sd = moments(came[rows], weight[rows])[1].astype(float)
        found = design.unsorted(design.survey.sd(np.isin(np.arange(3), some)))
        assert np.all(np.abs(found - sd) <= 1e-8 * sd + (1e-8 * whole if len(some) < 3 else 0.0))


@every_layout
@every_speed
@pytest.mark.parametrize("intercept", [False, True])
def test_conditioned_columns_are_of_size_one(build, rng, layout, fast, intercept):
    """Dense with an intercept: weighted mean 0, spread 1; else a mean square of 1. The reach is max |x|."""
    X, names = table(rng, layout)
    weight = rng.choice([1.0, 2.5], N)
    design = build(X, layout, weight=weight, fast=fast, intercept=intercept)
    came, survey = plain(stored(X, layout)) if layout != "memmap" else X, design.survey
    mean, sd = moments(came, weight)
    centred = intercept and layout in DENSE
    order = slice(None) if design.order is None else design.order
    if centred:
        ulp = np.spacing(np.abs(came).max(axis=0))
        assert np.all(np.abs(survey.mean - mean[order]) <= 1e-9 * sd[order] + ulp[order]), names
    else:
        assert not survey.mean.any()
    size = sd if centred else np.hypot(mean, sd)
    np.testing.assert_allclose(survey.scale, size[order].astype(float), rtol=1e-9)
    far = np.abs(came[:, order] - survey.mean).max(axis=0) / survey.scale
    np.testing.assert_allclose(survey.reach, far, rtol=1e-9)
    assert not survey.constant.any()
    conditioned = plain(design.columns(np.arange(design.p))).astype(Long)
    c = weight / weight.sum()
    np.testing.assert_allclose(np.sqrt(c @ conditioned**2).astype(float), 1.0, rtol=2e-7 if centred else 1e-9)
    if centred:
        assert np.all(np.abs(c @ conditioned) <= 1e-9 + (ulp / sd)[order])


@pytest.mark.parametrize("layout", ["C", "F", "float32", "csr", "csc"])
@every_speed
@pytest.mark.parametrize("value", [0.0, 0.1, -7e9, 1e-20, 3e30])
def test_constant_columns(build, rng, layout, fast, value):
    """A constant is known as one; with an intercept a dense one becomes exactly 0, else it is of size 1."""
    X = np.column_stack([rng.normal(size=N), np.full(N, value), rng.normal(size=N)])
    weight = rng.choice([0.0, 1.0, 2.5], N)
    for intercept in (True, False):
        design = build(X, layout, fast=fast, weight=weight, intercept=intercept)
        assert np.array_equal(design.unsorted(design.survey.constant), [False, True, False])
        k = 1 if design.order is None else int(np.flatnonzero(design.order == 1)[0])
        column = plain(design.columns(np.array([k])))[:, 0]
        if value == 0.0 or (intercept and layout in DENSE):
            assert not column.any() and design.survey.reach[k] == 0.0
        else:
            np.testing.assert_allclose(np.abs(column), 1.0, rtol=1e-12)
            assert design.survey.reach[k] == pytest.approx(1.0, rel=1e-12)
        assert design.survey.sd(np.ones(1, bool))[k] <= 1e-7 * abs(np.float32(value))


@pytest.mark.parametrize("layout", ["C", "F", "csr", "csc"])
@every_speed
def test_columns_that_differ_only_where_the_weight_is_zero(build, rng, layout, fast):
    """Neither constant nor of any spread: scaled by their range, so that nothing is divided by rounding."""
    X = np.column_stack([rng.normal(size=N), np.full(N, 5.0), np.zeros(N)])
    weight = np.ones(N)
    weight[:3] = 0.0
    X[:3, 1:] = 4.0, 1e9
    design = build(X, layout, weight=weight, fast=fast)
    assert not design.survey.constant.any()
    assert np.isfinite(design.survey.scale).all() and np.all(design.survey.scale > 0.0)
    assert np.all(design.survey.reach <= 1e8 * (1 + 1e-12))


@pytest.mark.parametrize("layout", DENSE[:-1] + SPARSE)
@every_speed
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("weight", [1.0, 0.0])
def test_one_number_that_is_not_finite(build, rng, layout, fast, value, weight):
    """Anywhere, also in a row of weight 0; without it, the survey is finite."""
    X = np.where(rng.random((N, 6)) < 0.5, rng.normal(size=(N, 6)), 0.0)
    c = np.ones(N)
    assert build(X, layout, fast=fast).survey.finite
    for i in (0, N // 2, N - 1):
        bad, c[:] = X.copy(), 1.0
        bad[i, i % 6], c[i] = value, weight
        assert not build(bad, layout, weight=c, fast=fast).survey.finite


@pytest.mark.parametrize("layout", ["C", "csr"])
@every_speed
def test_infinities_of_both_signs_do_not_cancel(build, rng, layout, fast):
    X = rng.normal(size=(N, 2))
    X[4, 0], X[5, 0] = np.inf, -np.inf
    assert not build(X, layout, fast=fast).survey.finite
