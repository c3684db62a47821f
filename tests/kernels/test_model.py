"""The model of a column against its formulas, its step against optimality conditions, its gap by definition."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from normball.certificates.gap import Facts, duality_gap
from normball.certificates.problem import Column, Shape
from normball.kernels.model import column_gap, column_gaps, column_step, mix_curvature
from normball.penalties import ElasticPenalty

FLOOR = 1e-14  # of a gap: sums of a few numbers of size 1 are rounded


def curvatures(rng, K, P, intercept=True):
    """K Grams of different weights, the intercept first, and three pairs of another one."""
    X = rng.normal(size=(5 * P, P)) + 0.5
    X[:, 0] = 1.0 if intercept else 0.0
    F = np.array([(X * rng.random((5 * P, 1))).T @ X for _ in range(K)]) / len(X)
    F = 0.5 * (F + F.transpose(0, 2, 1))
    S = rng.normal(size=(3, P))
    return rng.random(K), F, S, S @ (0.3 * (X.T @ X) / len(X))


def mixed(coef, F, S, Y, pairs):
    """B by the formulas of the docstring."""
    B = np.einsum("k,kij->ij", coef, F)
    for s, y in zip(S[:pairs], Y[:pairs], strict=True):
        Bs = B @ s
        if y @ s > 1e-3 * (s @ Bs) > 0.0:
            B = B - np.outer(Bs, Bs) / (s @ Bs) + np.outer(y, y) / (y @ s)
    return B


@pytest.mark.parametrize("K", [1, 2, 4])
@pytest.mark.parametrize("pairs", [0, 1, 2, 3])
@pytest.mark.parametrize("P", [2, 3, 9, 40])
def test_mixture_with_pairs_and_without_intercept(K, pairs, P, rng):
    coef, F, S, Y = curvatures(rng, K, P)
    H = np.full((P - 1, P - 1), np.nan)
    h0, hb = mix_curvature(coef, F, S, Y, pairs, H)
    B = mixed(coef, F, S, Y, pairs)
    size = np.abs(B).max()
    np.testing.assert_allclose(h0, B[0, 0], rtol=1e-11)
    np.testing.assert_allclose(hb, B[1:, 0], rtol=0, atol=1e-11 * size)
    np.testing.assert_allclose(H, B[1:, 1:] - np.outer(B[1:, 0], B[1:, 0]) / B[0, 0], rtol=0, atol=1e-11 * size)


def test_secant_equation_holds_and_bad_pairs_are_left_out(rng):
    """B s = y of the last pair in use; y of negative, vanishing or missing curvature changes nothing."""
    coef, F, S, Y = curvatures(rng, 2, 8, intercept=False)
    H, without = np.empty((7, 7)), np.empty((7, 7))
    h0, hb = mix_curvature(coef, F, S, Y, 3, H)
    assert h0 == 0.0 and not hb.any()
    np.testing.assert_allclose(H @ S[2, 1:], Y[2, 1:], rtol=1e-10, atol=1e-12)
    mix_curvature(coef, F, S, Y, 2, without)
    curve = S[2, 1:] @ without @ S[2, 1:]
    for wrong in (-Y[2], 0.0 * Y[2], 0.9e-3 * curve / (Y[2] @ S[2]) * Y[2]):
        mix_curvature(coef, F, S, np.array([*Y[:2], wrong]), 3, H)
        np.testing.assert_array_equal(H, without)
    mix_curvature(coef, F, np.array([*S[:2], 0.0 * S[2]]), Y, 3, H)
    np.testing.assert_array_equal(H, without)


def step(rng, p, l1, l2, lower, upper, intercept=True, pairs=2):
    """A step from a random point; what it returned, the joint move, B, minus the gradient, w, v."""
    coef, F, S, Y = curvatures(rng, 3, p + 1, intercept)
    slope, grad = (rng.normal() if intercept else 0.0), rng.normal(size=p)
    w = np.clip(rng.normal(size=p), lower, upper)
    v = w.copy()
    answer = column_step(coef, F, S, Y, pairs, grad, slope, l1, l2, lower, upper, w, 1e-12, 200, v)
    return answer, np.concatenate([[answer[0]], v - w]), mixed(coef, F, S, Y, pairs), np.array([slope, *grad]), w, v


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("p", [1, 5, 60])
def test_smooth_step_solves_the_linear_system(p, intercept, rng):
    """(B + diag(l2)) d = g - l2 w, intercept and all."""
    l2, wide = rng.random(p) + 0.01, np.full(p, np.inf)
    (db, decrease, kkt), move, B, g, w, _ = step(rng, p, np.zeros(p), l2, -wide, wide, intercept)
    A = B + np.diag([0.0, *l2])
    A[0, 0] += not intercept
    truth = np.linalg.solve(A, g - np.array([0.0, *(l2 * w)]))
    np.testing.assert_allclose(move, truth, rtol=1e-8, atol=1e-10 * np.abs(truth).max())
    assert kkt <= 1e-11 and (intercept or db == 0.0)
    np.testing.assert_allclose(decrease, 0.5 * truth @ A @ truth, rtol=1e-9)


@pytest.mark.parametrize("p", [1, 4, 30])
@pytest.mark.parametrize("seed", range(5))
def test_step_is_optimal_and_its_decrease_is_true(p, seed):
    """L1, L2, free columns and boxes together: subgradients contain 0; the decrease is a difference of objectives."""
    rng = np.random.default_rng(seed)
    l1, l2 = 0.5 * rng.random(p) * (rng.random(p) < 0.7), rng.random(p) * (rng.random(p) < 0.5)
    lower = np.where(rng.random(p) < 0.3, -0.2, -np.inf)
    upper = np.where(rng.random(p) < 0.3, 0.1, np.inf)
    (_, decrease, kkt), move, B, g, w, v = step(rng, p, l1, l2, lower, upper)
    left = g - B @ move
    pull = left[1:] - l2 * v
    assert abs(left[0]) < 1e-10 and kkt < 1e-9 and (v >= lower).all() and (v <= upper).all()
    up, down = np.where(v >= 0, pull - l1, pull + l1), np.where(v <= 0, pull + l1, pull - l1)
    assert (up[v < upper] <= 1e-9).all() and (down[v > lower] >= -1e-9).all()

    def omega(u):
        return l1 @ np.abs(u) + 0.5 * l2 @ (u * u)

    truth = g @ move - 0.5 * move @ B @ move - omega(v) + omega(w)
    np.testing.assert_allclose(decrease, truth, rtol=1e-10, atol=1e-12)
    assert decrease >= 0.0


def shape(rng, p):
    """L1, L2, both and neither; boxes of one side and two, touching 0 and away from it."""
    l1, l2 = rng.random(p) * (rng.random(p) < 0.6), rng.random(p) * (rng.random(p) < 0.6)
    lower = np.where(rng.random(p) < 0.3, -rng.random(p) * (rng.random(p) < 0.8), -np.inf)
    upper = np.where(rng.random(p) < 0.3, rng.random(p) * (rng.random(p) < 0.8), np.inf)
    away = rng.random(p) < 0.05
    return Shape(l1, l2, np.where(away, 0.2, lower), np.where(away, rng.choice([0.9, np.inf], p), upper))


def candidate(rng, column):
    """w in the box, or 0 wherever that is; z of all sizes, some on the very edge of l1, 0 where the column is free."""
    p = len(column.l1)
    w = rng.normal(size=p) * (rng.random(p) < 0.6)
    w = np.clip(w, column.lower, column.upper) if rng.random() < 0.8 else 0.0 * w
    z = rng.normal(size=p) * rng.choice([0.1, 1.0, 3.0])
    z = np.where(rng.random(p) < 0.2, column.l1 * np.sign(z), z)
    return w, np.where(column.free, 0.0, z)


def defined(column, w, z, free, spread, shift, tail):
    """certificates/gap.py on the same numbers."""
    evidence: Any = SimpleNamespace(
        shift=np.array([shift]), grad_b=np.zeros(1), grad=z[:, None], spread=np.array([spread]), tail=np.array([tail])
    )
    facts = Facts(ElasticPenalty(), np.flatnonzero(free), np.ones(len(w)), True)
    return duality_gap(facts, column, w, 0.0, evidence)


@pytest.mark.parametrize("seed", range(4))
def test_gap_equals_its_definition(seed):
    rng, infinite = np.random.default_rng(seed), 0
    for _ in range(400):
        column = Column(rng.choice([0.3, 1.0]), 0.5, 0, shape(rng, int(rng.integers(1, 7))))
        w, z = candidate(rng, column)
        spread, shift, tail = rng.random(3) * (rng.random(3) < 0.7)
        truth = defined(column, w, z, column.free, spread, shift, tail)
        vectors = column.l1, column.l2, column.lower, column.upper
        gap = column_gap(z, w, *vectors, ~column.free, spread, shift, tail, 0.0)
        np.testing.assert_allclose(gap, truth, rtol=1e-12, atol=FLOOR)
        leaking = column_gap(z, w, *vectors, ~column.free, spread, shift, tail, 0.25)
        np.testing.assert_allclose(leaking, truth + 0.25, rtol=1e-12, atol=FLOOR)
        infinite += np.isinf(truth)
    assert infinite < 300


@pytest.mark.parametrize("order", ["sorted", "mixed"])
@pytest.mark.parametrize("C", [1, 2, 23])
def test_gaps_of_many_columns_equal_their_definitions(C, order, rng):
    """Shapes that differ, λ = 0 among the λ; Ω as well."""
    penalty = ElasticPenalty()
    for _ in range(30):
        p = int(rng.integers(1, 9))
        shapes = [shape(rng, p) for _ in range(3)]
        place = rng.integers(0, 3, C)
        place = np.sort(place) if order == "sorted" else place
        columns = [Column(lam, 0.5, 0, shapes[s]) for lam, s in zip(rng.choice([0.0, 0.1, 1.0], C), place, strict=True)]
        free = np.any([c.free for c in columns], axis=0)
        W, Z = np.empty((p, C)), np.empty((p, C))
        for k, column in enumerate(columns):
            W[:, k], Z[:, k] = candidate(rng, column)
        Z[free] = 0.0
        sums = rng.random((4, C)) * (rng.random((4, C)) < 0.7)
        vectors = [np.stack([getattr(s, name) for s in shapes]) for name in ("l1", "l2", "lower", "upper")]
        gaps, omega = np.full(C, np.nan), np.full(C, np.nan)
        column_gaps(Z, W, np.array([c.lam for c in columns]), place, *vectors, ~free, sums, gaps, omega)
        for k, column in enumerate(columns):
            truth = defined(column, W[:, k], Z[:, k], free, *sums[:3, k]) + sums[3, k]
            np.testing.assert_allclose(gaps[k], truth, rtol=1e-12, atol=FLOOR)
            np.testing.assert_allclose(omega[k], penalty.total(W[:, k], column), rtol=1e-12)


def both_gaps(z, w, l1, l2, lower, upper, sums):
    """From the kernel of one column and from that of many, λ = 1."""
    gaps, omega, held = np.empty(1), np.empty(1), np.ones(len(z), bool)
    one = column_gap(z, w, l1, l2, lower, upper, held, *sums)
    vectors = [v[None, :] for v in (l1, l2, lower, upper)]
    column_gaps(
        z[:, None], w[:, None], np.ones(1), np.zeros(1, np.int64), *vectors, held, np.array(sums)[:, None], gaps, omega
    )
    return one, gaps[0]


@pytest.mark.parametrize("bounds", [(-np.inf, np.inf), (0.0, np.inf), (-np.inf, 0.0), (0.0, 1.0), (0.0, 0.0)], ids=str)
@pytest.mark.parametrize("l1", [0.0, 1.0])
@pytest.mark.parametrize("l2", [0.0, 1.0])
def test_what_is_no_number_proves_nothing(bounds, l1, l2):
    """NaN in the gradient, the coefficients or a sum: infinite, at a bound too; without it a finite gap."""
    vectors = [np.full(3, v) for v in (l1, l2, *bounds)]
    z, w, sums = np.zeros(3), np.zeros(3), [0.1, 0.1, 0.1, 0.1]
    assert np.isfinite(both_gaps(z, w, *vectors, sums)).all()
    for j in range(3):
        poisoned = z.copy()
        poisoned[j] = np.nan
        assert np.isinf(both_gaps(poisoned, w, *vectors, sums)).all()
        assert np.isinf(both_gaps(z, poisoned, *vectors, sums)).all()
    for k in range(4):
        wrong = sums.copy()
        wrong[k] = np.nan
        assert np.isinf(both_gaps(z, w, *vectors, wrong)).all()


def test_without_a_penalty_an_open_column_must_have_no_gradient(rng):
    """At λ = 0 nothing scales the dual point; the definition says infinite, and 0 costs nothing."""
    shapes, held = Shape(np.ones(2), np.zeros(2), np.full(2, -np.inf), np.full(2, np.inf)), np.ones(2, bool)
    column, w, lam = Column(0.0, 1.0, 0, shapes), rng.normal(size=(2, 1)), np.zeros(1)
    vectors = [v[None, :] for v in (shapes.l1, shapes.l2, shapes.lower, shapes.upper)]
    for z in (0.0, 1e-9, 1.0):
        gaps, omega, Z = np.empty(1), np.empty(1), np.full((2, 1), z)
        column_gaps(Z, w, lam, np.zeros(1, np.int64), *vectors, held, np.zeros((4, 1)), gaps, omega)
        truth = defined(column, w[:, 0], Z[:, 0], ~held, 0.0, 0.0, 0.0)
        assert gaps[0] == truth == (np.inf if z else 0.0) and omega[0] == 0.0


def test_rounding_never_hides_a_feasible_point(rng):
    """The scaled gradient stays inside l1 whatever the digits are; outside, the gap of L1 would be infinite."""
    p, wide = 40, np.full(40, np.inf)
    for _ in range(3000):
        l1, z, w = rng.random(p) + 0.1, 5.0 * rng.normal(size=p), rng.normal(size=p)
        assert np.isfinite(both_gaps(z, w, l1, np.zeros(p), -wide, wide, [0.1, 0.0, 0.0, 0.0])).all()
