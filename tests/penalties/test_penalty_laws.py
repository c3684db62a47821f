"""Laws of every penalty: prox, conjugate and Fenchel–Young terms, against their definitions and against 60 digits."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest

from normball.certificates import Column, Shape
from normball.penalties import ElasticPenalty

INF = np.inf
EPS = np.finfo(float).eps
PENALTY = ElasticPenalty()

# l1, l2, lower, upper: each row is one coordinate
KINDS = {
    "L2": (0.0, 0.7, -INF, INF),
    "L1": (0.4, 0.0, -INF, INF),
    "elastic net": (0.4, 0.7, -INF, INF),
    "elastic net, nearly L1": (0.4, 4e-4, -INF, INF),
    "huge L2": (0.0, 1e8, -INF, INF),
    "tiny L2": (0.0, 1e-12, -INF, INF),
    "free": (0.0, 0.0, -INF, INF),
    "free in a box": (0.0, 0.0, -1.0, 2.0),
    "L1 in a box": (0.4, 0.0, -0.3, 0.8),
    "L2 in a box": (0.0, 0.7, -0.3, 0.8),
    "elastic net in a box": (0.4, 0.7, -0.3, 0.8),
    "L1, not negative": (0.4, 0.0, 0.0, INF),
    "elastic net, not negative": (0.4, 0.7, 0.0, INF),
    "L2, not positive": (0.0, 0.7, -INF, 0.0),
    "L1, at least 0.5": (0.4, 0.0, 0.5, INF),
    "elastic net, at most -0.5": (0.4, 0.7, -INF, -0.5),
    "box without zero": (0.4, 0.7, 0.2, 0.9),
    "fixed": (0.4, 0.7, 0.3, 0.3),
    "fixed at zero": (0.0, 0.0, 0.0, 0.0),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def column_of(*rows):
    """A Column whose coordinates are the given (l1, l2, lower, upper)."""
    l1, l2, lower, upper = np.array(rows, float).T
    return Column(1.0, 0.5, 0, Shape(l1, l2, lower, upper))


def exact_value(w, l1, l2):
    return l1 * abs(w) + l2 / 2 * w * w


def exact_conjugate(z, l1, l2, lower, upper):
    """sup over [lower, upper] of z w - Ω(w): the best of the kink, the stationary points and the finite ends."""
    if (upper == INF and l2 == 0 and z > l1) or (lower == -INF and l2 == 0 and -z > l1):
        return mp.inf
    points = [mp.mpf(v) for v in (lower, upper) if abs(v) < INF] + [mp.mpf(0)] * (lower <= 0 <= upper)
    if l2 > 0:
        points += [w for w in ((z - l1) / l2, (z + l1) / l2) if lower <= w <= upper]
    return max(z * w - exact_value(w, l1, l2) for w in points)


def inside(w, kind):
    _, _, lower, upper = KINDS[kind]
    return np.clip(w, lower, upper)


# ---- value and prox ----------------------------------------------------------------------------------------


@every_kind
def test_value_is_the_definition(kind):
    l1, l2, *_ = KINDS[kind]
    w = np.unique(inside(np.array([-3.0, -0.3, -1e-200, 0.0, 1e-9, 0.7, 40.0]), kind))
    column = column_of(*[KINDS[kind]] * len(w))
    values = [exact_value(v, l1, l2) for v in w]
    np.testing.assert_allclose(PENALTY.value(w, column), values, rtol=1e-15, atol=0)
    assert PENALTY.total(w, column) == pytest.approx(np.sum(values), rel=1e-15)


@every_kind
@pytest.mark.parametrize("step", [1e-6, 0.3, 20.0])
def test_prox_minimises(kind, step, rng):
    """½(u - v)² + s Ω(u) is 1-strongly convex: F(w) >= F(u*) + ½ (w - u*)² for every w in the box."""
    l1, l2, *_ = KINDS[kind]
    for v in [0.0, *rng.normal(size=6), *(30.0 * rng.normal(size=3)), step * l1, -step * l1]:
        F = lambda u, v=v: 0.5 * (u - v) ** 2 + step * exact_value(u, l1, l2)
        best = PENALTY.prox(np.array([v]), step, column_of(KINDS[kind]))[0]
        assert best == inside(best, kind)
        for size, sign in itertools.product(np.geomspace(1e-6, 50.0, 30), (-1.0, 1.0)):
            w = inside(best + sign * size, kind)
            # the two sides are differences of F: what rounding makes of them
            assert F(w) - F(best) >= 0.5 * (w - best) ** 2 * (1 - 1e-9) - 8 * EPS * (F(best) + abs(v * (w - best)))


@every_kind
def test_prox_meets_the_conjugate(kind, rng):
    """Moreau: with u = prox(v), z = (v - u)/s lies in ∂Ω(u); where Ω is strongly convex, u is the maximiser for z."""
    row = l1, l2, lower, upper = KINDS[kind]
    for v, step in itertools.product([0.0, *(3.0 * rng.normal(size=8))], [0.05, 0.6, 4.0]):
        column = column_of(row)
        (u,) = PENALTY.prox(np.array([v]), step, column)
        z = (v - u) / step
        blur = 4 * EPS * (1.0 + l2) * (abs(v) + abs(u)) / step  # of z, and of l2 u
        if l2 > 0.0:
            (best,) = PENALTY.conjugate_point(np.array([z]), column)
            assert abs(best - u) <= (blur + EPS * abs(z)) / l2
        low, high = (l1 * (np.sign(u) if u else s) + l2 * u for s in (-1.0, 1.0))
        assert z >= low - blur or u == lower
        assert z <= high + blur or u == upper


def test_moreau_without_a_box(rng):
    """prox_s(v) + s · prox of the conjugate = v, the conjugate's prox in closed form for L1, L2 and elastic net."""
    v, step, l1, l2 = 4.0 * rng.normal(size=50), 0.6, 0.4, 0.7
    at = v / step
    clip = np.clip(at, -l1, l1)
    dual = {
        "L2": at / (1.0 + 1.0 / (step * l2)),  # Ω* = z²/(2 l2), prox with step 1/s
        "L1": clip,  # the projection on |z| <= l1
        "elastic net": clip + (at - clip) / (1.0 + 1.0 / (step * l2)),
    }
    for kind, found in dual.items():
        column = column_of(*[KINDS[kind]] * 50)
        np.testing.assert_allclose(PENALTY.prox(v, step, column) + step * found, v, atol=1e-14)


# ---- conjugate ---------------------------------------------------------------------------------------------


@every_kind
def test_conjugate_point_maximises(kind, rng):
    """z w - Ω(w) at the point is the supremum; ±inf exactly where that is infinite."""
    row = KINDS[kind]
    for z in [0.0, row[0], -row[0], 1e-9, -1e-9, *rng.normal(size=20), 1e3, -1e3]:
        (point,) = PENALTY.conjugate_point(np.array([z]), column_of(row))
        supremum = exact_conjugate(mp.mpf(z), *row)
        if np.isinf(point):
            assert mp.isinf(supremum) and np.sign(point) == np.sign(z)
        else:
            assert point == inside(point, kind)
            with mp.workdps(60):
                w = mp.mpf(point)
                assert abs(mp.mpf(z) * w - exact_value(w, *map(mp.mpf, row[:2])) - supremum) <= 1e-14 * (
                    1 + abs(supremum)
                )


@every_kind
def test_fenchel_young_is_the_brute_force_gap(kind, rng):
    """Ω(w) + Ω*(z) - z w, with Ω*(z) the maximum of z v - Ω(v) over a fine grid of the box."""
    l1, l2, lower, upper = row = KINDS[kind]
    ends = np.clip([-40.0, 40.0], lower, upper)
    grid = np.unique(np.concatenate([np.linspace(*ends, 80_001), inside(np.zeros(1), kind)]))
    payoff = exact_value(grid, l1, l2)
    step = np.diff(grid).max(initial=0.0)
    for w, z in [*itertools.product(inside(np.array([-2.0, -0.1, 0.0, 0.3, 1.7]), kind), rng.normal(size=6))]:
        (found,) = PENALTY.fenchel_young(np.array([w]), np.array([z]), column_of(row))
        brute = exact_value(w, l1, l2) + (z * grid - payoff).max() - z * w
        best = PENALTY.conjugate_point(np.array([z]), column_of(row))[0]
        if np.isinf(best):
            assert found == INF
        elif abs(best) <= 40.0:
            blur = 1e-12 * (1.0 + exact_value(w, l1, l2))
            assert brute - blur <= found <= brute + l2 * step**2 + blur


def near(x):
    """x and its neighbourhood: exact, a few ulps off, 1e-12 … 1e-3 off, and far."""
    offsets = [0.0, *(s * d for d in (4e-16, 1e-12, 1e-9, 1e-6, 1e-3, 0.5) for s in (1.0, -1.0))]
    return [x + d * max(1.0, abs(x)) for d in offsets]


@every_kind
def test_fenchel_young_does_not_cancel(kind):
    """Against 60 digits, close to z ∈ ∂Ω(w), where the terms are many orders larger than their sum.

    Rounding leaves ε(|z| + l1 + l2|w|)·|w - w*|; a form that cancels would leave ε|zw|.
    """
    l1, l2, lower, upper = row = KINDS[kind]
    starts = inside(np.array([-1.3, -1e-7, 0.0, 1e-7, 0.25, 0.8, 2.1]), kind)
    with mp.workdps(60):
        for start in starts:
            for w in np.unique(inside(np.array(near(start)), kind)):
                prices = {s * l1 + l2 * start for s in ((-1.0, 1.0, 0.0) if start == 0 else (np.sign(start),))}
                for z in itertools.chain.from_iterable(map(near, prices)):
                    (found,) = PENALTY.fenchel_young(np.array([w]), np.array([z]), column_of(row))
                    e_w, e_z, *e_row = (mp.mpf(float(v)) for v in (w, z, l1, l2))
                    supremum = exact_conjugate(e_z, *e_row, lower, upper)
                    if mp.isinf(supremum):
                        assert found == INF
                        continue
                    truth = exact_value(e_w, *e_row) + supremum - e_z * e_w
                    (best,) = PENALTY.conjugate_point(np.array([z]), column_of(row))
                    size = EPS * (abs(z) + l1 + l2 * abs(w))
                    assert found >= 0.0
                    assert abs(mp.mpf(found) - truth) <= 8 * size * abs(w - best) + (8 * size**2 / l2 if l2 > 0 else 0)


@every_kind
def test_fenchel_young_is_zero_on_the_subdifferential(kind):
    """At z ∈ ∂Ω(w), bounds included: exactly 0 where z = l1 sign w (+ l2 w) is free of rounding."""
    l1, l2, lower, upper = row = KINDS[kind]
    column = column_of(row)
    for w in np.unique(inside(np.array([-2.0, -0.25, 0.0, 0.25, 0.5, 2.0]), kind)):
        low, high = (l1 * (np.sign(w) if w else s) + l2 * w for s in (-1.0, 1.0))
        prices = {low, high, 0.5 * (low + high)}
        prices |= {high + 1.0, high + 1e3} if w == upper else set()  # ∂Ω reaches to infinity at a bound
        prices |= {low - 1.0, low - 1e3} if w == lower else set()
        for z in prices:
            (found,) = PENALTY.fenchel_young(np.array([w]), np.array([z]), column)
            assert 0.0 <= found <= (EPS * (abs(z) + l1)) ** 2 / max(l2, 1e-300) if l2 > 0 else found == 0.0


# ---- the dual scaling --------------------------------------------------------------------------------------


def test_feasible_scale_is_the_largest(rng):
    """At s the Fenchel–Young terms are finite, a little above it they are not; 1 is never exceeded."""
    for _ in range(300):
        rows = [list(KINDS.values())[k] for k in rng.integers(0, len(KINDS), 12)]
        rows = [row for row in rows if row != KINDS["free"]]  # made feasible by other means
        column = column_of(*rows)
        z = rng.normal(size=len(rows)) * 10.0 ** rng.uniform(-2, 4)
        s = PENALTY.feasible_scale(z, column)
        w = np.clip(np.zeros(len(rows)), column.lower, column.upper)
        assert 0.0 < s <= 1.0
        assert np.isfinite(PENALTY.fenchel_young(w, s * z, column)).all()
        if s < 1.0:
            assert np.isinf(PENALTY.fenchel_young(w, s * (1 + 4 * EPS) * z, column)).any()


def test_feasible_scale_survives_rounding(rng):
    """l1/|z|·|z| may round above l1, where Ω* is infinite: not so with the scale given."""
    column = column_of(KINDS["L1"])
    for z in KINDS["L1"][0] * (1.0 + rng.exponential(size=3000) * 10.0 ** rng.integers(-16, 4, 3000)):
        z = np.array([z])
        assert np.isfinite(PENALTY.fenchel_young(np.array([0.3]), PENALTY.feasible_scale(z, column) * z, column)).all()


def test_every_scale_empties_all_l1_columns(rng):
    """With `every`, columns with an L2 part shrink below their l1 too, so that Ω* is 0 on all of them."""
    column = column_of(KINDS["elastic net, nearly L1"], KINDS["L1"], KINDS["L2"], KINDS["elastic net in a box"])
    z = np.array([0.9, 0.5, 7.0, -30.0])
    assert PENALTY.feasible_scale(z, column) == pytest.approx(0.4 / 0.5, rel=1e-15)
    assert PENALTY.feasible_scale(z, column, every=True) == pytest.approx(0.4 / 0.9, rel=1e-15)
    for nothing in (0.0, 1e-310):
        assert PENALTY.feasible_scale(np.full(4, nothing), column, every=True) == 1.0


def test_a_bound_against_the_pull_needs_no_scaling():
    """w >= 0 and z far below -l1: the maximiser is 0, so s = 1 (else no fit at its bound would ever be certified)."""
    column = column_of(KINDS["L1, not negative"])
    assert PENALTY.feasible_scale(np.array([-50.0]), column) == 1.0
    assert PENALTY.feasible_scale(np.array([50.0]), column) == pytest.approx(0.4 / 50.0, rel=1e-15)


# ---- shapes ------------------------------------------------------------------------------------------------


def test_many_columns_are_judged_as_one_by_one(rng):
    """(p, C) arguments share the vectors of the Column."""
    column = column_of(*KINDS.values())
    w = np.clip(rng.normal(size=(len(KINDS), 4)), column.lower[:, None], column.upper[:, None])
    z = rng.normal(size=w.shape)
    for f in (
        lambda w, z: PENALTY.value(w, column),
        lambda w, z: PENALTY.prox(z, 0.3, column),
        lambda w, z: PENALTY.conjugate_point(z, column),
        lambda w, z: PENALTY.fenchel_young(w, z, column),
    ):
        assert np.array_equal(f(w, z), np.column_stack([f(w[:, k], z[:, k]) for k in range(4)]))
    smooth = column_of(KINDS["L2"], KINDS["huge L2"], KINDS["tiny L2"])
    one_by_one = np.column_stack([PENALTY.fenchel_young(w[:3, k], z[:3, k], smooth) for k in range(4)])
    assert np.array_equal(PENALTY.fenchel_young(w[:3], z[:3], smooth), one_by_one)
