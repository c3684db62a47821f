"""What fit may touch, and when: a failed or interrupted fit leaves the model as it was."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import normball
from normball import LogisticRegression, LogisticRegressionCV
from normball.errors import Interrupted
from normball.lockstep import driver


@pytest.fixture
def data(rng):
    X = rng.standard_normal((80, 4))
    return X, (rng.random(80) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)


@pytest.fixture(params=["one", "folds", "dev"])
def make(request):
    """(parameters) -> an estimator, not fitted."""
    return {
        "one": LogisticRegression,
        "folds": lambda **setting: LogisticRegressionCV(Cs=3, cv=3, **setting),
        "dev": lambda **setting: LogisticRegressionCV(Cs=3, dev=0.3, **setting),
    }[request.param]


@pytest.fixture
def press_ctrl_c(monkeypatch):
    """From the call on, every fit is interrupted inside the loop, in its first judging pass."""

    def press():
        def interrupted(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr(driver, "sweep", interrupted)

    return press


def whole(model):
    """A model's attributes: the objects, and copies of their values."""
    return dict(vars(model)), copy.deepcopy(vars(model))


def assert_untouched(model, before):
    objects, values = before
    assert list(vars(model)) == list(objects)
    assert all(vars(model)[name] is value for name, value in objects.items())
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(vars(model)[name], value), name


def spoiled(X):
    X = X.copy()
    X[3, 2] = np.nan
    return X


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda model, X, y: model.fit(spoiled(X), y), normball.InputError),
        (lambda model, X, y: model.fit(X[:, :2], np.zeros(len(y))), normball.InputError),
        (lambda model, X, y: model.fit(X[:, :2], y / 2), normball.InputError),
        (lambda model, X, y: model.fit(X[:, :0], y), normball.InputError),
        (lambda model, X, y: model.fit(X[:, :2], y[:-1]), normball.InputError),
    ],
    ids=["NaN", "one class", "fractions", "no column", "short y"],
)
def test_failed_refit(data, make, call, error):
    X, y = data
    model = make().fit(pd.DataFrame(X, columns=list("abcd")), y)
    before = whole(model)
    with pytest.raises(error):
        call(model, X, y)
    assert_untouched(model, before)


def test_interrupted_refit(data, make, press_ctrl_c):
    X, y = data
    model = make().fit(X, y)
    before, expected = whole(model), model.predict_proba(X)
    press_ctrl_c()
    with pytest.raises(Interrupted):
        model.fit(X[:, :2], 1 - y)
    assert_untouched(model, before)
    assert np.array_equal(model.predict_proba(X), expected)


def test_an_interrupted_fit_carries_what_there_is(data, press_ctrl_c):
    X, y = data
    press_ctrl_c()
    with pytest.raises(KeyboardInterrupt) as caught:
        LogisticRegression().fit(X[:, :2], y)
    assert caught.value.solution.certificate.status == "interrupted"
    assert caught.value.solution.coef.shape == (2,)


def test_interrupted_first_fit(data, make, press_ctrl_c):
    X, y = data
    model = make(standardize=True)
    press_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert vars(model) == vars(make(standardize=True))
    with pytest.raises(NotFittedError):
        check_is_fitted(model)


def test_refit_forgets_the_fit_before(data, make):
    """Nothing of an earlier fit, not even a name, is left beside a later one."""
    X, y = data
    model = make().fit(pd.DataFrame(X, columns=list("abcd")), y)
    assert model.feature_names_in_.tolist() == list("abcd")
    model.fit(X[:, :2], y)
    assert vars(model).keys() == vars(make().fit(X[:, :2], y)).keys()
    assert not hasattr(model, "feature_names_in_")
    assert model.n_features_in_ == 2


def test_what_is_set_on_the_model_stays(data, make):
    """scikit-learn keeps requests for metadata and callbacks among the attributes."""
    X, y = data
    model = make()
    model._note = note = object()
    assert model.fit(X, y)._note is note


def test_fit_changes_no_argument(data, make):
    X, y = data
    weight, factor = np.ones(len(y)), np.ones(4)
    before = [value.tobytes() for value in (X, y, weight, factor)]
    model = make(penalty_factor=factor, class_weight={0: 2.0}).fit(X, y, sample_weight=weight)
    model.predict_proba(X)
    assert [value.tobytes() for value in (X, y, weight, factor)] == before
    assert model.penalty_factor is factor
