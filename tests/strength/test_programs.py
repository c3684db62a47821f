"""Other programs' own fits, at their own number, are the solutions of the λ that the table gives for it.

Distances are the largest of any coefficient, sizes about 1.  Each program is asked for its tightest settings; what it
then reaches is stated.  That the fits tell dialects apart: half or twice the λ is a thousand times as far off.
XGBoost and torch: tests/sweep/test_strength_elsewhere.py.
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge, SGDClassifier
from sklearn.neural_network import MLPClassifier

import normball
from normball import Strength
from references.reference_data import cases, stored

N, P = 200, 4


@pytest.fixture(scope="module")
def data():
    """X (200, 4), y, weights that do not sum to the number of rows."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(N, P))
    return X, (X @ [1.0, -1.0, 0.5, 0.0] + rng.normal(size=N) > 0).astype(int), rng.uniform(0.3, 2.0, size=N)


every_weight = pytest.mark.parametrize("weighted", [False, True], ids=["rows", "weights"])


def distance(coef, intercept, data, strength, l1_ratio=0.0, weight=None) -> float:
    """From the certified solution at a strength."""
    X, y, _ = data
    ours = normball.solve(X, y, lam=strength, l1_ratio=l1_ratio, sample_weight=weight, tol=1e-13)
    return np.abs(np.append(coef, intercept) - np.append(ours.coef, ours.intercept)).max()


def check(found, data, strength, within, l1_ratio=0.0, weight=None):
    """Near the solution of this strength, and far from those of half and twice its λ."""
    coef, intercept = (np.ravel(part) for part in found)
    assert distance(coef, intercept, data, strength, l1_ratio, weight) <= within
    n = float(N if weight is None else weight.sum())
    for wrong in (0.5, 2.0):
        other = wrong * strength.lam(n, l1_ratio)
        assert distance(coef, intercept, data, other, l1_ratio, weight) > 200 * within


@every_weight
@pytest.mark.parametrize(("C", "l1_ratio"), [(0.05, 0.0), (1.0, 0.0), (0.3, 1.0), (0.3, 0.4)])
def test_C_of_logistic_regression(data, C, l1_ratio, weighted):
    """newton-cholesky, or saga where there is L1: 1e-7."""
    X, y, weight = data
    how = dict(solver="saga", max_iter=100_000, random_state=0) if l1_ratio else dict(solver="newton-cholesky")
    fit = LogisticRegression(C=C, l1_ratio=l1_ratio, tol=1e-13, **how)
    fit.fit(X, y, sample_weight=weight if weighted else None)
    check((fit.coef_, fit.intercept_), data, Strength(C=C), 1e-7, l1_ratio, weight if weighted else None)


@pytest.mark.parametrize(("C", "l1_ratio"), [(0.3, 0.0), (0.3, 1.0)])
def test_C_of_liblinear(data, C, l1_ratio):
    """LIBLINEAR itself, without a bias, which it would penalise: 1e-6."""
    X, y, _ = data
    fit = LogisticRegression(
        C=C, l1_ratio=l1_ratio, solver="liblinear", fit_intercept=False, tol=1e-12, max_iter=100_000, random_state=0
    ).fit(X, y)
    ours = normball.solve(X, y, lam=Strength(liblinear_C=C), l1_ratio=l1_ratio, fit_intercept=False, tol=1e-13)
    np.testing.assert_allclose(fit.coef_[0], ours.coef, atol=1e-6)


@pytest.mark.parametrize(("penalty", "l1_ratio"), [("l2", 0.0), ("l1", 1.0), ("elasticnet", 0.4)])
def test_alpha_of_SGD(data, penalty, l1_ratio):
    """3000 epochs of its default rate, not averaged (averages of L1 steps are another model): 1e-4."""
    X, y, _ = data
    fit = SGDClassifier(
        loss="log_loss", penalty=penalty, alpha=0.05, l1_ratio=l1_ratio, max_iter=3000, tol=None, random_state=0
    ).fit(X, y)
    check((fit.coef_, fit.intercept_), data, Strength(alpha=0.05), 1e-4, l1_ratio)


@every_weight
def test_alpha_of_a_net_without_hidden_layer(data, weighted):
    """L-BFGS reads all rows: alpha is divided by the sum of weights.  It stops early, so it is asked again: 1e-6."""
    X, y, weight = data
    net = MLPClassifier((), solver="lbfgs", alpha=3.0, tol=1e-14, max_iter=10_000, warm_start=True, random_state=0)
    for _ in range(6):
        net.fit(X, y, sample_weight=weight if weighted else None)
    check((net.coefs_[0], net.intercepts_[0]), data, Strength(mlp_alpha=3.0), 1e-6, 0.0, weight if weighted else None)


def test_alpha_of_a_net_in_batches(data):
    """Batches of 50 of the 200 rows: alpha is divided by 50.  Its rate falls until nothing moves: 1e-3."""
    X, y, _ = data
    net = MLPClassifier(
        (), solver="sgd", alpha=3.0, batch_size=50, learning_rate="adaptive", learning_rate_init=0.5, momentum=0.0,
        max_iter=3000, tol=1e-7, n_iter_no_change=30, random_state=0,
    ).fit(X, y)  # fmt: skip
    check((net.coefs_[0], net.intercepts_[0]), data, Strength(mlp_alpha=3.0, batch=50), 1e-3)
    assert distance(net.coefs_[0], net.intercepts_[0], data, Strength(mlp_alpha=3.0)) > 0.1


def centred(X, y, c):
    """X and y less their weighted means: the intercept is gone."""
    return X - c @ X, y - c @ y


@every_weight
@pytest.mark.parametrize("alpha", [0.7, 70.0])
def test_alpha_of_ridge(data, alpha, weighted):
    """The minimum of Σ c ½ (y - η)² + λ/2 ‖w‖² by its normal equations: 1e-12."""
    X, _, weight = data
    y = X @ [1.0, -1.0, 0.5, 0.0] + np.sin(np.arange(N))
    weight = weight if weighted else np.ones(N)
    c, lam = weight / weight.sum(), Strength(ridge_alpha=alpha).lam(weight.sum())
    Xc, yc = centred(X, y, c)
    w = np.linalg.solve(Xc.T @ (c[:, None] * Xc) + lam * np.eye(P), Xc.T @ (c * yc))
    fit = Ridge(alpha=alpha, solver="cholesky").fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(fit.coef_, w, atol=1e-12)
    assert fit.intercept_ == pytest.approx(c @ (y - X @ w), abs=1e-12)


@every_weight
@pytest.mark.parametrize("l1_ratio", [0.4, 1.0])
def test_alpha_of_lasso_and_elastic_net(data, l1_ratio, weighted):
    """At λ = alpha their coefficients meet the optimality conditions of Σ c ½ (y - η)² + λ Ω(w): 1e-9."""
    X, _, weight = data
    y = X @ [1.0, -1.0, 0.5, 0.0] + np.sin(np.arange(N))
    weight = weight if weighted else np.ones(N)
    c, lam = weight / weight.sum(), Strength(alpha=0.2).lam(weight.sum(), l1_ratio)
    fit = Lasso(alpha=0.2, tol=1e-14) if l1_ratio == 1.0 else ElasticNet(alpha=0.2, l1_ratio=l1_ratio, tol=1e-14)
    w = fit.set_params(max_iter=10**6).fit(X, y, sample_weight=weight).coef_
    Xc, yc = centred(X, y, c)
    pull = Xc.T @ (c * (yc - Xc @ w)) - lam * (1 - l1_ratio) * w  # minus the slope of the smooth part
    assert 0 < np.count_nonzero(w) < P
    np.testing.assert_allclose(pull[w != 0], lam * l1_ratio * np.sign(w[w != 0]), atol=1e-9)
    assert np.all(abs(pull[w == 0]) <= lam * l1_ratio)


@pytest.mark.parametrize("name", cases())
def test_lambda_of_glmnet(name):
    """Numbers of glmnet 4 in R (references/fit_glmnet.R made glmnet.json), to 1e-7 of the largest coefficient.

    glmnet makes penalty.factor sum to the number of columns: the λ it was given is ours times their mean.
    """
    case = cases()[name]
    mean = 1.0 if case.factor is None else float(np.mean(case.factor))
    given = Strength(glmnet_lambda=case.lam * mean)  # what the script passed
    factor = None if case.factor is None else case.factor / mean  # what glmnet made of its factors
    asked = {**case.solve_arguments, "lam": given, "penalty_factor": factor}
    ours = normball.solve(case.X, case.y, tol=1e-13, **asked)
    intercept, *coef = stored("glmnet")[name]
    off = np.abs(np.append(ours.coef - coef, ours.intercept - intercept)).max()
    assert off <= 1e-7 * np.abs(coef).max()
