"""A net without hidden layers is (logistic) regression: its own loop must arrive where solvers arrive."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.linear_model
from sklearn.datasets import load_iris
from sklearn.linear_model import ElasticNet, Lasso, Ridge
from sklearn.preprocessing import StandardScaler

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

import normball  # noqa: E402
from normball.neural import NeuralClassifier, NeuralRegressor  # noqa: E402
from normball.neural.feed import Fold  # noqa: E402
from normball.neural.settings import read_plan  # noqa: E402
from normball.neural.train import Member, train  # noqa: E402
from normball.runtime import Watch  # noqa: E402


def table(rng, n=150, p=6):
    """Columns of very different sizes and places: what the steps are measured in must not matter."""
    X = rng.standard_normal((n, p)) @ rng.standard_normal((p, p)) * np.geomspace(0.1, 30, p) + np.arange(p)
    y = X @ (rng.standard_normal(p) / X.std(0)) + rng.logistic(size=n) > np.median(X @ np.ones(p) / 30)
    return X, y


@pytest.mark.parametrize(("lam", "l1_ratio"), [(0.01, 0.0), (1e-3, 0.0), (0.02, 1.0), (0.01, 0.5)])
def test_two_classes(rng, lam, l1_ratio):
    X, y = table(rng)
    theirs = normball.LogisticRegression(lam=lam, l1_ratio=l1_ratio, tol=1e-13).fit(X, y)
    ours = NeuralClassifier((), lam=lam, l1_ratio=l1_ratio).fit(X, y)
    scale = np.maximum(X.std(0), 1.0)
    assert np.abs((ours.coefs_[0][:, 0] - theirs.coef_[0]) * scale).max() <= 1e-6
    assert ours.intercepts_[0] == pytest.approx(theirs.intercept_, abs=1e-6)
    assert np.array_equal(ours.coefs_[0][:, 0] == 0.0, theirs.coef_[0] == 0.0)
    assert ours.status_ == ours.certificate_.status == "certified"
    assert ours.certificate_.relative_gap <= 1e-8
    assert ours.certificate_.objective == pytest.approx(theirs.certificate_.objective, rel=1e-10)


def test_three_classes():
    """scikit-learn's softmax: C = 1/(λ n).  The intercepts are fixed up to a constant, which neither side penalises."""
    X, y = load_iris(return_X_y=True)
    X, lam = StandardScaler().fit_transform(X), 0.01
    theirs = sklearn.linear_model.LogisticRegression(C=1 / (lam * len(y)), tol=1e-12, max_iter=10_000).fit(X, y)
    ours = NeuralClassifier((), lam=lam).fit(X, y)
    assert np.abs(ours.coefs_[0] - theirs.coef_.T).max() <= 1e-6
    centred = [b - b.mean() for b in (ours.intercepts_[0], theirs.intercept_)]
    assert np.abs(centred[0] - centred[1]).max() <= 1e-6
    assert np.abs(ours.predict_proba(X) - theirs.predict_proba(X)).max() <= 1e-6
    assert ours.status_ == "certified"


def two_outputs(X, y, lam, l1_ratio=0.0, group=False):
    """The softmax head with two outputs, which the estimator itself has no use for; its probabilities."""
    model = NeuralClassifier((), lam=lam, l1_ratio=l1_ratio, group=group)
    plan = read_plan(model, "softmax", X.shape[1], 2, len(X))
    (found,), _ = train(plan, X, y.astype(np.int64), [Fold(np.arange(len(X)), None, 0)], [Member(lam, 0)], Watch())
    assert found.reason == "converged"
    eta = X @ found.coefs[0] + found.intercepts[0]
    return 1 / (1 + np.exp(eta[:, 0] - eta[:, 1]))


@pytest.mark.parametrize(
    ("l1_ratio", "group", "twin"),
    [
        (0.0, False, lambda lam: (lam / 2, 0.0)),
        (1.0, False, lambda lam: (lam, 1.0)),
        (0.4, False, lambda lam: (lam * 0.4 + lam * 0.6 / 2, lam * 0.4 / (lam * 0.4 + lam * 0.6 / 2))),
        (1.0, True, lambda lam: (lam * 2**0.5 / 2**0.5, 1.0)),  # our groups count √2 for their two weights
    ],
    ids=["l2", "l1", "elastic", "group"],
)
def test_two_outputs_and_one(rng, l1_ratio, group, twin):
    """As certificates.md says: the same λ for L1, half of it for L2, λα and λ(1-α)/2 for the mixture."""
    X, y = table(rng)
    X, lam = StandardScaler().fit_transform(X), 0.02
    of_one, ratio = twin(lam)
    ours = NeuralClassifier((), lam=of_one, l1_ratio=ratio).fit(X, y)
    assert np.abs(two_outputs(X, y, lam, l1_ratio, group) - ours.predict_proba(X)[:, 1]).max() <= 1e-6
    if l1_ratio == 0.0:
        same = NeuralClassifier((), lam=lam).fit(X, y)  # the trap: the same λ is another fit
        assert np.abs(two_outputs(X, y, lam) - same.predict_proba(X)[:, 1]).max() > 1e-3


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_numbers(rng, l1_ratio):
    """Ridge counts n·λ on the sum without the half; Lasso and ElasticNet have our objective."""
    X, y = table(rng)[0], rng.standard_normal(150)
    y = y + X @ (rng.standard_normal(6) / X.std(0))
    lam = 0.05
    if l1_ratio == 0.0:
        theirs = Ridge(alpha=len(y) * lam, tol=1e-14, solver="cholesky").fit(X, y)
    elif l1_ratio == 1.0:
        theirs = Lasso(alpha=lam, tol=1e-15, max_iter=100_000).fit(X, y)
    else:
        theirs = ElasticNet(alpha=lam, l1_ratio=l1_ratio, tol=1e-15, max_iter=100_000).fit(X, y)
    ours = NeuralRegressor((), lam=lam, l1_ratio=l1_ratio).fit(X, y)
    assert np.abs((ours.coefs_[0][:, 0] - theirs.coef_) * X.std(0)).max() <= 1e-6
    assert ours.predict(X) == pytest.approx(theirs.predict(X), abs=1e-6)
    assert ours.status_ == "certified"


def test_several_numbers_at_once(rng):
    X, Y = table(rng)[0], rng.standard_normal((150, 3))
    ours = NeuralRegressor((), lam=0.1).fit(X, Y)
    assert ours.predict(X) == pytest.approx(Ridge(alpha=15.0, solver="cholesky").fit(X, Y).predict(X), abs=1e-6)


def test_a_ball_without_a_penalty(rng):
    """‖w‖₂ <= t by itself: the multiplier μ is a λ whose penalised fit has that norm (strength.md: μ = λ‖w‖)."""
    X, y = table(rng)
    X = StandardScaler().fit_transform(X)
    free = normball.LogisticRegression(lam=0.05, tol=1e-13).fit(X, y)
    radius = float(np.linalg.norm(free.coef_))
    with pytest.warns(normball.ConvergenceWarning, match="NOT certified"):  # no bound is claimed for an active ball
        ours = NeuralClassifier((), lam=0.0, max_norm=radius).fit(X, y)
    assert ours.coefs_[0][:, 0] == pytest.approx(free.coef_[0], abs=1e-6)
    assert np.isinf(ours.certificate_.gap)
    wide = NeuralClassifier((), lam=0.05, max_norm=2 * radius).fit(X, y)  # a ball that is not in the way
    assert wide.status_ == "certified"
    assert wide.coefs_[0][:, 0] == pytest.approx(free.coef_[0], abs=1e-6)


def test_separated_classes_are_named(rng):
    X = rng.standard_normal((60, 2))
    X[:, 0] += np.sign(X[:, 0])
    with pytest.warns(normball.ConvergenceWarning, match="separated"):
        model = NeuralClassifier((), lam=0.0, epochs=5).fit(X, X[:, 0] > 0)
    assert model.status_ == "separated"


def test_adam_arrives_near_it_too(rng):
    """The same cost for every optimiser: batches of all rows, coupled decay, no floor of noise."""
    X, y = table(rng)
    X = StandardScaler().fit_transform(X)
    theirs = normball.LogisticRegression(lam=0.05).fit(X, y)
    for optimizer, rate in (("adam", 0.05), ("sgd", 0.3)):
        ours = NeuralClassifier(
            (), lam=0.05, optimizer=optimizer, batch_size=None, learning_rate=rate, epochs=400, patience=None
        ).fit(X, y)
        assert ours.coefs_[0][:, 0] == pytest.approx(theirs.coef_[0], abs=1e-4)
