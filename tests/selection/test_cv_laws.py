"""Cross-validation: fold answers are those of separate fits, and everything stays inside the fold."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, log_loss
from sklearn.model_selection import GroupKFold, ShuffleSplit, StratifiedKFold, TimeSeriesSplit

import normball
from normball.errors import EdgeWarning, InputError
from normball.inputs import read_inputs
from normball.selection import make_splits
from normball.selection.criteria import choose, mean_and_se
from normball.selection.splits import CELLS, together

pytestmark = pytest.mark.filterwarnings("ignore::normball.EdgeWarning")
TIGHT = dict(tol=1e-12, fold_tol=1e-12)


def data(seed=0, n=150, p=6):
    rng = np.random.default_rng([62, seed])
    X = rng.normal(size=(n, p)) * rng.uniform(0.5, 5.0, p) + 1.0
    y = (rng.random(n) < 1 / (1 + np.exp(-X[:, 0] + X[:, 1] / 3))).astype(int)
    return X, y, rng


def separate(X, y, split, lam, l1_ratio, weight=None, **more):
    """The held-out loss of a fit of its own."""
    w = np.ones(len(y)) if weight is None else weight
    one = normball.solve(
        X[split.train], y[split.train], lam=lam, l1_ratio=l1_ratio, sample_weight=w[split.train], tol=1e-13, **more
    )
    return log_loss(y[split.test], one.predict_proba(X[split.test])[:, 1], sample_weight=w[split.test], labels=[0, 1])


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["plain", "weights", "standardize", "wide", "large"])
def test_fold_answers_are_separate_fits(kind, l1_ratio):
    X, y, rng = data(1)
    if kind == "wide":
        X = np.hstack([X, rng.normal(size=(len(y), 300))])
    if kind == "large":  # columns solved in lockstep
        X, y, rng = data(2, n=9000, p=4)
    weight = rng.uniform(0.2, 2.0, len(y)) if kind == "weights" else None
    more = {"standardize": kind == "standardize"}
    top = normball.path(
        X, y, l1_ratio=max(l1_ratio, 0.001), n_lams=2, lam_min_ratio=0.5, sample_weight=weight, **more
    ).lams[0]
    lams = np.array([0.5, 0.1, 0.02]) * (top if l1_ratio else 0.1)
    found = normball.cross_validate(X, y, cv=3, lams=lams, l1_ratios=(l1_ratio,), sample_weight=weight, **TIGHT, **more)
    for s, split in enumerate(found.splits):
        for k, lam in enumerate(found.lams[0]):
            assert found.losses[s, 0, k] == pytest.approx(
                separate(X, y, split, lam, l1_ratio, weight, **more), abs=1e-6
            )
    assert not found.uncertified


@pytest.mark.parametrize(
    "splitter", [ShuffleSplit(4, test_size=0.3, random_state=0), TimeSeriesSplit(3), StratifiedKFold(4)]
)
def test_splits_need_not_partition_the_rows(splitter):
    X, y, _ = data(3)
    found = normball.cross_validate(X, y, cv=splitter, lams=[0.1, 0.01], l1_ratios=(1.0,), **TIGHT)
    for split, (train, test) in zip(found.splits, splitter.split(X, y), strict=True):
        assert np.flatnonzero(split.train).tolist() == sorted(train) and np.flatnonzero(split.test).tolist() == sorted(
            test
        )
    assert found.losses[1, 0, 1] == pytest.approx(separate(X, y, found.splits[1], 0.01, 1.0), abs=1e-6)


def test_weight_two_is_the_row_twice():
    X, y, rng = data(4)
    twice, folds = rng.random(len(y)) < 0.3, np.arange(len(y)) % 3
    again = np.r_[np.arange(len(y)), np.flatnonzero(twice)]
    one = normball.cross_validate(
        X, y, cv=folds, lams=[0.1, 0.01], sample_weight=1.0 + twice, standardize=True, **TIGHT
    )
    other = normball.cross_validate(X[again], y[again], cv=folds[again], lams=[0.1, 0.01], standardize=True, **TIGHT)
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-9)


def test_the_order_of_rows_does_not_matter():
    X, y, rng = data(5, n=9000, p=4)
    order, folds = rng.permutation(len(y)), np.arange(len(y)) % 4
    one = normball.cross_validate(X, y, cv=folds, l1_ratios=(1.0,), n_lams=10)
    other = normball.cross_validate(X[order], y[order], cv=folds[order], l1_ratios=(1.0,), n_lams=10)
    np.testing.assert_allclose(one.losses, other.losses, atol=2e-4)  # both are certified to 1e-5 of the null loss
    for a, b in zip(one.path.certificates, other.path.certificates, strict=True):
        assert abs(a.objective - b.objective) <= a.gap + b.gap + 1e-12


@pytest.mark.parametrize("name", ["roc_auc", "accuracy", "neg_brier_score", "neg_log_loss"])
def test_scorers_are_scikit_learns(name):
    """The score of scikit-learn's own estimator at the same strength in the same fold."""
    X, y, _ = data(6)
    found = normball.cross_validate(X, y, cv=3, lams=[0.05], scoring=name, **TIGHT)
    for s, split in enumerate(found.splits):
        model = LogisticRegression(C=1 / (0.05 * split.train.sum()), tol=1e-10, solver="newton-cholesky")
        model.fit(X[split.train], y[split.train])
        assert -found.losses[s, 0, 0] == pytest.approx(get_scorer(name)(model, X[split.test], y[split.test]), abs=1e-6)


def test_one_standard_error_in_both_directions():
    lams, mean = np.array([4.0, 3.0, 2.0, 1.0]), np.array([0.9, 0.62, 0.5, 0.55])
    assert choose(lams, mean, np.full(4, 0.13), "1se") == 1  # the largest λ within 0.5 + 0.13
    assert choose(lams, mean, np.full(4, 0.11), "1se") == 2
    assert choose(lams[::-1], mean[::-1], np.full(4, 0.13), "1se") == 2  # whichever way the grid runs
    assert choose(lams, np.array([0.5, 0.5, 0.6, 0.7]), np.full(4, 0.0), "min") == 0  # of equals the largest λ
    with pytest.raises(InputError, match="rule"):
        choose(lams, mean, mean, "best")


def test_the_standard_error_is_glmnets():
    """sqrt(weighted mean of squares ÷ (folds - 1)): with equal weights sd/√folds."""
    losses = np.random.default_rng(0).random((7, 5))
    mean, se = mean_and_se(losses, np.full(7, 3.0))
    np.testing.assert_allclose(mean, losses.mean(0))
    np.testing.assert_allclose(se, losses.std(0, ddof=1) / np.sqrt(7))


def test_what_is_chosen():
    X, y, _ = data(7)
    found = normball.cross_validate(X, y, l1_ratios=(0.0, 1.0), cv=4)
    r = found.l1_ratios.index(found.l1_ratio_min)
    assert found.mean[r].min() == np.nanmin(found.mean)
    assert found.lam_min == found.lams[r][np.argmin(found.mean[r])] and found.lam_1se >= found.lam_min
    assert found.path is found.paths[r]
    one = found.refit("1se")
    again = normball.solve(X, y, lam=found.lam_1se, l1_ratio=found.l1_ratio_min)
    np.testing.assert_allclose(one.coef, again.coef, rtol=1e-6, atol=1e-9)
    frame = found.to_frame()
    assert len(frame) == 200 and frame["mean"].min() == np.nanmin(found.mean)
    rows = found.compare()
    assert [row.difference for row in rows].count(0.0) == 1 and all(row.difference >= 0 for row in rows)


def test_out_of_fold_predictions():
    X, y, _ = data(8)
    found = normball.cross_validate(X, y, cv=3, lams=[0.1, 0.01], keep_predictions=True, **TIGHT)
    split = found.splits[1]
    one = normball.solve(X[split.train], y[split.train], lam=0.01, tol=1e-13)
    np.testing.assert_allclose(found.predictions[split.test, 0, 1], one.predict_proba(X[split.test])[:, 1], atol=1e-6)
    again = normball.cross_validate(X, y, cv=3, repeats=2, lams=[0.1, 0.01], keep_predictions=True)
    assert np.isfinite(again.predictions).all() and len(again.splits) == 6


def test_folds_are_stratified_and_the_same_again():
    X, y, _ = data(9)
    splits = make_splits(read_inputs(X, y), 5)
    shares = [y[s.test].mean() for s in splits]
    assert np.ptp(shares) < 0.05 and sum(s.test.sum() for s in splits) == len(y)
    again = make_splits(read_inputs(X, y), 5)
    assert all((a.test == b.test).all() for a, b in zip(splits, again, strict=True))
    assert any((a.test != b.test).any() for a, b in zip(splits, make_splits(read_inputs(X, y), 5, seed=1), strict=True))


def test_groups_are_held_out_whole():
    X, y, rng = data(10)
    groups = rng.integers(0, 20, len(y))
    for split in make_splits(read_inputs(X, y), 4, groups=groups):
        assert not set(groups[split.train]) & set(groups[split.test])
    pairs = list(GroupKFold(3).split(X, y, groups))
    assert len(make_splits(read_inputs(X, y), GroupKFold(3), groups=groups, X=X, y=y)) == len(pairs)


def test_many_cells_are_taken_in_groups():
    X, y, _ = data(11)
    splits = make_splits(read_inputs(X, y), 10, repeats=3)
    groups = together(splits)
    assert all(group.train.shape[0] <= CELLS for group in groups) and len(groups) > 1
    assert [k for group in groups for k in group.numbers] == list(range(30))
    for group in groups:
        for column, k in enumerate(group.numbers):
            assert (group.train[group.cells, column] == splits[k].train).all()
    found = normball.cross_validate(X, y, cv=5, repeats=3, lams=[0.05], **TIGHT)
    assert found.losses[13, 0, 0] == pytest.approx(separate(X, y, found.splits[13], 0.05, 0.0), abs=1e-6)


def test_selection_happens_inside_the_fold():
    """Relaxed folds: the columns are those of the fold's own first stage."""
    X, y, rng = data(12)
    X = np.hstack([X, rng.normal(size=(len(y), 30))])
    found = normball.cross_validate(X, y, cv=3, lams=[0.08], l1_ratios=(1.0,), relax=0.0, **TIGHT)
    for s, split in enumerate(found.splits):
        first = normball.solve(X[split.train], y[split.train], lam=0.08, l1_ratio=1.0, tol=1e-12)
        chosen = np.flatnonzero(first.coef)
        second = normball.solve(X[split.train][:, chosen], y[split.train], lam=0.0)
        loss = log_loss(y[split.test], second.predict_proba(X[split.test][:, chosen])[:, 1])
        assert found.losses[s, 0, 0] == pytest.approx(loss, abs=1e-6)


def test_the_edge_of_the_grid_is_said():
    X, y, _ = data(13)
    with pytest.warns(EdgeWarning, match="largest of the grid"):
        normball.cross_validate(X, y, lams=np.geomspace(1e-8, 1e-6, 5) / 1e3, cv=3, tol=1e-4, fold_tol=1e-3)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (dict(cv=1), "cv=1 folds"),
        (dict(cv="ten"), "cv='ten' must be a number of folds"),
        (dict(cv=None), "cv=None must be"),
        (dict(cv=1000), "cannot be made"),
        (dict(cv=np.zeros(3, int)), "fold numbers must be"),
        (dict(cv=3, repeats=0), "repeats"),
        (dict(cv=[([0, 1], [2])], repeats=2), "repeats draws"),
        (dict(cv=[([0, 0, 1], [2])]), "twice"),
        (dict(cv=[([0, 999], [2])]), "row numbers"),
        (dict(scoring="nonsense"), "scoring"),
        (dict(l1_ratios=()), "l1_ratios"),
        (dict(groups=[1, 2]), "groups has shape"),
    ],
)
def test_asked_wrongly(more, words):
    X, y, _ = data(14)
    with pytest.raises(InputError, match=words):
        normball.cross_validate(X, y, **more)


def test_a_training_fold_of_one_class_is_named():
    X, y, _ = data(15)
    folds = np.where(y == 1, 0, 1)
    with pytest.raises(InputError, match="training rows of split 0 hold only the class 0"):
        normball.cross_validate(X, y, cv=folds)
