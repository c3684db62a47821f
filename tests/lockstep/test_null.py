"""The null model: its intercept and its loss, the unit of every tolerance, against scipy and the long-double judge."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import brentq
from scipy.special import expit

from judge import minimise, objective
from lockstep.families import family_of, with_splits
from normball.lockstep.null import best_intercept, free_loss, null_model
from normball.losses import LogisticLoss

LOSS = LogisticLoss()


def slope(b, y, c, eta):
    return c @ (y - expit(eta + b))


def offsets(rng, kind, n):
    return {
        "none": np.zeros(n),
        "plain": rng.normal(size=n),
        "wide": 50.0 * rng.normal(size=n),
        "a few far off": np.where(rng.random(n) < 0.1, 800.0 * rng.choice([-1, 1], n), rng.normal(size=n)),
        "shifted": 1e4 + rng.normal(size=n),
        "two clouds": np.where(rng.random(n) < 0.5, -300.0, 300.0),
    }[kind]


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("labels", ["hard", "rare", "soft", "against the offset"])
@pytest.mark.parametrize("kind", ["none", "plain", "wide", "a few far off", "shifted", "two clouds"])
def test_best_intercept_is_the_root(rng, kind, labels, fast):
    """Where Σ c (y - σ(η + b)) changes its sign, as scipy's bracketing finds it, whatever the start."""
    n = 200
    eta, c = offsets(rng, kind, n), rng.choice([0.0, 1.0, 2.5], n)
    eta[c == 0.0] = 1e6  # rows without weight say nothing
    y = {
        "hard": rng.integers(0, 2, n).astype(float),
        "rare": (np.arange(n) == np.argmax(c)).astype(float),
        "soft": rng.random(n),
        "against the offset": (eta < np.median(eta)).astype(float),
    }[labels]
    if labels == "against the offset":
        y[np.flatnonzero(c)[:2]] = 0.0, 1.0  # never one class alone
    used = eta[c > 0]
    low, high = -used.max() - 40.0, -used.min() + 40.0
    root = brentq(slope, low, high, args=(y, c, eta), xtol=1e-13, rtol=1e-14, maxiter=1000)
    flat = c @ (expit(eta + root) * expit(-eta - root))  # where the slope is flat, the loss is what counts
    for start in (0.0, root, -500.0, 1e6):
        b = best_intercept(LOSS, y, c, eta, start, fast)
        assert abs(b - root) <= 1e-9 * max(1.0, abs(root)) or abs(slope(b, y, c, eta)) <= 1e-13 * c.sum() + 1e-9 * flat


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("kind", ["none", "plain", "a few far off"])
def test_null_model_is_the_judges(rng, sparse, intercept, kind):
    """(b, loss) of the intercept and the offset alone; without an intercept b = 0."""
    n = 80
    X, y, weight, offset = (
        rng.normal(size=(n, 3)),
        rng.integers(0, 2, n),
        rng.choice([0.0, 1.0, 3.0], n),
        offsets(rng, kind, n),
    )
    family = family_of(sp.csr_array(X) if sparse else X, y, lam=1.0, weight=weight, offset=offset, intercept=intercept)
    b, loss = null_model(family, 0)
    nothing = dict(l1=np.zeros(0), l2=np.zeros(0), weight=weight, offset=offset)
    best = minimise(X[:, :0], y, fit_intercept=intercept, **nothing)
    assert loss == pytest.approx(float(best.value), rel=1e-12)
    assert b == pytest.approx(float(best.intercept), abs=1e-9)
    assert intercept or b == 0.0


def test_each_split_has_a_null_model_of_its_own(rng):
    """From the training rows of the split alone."""
    n, cells = 120, np.arange(120) % 3
    X, y, weight = rng.normal(size=(n, 2)), rng.integers(0, 2, n).astype(float), rng.choice([1.0, 2.0], n)
    y[cells == 1] = np.where(rng.random(40) < 0.9, 1.0, 0.0)
    family = family_of(X, y, lam=1.0, weight=weight, cells=cells)
    train = ~np.eye(3, dtype=bool)
    family = with_splits(family, train, ~train, family.columns)
    for k in range(3):
        rows = cells != k
        share = weight[rows] @ y[rows] / weight[rows].sum()
        b, loss = null_model(family, k)
        assert b == pytest.approx(np.log(share / (1 - share)), rel=1e-12)
        assert loss == pytest.approx(-share * np.log(share) - (1 - share) * np.log(1 - share), rel=1e-12)
        assert np.array_equal(family.share(k) > 0, rows) and family.share(k).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("far", [0.0, 30.0, 60.0])
def test_free_columns_belong_to_the_null_model(rng, sparse, intercept, far):
    """Intercept, offset and free columns together, as the judge finds them; also where rows start out saturated."""
    n = 90
    X = np.column_stack([rng.normal(size=(n, 4)), np.zeros(n)])
    X[5:9, 4] = 1.0
    y, offset = rng.integers(0, 2, n).astype(float), 0.5 * rng.normal(size=n)
    y[5:9], offset[5:9] = [0, 1, 0, 1], far
    factor = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    family = family_of(sp.csc_array(X) if sparse else X, y, lam=0.5, factor=factor, offset=offset, intercept=intercept)
    found = free_loss(family, family.columns[0], null_model(family, 0)[0])
    nothing = dict(l1=np.zeros(2), l2=np.zeros(2), offset=offset)
    best = minimise(X[:, [1, 4]], y, fit_intercept=intercept, **nothing)
    assert found == pytest.approx(float(best.value), rel=1e-7)
    assert found >= float(objective(X[:, [1, 4]], y, best.intercept, best.coef, **nothing)) - 1e-14
