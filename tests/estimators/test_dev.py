"""Dev rows instead of folds: the choice, the table, and its verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.metrics import log_loss

import normball
from normball import LogisticRegression, LogisticRegressionCV

CS = [1e-4, 1e-2, 1.0, 1e2, 1e4]


@pytest.fixture(scope="module")
def data():
    """Few rows and many columns: too little penalty overfits.  Training rows, dev rows, weights of both."""
    rng = np.random.default_rng(12)
    X = rng.standard_normal((260, 25))
    y = np.where(rng.random(260) < 1 / (1 + np.exp(-X[:, 0] + X[:, 1])), "yes", "no")
    weight = rng.uniform(0.5, 2.0, 260)
    return X[:80], y[:80], weight[:80], X[80:], y[80:], weight[80:]


def error(model, X, y, weight):
    return 1.0 - model.score(X, y, sample_weight=weight)


def assert_rows(table, models, train, dev):
    """Each row against a fit of its own, and scikit-learn's losses."""
    assert len(table.rows) == len(models)
    for row, model in zip(table.rows, models, strict=True):
        assert row.norm == pytest.approx(np.linalg.norm(model.coef_), rel=1e-5, abs=1e-9)
        assert row.features == np.count_nonzero(model.coef_)
        for (X, y, weight), loss, wrong in (
            (train, row.train_loss, row.train_error),
            (dev, row.dev_loss, row.dev_error),
        ):
            assert loss == pytest.approx(log_loss(y, model.predict_proba(X), sample_weight=weight), abs=1e-6)
            assert wrong == pytest.approx(error(model, X, y, weight), abs=1e-12)


@pytest.mark.parametrize("setting", [dict(), dict(class_weight="balanced"), dict(fit_intercept=False)], ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_of_their_own(data, setting, weighted):
    X, y, weight, X_dev, y_dev, weight_dev = data
    w, w_dev = (weight, weight_dev) if weighted else (None, None)
    dev = (X_dev, y_dev, w_dev) if weighted else (X_dev, y_dev)
    model = LogisticRegressionCV(Cs=CS, l1_ratios=[0.0, 1.0], dev=dev, tol=1e-13, **setting).fit(X, y, w)
    alone = [LogisticRegression(C=C, l1_ratio=ratio, **setting).fit(X, y, w) for ratio in (0.0, 1.0) for C in CS]
    table = model.dev_table_
    assert_rows(table, alone, (X, y, w), (X_dev, y_dev, w_dev))
    assert [row.lam for row in table.rows[:5]] == pytest.approx([one.lambda_ for one in alone[:5]], rel=1e-14)
    best = min(table.rows, key=lambda row: row.dev_loss)
    assert table.rows[table.best] is best
    assert (model.lambda_, model.l1_ratio_) == (best.lam, best.l1_ratio)
    chosen = LogisticRegression(lam=best.lam, l1_ratio=best.l1_ratio, **setting).fit(X, y, w)
    assert np.abs(model.coef_ - chosen.coef_).max() <= 1e-6
    assert model.scores_.ravel() == pytest.approx([-row.dev_loss for row in table.rows], rel=1e-14)
    assert model.cross_validation_ is None


def test_standard_error(data):
    """That of a mean: sd/√n, of the best row's losses."""
    X, y, _, X_dev, y_dev, _ = data
    model = LogisticRegressionCV(Cs=CS, dev=(X_dev, y_dev), tol=1e-13).fit(X, y)
    losses = -np.log(model.predict_proba(X_dev)[np.arange(len(y_dev)), (y_dev == "yes").astype(int)])
    assert model.dev_table_.se == pytest.approx(losses.std() / np.sqrt(len(losses)), rel=1e-6)


def test_verdicts(data):
    """right: within one SE of the best; underfit and overfit: on the side of larger and of smaller λ."""
    X, y, _, X_dev, y_dev, _ = data
    table = LogisticRegressionCV(Cs=CS, dev=(X_dev, y_dev)).fit(X, y).dev_table_
    best = table.rows[table.best]
    for row in table.rows:
        if row.dev_loss <= best.dev_loss + table.se:
            assert row.verdict == "right"
        else:
            assert row.verdict == ("underfit" if row.lam > best.lam else "overfit")
    verdicts = [row.verdict for row in table.rows]
    assert (verdicts[0], verdicts[-1]) == ("underfit", "overfit")
    assert "right" in verdicts


@pytest.mark.parametrize(("lams", "chosen", "verdict"), [([0.5, 0.4], 0.0, "underfit"), ([0.03, 0.02], 1.0, "overfit")])
def test_a_curve_that_is_nowhere_right(data, lams, chosen, verdict):
    """All of it is on one side: at these λ the lasso is empty, or ridge nearly free."""
    X, y, _, X_dev, y_dev, _ = data
    dev = np.tile(X_dev, (20, 1)), np.tile(y_dev, 20)  # a small standard error
    model = LogisticRegressionCV(lams=lams, l1_ratios=[0.0, 1.0], dev=dev).fit(X, y)
    assert model.l1_ratio_ == chosen
    assert [row.verdict for row in model.dev_table_.rows if row.l1_ratio != chosen] == [verdict] * 2


def test_one_standard_error(data):
    X, y, _, X_dev, y_dev, _ = data
    fit = lambda rule: LogisticRegressionCV(Cs=np.logspace(-4, 4, 30), dev=(X_dev, y_dev), rule=rule).fit(X, y)
    least, simple = fit("min"), fit("1se")
    right = [row.lam for row in least.dev_table_.rows if row.verdict == "right"]
    assert simple.lambda_ == max(right) > least.lambda_
    assert simple.dev_table_ == least.dev_table_


@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("strengths", [dict(Cs=CS), dict(lams=[0.003, 0.3, 0.03])], ids=["C", "lam"])
def test_a_fraction(data, strengths, refit):
    """A stratified draw; C is a strength on the sum, so λ changes with the rows, and a λ does not."""
    X, y, weight, *_ = data
    model = LogisticRegressionCV(dev=0.25, refit=refit, **strengths).fit(X, y, weight)
    twin = LogisticRegressionCV(dev=0.25, refit=refit, **strengths).fit(X, y, weight)
    assert twin.dev_table_ == model.dev_table_
    other = LogisticRegressionCV(dev=0.25, random_state=1, **strengths).fit(X, y, weight)
    assert other.dev_table_ != model.dev_table_
    chosen = model.dev_table_.rows[model.dev_table_.best]
    if "lams" in strengths:
        assert model.lambda_ == chosen.lam
    elif refit:
        assert model.lambda_ == pytest.approx(1 / (model.C_ * weight.sum()), rel=1e-14)
        assert model.lambda_ < 0.85 * chosen.lam
    if refit:
        alone = LogisticRegression(lam=model.lambda_).fit(X, y, weight)
        assert np.abs(model.coef_ - alone.coef_).max() <= 1e-6
    else:
        assert model.lambda_ == chosen.lam
        assert (
            np.abs(model.coef_[0] - model.coefs_paths_[0, 0, model.Cs_.tolist().index(model.C_), 0, :25]).max() <= 0.01
        )


def test_a_fraction_is_stratified(data):
    """Rows are told apart by weights: the training rows' weights of both classes give the share."""
    X, y, *_ = data
    yes = y == "yes"
    model = LogisticRegressionCV(lams=[1.0], l1_ratios=[1.0], dev=0.25).fit(X, y)  # the null model
    row = model.dev_table_.rows[0]
    held = np.array([round(0.25 * yes.sum()), round(0.25 * (~yes).sum())])
    p = (yes.sum() - held[0]) / (len(y) - held.sum())
    assert row.train_loss == pytest.approx(-p * np.log(p) - (1 - p) * np.log(1 - p), rel=1e-9)
    assert row.dev_loss == pytest.approx(-(held[0] * np.log(p) + held[1] * np.log(1 - p)) / held.sum(), rel=1e-6)


def test_the_order_of_strengths_is_the_callers(data):
    X, y, _, X_dev, y_dev, _ = data
    shuffled = [CS[k] for k in (3, 0, 4, 1, 2)]
    plain, model = (LogisticRegressionCV(Cs=Cs, dev=(X_dev, y_dev)).fit(X, y) for Cs in (CS, shuffled))
    order = [CS.index(C) for C in shuffled]
    assert model.Cs_.tolist() == shuffled
    assert np.array_equal(model.scores_, plain.scores_[:, :, order])
    assert np.array_equal(model.coefs_paths_, plain.coefs_paths_[:, :, order])
    assert (model.C_, model.dev_table_) == (plain.C_, plain.dev_table_)


def test_frames_and_sparse(data):
    X, y, _, X_dev, y_dev, _ = data
    names = [f"x{j}" for j in range(25)]
    frame = lambda X: pd.DataFrame(X, columns=names)
    plain = LogisticRegressionCV(Cs=CS, dev=(X_dev, y_dev)).fit(X, y)
    model = LogisticRegressionCV(Cs=CS, dev=(frame(X_dev), list(y_dev))).fit(frame(X), y)
    assert np.abs(model.scores_ - plain.scores_).max() <= 1e-12
    assert [row.verdict for row in model.dev_table_.rows] == [row.verdict for row in plain.dev_table_.rows]
    csr = scipy.sparse.csr_array
    few = np.where(np.abs(X) < 0.5, 0.0, X), np.where(np.abs(X_dev) < 0.5, 0.0, X_dev)
    thin = LogisticRegressionCV(Cs=CS, dev=(csr(few[1]), y_dev)).fit(csr(few[0]), y)
    full = LogisticRegressionCV(Cs=CS, dev=(few[1], y_dev)).fit(few[0], y)
    assert np.abs(thin.scores_ - full.scores_).max() <= 1e-4
    assert thin.C_ == full.C_


def test_summary(data):
    X, y, _, X_dev, y_dev, _ = data
    table = LogisticRegressionCV(Cs=CS, dev=(X_dev, y_dev)).fit(X, y).dev_table_
    head, *lines, last = table.summary().splitlines()
    assert [word for word in ("λ", "‖w‖", "features", "train loss", "dev loss", "verdict") if word not in head] == []
    assert [line.split()[-1] for line in lines] == [row.verdict for row in table.rows]
    assert [k for k, line in enumerate(lines) if line.startswith("*")] == [table.best]
    assert f"{table.se:.2g}" in last


@pytest.mark.parametrize(
    ("dev", "words"),
    [
        (0.0, ["dev=0.0", "between 0 and 1"]),
        (1.0, ["dev=1.0"]),
        (True, ["dev=True"]),
        ("some", ["dev='some'"]),
        ([1.0], ["dev=[1.0]", "(X_dev, y_dev)"]),
        (lambda X, y: (X, y[:-1]), ["180 rows and 179 labels"]),
        (lambda X, y: (X[:, :3], y), ["3"]),
        (lambda X, y: (X, np.where(y == "no", "maybe", y)), ["'maybe'"]),
        (lambda X, y: (np.where(X > 2, np.nan, X), y), ["NaN"]),
        (lambda X, y: (X[:0], y[:0]), ["0"]),
        (lambda X, y: (X, y, np.zeros(len(y))), ["weight"]),
        (lambda X, y: (X, y, -np.ones(len(y))), ["weight"]),
    ],
)
def test_refused(data, dev, words):
    X, y, _, X_dev, y_dev, _ = data
    dev = dev(X_dev, y_dev) if callable(dev) else dev
    with pytest.raises(normball.InputError) as caught:
        LogisticRegressionCV(dev=dev).fit(X, y)
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


@pytest.mark.parametrize("scoring", [None, "accuracy", "roc_auc"])
def test_dev_rows_are_judged_by_their_loss(data, scoring):
    X, y, *_ = data
    with pytest.raises(normball.InputError, match="scoring="):
        LogisticRegressionCV(dev=0.2, scoring=scoring).fit(X, y)


def test_a_class_of_one_row():
    X, y = np.arange(8.0)[:, None], np.array([1, 0, 0, 0, 0, 0, 0, 0])
    with pytest.raises(normball.InputError, match="single row"):
        LogisticRegressionCV(dev=0.3).fit(X, y)


def test_unpenalised_columns_are_so_in_the_table_too(data):
    """The same table as with a factor of 0, of rows that are drawn."""
    X, y, weight, *_ = data
    tables = [
        LogisticRegressionCV(Cs=CS[:3], dev=0.3, **kind).fit(X, y, weight).dev_table_
        for kind in (dict(unpenalised=[0, 2]), dict(penalty_factor=np.where(np.isin(np.arange(25), [0, 2]), 0.0, 1.0)))
    ]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("many", [(1,), (1, 2, 3, 4)])
def test_a_wrong_dev_is_told_in_one_line(data, many):
    X, y, *_ = data
    with pytest.raises(normball.InputError, match=r"must be a fraction between 0 and 1, \(X_dev, y_dev\)") as told:
        LogisticRegressionCV(dev=tuple(X for _ in many)).fit(X, y)
    assert len(str(told.value)) < 200
    with pytest.raises(normball.InputError, match="label 'maybe', which is not among the classes 'no', 'yes'"):
        LogisticRegressionCV(dev=(X, ["maybe"] * len(X))).fit(X, y)
