"""Proximal around torch's optimisers: exact zeros, and the minimum of the cost that it says it minimises."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")
from torch import nn  # noqa: E402

import normball  # noqa: E402
from normball.neural import Proximal  # noqa: E402

LAM = 0.15
OPTIMISERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.25),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9),
    "dampened": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.5, dampening=0.3),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.9, 0.99)),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=0.3, betas=(0.9, 0.99), amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.9, 0.99), weight_decay=0.0),
    "radam": lambda p: torch.optim.RAdam(p, lr=0.1, betas=(0.9, 0.99)),
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.1, betas=(0.9, 0.99)),
    "adamax": lambda p: torch.optim.Adamax(p, lr=0.1, betas=(0.9, 0.99)),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.6),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.05),
}


@pytest.fixture(scope="module")
def lasso():
    """Columns of different scales, so that Adam's steps differ from weight to weight."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((80, 8)) * np.geomspace(0.5, 2.0, 8)
    y = X @ np.array([1.0, -2.0, 0, 0, 0.5, 0, 0, 0.7]) + 0.3 * rng.standard_normal(80) + 2.0
    return X, y


def descend(X, y, make, steps, l1_ratio, settle=1.0, **more):
    net = nn.Linear(X.shape[1], 1).double()
    nn.init.zeros_(net.weight)
    nn.init.zeros_(net.bias)
    x, target = torch.from_numpy(X), torch.from_numpy(y)
    inner = make(net.parameters())
    optimizer = Proximal(inner, net, LAM, l1_ratio, **more)
    schedule = torch.optim.lr_scheduler.ExponentialLR(inner, settle)
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * (net(x)[:, 0] - target) ** 2).mean().backward()
        optimizer.step()
        schedule.step()
    return net.weight.detach().numpy()[0], net.bias.item()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_rests_at_the_minimum_of_the_penalised_cost(lasso, name):
    """scikit-learn's Lasso has the same objective.  With thresholds of another length it would rest elsewhere."""
    X, y = lasso
    theirs = Lasso(alpha=LAM, tol=1e-14, max_iter=100_000).fit(X, y)
    coef, intercept = descend(X, y, OPTIMISERS[name], 800, 1.0, settle=0.995)
    assert np.array_equal(coef == 0.0, theirs.coef_ == 0.0)  # exact zeros, the same ones
    assert 0 < np.count_nonzero(coef) < 8
    assert np.abs(coef - theirs.coef_).max() <= 2e-3
    assert intercept == pytest.approx(theirs.intercept_, abs=2e-3)


def test_to_the_last_digits(lasso):
    X, y = lasso
    theirs = ElasticNet(alpha=LAM, l1_ratio=0.6, tol=1e-14, max_iter=100_000).fit(X, y)
    coef, intercept = descend(X, y, OPTIMISERS["momentum"], 1500, 0.6)
    assert np.abs(coef - theirs.coef_).max() <= 1e-10
    assert intercept == pytest.approx(theirs.intercept_, abs=1e-10)


def test_gradient_steps_alone_give_no_zeros(lasso):
    """What the proximal step is for."""
    X, y = lasso
    net = nn.Linear(8, 1).double()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        out = net(torch.from_numpy(X))[:, 0]
        ((0.5 * (out - torch.from_numpy(y)) ** 2).mean() + normball.neural.penalty(net, LAM, 1.0)).backward()
        optimizer.step()
    assert bool((net.weight != 0.0).all())


def deep(seed=0):
    generator = torch.Generator().manual_seed(seed)
    net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.LayerNorm(12), nn.Linear(12, 3)).double()
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.randn(p.shape, generator=generator, dtype=torch.float64) * 0.4)
    return net


def run(net, optimizer, steps=150):
    generator = torch.Generator().manual_seed(9)
    X = torch.randn(60, 6, generator=generator, dtype=torch.float64)
    y = (X[:, 0] > 0).long() + (X[:, 1] > 0).long()
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(X), y).backward()
        optimizer.step()
    return X


@pytest.mark.parametrize("make", [OPTIMISERS["adam"], OPTIMISERS["momentum"]])
def test_groups_remove_whole_neurons(make):
    """Columns are zero as a whole, and what enters a removed neuron changes nothing any more, to the last bit."""
    net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3)).double()
    with torch.no_grad():
        for p, q in zip(net.parameters(), [*deep()[0].parameters(), *deep()[3].parameters()], strict=True):
            p.copy_(q)
    X = run(net, Proximal(make(net.parameters()), net, 0.02, 1.0, group=True), 400)
    dead = (net[2].weight == 0.0).all(0)
    assert bool(((net[2].weight == 0.0).any(0) == dead).all())
    assert 0 < int(dead.sum()) < 12
    before = net(X).detach()
    with torch.no_grad():
        net[0].weight[dead] += 100.0
        net[0].bias[dead] -= 5.0
    assert torch.equal(net(X), before)


def test_rows_stay_in_their_balls():
    net = deep()
    run(net, Proximal(torch.optim.SGD(net.parameters(), lr=0.1), net, 0.0, max_norm=0.5))
    for layer in (net[0], net[3]):
        norms = torch.linalg.vector_norm(layer.weight.detach(), dim=1)
        assert float(norms.max()) <= 0.5 * (1 + 1e-14)
        assert float(norms.max()) == pytest.approx(0.5, rel=1e-12)  # the ball is in the way
    assert float(net[2].weight.detach().norm()) > 0.5  # a normalisation layer is no weight matrix


def test_convolutions_lose_whole_channels():
    net = nn.Conv2d(4, 3, 2).double()
    optimizer = Proximal(torch.optim.SGD(net.parameters(), lr=0.5), net, 0.4, 1.0, group=True)
    x = torch.randn(8, 4, 5, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    x[:, 2:] *= 0.01
    for _ in range(60):
        optimizer.zero_grad()
        ((net(x) - x[:, :3, :4, :4]) ** 2).mean().backward()
        optimizer.step()
    assert bool((net.weight[:, 2:] == 0.0).all())


def test_state_and_closure(lasso):
    X, y = lasso
    net = nn.Linear(8, 1).double()
    optimizer = Proximal(torch.optim.Adam(net.parameters()), net, LAM, 1.0)

    def closure():
        optimizer.zero_grad()
        loss = ((net(torch.from_numpy(X))[:, 0] - torch.from_numpy(y)) ** 2).mean()
        loss.backward()
        return loss

    first = optimizer.step(closure).item()
    assert optimizer.step(closure).item() < first
    state = optimizer.state_dict()
    other = Proximal(torch.optim.Adam(net.parameters()), net, LAM, 1.0)
    other.load_state_dict(state)
    assert other.state_dict()["state"][0]["step"] == 2
    assert other.param_groups is other.optimizer.param_groups


class Own(torch.optim.SGD):
    """Somebody's own optimiser, of a name that is not known."""


class Foreign(torch.optim.Optimizer):
    def __init__(self, params):
        super().__init__(params, dict(lr=0.25))

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data -= group["lr"] * p.grad


def test_subclasses_step_as_their_parent(lasso):
    X, y = lasso
    ours = descend(X, y, lambda p: Own(p, lr=0.25), 50, 1.0)
    assert np.array_equal(ours[0], descend(X, y, OPTIMISERS["sgd"], 50, 1.0)[0])


def test_other_optimisers_say_how_far_they_step(lasso):
    X, y = lasso
    with pytest.raises(normball.InputError, match="step_length"):
        descend(X, y, Foreign, 1, 1.0)
    told = descend(X, y, Foreign, 50, 1.0, step_length=lambda weight, group, state: group["lr"])
    assert np.array_equal(told[0], descend(X, y, OPTIMISERS["sgd"], 50, 1.0)[0])


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda n, p: Proximal(torch.optim.AdamW(p), n, 0.1), normball.StrengthConflict, ["AdamW", "twice"]),
        (lambda n, p: Proximal("adam", n, 0.1), normball.InputError, ["torch.optim.Optimizer"]),
        (lambda n, p: Proximal(torch.optim.SGD(p), n, -0.1), normball.InputError, ["lam=-0.1"]),
        (lambda n, p: Proximal(torch.optim.SGD(p), n, 0.1, 1.5), normball.InputError, ["l1_ratio=1.5"]),
        (lambda n, p: Proximal(torch.optim.SGD(p), n, 0.1, max_norm=0.0), normball.InputError, ["max_norm=0.0"]),
        (lambda n, p: Proximal(torch.optim.SGD(p), nn.Linear(2, 2), 0.1), normball.InputError, ["no weight"]),
        (lambda n, p: Proximal(torch.optim.SGD(p, maximize=True), n, 0.1), normball.InputError, ["maximis"]),
    ],
)
def test_refused(call, kind, words):
    net = nn.Linear(3, 2)
    with pytest.raises(kind) as caught:
        call(net, net.parameters())
    assert [word for word in words if word not in str(caught.value)] == []
