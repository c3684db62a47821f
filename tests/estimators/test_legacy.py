"""What code written for scikit-learn passes: it fits, and a sentence says what each argument means here."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sklearn.linear_model

import normball
from normball import LegacyArgumentWarning, LogisticRegression, LogisticRegressionCV

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4))
Y = X[:, 0] + rng.logistic(size=120) > 0


@pytest.mark.parametrize("model", [LogisticRegression, LogisticRegressionCV])
@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (dict(solver="liblinear"), "solver='liblinear' changes nothing.*proved"),
        (dict(max_iter=7), "max_iter=7 changes nothing.*max_reads"),
        (dict(dual=True), "dual=True"),
        (dict(intercept_scaling=10.0), "intercept_scaling=10.0.*never penalised"),
        (dict(verbose=1), "verbose=1.*callbacks"),
        (dict(n_jobs=-1), "n_jobs=-1.*NORMBALL_THREADS"),
        (dict(penalty="l2"), "penalty='l2' is read as l1_ratio=0"),
    ],
)
def test_each_is_said_and_changes_nothing(model, setting, words):
    more = dict(Cs=2, cv=2) if model is LogisticRegressionCV else {}
    with pytest.warns(LegacyArgumentWarning, match=words):
        other = model(**setting, **more).fit(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(other.coef_, model(random_state=3, **more).fit(X, Y).coef_)


def test_old_penalties_choose_the_mixture():
    for penalty, ratio in (("l1", 1.0), ("l2", 0.0), ("elasticnet", 0.4)):
        with pytest.warns(LegacyArgumentWarning, match=f"penalty='{penalty}'"):
            old = LogisticRegression(penalty=penalty, l1_ratio=ratio, C=0.1).fit(X, Y)
        assert old.l1_ratio_ == ratio
        assert np.array_equal(old.coef_, LogisticRegression(l1_ratio=ratio, C=0.1).fit(X, Y).coef_)
    with pytest.warns(LegacyArgumentWarning, match="C=inf"):
        free = LogisticRegression(penalty=None).fit(X, Y)
    assert free.lambda_ == 0.0 and np.array_equal(free.coef_, LogisticRegression(C=np.inf).fit(X, Y).coef_)
    with pytest.raises(normball.InputError, match="penalty='ridge' is none"):
        LogisticRegression(penalty="ridge").fit(X, Y)
    with pytest.raises(normball.InputError, match="leaves nothing to choose"), pytest.warns(LegacyArgumentWarning):
        LogisticRegressionCV(penalty=None).fit(X, Y)
    with pytest.raises(normball.InputError, match="use_legacy_attributes=True"):
        LogisticRegressionCV(use_legacy_attributes=True).fit(X, Y)


MODELS = ["LogisticRegression", "LogisticRegressionCV", "Ridge", "RidgeCV", "Lasso", "LassoCV"]
MODELS += ["ElasticNet", "ElasticNetCV"]


@pytest.mark.parametrize("name", MODELS)
def test_every_argument_of_theirs_is_taken(name):
    """So that one import is all that changes."""
    theirs, mine = getattr(sklearn.linear_model, name)(), getattr(normball, name)()
    assert theirs.get_params().keys() <= mine.get_params().keys()


OTHERWISE = dict(
    solver="svd", max_iter=7, copy_X=False, precompute=True, selection="random", warm_start=True, verbose=1, n_jobs=2,
    gcv_mode="eigen", alpha_per_target=True, random_state=3,
)  # fmt: skip


@pytest.mark.parametrize("name", MODELS[2:])
def test_the_regressions_say_each_and_change_nothing(name):
    model = getattr(normball, name)
    plain = model().fit(X, X[:, 0] + X[:, 1])
    taken = {key: value for key, value in OTHERWISE.items() if key in plain.get_params()}
    assert len(taken) == len(getattr(sklearn.linear_model, name)().get_params().keys() & OTHERWISE.keys()) >= 2
    for key, value in taken.items():
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            other = model(**{key: value}).fit(X, X[:, 0] + X[:, 1])
        assert np.array_equal(other.coef_, plain.coef_)
        if key == "random_state":
            assert not said
        else:
            assert [str(w.message).split(" changes nothing: ")[0] for w in said] == [f"{key}={value!r}"]
            assert said[0].category is LegacyArgumentWarning and said[0].filename == __file__


def test_a_warm_start_gives_the_same_answer():
    for y in (Y, np.arange(120) % 3):
        model = LogisticRegression(warm_start=True, tol=1e-12).fit(X, y)
        before = model.coef_.copy()
        assert np.abs(model.fit(X, y).coef_ - before).max() <= 1e-9
        assert np.abs(model.set_params(C=0.1).fit(X, y).coef_ - LogisticRegression(C=0.1).fit(X, y).coef_).max() <= 1e-6
    assert model.fit(X[:, :2], y).coef_.shape == (3, 2)


def test_audit_knows_what_a_model_chose():
    model = LogisticRegressionCV(Cs=4, cv=3, l1_ratios=(0.0, 1.0), tol=1e-10).fit(X, Y)
    assert normball.audit(model, X, Y).certificate.status == "certified"
    several = LogisticRegressionCV(Cs=4, cv=3, tol=1e-10).fit(X, np.arange(120) % 3)
    assert normball.audit(several, X, np.arange(120) % 3).certificate.status == "certified"
