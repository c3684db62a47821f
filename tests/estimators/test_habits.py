"""How scikit-learn's users work: searches, pipelines, frames, pickles, calibration, routed weights, notebooks."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
import sklearn.linear_model
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from normball import LogisticRegression

NAMES = ["mean", "spread", "rough", "dents", "size"]


@pytest.fixture(scope="module")
def cancer():
    return load_breast_cancer(return_X_y=True)


@pytest.fixture
def small(rng):
    """X (60, 5), two classes in words that no plane separates, weights."""
    X = rng.standard_normal((60, 5))
    y = np.where(rng.random(60) < 1 / (1 + np.exp(-2 * X[:, 0])), "yes", "no")
    return X, y, rng.uniform(0.5, 2.0, 60)


def theirs(**parameters):
    return sklearn.linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-12, max_iter=1000, **parameters)


@pytest.fixture(params=["pandas", "polars", "arrow"])
def frame(request):
    """(X, names) -> a data frame."""
    return {
        "pandas": lambda X, names: pd.DataFrame(X, columns=names),
        "polars": lambda X, names: pl.DataFrame(X, schema=names),
        "arrow": lambda X, names: pa.table(dict(zip(names, X.T, strict=True))),
    }[request.param]


# ---- around it ------------------------------------------------------------------------------------------------------


def test_pipeline(cancer):
    X, y = cancer
    ours, others = (make_pipeline(StandardScaler(), model).fit(X, y) for model in (LogisticRegression(), theirs()))
    assert np.abs(ours.predict_proba(X) - others.predict_proba(X)).max() <= 1e-6
    assert ours.score(X, y) == others.score(X, y) > 0.98


def test_grid_search_over_C(cancer):
    """C is a strength on the sum: each fold has its own λ, as in scikit-learn."""
    X, y = cancer
    grid = {"model__C": [1e-3, 0.1, 10.0]}
    search = lambda model: GridSearchCV(
        sklearn.pipeline.Pipeline([("scale", StandardScaler()), ("model", model)]), grid, cv=3, scoring="neg_log_loss"
    ).fit(X, y)
    ours, others = search(LogisticRegression()), search(theirs())
    assert np.abs(ours.cv_results_["mean_test_score"] - others.cv_results_["mean_test_score"]).max() <= 1e-6
    assert ours.best_params_ == others.best_params_
    coefs = [found.best_estimator_["model"].coef_ for found in (ours, others)]
    assert np.abs(coefs[0] - coefs[1]).max() <= 1e-6 * np.abs(coefs[1]).max()


def test_calibration(cancer):
    X, y = cancer
    X = StandardScaler().fit_transform(X)
    ours, others = (CalibratedClassifierCV(model, cv=3).fit(X, y) for model in (LogisticRegression(), theirs()))
    assert np.abs(ours.predict_proba(X) - others.predict_proba(X)).max() <= 1e-6


def test_one_versus_the_rest(rng):
    """The way to several classes, until they come."""
    X, y = rng.standard_normal((90, 4)), np.repeat(["a", "b", "c"], 30)
    X[y == "b", 0] += 1.0
    ours, others = (OneVsRestClassifier(model).fit(X, y) for model in (LogisticRegression(), theirs()))
    assert np.abs(ours.predict_proba(X) - others.predict_proba(X)).max() <= 1e-6


def test_clone_and_set_params(small):
    X, y, _ = small
    model = LogisticRegression(C=0.3, l1_ratio=0.5, penalty_factor=[1.0, 0.0, 2.0, 1.0, 1.0]).fit(X, y)
    twin = clone(model)
    assert not hasattr(twin, "coef_")
    assert twin.get_params() == model.get_params()
    assert np.array_equal(twin.fit(X, y).coef_, model.coef_)
    assert np.abs(twin.set_params(C=30.0).fit(X, y).coef_ - model.coef_).max() > 0.01


def test_pickle(small):
    X, y, _ = small
    table = pd.DataFrame(X, columns=NAMES)
    model = LogisticRegression().fit(table, y)
    twin = pickle.loads(pickle.dumps(model))
    assert np.array_equal(twin.predict_proba(table), model.predict_proba(table))
    assert twin.certificate_.gap == model.certificate_.gap
    assert twin.certificate_.summary() == model.certificate_.summary()
    assert twin.feature_names_in_.tolist() == NAMES


def test_in_a_notebook(small):
    X, y, _ = small
    model = LogisticRegression(C=0.3)
    assert "<span>Not fitted</span>" in model._repr_html_()
    page = model.fit(pd.DataFrame(X, columns=NAMES), y)._repr_html_()
    assert "<span>Fitted</span>" in page
    assert [name for name in vars(model) if name not in page] == []
    assert repr(model) == "LogisticRegression(C=0.3)"


# ---- frames and labels ----------------------------------------------------------------------------------------------


def test_frames_have_names(small, frame):
    X, y, _ = small
    plain, model = LogisticRegression().fit(X, y), LogisticRegression().fit(frame(X, NAMES), y)
    assert model.feature_names_in_.tolist() == NAMES
    assert model.feature_names_in_.dtype == object
    assert np.abs(model.coef_ - plain.coef_).max() <= 1e-12
    assert np.abs(model.predict_proba(frame(X, NAMES)) - plain.predict_proba(X)).max() <= 1e-12


def test_other_names_are_an_error(small, frame):
    """scikit-learn's way: columns in another order are not put right, they are refused."""
    X, y, _ = small
    model = LogisticRegression().fit(frame(X, NAMES), y)
    for X_other, names in ((X[:, ::-1], NAMES[::-1]), (X, [*NAMES[:4], "weight"]), (X[:, :4], NAMES[:4])):
        with pytest.raises(ValueError, match="feature names should match"):
            model.predict(frame(X_other, names))


def test_names_on_one_side_are_a_warning(small):
    X, y, _ = small
    table = pd.DataFrame(X, columns=NAMES)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        LogisticRegression().fit(table, y).predict(X)
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        LogisticRegression().fit(X, y).predict(table)


def test_nan_in_a_frame_is_named(small):
    X, y, _ = small
    model = LogisticRegression().fit(pd.DataFrame(X, columns=NAMES), y)
    X[4, 2] = np.nan
    for call in (model.predict, lambda table: LogisticRegression().fit(table, y)):
        with pytest.raises(ValueError, match="1 NaN value in column 'rough'"):
            call(pd.DataFrame(X, columns=NAMES))


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_neighbours_that_make_frames(small, output):
    X, y, _ = small
    table = {"pandas": pd.DataFrame, "polars": pl.DataFrame}[output](dict(zip(NAMES, X.T, strict=True)))
    pipe = make_pipeline(StandardScaler(), LogisticRegression()).set_output(transform=output).fit(table, y)
    assert pipe[-1].feature_names_in_.tolist() == NAMES
    assert pipe.score(table, y) > 0.7


@pytest.mark.parametrize("labels", [("no", "yes"), (False, True), (-1, 1), (0.0, 1.0), (3, 17)], ids=str)
@pytest.mark.parametrize("holder", [list, np.array, pd.Series, pl.Series, lambda y: np.array(y, object)])
def test_labels_of_any_type(small, labels, holder):
    X, words, _ = small
    y = [labels[int(word == "yes")] for word in words]
    model, plain = LogisticRegression().fit(X, holder(y)), LogisticRegression().fit(X, words)
    assert model.classes_.tolist() == sorted(labels)
    assert np.array_equal(model.coef_, plain.coef_)
    assert model.predict(X).tolist() == [labels[int(word == "yes")] for word in plain.predict(X)]
    assert model.score(X, y) == plain.score(X, words)


# ---- probabilities --------------------------------------------------------------------------------------------------


def test_probabilities_and_their_logarithms(small):
    X, y, _ = small
    model = LogisticRegression().fit(X, y)
    eta, P = model.decision_function(X), model.predict_proba(X)
    assert np.abs(P.sum(1) - 1.0).max() <= 1e-15
    assert P[:, 1] == pytest.approx(1 / (1 + np.exp(-eta)), rel=1e-14)
    assert model.predict_log_proba(X) == pytest.approx(np.log(P), rel=1e-12)
    assert np.array_equal(model.predict(X) == "yes", P[:, 1] > P[:, 0])


def test_probabilities_too_small_to_write(small):
    """log p = η for η far below zero, where p itself is 0 in float64."""
    X, y, _ = small
    model = LogisticRegression().fit(X, y)
    far = 1e6 * X
    eta, logs = model.decision_function(far), model.predict_log_proba(far)
    below = eta < -800
    assert below.sum() > 10
    assert (model.predict_proba(far)[below, 1] == 0.0).all()
    assert logs[below, 1] == pytest.approx(eta[below], rel=1e-15)
    assert (logs[below, 0] == 0.0).all()


def test_mean_probability_is_the_base_rate(small):
    """The free intercept's own equation: Σ c (y - p) = 0."""
    X, y, weight = small
    model = LogisticRegression(tol=1e-14).fit(X, y, sample_weight=weight)
    assert weight @ model.predict_proba(X)[:, 1] == pytest.approx(weight @ (y == "yes"), rel=1e-10)


# ---- weights on the way ---------------------------------------------------------------------------------------------


def test_routed_weights(small):
    X, y, weight = small
    grid = {"C": [0.1, 1.0]}
    with sklearn.config_context(enable_metadata_routing=True):
        asks = LogisticRegression().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        ours = GridSearchCV(asks, grid, cv=3).fit(X, y, sample_weight=weight).best_estimator_
        assert asks.fit(X, y).get_metadata_routing().fit.requests == {"sample_weight": True}
        scores = cross_validate(asks, X, y, params={"sample_weight": weight}, return_estimator=True, cv=3)
    direct = LogisticRegression(C=ours.C).fit(X, y, sample_weight=weight)
    assert np.array_equal(ours.coef_, direct.coef_)
    total = sum(1 / (model.C * model.lambda_) for model in scores["estimator"])  # Σ over folds of the weights it saw
    assert total == pytest.approx(2 * weight.sum(), rel=1e-12)


def test_weighted_score(small):
    X, y, weight = small
    model = LogisticRegression().fit(X, y)
    right = model.predict(X) == y
    assert model.score(X, y, sample_weight=weight) == pytest.approx(weight @ right / weight.sum(), rel=1e-14)
