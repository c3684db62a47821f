"""What goes wrong in regressions elsewhere (docs/design/hazards.md, Numerical and Input)."""

from __future__ import annotations

import hashlib
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import normball
from normball import ElasticNet, ElasticNetCV, InputError, Lasso, LassoCV, Ridge, RidgeCV
from regression.linear_judge import LinearProblem

EVERY = [
    Ridge(),
    Lasso(0.1),
    ElasticNet(0.1),
    RidgeCV(),
    RidgeCV(cv=3),
    LassoCV(alphas=5, cv=3),
    ElasticNetCV(alphas=5),
]
every_model = pytest.mark.parametrize("model", EVERY, ids=str)


def data(n=40, p=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X @ np.arange(1.0, p + 1) + rng.normal(size=n) + 5.0


# ---- numerical ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("unit", [1e-150, 1e-4, 1e8, 1e150])
def test_a_column_in_large_or_small_units(unit):
    X, y = data()
    plain = normball.solve(X, y, lam=0.1, standardize=True, loss="squared")
    X[:, 2] *= unit
    found = normball.solve(X, y, lam=0.1, standardize=True, loss="squared")
    assert found.certificate.status == "certified"
    assert found.certificate.objective == pytest.approx(plain.certificate.objective, rel=1e-10)


def test_a_column_that_float64_cannot_hold_is_named():
    X, y = data()
    X[:, 2] *= 1e305
    with pytest.raises(InputError, match="column 2"):
        normball.solve(X, y, lam=0.1, standardize=True, loss="squared")
    with pytest.raises(InputError, match="column 2"):
        Ridge().fit(X, y)


@pytest.mark.parametrize("mean", [1e3, 1e6, 1e9])
@every_model
def test_a_large_mean(model, mean):
    """Years and timestamps: what a Gram that is centred afterwards would have lost."""
    X, y = data()
    moved = X + mean
    first, other = clone(model).fit(moved - mean, y), clone(model).fit(moved, y)
    np.testing.assert_allclose(other.coef_, first.coef_, rtol=0, atol=1e-13 * max(mean, 1e3))


def test_float32_with_a_mean_of_1000():
    X, y = data(400)
    X32 = (X + 1000).astype(np.float32)
    exact = Ridge().fit(X32.astype(float), y)
    np.testing.assert_allclose(Ridge().fit(X32, y).coef_, exact.coef_, rtol=1e-10)


@every_model
def test_constant_y(model):
    """The mean, certified; nothing is chosen by rounding."""
    X, _ = data()
    found = clone(model).fit(X, np.full(len(X), 0.1))
    np.testing.assert_allclose(found.predict(X), 0.1, rtol=1e-12)
    assert found.status_ == "certified"


@every_model
def test_constant_columns_and_columns_of_zeros(model):
    X, y = data()
    more = np.column_stack([X, np.full(len(X), 3.0), np.zeros(len(X))])
    found, plain = clone(model).fit(more, y), clone(model).fit(X, y)
    np.testing.assert_allclose(found.coef_[:4], plain.coef_, rtol=1e-7)
    np.testing.assert_array_equal(found.coef_[4:], 0.0)


def test_an_outlier_of_a_million():
    X, y = data()
    y[0] = 1e6
    found = Lasso(1.0).fit(X, y)
    assert found.status_ == "certified"
    X[1, 1] = 1e6
    assert Lasso(1.0).fit(X, y).status_ == "certified"


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("model", [Ridge(), Lasso(), ElasticNet()], ids=str)
def test_one_or_two_rows(model, rows):
    X, y = data(rows)
    found = clone(model).fit(X, y)
    assert found.status_ == "certified"
    assert np.isfinite(found.coef_).all()
    if rows == 1:
        assert found.intercept_ == pytest.approx(y[0])


def test_an_empty_sparse_matrix():
    y = np.arange(5.0)
    found = Lasso(0.1).fit(scipy.sparse.csr_array((5, 3)), y)
    assert found.intercept_ == pytest.approx(2.0)
    np.testing.assert_array_equal(found.coef_, 0.0)


def test_interpolation_without_noise():
    """A null loss that is all rounding is no unit: the variance of y is."""
    X, _ = data(30, 3)
    y = X @ [1.0, -2.0, 3.0]
    for model in (Ridge(0.0), Ridge(1e-10), Lasso(1e-10)):
        found = model.fit(X, y)
        assert found.status_ == "certified"
        np.testing.assert_allclose(found.coef_, [1.0, -2.0, 3.0], rtol=1e-8)


def test_hilbert_columns():
    """Columns of condition 1e7: certified, the digits are those that the rows hold, and the claim is true."""
    X = 1.0 / (np.arange(6)[None, :] + np.arange(1, 31)[:, None])
    y = X.sum(1) + 1e-3 * np.cos(np.arange(30))
    _, exact, _ = LinearProblem(X, y, 0.0, 0.0).optimum()
    found = normball.solve(X, y, lam=0.0, loss="squared")
    assert found.certificate.status == "certified"
    error = np.abs(found.coef - exact).astype(float)
    assert (error <= found.certificate.coef_error).all()
    assert error.max() <= 1e-7 * np.abs(exact).max()


# ---- input --------------------------------------------------------------------------------------------------------
def digest(*arrays):
    return [hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest() for a in arrays]


@every_model
def test_nothing_is_changed(model):
    X, y = data()
    weight = np.linspace(0.5, 2, len(y))
    before = digest(X, y, weight)
    clone(model).fit(X, y, sample_weight=weight).predict(X)
    assert digest(X, y, weight) == before


@every_model
def test_storage_does_not_matter(model):
    X, y = data()
    plain = clone(model).fit(X, y).coef_
    frame = pd.DataFrame(X, columns=list("abcd"))
    locked = X.copy()
    locked.flags.writeable = False
    strided = np.zeros((2 * len(X), 8))[::2, ::2]
    strided[:] = X
    for other in (np.asfortranarray(X), locked, strided, X.astype(">f8"), frame, X.tolist()):
        np.testing.assert_allclose(clone(model).fit(other, y.tolist()).coef_, plain, rtol=1e-10)
    named = clone(model).fit(frame, pd.Series(y))
    assert list(named.feature_names_in_) == list("abcd")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(y=[1.0, np.nan]), "y contains NaN"),
        (dict(y=[1.0, np.inf]), "y contains infinity"),
        (dict(y=["a", "b"]), "y"),
        (dict(y=[[1.0, 2.0], [3.0, 4.0]]), "one output is fitted at a time"),
        (dict(y=[1.0]), "inconsistent numbers of samples"),
        (dict(y=[1e200, -1e200]), "overflow"),
        (dict(y=[1e-200, -1e-200]), "underflow"),
        (dict(y=[1 + 2j, 3]), "y"),
        (dict(X=[[np.nan], [1.0]]), "NaN"),
        (dict(sample_weight=[-1.0, 1.0]), "sample_weight"),
        (dict(sample_weight=[0.0, 0.0]), "zero"),
    ],
)
def test_what_cannot_be_used_is_said(change, words):
    arguments = dict(X=[[0.0], [1.0]], y=[0.0, 1.0], sample_weight=None) | change
    for model in (Ridge(), Lasso(), ElasticNet()):
        with pytest.raises(InputError, match=words):
            model.fit(arguments["X"], arguments["y"], sample_weight=arguments["sample_weight"])


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Ridge(-1.0), "alpha=-1.0"),
        (Ridge([1.0, 2.0]), "one output"),
        (Lasso(np.nan), "alpha=nan"),
        (ElasticNet(l1_ratio=2), "l1_ratio=2"),
        (Lasso(0.0, positive=True), "positive=True needs a penalty"),
        (Lasso(positive=1), "positive=1"),
        (Ridge(tol=0), "tol=0"),
        (LassoCV(alphas=0), "alphas=0"),
        (LassoCV(alphas=[]), "alphas is empty"),
        (LassoCV(eps=2), "eps=2"),
        (LassoCV(cv="five"), "cv='five'"),
        (ElasticNetCV(l1_ratio=0.0), "l1_ratio=0 has no largest alpha"),
        (ElasticNetCV(l1_ratio=[]), "l1_ratio is empty"),
        (RidgeCV(alphas=[0.0, 1.0]), "every alpha must be > 0"),
        (RidgeCV(cv=3, store_cv_results=True), "store_cv_results=True"),
        (RidgeCV(cv=3, scoring="nonsense"), "scoring='nonsense'"),
    ],
)
def test_settings_that_cannot_be_used_are_said(model, words):
    X, y = data(12, 2)
    with pytest.raises(InputError, match=words):
        model.fit(X, y)
    assert not hasattr(model, "coef_")


@every_model
def test_a_failed_refit_leaves_the_old_model(model):
    X, y = data()
    fitted = clone(model).fit(X, y)
    before = pickle.dumps(fitted.coef_)
    with pytest.raises(InputError):
        fitted.fit(X, np.full(len(y), np.nan))
    assert pickle.dumps(fitted.coef_) == before


def test_a_column_of_y_is_taken_with_a_warning():
    X, y = data()
    with pytest.warns(DataConversionWarning, match="column-vector"):
        found = Ridge().fit(X, y[:, None])
    np.testing.assert_array_equal(found.coef_, Ridge().fit(X, y).coef_)


def test_classes_have_no_place_here_nor_probabilities():
    X, y = data()
    found = normball.solve(X, y, lam=0.1, loss="squared")
    with pytest.raises(InputError, match="no probabilities"):
        found.predict_proba(X)
    with pytest.raises(InputError, match="loss='poisson'"):
        normball.solve(X, y, lam=0.1, loss="poisson")
    path = normball.path(X, y, l1_ratio=1.0, n_lams=3, loss="squared")
    with pytest.raises(InputError, match="no probabilities"):
        path.predict_proba(X, path.lams[1])


def test_a_model_that_is_not_certified_says_so():
    X, y = data(200, 10)
    with pytest.warns(normball.ConvergenceWarning, match="NOT certified"):
        found = normball.solve(X, y, lam=1e-3, l1_ratio=1.0, loss="squared", tol=1e-300)
    assert found.certificate.status == "uncertified"
    assert found.certificate.gap > 0.0


def test_the_same_bits_for_any_number_of_threads(monkeypatch):
    X, y = data(30000, 20)
    found = []
    for threads in ("1", "3"):
        monkeypatch.setenv("NORMBALL_THREADS", threads)
        found.append(LassoCV(alphas=10).fit(X, y))
    np.testing.assert_array_equal(found[0].coef_, found[1].coef_)
    np.testing.assert_array_equal(found[0].mse_path_, found[1].mse_path_)


# ---- neighbours ---------------------------------------------------------------------------------------------------
def test_pipelines_searches_and_pickles():
    X, y = data()
    search = GridSearchCV(make_pipeline(StandardScaler(), Lasso()), {"lasso__alpha": [0.1, 1.0]}, cv=3).fit(X, y)
    assert search.best_params_ == {"lasso__alpha": 0.1}
    model = LassoCV(alphas=5).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    X, y = data(4000)
    assert len(pickle.dumps(LassoCV(alphas=5).fit(X, y))) < X.nbytes  # no rows inside
