"""The judge itself: against 50 digits, against scipy's general minimisers, and against a linear program."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.optimize

import judge
from judge import Long, dense, exact, infimum, minimise, minimise_mp, objective, objective_mp, penalty_vectors
from problems import Problem, random_problem


def small_problems(count: int) -> list[Problem]:
    """Seeded problems small enough for fifty digits, each with a minimiser that is unique on its face."""
    found, seed = [], 100_000
    while len(found) < count:
        problem = random_problem(seed, max_rows=30, max_columns=6)
        seed += 1
        if "collinear" not in problem.kinds and minimise(problem.X, problem.y, **problem.judge_arguments) is not None:
            found.append(problem)
    return found


@pytest.mark.parametrize("problem", small_problems(20), ids=lambda problem: f"seed {problem.seed}")
def test_long_double_agrees_with_fifty_digits(problem):
    """F* to 1e-17, and the objective function at any point to a few units of the last place."""
    found = minimise(problem.X, problem.y, **problem.judge_arguments)
    b, w, value = minimise_mp(problem.X, problem.y, **problem.judge_arguments)
    point = dict(intercept=0.3, coef=found.coef * Long(1.01), **problem.objective_arguments)
    plain, many = objective(problem.X, problem.y, **point), objective_mp(problem.X, problem.y, **point)
    with mpmath.workdps(50):
        assert abs(exact(found.value) - value) <= 1e-17 * max(1, abs(value))
        assert abs(exact(plain) - many) <= 1e-17 * max(1, abs(many))
        differences = [abs(exact(v) - u) for v, u in zip([*found.coef, found.intercept], [*w, b], strict=True)]
        assert max(differences) <= 1e-10 * max(abs(v) for v in [*w, b, mpmath.mpf("1e-30")])


@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_agrees_with_a_general_minimiser(rng_of, l1_ratio, fit_intercept):
    """L-BFGS-B on w = u - v, u, v >= 0: plain float64, another algorithm, another formulation."""
    rng = rng_of(f"{l1_ratio} {fit_intercept}")
    X, y = rng.standard_normal((50, 6)), rng.integers(0, 2, 50)
    weight, offset = rng.uniform(0.5, 2, 50), rng.standard_normal(50)
    l1, l2 = penalty_vectors(6, 0.03, l1_ratio, factor=[1, 2, 0.5, 1, 1, 3])
    c = weight / weight.sum()

    def value_and_slope(t):
        u, v, b = t[:6], t[6:12], t[12] * fit_intercept
        eta = offset + b + X @ (u - v)
        p = 1 / (1 + np.exp(-eta))
        g = X.T @ (c * (p - y)) + l2.astype(float) * (u - v)
        value = c @ (np.logaddexp(0, eta) - y * eta) + l1.astype(float) @ (u + v) + l2.astype(float) @ (u - v) ** 2 / 2
        return value, np.concatenate([g + l1.astype(float), l1.astype(float) - g, [c @ (p - y) * fit_intercept]])

    other = scipy.optimize.minimize(
        value_and_slope,
        np.zeros(13),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * 12 + [(None, None)],
        options=dict(maxiter=5000, maxfun=20000, ftol=1e-16, gtol=1e-12),
    )
    found = minimise(X, y, l1=l1, l2=l2, weight=weight, offset=offset, fit_intercept=fit_intercept)
    w = other.x[:6] - other.x[6:12]
    assert found.value <= objective(X, y, other.x[12] * fit_intercept, w, l1=l1, l2=l2, weight=weight, offset=offset)
    assert float(found.value) == pytest.approx(other.fun, abs=1e-12)
    assert np.abs(w - found.coef).max() <= 1e-5


def separated(problem: Problem) -> bool:
    """A direction in the free columns and the intercept that no row resists and some row wants (scipy's HiGHS)."""
    X, y = dense(problem.X).astype(float), problem.y
    rows = np.ones(len(y), bool) if problem.weight is None else problem.weight > 0
    l1, l2 = problem.penalty
    A = X[np.ix_(rows, (l1 == 0) & (l2 == 0))]
    A = A - A.mean(axis=0) if problem.fit_intercept else A
    A = A / np.maximum(np.abs(A).max(axis=0, initial=0), 1e-300)
    A = np.column_stack([A, np.ones(len(A))]) if problem.fit_intercept else A
    if A.shape[1] == 0:
        return False
    y = y[rows]
    hard = (y == 0) | (y == 1)
    S = A * (2 * y - 1)[:, None]
    result = scipy.optimize.linprog(
        -S[hard].sum(axis=0),
        A_ub=-S[hard],
        b_ub=np.zeros(hard.sum()),
        A_eq=A[~hard],
        b_eq=np.zeros((~hard).sum()),
        bounds=[(-1, 1)] * A.shape[1],
    )
    return bool(result.status == 0 and -result.fun > 1e-6)


@pytest.mark.parametrize("start", range(0, 800, 100))
def test_no_minimiser_exactly_where_the_free_columns_separate(start):
    """`minimise` returns None if and only if a linear program finds a separating direction."""
    for seed in range(start, start + 100):
        problem = random_problem(seed)
        if problem.lam == 0 or "free columns" in problem.kinds:
            found = minimise(problem.X, problem.y, **problem.judge_arguments)
            assert (found is None) == separated(problem), f"seed {seed}: {problem.kinds}"


def test_the_infimum_of_separated_data_is_nearly_zero():
    """Complete separation: F falls to 0 along the direction; the judge follows it a long way."""
    X, y = np.arange(-3.0, 4)[:, None] + 0.5, np.arange(7) > 2.6
    l1, l2 = penalty_vectors(1, 0.0)
    assert minimise(X, y, l1=l1, l2=l2) is None
    assert 0 <= infimum(X, y, l1=l1, l2=l2) < 1e-9


def test_a_wrong_face_is_noticed(monkeypatch):
    """With the descent cut short the judge must refuse to answer, not hand out a wrong optimum."""
    full = judge._descend
    monkeypatch.setattr(judge, "_descend", lambda task, w, steps, ulps: full(task, w, min(steps, 1), ulps))
    problem = random_problem(1)
    with pytest.raises(judge.JudgeFailure):
        judge.minimise(problem.X, problem.y, **problem.judge_arguments)


def test_the_seeded_list_covers_every_kind():
    """Each kind of problem the laws speak of occurs, and problems are the same on every call."""
    kinds = [kind for seed in range(300) for kind in random_problem(seed).kinds]
    for kind in (
        "L1", "L2", "EN", "none", "C", "F", "strided", "float32", "csr", "csc", "csr int64", "csc int64",
        "csr float32", "weights", "zero weights", "factors", "free columns", "offset", "soft", "mislabels",
        "saturated", "huge eta", "wide", "scaled", "shifted", "correlated", "collinear", "rare", "standardize",
        "no intercept",
    ):  # fmt: skip
        assert kinds.count(kind) >= 3, kind
    one, two = random_problem(12), random_problem(12)
    assert np.array_equal(dense(one.X), dense(two.X)) and one.lam == two.lam and one.kinds == two.kinds


@pytest.fixture
def rng_of():
    """A generator of random numbers for a word: the same in every run."""
    return lambda word: np.random.default_rng(list(word.encode()))
