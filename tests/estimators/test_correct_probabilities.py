"""correct_probabilities=True: class weights in the fit, the classes as they came in the probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

import normball


@pytest.fixture
def groups():
    """Six groups, each with rows of both classes; rare "yes"."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(6), 40)
    y = np.where(rng.random(240) < 0.05 + 0.05 * group, "yes", "no")
    y[::40], y[1::40] = "yes", "no"
    return np.eye(6)[group], y, rng.uniform(0.5, 2.0, 240)


@pytest.mark.parametrize("class_weight", ["balanced", {"yes": 7.0}, {"no": 0.2, "yes": 3}])
def test_exact_where_the_model_is_saturated(groups, class_weight):
    """One column for each group and no penalty: the shares of each group, as without class weights."""
    X, y, weight = groups
    model = normball.LogisticRegression(C=np.inf, class_weight=class_weight, correct_probabilities=True, tol=1e-14).fit(
        X, y, weight
    )
    shares = (weight * (y == "yes")) @ X / (weight @ X)
    assert model.predict_proba(np.eye(6))[:, 1] == pytest.approx(shares, abs=1e-9)
    plain = clone(model).set_params(correct_probabilities=False).fit(X, y, weight)
    assert np.abs(plain.predict_proba(np.eye(6))[:, 1] - shares).min() > 0.05
    assert (plain.coef_ == model.coef_).all()
    assert model.intercept_ - plain.intercept_ == pytest.approx(model.intercept_shift_)
    assert plain.intercept_shift_ == 0.0


def test_without_class_weights_nothing_changes(groups):
    X, y, _ = groups
    here, there = normball.LogisticRegression(), normball.LogisticRegression(correct_probabilities=True)
    assert here.fit(X, y).intercept_[0] == there.fit(X, y).intercept_[0]


def test_audit_judges_the_weighted_fit(groups):
    X, y, _ = groups
    model = normball.LogisticRegression(C=2.0, class_weight="balanced", correct_probabilities=True).fit(X, y)
    assert normball.audit(model, X, y).certificate.status == "certified"


def test_predict_goes_by_the_corrected_probabilities(groups):
    X, y, _ = groups
    model = normball.LogisticRegression(class_weight="balanced", correct_probabilities=True).fit(X, y)
    likely = model.predict_proba(X)[:, 1] > 0.5
    assert model.predict(X).tolist() == np.where(likely, "yes", "no").tolist()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(class_weight="balanced", fit_intercept=False), "moves the intercept"),
        (dict(class_weight={"yes": 0.0}), "class weight of 0"),
        (dict(correct_probabilities=1), "must be True or False"),
    ],
)
def test_refused(groups, arguments, words):
    X, y, _ = groups
    with pytest.raises(normball.InputError, match=words):
        normball.LogisticRegression(**dict(correct_probabilities=True) | arguments).fit(X, y)
