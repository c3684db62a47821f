"""The certificate of the constraint form: valid against long-double optima, at the answer and anywhere in the ball."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from judge import column_sds, minimise, objective, penalty_vectors, rounding
from normball import Ball
from normball.certificates.ball import ball_gap, steepest
from normball.certificates.gap import facts_of
from normball.errors import ConvergenceWarning, InputError
from normball.geometry.visits import Visits
from normball.lockstep.null import best_intercept
from normball.losses import LogisticLoss
from normball.runtime import Watch
from normball.tasks import read_task
from problems import random_problem

NORMS = {"l1": 1.0, "l2": 0.0, "elastic": 0.4}


def omega(problem, coef, ratio):
    scale = column_sds(problem.X, problem.weight) if problem.standardize else None
    l1, l2 = penalty_vectors(problem.shape[1], 1.0, ratio, problem.factor, scale)
    w = np.abs(np.asarray(coef).astype(np.longdouble))
    return np.sum(l1 * w + l2 / 2 * w**2), l1, l2


def least_loss(problem, ratio, lam, budget):
    """A lower and an upper bound of min {L : Ω <= budget} from the long-double minimiser at λ: L* >= F*(λ) - λT."""
    _, l1, l2 = omega(problem, np.zeros(problem.shape[1]), ratio)
    more = dict(weight=problem.weight, offset=problem.offset)
    best = minimise(problem.X, problem.y, l1=lam * l1, l2=lam * l2, fit_intercept=problem.fit_intercept, **more)
    if best is None:
        return None
    cost = omega(problem, best.coef, ratio)[0]
    low = best.value - lam * min(budget, cost) if lam == 0 else best.value - lam * budget
    high = np.inf
    if cost <= budget * (1 + 1e-15):
        high = objective(problem.X, problem.y, best.intercept, best.coef, l1=0 * l1, l2=0 * l2, **more)
    return low, high


def problems(count, norm, start=7000):
    """Seeded problems of every kind with a radius: a part of what the fit at the problem's λ spends, or more."""
    found, seed = [], start
    while len(found) < count:
        problem = random_problem(seed, max_rows=60, max_columns=12)
        seed += 1
        arguments = {k: v for k, v in problem.solve_arguments.items() if k not in ("lam", "l1_ratio")}
        try:
            fit = normball.solve(problem.X, problem.y, lam=problem.lam or 1e-3, l1_ratio=NORMS[norm], **arguments)
        except (InputError, ConvergenceWarning):
            continue
        budget = float(omega(problem, fit.coef, NORMS[norm])[0]) * [0.1, 0.7, 1.0, 1.5][seed % 4]
        if budget > 1e-6:
            radius = np.sqrt(2 * budget) if norm == "l2" else budget
            found.append((problem, arguments, Ball(radius, norm, 0.4 if norm == "elastic" else None)))
    return found


@pytest.mark.parametrize("norm", NORMS)
def test_the_certificate_brackets_the_long_double_optimum(norm):
    """loss - gap <= L* <= loss, L* from the judge at the λ of the answer (any λ bounds L* from below)."""
    sharp = 0
    for problem, arguments, ball in problems(24, norm):
        found = normball.solve(problem.X, problem.y, ball=ball, **arguments)
        assert found.certificate.status == "certified", problem.seed
        bounds = least_loss(problem, NORMS[norm], found.lam, ball.budget)
        if bounds is None:
            assert found.lam == 0.0
            continue
        low, high = bounds
        _, l1, l2 = omega(problem, found.coef, NORMS[norm])
        more = dict(l1=0 * l1, l2=0 * l2, weight=problem.weight, offset=problem.offset)
        loss = objective(problem.X, problem.y, found.intercept, found.coef, **more)
        blur = rounding(problem.X, problem.y, found.intercept, found.coef, **more)
        assert found.certificate.objective == pytest.approx(float(loss), rel=1e-12, abs=blur), problem.seed
        assert loss >= low - blur, problem.seed
        assert loss - found.certificate.gap <= high + blur, problem.seed
        assert loss - low <= 1e-8 * found.certificate.null_loss + blur, problem.seed  # tol is kept
        sharp += np.isfinite(high)
    assert sharp > 3


def task_factor(problem):
    return np.ones(problem.shape[1]) if problem.factor is None else np.asarray(problem.factor)


def intercept_of(task, w):
    """The best intercept beside w: without it the residuals may be too far from Σ c r = 0 to be mended."""
    design = task.design
    if not design.intercept:
        return 0.0
    eta = np.asarray(design.columns(np.arange(design.p)) @ w) + design.offset
    return best_intercept(LogisticLoss(), design.y, design.weight / task.total, eta)


@pytest.mark.parametrize("norm", NORMS)
def test_the_gap_is_valid_anywhere_in_the_ball(norm, rng):
    """At random feasible points, near the optimum and far: gap >= L - L*; and it falls with the distance."""
    for problem, arguments, ball in problems(12, norm, 7500):
        if (task_factor(problem) == 0).any():
            continue
        ball = ball.mixed(0.4 if norm == "elastic" else 0.0)
        task = read_task(problem.X, problem.y, **arguments)
        visits = Visits(task, ball.ratio, Watch())
        best = normball.solve(problem.X, problem.y, ball=ball, tol=1e-13, **arguments)
        facts, low = facts_of(visits.family), best.certificate.objective - best.certificate.gap
        w = task.design.to_conditioned(best.coef, best.intercept)[0]
        held = (visits.one.l1 > 0) | (visits.one.l2 > 0)
        gaps = []
        for size in np.repeat([1e-8, 1e-4, 1e-2, 0.3, 1.0], 4):
            near = np.where(held, w + size * rng.normal(size=len(w)) * np.abs(w).max(), w)
            linear, square = visits.parts(near)
            if linear + square > ball.budget:
                near[held] *= 2 * ball.budget / (linear + np.sqrt(linear**2 + 4 * square * ball.budget)) * (1 - 1e-15)
            b = intercept_of(task, near)
            evidence = visits.judge(near, b)
            gap = ball_gap(facts, visits.one.at(best.lam), ball.budget, near, b, evidence)
            gaps.append(gap)
            assert gap >= float(evidence.loss[0]) - low - best.certificate.gap - 1e-14, problem.seed
        assert np.isfinite(gaps).all() and np.median(gaps[:4]) < 1e-3 * np.median(gaps[-4:]), problem.seed


@pytest.mark.parametrize("norm", NORMS)
def test_the_bound_is_finite_where_the_penalty_s_own_is_not(norm):
    """Separated data: for any point of any ball, whatever multiplier is tried first."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 4))
    y = (X[:, 0] > 0).astype(int)
    task = read_task(X, y)
    visits = Visits(task, NORMS[norm], Watch())
    for t in np.geomspace(1e-3, 1e3, 13):
        w = rng.normal(size=4)
        linear, square = visits.parts(w)
        w *= 2 * t / (linear + np.sqrt(linear**2 + 4 * square * t)) * (1 - 1e-15)
        b = intercept_of(task, w)
        assert np.isfinite(ball_gap(facts_of(visits.family), visits.one, t, w, b, visits.judge(w, b)))


@pytest.mark.parametrize("ratio", [0.0, 1e-6, 0.3, 0.9, 1.0])
def test_the_steepest_multiplier_minimises_the_dual_norm(ratio, rng):
    """μT + Σ (μΩ_j)*(z_j) at the μ of `steepest` is not above its value at 2000 other μ."""
    task = read_task(rng.normal(size=(20, 5)), rng.integers(0, 2, 20), penalty_factor=rng.uniform(0.3, 3.0, 5))
    visits = Visits(task, ratio, Watch())
    l1, l2, held = visits.one.l1, visits.one.l2, np.ones(5, bool)

    def cost(mu, z, budget):
        over = np.maximum(np.abs(z) - mu * l1, 0.0)
        return np.inf if ratio == 1.0 and over.any() else mu * budget + np.sum(over**2 / (2 * mu * l2 + (ratio == 1.0)))

    for budget in (1e-3, 0.5, 40.0):
        z = rng.normal(size=5)
        best = steepest(visits.one, z, held, budget)
        lowest = cost(best, z, budget)
        assert all(cost(mu, z, budget) >= lowest * (1 - 1e-10) for mu in best * np.geomspace(1e-4, 1e4, 2000))


def test_many_free_columns_take_the_newton_certificate():
    """More free columns than are made exactly feasible (64): the bound is that of one Hessian."""
    rng = np.random.default_rng(8)
    X = rng.normal(size=(900, 72))
    y = (X @ rng.normal(size=72) / 8 + rng.logistic(size=900) > 0).astype(int)
    factor = np.r_[np.zeros(68), np.ones(4)]
    found = normball.solve(X, y, ball=Ball(0.05, "l1"), penalty_factor=factor)
    assert found.certificate.status == "certified" and found.active
    assert np.abs(found.coef[68:]).sum() == pytest.approx(0.05, rel=1e-12)
    l1, l2 = penalty_vectors(72, found.lam, 1.0, factor)
    best = minimise(X, y, l1=l1, l2=l2)
    assert best is not None
    loss = objective(X, y, found.intercept, found.coef, l1=0 * l1, l2=l2)
    assert 0 <= loss - (best.value - found.lam * 0.05) + 1e-15 <= found.certificate.gap + 2e-15


def test_free_columns_that_separate_are_named():
    """A ball around other columns does not help: no minimiser exists, and the direction is given."""
    rng = np.random.default_rng(9)
    X = rng.normal(size=(40, 3))
    y = (X[:, 0] > 0).astype(int)
    with pytest.warns(ConvergenceWarning, match="No minimiser exists"):
        found = normball.solve(X, y, ball=Ball(1.0, "l2"), penalty_factor=[0.0, 1.0, 1.0])
    assert found.certificate.status == "separated" and 0 in found.certificate.separation.columns
