"""What is penalised, and the gradient of it, in every layer of a network and of anybody's model."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")
from torch import nn  # noqa: E402
from torch.func import functional_call  # noqa: E402

import normball  # noqa: E402
from normball.neural import frobenius_norms, param_groups, penalty  # noqa: E402
from normball.neural.network import HEADS, Network  # noqa: E402


def network(rng, head, activation="tanh"):
    net = Network((4, 6, 5, 1 if head == "binary" else 3), activation, torch.float64)
    return net.draw(np.random.default_rng(int(rng.integers(1000))))


def rows(rng, head):
    X = torch.from_numpy(rng.standard_normal((12, 4)))
    y = {"binary": rng.integers(0, 2, 12) * 1.0, "softmax": rng.integers(0, 3, 12)}.get(head)
    return X, torch.from_numpy(rng.standard_normal((12, 3)) if y is None else y)


@pytest.mark.parametrize("group", [False, True], ids=["single", "group"])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("head", HEADS)
def test_gradients_by_finite_differences(rng, head, l1_ratio, group):
    """Central differences of the penalised cost, entry by entry, in every layer, weights and biases."""
    net, (X, y) = network(rng, head), rows(rng, head)

    def cost():
        return HEADS[head](net(X), y).mean() + penalty(net, 0.3, l1_ratio, group=group)

    cost().backward()
    for name, value in net.named_parameters():
        flat, gradient, h = value.detach().view(-1), value.grad.view(-1), 1e-6
        for j in range(len(flat)):
            old = float(flat[j])
            ends = []
            for sign in (1, -1):
                flat[j] = old + sign * h
                ends.append(cost().item())
            flat[j] = old
            assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(float(gradient[j]), rel=1e-6, abs=1e-8), (name, j)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_biases_receive_none_of_it(rng, l1_ratio):
    net = network(rng, "softmax")
    with torch.no_grad():
        for layer in net.layers:
            layer.bias.normal_(generator=torch.Generator().manual_seed(1))
    penalty(net, 0.7, l1_ratio).backward()
    for layer in net.layers:
        assert layer.bias.grad is None
        assert float(layer.weight.grad.abs().min()) > 0.0


def test_value_is_the_formula(rng):
    net = network(rng, "softmax")
    W = [layer.weight.detach().numpy() for layer in net.layers]
    single = sum(0.2 * (0.3 * np.abs(w).sum() + 0.35 * (w**2).sum()) for w in W)
    columns = sum(0.2 * (0.3 * len(w) ** 0.5 * np.linalg.norm(w, axis=0).sum() + 0.35 * (w**2).sum()) for w in W)
    assert penalty(net, 0.2, 0.3).item() == pytest.approx(single, rel=1e-13)
    assert penalty(net, 0.2, 0.3, group=True).item() == pytest.approx(columns, rel=1e-13)


def test_a_column_of_zeros_has_a_finite_gradient():
    net = nn.Linear(3, 2)
    nn.init.zeros_(net.weight)
    penalty(net, 1.0, 1.0, group=True).backward()
    assert bool((net.weight.grad == 0.0).all())


class Mixed(nn.Module):
    """A bit of everything; the head shares the weight of the embedding."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(7, 4)
        self.attention = nn.MultiheadAttention(4, 2, add_bias_kv=True)
        self.convolution = nn.Conv2d(3, 5, 2)
        self.norms = nn.ModuleList([nn.BatchNorm2d(5), nn.LayerNorm((5, 4)), nn.GroupNorm(1, 5)])
        self.gate, self.scale = nn.PReLU(5), nn.Parameter(torch.ones(3))
        self.head = nn.Linear(4, 7)
        self.head.weight = self.words.weight


PENALISED = {"words.weight", "attention.in_proj_weight", "attention.out_proj.weight", "convolution.weight"}


def test_weights_of_any_model():
    """LayerNorm's weight has two axes here, and is left alone all the same; a shared weight counts once."""
    model = Mixed()
    assert set(frobenius_norms(model)) == PENALISED
    decayed, free = param_groups(model, 0.25)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.25, 0.0)
    assert {id(p) for p in decayed["params"]} == {id(p) for n, p in model.named_parameters() if n in PENALISED}
    assert len(decayed["params"]) + len(free["params"]) == len(list(model.parameters()))
    total = sum(norm**2 for norm in frobenius_norms(model).values())
    assert penalty(model, 0.5).item() == pytest.approx(0.25 * total, rel=1e-5)


def test_frozen_parameters_are_not_given_to_an_optimiser():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[0].weight.requires_grad_(False)
    decayed, free = param_groups(model, 0.1)
    assert [id(p) for p in decayed["params"]] == [id(model[1].weight)]
    assert len(free["params"]) == 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: param_groups(nn.Linear(2, 2), -1.0), ["lam=-1.0"]),
        (lambda: penalty(nn.Linear(2, 2), float("nan")), ["lam=nan"]),
        (lambda: penalty(nn.Linear(2, 2), 0.1, 2.0), ["l1_ratio=2.0"]),
        (lambda: penalty(nn.BatchNorm1d(2), 0.1), ["BatchNorm1d", "no weight matrix"]),
        (lambda: frobenius_norms("net"), ["'net'", "torch.nn.Module"]),
        (lambda: frobenius_norms(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))), ["parametris"]),
    ],
)
def test_refused(call, words):
    with pytest.raises(normball.InputError) as caught:
        call()
    assert [word for word in words if word not in str(caught.value)] == []


def test_lazy_layers_have_no_weight_yet():
    with torch.random.fork_rng():
        lazy = nn.Sequential()
        layer = nn.Linear(1, 1)
        layer.weight = nn.parameter.UninitializedParameter()
        lazy.append(layer)
        with pytest.raises(normball.InputError, match="lazy"):
            frobenius_norms(lazy)


def test_networks_are_functional(rng):
    """functional_call on the module gives what the module gives: what the stack is trained by is what predicts."""
    net, (X, _) = network(rng, "softmax", "gelu"), rows(rng, "softmax")
    params = {name: value.detach() for name, value in net.named_parameters()}
    assert torch.equal(functional_call(net, params, (X,)), net(X))
