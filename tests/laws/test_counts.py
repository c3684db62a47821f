"""y as successes and failures is the same as that many rows."""

from __future__ import annotations

import numpy as np
import pytest

import normball


def table(seed=0, n=30):
    """X, counts (n, 2), the expanded X and y, and which row each came from."""
    rng = np.random.default_rng(seed)
    X, both = rng.normal(size=(n, 4)), rng.integers(0, 6, size=(n, 2))
    both[3] = 0
    row = np.concatenate([np.repeat(np.arange(n), both[:, 0]), np.repeat(np.arange(n), both[:, 1])])
    y = np.repeat([1, 0], both.sum(0))
    return X, both, X[row], y, row


@pytest.mark.parametrize(
    "asked",
    [
        dict(lam=0.02), dict(lam=0.02, l1_ratio=1.0), dict(lam=0.0), dict(lam=0.05, l1_ratio=0.5, standardize=True),
        dict(lam=0.02, fit_intercept=False), dict(penalty="firth"), dict(lam=0.1, prior_mean=[1.0, -1, 0.5, 0]),
    ],
    ids=str,
)  # fmt: skip
def test_solve(asked):
    X, both, rows, y, row = table()
    rng = np.random.default_rng(1)
    weight, offset = rng.uniform(0.5, 2, len(X)), rng.normal(size=len(X))
    short = normball.solve(X, both, sample_weight=weight, offset=offset, tol=1e-13, **asked)
    long = normball.solve(rows, y, sample_weight=weight[row], offset=offset[row], tol=1e-13, **asked)
    assert short.coef == pytest.approx(long.coef, abs=1e-8)
    assert short.intercept == pytest.approx(long.intercept, abs=1e-8)
    assert short.total == pytest.approx(long.total)
    assert short.certificate.objective == pytest.approx(long.certificate.objective, abs=1e-10)
    assert short.predict_proba(X) == pytest.approx(long.predict_proba(X), abs=1e-8)
    assert set(short.predict(X)) <= {0, 1}


def test_path_and_cross_validation():
    X, both, rows, y, row = table(2)
    folds = np.arange(len(X)) % 3
    asked = dict(l1_ratios=(0.0, 1.0), n_lams=12, tol=1e-12, fold_tol=1e-12)
    short = normball.cross_validate(X, both, cv=folds, **asked)
    long = normball.cross_validate(rows, y, cv=folds[row], **asked)
    assert short.losses == pytest.approx(long.losses, abs=1e-8)
    one = normball.path(X, both, l1_ratio=1.0, n_lams=12, tol=1e-12)
    many = normball.path(rows, y, l1_ratio=1.0, n_lams=12, tol=1e-12)
    assert one.lams == pytest.approx(many.lams)
    assert one.coefs.toarray() == pytest.approx(many.coefs.toarray(), abs=1e-7)


@pytest.mark.parametrize("asked", [dict(C=0.7), dict(lam=0.01), dict(penalty="firth")], ids=str)
def test_estimator(asked):
    """C is the strength on the sum of the losses, so the number of trials counts."""
    X, both, rows, y, _ = table(3)
    short = normball.LogisticRegression(tol=1e-13, **asked).fit(X, both)
    long = normball.LogisticRegression(tol=1e-13, **asked).fit(rows, y)
    assert short.coef_ == pytest.approx(long.coef_, abs=1e-8)
    assert short.intercept_ == pytest.approx(long.intercept_, abs=1e-8)
    assert short.classes_.tolist() == [0, 1]
    assert short.predict(X).tolist() == long.predict(X).tolist()


def test_frames_and_lists():
    pandas = pytest.importorskip("pandas")
    X, both, *_ = table(4)
    plain = normball.solve(X, both, lam=0.1)
    for y in (both.tolist(), pandas.DataFrame(both, columns=["dead", "alive"]), both.astype(np.float32)):
        assert normball.solve(X, y, lam=0.1).coef.tolist() == plain.coef.tolist()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda both: both[:-1], "one for each row of X"),
        (lambda both: both - 1.0, "finite number >= 0"),
        (lambda both: np.where(both == 0, np.nan, both), "finite number >= 0"),
        (lambda both: both * 0, "no trial"),
        (lambda both: both * [1, 0], "one class"),
        (lambda both: both.astype(bool), "1d array"),
        (lambda both: np.column_stack([both, both[:, 0]]), "1d array"),
    ],
)
def test_refused(spoil, words):
    X, both, *_ = table(5)
    with pytest.raises(normball.InputError, match=words):
        normball.solve(X, spoil(both.astype(float)), lam=0.1)


def test_combinations_that_cannot_be():
    X, both, *_ = table(6)
    with pytest.raises(normball.InputError, match="Multiply the two columns"):
        normball.LogisticRegression(class_weight="balanced").fit(X, both)
    with pytest.raises(normball.InputError, match="needs a label for each row"):
        normball.LogisticRegressionCV(Cs=2, cv=2).fit(X, both)
    with pytest.raises(normball.InputError, match="needs labels"):
        normball.cross_validate(X, both, scoring="roc_auc", cv=3)
