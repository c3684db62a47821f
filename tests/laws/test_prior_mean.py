"""prior_mean=w0 penalises w - w0: the shifted objective, written down again and minimised by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import minimize

import normball
from normball.tasks import read_task

PRIOR = np.array([1.0, -0.5, 0.0, 2.0])


def problem(seed, n=80, p=4):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * [1, 3, 0.2, 1] + [0, 20, 1, -2]
    y = (X[:, 0] + rng.logistic(size=n) > 0).astype(float)
    return X, y, rng.uniform(0.2, 2.0, n), rng.normal(size=n)


def shifted(theta, X, y, weight, offset, lam, l1_ratio, factor, sd):
    b, w = theta[0], theta[1:]
    eta = offset + b + X @ w
    v = sd * (w - PRIOR)
    loss = weight @ (np.logaddexp(0, eta) - y * eta) / weight.sum()
    return loss + lam * factor @ (l1_ratio * np.abs(v) + (1 - l1_ratio) / 2 * v**2)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("lam", [0.01, 0.5])
def test_ridge_against_scipy(lam, standardize):
    X, y, weight, offset = problem(0)
    factor = np.array([1.0, 2.0, 0.5, 0.0])
    mean = weight @ X / weight.sum()
    sd = np.sqrt(weight @ (X - mean) ** 2 / weight.sum()) if standardize else np.ones(4)
    args = X, y, weight, offset, lam, 0.0, factor, sd
    ours = normball.solve(
        X, y, lam=lam, prior_mean=PRIOR, sample_weight=weight, offset=offset, penalty_factor=factor,
        standardize=standardize, tol=1e-13,
    )  # fmt: skip
    theirs = minimize(shifted, np.zeros(5), args=args, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    here = shifted(np.array([ours.intercept, *ours.coef]), *args)
    assert here <= theirs.fun + 1e-12
    assert here == pytest.approx(theirs.fun, abs=1e-9)
    assert ours.coef == pytest.approx(theirs.x[1:], abs=1e-4)
    assert ours.certificate.objective == pytest.approx(here, abs=1e-12)
    assert "prior mean" in ours.summary()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.4])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_no_step_lowers_the_shifted_objective(l1_ratio, fit_intercept):
    X, y, weight, offset = problem(1)
    args = X, y, weight, offset, 0.05, l1_ratio, np.ones(4), np.ones(4)
    ours = normball.solve(
        X, y, lam=0.05, l1_ratio=l1_ratio, prior_mean=PRIOR, sample_weight=weight, offset=offset, tol=1e-13,
        fit_intercept=fit_intercept,
    )  # fmt: skip
    theta = np.array([ours.intercept, *ours.coef])
    here = shifted(theta, *args)
    assert ours.certificate.objective == pytest.approx(here, abs=1e-12)
    rng = np.random.default_rng(2)
    ways = [*np.eye(5), *-np.eye(5), *rng.normal(size=(40, 5))]
    for way in ways:
        way = np.where(np.arange(5) == 0, fit_intercept * way, way)
        for size in (1e-3, 1e-2, 0.3):
            assert shifted(theta + size * way, *args) >= here - 1e-13


def test_strong_penalties_lead_to_the_prior_mean():
    X, y, _, _ = problem(2)
    lasso = normball.solve(X, y, lam=1e3, l1_ratio=1.0, prior_mean=PRIOR)
    assert lasso.coef.tolist() == PRIOR.tolist()
    ridge = normball.solve(X, y, lam=1e8, prior_mean=PRIOR)
    assert ridge.coef == pytest.approx(PRIOR, abs=1e-6)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_zero_changes_nothing(l1_ratio):
    X, y, weight, offset = problem(3)
    asked = dict(lam=0.03, l1_ratio=l1_ratio, sample_weight=weight, offset=offset)
    plain, zero = normball.solve(X, y, **asked), normball.solve(X, y, prior_mean=np.zeros(4), **asked)
    assert zero.coef.tolist() == plain.coef.tolist() and zero.intercept == plain.intercept
    assert zero.certificate.gap == plain.certificate.gap


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_path(l1_ratio):
    """Every λ of a path is what solve gives there, on the grid and off it."""
    X, y, _, _ = problem(4)
    path = normball.path(X, y, l1_ratio=l1_ratio, n_lams=8, prior_mean=PRIOR, tol=1e-13)
    coefs = path.coefs if isinstance(path.coefs, np.ndarray) else path.coefs.toarray()
    for k, lam in enumerate(path.lams):
        one = normball.solve(X, y, lam=lam, l1_ratio=l1_ratio, prior_mean=PRIOR, tol=1e-13)
        assert coefs[:, k] == pytest.approx(one.coef, abs=1e-6)
        assert path.intercepts[k] == pytest.approx(one.intercept, abs=1e-5)
        assert path.predict_proba(X, lam) == pytest.approx(one.predict_proba(X), abs=1e-6)  # √gap
    if l1_ratio == 1.0:
        assert coefs[:, 0] == pytest.approx(PRIOR, abs=1e-12)
    between = float(np.sqrt(path.lams[3] * path.lams[4]))
    coef, _ = path.coef_at(between)
    one = normball.solve(X, y, lam=between, l1_ratio=l1_ratio, prior_mean=PRIOR, tol=1e-13)
    assert coef == pytest.approx(one.coef, abs=1e-5)


def test_large_means_cost_no_digits():
    """A year of 2000 ± 3 with a prior mean: the same as the centred column."""
    X, y, _, _ = problem(5)
    plain = normball.solve(X, y, lam=0.1, prior_mean=PRIOR, tol=1e-13)
    far = normball.solve(X + np.array([1e6, 0, 0, -1e7]), y, lam=0.1, prior_mean=PRIOR, tol=1e-13)
    assert far.coef == pytest.approx(plain.coef, abs=1e-7)


def test_sparse_start_and_audit():
    X, y, _, _ = problem(6)
    X[np.abs(X) < 1] = 0.0
    dense = normball.solve(X, y, lam=0.02, prior_mean=PRIOR, tol=1e-13)
    sparse = normball.solve(sp.csr_array(X), y, lam=0.02, prior_mean=PRIOR, tol=1e-13)
    assert sparse.coef == pytest.approx(dense.coef, abs=1e-7)
    task = read_task(X, y, prior_mean=PRIOR)
    coef, b = task.without_prior(dense.coef, dense.intercept)  # η is the same: the offset holds the rest
    assert X @ coef + b + task.design.offset == pytest.approx(dense.decision_function(X), abs=1e-12)
    warm = normball.solve(X, y, lam=0.02, prior_mean=PRIOR, tol=1e-13, init=(dense.coef, dense.intercept))
    assert warm.coef == pytest.approx(dense.coef, abs=1e-9)
    assert normball.audit(dense, X, y).certificate.status == "certified"


def test_estimator():
    X, y, _, _ = problem(7)
    model = normball.LogisticRegression(C=0.5, prior_mean=PRIOR, tol=1e-13).fit(X, y)
    solution = normball.solve(X, y, lam=1 / (0.5 * len(y)), prior_mean=PRIOR, tol=1e-13)
    assert model.coef_[0] == pytest.approx(solution.coef, abs=1e-9)
    assert model.predict_proba(X) == pytest.approx(solution.predict_proba(X), abs=1e-9)
    assert normball.audit(model, X, y).certificate.status == "certified"


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        ([1.0, 2.0], "prior_mean has shape"),
        ([1.0, np.nan, 0, 0], "prior_mean holds"),
        (np.full(4, 1e308), "overflows"),
    ],
)
def test_refused(prior, words):
    X, y, _, _ = problem(8)
    with pytest.raises(normball.InputError, match=words):
        normball.solve(X, y, lam=0.1, prior_mean=prior)


def test_combinations_that_cannot_be():
    X, y, _, _ = problem(9)
    with pytest.raises(normball.InputError, match="relax and prior_mean"):
        normball.path(X, y, l1_ratio=1.0, relax=0.0, prior_mean=PRIOR)
    X[3, 1] = np.nan
    with pytest.raises(normball.InputError, match="NaN"):
        normball.solve(X, y, lam=0.1, prior_mean=PRIOR)
