"""Our regressions against scikit-learn's, run live with the same arguments: max|Δ| / max|theirs| at most 1e-7."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
import sklearn.linear_model as theirs
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit

import normball

TIGHT = dict(tol=1e-14, max_iter=1_000_000)
OURS = dict(tol=1e-13)
FOLDS = dict(tol=1e-13, fold_tol=1e-13)
ALPHAS = np.logspace(-2, 3, 12)


def data(shape, seed=0):
    rng = np.random.default_rng(seed)
    n, p = shape
    X = rng.normal(size=shape) * np.geomspace(0.1, 10, p) + 3
    y = X @ (rng.normal(size=p) * (rng.random(p) < 0.4)) + 3 * rng.normal(size=n) + 10
    return X, y, rng.random(n) + 0.1


def same(ours, peer, *names, tolerance=1e-7):
    for name in names:
        a, b = np.asarray(getattr(ours, name)), np.asarray(getattr(peer, name))
        assert a.shape == b.shape, name
        assert np.abs(a - b).max() <= tolerance * max(np.abs(b).max(), 1e-300), name


every_shape = pytest.mark.parametrize("shape", [(80, 8), (30, 50)], ids=["tall", "wide"])
every_weight = pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
MODELS = {
    "Ridge": (normball.Ridge(3.0, **OURS), theirs.Ridge(3.0)),
    "Ridge without an intercept": (
        normball.Ridge(0.1, fit_intercept=False, **OURS),
        theirs.Ridge(0.1, fit_intercept=False),
    ),
    "Lasso": (normball.Lasso(0.3, **OURS), theirs.Lasso(0.3, **TIGHT)),
    "Lasso >= 0": (normball.Lasso(0.3, positive=True, **OURS), theirs.Lasso(0.3, positive=True, **TIGHT)),
    "ElasticNet": (normball.ElasticNet(0.3, **OURS), theirs.ElasticNet(0.3, **TIGHT)),
    "ElasticNet >= 0": (
        normball.ElasticNet(0.3, l1_ratio=0.2, positive=True, **OURS),
        theirs.ElasticNet(0.3, l1_ratio=0.2, positive=True, **TIGHT),
    ),
    "ElasticNet without an intercept": (
        normball.ElasticNet(0.3, fit_intercept=False, **OURS),
        theirs.ElasticNet(0.3, fit_intercept=False, **TIGHT),
    ),
}


@every_shape
@every_weight
@pytest.mark.parametrize("name", MODELS)
def test_coefficients(name, shape, weighted):
    X, y, weight = data(shape)
    ours, peer = MODELS[name]
    weight = weight if weighted else None
    ours.fit(X, y, sample_weight=weight)
    peer.fit(X, y, sample_weight=weight)
    same(ours, peer, "coef_", "intercept_")
    np.testing.assert_allclose(ours.predict(X), peer.predict(X), rtol=1e-7)
    assert ours.score(X, y) == pytest.approx(peer.score(X, y), abs=1e-7)
    assert ours.certificate_.status == ours.status_ == "certified"


@every_weight
@pytest.mark.parametrize("name", ["Ridge", "Lasso", "ElasticNet"])
def test_sparse_columns(name, weighted):
    X, y, weight = data((80, 8))
    X[np.random.default_rng(1).random(X.shape) < 0.5] = 0.0
    weight = weight if weighted else None
    ours, peer = MODELS[name]
    same(ours.fit(scipy.sparse.csr_matrix(X), y, weight), peer.fit(X, y, weight), "coef_", "intercept_")


def test_ridge_with_positive_coefficients():
    """Theirs stops earlier, so ours may only be better: the objectives, and coefficients to what theirs leaves."""
    X, y, _ = data((80, 8))
    ours = normball.Ridge(3.0, positive=True, **OURS).fit(X, y)
    peer = theirs.Ridge(3.0, positive=True, tol=1e-12).fit(X, y)
    same(ours, peer, "coef_", "intercept_", tolerance=1e-5)

    def value(model):
        return np.sum((y - model.predict(X)) ** 2) + 3.0 * np.sum(model.coef_**2)

    assert ours.coef_.min() >= 0.0
    assert value(ours) <= value(peer) * (1 + 1e-14)


def test_no_penalty_is_linear_regression():
    X, y, weight = data((80, 8))
    peer = theirs.LinearRegression().fit(X, y, weight)
    same(normball.Ridge(0.0, **OURS).fit(X, y, weight), peer, "coef_", "intercept_")
    same(normball.Lasso(0.0, **OURS).fit(X, y, weight), peer, "coef_", "intercept_")


@every_shape
@every_weight
def test_lasso_cv(shape, weighted):
    X, y, weight = data(shape)
    weight = weight if weighted else None
    ours = normball.LassoCV(alphas=20, eps=0.01, **FOLDS).fit(X, y, weight)
    peer = theirs.LassoCV(alphas=20, eps=0.01, **TIGHT).fit(X, y, weight)
    same(ours, peer, "alphas_", "alpha_", tolerance=1e-12)
    same(ours, peer, "mse_path_", "coef_", "intercept_")


@every_shape
@every_weight
def test_elastic_net_cv(shape, weighted):
    X, y, weight = data(shape)
    weight = weight if weighted else None
    some = dict(alphas=10, eps=0.05, l1_ratio=[0.5, 0.9], cv=KFold(3, shuffle=True, random_state=0))
    ours = normball.ElasticNetCV(**some, **FOLDS).fit(X, y, weight)
    peer = theirs.ElasticNetCV(**some, **TIGHT).fit(X, y, weight)
    same(ours, peer, "alphas_", "alpha_", "l1_ratio_", tolerance=1e-12)
    same(ours, peer, "mse_path_", "coef_", "intercept_")


@pytest.mark.parametrize("cv", [3, ShuffleSplit(2, test_size=0.3, random_state=0)], ids=str)
@pytest.mark.parametrize("alphas", [[0.3, 1.0, 0.1], (0.5,)], ids=str)
def test_alphas_of_ones_own(cv, alphas):
    """Sorted from above, as scikit-learn does; splits that leave rows out of both halves."""
    X, y, _ = data((60, 6))
    for ours, peer in (
        (normball.LassoCV(alphas=alphas, cv=cv, **FOLDS), theirs.LassoCV(alphas=alphas, cv=cv, **TIGHT)),
        (normball.ElasticNetCV(alphas=alphas, cv=cv, **FOLDS), theirs.ElasticNetCV(alphas=alphas, cv=cv, **TIGHT)),
        (
            normball.LassoCV(alphas=alphas, cv=cv, positive=True, **FOLDS),
            theirs.LassoCV(alphas=alphas, cv=cv, positive=True, **TIGHT),
        ),
    ):
        same(ours.fit(X, y), peer.fit(X, y), "alphas_", "alpha_", "mse_path_", "coef_", "intercept_")


def test_positive_grid_and_no_intercept():
    X, y, _ = data((60, 6))
    for some in (dict(positive=True), dict(fit_intercept=False)):
        ours = normball.LassoCV(alphas=8, **some, **FOLDS).fit(X, y)
        peer = theirs.LassoCV(alphas=8, tol=1e-12, max_iter=1_000_000, **some).fit(X, y)
        same(ours, peer, "alphas_", "alpha_", "mse_path_", "coef_")


@every_shape
@every_weight
@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error"])
@pytest.mark.parametrize("intercept", [True, False])
def test_ridge_cv_by_rows(shape, weighted, scoring, intercept):
    """Their leave-one-out too is a closed formula."""
    X, y, weight = data(shape)
    weight = weight if weighted else None
    some = dict(alphas=ALPHAS, scoring=scoring, store_cv_results=True, fit_intercept=intercept)
    ours, peer = normball.RidgeCV(**some, **OURS).fit(X, y, weight), theirs.RidgeCV(**some).fit(X, y, weight)
    same(ours, peer, "alpha_", "best_score_", "cv_results_", "coef_", "intercept_")


@every_shape
@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error"])
def test_ridge_cv_by_folds(shape, scoring):
    X, y, _ = data(shape)
    some = dict(alphas=ALPHAS, cv=4, scoring=scoring)
    ours, peer = normball.RidgeCV(**some, **FOLDS).fit(X, y), theirs.RidgeCV(**some).fit(X, y)
    same(ours, peer, "alpha_", "best_score_", "coef_", "intercept_")


def test_groups_go_to_the_splitter():
    X, y, _ = data((60, 6))
    groups, some = np.arange(60) // 10, dict(alphas=6, cv=GroupKFold(3))
    ours = normball.LassoCV(**some, **FOLDS).fit(X, y, groups=groups)
    folds = list(GroupKFold(3).split(X, y, groups))
    peer = theirs.LassoCV(alphas=6, cv=folds, **TIGHT).fit(X, y)
    same(ours, peer, "alphas_", "alpha_", "mse_path_", "coef_")


def test_leave_one_out_is_leaving_one_out():
    """The formula against n fits: a row less, the same alpha."""
    X, y, weight = data((25, 4))
    found = normball.RidgeCV([0.3, 5.0], store_cv_results=True).fit(X, y, weight)
    for i in (0, 7, 24):
        rest = np.arange(25) != i
        for k, alpha in enumerate([0.3, 5.0]):
            one = normball.Ridge(alpha, **OURS).fit(X[rest], y[rest], weight[rest])
            error = weight[i] * (y[i] - one.predict(X[[i]])[0]) ** 2
            assert found.cv_results_[i, k] == pytest.approx(error, rel=1e-9)
