"""Models in a stack do not see each other: the stack trains each as it would train alone."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

from normball.neural import NeuralClassifier, NeuralRegressor  # noqa: E402
from normball.neural.feed import Fold  # noqa: E402
from normball.neural.settings import read_plan  # noqa: E402
from normball.neural.train import Member, train  # noqa: E402
from normball.runtime import Watch  # noqa: E402

LAMS = [0.3, 0.01, 1e-4]
SETTINGS = {
    "adam": dict(),
    "float64": dict(dtype="float64"),
    "momentum": dict(optimizer="sgd", learning_rate=0.05),
    "zeros": dict(l1_ratio=0.7, dtype="float64"),
    "groups": dict(l1_ratio=1.0, group=True, dtype="float64"),
    "balls": dict(max_norm=0.8),
    "whole": dict(batch_size=None),
    "convex": dict(hidden=()),
    "convex lasso": dict(hidden=(), l1_ratio=1.0),
}


def both(setting, sizes, kind=NeuralClassifier, epochs=6, with_dev=False):
    """(together, alone): what becomes of every λ of every fold, in one stack and in stacks of one."""
    rng = np.random.default_rng(8)
    X = rng.standard_normal((90, 5))
    y = (X[:, 0] * X[:, 1] > 0).astype(np.int64) + (X[:, 2] > 1)
    head, outputs = "softmax", 3
    if kind is NeuralRegressor:
        head, outputs, y = "squared", 2, X[:, :2] ** 2
    model = kind(**(dict(hidden=(8, 4), batch_size=16, epochs=epochs) | setting))
    if model.hidden == ():  # all rows in every step, 25 steps in an epoch
        model.batch_size, model.epochs = "auto", 2
    plan = read_plan(model, head, 5, outputs, 90)
    folds = [Fold(rng.permutation(80)[:size], np.arange(80, 90) if with_dev else None, 3) for size in sizes]
    members = [Member(lam, f) for f in range(len(folds)) for lam in LAMS]
    together, stopped = train(plan, X, y, folds, members, Watch())
    assert not stopped
    alone = [train(plan, X, y, folds, [member], Watch())[0][0] for member in members]
    return together, alone


def assert_same(together, alone, within):
    for one, other in zip(together, alone, strict=True):
        assert (one.epochs, one.reason) == (other.epochs, other.reason)
        for name in other.history:
            assert one.history[name] == pytest.approx(other.history[name], abs=within)
        for a, b in zip(one.coefs + one.intercepts, other.coefs + other.intercepts, strict=True):
            assert a == pytest.approx(b, abs=within)
            assert np.array_equal(a == 0.0, b == 0.0)


@pytest.mark.parametrize("name", SETTINGS)
def test_same_as_alone(name):
    """1e-4 where float32 rounds, 1e-9 in float64; zeros are the same zeros."""
    together, alone = both(SETTINGS[name], (60, 60, 60))
    exact = SETTINGS[name].get("dtype") == "float64" or SETTINGS[name].get("hidden") == ()
    assert_same(together, alone, 1e-9 if exact else 1e-4)


def test_folds_of_other_sizes():
    """64 rows are four batches of 16, 65 are five: a step more for some of the models only."""
    assert_same(*both(dict(dtype="float64"), (64, 65, 50)), 1e-9)


def test_numbers_too():
    assert_same(*both(dict(dtype="float64"), (60, 61), NeuralRegressor), 1e-9)


def test_each_stops_by_itself():
    """Those that stop leave the stack; the others go on as if nothing had been."""
    setting = dict(dtype="float64", patience=2, tol=3e-3, learning_rate=0.02)
    together, alone = both(setting, (60, 40), epochs=60, with_dev=True)
    assert len({one.epochs for one in together}) > 2
    assert {one.reason for one in together} >= {"no improvement"}
    assert_same(together, alone, 1e-9)


def test_weights_are_those_of_the_smallest_dev_loss():
    together, _ = both(dict(patience=None, learning_rate=0.05), (60,), epochs=25, with_dev=True)
    for one in together:
        assert one.value == one.history["dev_loss"].min()
    assert any(one.history["dev_loss"][-1] > one.value for one in together)


def test_one_step_is_the_formula():
    """Plain SGD on all rows: w - lr (∇ mean loss + λ w) for weights, no λ for biases, soft-thresholds for L1."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 3)), rng.integers(0, 2, 30) * 1.0
    model = NeuralClassifier(
        (), lam=0.3, l1_ratio=0.25, optimizer="sgd", momentum=0.0, learning_rate=0.5, epochs=1, batch_size=None,
        dtype="float64",
    )  # fmt: skip
    plan = read_plan(model, "binary", 3, 1, 30)
    (found,), _ = train(plan, X, y, [Fold(np.arange(30), None, 0)], [Member(0.3, 0)], Watch())
    v = 0.5 * X.T @ (y - 0.5) / 30  # from w = 0, b = 0
    assert found.coefs[0][:, 0] == pytest.approx(np.sign(v) * np.maximum(np.abs(v) - 0.5 * 0.3 * 0.25, 0), abs=1e-15)
    assert found.intercepts[0][0] == pytest.approx(0.5 * (y - 0.5).mean(), abs=1e-15)
    assert found.history["train_loss"][0] == pytest.approx(np.log(2), rel=1e-14)
