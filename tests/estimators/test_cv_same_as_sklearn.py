"""One import changed: the folds, held-out scores, choices and attributes of scikit-learn's LogisticRegressionCV."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
import sklearn.linear_model
from sklearn.metrics import make_scorer, matthews_corrcoef
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, StratifiedKFold

from normball import LogisticRegression, LogisticRegressionCV


@pytest.fixture(scope="module")
def noisy():
    """X (120, 5), labels that no plane separates, weights of a half to two."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((120, 5))
    y = np.where(rng.random(120) < 1 / (1 + np.exp(-X @ [1.0, -1.0, 0.5, 0.0, 0.0])), "sick", "fine")
    return X, y, rng.uniform(0.5, 2.0, 120)


def theirs(**setting):
    exact = dict(solver="newton-cholesky", tol=1e-12, max_iter=1000, use_legacy_attributes=False)
    exact |= dict(l1_ratios=(0.0,), scoring="neg_log_loss")
    return sklearn.linear_model.LogisticRegressionCV(**exact | setting)


def ours(**setting):
    return LogisticRegressionCV(fold_tol=1e-12, **setting)


def assert_same(mine, other, scores=1e-6):
    """All attributes of the new layout, their types and shapes too."""
    for name in ("scores_", "coefs_paths_", "n_iter_", "Cs_", "l1_ratios_", "coef_", "intercept_", "classes_"):
        assert getattr(mine, name).shape == getattr(other, name).shape, name
    assert type(mine.C_) is type(other.C_) is float
    assert type(mine.l1_ratio_) is type(other.l1_ratio_) is float
    assert np.abs(mine.scores_ - other.scores_).max() <= scores
    assert mine.Cs_.tolist() == other.Cs_.tolist()
    assert mine.l1_ratios_.tolist() == list(other.l1_ratios_)
    assert mine.classes_.tolist() == other.classes_.tolist()
    assert mine.C_ == other.C_
    assert mine.l1_ratio_ == other.l1_ratio_
    assert np.abs(mine.coefs_paths_ - other.coefs_paths_).max() <= 1e-5
    assert np.abs(mine.coef_ - other.coef_).max() <= 1e-6
    assert np.abs(mine.intercept_ - other.intercept_).max() <= 1e-6
    assert set(vars(other)) - {"intercept_scaling"} - other.get_params().keys() <= set(vars(mine))


@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc", None])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "setting",
    [dict(), dict(class_weight="balanced"), dict(class_weight={"sick": 3.0}), dict(fit_intercept=False)],
    ids=str,
)
def test_ridge(noisy, setting, weighted, scoring, refit):
    """Class weights count in the fits only, sample weights in the scores too."""
    X, y, weight = noisy
    same = dict(scoring=scoring, refit=refit, **setting)
    mine, other = (
        model.fit(X, y, sample_weight=weight if weighted else None) for model in (ours(**same), theirs(**same))
    )
    assert_same(mine, other)
    assert mine.status_ == "certified"
    tolerance = 1e-6 if scoring == "neg_log_loss" else 0.0
    for w in (None, weight):
        assert abs(mine.score(X, y, sample_weight=w) - other.score(X, y, sample_weight=w)) <= tolerance


@pytest.mark.parametrize("l1_ratios", [(1.0,), (0.5,), (0.0, 0.5, 1.0)], ids=str)
def test_lasso_and_elastic_net(noisy, l1_ratios):
    """saga, where no model is empty: there it stops at once, with the intercept of its start."""
    X, y, _ = noisy
    same = dict(Cs=[0.1, 1.0, 10.0], l1_ratios=l1_ratios, cv=3)
    saga = dict(solver="saga", tol=1e-11, max_iter=100_000, random_state=0)
    mine, other = ours(**same).fit(X, y), theirs(**same, **saga).fit(X, y)
    assert_same(mine, other)
    assert np.array_equal(mine.coefs_paths_ == 0.0, np.abs(other.coefs_paths_) < 1e-8)


def test_more_columns_than_rows(rng):
    X = rng.standard_normal((40, 90))
    y = rng.integers(0, 2, 40)
    assert_same(ours(cv=4).fit(X, y), theirs(cv=4).fit(X, y))


@pytest.mark.parametrize("kind", [np.float32, np.asfortranarray, scipy.sparse.csr_matrix, scipy.sparse.csc_array])
def test_storage_does_not_matter(noisy, kind):
    X, y, _ = noisy
    X = np.round(X * 64) / 64
    X[np.abs(X) < 0.3] = 0.0
    assert_same(ours(cv=3).fit(kind(X), y), theirs(cv=3).fit(X, y))


def test_defaults():
    """Theirs of version 1.11: three of them still warn of the change in 1.9."""
    mine, other = LogisticRegressionCV().get_params(), sklearn.linear_model.LogisticRegressionCV().get_params()
    warned = {name for name, value in other.items() if isinstance(value, str) and value == "warn"}
    assert warned == {"l1_ratios", "scoring", "use_legacy_attributes"}
    assert (mine["l1_ratios"], mine["scoring"]) == ((0.0,), "neg_log_loss")
    shared = mine.keys() & other.keys() - warned - {"tol"}  # a gap here, a gradient there
    assert mine["solver"] is mine["max_iter"] is None  # they choose nothing here
    shared -= {"solver", "max_iter"}
    assert {name: mine[name] for name in shared} == {name: other[name] for name in shared}
    assert {"Cs", "cv", "refit", "fit_intercept", "class_weight", "random_state", "penalty"} <= shared


# ---- folds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cv",
    [3, KFold(4, shuffle=True, random_state=1), StratifiedKFold(3), ShuffleSplit(3, test_size=0.3, random_state=2)],
    ids=str,
)
def test_splitters(noisy, cv):
    """A shuffled splitter's sets overlap, and leave rows out."""
    X, y, weight = noisy
    assert_same(ours(Cs=4, cv=cv).fit(X, y, weight), theirs(Cs=4, cv=cv).fit(X, y, weight))


def test_many_overlapping_splits(noisy):
    """More cells than one family of columns takes."""
    X, y, _ = noisy
    cv = ShuffleSplit(12, test_size=0.4, random_state=0)
    assert_same(ours(Cs=2, cv=cv).fit(X, y), theirs(Cs=2, cv=cv).fit(X, y))


def test_pairs_and_fold_numbers(noisy):
    X, y, _ = noisy
    numbers = np.arange(120) % 3
    pairs = [(np.flatnonzero(numbers != k), np.flatnonzero(numbers == k)) for k in range(3)]
    model = ours(Cs=4, cv=pairs).fit(X, y)
    assert_same(model, theirs(Cs=4, cv=pairs).fit(X, y))
    for cv in (iter(pairs), numbers):
        assert np.array_equal(ours(Cs=4, cv=cv).fit(X, y).scores_, model.scores_)


def test_groups(noisy):
    X, y, _ = noisy
    groups = np.arange(120) // 6
    pairs = list(GroupKFold(4).split(X, y, groups))
    model = ours(Cs=4, cv=GroupKFold(4)).fit(X, y, groups=groups)
    assert_same(model, theirs(Cs=4, cv=pairs).fit(X, y))


def test_a_scorer_of_ones_own(noisy):
    X, y, _ = noisy
    same = dict(Cs=4, scoring=make_scorer(matthews_corrcoef))
    for more in (dict(), dict(class_weight="balanced")):
        assert_same(ours(**same, **more).fit(X, y), theirs(**same, **more).fit(X, y))


# ---- strengths ------------------------------------------------------------------------------------------------------


def test_C_is_another_lambda_in_each_fold(noisy):
    """λ_f = 1/(C n_f), with the weight n_f of the fold's training rows; lams are the same λ in all."""
    X, y, weight = noisy
    train = np.arange(120) % 3 > 0
    cv = [(np.flatnonzero(train), np.flatnonzero(~train))]
    by_C = ours(Cs=[0.3], cv=cv).fit(X, y, weight)
    alone = LogisticRegression(C=0.3, tol=1e-12).fit(X[train], y[train], weight[train])
    assert np.abs(by_C.coefs_paths_[0, 0, 0, 0, :5] - alone.coef_).max() <= 1e-6
    assert by_C.lambda_ == pytest.approx(1 / (0.3 * weight.sum()), rel=1e-14)
    assert by_C.lambda_ < 0.8 * alone.lambda_
    by_lam = ours(lams=[0.02], cv=cv).fit(X, y, weight)
    alone = LogisticRegression(lam=0.02, tol=1e-12).fit(X[train], y[train], weight[train])
    assert np.abs(by_lam.coefs_paths_[0, 0, 0, 0, :5] - alone.coef_).max() <= 1e-6
    assert abs(0.02 * by_lam.C_ * weight.sum() - 1.0) <= 1e-14
    assert by_lam.lambda_ == 0.02


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_seven_times_the_weights(noisy, l1_ratio):
    X, y, weight = noisy
    fit = lambda times, **strengths: ours(l1_ratios=(l1_ratio,), cv=3, **strengths).fit(X, y, times * weight)
    one, seven = fit(1.0, lams=[0.2, 0.02, 0.002]), fit(7.0, lams=[0.2, 0.02, 0.002])
    assert np.abs(one.scores_ - seven.scores_).max() <= 1e-10
    one, seven = fit(1.0, Cs=[0.07, 0.7, 7.0]), fit(7.0, Cs=[0.01, 0.1, 1.0])
    assert np.abs(one.scores_ - seven.scores_).max() <= 1e-10
    assert abs(7.0 * seven.C_ / one.C_ - 1.0) <= 1e-12


def test_columns_are_standardised_by_the_folds_own_rows(noisy):
    X, y, _ = noisy
    X = X * [1.0, 20.0, 0.1, 3.0, 1.0] + [5.0, 0.0, 0.0, -40.0, 1.0]
    model = ours(Cs=[0.1, 1.0], l1_ratios=(0.0, 1.0), standardize=True, cv=3).fit(X, y)
    for s, (train, _) in enumerate(StratifiedKFold(3).split(X, y)):
        for r, ratio in enumerate((0.0, 1.0)):
            for k, C in enumerate((0.1, 1.0)):
                alone = LogisticRegression(C=C, l1_ratio=ratio, standardize=True, tol=1e-12).fit(X[train], y[train])
                assert np.abs((model.coefs_paths_[s, r, k, 0, :5] - alone.coef_) * X.std(0)).max() <= 1e-6


def test_no_penalty_among_the_strengths(noisy):
    X, y, _ = noisy
    model = ours(Cs=[1.0, np.inf], cv=3).fit(X, y)
    other = theirs(Cs=[1.0, 1e12], cv=3).fit(X, y)
    assert np.abs(model.scores_ - other.scores_).max() <= 1e-6
    assert model.lams_[1] == 0.0
    free = ours(lams=[1.0, 0.0], cv=3).fit(X, y)
    assert np.abs(free.scores_[..., 1] - model.scores_[..., 1]).max() <= 1e-9
    assert free.Cs_[1] == np.inf
