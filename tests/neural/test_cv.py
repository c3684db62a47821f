"""NeuralClassifierCV: its folds are fits of their own, its choice is that of the curve."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.model_selection import ShuffleSplit, StratifiedKFold

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

import normball  # noqa: E402
from normball.neural import NeuralClassifier, NeuralClassifierCV  # noqa: E402

LAMS = [1e-4, 1.0, 0.1, 0.01]
SETTING = dict(hidden=(6,), epochs=30, batch_size=20, dtype="float64", random_state=0, learning_rate=0.01)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((120, 8))
    y = np.array(["a", "b", "c"])[(X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] + rng.standard_normal(120) > 1)]
    return X, y


@pytest.fixture(scope="module")
def chosen(data):
    return NeuralClassifierCV(LAMS, cv=3, **SETTING).fit(*data)


def test_scores_are_those_of_fits_of_their_own(data, chosen):
    X, y = data
    for f, (inside, outside) in enumerate(StratifiedKFold(3).split(X, y)):
        for k, lam in enumerate(LAMS):
            one = NeuralClassifier(lam=lam, **SETTING).fit(X[inside], y[inside])
            assert -chosen.scores_[f, k] == pytest.approx(log_loss(y[outside], one.predict_proba(X[outside])), abs=1e-9)


def test_the_final_fit_is_one_of_its_own(data, chosen):
    X, y = data
    alone = NeuralClassifier(lam=chosen.lambda_, **SETTING).fit(X, y)
    assert np.array_equal(chosen.predict_proba(X), alone.predict_proba(X))
    assert chosen.status_ == "no duality gap"


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_rules(data, rule):
    model = NeuralClassifierCV(LAMS, cv=3, rule=rule, **SETTING).fit(*data)
    mean, se = -model.scores_.mean(0), model.scores_.std(0, ddof=1) / 3**0.5
    assert model.mean_loss_ == pytest.approx(mean, rel=1e-12)
    assert model.se_loss_ == pytest.approx(se, rel=1e-12)
    best = int(np.argmin(mean))
    within = max(lam for lam, loss in zip(LAMS, mean, strict=True) if loss <= mean[best] + se[best])
    assert (model.lam_min_, model.lam_1se_) == (LAMS[best], within)
    assert model.lambda_ == {"min": LAMS[best], "1se": within}[rule]


def test_order_of_lams_is_kept(data, chosen):
    other = NeuralClassifierCV(LAMS[::-1], cv=3, **SETTING).fit(*data)
    assert np.array_equal(other.lams_, chosen.lams_[::-1])
    assert other.scores_[:, ::-1] == pytest.approx(chosen.scores_, abs=1e-9)
    assert other.lambda_ == chosen.lambda_


def test_splits_of_any_kind(data):
    X, y = data
    split = ShuffleSplit(4, test_size=0.3, random_state=1)
    model = NeuralClassifierCV([0.1, 0.01], cv=split, **SETTING | dict(epochs=3)).fit(X, y)
    pairs = NeuralClassifierCV([0.1, 0.01], cv=list(split.split(X)), **SETTING | dict(epochs=3)).fit(X, y)
    assert model.scores_.shape == (4, 2)
    assert np.array_equal(model.scores_, pairs.scores_)


def test_dev_table(data):
    """Each row against a fit of its own."""
    X, y = data
    model = NeuralClassifierCV(LAMS, dev=(X[80:], y[80:]), **SETTING).fit(X[:80], y[:80])
    table = model.dev_table_
    assert [row.lam for row in table.rows] == sorted(LAMS, reverse=True)
    for row in table.rows:
        one = NeuralClassifier(lam=row.lam, **SETTING).fit(X[:80], y[:80])
        assert row.norm == pytest.approx(np.sqrt(sum((coef**2).sum() for coef in one.coefs_)), rel=1e-9)
        for rows, loss, wrong in (
            (slice(80), row.train_loss, row.train_error),
            (slice(80, 120), row.dev_loss, row.dev_error),
        ):
            assert loss == pytest.approx(log_loss(y[rows], one.predict_proba(X[rows])), abs=1e-9)
            assert wrong == pytest.approx(1 - one.score(X[rows], y[rows]), abs=1e-12)
    best = min(table.rows, key=lambda row: row.dev_loss)
    assert table.rows[table.best] is best
    assert model.lambda_ == best.lam
    assert {row.verdict for row in table.rows if row.lam > best.lam and row.dev_loss > best.dev_loss + table.se} <= {
        "underfit"
    }
    assert "right" in table.summary()


def test_a_fraction_is_drawn_and_all_rows_are_fitted_at_the_end(data):
    X, y = data
    model = NeuralClassifierCV([0.1, 0.01], dev=0.25, **SETTING).fit(X, y)
    alone = NeuralClassifier(lam=model.lambda_, **SETTING).fit(X, y)
    assert np.array_equal(model.predict_proba(X), alone.predict_proba(X))
    kept = NeuralClassifierCV([0.1, 0.01], dev=0.25, refit=False, **SETTING).fit(X, y)
    assert not np.array_equal(kept.predict_proba(X), alone.predict_proba(X))
    assert kept.lambda_ == model.lambda_


def test_without_hidden_layers_it_is_the_other_cross_validation(data):
    """The same folds, the same λ, certified: scores of our own engine."""
    X, y = data
    two = y == "a"
    model = NeuralClassifierCV([0.1, 0.01], hidden=(), cv=4).fit(X, two)
    theirs = normball.LogisticRegressionCV(lams=[0.1, 0.01], cv=4, fold_tol=1e-12).fit(X, two)
    assert model.scores_ == pytest.approx(theirs.scores_[:, 0], abs=1e-7)
    assert model.lambda_ == theirs.lambda_
    assert model.status_ == "certified"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (dict(lams=[]), ["lams", "empty"]),
        (dict(lams=[0.1, 0.1]), ["twice"]),
        (dict(lams=[-0.1]), ["lam=-0.1"]),
        (dict(cv=1), ["cv=1"]),
        (dict(cv=True), ["cv=True"]),
        (dict(cv=3, dev=0.2), ["cv and dev"]),
        (dict(rule="best"), ["rule='best'"]),
        (dict(refit="yes"), ["refit='yes'"]),
        (dict(cv=[(np.arange(10), np.arange(10, 20))]), ["Split 0"]),
    ],
)
def test_refused(setting, words):
    X = np.random.default_rng(0).standard_normal((30, 2))
    with pytest.raises(normball.InputError) as caught:
        NeuralClassifierCV(**setting).fit(X, np.arange(30) >= 15)
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)
