"""One import changed: the same coefficients as scikit-learn's, and the meaning of C, lam and weights."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.sparse
import sklearn.linear_model
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

import normball
from normball import LogisticRegression


@pytest.fixture(scope="module")
def cancer():
    """Breast cancer, standardised (569, 30), and weights of a half to two."""
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y, np.random.default_rng(0).uniform(0.5, 2.0, len(y))


@pytest.fixture
def noisy(rng):
    """X (120, 5) of multiples of 2⁻²⁰, labels that no plane separates, whole weights 0 ... 3."""
    X = np.round(rng.standard_normal((120, 5)) * 2**20) / 2**20
    y = (rng.random(120) < 1 / (1 + np.exp(-X @ [1.0, -1.0, 0.5, 0.0, 0.0]))).astype(int)
    return X, y, rng.integers(0, 4, 120).astype(float)


def assert_close(ours, theirs, tol):
    size = np.abs(theirs.coef_).max()
    assert np.abs(ours.coef_ - theirs.coef_).max() <= tol * size
    assert np.abs(ours.intercept_ - theirs.intercept_).max() <= tol * max(size, np.abs(theirs.intercept_).max())


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 2.0}])
@pytest.mark.parametrize("C", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_same_coefficients(cancer, C, class_weight, fit_intercept, weighted):
    X, y, weight = cancer
    same = dict(C=C, class_weight=class_weight, fit_intercept=fit_intercept)
    theirs = sklearn.linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-12, max_iter=1000, **same)
    ours = LogisticRegression(**same)
    for model in (theirs, ours):
        model.fit(X, y, sample_weight=weight if weighted else None)
    assert ours.status_ == "certified"
    assert_close(ours, theirs, 1e-6)


def test_same_coefficients_without_a_penalty(noisy):
    X, y, _ = noisy
    theirs = sklearn.linear_model.LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(X, y)
    ours = LogisticRegression(C=np.inf).fit(X, y)
    assert ours.lambda_ == 0.0
    assert_close(ours, theirs, 1e-6)


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_same_coefficients_with_l1(noisy, l1_ratio):
    """saga: first order, so its own last digits are its tolerance."""
    X, y, _ = noisy
    theirs = sklearn.linear_model.LogisticRegression(
        C=0.3, l1_ratio=l1_ratio, solver="saga", tol=1e-12, max_iter=100_000, random_state=0
    )
    ours = LogisticRegression(C=0.3, l1_ratio=l1_ratio).fit(X, y)
    assert_close(ours, theirs.fit(X, y), 1e-6)
    assert np.array_equal(ours.coef_ == 0.0, np.abs(theirs.coef_) < 1e-9)


def test_same_as_solve(noisy):
    X, y, weight = noisy
    factor = [0.0, 1.0, 2.0, 1.0, 0.5]
    same = dict(lam=0.05, l1_ratio=0.7, penalty_factor=factor, standardize=True)
    solution = normball.solve(X, y, sample_weight=weight, **same)
    model = LogisticRegression(**same).fit(X, y, sample_weight=weight)
    assert np.array_equal(model.coef_, solution.coef[None, :])
    assert model.intercept_.tolist() == [solution.intercept]
    assert model.certificate_.gap == solution.certificate.gap
    assert np.array_equal(model.predict_proba(X), solution.predict_proba(X))


@pytest.mark.parametrize("kind", [np.float32, scipy.sparse.csr_matrix, scipy.sparse.csc_array, np.asfortranarray])
def test_storage_does_not_matter(noisy, kind):
    X, y, _ = noisy
    X = np.round(X * 64) / 64  # float32 holds it
    X[np.abs(X) < 0.3] = 0.0
    plain = LogisticRegression(tol=1e-14).fit(X, y)
    other = LogisticRegression(tol=1e-14).fit(kind(X), y)
    assert_close(other, plain, 1e-10)
    assert np.abs(other.predict_proba(kind(X)) - plain.predict_proba(X)).max() <= 1e-10


# ---- C, lam and weights ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strength", [dict(C=0.5), dict(lam=0.02), dict(C=0.5, l1_ratio=1.0), dict(C=np.inf)])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 3.0, 1: 0.5}])
def test_weights_are_repetitions(noisy, strength, class_weight):
    X, y, weight = noisy
    rows = np.repeat(np.arange(len(y)), weight.astype(int))
    model = LogisticRegression(tol=1e-14, class_weight=class_weight, **strength)
    weighted = [model.fit(X, y, sample_weight=weight).coef_, model.lambda_]
    repeated = [model.fit(X[rows], y[rows]).coef_, model.lambda_]
    assert weighted[0] == pytest.approx(repeated[0], rel=1e-10, abs=1e-10)
    assert weighted[1] == pytest.approx(repeated[1], rel=1e-14)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_seven_times_the_weights(noisy, l1_ratio):
    """A λ fit does not see it; a C fit sees C/7 undo it."""
    X, y, weight = noisy
    model = lambda strength: LogisticRegression(tol=1e-14, l1_ratio=l1_ratio, **strength)
    fit = lambda times, **strength: model(strength).fit(X, y, times * weight)
    assert_close(fit(7.0, lam=0.03), fit(1.0, lam=0.03), 1e-10)
    assert_close(fit(7.0, C=0.3 / 7.0), fit(1.0, C=0.3), 1e-10)
    assert np.abs(fit(7.0, C=0.3).coef_ - fit(1.0, C=0.3).coef_).max() > 0.01  # the one that does see it


def test_lambda_says_what_C_meant(noisy):
    X, y, weight = noisy
    model = LogisticRegression(C=0.3).fit(X, y, sample_weight=weight)
    assert model.lambda_ == pytest.approx(1 / (0.3 * weight.sum()), rel=1e-15)
    assert LogisticRegression(lam=0.25).fit(X, y).lambda_ == 0.25
    assert_close(LogisticRegression(lam=model.lambda_).fit(X, y, sample_weight=weight), model, 1e-10)


# ---- audit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting",
    [
        dict(),
        dict(lam=0.01),
        dict(l1_ratio=1.0, C=0.1),
        dict(standardize=True),
        dict(class_weight="balanced", fit_intercept=False),
        dict(penalty_factor=np.arange(30.0) + 0.5),
    ],
    ids=str,
)
def test_audit_of_ours(cancer, setting):
    """The fit's own problem is found on the model: factors, class weights, strength."""
    X, y, weight = cancer
    audit = normball.audit(LogisticRegression(**setting).fit(X, y, weight), X, y, sample_weight=weight)
    assert audit.certificate.status == "certified", audit.summary()


def test_audit_of_scikit_learns_default():
    X, y = load_breast_cancer(return_X_y=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
        theirs = sklearn.linear_model.LogisticRegression().fit(X, y)
    audit = normball.audit(theirs, X, y)
    assert audit.certificate.status == "uncertified"
    assert audit.excess_ratio > 0.1
    assert "above its own optimum" in audit.summary()
    assert normball.audit(LogisticRegression().fit(X, y), X, y).certificate.status == "certified"
