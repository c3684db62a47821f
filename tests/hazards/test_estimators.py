"""hazards.md, Numerical and Input, for every estimator: an answer of finite numbers, or a sentence; never a changed X,
never half a model."""

from __future__ import annotations

import hashlib
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.base import clone, is_classifier

import normball
from normball import (
    ElasticNet,
    ElasticNetCV,
    InputError,
    Lasso,
    LassoCV,
    LogisticRegression,
    LogisticRegressionCV,
    Ridge,
    RidgeCV,
)

MODELS = {
    "logistic": (LogisticRegression(tol=1e-12), 2),
    "logistic L1": (LogisticRegression(l1_ratio=1.0, tol=1e-12), 2),
    "three classes": (LogisticRegression(tol=1e-12), 3),
    "three classes EN": (LogisticRegression(l1_ratio=0.5, tol=1e-12), 3),
    "logistic CV": (LogisticRegressionCV(Cs=3, cv=3, tol=1e-12), 2),
    "three classes CV": (LogisticRegressionCV(Cs=3, cv=3, tol=1e-12), 3),
    "ridge": (Ridge(tol=1e-14), 0),
    "lasso": (Lasso(0.05, tol=1e-14), 0),
    "elastic net": (ElasticNet(0.05, tol=1e-14), 0),
    "ridge CV": (RidgeCV(tol=1e-14), 0),
    "ridge CV of folds": (RidgeCV(cv=3, tol=1e-14), 0),
    "lasso CV": (LassoCV(alphas=[0.5, 0.05], cv=3, tol=1e-14), 0),
    "elastic net CV": (ElasticNetCV(alphas=[0.5, 0.05], cv=3, tol=1e-14), 0),
}
every_model = pytest.mark.parametrize(("model", "classes"), MODELS.values(), ids=MODELS)
FREE = {  # where the units of the columns have no say: no penalty, or one per standard deviation
    "logistic": (LogisticRegression(C=np.inf, tol=1e-12), 2),
    "standardised": (LogisticRegression(standardize=True, tol=1e-12), 2),
    "standardised L1": (LogisticRegression(standardize=True, l1_ratio=1.0, C=0.3, tol=1e-12), 2),
    "three classes": (LogisticRegression(standardize=True, tol=1e-12), 3),
    "standardised CV": (LogisticRegressionCV(Cs=3, cv=3, standardize=True, tol=1e-12), 2),
    "ridge": (Ridge(alpha=0.0, tol=1e-14), 0),
    "elastic net": (ElasticNet(alpha=0.0, tol=1e-14), 0),
}


def data(classes, n=60, p=4, seed=0):
    """X (n, p), y of so many classes, or numbers for 0."""
    rng = np.random.default_rng([seed, n])
    X = rng.normal(size=(n, p))
    eta = X @ np.array([1.0, -1.0, 0.5, 0.2, *[0.0] * p])[:p]
    if not classes:
        return X, eta + rng.normal(size=n)
    noisy = eta + rng.logistic(size=n)
    return X, np.digitize(noisy, [0.0] if classes == 2 else [-1.0, 1.0])


def said(model, X):
    """What a model says of X: η, which must be numbers."""
    eta = model.decision_function(X) if is_classifier(model) else model.predict(X)
    if is_classifier(model):
        assert np.allclose(model.predict_proba(X).sum(1), 1.0)
    assert np.isfinite(eta).all() and np.isfinite(model.coef_).all() and np.isfinite(model.intercept_).all()
    return eta


def agree(one, other, within=1e-6):
    assert np.abs(one - other).max() <= within * max(1.0, np.abs(one).max())


# ---- what cannot be used --------------------------------------------------------------------------------------------

BAD = {
    "NaN": (lambda X: np.where(np.arange(X.size).reshape(X.shape) == 5, np.nan, X), "NaN value in column 1"),
    "inf": (lambda X: np.where(np.arange(X.size).reshape(X.shape) == 5, np.inf, X), "infinite value in column 1"),
    "NaN, sparse": (lambda X: scipy.sparse.csr_array(BAD["NaN"][0](X)), "NaN value in column 1"),
    "no columns": (lambda X: X[:, :0], "0 feature"),
    "no rows": (lambda X: X[:0], "row|sample"),
    "complex": (lambda X: X + 1j, "omplex"),
    "masked": (lambda X: np.ma.masked_greater(X, 1.0), "masked"),
    "words": (lambda X: np.full(X.shape, "a"), "X"),
    "dates": (lambda X: X.astype("datetime64[s]"), "X"),
    "one dimension": (lambda X: X[:, 0], "dimension|1D|2"),
    "too large": (lambda X: X * 1e308, "rescale|Rescale|room|overflow|large|infinite"),
    "same names": (lambda X: pd.DataFrame(X, columns=["a", "a", "b", "c"]), "uplicate"),
}


@pytest.mark.parametrize(("change", "words"), BAD.values(), ids=BAD)
@every_model
def test_bad_X_is_said_and_the_old_model_stays(model, classes, change, words):
    X, y = data(classes)
    model = clone(model).fit(X, y)
    before = {name: id(value) for name, value in vars(model).items()}
    eta = said(model, X)
    with np.errstate(over="ignore", invalid="ignore"):
        bad = change(X)
    with pytest.raises(ValueError, match=words):
        model.fit(bad, y[: bad.shape[0]])
    assert {name: id(value) for name, value in vars(model).items()} == before
    assert np.array_equal(said(model, X), eta)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (lambda n: np.zeros(n), "sample_weight"),
        (lambda n: -np.ones(n), "must be >= 0"),
        (lambda n: np.full(n, np.nan), "NaN"),
        (lambda n: np.ones(n + 1), "shape"),
        (lambda n: np.full(n, 1e308), "overflow"),
    ],
    ids=["zeros", "negative", "NaN", "too many", "overflow"],
)
@every_model
def test_bad_weights(model, classes, weight, words):
    X, y = data(classes)
    model = clone(model).fit(X, y)
    eta = said(model, X)
    with pytest.raises(InputError, match=words):
        model.fit(X, y, sample_weight=weight(len(y)))
    assert np.array_equal(said(model, X), eta)


@every_model
def test_bad_y(model, classes):
    X, y = data(classes)
    gap = y.astype(float)
    gap[3] = np.nan
    for bad in (gap, y[:-1], None, np.column_stack([y, y, y]), np.ma.masked_equal(y, y[0])):
        with pytest.raises(ValueError, match=r"y|class|label"):
            clone(model).fit(X, bad)
    if classes:
        with pytest.raises(InputError, match="one class"):
            clone(model).fit(X, np.zeros(len(y), int))
        with pytest.raises(InputError, match="class 1"):  # weights that take a class away
            clone(model).fit(X, y, sample_weight=(y != 1).astype(float))


@every_model
def test_bad_rows_at_predict(model, classes):
    X, y = data(classes)
    model = clone(model).fit(pd.DataFrame(X, columns=list("abcd")), y)
    table = pd.DataFrame(X, columns=list("abcd"))
    for bad, words in (
        (table.assign(a=np.nan), "NaN"),
        (table.drop(columns="b"), "missing|feature"),
        (table[list("badc")], "order"),
        (table.assign(e=1.0), "unseen|feature"),
    ):
        with pytest.raises(ValueError, match=words):
            model.predict(bad)


# ---- what can -------------------------------------------------------------------------------------------------------

FORMS = {
    "read-only": lambda X: _locked(X.copy()),
    "Fortran": np.asfortranarray,
    "strided": lambda X: np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3],
    "backwards": lambda X: X[::-1][::-1],
    "big-endian": lambda X: X.astype(">f8"),
    "CSR": scipy.sparse.csr_array,
    "CSC": scipy.sparse.csc_array,
    "COO": scipy.sparse.coo_array,
    "CSR, long indices": lambda X: _long(scipy.sparse.csr_array(X)),
    "list": lambda X: X.tolist(),
    "frame": lambda X: pd.DataFrame(X),
}


def _locked(X):
    X.flags.writeable = False
    return X


def _long(X):
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def _print(X):
    parts = [X.data, X.indices, X.indptr] if hasattr(X, "indptr") else [np.asarray(getattr(X, "data", X))]
    return [hashlib.sha256(np.ascontiguousarray(part).tobytes()).hexdigest() for part in parts]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@every_model
def test_every_form_of_X(model, classes, form):
    """The same answer, and X, y and weights as they were."""
    X, y = data(classes)
    best = said(clone(model).fit(X, y), X)
    given, labels, weight = form(X), _locked(y.copy()), _locked(np.ones(len(y)))
    before = _print(given if not isinstance(given, (list, pd.DataFrame)) else np.asarray(given))
    found = clone(model).fit(given, labels, sample_weight=weight)
    agree(best, said(found, given))
    assert _print(given if not isinstance(given, (list, pd.DataFrame)) else np.asarray(given)) == before


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int8, bool])
@every_model
def test_every_type_of_X(model, classes, dtype):
    X, y = data(classes)
    given = (X > 0.0) if dtype is bool else np.rint(4 * X).astype(dtype)
    agree(said(clone(model).fit(given.astype(float), y), given.astype(float)), said(clone(model).fit(given, y), given))


@pytest.mark.parametrize("units", [1e-100, 1e-8, 1e8, 1e100])
@pytest.mark.parametrize(("model", "classes"), FREE.values(), ids=FREE)
def test_units_do_not_matter_where_nothing_is_said_of_them(model, classes, units):
    X, y = data(classes, n=200)
    best = said(clone(model).fit(X, y), X)
    scales = np.array([units, 1.0, 1.0 / units, 1.0])
    found = clone(model).fit(X * scales, y)
    agree(best, said(found, X * scales))
    X[:, 1] += 1e6
    agree(best, said(clone(model).fit(X, y), X), 1e-5)


@pytest.mark.parametrize("units", [1e-8, 1e8, 1e100])
@every_model
def test_tiny_and_huge_units_end_in_numbers(model, classes, units):
    """Certified; in units of 1e100, where the penalty is as good as none, perhaps not, but then that is said."""
    X, y = data(classes)
    X[:, 0] *= units
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = clone(model).fit(X, y)
    said(found, X)
    assert found.certificate_.gap >= 0.0
    if units < 1e100:
        assert found.status_ == "certified"
    else:
        assert found.status_ == "certified" or any(issubclass(w.category, normball.ConvergenceWarning) for w in heard)


@every_model
def test_what_float64_cannot_hold_is_named(model, classes):
    """A column of size 1e-150: its L2 part would be 1e300, its L1 part is only large."""
    X, y = data(classes)
    X[:, 0] *= 1e-150
    if "Lasso" in type(model).__name__ or getattr(model, "l1_ratio", None) == 1.0:
        found = clone(model).fit(X, y)
        said(found, X)
        assert found.status_ == "certified" and not found.coef_[..., 0].any()
    else:
        with pytest.raises(InputError, match=r"column 0 cannot be represented.*standardize"):
            clone(model).fit(X, y)


@every_model
def test_constant_and_zero_columns(model, classes):
    """They change nothing: their coefficients are 0, or the intercept's."""
    X, y = data(classes)
    best = said(clone(model).fit(X, y), X)
    more = np.column_stack([X, np.zeros(len(X)), np.full(len(X), 7.0)])
    found = clone(model).fit(more, y)
    agree(best, said(found, more))
    assert np.abs(found.coef_[..., 4:]).max() == 0.0
    found = clone(model).fit(np.full((len(X), 2), 3.0), y)  # nothing but constants: the null model
    eta = said(found, np.full((len(X), 2), 3.0))
    assert np.ptp(eta, axis=0).max() <= 1e-9


@every_model
def test_duplicated_columns(model, classes):
    """(X, X): finite; with an L2 part alone both get the same, and the answer is that of √2 X."""
    X, y = data(classes)
    found = clone(model).fit(np.column_stack([X, X]), y)
    eta = said(found, np.column_stack([X, X]))
    if getattr(found, "l1_ratio_", getattr(found, "l1_ratio", 0.0)) == 0.0 and "Lasso" not in type(found).__name__:
        agree(found.coef_[..., :4], found.coef_[..., 4:])
        agree(eta, said(clone(model).fit(np.sqrt(2.0) * X, y), np.sqrt(2.0) * X), 1e-5)


@every_model
def test_weights_of_zero_are_rows_that_are_not_there(model, classes):
    X, y = data(classes)
    folds = np.arange(60) % 3
    by_folds = hasattr(model, "cv") and model.cv is not None
    model = clone(model).set_params(**(dict(cv=folds) if by_folds else {}))
    if type(model) is RidgeCV and not by_folds:
        model.set_params(alphas=[1.0])  # the mean over held-out rows counts rows, as scikit-learn's does
    keep = np.arange(60) % 7 != 0
    weighted = model.fit(X, y, sample_weight=keep.astype(float))
    eta = said(weighted, X)
    left = clone(model).set_params(**(dict(cv=folds[keep]) if by_folds else {})).fit(X[keep], y[keep])
    agree(eta, said(left, X), 1e-5)


@every_model
def test_more_columns_than_rows_and_an_outlier(model, classes):
    X, y = data(classes, n=30, p=80)
    said(clone(model).fit(X, y), X)
    X, y = data(classes)
    X[0, 0] = 1e6
    assert clone(model).fit(X, y).status_ == "certified"


@every_model
def test_few_rows(model, classes):
    """One row: an error of classes, an error of folds, or its mean."""
    X, y = data(classes)
    model = clone(model)
    if classes or hasattr(model, "cv"):  # leaving out the one row leaves none
        with pytest.raises(ValueError, match=r"class|fold|split|row|sample"):
            model.fit(X[:1], y[:1])
    else:
        found = model.fit(X[:1], y[:1])
        agree(said(found, X[:1]), y[:1])
    if classes and not hasattr(model, "cv"):
        several = np.unique(y, return_index=True)[1]
        assert np.array_equal(model.fit(X[several], y[several]).classes_, np.arange(classes))
        said(model, X[several])


@every_model
def test_sparse_without_entries(model, classes):
    X, y = scipy.sparse.csr_array((60, 4)), data(classes)[1]
    found = clone(model).fit(X, y)
    assert not found.coef_.any() and np.ptp(said(found, X), axis=0).max() <= 1e-12
    if classes == 2:
        assert found.predict_proba(X)[:, 1] == pytest.approx(y.mean(), abs=1e-5)
    elif not classes:
        assert found.predict(X) == pytest.approx(y.mean())


@pytest.mark.parametrize("classes", [2, 3])
def test_separated_data_are_said(classes):
    X, y = data(classes)
    X[:, 0] = y + 0.1 * np.tanh(X[:, 0])
    with pytest.warns(normball.ConvergenceWarning, match="separated"):
        model = LogisticRegression(C=np.inf).fit(X, y)
    assert model.status_ == "separated"
    said(model, X)


@every_model
def test_settings_that_mean_nothing_are_said(model, classes):
    X, y = data(classes)
    for setting in (dict(tol=0.0), dict(tol=np.nan), dict(tol="small"), dict(max_reads=-1), dict(fit_intercept="yes")):
        fitted = clone(model).fit(X, y)
        eta = said(fitted, X)
        with pytest.raises(ValueError, match=next(iter(setting))):
            fitted.set_params(**setting).fit(X, y)
        assert np.array_equal(said(fitted, X), eta)
