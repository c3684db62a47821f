"""What is proved of a layer: bounds that are never below the truth, and sharp at the optimum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

import normball  # noqa: E402
from normball.neural import NeuralClassifier, NeuralRegressor, penalty  # noqa: E402
from normball.neural.certificate import head_gap, null_loss  # noqa: E402
from normball.neural.network import HEADS, Network  # noqa: E402
from normball.neural.penalty import WeightPenalty  # noqa: E402

MIXES = [(0.0, False), (0.5, False), (1.0, False), (0.5, True), (1.0, True)]


def objective(head, H, y, W, b, lam, l1_ratio, group):
    target = torch.from_numpy(y)
    loss = HEADS[head](torch.from_numpy(H @ W + b), target).mean().item()
    return loss + WeightPenalty(lam, l1_ratio, group).value(torch.from_numpy(W.T.copy())).item()


def problem(rng, head, n=60, d=4):
    H = rng.standard_normal((n, d)) + 1.0
    y = {"binary": (H[:, 0] + rng.standard_normal(n) > 1) * 1.0, "softmax": rng.integers(0, 3, n)}.get(head)
    return H, rng.standard_normal((n, 3)) + H[:, :3] if y is None else y


def solved(head, H, y, lam, l1_ratio, group):
    """By the estimators' own loop, to its last digits."""
    kind = NeuralRegressor if head == "squared" else NeuralClassifier
    model = kind((), lam=lam, l1_ratio=l1_ratio, group=group, epochs=2000, tol=1e-11).fit(H, y)
    return model.coefs_[0], model.intercepts_[0], model


@pytest.mark.parametrize(("l1_ratio", "group"), MIXES)
@pytest.mark.parametrize("head", HEADS)
def test_bounds_the_distance_from_the_minimum(rng, head, l1_ratio, group):
    """F(W) - min F <= gap at the optimum, near it, far from it; at the optimum the gap is next to nothing."""
    (H, y), lam = problem(rng, head), 0.05
    W, b, model = solved(head, H, y, lam, l1_ratio, group)
    assert model.certificate_.gap <= 1e-9
    lowest = objective(head, H, y, W, b, lam, l1_ratio, group)
    for size in (0.0, 1e-6, 1e-3, 0.1, 1.0, 10.0, 300.0):
        for _ in range(4):
            away, shift = W + size * rng.standard_normal(W.shape), b + size * rng.standard_normal(b.shape)
            gap = head_gap(head, H, y, away, shift, lam, l1_ratio, group)
            excess = objective(head, H, y, away, shift, lam, l1_ratio, group) - lowest
            assert gap >= excess - 1e-12
            assert np.isfinite(gap)


@pytest.mark.parametrize("head", HEADS)
def test_the_minimum_is_one(rng, head):
    """The loop's optimum against scipy's BFGS on the same objective: the bound is not a bound of something else."""
    (H, y), lam = problem(rng, head), 0.1
    W, b, _ = solved(head, H, y, lam, 0.0, False)
    shape, k = W.shape, W.size
    cost = lambda v: objective(head, H, y, v[:k].reshape(shape), v[k:], lam, 0.0, False)
    theirs = minimize(cost, np.zeros(k + len(b)), options=dict(gtol=1e-7, maxiter=2000))
    assert objective(head, H, y, W, b, lam, 0.0, False) <= theirs.fun + 1e-12
    assert objective(head, H, y, W, b, lam, 0.0, False) == pytest.approx(theirs.fun, abs=1e-9)


def test_nothing_is_claimed_without_a_penalty(rng):
    H, y = problem(rng, "softmax")
    assert np.isinf(head_gap("softmax", H, y, np.zeros((4, 3)), np.zeros(3), 0.0, 0.0, False))


@pytest.mark.parametrize("head", HEADS)
def test_null_loss_is_that_of_the_best_constant(rng, head):
    _, y = problem(rng, head)
    width = {"binary": 1}.get(head, 3)
    target = torch.from_numpy(y)
    cost = lambda b: HEADS[head](torch.from_numpy(b).expand(len(y), width), target).mean().item()
    assert null_loss(head, y) == pytest.approx(minimize(cost, np.zeros(width), tol=1e-10).fun, abs=1e-9)


@pytest.fixture(scope="module")
def deep():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((200, 5))
    y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
    return X, y, NeuralClassifier((8, 6), lam=0.01, epochs=40, dtype="float64", random_state=0).fit(X, y)


def test_a_deep_net_says_that_it_has_no_gap(deep):
    *_, model = deep
    proof = model.certificate_
    assert model.status_ == proof.status == "no duality gap"
    assert proof.gap is None
    assert proof.relative_gap is None
    assert "No duality gap" in proof.summary()
    assert f"{proof.gradient_norm:.2g}" in proof.summary()


def test_gradient_norm_and_objective_are_those_of_the_penalised_cost(deep):
    X, y, model = deep
    net = Network((5, 8, 6, 3), "relu", torch.float64).put(model.coefs_, model.intercepts_)
    cost = torch.nn.functional.cross_entropy(net(torch.from_numpy(X)), torch.from_numpy(y)) + penalty(net, 0.01)
    cost.backward()
    norm = torch.sqrt(sum((p.grad**2).sum() for p in net.parameters()))
    assert model.certificate_.gradient_norm == pytest.approx(norm.item(), rel=1e-9)
    assert model.certificate_.objective == pytest.approx(cost.item(), rel=1e-12)


def test_last_layer_with_its_inputs_held_fixed(deep):
    """The best last layer, found by the same cost, is not further below than the certificate says."""
    X, y, model = deep
    net = Network((5, 8, 6, 3), "relu", torch.float64).put(model.coefs_, model.intercepts_)
    inner = net.inner(torch.from_numpy(X)).detach().numpy()
    best = NeuralClassifier((), lam=0.01).fit(inner, y)
    below = sum(0.005 * (coef**2).sum() for coef in model.coefs_[:-1])
    drop = model.certificate_.objective - below - best.certificate_.objective
    assert 0.0 < drop <= model.certificate_.last_layer_gap


def test_binary_certificates_are_those_of_audit(rng):
    X = rng.standard_normal((80, 3))
    y = X[:, 0] + rng.standard_normal(80) > 0
    with pytest.warns(normball.ConvergenceWarning):
        model = NeuralClassifier((), lam=0.01, optimizer="sgd", epochs=3).fit(X, y)
    audit = normball.audit(model.coefs_[0][:, 0], X, y, intercept=float(model.intercepts_[0][0]), lam=0.01)
    assert model.certificate_.gap == pytest.approx(audit.certificate.gap, rel=1e-12)
    assert model.status_ == audit.certificate.status == "uncertified"
