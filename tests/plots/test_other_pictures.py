"""Shrinkage, boundary, priors, calibration: what is drawn, against numbers from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.special import expit
from scipy.stats import binomtest, norm

import normball
from normball.plots import BoundaryDisplay, CalibrationDisplay, PriorDisplay, ShrinkageDisplay
from plots.scenes import mean_loss, two_classes


def test_the_example_ends_at_the_shortest_points_of_its_line():
    """L2: the pseudo-inverse.  L1: a linear program.  The often quoted point is longer than both."""
    shown = ShrinkageDisplay.from_data()
    A, b = np.array([[2.0, 1.0]]), np.array([8.0])
    shortest = np.linalg.pinv(A) @ b
    np.testing.assert_allclose(shortest, [3.2, 1.6])
    sparse = linprog(np.ones(4), A_eq=np.hstack([A, -A]), b_eq=b).x
    np.testing.assert_allclose(sparse[:2] - sparse[2:], [4.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(np.ravel(shown.ends_[0].get_data()), shortest, rtol=1e-5)
    np.testing.assert_allclose(np.ravel(shown.ends_[1].get_data()), [4.0, 0.0], rtol=1e-5, atol=1e-12)
    quoted = np.ravel(shown.quoted_.get_data())
    assert A @ quoted == pytest.approx(8.0)
    assert np.hypot(*quoted) > np.hypot(*shortest) and np.abs(quoted).sum() > 4.0


def test_both_paths_start_at_zero_and_end_at_the_free_fit(rng):
    X, y = two_classes(rng)
    shown = ShrinkageDisplay.from_data(X, y)
    free = normball.solve(X, y, lam=0.0).coef
    for line in (shown.l2_, shown.l1_):
        rows = np.column_stack(line.get_data())
        assert np.abs(rows[0]).max() < 0.01 * np.abs(free).max()
        np.testing.assert_allclose(rows[-1], free, rtol=1e-3)


def mapped(X):
    return np.column_stack([X, X**2, X[:, :1] * X[:, 1:]])


@pytest.fixture
def ring(rng):
    X = rng.normal(size=(150, 2))
    return X, np.where((X**2).sum(1) + 0.7 * rng.normal(size=150) > 1.4, "out", "in")


def test_the_boundary_is_where_both_classes_are_as_likely(ring):
    X, y = ring
    solution = normball.solve(mapped(X), y, lam=0.01)
    shown = BoundaryDisplay.from_model(solution, X, y, transform=mapped)
    p = solution.predict_proba(mapped(shown.vertices))[:, 1]
    np.testing.assert_allclose(p, 0.5, atol=2e-3)
    grid = np.column_stack([g.ravel() for g in np.meshgrid(shown.x, shown.y)])
    np.testing.assert_allclose(
        np.asarray(shown.shades_.get_array()).ravel(), solution.predict_proba(mapped(grid))[:, 1], rtol=1e-12
    )
    assert [line.get_label() for line in shown.points_] == ["in", "out"]
    assert [len(line.get_xdata()) for line in shown.points_] == [(y == "in").sum(), (y == "out").sum()]


def test_hardness_is_the_gradient_and_grows_as_the_penalty_falls(ring):
    X, y = ring
    line = normball.solve(X, (X @ [1.0, 2.0] > 0).astype(int), lam=0.05)
    flat = BoundaryDisplay.from_model(line, X)
    np.testing.assert_allclose(flat.hardness, np.linalg.norm(line.coef), rtol=1e-6)  # linear: the same everywhere
    half = 0.5 * flat.width * line.coef / np.linalg.norm(line.coef)
    p = expit(line.decision_function(flat.vertices[3] + np.array([-half, half])))
    np.testing.assert_allclose(p, [0.1, 0.9], atol=2e-3)  # 10 % and 90 % are `width` apart
    widths = [
        BoundaryDisplay.from_model(normball.solve(mapped(X), y, lam=lam), X, y, transform=mapped).width
        for lam in (1e-4, 1e-2, 1e-1)
    ]
    assert widths == sorted(widths)


@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("feature", [0, 1])
def test_the_peak_of_the_posterior_is_the_fit(rng, ratio, feature):
    X, y = two_classes(rng, 3)
    solution = normball.solve(X, y, lam=0.03, l1_ratio=ratio, tol=1e-14)
    shown = PriorDisplay.from_solution(solution, X, y, feature=feature)
    assert shown.map_.get_xdata()[0] == solution.coef[feature]
    values = shown.posterior_.get_ydata()
    assert values[list(shown.u).index(solution.coef[feature])] == pytest.approx(1.0, abs=1e-9)
    assert values.max() == pytest.approx(1.0)
    product = shown.prior * shown.likelihood
    np.testing.assert_allclose(product / product.max(), values, rtol=1e-6, atol=1e-12)
    w = solution.coef.copy()  # the likelihood, in the test's own words
    w[feature] = shown.u[100]
    other = solution.coef.copy()
    other[feature] = shown.u[300]
    ratio_of = np.exp(200 * (mean_loss(X, y, other, "logistic") - mean_loss(X, y, w, "logistic")))
    assert shown.likelihood[100] / shown.likelihood[300] == pytest.approx(ratio_of, rel=1e-6)


def test_the_prior_is_the_one_that_strength_names(rng):
    X, y = two_classes(rng, 3)
    for solution, density in (
        (
            normball.solve(X, y, lam=normball.Strength(sigma=0.4)),
            lambda u: norm.pdf(u, scale=0.4) / norm.pdf(0, scale=0.4),
        ),
        (normball.solve(X, y, lam=0.03, l1_ratio=1.0), lambda u: np.exp(-np.abs(u) * 200 * 0.03)),
    ):
        shown = PriorDisplay.from_solution(solution, X, y)
        np.testing.assert_allclose(shown.prior_.get_ydata(), density(shown.u), rtol=1e-9)


def test_calibration_against_plain_means_and_scipys_intervals(rng):
    p = rng.uniform(size=400)
    y = (rng.uniform(size=400) < p).astype(int)
    shown = CalibrationDisplay.from_predictions(y, p, bins=8)
    rows = np.array_split(np.argsort(p), 8)
    np.testing.assert_allclose(shown.predicted, [p[r].mean() for r in rows], rtol=1e-12)
    np.testing.assert_allclose(shown.observed, [y[r].mean() for r in rows], rtol=1e-12)
    ends = [binomtest(int(y[r].sum()), len(r)).proportion_ci(method="wilson") for r in rows]
    np.testing.assert_allclose(np.column_stack([shown.low, shown.high]), [(e.low, e.high) for e in ends], rtol=1e-9)
    line = shown.points_.lines[0]
    np.testing.assert_array_equal(line.get_ydata(), shown.observed)


def test_weight_two_is_a_row_twice(rng):
    p, y, weight = rng.uniform(size=60), rng.integers(0, 2, 60), rng.integers(0, 3, 60)
    rows = np.repeat(np.arange(60), weight)
    a = CalibrationDisplay.from_predictions(y, p, bins=5, sample_weight=weight)
    b = CalibrationDisplay.from_predictions(y[rows], p[rows], bins=5)
    for name in ("predicted", "observed", "low", "high", "weight"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda P: P.plot_calibration([0, 1, 2], [0.1, 0.2, 0.3]), "3 classes"),
        (lambda P: P.plot_calibration([0, 1], [0.1, 1.3]), "probabilities"),
        (lambda P: P.plot_calibration([0, 1], [0.1, 0.3], bins=0), "bins=0"),
        (lambda P: P.plot_boundary("model", np.eye(2)), "no decision_function"),
        (lambda P: P.plot_shrinkage(np.eye(3), [0, 1, 1]), "3 columns"),
        (lambda P: P.plot_shrinkage(None, [0, 1]), "without X"),
    ],
)
def test_what_cannot_be_drawn(call, says):
    with pytest.raises(normball.InputError, match=says):
        call(normball.plots)
