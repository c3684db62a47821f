"""Laws of Firth's penalty and of the profile intervals, none of which uses the library's own likelihood."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.stats import chi2

import normball


def penalised(theta, A, y, weight, offset):
    """ℓ + ½ log det I, written down again."""
    eta = A @ theta + offset
    w = weight / (1 + np.exp(-eta)) / (1 + np.exp(eta))
    return weight @ (y * eta - np.logaddexp(0, eta)) + 0.5 * np.linalg.slogdet(A.T @ (w[:, None] * A))[1]


def problem(seed, n=60, p=3, separated=False):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = (X[:, 0] + (0 if separated else 1) * rng.logistic(size=n) > 0.2).astype(float)
    return X, y, rng.integers(1, 4, n).astype(float), rng.normal(size=n)


def theta_of(solution):
    return np.array([solution.intercept, *solution.coef])


@pytest.mark.parametrize("separated", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_a_maximum_of_the_penalised_likelihood(seed, separated):
    """The slope by central differences is 0, and every step away lowers it."""
    X, y, weight, offset = problem(seed, separated=separated)
    args = np.column_stack([np.ones(len(y)), X]), y, weight, offset
    solution = normball.solve(X, y, sample_weight=weight, offset=offset, penalty="firth", tol=1e-10)
    theta, top = theta_of(solution), penalised(theta_of(solution), *args)
    for e in np.eye(4):
        h = 1e-4
        slope = (penalised(theta + h * e, *args) - penalised(theta - h * e, *args)) / (2 * h)
        assert abs(slope) <= 1e-5
    for step in np.random.default_rng(seed).normal(size=(50, 4)):
        for size in (1e-2, 0.3, 3.0):
            assert penalised(theta + size * step, *args) < top
    assert -solution.certificate.objective * weight.sum() == pytest.approx(top, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_groups_have_a_closed_form(seed):
    """One column for each group, no intercept: p = (successes + ½) / (trials + 1); none or all successes included."""
    both = np.random.default_rng(seed).integers(0, 9, size=(5, 2)).astype(float)
    both[0, 0], both[1, 1] = 0.0, 0.0
    both[:2] += [[0, 3], [2, 0]]
    both[4] += 1
    solution = normball.solve(np.eye(5), both, penalty="firth", fit_intercept=False, tol=1e-12)
    p = (both[:, 0] + 0.5) / (both.sum(1) + 1)
    assert np.abs(solution.coef - np.log(p / (1 - p))).max() <= 1e-10
    assert np.abs(solution.predict_proba(np.eye(5))[:, 1] - p).max() <= 1e-10


def test_weights_are_rows():
    X, y, weight, offset = problem(7)
    rows = np.repeat(np.arange(len(y)), weight.astype(int))
    once = normball.firth_intervals(X, y, sample_weight=weight, offset=offset)
    many = normball.firth_intervals(X[rows], y[rows], offset=offset[rows])
    for name in ("estimate", "lower", "upper", "wald_error", "chi2", "p_value"):
        assert getattr(once, name) == pytest.approx(getattr(many, name), abs=1e-7)
    none = normball.solve(np.vstack([X, 9 * X]), np.tile(y, 2), sample_weight=np.append(weight, 0 * weight),
                          offset=np.tile(offset, 2), penalty="firth")  # fmt: skip
    assert theta_of(none) == pytest.approx(once.estimate, abs=1e-8)


def test_units_shifts_and_labels():
    """Scaling and shifting columns maps the answer and its intervals; swapping the labels turns every sign."""
    X, y, _, _ = problem(3)
    size, shift = np.array([1e-6, 1e5, 3.0]), np.array([0.0, 1e7, -2000.0])
    plain, moved = normball.firth_intervals(X, y), normball.firth_intervals(X * size + shift, y)
    for name in ("estimate", "lower", "upper"):
        here, there = getattr(plain, name)[1:], getattr(moved, name)[1:] * size
        assert there == pytest.approx(here, rel=1e-6, abs=1e-7)
    assert moved.p_value[1:] == pytest.approx(plain.p_value[1:], abs=1e-7)
    swapped = normball.firth_intervals(X, 1 - y)
    assert swapped.estimate == pytest.approx(-plain.estimate, abs=1e-8)
    assert swapped.lower == pytest.approx(-plain.upper, abs=1e-6)


@pytest.mark.parametrize("separated", [False, True])
def test_the_ends_of_an_interval(separated):
    """Where an independent optimiser holds a coefficient at an end, the likelihood has dropped by χ²/2."""
    X, y, weight, offset = problem(5, n=40, p=2, separated=separated)
    args = np.column_stack([np.ones(len(y)), X]), y, weight, offset
    table = normball.firth_intervals(X, y, sample_weight=weight, offset=offset, level=0.9)
    top = penalised(table.estimate, *args)

    def held(j, value):
        def cost(others):
            return -penalised(np.insert(others, j, value), *args)

        best = np.inf
        for start in (table.estimate, table.estimate * value / table.estimate[j]):
            start = np.delete(start, j)
            for method in ("Nelder-Mead", "BFGS", "Nelder-Mead"):
                found = minimize(cost, start, method=method, options={"maxiter": 4000})
                start, best = found.x, min(best, found.fun)
        return -best

    for j in range(3):
        for end in (table.lower[j], table.upper[j]):
            assert 2 * (top - held(j, end)) == pytest.approx(chi2.ppf(0.9, 1), abs=1e-5)
        assert table.chi2[j] == pytest.approx(2 * (top - held(j, 0.0)), abs=1e-5)
        assert table.p_value[j] == pytest.approx(chi2.sf(table.chi2[j], 1))
    wide = normball.firth_intervals(X, y, sample_weight=weight, offset=offset, level=0.99)
    assert (wide.lower < table.lower).all() and (wide.upper > table.upper).all()


def test_separated_data_are_finite():
    X, y, _, _ = problem(1, separated=True)
    with pytest.warns(normball.ConvergenceWarning, match="separated"):
        assert normball.solve(X, y, lam=0.0).certificate.status == "separated"
    table = normball.firth_intervals(X, y)
    assert np.isfinite(table.lower).all() and np.isfinite(table.upper).all()
    assert (table.lower < table.estimate).all() and (table.estimate < table.upper).all()
    assert table.upper[1] - table.estimate[1] > 2 * (table.estimate[1] - table.lower[1])  # the column that separates


def test_collinear_columns():
    """The same probabilities, the smallest norm, and the columns named; the others keep their intervals."""
    X, y, _, _ = problem(2)
    wide = np.column_stack([X, 2 * X[:, 1], np.full(len(y), 7.0)])
    plain, solution = normball.solve(X, y, penalty="firth"), normball.solve(wide, y, penalty="firth")
    assert solution.predict_proba(wide) == pytest.approx(plain.predict_proba(X), abs=1e-8)
    assert solution.certificate.aliased == (1, 3, 4)
    assert "column 1, column 3, column 4" in solution.certificate.summary()
    expected = np.array([plain.coef[0], plain.coef[1] / 5, plain.coef[2], plain.coef[1] * 2 / 5, 0.0])
    assert solution.coef == pytest.approx(expected, abs=1e-8)
    table, alone = normball.firth_intervals(wide, y), normball.firth_intervals(X, y)
    assert np.isnan(table.lower[[2, 4, 5]]).all()
    assert table.upper[[1, 3]] == pytest.approx(alone.upper[[1, 3]], abs=1e-6)


def test_every_dummy_and_an_intercept():
    """The intercept is not determined either: no interval for it."""
    groups = np.repeat(np.arange(3), 8)
    X, y = np.eye(3)[groups], np.tile([1.0, 1, 0, 1, 0, 0, 1, 1], 3)
    table = normball.firth_intervals(X, y)
    assert np.isnan(table.lower).all()
    assert table.solution.certificate.aliased == (0, 1, 2)
    p = (5 + 0.5) / (8 + 1)
    assert table.solution.predict_proba(X)[:, 1] == pytest.approx(np.full(24, p), abs=1e-8)


def test_more_columns_than_rows():
    """Rank n: every row is a group of its own."""
    X, y, _, _ = problem(4, n=12, p=20)
    solution = normball.solve(X, y, penalty="firth", tol=1e-10)
    assert solution.predict_proba(X)[:, 1] == pytest.approx((y + 0.5) / 2, abs=1e-8)


def test_sparse_and_design_order():
    X, y, weight, offset = problem(6, n=90, p=6)
    X[np.abs(X) < 0.8] = 0.0
    dense = normball.firth_intervals(X, y, sample_weight=weight, offset=offset)
    sparse = normball.firth_intervals(sp.csr_array(X), y, sample_weight=weight, offset=offset)
    for name in ("estimate", "lower", "upper"):
        assert getattr(sparse, name) == pytest.approx(getattr(dense, name), abs=1e-6)
    assert sparse.names == dense.names


def test_chosen_columns_by_name_and_index():
    pandas = pytest.importorskip("pandas")
    X, y, _, _ = problem(8)
    frame = pandas.DataFrame(X, columns=["age", "dose", "site"])
    all_of_them = normball.firth_intervals(frame, y)
    some = normball.firth_intervals(frame, y, columns=["site", 0])
    assert all_of_them.names == ("(intercept)", "age", "dose", "site")
    assert some.names == ("site", "age")
    assert some.upper.tolist() == all_of_them.upper[[3, 1]].tolist()
    assert "dose" in all_of_them.summary()
    with pytest.raises(normball.InputError, match="'weight', which X does not have"):
        normball.firth_intervals(frame, y, columns=["weight"])


def test_far_offsets_and_starts():
    """Rows whose weights underflow together; a start far away ends at the same place."""
    X, y, _, _ = problem(9)
    here = normball.solve(X, y, penalty="firth", tol=1e-10)
    far = normball.solve(X, y, penalty="firth", tol=1e-10, offset=np.full(len(y), 900.0))
    assert far.coef == pytest.approx(here.coef, abs=1e-7)
    assert far.intercept + 900.0 == pytest.approx(here.intercept, abs=1e-7)
    other = normball.solve(X, y, penalty="firth", tol=1e-10, init=(np.array([5.0, -5.0, 5.0]), 4.0))
    assert theta_of(other) == pytest.approx(theta_of(here), abs=1e-8)


def test_a_higher_maximum_is_taken():
    """Nearly separated rows with several maxima: no point on the profile lies above the fit that is reported."""
    rng = np.random.default_rng(145)
    n, p = int(rng.integers(8, 120)), int(rng.integers(1, 6))
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-5, 6, p) + rng.choice([0.0, 1e4], p)
    signal = (X - X.mean(0)) / X.std(0) @ rng.normal(size=p) * rng.choice([0.0, 1.0, 5.0])
    y = (signal + rng.choice([0.0, 1.0]) * rng.logistic(size=n) > rng.normal()).astype(float)
    y[:2] = 0.0, 1.0
    weight, offset = rng.integers(1, 5, n).astype(float), rng.normal(size=n) * rng.choice([0.0, 2.0])
    asked = dict(sample_weight=weight, offset=offset)
    first, table = normball.solve(X, y, penalty="firth", **asked), normball.firth_intervals(X, y, **asked)
    assert first.certificate.status == table.solution.certificate.status == "stationary"
    assert table.solution.certificate.objective < first.certificate.objective - 1e-3
    A = np.column_stack([np.ones(n), (X - X.mean(0)) / X.std(0)])
    for solution in (first, table.solution):  # both are maxima, by an independent count
        theta = np.linalg.lstsq(A, solution.decision_function(X), rcond=None)[0]
        top = penalised(theta, A, y, weight, offset)
        for step in rng.normal(size=(60, 5)):
            assert penalised(theta + 1e-2 * step, A, y, weight, offset) < top
