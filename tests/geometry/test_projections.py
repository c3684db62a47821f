"""Projections and proxes: nearest points, firmly non-expansive, Moreau's identity; against a bisection of their own."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from normball import Ball
from normball.errors import InputError
from normball.penalties import ElasticPenalty

BALLS = {
    "l1": Ball(1.7, "l1"),
    "l2": Ball(1.7, "l2"),
    "elastic": Ball(1.7, "elastic", l1_ratio=0.4),
    "nearly l1": Ball(1.7, "elastic", l1_ratio=1.0 - 1e-9),
    "nearly l2": Ball(1.7, "elastic", l1_ratio=1e-9),
    "elastic l1": Ball(1.7, "elastic", l1_ratio=1.0),
    "tiny": Ball(1e-9, "elastic", l1_ratio=0.3),
    "large": Ball(1e6, "l1"),
}
every_ball = pytest.mark.parametrize("ball", BALLS.values(), ids=BALLS)
FACTORS = {
    "none": lambda rng, p: None,
    "factors": lambda rng, p: rng.uniform(0.2, 5.0, p),
    "free": lambda rng, p: np.r_[0.0, 0.0, rng.uniform(0.2, 5.0, p - 2)],
}
every_factor = pytest.mark.parametrize("factors", FACTORS.values(), ids=FACTORS)


def points(rng, p, count):
    """Points of very different sizes."""
    return rng.normal(size=(count, p)) * 10.0 ** rng.uniform(-2, 2, (count, 1))


def value(ball, w, factor, kind=float):
    """The norm, from its definition."""
    f = np.ones(len(w), kind) if factor is None else factor.astype(kind)
    w, a = w.astype(kind), kind(ball.ratio)
    if ball.norm == "l2":
        return np.sqrt(np.sum(f * w**2))
    return np.sum(f * (a * np.abs(w) + (1 - a) / 2 * w**2))


def inside(ball, w, factor):
    """A point of the ball in the direction of w: the norm is convex and 0 at 0."""
    return w / max(1.0, value(ball, w, factor) / ball.radius)


@every_factor
@every_ball
def test_projection_is_the_nearest_point(ball, factors, rng):
    """Feasible, and (v - Pv)ᵀ(w - Pv) <= 0 for every w of the ball: so no feasible point is nearer."""
    p = 9
    factor = factors(rng, p)
    for v in points(rng, p, 30):
        near = ball.project(v, factor)
        assert value(ball, near, factor) <= ball.radius * (1 + 4e-15)
        others = [inside(ball, w, factor) for w in points(rng, p, 20)]
        for w in [
            *others,
            *(inside(ball, near + 1e-3 * np.abs(near).max() * d, factor) for d in [*np.eye(p), *-np.eye(p)]),
        ]:
            assert (v - near) @ (w - near) <= 1e-13 * (np.abs(v) @ (np.abs(w) + np.abs(near)))
            assert np.linalg.norm(v - near) <= np.linalg.norm(v - w) * (1 + 1e-14)


@every_factor
@every_ball
def test_projection_is_idempotent_and_keeps_the_inside(ball, factors, rng):
    factor = factors(rng, 7)
    for v in points(rng, 7, 30):
        near = ball.project(v, factor)
        np.testing.assert_allclose(ball.project(near, factor), near, rtol=1e-14, atol=1e-15 * np.abs(near).max())
        w = 0.5 * inside(ball, v, factor)
        np.testing.assert_allclose(ball.project(w, factor), w, rtol=2e-16)


@every_factor
@every_ball
def test_projection_is_firmly_nonexpansive(ball, factors, rng):
    """‖Pu - Pv‖² <= (Pu - Pv)ᵀ(u - v)."""
    factor = factors(rng, 8)
    some = points(rng, 8, 12)
    for u in some:
        for v in some:
            d = ball.project(u, factor) - ball.project(v, factor)
            assert d @ d <= d @ (u - v) + 1e-14 * (u @ u + v @ v)


@pytest.mark.parametrize("norm", ["l1", "l2", "elastic"])
def test_projection_agrees_with_a_bisection_in_long_double(norm, rng):
    """u(θ) = soft(v, θ l1)/(1 + θ l2) with θ by 120 halvings: another algorithm, another precision."""
    ball = Ball(0.8, norm, 0.35 if norm == "elastic" else None)
    for v in points(rng, 40, 30):
        f = rng.uniform(0.1, 10.0, 40)
        wide, L = v.astype(np.longdouble), np.longdouble
        l1, l2 = L(ball.ratio) * f, (1 - L(ball.ratio)) * f
        budget = L(ball.radius) ** 2 / 2 if norm == "l2" else L(ball.radius)

        def at(theta, wide=wide, l1=l1, l2=l2):
            return np.sign(wide) * np.maximum(np.abs(wide) - theta * l1, 0) / (1 + theta * l2)

        low, high = L(0), L(1e9)
        for _ in range(120):
            middle = (low + high) / 2
            u = at(middle)
            over = np.sum(l1 * np.abs(u) + l2 / 2 * u**2) > budget
            low, high = (middle, high) if over else (low, middle)
        np.testing.assert_allclose(ball.project(v, f), at(high).astype(float), rtol=1e-12, atol=1e-14)


def elastic_support(z, g, t, a):
    """max zᵀw over the elastic ball: at w = (z - μag)₊/(μ(1-a)g) with the μ that spends t, by halving."""
    if not z.any():
        return 0.0
    low, high = np.longdouble(0), (z / (a * g)).max()
    for _ in range(400):
        mu = (low + high) / 2
        w = np.maximum(z - mu * a * g, 0) / (mu * (1 - a) * g)
        low, high = (mu, high) if np.sum(g * (a * w + (1 - a) / 2 * w**2)) > t else (low, mu)
    return float(z @ w)


@every_ball
@every_factor
def test_moreau_the_rest_is_the_prox_of_the_support_function(ball, factors, rng):
    """v - Pv minimises ½‖u - v‖² + σ(u), σ(u) = max over the ball of wᵀu, written out for each norm."""
    factor = factors(rng, 6)
    held = np.ones(6, bool) if factor is None else factor > 0
    f = np.ones(6) if factor is None else factor

    def support(u):
        if (u[~held] != 0).any():  # a free column is unbounded
            return np.inf
        z, g, t, a = np.abs(u[held]), f[held], ball.radius, ball.ratio
        if ball.norm == "l1" or a == 1.0:
            return t * (z / g).max()
        if ball.norm == "l2":
            return t * np.sqrt(np.sum(z**2 / g))
        return elastic_support(z.astype(np.longdouble), g, t, a)

    for v in points(rng, 6, 8):
        rest = ball.prox_support(v, factor)
        np.testing.assert_allclose(rest + ball.project(v, factor), v, rtol=1e-15, atol=1e-15 * np.abs(v).max())
        lowest = 0.5 * np.sum((rest - v) ** 2) + support(rest)
        for size in np.geomspace(1e-4, 1.0, 8) * np.abs(v).max():
            u = rest + size * rng.normal(size=6) * held
            away = 0.5 * np.sum((u - rest) ** 2)  # strongly convex
            there = 0.5 * np.sum((u - v) ** 2) + support(u)
            assert there >= lowest + away - 1e-8 * (1e-3 * ball.radius + lowest) - 1e-13 * there


@pytest.mark.parametrize("kind", ["l1", "l2", "elastic", "box"])
def test_moreau_for_the_penalties(kind, rng):
    """v = prox of sΩ at v + s·prox of Ω*/s at v/s: the second one minimises ½‖u - v/s‖² + Ω*(u)/s."""
    p, s, penalty = 7, 0.7, ElasticPenalty()
    column = SimpleNamespace(
        l1=np.where(kind == "l2", 0.0, rng.uniform(0.1, 2.0, p)),
        l2=np.where(kind == "l1", 0.0, rng.uniform(0.1, 2.0, p)),
        lower=np.full(p, -0.4 if kind == "box" else -np.inf),
        upper=np.full(p, 0.9 if kind == "box" else np.inf),
        smooth=kind == "l2",
    )

    def conjugate(u):
        w = penalty.conjugate_point(u, column)
        if np.isinf(w).any():
            return np.inf
        return np.sum(u * w - penalty.value(w, column))

    for v in rng.normal(size=(20, p)) * 4:
        rest = (v - penalty.prox(v, s, column)) / s
        if kind == "l1":
            np.testing.assert_allclose(rest, np.clip(v / s, -column.l1, column.l1), rtol=1e-14)
            rest = np.clip(rest, -column.l1, column.l1)
        lowest = 0.5 * np.sum((rest - v / s) ** 2) + conjugate(rest) / s
        for u in rest + rng.normal(size=(30, p)) * 10.0 ** rng.uniform(-4, 0, (30, 1)):
            assert 0.5 * np.sum((u - v / s) ** 2) + conjugate(u) / s >= lowest + 0.5 * np.sum((u - rest) ** 2) - 1e-12


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-8, 1e8, 1e160, 1e300])
@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_extreme_sizes(norm, size):
    """A norm scales: the projection of s·v onto the ball of radius 1 has norm 1, and the direction of the L2 norm."""
    v = size * np.array([3.0, -4.0, 0.0])
    near = Ball(1.0, norm).project(v)
    if size < 1:
        np.testing.assert_array_equal(near, v)
    else:
        np.testing.assert_allclose(near, {"l1": [0.0, -1.0, 0.0], "l2": [0.6, -0.8, 0.0]}[norm], rtol=1e-15)


def test_ties_and_zeros():
    ball = Ball(1.0, "l1")
    np.testing.assert_allclose(ball.project(np.array([2.0, 2.0, -2.0, 2.0])), [0.25, 0.25, -0.25, 0.25], rtol=1e-15)
    np.testing.assert_array_equal(ball.project(np.zeros(3)), np.zeros(3))
    np.testing.assert_array_equal(ball.project(np.zeros(0)), np.zeros(0))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.0, "l1"), "radius=0.0"),
        ((-1.0, "l1"), "radius=-1.0"),
        ((np.inf, "l2"), "lam=0"),
        ((np.nan, "l2"), "radius"),
        (("3", "l2"), "radius"),
        ((True, "l2"), "radius"),
        ((1.0, "l3"), "'l1', 'l2' or 'elastic'"),
        ((1.0, None), "norm=None"),
        ((1.0, "l1", 0.5), "l1_ratio=0.5"),
        ((1.0, "elastic", 2.0), "l1_ratio"),
    ],
)
def test_what_is_no_ball(arguments, words):
    with pytest.raises(InputError, match=words):
        Ball(*arguments)


def test_vectors_are_checked():
    ball = Ball(1.0, "l1")
    with pytest.raises(InputError, match=r"v has shape \(\)"):
        Ball(1.0, "l1").project(2.0)
    with pytest.raises(InputError, match="NaN or infinite"):
        ball.project(np.array([1.0, np.nan]))
    with pytest.raises(InputError, match="penalty_factor"):
        ball.project(np.ones(2), factor=np.ones(3))
    with pytest.raises(InputError, match="l1_ratio"):
        Ball(1.0, "elastic").project(np.ones(2))
