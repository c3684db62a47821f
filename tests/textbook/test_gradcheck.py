"""check_gradient: every slip of the seeded list by its name, every right implementation cleared."""

from __future__ import annotations

import numpy as np
import pytest

from implementations_of_gradients import complaints, everything
from normball import InputError
from normball.textbook import check_gradient


@pytest.mark.parametrize("seed", [0, 3])
def test_each_slip_by_its_name_and_right_ones_cleared(seed):
    assert list(complaints(seed)) == []


def test_the_list_holds_every_name():
    names = {one.slip for one in everything(0)}
    classics = {"sum_of_weights", "factor_two", "missing_mean", "missing_penalty", "sign", "bias_penalised"}
    assert names == classics | {"broadcast", "log_of_zero", None}
    assert sum(one.slip is None for one in everything(0)) >= 15


def test_what_a_result_says():
    cost, right = lambda w: np.sum(w**4), lambda w: 4 * w**3
    w = np.array([1.0, -2.0, 0.5])
    found = check_gradient(cost, right, w)
    assert found.ok and found.slip is None and found.worst <= 1e-9 and str(found).startswith("Right: ")

    def wrong(v):
        out = right(v)
        out[1] += 0.3
        return out

    found = check_gradient(cost, wrong, w)
    assert not found.ok and found.coordinate == 1
    assert found.worst == pytest.approx(0.3 / 32, rel=1e-9)
    assert "w[1]: gradient -31.7, finite difference -32" in str(found)


def test_an_array_of_any_shape():
    w = np.arange(6.0).reshape(2, 3)
    cost = lambda v: np.sum(np.sin(v))
    assert check_gradient(cost, np.cos, w).ok
    found = check_gradient(cost, lambda v: np.cos(v) + np.eye(2, 3)[::-1] * v, w)
    assert found.coordinate == (1, 0) and not found.ok


def test_a_kink_beside_w_is_no_slip():
    """|v - kink| with the kink 3e-6 away: the long difference crosses it, a short one does not."""
    kink = np.array([3e-6, 0.2, -1.0])
    cost, grad = lambda v: np.abs(v - kink).sum(), lambda v: np.sign(v - kink)
    assert check_gradient(cost, grad, np.zeros(3)).ok


def test_an_unknown_slip_is_not_given_a_name():
    """A gradient of something else altogether."""
    rng = np.random.default_rng(2)
    X = rng.standard_normal((30, 4))
    found = check_gradient(lambda w: np.mean(np.cosh(X @ w)), lambda w: X.T @ np.tanh(X @ w) / 30, np.ones(4) / 2)
    assert found.slip == "unknown" and not found.ok and found.worst > 1e-3


def test_shapes_that_are_no_broadcast():
    w = np.ones(3)
    assert check_gradient(lambda v: v, lambda v: v, w).slip == "shape"
    assert check_gradient(lambda v: v @ v, lambda v: v[:2], w).slip == "shape"
    assert check_gradient(lambda v: v @ v, lambda v: np.full(3, np.nan), w).slip == "unknown"


def test_the_broadcast_is_quoted():
    """The very operation that did it, with its shapes."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((12, 3)), rng.random((12, 1))
    found = check_gradient(
        lambda w: np.mean((X @ w - y) ** 2), lambda w: 2 * X.T @ (X @ w - y.ravel()) / 12, np.ones(3)
    )
    assert found.slip == "broadcast"
    assert "np.subtract was given shapes (12,) and (12, 1) and made (12, 12)" in str(found)


def test_it_changes_nothing_and_repeats():
    w = np.random.default_rng(0).standard_normal(5)
    before = w.copy()

    def grad(v):
        out = 2 * v
        v[:] = 0.0  # somebody who works in place
        return out

    first, second = (check_gradient(lambda v: v @ v, grad, w) for _ in range(2))
    assert (w == before).all() and first == second and first.ok


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1.0, np.cos, np.ones(2)), "cost=1.0 is no function"),
        ((np.sum, np.ones(2), np.ones(2)), "is no function"),
        ((np.sum, np.cos, np.array([])), "at least one entry"),
        ((np.sum, np.cos, np.array([np.inf])), "finite"),
        ((np.sum, np.cos, ["a"]), "numbers"),
    ],
)
def test_what_it_refuses(arguments, words):
    with pytest.raises(InputError, match=words):
        check_gradient(*arguments)


def test_an_error_of_the_code_itself_comes_through():
    def broken(v):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        check_gradient(lambda v: v @ v, broken, np.ones(2))
