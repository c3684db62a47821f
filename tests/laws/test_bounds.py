"""Bounds and signs, against scipy's L-BFGS-B: for every strategy that may meet them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.optimize as so
import scipy.sparse as sp

import normball


def by_scipy(X, y, lam, ratio, lower, upper, weight):
    """(F, coef) of  Σ c ℓ + λ Σ (α|w| + (1-α)/2 w²)  in the box; |w| by two sides of 0."""
    p = X.shape[1]
    c = weight / weight.sum()

    def value_and_slope(t):
        w, eta = t[1 : p + 1] - t[p + 1 :], t[0] + X @ (t[1 : p + 1] - t[p + 1 :])
        r = c * (1 / (1 + np.exp(-eta)) - y)
        slope = X.T @ r + lam * (1 - ratio) * w
        value = c @ (np.logaddexp(0, eta) - y * eta) + lam * (ratio * t[1:].sum() + (1 - ratio) / 2 * w @ w)
        return value, np.concatenate([[r.sum()], slope + lam * ratio, lam * ratio - slope])

    up = [(max(a, 0.0), max(b, 0.0)) for a, b in zip(lower, upper, strict=True)]
    down = [(max(-b, 0.0), max(-a, 0.0)) for a, b in zip(lower, upper, strict=True)]
    found = so.minimize(
        value_and_slope, np.zeros(2 * p + 1), jac=True, bounds=[(None, None), *up, *down], method="L-BFGS-B",
        options=dict(maxiter=20000, maxfun=10**6, ftol=1e-16, gtol=1e-11),
    )  # fmt: skip
    return found.fun, found.x[1 : p + 1] - found.x[p + 1 :]


@pytest.mark.parametrize("ratio", [0.0, 1.0, 0.5])
@pytest.mark.parametrize(("n", "p"), [(200, 8), (60, 90), (8500, 30)])
@pytest.mark.parametrize("kind", ["signs", "boxes", "sparse"])
def test_agrees_with_a_general_minimiser(n, p, ratio, kind):
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < (0.3 if kind == "sparse" else 1.0))
    y = (X[:, 0] - X[:, 1] + 0.5 * X[:, 2] + rng.logistic(size=n) > 0).astype(float)
    weight, lam = rng.uniform(0.5, 2, n), 0.02
    lower = np.zeros(p) if kind == "signs" else rng.uniform(-0.3, 0.0, p)
    upper = np.full(p, np.inf) if kind == "signs" else rng.uniform(0.0, 0.3, p)
    given = sp.csr_array(X) if kind == "sparse" else X
    best, coef = by_scipy(X, y, lam, ratio, lower, upper, weight)
    more = dict(l1_ratio=ratio, sample_weight=weight, lower=lower, upper=upper)
    found = normball.solve(given, y, lam=lam, tol=1e-10, **more)
    assert found.certificate.status == "certified"
    assert (found.coef >= lower).all() and (found.coef <= upper).all()
    assert abs(found.certificate.objective - best) <= 1e-8 and found.certificate.objective <= best + 1e-12
    assert np.abs(found.coef - coef).max() <= 2e-4
    assert (np.minimum(found.coef - lower, upper - found.coef) <= 1e-16).any()
    path = normball.path(given, y, lams=[10 * lam, lam], tol=1e-9, **more)
    assert path.certified and np.abs(path.coef_at(lam)[0] - found.coef).max() <= 1e-3


def test_folds_and_free_columns_keep_the_bounds():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(150, 6))
    y = (X[:, 0] - X[:, 1] + rng.logistic(size=150) > 0).astype(float)
    cv = normball.cross_validate(X, y, cv=3, n_lams=10, lower=0.0, l1_ratios=(1.0,))
    assert all((answer.coef >= 0).all() for mine in cv.fold_answers for answer in mine)
    assert (cv.refit().coef >= 0).all()
    free = normball.solve(X, y, lam=0.01, penalty_factor=[1, 1, 0, 1, 1, 1], upper=[9, 9, 9, 0, 9, 9])
    assert free.certificate.status == "certified" and free.coef[3] <= 0


def test_the_estimator_has_them_too():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(150, 4))
    y = X[:, 0] - X[:, 1] + rng.logistic(size=150) > 0
    model = normball.LogisticRegression(lower=0.0).fit(X, y)
    assert (model.coef_ >= 0).all() and model.coef_[0, 1] == 0
    assert (normball.LogisticRegressionCV(Cs=3, cv=3, upper=0.0).fit(X, y).coef_ <= 0).all()


@pytest.mark.parametrize("as_given", [np.asarray, sp.csr_array])
def test_separated_only_along_what_the_bounds_allow(as_given):
    """Labels that fall with x: with a coefficient that may not be negative the minimiser is 0, so none is missing."""
    x = np.linspace(1.0, 3.0, 20)[:, None]
    y = (x[:, 0] < 2.0) * 1.0
    with pytest.warns(normball.ConvergenceWarning):
        free = normball.solve(as_given(x), y, lam=0, upper=0.0)
    with pytest.warns(normball.ConvergenceWarning):
        also = normball.solve(as_given(x), 1.0 - y, lam=0, lower=0.0)
    assert free.certificate.status == also.certificate.status == "separated"
    assert free.certificate.separation.kind == "complete" and free.certificate.separation.rows_split == 20
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)
        held = normball.solve(as_given(x), y, lam=0, lower=0.0)
        other = normball.solve(as_given(np.hstack([x, -x])), y, lam=0, lower=[0.0, -np.inf], upper=[np.inf, 0.0])
    for found in (held, other):
        assert found.certificate.status != "separated" and np.abs(found.coef).max() == 0.0
        assert found.certificate.objective == pytest.approx(np.log(2.0), rel=1e-12)


def test_several_classes_are_separated_only_along_what_the_bounds_allow():
    """Coefficients of one sign for all classes still separate: only their differences matter."""
    x, y = np.arange(21.0)[:, None], np.arange(21) // 7
    with pytest.warns(normball.ConvergenceWarning, match="completely separated"):
        assert normball.solve(x, y, lam=0, lower=0.0).certificate.status == "separated"
    held = normball.solve(x, y, lam=0, lower=0.0, upper=1e-3)
    assert held.certificate.status == "certified"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("loss", ["logistic", "squared"])
@pytest.mark.parametrize("as_given", [np.asarray, sp.csr_array])
def test_free_columns_with_one_sided_bounds_are_certified(seed, loss, as_given):
    """λ = 0, or some columns without a penalty, some of them stopped by their bound: no single move is better."""
    rng = np.random.default_rng(seed)
    n, p = 300, 6
    X = rng.normal(size=(n, p)) @ (np.eye(p) + 0.3 * rng.normal(size=(p, p)))
    eta = X @ rng.normal(size=p)
    y = (eta + rng.logistic(size=n) > 0) * 1.0 if loss == "logistic" else eta + rng.normal(size=n)
    lower, upper = np.full(p, -np.inf), np.full(p, np.inf)
    lower[:3], upper[3] = rng.choice([0.0, -0.1], 3), 0.0
    more = dict(lower=lower, upper=upper, loss=loss, tol=1e-10)
    if seed % 2:
        more |= dict(penalty_factor=[0, 0, 1, 0, 1, 0], l1_ratio=0.5)
    found = normball.solve(as_given(X), y, lam=0.05 * (seed % 2), **more)
    assert found.certificate.status == "certified"
    assert (found.coef >= lower).all() and (found.coef <= upper).all()

    def objective(w, b):
        eta = X @ w + b
        part = np.logaddexp(0, eta) - y * eta if loss == "logistic" else 0.5 * (y - eta) ** 2
        f = np.array([0, 0, 1, 0, 1, 0]) * 0.05 * (seed % 2)
        return part.mean() + (f * (0.5 * np.abs(w) + 0.25 * w * w)).sum()

    F = found.certificate.objective
    assert objective(found.coef, found.intercept) == pytest.approx(F, rel=1e-12)
    for step in (1e-3, 1e-2, 0.3, -1e-3, -1e-2, -0.3):
        for j in range(p):
            w = np.clip(found.coef + step * np.eye(p)[j], lower, upper)
            assert objective(w, found.intercept) >= F - 1e-9
    at = (found.coef <= lower) | (found.coef >= upper)
    held = dict(lower=np.where(at, found.coef, lower), upper=np.where(at, found.coef, upper))
    again = normball.solve(as_given(X), y, lam=0.05 * (seed % 2), **more | held)  # those at a bound held there
    assert np.abs(again.coef - found.coef).max() <= 1e-4


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bounds", [(0.0, np.inf), (-np.inf, 0.0), (0.0, 5.0), (-0.2, 0.2)])
def test_free_columns_of_several_classes_with_bounds_are_certified(seed, bounds):
    """Also where the constant that all classes share has to move along a bound."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(150, 4)) + 3.0, rng.integers(0, 3, 150)
    found = normball.solve(X, y, lam=0, lower=bounds[0], upper=bounds[1], tol=1e-10)
    assert found.certificate.status == "certified"
    assert (found.coef >= bounds[0]).all() and (found.coef <= bounds[1]).all()
    assert abs(found.intercept.sum()) <= 1e-6
