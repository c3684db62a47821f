"""What a certificate says is true, on random problems of every kind; judged in long double, or in 50 digits."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest

import normball
from judge import dense, exact, infimum, minimise, minimise_mp, objective, objective_mp, rounding
from problems import Trial, random_problem, trial

SEEDS = range(300)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gap_bounds_the_true_suboptimality(seed):
    """gap >= F(solution) - F*; the status is one that the problem allows."""
    assert not trial(seed).complaints()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_certificate_reports_the_objective_and_the_null_loss(seed):
    """objective = F(solution); null_loss = the minimum over the intercept and the free columns alone."""
    found = trial(seed)
    problem, proof = found.problem, found.certificate
    value = objective(
        problem.X, problem.y, found.solution.intercept, found.solution.coef, **problem.objective_arguments
    )
    assert proof.objective == pytest.approx(float(value), rel=1e-11, abs=1e-12)
    l1, l2 = problem.penalty
    free = (l1 == 0) & (l2 == 0)
    if found.exists and problem.lam > 0:
        null = minimise(dense(problem.X)[:, free], problem.y, **dict(problem.judge_arguments, l1=l1[free], l2=l2[free]))
        assert null is not None
        assert proof.null_loss == pytest.approx(float(null.value), rel=1e-6)
        assert proof.relative_gap == pytest.approx(proof.gap / float(null.value), rel=1e-6)


def test_nearly_all_are_certified():
    """At least 99.5 % of the problems that have a minimiser reach a relative gap of 1e-8."""
    found: list[Trial] = [trial(seed) for seed in SEEDS]
    solvable = [one for one in found if one.exists]
    failed = [(one.problem.seed, one.problem.kinds) for one in solvable if one.certificate.status != "certified"]
    assert len(failed) <= 0.005 * len(solvable), failed


@pytest.mark.parametrize("seed", range(100_000, 100_028))
def test_fifty_digits(seed):
    """The same bound with F and F* in 50 digits, on small problems (those with a minimiser: 20 and more)."""
    problem = random_problem(seed, max_rows=30, max_columns=6)
    if minimise(problem.X, problem.y, **problem.judge_arguments) is None or "collinear" in problem.kinds:
        problem = random_problem(seed + 1000, max_rows=30, max_columns=6)  # of the same penalty; seen to have one
    best = minimise_mp(problem.X, problem.y, **problem.judge_arguments)
    solution = normball.solve(problem.X, problem.y, tol=1e-10, **problem.solve_arguments)
    here = objective_mp(problem.X, problem.y, solution.intercept, list(solution.coef), **problem.objective_arguments)
    with mpmath.workdps(50):
        excess = here - best[2]
        assert excess >= -mpmath.mpf("1e-18")  # nothing lies below the minimum
        assert exact(solution.certificate.gap) >= excess - mpmath.mpf("1e-15") * max(1, abs(here))


@pytest.mark.parametrize("seed", range(0, 300, 2))
def test_an_audit_bounds_the_suboptimality_of_any_point(seed):
    """Coefficients moved away from the optimum by 1e-9 … 1 of their size, zero, and far out: the gap still holds."""
    problem = random_problem(seed)
    rng = np.random.default_rng([31, seed])
    best = minimise(problem.X, problem.y, **problem.judge_arguments)
    floor = best.value if best is not None else infimum(problem.X, problem.y, **problem.judge_arguments)
    centre = trial(seed).solution if best is None else best
    coef, intercept = np.asarray(centre.coef, float), float(centre.intercept)
    spread = 1 / np.maximum(dense(problem.X).astype(float).std(axis=0), 1e-3)
    points = [(0 * coef, 0.0), (30 * spread * rng.standard_normal(len(coef)), 0.0), (coef, intercept)]
    for size in 10 ** rng.uniform(-9, 0, size=4):
        moved = coef + size * (spread + np.abs(coef)) * rng.standard_normal(len(coef)) * (rng.random() < 0.9)
        points.append((moved, (intercept + size * rng.standard_normal()) * problem.fit_intercept))
    for w, b in points:
        proof = audited(problem, w, b)
        value = objective(problem.X, problem.y, b, w, **problem.objective_arguments)
        slack = 1e-15 + rounding(problem.X, problem.y, b, w, **problem.objective_arguments)  # far out, η is blurred
        assert proof.gap >= max(0.0, float(value - floor) - slack)


def test_an_audit_of_the_judges_optimum_is_certified():
    """The long-double optimum, rounded to float64, passes the audit at the default tolerance (99 % of the problems)."""
    asked = passed = 0
    for seed in range(1, 300, 2):
        problem = random_problem(seed)
        best = minimise(problem.X, problem.y, **problem.judge_arguments)
        if best is not None:
            asked += 1
            passed += audited(problem, best.coef.astype(float), float(best.intercept)).status == "certified"
    assert passed >= 0.99 * asked


def audited(problem, coef, intercept):
    """The certificate of these coefficients; an audit that finds them poor may say so by a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)
        return normball.audit(coef, problem.X, problem.y, intercept=intercept, **problem.solve_arguments).certificate
