"""The quadratic subproblem: its optimality conditions are checked in numpy, its optimum by trying every sign pattern.

The problem is convex, so a point that meets the conditions is a minimum: nothing here trusts what the kernel reports.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normball.kernels.quadratic import solve_quadratic


@dataclass
class Problem:
    H: np.ndarray
    g: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    w0: np.ndarray

    @property
    def arrays(self):
        return self.H, self.g, self.l1, self.l2, self.lower, self.upper, self.w0

    def value(self, v):
        d = v - self.w0
        return 0.5 * d @ self.H @ d - self.g @ d + np.sum(self.l1 * np.abs(v) + 0.5 * self.l2 * v * v)

    def violations(self, v):
        """How far each one-sided slope is from optimal."""
        s = self.g - self.H @ (v - self.w0) - self.l2 * v
        up = np.where(v >= 0, s - self.l1, s + self.l1)
        down = np.where(v <= 0, -s - self.l1, -s + self.l1)
        return np.maximum(0, np.maximum(np.where(v < self.upper, up, 0), np.where(v > self.lower, down, 0)))

    def terms(self, v):
        """The size of what is added up in a slope: rounding leaves some 1e-16 of it."""
        return abs(self.g) + abs(self.H) @ abs(v - self.w0) + self.l1 + self.l2 * abs(v)

    def solve(self, start=None, tol=0.0, max_epochs=1000):
        w = (self.w0 if start is None else start).copy()
        epochs, factorisations, kkt = solve_quadratic(*self.arrays, w, tol, max_epochs)
        return w, epochs, factorisations, kkt


def make(rng, q, n, *, l1=0.1, l2=0.0, spread=0.0, box=False, repeat=False, shift=0.0, free=0.0):
    """A least-squares model around w0: n rows, so the rank is at most n; columns scaled by 10^±spread."""
    A = rng.normal(size=(n, q)) + shift * rng.normal(size=(n, 1))
    if repeat:
        copies = rng.random(q) < 0.4
        A[:, copies] = A[:, rng.integers(0, q, copies.sum())] * rng.choice([-2.0, 0.5, 1.0, -1.0], copies.sum())
    A *= 10.0 ** rng.uniform(-spread, spread, q)
    H = A.T @ A / n
    unit = 1.0 / np.sqrt(np.diag(H))  # one unit of each coefficient
    w0, truth = (rng.normal(size=q) * (rng.random(q) < 0.5) * unit for _ in range(2))
    g = A.T @ (A @ (truth - w0) + rng.normal(size=n)) / n
    lower, upper = np.full(q, -np.inf), np.full(q, np.inf)
    if box:
        lower = np.where(rng.random(q) < 0.7, rng.uniform(-1, 0.3, q) * unit, -np.inf)
        fixed = rng.random(q) < 0.2
        upper = np.where(fixed, lower, lower + rng.uniform(0, 1, q) * unit)
        upper[np.isneginf(lower)] = np.where(rng.random(q) < 0.5, 0.2 * unit, np.inf)[np.isneginf(lower)]
    strength = l1 * np.abs(g * unit).max() / unit * (rng.random(q) >= free)
    return Problem(H, g, strength, l2 / unit**2, lower, upper, w0)


def by_enumeration(problem):
    """The least value over every pattern of {at lower, at upper, at zero, free negative, free positive}."""
    q, best = problem.g.size, np.inf
    for pattern in itertools.product(range(5), repeat=q):
        state = np.array(pattern)
        v = np.choose(state, [problem.lower, problem.upper, 0.0, 0.0, 0.0])
        moves = state >= 3
        if not np.isfinite(v).all():
            continue
        if moves.any():
            sign = np.where(state[moves] == 3, -1.0, 1.0)
            A = problem.H + np.diag(problem.l2)
            b = problem.g + problem.H @ problem.w0 - A @ v
            v[moves] = np.linalg.lstsq(A[np.ix_(moves, moves)], b[moves] - sign * problem.l1[moves], rcond=1e-12)[0]
        if (v >= problem.lower - 1e-12).all() and (v <= problem.upper + 1e-12).all():
            best = min(best, problem.value(v))
    return best


def assert_optimal(problem, w, slack=1e-12):
    assert np.isfinite(w).all() and (w >= problem.lower).all() and (w <= problem.upper).all()
    assert (problem.violations(w) <= slack * problem.terms(w)).all()


KINDS = {
    "lasso": {},
    "weak lasso": {"l1": 1e-3},
    "elastic net": {"l1": 0.01, "l2": 0.01},
    "ridge": {"l1": 0.0, "l2": 1e-3},
    "free": {"l1": 0.0},
    "box": {"box": True},
    "box only": {"l1": 0.0, "box": True},
    "some free": {"free": 0.3},
    "scales": {"spread": 4.0},
    "repeated": {"repeat": True},
    "shifted": {"shift": 1e3, "l1": 0.01},
    "nasty": {"spread": 4.0, "box": True, "repeat": True, "free": 0.2, "shift": 10.0},
}


@pytest.fixture(params=KINDS, ids=list(KINDS))
def kind(request):
    return KINDS[request.param]


@pytest.mark.parametrize("q", [1, 2, 3, 4])
def test_value_equals_enumeration(kind, q, rng):
    for n in (q + 3, max(1, q - 1)):
        problem = make(rng, q, n, **kind)
        w, *_ = problem.solve()
        best = by_enumeration(problem)
        scale = abs(best) + problem.terms(w) @ np.abs(w - problem.w0) * 1e-3
        assert abs(problem.value(w) - best) <= 1e-11 * scale


@pytest.mark.parametrize(("q", "n"), [(1, 5), (7, 30), (40, 200), (40, 15), (120, 500), (120, 60), (30, 1)])
def test_optimality_conditions(kind, q, n, rng):
    """To rounding, within a few dozen factorisations, whatever the rank, from w0 and from far away."""
    problem = make(rng, q, n, **kind)
    unit = 1.0 / np.sqrt(np.diag(problem.H))
    for start in (None, 10.0 * rng.normal(size=q) * unit):
        w, epochs, factorisations, kkt = problem.solve(start)
        assert_optimal(problem, w)
        assert abs(kkt - problem.violations(w).max()) <= 1e-14 * problem.terms(w).max()
        assert epochs <= 200 and factorisations <= 60 + 3 * q


@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(1, 50), st.data())
def test_optimality_of_random_problems(seed, q, n, data):
    draw = data.draw
    problem = make(
        np.random.default_rng(seed),
        q,
        n,
        l1=draw(st.sampled_from([0.0, 1e-6, 1e-3, 0.1, 0.9])),
        l2=draw(st.sampled_from([0.0, 1e-8, 1e-3, 1.0])),
        spread=draw(st.sampled_from([0.0, 2.0, 4.0])),
        box=draw(st.booleans()),
        repeat=draw(st.booleans()),
        shift=draw(st.sampled_from([0.0, 1.0, 100.0])),
        free=draw(st.sampled_from([0.0, 0.3])),
    )
    w, *_ = problem.solve()
    assert_optimal(problem, w, 1e-11)


def test_newton_solution_without_l1(rng):
    """A ridge is a linear system."""
    problem = make(rng, 60, 40, l1=0.0, l2=0.01)
    w, epochs, factorisations, _ = problem.solve()
    A = problem.H + np.diag(problem.l2)
    np.testing.assert_allclose(w, np.linalg.solve(A, problem.g + problem.H @ problem.w0), rtol=1e-10, atol=1e-12)
    assert epochs == 0 and factorisations == 1


def test_diagonal_is_a_soft_threshold():
    """Separable: each coordinate in closed form, curvatures from 1e-8 to 1e8."""
    a = np.geomspace(1e-8, 1e8, 9)
    w0, g = np.linspace(-2, 2, 9), np.linspace(3, -3, 9)
    l1, l2 = np.full(9, 0.5), 0.1 * a
    pull = g + a * w0
    truth = np.sign(pull) * np.maximum(np.abs(pull) - l1, 0) / (a + l2)
    none = np.full(9, np.inf)
    w, *_ = Problem(np.diag(a), g, l1, l2, -none, none, w0).solve()
    np.testing.assert_allclose(w, truth, rtol=1e-13)
    low, high = np.full(9, -0.7), np.full(9, 0.3)
    w, *_ = Problem(np.diag(a), g, l1, l2, low, high, w0).solve()
    np.testing.assert_allclose(w, np.clip(truth, low, high), rtol=1e-13)


def test_objective_never_rises(kind, rng):
    """One epoch at a time: every stop on the way is no higher than the one before, beyond rounding; then to the end."""
    problem = make(rng, 30, 20, **kind)
    w = np.clip(5.0 * rng.normal(size=30) / np.sqrt(np.diag(problem.H)), problem.lower, problem.upper)
    value = problem.value(w)
    for _ in range(40):
        w, *_ = problem.solve(w, max_epochs=1)
        after = problem.value(w)
        assert after <= value + 1e-13 * (problem.terms(w) @ np.abs(w - problem.w0) + abs(value))
        value = after
    w, *_ = problem.solve(w)
    assert_optimal(problem, w)


def test_resumes_and_rests(rng):
    """Few epochs at a time reach the same point, and at the optimum nothing more is done."""
    problem = make(rng, 50, 200, l1=0.02)
    w, *_ = problem.solve()
    part = problem.w0.copy()
    for _ in range(30):
        part, *_ = problem.solve(part, max_epochs=1)
    np.testing.assert_allclose(part, w, rtol=1e-10, atol=1e-12)
    again, epochs, factorisations, _ = problem.solve(w, tol=1e-10)
    assert epochs == factorisations == 0 and np.array_equal(again, w)


def test_tolerance_is_kept(rng):
    for tol in (1e-2, 1e-5, 1e-8):
        problem = make(rng, 60, 300, l1=0.01)
        w, _, _, kkt = problem.solve(tol=tol)
        assert problem.violations(w).max() <= tol * (1 + 1e-12) and kkt <= tol


def test_no_curvature_at_all():
    """Zero columns: zero where the slope is within l1, a bound where there is one, left alone where none is."""
    none = np.full(6, np.inf)
    H = np.zeros((6, 6))
    H[5, 5] = 1.0
    g = np.array([0.1, -0.1, 2.0, -2.0, 2.0, 1.0])
    lower, upper = -none, none.copy()
    lower[1], upper[1] = 0.25, 3.0  # zero is outside: the nearest bound
    upper[2], lower[3] = 4.0, -5.0
    w0 = np.array([7.0, 2.0, 1.0, 1.0, 1.5, 0.0])
    l1 = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    w, _, _, kkt = Problem(H, g, l1, np.zeros(6), lower, upper, w0).solve()
    np.testing.assert_allclose(w, [0.0, 0.25, 4.0, -5.0, 1.5, 0.5])
    assert kkt == pytest.approx(1.5)  # the objective falls for ever along the fifth


def test_fixed_coordinates_stay(rng):
    problem = make(rng, 12, 40, l1=0.05)
    problem.lower[:6] = problem.upper[:6] = rng.normal(size=6)
    w, *_ = problem.solve()
    assert np.array_equal(w[:6], problem.lower[:6])
    assert_optimal(problem, w)


def test_unbounded_below_ends():
    """No minimum (a slope along a direction without curvature): it stops, stays finite and says so in kkt."""
    H, none = np.ones((3, 3)), np.full(3, np.inf)
    w, _, _, kkt = Problem(H, np.array([1.0, 1.0, 2.0]), np.zeros(3), np.zeros(3), -none, none, np.zeros(3)).solve()
    assert np.isfinite(w).all() and kkt > 0.1


def test_slightly_indefinite_curvature(rng):
    """A Gram taken in float32 has eigenvalues of -1e-7: the answer is finite, and better than the start."""
    problem = make(rng, 40, 10, l1=0.05)
    problem.H = problem.H.astype(np.float32).astype(np.float64)
    problem.H = np.tril(problem.H) + np.tril(problem.H, -1).T
    assert np.linalg.eigvalsh(problem.H)[0] < 0
    w, *_ = problem.solve()
    assert np.isfinite(w).all() and problem.value(w) < problem.value(problem.w0)


def test_inputs_are_only_read(rng):
    """Read-only arrays are taken, and same input gives same bits."""
    problem = make(rng, 20, 40, box=True)
    for array in problem.arrays:
        array.flags.writeable = False
    w, *_ = problem.solve()
    assert_optimal(problem, w)
    assert np.array_equal(w, problem.solve()[0])
