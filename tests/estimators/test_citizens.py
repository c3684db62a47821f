"""Our estimators inside scikit-learn's machinery: what holds for scikit-learn's own holds for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sklearn.linear_model
from sklearn import config_context
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.callback import ProgressBar
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import balanced_accuracy_score, get_scorer, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    GroupKFold,
    LeaveOneGroupOut,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import normball
from normball import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    LogisticRegression,
    LogisticRegressionCV,
    Ridge,
    RidgeCV,
)

CLASSIFIERS = [LogisticRegression(C=0.5), LogisticRegressionCV(Cs=3, cv=3)]
REGRESSORS = [Ridge(), Lasso(0.05), ElasticNet(0.05), RidgeCV(), LassoCV(alphas=5, cv=3), ElasticNetCV(alphas=5, cv=3)]
every_classifier = pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda model: type(model).__name__)
every_regressor = pytest.mark.parametrize("model", REGRESSORS, ids=lambda model: type(model).__name__)
every_model = pytest.mark.parametrize("model", CLASSIFIERS + REGRESSORS, ids=lambda model: type(model).__name__)

rng = np.random.default_rng(11)
X = rng.normal(size=(150, 5)) * [1.0, 10.0, 0.1, 1.0, 1.0]
ETA = X @ [1.0, 0.1, 0.0, -1.0, 0.0]
Y = ETA + rng.logistic(size=150) > 0
THREE = np.digitize(ETA + rng.logistic(size=150), [-1.0, 1.0])
NUMBERS = ETA + rng.normal(size=150)
FRAME = pd.DataFrame(X, columns=["a", "b", "c", "d", "e"])


def target(model):
    return Y if is_classifier(model) else NUMBERS


# ---- alone ----------------------------------------------------------------------------------------------------------


@every_model
def test_clone_and_pipeline(model):
    """A pipeline with a scaler is the model on scaled columns, names pass through, and a clone is not fitted."""
    y = target(model)
    pipe = make_pipeline(StandardScaler().set_output(transform="pandas"), clone(model)).fit(FRAME, y)
    alone = clone(model).fit(StandardScaler().fit_transform(X), y)
    assert np.allclose(pipe[-1].coef_, alone.coef_, rtol=0, atol=1e-12)
    assert list(pipe[-1].feature_names_in_) == list(FRAME.columns)
    assert pipe.score(FRAME, y) == pytest.approx(alone.score(StandardScaler().fit_transform(X), y))
    assert not hasattr(clone(pipe[-1]), "coef_") and clone(model).get_params() == model.get_params()
    assert is_classifier(model) is (model in CLASSIFIERS) and is_regressor(model) is (model in REGRESSORS)


@pytest.mark.parametrize("y", [Y, THREE], ids=["two classes", "three"])
@every_classifier
def test_sparsify(model, y):
    model = clone(model).set_params(l1_ratio=1.0, C=0.05) if hasattr(model, "C") else clone(model)
    model.fit(X, y)
    dense, said, chances = model.coef_.copy(), model.decision_function(X), model.predict_proba(X)
    assert model.sparsify() is model and scipy.sparse.issparse(model.coef_)
    for given in (X, FRAME.to_numpy(), scipy.sparse.csr_array(X), X.astype(np.float32).astype(float)):
        assert np.allclose(model.decision_function(given), said, atol=1e-5)
    assert np.array_equal(model.decision_function(X), said) and np.array_equal(model.predict_proba(X), chances)
    assert normball.audit(model, X, y).certificate.relative_gap <= 1e-6
    assert model.densify() is model and np.array_equal(model.coef_, dense) and isinstance(model.coef_, np.ndarray)
    if isinstance(model, LogisticRegression):  # a warm start from a sparse coef_
        assert np.allclose(model.sparsify().set_params(warm_start=True).fit(X, y).coef_, dense, atol=1e-5)


# ---- inside others --------------------------------------------------------------------------------------------------


def test_grid_search():
    grid = {"logisticregression__C": [0.3, 1.0, 10.0], "logisticregression__l1_ratio": [0.0, 0.5, 1.0]}
    mine, theirs = (
        GridSearchCV(make_pipeline(StandardScaler(), model), grid, cv=3, scoring="neg_log_loss").fit(X, THREE)
        for model in (
            LogisticRegression(),
            sklearn.linear_model.LogisticRegression(solver="saga", tol=1e-8, max_iter=20000),
        )
    )
    assert mine.best_params_ == theirs.best_params_
    gap = mine.cv_results_["mean_test_score"] - theirs.cv_results_["mean_test_score"]
    assert np.abs(gap).max() <= 1e-5
    grid = {"alpha": [0.001, 0.1, 10.0], "l1_ratio": [0.2, 0.9]}
    mine, theirs = (
        GridSearchCV(model, grid, cv=3).fit(X, NUMBERS)
        for model in (ElasticNet(), sklearn.linear_model.ElasticNet(tol=1e-10, max_iter=100000))
    )
    assert mine.best_params_ == theirs.best_params_
    assert np.abs(mine.cv_results_["mean_test_score"] - theirs.cv_results_["mean_test_score"]).max() <= 1e-6


@pytest.mark.parametrize("jobs", [2])
@every_model
def test_inside_joblib(model, jobs):
    """Folds in threads and in this thread: the same bits."""
    from joblib import parallel_backend

    alone = cross_validate(clone(model), X, target(model), cv=3, return_estimator=True)
    with parallel_backend("threading"):
        several = cross_validate(clone(model), X, target(model), cv=3, n_jobs=jobs, return_estimator=True)
    for one, other in zip(alone["estimator"], several["estimator"], strict=True):
        assert np.array_equal(one.coef_, other.coef_)


@every_classifier
def test_calibration_and_thresholds(model):
    calibrated = CalibratedClassifierCV(clone(model), cv=3).fit(X, THREE)
    assert np.allclose(calibrated.predict_proba(X).sum(1), 1.0) and calibrated.score(X, THREE) > 0.5
    fixed = FixedThresholdClassifier(clone(model), threshold=0.8, response_method="predict_proba").fit(X, Y)
    assert np.array_equal(fixed.predict(X), clone(model).fit(X, Y).predict_proba(X)[:, 1] >= 0.8)
    rare = ETA + rng.logistic(size=150) > 2.5
    tuned = TunedThresholdClassifierCV(clone(model), scoring="balanced_accuracy", cv=3).fit(X, rare)
    assert tuned.best_threshold_ < 0.5
    plain = clone(model).fit(X, rare)
    assert balanced_accuracy_score(rare, tuned.predict(X)) > balanced_accuracy_score(rare, plain.predict(X))


@every_classifier
def test_several_models_of_one(model):
    rest = OneVsRestClassifier(clone(model)).fit(X, THREE)
    assert np.allclose(rest.estimators_[2].coef_, clone(model).fit(X, THREE == 2).coef_)
    assert OneVsOneClassifier(clone(model)).fit(X, THREE).score(X, THREE) > 0.5
    both = np.column_stack([Y, X[:, 4] + rng.normal(size=150) > 0])
    for many in (MultiOutputClassifier(clone(model)), ClassifierChain(clone(model))):
        assert many.fit(X, both).predict(X).shape == (150, 2)
    bag = BaggingClassifier(clone(model), n_estimators=3, random_state=0).fit(X, Y)
    assert bag.score(X, Y) > 0.7


@every_classifier
def test_stacking_and_voting(model):
    members = [("mine", clone(model)), ("theirs", sklearn.linear_model.LogisticRegression())]
    assert VotingClassifier(members, voting="soft").fit(X, THREE).score(X, THREE) > 0.5
    stack = StackingClassifier(members, final_estimator=clone(model), cv=3).fit(X, THREE)
    assert stack.final_estimator_.coef_.shape == (3, 6) and stack.score(X, THREE) > 0.5


@every_regressor
def test_stacking_and_voting_of_regressions(model):
    members = [("mine", clone(model)), ("theirs", sklearn.linear_model.Ridge())]
    assert VotingRegressor(members).fit(X, NUMBERS).score(X, NUMBERS) > 0.5
    assert StackingRegressor(members, final_estimator=clone(model), cv=3).fit(X, NUMBERS).score(X, NUMBERS) > 0.5
    assert MultiOutputRegressor(clone(model)).fit(X, np.column_stack([NUMBERS, ETA])).predict(X).shape == (150, 2)
    logged = TransformedTargetRegressor(clone(model), func=np.log, inverse_func=np.exp).fit(X, np.exp(NUMBERS))
    assert np.allclose(np.log(logged.predict(X)), clone(model).fit(X, NUMBERS).predict(X))


@every_model
def test_out_of_fold(model):
    """cross_val_predict is a fit per fold by hand, and the learning curve has numbers everywhere."""
    y, folds = target(model), np.arange(150) % 3
    splits = [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in range(3)]
    method = "predict_proba" if is_classifier(model) else "predict"
    found = cross_val_predict(clone(model), X, y, cv=splits, method=method)
    for train, test in splits:
        assert np.array_equal(found[test], getattr(clone(model).fit(X[train], y[train]), method)(X[test]))
    assert np.isfinite(learning_curve(clone(model), X, y, cv=3, train_sizes=[0.5, 1.0])[2]).all()


@every_model
def test_selection_and_inspection(model):
    """Columns 2 and 4 do nothing: selectors drop them, importances are largest elsewhere, dependence is a line."""
    y, scaled = target(model), StandardScaler().fit_transform(X)
    if type(model).__name__ in ("LogisticRegression", "Lasso"):
        sparse = clone(model).set_params(**(dict(l1_ratio=1.0, C=0.1) if is_classifier(model) else dict(alpha=0.3)))
        assert list(SelectFromModel(sparse).fit(scaled, y).get_support()) == [True, True, False, True, False]
    kept = RFE(clone(model), n_features_to_select=3).set_output(transform="pandas").fit(FRAME / FRAME.std(), y)
    assert list(kept.get_feature_names_out()) == ["a", "b", "d"]
    fitted = clone(model).fit(scaled, y)
    importance = permutation_importance(fitted, scaled, y, n_repeats=5, random_state=0).importances_mean
    assert min(importance[[0, 1, 3]]) > max(importance[[2, 4]])
    if is_regressor(model):
        seen = partial_dependence(fitted, scaled, [0])
        slopes = np.diff(seen["average"][0]) / np.diff(seen["grid_values"][0])
        assert np.allclose(slopes, fitted.coef_[0])
    else:
        assert (np.diff(partial_dependence(fitted, scaled, [0])["average"][0]) > 0.0).all()


def test_a_table_of_words_and_numbers():
    """Neighbours that make frames: names reach the model, and another order is refused."""
    table = FRAME.assign(kind=np.where(THREE == 1, "one", "other"))
    columns = ColumnTransformer([("words", OneHotEncoder(sparse_output=False), ["kind"])], remainder="passthrough")
    pipe = make_pipeline(columns.set_output(transform="pandas"), LogisticRegression(unpenalised=["words__kind_one"]))
    pipe.fit(table, Y)
    assert list(pipe[-1].feature_names_in_[:2]) == ["words__kind_one", "words__kind_other"]
    assert np.array_equal(pipe.predict(table[table.columns[::-1]]), pipe.predict(table))  # its columns, by name
    with pytest.raises(ValueError, match="feature names"):
        pipe[-1].predict(pipe[0].transform(table).iloc[:, ::-1])


# ---- what is routed -------------------------------------------------------------------------------------------------

WEIGHT = rng.integers(0, 4, size=150).astype(float)
GROUPS = np.arange(150) // 30


@config_context(enable_metadata_routing=True)
@every_model
def test_weights_that_are_asked_for(model):
    """A pipeline and a search hand them on: the fit is that of the rows repeated; unasked for, they are refused."""
    y = target(model)
    asked = clone(model).set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
    by_groups = type(model).__name__.endswith("CV")  # folds that do not change where rows are repeated
    if by_groups:
        asked.set_params(cv=LeaveOneGroupOut())
    scaler = StandardScaler(with_mean=False, with_std=False).set_fit_request(sample_weight=False)
    pipe = make_pipeline(scaler, asked)
    pipe.fit(X, y, sample_weight=WEIGHT, **(dict(groups=GROUPS) if by_groups else {}))
    rows = np.repeat(np.arange(150), WEIGHT.astype(int))
    repeated = clone(asked).fit(X[rows], y[rows], **(dict(groups=GROUPS[rows]) if by_groups else {}))
    assert np.allclose(pipe[-1].coef_, repeated.coef_, rtol=1e-3, atol=1e-4)
    with pytest.raises(ValueError, match="sample_weight"):
        make_pipeline(scaler, clone(model)).fit(X, y, sample_weight=WEIGHT)


@config_context(enable_metadata_routing=True)
@pytest.mark.parametrize("name", ["LogisticRegressionCV", "LassoCV", "ElasticNetCV", "RidgeCV"])
def test_groups_reach_the_folds(name):
    model = next(model for model in CLASSIFIERS + REGRESSORS if type(model).__name__ == name)
    found = make_pipeline(StandardScaler(), clone(model).set_params(cv=GroupKFold(3))).fit(
        X, target(model), groups=GROUPS
    )
    splits = found[-1].cross_validation_.splits
    assert len(splits) == 3
    for split in splits:
        assert not set(GROUPS[split.test]) & set(GROUPS[split.train])


@config_context(enable_metadata_routing=True)
def test_a_scorer_that_asks_for_weights():
    scores = []
    for asks in (True, False):
        scorer = make_scorer(balanced_accuracy_score).set_score_request(sample_weight=asks)
        search = GridSearchCV(LogisticRegression().set_fit_request(sample_weight=False), {"C": [1.0]}, scoring=scorer)
        scores.append(search.fit(X, Y, **(dict(sample_weight=WEIGHT) if asks else {})).best_score_)
    assert scores[0] != scores[1]
    with pytest.raises(TypeError, match="unexpected argument"):
        LogisticRegressionCV(Cs=2).fit(X, Y, colour="red")


def test_what_nobody_asks_for_is_refused():
    for method in ("fit", "score"):
        model = LogisticRegressionCV(Cs=2, cv=2).fit(X, Y)
        with pytest.raises(ValueError, match="only supported if enable_metadata_routing=True"):
            getattr(model, method)(X, Y, colour="red")


# ---- callbacks and warnings -----------------------------------------------------------------------------------------


@every_classifier
def test_callbacks_hear_a_search(model, capfd):
    heard = clone(model).set_callbacks(ProgressBar()).fit(X, Y)
    assert np.array_equal(heard.coef_, clone(model).fit(X, Y).coef_)
    assert type(model).__name__ in capfd.readouterr().out
    pipe = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).set_callbacks(ProgressBar()).fit(X, Y)
    assert pipe.best_estimator_.status_ == "certified"


@every_model
def test_convergence_warnings_are_scikit_learns_too(model):
    """Filters that are written for scikit-learn's hear it, at the caller's line."""
    with pytest.warns(sklearn.exceptions.ConvergenceWarning) as said:
        clone(model).set_params(tol=1e-300).fit(X * [1.0, 1e3, 1e-3, 1.0, 7.0], target(model))
    assert all(isinstance(w.message, normball.ConvergenceWarning) and w.filename == __file__ for w in said)


@every_classifier
def test_scorers(model):
    fitted = clone(model).fit(X, Y)
    for name in ("roc_auc", "neg_log_loss", "neg_brier_score", "average_precision", "accuracy", "d2_log_loss_score"):
        assert np.isfinite(get_scorer(name)(fitted, X, Y))
