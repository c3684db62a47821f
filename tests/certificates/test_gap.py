"""The duality gap of a pass: never below the true suboptimality, near or far; its closed form where one is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.special import expit

from judge import infimum, minimise, objective, penalty_vectors, rounding
from lockstep.families import boxed_optimum, family_of, judged
from normball.certificates.gap import Facts, duality_gap
from normball.lockstep.null import best_intercept
from normball.losses import LogisticLoss
from normball.penalties import ElasticPenalty

STRENGTHS = {
    "L2": dict(lam=0.03),
    "L1": dict(lam=0.02, l1_ratio=1.0),
    "elastic net": dict(lam=0.03, l1_ratio=0.5),
    "nearly L1": dict(lam=0.02, l1_ratio=0.999),
    "tiny L2": dict(lam=1e-9),
}
BOXES = {
    "none": (-np.inf, np.inf),
    "not negative": (0.0, np.inf),
    "small": (-0.2, 0.3),
    "without zero": (0.1, 0.5),
    "fixed": (0.2, 0.2),
    "at most -0.1": (-np.inf, -0.1),
}


class Data:
    """X (n, p), y, weight, offset; trouble: mislabelled rows, rows saturated by their offset, soft labels."""

    def __init__(self, seed, n=40, p=5, trouble="none"):
        rng = self.rng = np.random.default_rng([17, seed])
        self.X = rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-1, 1, p) + rng.choice([0.0, 5.0], p)
        Z = (self.X - self.X.mean(0)) / self.X.std(0)
        eta = Z @ rng.normal(size=p)
        self.y = (rng.random(n) < expit(eta)).astype(float)
        self.weight, self.offset = rng.choice([0.5, 1.0, 3.0], n), 0.3 * rng.normal(size=n)
        if trouble == "mislabelled":
            self.y[np.abs(eta) > 1.5] = eta[np.abs(eta) > 1.5] < 0
        if trouble == "saturated":
            self.offset[:6] = [60.0, -60.0, 800.0, -800.0, 60.0, -60.0]
            self.y[:6] = [0, 1, 1, 0, 1, 0]
        if trouble == "soft":
            self.y = np.round(expit(eta + rng.normal(size=n)), 2)
        self.y[-2:] = 0.0, 1.0

    def arguments(self, p, strength, factor):
        l1, l2 = penalty_vectors(p, strength["lam"], strength.get("l1_ratio", 0.0), factor)
        return dict(l1=l1, l2=l2, weight=self.weight, offset=self.offset)


def points(rng, coef, intercept, spread, box=(-np.inf, np.inf)):
    """Coefficients near and far from a place: zero, itself, 1e-9 … 1 and 30 spreads away; within the box."""
    yield np.clip(0.0 * coef, *box), 0.0
    yield np.clip(coef, *box), intercept
    for size in 10.0 ** np.array([-9.0, -7.0, -5.0, -3.0, -2.0, -1.0, 0.0, 1.5]):
        moved = coef + size * spread * rng.normal(size=len(coef)) * (rng.random(len(coef)) < 0.8)
        yield np.clip(moved, *box), intercept + size * rng.normal()
        yield np.clip(moved, *box), intercept


@pytest.mark.parametrize("name", STRENGTHS)
@pytest.mark.parametrize("trouble", ["none", "mislabelled", "saturated", "soft"])
@pytest.mark.parametrize("free", [(), (1, 3)], ids=["all held", "free columns"])
@pytest.mark.parametrize("intercept", [True, False])
def test_bounds_the_true_suboptimality(name, trouble, free, intercept):
    """Against the long-double optimum; and close to it the bound is small, so it can certify."""
    strength = STRENGTHS[name]
    for seed in range(2):
        data = Data(seed, trouble=trouble)
        factor = np.ones(5)
        factor[list(free)] = 0.0
        family = family_of(
            data.X, data.y, factor=factor, weight=data.weight, offset=data.offset, intercept=intercept, **strength
        )
        arguments = data.arguments(5, strength, factor)
        best = minimise(data.X, data.y, fit_intercept=intercept, **arguments)
        floor = best.value if best else infimum(data.X, data.y, fit_intercept=intercept, **arguments)
        coef, b = (best.coef.astype(float), float(best.intercept)) if best else (np.zeros(5), 0.0)
        finite = 0
        for w, at in points(data.rng, coef, b, 1.0 / data.X.std(0)):
            at = at if intercept else 0.0
            _, gap = judged(family, w, at)
            value = objective(data.X, data.y, at, w, **arguments)
            slack = rounding(data.X, data.y, at, w, **arguments)
            assert gap >= float(value - floor) - slack
            finite += np.isfinite(gap)
        assert finite >= 2 if best else True
        if best:
            _, gap = judged(family, coef, float(best.intercept))
            assert gap <= 1e-13 * float(best.value) or name == "tiny L2"


@pytest.mark.parametrize("name", ["L2", "L1", "elastic net"])
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("intercept", [True, False])
def test_boxes(name, box, intercept):
    """Against L-BFGS-B in split variables, which never lies below the minimum; and tight at its answer."""
    strength, (lower, upper) = STRENGTHS[name], BOXES[box]
    for seed in range(2):
        data = Data(seed)
        X, low, high = (data.X - data.X.mean(0)) / data.X.std(0), np.full(5, lower), np.full(5, upper)
        low[4], high[4] = -np.inf, np.inf  # one column without a box beside them
        family = family_of(
            X, data.y, weight=data.weight, offset=data.offset, intercept=intercept, lower=low, upper=high, **strength
        )
        arguments = data.arguments(5, strength, None)
        coef, b = boxed_optimum(X, data.y, low, high, intercept, **arguments)
        floor = objective(X, data.y, b, coef, **arguments)
        _, gap = judged(family, coef, b)
        assert gap <= 1e-7 * float(floor)
        for w, b_near in points(data.rng, coef, b, np.ones(5), (low, high)):
            b_near = b_near if intercept else 0.0
            _, gap = judged(family, w, b_near)
            value = objective(X, data.y, b_near, w, **arguments)
            assert gap >= float(value - floor) - rounding(X, data.y, b_near, w, **arguments)


@pytest.mark.parametrize("lam", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize("trouble", ["none", "mislabelled", "soft"])
def test_pure_l2_is_the_squared_gradient(lam, trouble):
    """With a solved intercept: Σ (∇F)² / (2 l2), exactly, at any coefficients."""
    for seed, far in itertools.product(range(3), (0.01, 1.0)):
        data = Data(seed, trouble=trouble)
        X, c = data.X, data.weight / data.weight.sum()
        family = family_of(X, data.y, lam=lam, weight=data.weight, offset=data.offset)
        coef = far * data.rng.normal(size=5) / X.std(0)
        b = best_intercept(LogisticLoss(), data.y, c, data.offset + X @ coef)
        _, gap = judged(family, coef, b)
        slope = lam * coef - (c * (data.y - expit(data.offset + b + X @ coef))) @ X
        assert gap == pytest.approx((slope**2).sum() / (2 * lam), rel=1e-9)


def test_an_intercept_off_its_best_costs_its_share():
    """At the optimum, b moved by t costs about h0 t²/2 in the loss; the bound sees it, within a factor of three."""
    data = Data(0)
    best = minimise(data.X, data.y, **data.arguments(5, STRENGTHS["L2"], None))
    family = family_of(data.X, data.y, weight=data.weight, offset=data.offset, **STRENGTHS["L2"])
    for t in (1e-6, 1e-4, 1e-2, 0.3):
        evidence, gap = judged(family, best.coef, float(best.intercept) + t)
        assert 0.9 * evidence.curvature[0] * t**2 / 2 <= gap <= 3 * evidence.curvature[0] * t**2 / 2


class OneScale(ElasticPenalty):
    """The same penalty with one of the two scalings only."""

    def __init__(self, every):
        self.every = every

    def feasible_scale(self, z, column, every=False):
        return super().feasible_scale(z, column, self.every)


def test_both_scalings_are_tried():
    """l1_ratio 0.999: shrinking every z below l1 may save the terms (|z| - l1)²/(2 l2), whose divisor is tiny."""
    strength, helped = STRENGTHS["nearly L1"], 0
    for seed in range(20):
        data = Data(seed)
        best = minimise(data.X, data.y, **data.arguments(5, strength, None))
        family = family_of(data.X, data.y, weight=data.weight, offset=data.offset, **strength)
        coef, b = best.coef.astype(float) * (1 + 1e-3 * data.rng.normal(size=5)), float(best.intercept)
        evidence, gap = judged(family, coef, b)
        inner, column, reach = family.design.to_conditioned(coef, b), family.columns[0], family.design.survey.reach
        plain, every = (
            duality_gap(Facts(OneScale(every), family.free, reach, True), column, *inner, evidence)
            for every in (False, True)
        )
        assert gap == min(plain, every)
        helped += every < 0.7 * plain
    assert helped >= 8


@pytest.mark.parametrize("name", STRENGTHS)
def test_finite_wherever_the_intercept_is_solved(name):
    """Penalised columns alone need no luck: any coefficients get a finite bound."""
    for seed, far in itertools.product(range(4), (0.0, 0.1, 1.0, 5.0)):
        data = Data(seed, trouble="mislabelled")
        family = family_of(data.X, data.y, weight=data.weight, offset=data.offset, **STRENGTHS[name])
        coef = far * data.rng.normal(size=5) / data.X.std(0)
        b = best_intercept(LogisticLoss(), data.y, data.weight, data.offset + data.X @ coef)
        assert np.isfinite(judged(family, coef, b)[1])


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("far", [30.0, 60.0, 300.0])
def test_saturated_rows_do_not_hide_a_free_gradient(intercept, far):
    """Two rows that only a free column tells from the others, one mislabelled, so far off that their curvature is gone.

    The loss has a slope of 1/n there that no curvature answers: at coefficient 0 the optimum lies far/n and more below.
    """
    rng = np.random.default_rng(3)
    n = 100
    X = np.column_stack([rng.normal(size=n), np.zeros(n), rng.normal(size=n)])
    X[7:9, 1] = 1.0
    y, offset = (rng.random(n) < 0.5).astype(float), np.zeros(n)
    y[7:9], offset[7:9] = (0.0, 1.0), far
    factor = np.array([1.0, 0.0, 0.0])
    family = family_of(X, y, lam=0.1, factor=factor, offset=offset, intercept=intercept)
    l1, l2 = penalty_vectors(3, 0.1, 0.0, factor)
    best = minimise(X, y, l1=l1, l2=l2, offset=offset, fit_intercept=intercept)
    for at in (0.0, -0.3 * far, -0.9 * far, float(best.coef[1])):
        coef = best.coef.astype(float)
        coef[1] = at
        _, gap = judged(family, coef, float(best.intercept))
        excess = float(objective(X, y, best.intercept, coef, l1=l1, l2=l2, offset=offset) - best.value)
        assert excess > 0.02 * far / n or abs(at) > 0.8 * far
        assert gap >= excess - 1e-15


def test_aliased_free_columns_have_a_gap():
    """An exact dependence among free columns leaves a flat direction, not an infeasible one: finite, and tight."""
    data = Data(0)
    X = np.column_stack([data.X, 2.0 * data.X[:, 0] - 1.0])
    factor = np.array([0.0, 1, 1, 1, 1, 0.0])
    family = family_of(X, data.y, lam=0.1, factor=factor, weight=data.weight, offset=data.offset)
    best = minimise(X, data.y, **data.arguments(6, dict(lam=0.1), factor))
    assert judged(family, best.coef, float(best.intercept))[1] <= 1e-13
    for t in (1e-6, 1e-3):
        w = best.coef.astype(float) + t * data.rng.normal(size=6)
        value = objective(X, data.y, best.intercept, w, **data.arguments(6, dict(lam=0.1), factor))
        gap = judged(family, w, float(best.intercept))[1]
        assert np.isfinite(gap) and gap >= float(value - best.value) - 1e-15


def test_only_columns_without_a_dual_point_go_without_a_gap(rng):
    """More free columns than a pass makes feasible: infinite, never a wrong number."""
    X = rng.normal(size=(200, 70))
    family = family_of(X, rng.integers(0, 2, 200), lam=0.0)
    assert judged(family, np.zeros(70), 0.0)[1] == np.inf
