"""What LogisticRegressionCV chooses from its scores, and what it refuses, in sentences."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import normball
from normball import LogisticRegression, LogisticRegressionCV


@pytest.fixture(scope="module")
def data():
    """X (150, 6) with two columns that count, labels 0/1."""
    rng = np.random.default_rng(7)
    X = rng.standard_normal((150, 6))
    return X, (rng.random(150) < 1 / (1 + np.exp(-X[:, 0] + X[:, 1]))).astype(int)


# ---- rules ----------------------------------------------------------------------------------------------------------


def mean_and_se(scores):
    """Equal folds: the plain mean and its standard error."""
    return scores.mean(0), scores.std(0, ddof=1) / np.sqrt(len(scores))


@pytest.mark.parametrize("dearer", [False, True])
def test_one_standard_error(data, dearer):
    """The largest λ within one SE of the best, whichever way the strengths are listed."""
    X, y = data
    Cs = np.geomspace(1e-3, 1e2, 15)[:: -1 if dearer else 1]
    fit = lambda rule: LogisticRegressionCV(Cs=Cs, rule=rule, fold_tol=1e-10).fit(X, y)
    least, simple = fit("min"), fit("1se")
    assert np.array_equal(least.scores_, simple.scores_)
    mean, se = mean_and_se(least.scores_[:, 0])
    best = int(np.argmax(mean))
    assert int(np.argmin(abs(Cs - least.C_))) == best
    within = mean >= mean[best] - se[best]
    assert simple.C_ in Cs[within]
    assert simple.C_ < Cs[within].min() * 1.01 < least.C_
    assert not within.all()  # some stronger penalties are beyond it


def test_of_equals_the_strongest_penalty(data):
    """Nothing is selected at any λ, so every score is that of the null model."""
    X, y = data
    lams = [3.0, 9.0, 5.0]
    model = LogisticRegressionCV(lams=lams, l1_ratios=[1.0]).fit(X, y)
    assert not model.coef_.any()
    assert model.lambda_ == 9.0


@pytest.mark.parametrize("strengths", [dict(Cs=[0.3, 1 / 3, 1e-2]), dict(lams=[1 / 3, 0.7, 1e-3]), dict()], ids=str)
def test_what_is_chosen_is_one_of_those_tried(data, strengths):
    X, y = data
    model = LogisticRegressionCV(l1_ratios=[0.0, 0.3], **strengths).fit(X, y)
    k = model.Cs_.tolist().index(model.C_)  # exactly
    assert model.lams_[k] == model.lambda_
    assert model.l1_ratio_ in (0.0, 0.3)
    scores = model.scores_.mean(0)
    assert scores[[0.0, 0.3].index(model.l1_ratio_), k] == scores.max()
    assert model.lams_ * model.Cs_ * len(y) == pytest.approx(np.ones(len(model.Cs_)), rel=1e-14)


def test_the_final_fit_is_the_estimators_without_cv(data):
    X, y = data
    for setting in (dict(), dict(lams=[0.1, 0.01]), dict(standardize=True, class_weight="balanced", l1_ratios=[0.7])):
        model = LogisticRegressionCV(tol=1e-12, **setting).fit(X, y)
        same = {name: value for name, value in setting.items() if name in ("standardize", "class_weight")}
        alone = LogisticRegression(lam=model.lambda_, l1_ratio=model.l1_ratio_, tol=1e-12, **same).fit(X, y)
        assert np.abs(model.coef_ - alone.coef_).max() <= 1e-9
        assert model.certificate_.relative_gap <= 1e-12
        assert model.status_ == "certified"


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_without_a_refit(data, rule):
    """Means over the folds: of their own best ones, or of the one rule's."""
    X, y = data
    model = LogisticRegressionCV(Cs=[0.01, 0.1, 1.0], l1_ratios=[0.0, 1.0], rule=rule, refit=False).fit(X, y)
    chosen = [np.unravel_index(np.argmax(scores), scores.shape) for scores in model.scores_]
    if rule == "1se":
        chosen = [divmod(int(model.Cs_.tolist().index(model.C_) + 3 * model.l1_ratio_), 3)] * 5
    assert len(set(chosen)) == (1 if rule == "1se" else len(set(chosen)))
    rows = [model.coefs_paths_[s, r, k, 0] for s, (r, k) in enumerate(chosen)]
    assert np.append(model.coef_, model.intercept_) == pytest.approx(np.mean(rows, axis=0))
    assert abs(model.C_ - np.mean([model.Cs_[k] for _, k in chosen])) <= 1e-12
    assert model.l1_ratio_ == pytest.approx(np.mean([model.l1_ratios_[r] for r, _ in chosen]))
    gaps = [model.cross_validation_.fold_answers[s][3 * r + k].relative_gap for s, (r, k) in enumerate(chosen)]
    assert model.certificate_.relative_gap == max(gaps)


def test_curves_are_kept(data):
    X, y = data
    model = LogisticRegressionCV(Cs=6, l1_ratios=[0.0, 1.0]).fit(X, y)
    found = model.cross_validation_
    assert np.array_equal(-found.losses, model.scores_)  # λ descending, C ascending
    backwards = LogisticRegressionCV(Cs=np.logspace(-4, 4, 6)[::-1], l1_ratios=[0.0, 1.0]).fit(X, y)
    assert np.array_equal(backwards.scores_, model.scores_[:, :, ::-1])
    assert np.array_equal(backwards.coefs_paths_, model.coefs_paths_[:, :, ::-1])
    assert np.array_equal(backwards.n_iter_, model.n_iter_[:, :, ::-1])
    assert (found.choose("min"), found.uncertified) == ((model.lambda_, model.l1_ratio_), 0)
    assert found.worst_gap <= 1e-5
    assert [row.l1_ratio for row in found.compare()] == [0.0, 1.0]
    assert "5 splits, 12 λ" in found.summary()


# ---- manners --------------------------------------------------------------------------------------------------------


def test_a_model_does_not_hold_the_rows(rng):
    """A pickle is as large as the curves and coefficients, not as the data."""
    X = rng.standard_normal((5000, 4))
    y = (rng.random(5000) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)
    for setting, room in ((dict(cv=3), 3 * 2 * 5000), (dict(dev=0.3), 0)):  # two masks for each split
        model = LogisticRegressionCV(Cs=3, **setting).fit(X, y)
        kept = pickle.dumps(model)
        assert len(kept) < 20_000 + room < X.nbytes / 2
        twin = pickle.loads(kept)
        assert np.array_equal(twin.predict_proba(X), model.predict_proba(X))
        assert twin.certificate_.summary() == model.certificate_.summary()
    assert twin.dev_table_ == model.dev_table_


def test_pickled_curves(data):
    X, y = data
    model = LogisticRegressionCV(Cs=4, l1_ratios=[0.0, 1.0]).fit(pd.DataFrame(X, columns=list("abcdef")), y)
    twin = pickle.loads(pickle.dumps(model))
    assert twin.cross_validation_.summary() == model.cross_validation_.summary()
    assert twin.cross_validation_.refit("1se").lam == model.cross_validation_.lam_1se
    assert twin.cross_validation_.fold_answers[2][3].certificate.status == "certified"
    assert twin.feature_names_in_.tolist() == list("abcdef")


def test_clone_and_pipeline(data):
    X, y = data
    model = LogisticRegressionCV(Cs=3, l1_ratios=(0.0, 1.0), cv=3, rule="1se")
    twin = clone(model.fit(X, y))
    assert twin.get_params() == model.get_params()
    assert not hasattr(twin, "coef_")
    pipe = make_pipeline(StandardScaler(), twin).fit(X, y)
    scaled = StandardScaler().fit_transform(X)
    assert np.array_equal(pipe[-1].scores_, model.fit(scaled, y).scores_)
    assert pipe.score(X, y) == model.score(scaled, y) < 0.0
    assert "LogisticRegressionCV" in pipe._repr_html_()
    search = GridSearchCV(LogisticRegressionCV(Cs=3, cv=3), {"l1_ratios": [(0.0,), (1.0,)]}, cv=3).fit(X, y)
    assert search.best_params_["l1_ratios"] in [(0.0,), (1.0,)]
    assert cross_val_score(LogisticRegressionCV(Cs=3, scoring=None), X, y, cv=3).min() > 0.5  # accuracy


def test_frames_have_names(data):
    X, y = data
    frame = pd.DataFrame(X, columns=list("abcdef"))
    model, plain = LogisticRegressionCV(Cs=3).fit(frame, y), LogisticRegressionCV(Cs=3).fit(X, y)
    assert model.feature_names_in_.tolist() == list("abcdef")
    assert np.array_equal(model.scores_, plain.scores_)
    assert np.array_equal(model.predict(frame), plain.predict(X))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[list("fedcba")])


def test_routed_groups(data):
    """A splitter that asks for groups gets them through a pipeline; nothing else does."""
    import sklearn

    X, y = data
    groups = np.arange(150) // 10
    direct = LogisticRegressionCV(Cs=3, cv=GroupKFold(3)).fit(X, y, groups=groups)
    with sklearn.config_context(enable_metadata_routing=True):
        pipe = Pipeline([("model", LogisticRegressionCV(Cs=3, cv=GroupKFold(3)))]).fit(X, y, groups=groups)
        asks = LogisticRegressionCV(Cs=3, cv=3).set_fit_request(sample_weight=True)
        weighted = Pipeline([("model", asks)]).fit(X, y, sample_weight=1.0 + y)[-1]
        with pytest.raises(TypeError, match="groups"):
            Pipeline([("model", LogisticRegressionCV(Cs=3, cv=3))]).fit(X, y, groups=groups)
    assert np.array_equal(pipe[-1].scores_, direct.scores_)
    assert np.array_equal(weighted.scores_, LogisticRegressionCV(Cs=3, cv=3).fit(X, y, sample_weight=1.0 + y).scores_)


def test_limits_are_said(rng):
    X = rng.standard_normal((3000, 10))
    y = (rng.random(3000) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)
    with pytest.warns(normball.ConvergenceWarning, match="max_reads=1") as caught:
        model = LogisticRegressionCV(tol=1e-12, fold_tol=1e-12, max_reads=1).fit(X, y)
    assert {warning.filename for warning in caught} == {__file__}
    assert model.cross_validation_.uncertified > 0
    assert np.isfinite(model.scores_).all()
    assert np.isfinite(model.coefs_paths_).all()


# ---- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "words", "error"),
    [
        (dict(Cs=5, lams=[0.1]), ["lams", "Cs=5", "Keep one"], normball.StrengthConflict),
        (dict(Cs=[10], lams=[0.1]), ["Cs=[10]"], normball.StrengthConflict),
        (dict(Cs=0), ["Cs=0", "at least 1"], normball.InputError),
        (dict(Cs=[]), ["Cs=[]", "empty"], normball.InputError),
        (dict(Cs=[1.0, 2.0, 1.0]), ["twice"], normball.InputError),
        (dict(Cs=[1.0, -2.0]), ["-2.0", "> 0"], normball.InputError),
        (dict(Cs=True), ["True"], normball.InputError),
        (dict(Cs=None), ["None"], normball.InputError),
        (dict(lams=[]), ["lams=[]"], normball.InputError),
        (dict(lams=[-1.0]), ["-1.0", ">= 0"], normball.InputError),
        (dict(l1_ratios=[]), ["l1_ratios is empty"], normball.InputError),
        (dict(l1_ratios=None), ["l1_ratio=None"], normball.InputError),
        (dict(l1_ratios=[0.5, 2.0]), ["l1_ratio=2.0"], normball.InputError),
        (dict(rule="best"), ["rule='best'", "1se"], normball.InputError),
        (dict(refit="yes"), ["refit='yes'"], normball.InputError),
        (dict(scoring="warmth"), ["scoring='warmth'"], normball.InputError),
        (dict(scoring=3), ["scoring=3"], normball.InputError),
        (dict(cv=True), ["cv=True"], normball.InputError),
        (dict(cv="five"), ["cv='five'"], normball.InputError),
        (dict(cv=2.5), ["cv=2.5"], normball.InputError),
        (dict(cv=1), ["1"], ValueError),
        (dict(cv=151), ["151"], ValueError),
        (dict(cv=np.arange(3)), ["(3,)", "(150,)"], normball.InputError),
        (dict(cv=3, dev=0.2), ["cv and dev"], normball.InputError),
        (dict(fold_tol=0.0), ["tol=0.0"], normball.InputError),
        (dict(tol=-1.0), ["tol=-1.0"], normball.InputError),
        (dict(time_limit=0), ["time_limit=0"], normball.InputError),
        (dict(class_weight="even"), ["class_weight='even'"], normball.InputError),
        (dict(class_weight={0: -1.0}), ["class_weight[0]"], normball.InputError),
    ],
    ids=str,
)
def test_parameters(data, setting, words, error):
    with pytest.raises(error) as caught:
        LogisticRegressionCV(**setting).fit(*data)
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_ten_counts_as_not_given(data):
    assert LogisticRegressionCV(Cs=10, lams=[0.1, 0.2]).fit(*data).lams_.tolist() == [0.1, 0.2]


def test_groups_that_nobody_looks_at(data):
    X, y = data
    with pytest.raises(normball.InputError, match="GroupKFold"):
        LogisticRegressionCV().fit(X, y, groups=y)
    with pytest.raises(normball.InputError, match="groups and dev"):
        LogisticRegressionCV(dev=0.2).fit(X, y, groups=y)


def test_a_fold_with_one_class(data):
    X, y = data
    order = np.argsort(y, kind="stable")
    numbers = np.arange(150) // 75
    with pytest.raises(normball.InputError, match=r"split \d .*class"):
        LogisticRegressionCV(cv=numbers).fit(X[order], np.arange(150) // 75)


@pytest.mark.parametrize("y", [np.linspace(0, 1, 150), np.zeros(150), None], ids=["soft", "1", "none"])
def test_targets(data, y):
    """Two classes, in LogisticRegression's words."""
    with pytest.raises(normball.InputError) as single:
        LogisticRegression().fit(data[0], y)
    with pytest.raises(normball.InputError) as caught:
        LogisticRegressionCV().fit(data[0], y)
    assert str(caught.value).replace("RegressionCV", "Regression") == str(single.value)


def test_not_fitted(data):
    with pytest.raises(NotFittedError):
        LogisticRegressionCV().score(*data)
