"""The proximal maps: each minimises what it says, in the metric that it is given."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

from normball.neural.penalty import WeightPenalty  # noqa: E402
from normball.neural.prox import into_balls, shrink_groups  # noqa: E402

SHAPE = (2, 3, 4, 2)  # models, out, in, kernel


def tensor(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def assert_minimises(cost, best, ways, strength):
    """A cost that is `strength`-strongly convex lies above its minimum by at least strength/2 ‖w - best‖²."""
    at_best = cost(best)
    for size, way in itertools.product(np.geomspace(1e-6, 3.0, 15), ways):
        w = best + size * way
        assert bool((cost(w) >= at_best + 0.5 * strength * ((w - best) ** 2).sum() - 1e-12).all())


@pytest.mark.parametrize("metric", ["one", "each"])
@pytest.mark.parametrize("group", [False, True], ids=["l1", "group"])
@pytest.mark.parametrize("lam", [1e-3, 0.3, 2.0, 50.0])
def test_proximal_minimises(rng, lam, group, metric):
    """argmin_u Σ (u - v)²/(2 step) + λ Ω(u), over every direction, at scales from 1e-6 to 3."""
    v = tensor(rng, 3, 4, 2)
    v[:, 1] = 0.0
    step = torch.from_numpy(rng.uniform(0.05, 3.0, v.shape)) if metric == "each" else torch.tensor(0.7).double()
    rule = WeightPenalty(lam, 1.0, group)
    best = rule.proximal(v, step)
    cost = lambda u: (((u - v) ** 2) / (2 * step)).sum() + rule.value(u)
    ways = [*torch.eye(v.numel()).double().reshape(-1, *v.shape), *(tensor(rng, *v.shape) for _ in range(20))]
    assert_minimises(cost, best, [sign * way for way in ways for sign in (1.0, -1.0)], float(1.0 / step.max()))


def test_columns_vanish_exactly_and_whole(rng):
    """‖v/step‖ <= cut: zero, each bit of it; just above it: not zero."""
    v, step = tensor(rng, *SHAPE), torch.from_numpy(rng.uniform(0.1, 2.0, SHAPE))
    edge = torch.sqrt(((v / step) ** 2).sum((1, 3), keepdim=True))
    assert bool((shrink_groups(v, step, edge * (1 + 1e-12)) == 0.0).all())
    assert bool((shrink_groups(v, step, edge * (1 - 1e-9)) != 0.0).all())


def test_no_penalty_moves_nothing(rng):
    v, step = tensor(rng, *SHAPE), torch.ones(SHAPE).double()
    assert bool((shrink_groups(v, step, torch.zeros(2, 1, 4, 1).double()) == v).all())


def test_rows_are_in_their_balls_and_as_near_as_can_be(rng):
    """The nearest point p of a convex set: (v - p)·(u - p) <= 0 for every u of the set."""
    v, radius = tensor(rng, *SHAPE), 1.3
    p = into_balls(v, radius)
    assert float(torch.sqrt((p**2).sum((2, 3))).max()) <= radius * (1 + 1e-15)
    inside = torch.sqrt((v**2).sum((2, 3), keepdim=True)) <= radius
    assert bool((p == v)[inside.expand_as(v)].all())
    for _ in range(50):
        u = into_balls(3 * tensor(rng, *SHAPE), radius)
        assert float(((v - p) * (u - p)).sum((2, 3)).max()) <= 1e-12


@pytest.mark.parametrize("group", [False, True])
def test_models_of_a_stack_do_not_see_each_other(rng, group):
    """λ of its own for each model: value and proximal map of the stack are those of each alone."""
    W, lams = tensor(rng, 3, 4, 5), torch.tensor([0.0, 0.2, 1.0]).double()
    stack = WeightPenalty(lams, 0.6, group)
    alone = [WeightPenalty(float(lam), 0.6, group) for lam in lams]
    assert torch.allclose(stack.value(W), torch.stack([one.value(w) for one, w in zip(alone, W, strict=True)]))
    together = stack.proximal(W, 0.3)
    for one, w, found in zip(alone, W, together, strict=True):
        assert torch.equal(found, one.proximal(w, 0.3))
