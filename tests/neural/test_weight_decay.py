"""Weight decay shown: where it is the L2 penalty of the mean loss, and where it is not.  float64, step by step."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

from normball.neural import Proximal, param_groups, penalty  # noqa: E402
from normball.neural.network import HEADS, Network  # noqa: E402

LAM, STEPS = 0.03, 60
OPTIMISERS = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=0.1),
    "momentum": lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.9),
    "nesterov": lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda groups: torch.optim.Adam(groups, lr=0.01),
}


@pytest.fixture
def problem(rng):
    X, y = torch.from_numpy(rng.standard_normal((40, 5))), torch.from_numpy(rng.integers(0, 3, 40))
    return X, y


def fresh():
    return Network((5, 8, 3), "tanh", torch.float64).draw(np.random.default_rng(3))


def trajectory(problem, way):
    """All weights and biases after every step of `way`, (steps, all of them)."""
    X, y = problem
    net = fresh()
    step = way(net)
    seen = []
    for _ in range(STEPS):
        net.zero_grad()
        step(lambda: HEADS["softmax"](net(X), y).mean())
        seen.append(torch.cat([p.detach().reshape(-1).clone() for p in net.parameters()]))
    return torch.stack(seen)


def in_the_loss(make):
    def way(net):
        optimizer = make(net.parameters())

        def step(loss):
            (loss() + penalty(net, LAM)).backward()
            optimizer.step()

        return step

    return way


def by_the_optimiser(make, groups=param_groups):
    def way(net):
        optimizer = make(groups(net, LAM))

        def step(loss):
            loss().backward()
            optimizer.step()

        return step

    return way


def by_proximal(make):
    def way(net):
        optimizer = Proximal(make(net.parameters()), net, LAM)

        def step(loss):
            loss().backward()
            optimizer.step()

        return step

    return way


@pytest.mark.parametrize("name", OPTIMISERS)
def test_coupled_weight_decay_is_the_penalty(problem, name):
    """One trajectory, three ways of writing it."""
    make = OPTIMISERS[name]
    loss = trajectory(problem, in_the_loss(make))
    assert float((trajectory(problem, by_the_optimiser(make)) - loss).abs().max()) <= 1e-12
    assert float((trajectory(problem, by_proximal(make)) - loss).abs().max()) <= 1e-12
    plain = trajectory(problem, by_the_optimiser(make, lambda net, lam: param_groups(net, 0.0)))
    assert float((plain - loss).abs().max()) > 1e-3  # the penalty did something


def multiply(lr, before):
    """w <- (1 - lr·λ) w, then a step of plain SGD on the loss alone; its gradient taken before it, or after."""

    def way(net):
        weights = {id(layer.weight) for layer in net.layers}

        def step(loss):
            if before:
                loss().backward()
            with torch.no_grad():
                for p in net.parameters():
                    p *= 1.0 - lr * LAM if id(p) in weights else 1.0
            if not before:
                loss().backward()
            with torch.no_grad():
                for p in net.parameters():
                    p -= lr * p.grad

        return step

    return way


def test_multiply_then_step(problem):
    """The same as plain SGD where the gradient is that of the weights before the multiplication; else not."""
    loss = trajectory(problem, in_the_loss(OPTIMISERS["sgd"]))
    assert float((trajectory(problem, multiply(0.1, before=True)) - loss).abs().max()) <= 1e-12
    assert float((trajectory(problem, multiply(0.1, before=False)) - loss).abs().max()) > 1e-5


def test_adamw_is_another_thing(problem):
    """Decoupled: already the first step differs, and so does where it comes to rest."""
    adam = trajectory(problem, in_the_loss(OPTIMISERS["adam"]))
    decoupled = trajectory(problem, by_the_optimiser(lambda groups: torch.optim.AdamW(groups, lr=0.01)))
    difference = (decoupled - adam).abs().amax(1)
    assert float(difference[0]) > 1e-6
    assert float(difference[-1]) > 1e-2


def test_biases_of_the_last_layer_find_the_class_shares(problem):
    """With a penalty so strong that the weights vanish, free biases give the class shares: they are not shrunk."""
    X, y = problem
    net = fresh()
    optimizer = torch.optim.SGD(param_groups(net, 20.0), lr=0.04)
    for _ in range(1500):
        optimizer.zero_grad()
        HEADS["softmax"](net(X), y).mean().backward()
        optimizer.step()
    shares = torch.softmax(net(X), 1).mean(0)
    assert torch.allclose(shares, torch.bincount(y, minlength=3).double() / len(y), atol=1e-6)
