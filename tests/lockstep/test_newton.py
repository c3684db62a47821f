"""The steps in coefficient space: each solves its own subproblem, on any panel, and never goes uphill."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from judge import minimise, objective, penalty_vectors
from lockstep.families import family_of, judged
from normball.certificates import Column, Shape
from normball.lockstep.curvature import gram_step, row_step, solve_psd, subproblem
from normball.lockstep.newton import Newton, violation
from normball.lockstep.panel import Slab, Whole
from normball.losses import LogisticLoss

INF = np.inf
KINDS = {"L2": (0.0, 0.3), "L1": (0.05, 0.0), "EN": (0.05, 0.1), "none": (0.0, 0.0)}


def column_of(p, kind, lower=-INF, upper=INF):
    l1, l2 = KINDS[kind]
    return Column(1.0, 0.5, 0, Shape(np.full(p, l1), np.full(p, l2), np.full(p, lower), np.full(p, upper)))


def model(rng, n, p, intercept=True):
    """Rows (1, x), curvatures, residuals: link as the loss gives it, and the Gram of (1, x)."""
    X, y, eta = rng.normal(size=(n, p)), rng.integers(0, 2, n).astype(float), rng.normal(size=(n, 1))
    link = LogisticLoss().link(y, eta, np.full(n, 1.0 / n), False)
    A = np.column_stack([np.full(n, float(intercept)), X])
    return X, link, A.T @ (link[1] * A), X.T @ link[0][:, 0], float(link[0].sum()) * intercept


# ---- linear algebra ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", [0, 4, 8, 150])
def test_solve_psd(rng, spread):
    """Positive definite: the solution, however unlike the units of the coordinates are."""
    units = 10.0 ** rng.uniform(-spread, spread, 6)
    B = rng.normal(size=(30, 6))
    A, g = (B * units).T @ (B * units), units * rng.normal(size=6)
    expected = np.linalg.solve(B.T @ B, g / units) / units
    np.testing.assert_allclose(solve_psd(A, g), expected, rtol=1e-10)


def test_solve_psd_on_its_range(rng):
    """Singular: a solution of the system where there is one, with nothing added along the null directions."""
    B = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 6))
    A = B.T @ B
    g = A @ rng.normal(size=6)
    x = solve_psd(A, g)
    np.testing.assert_allclose(A @ x, g, rtol=1e-9, atol=1e-10)
    assert np.linalg.norm(x) <= 20 * np.linalg.norm(np.linalg.pinv(A) @ g)
    assert not solve_psd(np.zeros((2, 2)), np.zeros(2)).any()


# ---- one step ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("box", [(-INF, INF), (-0.1, 0.2), (0.0, INF), (0.3, 0.3)])
def test_gram_step_minimises_the_model(rng, kind, intercept, box):
    """½ θᵀFθ - gᵀθ + Ω(w + d) over θ = (db, d): no coordinate, pair or random direction goes lower."""
    p, column = 5, column_of(5, kind, *box)
    _, _, F, grad, slope = model(rng, 60, p, intercept)
    coef = np.clip(rng.normal(size=p), *box)
    d, db = gram_step(F, grad, slope, column, coef, 1e-13)
    penalty = lambda v: column.l1 @ np.abs(v) + 0.5 * column.l2 @ v**2
    value = lambda d, db: 0.5 * np.append(db, d) @ F @ np.append(db, d) - grad @ d - slope * db + penalty(coef + d)
    best = value(d, db)
    assert np.all(coef + d >= box[0] - 1e-15) and np.all(coef + d <= box[1] + 1e-15)
    assert intercept or db == 0.0
    for way in [*np.eye(6), *-np.eye(6), *rng.normal(size=(40, 6))]:
        for size in (1e-5, 1e-2, 1.0):
            v = np.clip(coef + d + size * way[1:], *box)
            assert value(v - coef, db + intercept * size * way[0]) >= best - 1e-13


@pytest.mark.parametrize("kind", ["L2", "none"])
@pytest.mark.parametrize("intercept", [True, False])
def test_row_step_is_the_same_step(rng, kind, intercept):
    """By least squares on the rows, where a Gram would lose half of the digits."""
    X, link, F, grad, slope = model(rng, 60, 5, intercept)
    coef, column = rng.normal(size=5), column_of(5, kind)
    by_gram, by_rows = gram_step(F, grad, slope, column, coef, 0.0), row_step(X, link, column, coef, intercept)
    np.testing.assert_allclose(np.append(*by_rows), np.append(*by_gram), rtol=1e-10)


def test_row_step_keeps_the_digits_of_nearly_equal_columns(rng):
    """Two columns 1e-7 apart: the Gram knows their difference to 1e-2 of itself, the rows to 1e-9."""
    X, link, *_ = model(rng, 60, 2)
    X[:, 1] = X[:, 0] + 1e-7 * X[:, 1]
    A = np.column_stack([np.ones(60), X[:, 0], 1e7 * (X[:, 1] - X[:, 0])])
    b, both, apart = np.linalg.solve(A.T @ (link[1] * A), A.T @ link[0][:, 0])
    d, db = row_step(X, link, column_of(2, "none"), np.zeros(2), True)
    assert d[1] == pytest.approx(1e7 * apart, rel=1e-7)
    assert d.sum() == pytest.approx(both, rel=1e-6) and db == pytest.approx(b, rel=1e-7)


@pytest.mark.parametrize("kind", ["L1", "EN"])
@pytest.mark.parametrize("box", [(-INF, INF), (0.0, INF), (-0.05, 0.1)])
def test_subproblem_ends_where_nothing_is_violated(rng, kind, box):
    """`violation` of the quadratic's own slope, at the answer; and it sees what is wrong elsewhere."""
    p, column = 12, column_of(12, kind, *box)
    B = rng.normal(size=(20, p))
    H, g, coef = B.T @ B / 20, 0.3 * rng.normal(size=p), np.clip(rng.normal(size=p), *box)
    v = subproblem(H, g, column, coef, 1e-12)
    slope = g - H @ (v - coef)
    assert violation(column, v, slope) <= 2e-12
    assert np.count_nonzero(v) > 0 and np.any(v == 0.0)
    for j in range(p):
        moved = np.clip(v + 0.01 * np.eye(p)[j], *box)
        if moved[j] != v[j]:
            assert violation(column, moved, g - H @ (moved - coef)) > 1e-5


def test_violation_by_hand():
    """Inside, at zero, at a bound against and along the pull."""
    one = lambda w, grad, kind="L1", box=(-INF, INF): violation(
        column_of(1, kind, *box), np.array([w]), np.array([grad])
    )
    assert one(0.0, 0.05) == 0.0 and one(0.0, -0.05) == 0.0
    assert one(0.0, 0.07) == pytest.approx(0.02) and one(0.0, -0.09) == pytest.approx(0.04)
    assert one(2.0, 0.05) == 0.0 and one(2.0, 0.02) == pytest.approx(0.03) and one(-2.0, 0.05) == pytest.approx(0.1)
    assert one(2.0, 0.6, "L2") == pytest.approx(0.0) and one(2.0, 0.7, "L2") == pytest.approx(0.1)
    assert one(2.0, 9.0, "L1", (0.0, 2.0)) == 0.0 and one(2.0, -9.0, "L1", (0.0, 2.0)) == pytest.approx(9.05)
    assert one(0.0, -9.0, "L1", (0.0, 2.0)) == 0.0 and one(0.0, 9.0, "L1", (0.0, 2.0)) == pytest.approx(8.95)


# ---- panels ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("intercept", [True, False])
def test_a_slab_is_the_whole_in_columns(rng, sparse, intercept):
    """times, t_times and gram of copied columns, of all columns through the blocks, and of plain numpy."""
    n, p = 90, 7
    X = np.where(rng.random((n, p)) < 0.5, rng.normal(size=(n, p)), 0.0) * 10.0 ** rng.uniform(-3, 3, p)
    family = family_of(sp.csr_array(X) if sparse else X, np.arange(n) % 2, lam=0.1, intercept=intercept)
    design = family.design
    order = np.arange(p) if design.order is None else design.order
    A = (X[:, order] - design.survey.mean) / design.survey.scale
    d, R, h = rng.normal(size=p), rng.normal(size=(n, 2)), rng.random(n)
    some, every = np.array([5, 1]), np.arange(p)
    for j, panel in ((every, Whole(family)), (every, Slab(family, every)), (some, Slab(family, some))):
        one = np.column_stack([np.full(n, float(intercept)), A[:, j]])
        np.testing.assert_allclose(panel.times(d[: len(j)]), A[:, j] @ d[: len(j)], atol=1e-13)
        np.testing.assert_allclose(panel.t_times(R), A[:, j].T @ R, atol=1e-13)
        np.testing.assert_allclose(panel.gram(h), one.T @ (h[:, None] * one), atol=1e-12)
        assert np.array_equal(panel.j, j)


# ---- the descent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["L2", "L1", "EN"])
@pytest.mark.parametrize("start", ["zero", "near", "far"])
@pytest.mark.parametrize("whole", [False, True])
def test_every_step_goes_down_and_the_gap_is_true(rng, name, start, whole):
    """F falls at each step, from anywhere; the panel's gap bounds what is left of it."""
    strength = {"L2": dict(lam=0.05), "L1": dict(lam=0.03, l1_ratio=1.0), "EN": dict(lam=0.04, l1_ratio=0.5)}[name]
    X, y = rng.normal(size=(80, 5)), rng.integers(0, 2, 80).astype(float)
    y[X[:, 0] > 0.5] = 1.0
    family = family_of(X, y, **strength)
    l1, l2 = penalty_vectors(5, **strength)
    best = minimise(X, y, l1=l1, l2=l2)
    panel = Whole(family) if whole else Slab(family, np.arange(5))
    coef = {"zero": 0.0, "near": 0.3, "far": 20.0}[start] * rng.normal(size=5)
    one = Newton(family, panel, family.columns[0], coef, 0.0)
    for _ in range(60):
        before, w, b = one.value, one.coef.copy(), one.intercept
        one.advance(0.0, 1)
        assert one.value <= before * (1 + 1e-14)
        original = family.design.to_original(w, b)
        assert before == pytest.approx(float(objective(X, y, original[1], original[0], l1=l1, l2=l2)), rel=1e-12)
        assert one.gap >= float(before - best.value) - 1e-13 * before
        assert one.gap == pytest.approx(judged(family, *original)[1], rel=1e-6, abs=1e-15)
        if one.stuck:
            break
    assert one.value - float(best.value) <= 1e-14


@pytest.mark.parametrize("far", [40.0, 60.0])
@pytest.mark.parametrize("intercept", [True, False])
def test_saturated_rows_are_left_in_a_few_steps(far, intercept):
    """Curvature 1e-26 and a slope of 1/n: the step is 1e24 long and must be cut before halving means anything."""
    rng = np.random.default_rng(7)
    X = np.column_stack([rng.normal(size=60), np.zeros(60)])
    X[5:9, 1] = 1.0
    y, offset = rng.integers(0, 2, 60).astype(float), np.zeros(60)
    y[5:9], offset[5:9] = [0, 1, 0, 1], far
    family = family_of(X, y, lam=0.1, factor=[1.0, 0.0], offset=offset, intercept=intercept)
    l1, l2 = penalty_vectors(2, 0.1, 0.0, np.array([1.0, 0.0]))
    best = minimise(X, y, l1=l1, l2=l2, offset=offset, fit_intercept=intercept)
    one = Newton(family, Slab(family, np.arange(2)), family.columns[0], np.zeros(2), 0.0)
    one.advance(1e-12, 15)
    assert one.value == pytest.approx(float(best.value), rel=1e-10)
