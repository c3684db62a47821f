"""The net's gradient is that of its cost in every layer; without hidden layers it is logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

import normball
from normball import InputError
from normball.textbook import GradientDescent, Network, check_gradient
from normball.textbook.network import Layer, flat, shaped


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(11)
    X = rng.standard_normal((60, 5))
    y = (rng.random(60) < expit(2 * X[:, 0] * X[:, 1] + X[:, 2])).astype(int)
    return X, y


@pytest.mark.parametrize("lambd", [0.0, 0.7, 30.0])
@pytest.mark.parametrize("hidden", [(), (4,), (7, 3), (20, 7, 5)], ids=str)
def test_gradient_in_every_layer(data, hidden, lambd):
    """Float64 central differences of the cost, each W and each b by itself."""
    X, y = data
    net = Network(hidden, lambd=lambd, random_state=4)
    A, Y = X.T, y[None, :]
    layers = [Layer(W, b + 0.1) for W, b in net.start(5)]
    for k, (layer, grad) in enumerate(zip(layers, net.backward(layers, A, Y), strict=True)):
        for part in (0, 1):

            def cost(v, k=k, part=part):
                changed = layers[k]._replace(**{Layer._fields[part]: v})
                return net.cost([*layers[:k], changed, *layers[k + 1 :]], A, Y)

            at, claimed = layer[part], grad[part]
            assert claimed.shape == at.shape
            for i in np.ndindex(*at.shape):
                up, down = at.copy(), at.copy()
                up[i] += 1e-6
                down[i] -= 1e-6
                assert claimed[i] == pytest.approx((cost(up) - cost(down)) / 2e-6, abs=2e-8 * max(1.0, lambd)), (
                    k,
                    part,
                    i,
                )


@pytest.mark.parametrize("lambd", [0.0, 3.0])
def test_check_gradient_clears_it_and_finds_what_is_broken(data, lambd):
    X, y = data
    net = Network((6, 3), lambd=lambd)
    start, A, Y = net.start(5), X.T, y[None, :]
    cost = lambda v: net.cost(shaped(v, start), A, Y)
    grad = lambda v: flat(net.backward(shaped(v, start), A, Y))
    w = flat(start)
    assert check_gradient(cost, grad, w).ok
    assert check_gradient(cost, lambda v: 60 * grad(v), w).slip == "missing_mean"
    assert check_gradient(cost, lambda v: -grad(v), w).slip == "sign"
    bare = Network((6, 3), lambd=0.0)
    weights = flat([Layer(np.ones_like(W), np.zeros_like(b)) for W, b in start]) > 0
    if lambd:
        lost = check_gradient(
            cost, lambda v: flat(bare.backward(shaped(v, start), A, Y)), w, lambd=lambd, m=60, bias=~weights
        )
        assert lost.slip == "missing_penalty"
        twice = check_gradient(cost, lambda v: grad(v) + lambd / 60 * weights * v, w, lambd=lambd, m=60, bias=~weights)
        assert twice.slip == "factor_two"
        bias = check_gradient(
            cost, lambda v: grad(v) + lambd / 60 * ~weights * v, w + 0.1, lambd=lambd, m=60, bias=~weights
        )
        assert bias.slip == "bias_penalised"


def test_there_and_back():
    layers = Network((3, 2)).start(4)
    again = shaped(flat(layers), layers)
    assert all((a == b).all() for x, z in zip(layers, again, strict=True) for a, b in zip(x, z, strict=True))


def test_without_hidden_layers_it_is_logistic_regression(data):
    """The same cost, gradient and minimum as GradientDescent and solve: He's start is forgotten."""
    X, y = data
    net = Network((), 0.5, 6000, lambd=2.0).fit(X, y)
    (layer,) = net.layers_
    best = normball.solve(X, y, lam=2.0 / 60, tol=1e-14)
    assert np.abs(layer.W[0] - best.coef).max() <= 1e-6
    assert net.history_[-1] == pytest.approx(best.certificate.objective, abs=1e-12)
    one = GradientDescent(0.5, 1, lambd=2.0, tol=0.0).fit(X, y)
    (moved,) = net.backward([Layer(np.zeros((1, 5)), np.zeros((1, 1)))], X.T, y[None, :])
    assert np.abs(one.coef_ + 0.5 * moved.W).max() <= 1e-15


def test_loop_by_hand(data):
    """Three steps written out, one example and one unit at a time in the forward pass."""
    X, y = data
    net = Network((3,), 0.2, 3, lambd=1.5, random_state=9).fit(X, y)
    (W1, b1), (W2, b2) = Network((3,), random_state=9).start(5)
    for _ in range(3):
        hidden = np.array([[max(W1[u] @ x + b1[u, 0], 0.0) for x in X] for u in range(3)])
        d2 = np.array([1 / (1 + np.exp(-(W2[0] @ hidden[:, i] + b2[0, 0]))) - y[i] for i in range(60)])
        d1 = np.array([[W2[0, u] * d2[i] * (hidden[u, i] > 0) for i in range(60)] for u in range(3)])
        W2, b2 = W2 - 0.2 * ((d2 @ hidden.T)[None, :] / 60 + 1.5 / 60 * W2), b2 - 0.2 * d2.mean()
        W1, b1 = W1 - 0.2 * (d1 @ X / 60 + 1.5 / 60 * W1), b1 - 0.2 * d1.mean(axis=1, keepdims=True)
    for mine, (W, b) in zip(net.layers_, [(W1, b1), (W2, b2)], strict=True):
        assert np.abs(mine.W - W).max() <= 1e-13 and np.abs(mine.b - b).max() <= 1e-13


def test_it_learns_what_no_line_can():
    """XOR: half of the rows wrong for a line, few for the net; and a strong penalty shrinks every layer."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (300, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
    net = Network((16, 8), 0.5, 1500, random_state=1).fit(X, y)
    line = GradientDescent(0.5, 500).fit(X, y)
    assert np.mean(net.predict(X) == y) > 0.97 > 0.7 > np.mean(line.predict(X) == y)
    assert net.history_.shape == (1501,) and net.history_[-1] < 0.1 < net.history_[0]
    assert np.abs(net.predict_proba(X).sum(axis=1) - 1).max() <= 1e-15
    decayed = Network((16, 8), 0.5, 1500, lambd=30.0, random_state=1).fit(X, y)
    for strong, free in zip(decayed.layers_, net.layers_, strict=True):
        assert np.linalg.norm(strong.W) < np.linalg.norm(free.W)


def test_starts_by_he():
    layers = Network((400, 300), random_state=2).start(200)
    for (W, b), came in zip(layers[:2], (200, 400), strict=True):
        assert np.std(W) == pytest.approx(np.sqrt(2 / came), rel=0.02) and not b.any()
    assert (layers[0].W == Network((400, 300), random_state=2).start(200)[0].W).all()
    assert (layers[0].W != Network((400, 300), random_state=3).start(200)[0].W).any()


@pytest.mark.parametrize(
    ("net", "words"),
    [
        (Network(learning_rate=1e200), "Divide learning_rate by 3"),
        (Network(learning_rate=-1), "learning_rate=-1"),
        (Network(lambd=np.nan), "lambd=nan"),
        (Network(hidden=(3, 0)), "hidden"),
        (Network(hidden=3), "a tuple of widths"),
        (Network(iterations=-1), "iterations=-1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_it_refuses(data, net, words):
    with pytest.raises(InputError, match=words):
        net.fit(*data)


def test_unfitted(data):
    with pytest.raises(InputError, match="not fitted"):
        Network().predict(data[0])
