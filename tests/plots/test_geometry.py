"""The geometry shows what it says: judged by the data of its artists, against losses written down again."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import normball
from normball.plots import GeometryDisplay
from plots.scenes import mean_loss, numbers, render, two_classes

CASES = [
    # l1_ratio, λ, columns, standardize, mode, loss
    (0.0, 0.1, 2, False, "slice", "logistic"),
    (0.0, 0.02, 5, True, "slice", "logistic"),
    (0.0, 0.02, 4, True, "profile", "logistic"),
    (1.0, 0.08, 2, False, "slice", "logistic"),
    (1.0, 0.002, 2, False, "slice", "logistic"),
    (1.0, 0.03, 5, True, "slice", "logistic"),
    (1.0, 0.03, 4, False, "profile", "logistic"),
    (0.5, 0.05, 2, False, "slice", "logistic"),
    (0.5, 0.01, 3, True, "profile", "logistic"),
    (0.0, 0.3, 2, False, "slice", "squared"),
    (1.0, 0.2, 3, False, "slice", "squared"),
    (1.0, 9.0, 2, False, "slice", "logistic"),
]


@cache
def made(case):
    ratio, lam, p, standardize, mode, loss = case
    rng = np.random.default_rng(list(repr(case).encode()))
    X, y = (two_classes if loss == "logistic" else numbers)(rng, p)
    asked = dict(lam=lam, l1_ratio=ratio, standardize=standardize, loss=loss, tol=1e-14)
    solution = normball.solve(X, y, **asked)
    return X, y, solution, GeometryDisplay.from_solution(solution, X, y, features=(0, 1), mode=mode)


def distance(point, line):
    """From a point to a polyline (V, 2)."""
    a, b = line[:-1], line[1:]
    step = b - a
    size = np.maximum((step**2).sum(1), 1e-300)
    along = np.clip(((point - a) * step).sum(1) / size, 0.0, 1.0)
    return np.hypot(*(a + along[:, None] * step - point).T).min()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_touching_point_is_the_fit_and_lies_on_both_curves(case):
    ratio, _, _, standardize, _, _ = case
    X, _, solution, shown = made(case)
    sd = X[:, :2].std(axis=0) if standardize else np.ones(2)
    point = np.ravel([shown.touching_.get_xdata(), shown.touching_.get_ydata()])
    np.testing.assert_allclose(point, solution.coef[:2] * sd, rtol=1e-12, atol=0.0)

    omega = np.sum(ratio * np.abs(point) + 0.5 * (1 - ratio) * point**2)
    radius = np.sqrt(2 * omega) if ratio == 0.0 else omega
    assert shown.plane.radius == pytest.approx(radius, rel=1e-12)
    ball = np.column_stack(shown.ball_.get_data())
    size = np.hypot(*point)
    assert distance(point, ball) <= (1e-4 if ratio < 1.0 else 1e-12) * size
    drawn = np.sum(ratio * np.abs(ball) + 0.5 * (1 - ratio) * ball**2, axis=1)  # every vertex of the outline is on it
    np.testing.assert_allclose(drawn, omega, rtol=1e-9, atol=1e-300)
    if shown.level_ is not None:
        width = np.ptp(shown.ax_.get_xlim())
        assert min(distance(point, path) for path in paths(shown.level_)) <= 3e-3 * width
    else:  # all is at 0: only a ball of one point needs no contour
        assert size == 0.0
    assert render(shown.ax_)


def paths(contours):
    """Each piece of a set of contours, or of a line, (V, 2)."""
    if hasattr(contours, "get_xydata"):
        yield contours.get_xydata()
        return
    for path in contours.get_paths():
        yield from np.split(path.vertices, np.flatnonzero(path.codes == path.MOVETO)[1:])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradients_balance(case):
    """Smooth: parallel to 1e-6, the multiplier is the ratio of lengths.  Corner: in multiplier × subdifferential."""
    ratio, lam, p, standardize, mode, loss = case
    X, y, solution, shown = made(case)
    assert shown.active
    if mode == "slice":  # the gradient, by differences of a loss of the test's own
        sd = X[:, :2].std(axis=0) if standardize else np.ones(2)
        steps = np.eye(p)[:2] * 1e-5 / np.r_[sd, np.ones(p - 2)]
        around = [(mean_loss(X, y, solution.coef + h, loss), mean_loss(X, y, solution.coef - h, loss)) for h in steps]
        np.testing.assert_allclose(shown.loss_gradient, [(a - b) / 2e-5 for a, b in around], rtol=0, atol=1e-7)
    pull = np.array(shown.loss_arrow_.xy) - shown.loss_arrow_.get_position()
    g = -pull / shown.arrow_scale_
    np.testing.assert_allclose(g, shown.loss_gradient, rtol=1e-9)
    if shown.corner:
        assert (solution.coef[:2] == 0.0).any() and ratio > 0.0 and shown.norm_arrow_ is None
        slack = 1e-6 * np.hypot(*g)
        assert (-g >= shown.multiplier * shown.norm_lower - slack).all()
        assert (-g <= shown.multiplier * shown.norm_upper + slack).all()
        fan = shown.fan_.get_xy()  # the arrow's tip lies in the fan that is drawn
        tip = np.array(shown.loss_arrow_.xy)
        span = 1e-6 * np.ptp(fan)
        assert (tip >= fan.min(axis=0) - span).all() and (tip <= fan.max(axis=0) + span).all()
    else:
        n = np.array(shown.norm_arrow_.xy) - shown.norm_arrow_.get_position()
        cross = n[0] * pull[1] - n[1] * pull[0]
        assert abs(cross) <= 1e-6 * np.hypot(*n) * np.hypot(*pull) and n @ pull < 0.0
        ratio_of_lengths = np.hypot(*shown.loss_gradient) / np.hypot(*shown.norm_gradient)
        assert shown.multiplier == pytest.approx(ratio_of_lengths, rel=1e-6)
    expected = lam * np.hypot(*shown.touching) if ratio == 0.0 else lam
    assert shown.multiplier == pytest.approx(expected, rel=1e-12)


def test_the_cases_hold_corners_edges_and_the_origin():
    kinds = {(shown.corner, bool(shown.touching.any())) for *_, shown in (made(case) for case in CASES)}
    assert kinds == {(True, True), (True, False), (False, True)}


@pytest.mark.parametrize("norm", ["l1", "l2", "elastic"])
def test_a_ball_that_was_asked_for(rng, norm):
    X, y = two_classes(rng)
    ball = normball.Ball(0.7, norm, l1_ratio=0.4 if norm == "elastic" else None)
    solution = normball.solve(X, y, ball=ball)
    shown = GeometryDisplay.from_solution(solution, X, y, features=(0, 1))
    assert shown.plane.radius == pytest.approx(0.7, rel=1e-9)
    assert shown.multiplier == pytest.approx(solution.multiplier, rel=1e-9)


@pytest.mark.parametrize("norm", ["l1", "l2"])
@pytest.mark.parametrize("p", [2, 4])
def test_inside_nothing_pulls(rng, norm, p):
    X, y = two_classes(rng, p)
    solution = normball.solve(X, y, ball=normball.Ball(50.0, norm))
    shown = GeometryDisplay.from_solution(solution, X, y)
    assert shown.multiplier == 0.0 and not shown.active
    assert shown.loss_arrow_ is None and shown.norm_arrow_ is None and shown.fan_ is None
    np.testing.assert_allclose(shown.loss_gradient, 0.0, atol=1e-9)
    np.testing.assert_array_equal(shown.touching, shown.free)
    assert shown.plane.budget > shown.plane.penalty(shown.touching)[0]


def test_the_free_optimum(rng):
    X, y = two_classes(rng)
    shown = GeometryDisplay.from_solution(normball.solve(X, y, lam=0.1), X, y, features=(0, 1))
    free = normball.solve(X, y, lam=0.0).coef
    np.testing.assert_allclose(np.ravel(shown.free_.get_data()), free, rtol=1e-6)
    apart = (X[:, 0] > 0).astype(int)  # separated: nothing stops the loss alone
    shown = GeometryDisplay.from_solution(normball.solve(X, apart, lam=0.1), X, apart)
    assert shown.free is None and shown.free_ is None and shown.active


def test_the_profile_is_what_a_fit_of_the_others_gives(rng):
    """Each point: the objective of a problem without the two columns, whose part stands in its offset."""
    X, y = two_classes(rng, 4)
    solution = normball.solve(X, y, lam=0.05, l1_ratio=0.5)
    plane = GeometryDisplay.from_solution(solution, X, y, features=(0, 1), mode="profile").plane
    points = rng.normal(size=(5, 2))
    alone = [
        normball.solve(X[:, 2:], y, lam=0.05, l1_ratio=0.5, offset=X[:, :2] @ u, tol=1e-12).certificate.objective
        for u in points
    ]
    np.testing.assert_allclose(plane.value(points), alone, rtol=1e-9)


@pytest.mark.parametrize("case", [case for case in CASES if case[4] == "slice"], ids=str)
def test_the_contour_through_the_fit_is_one(case):
    """The loss, in the test's own words, is the same at all its points in view."""
    X, y, solution, shown = made(case)
    sd = X[:, :2].std(axis=0) if case[3] else np.ones(2)
    line = shown.level_.get_xydata()
    low, high = np.transpose([shown.ax_.get_xlim(), shown.ax_.get_ylim()])
    seen = line[((line >= low) & (line <= high)).all(axis=1)]
    held = lambda u: np.r_[u / sd, solution.coef[2:]]
    here = mean_loss(X, y, solution.coef, case[5])
    assert len(seen) > 20
    np.testing.assert_allclose([mean_loss(X, y, held(u), case[5]) for u in seen[::5]], here, rtol=1e-8)


def test_slice_and_contours_are_the_loss(rng):
    X, y = two_classes(rng, 4)
    solution = normball.solve(X, y, lam=0.05)
    shown = GeometryDisplay.from_solution(solution, X, y, features=(2, 0))
    at = lambda u: np.r_[u[1], solution.coef[1], u[0], solution.coef[3]]
    points = rng.normal(size=(5, 2))
    np.testing.assert_allclose(
        shown.plane.value(points), [mean_loss(X, y, at(u), "logistic") for u in points], rtol=1e-9
    )
    for level, path in zip(shown.contours_.levels, shown.contours_.get_paths(), strict=True):
        for u in path.vertices[:: max(len(path.vertices) // 5, 1)]:
            assert mean_loss(X, y, at(u), "logistic") == pytest.approx(level, rel=2e-3)


def test_weights_offset_and_factors_are_those_of_the_fit(rng):
    X, y = two_classes(rng, 3)
    asked = dict(sample_weight=rng.uniform(0.5, 2.0, 200), offset=rng.normal(size=200), penalty_factor=[1.0, 4.0, 0.5])
    solution = normball.solve(X, y, lam=0.05, tol=1e-14, **asked)
    shown = GeometryDisplay.from_solution(solution, X, y, features=(0, 1), **asked)
    a, b = shown.loss_gradient, shown.norm_gradient
    assert abs(a[0] * b[1] - a[1] * b[0]) <= 1e-6 * np.hypot(*a) * np.hypot(*b)
    assert shown.multiplier == pytest.approx(np.hypot(*a) / np.hypot(*b), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (dict(features=("x0", "nobody")), "'nobody' is no column"),
        (dict(features=(0, 0)), "two different"),
        (dict(mode="shadow"), "'slice' or 'profile'"),
        (dict(offset=np.linspace(-5, 5, 200)), "no optimum"),
        (dict(ax="here"), "no matplotlib Axes"),
    ],
)
def test_what_cannot_be_drawn(rng, change, says):
    X, y = two_classes(rng, 3)
    solution = normball.solve(X, y, lam=0.01)
    with pytest.raises(normball.InputError, match=says):
        normball.plots.plot_geometry(solution, X, y, **change)


def test_what_has_no_ball(rng):
    X, y = two_classes(rng)
    with pytest.raises(normball.InputError, match="no Solution"):
        normball.plots.plot_geometry("fit", X, y)
    with pytest.raises(normball.InputError, match="Firth"):
        normball.plots.plot_geometry(normball.solve(X, y, penalty="firth"), X, y)
    with pytest.raises(normball.InputError, match="3 classes"):
        normball.plots.plot_geometry(normball.solve(X, np.arange(200) % 3, lam=0.1), X, y)
    shown = GeometryDisplay.from_solution(normball.solve(X, y, lam=0.0), X, y)
    assert not shown.has_ball and shown.ball_ is None and shown.multiplier == 0.0


def test_columns_without_a_penalty(rng):
    """Nothing holds them, so there is no ball to draw; the pair that is chosen is one of penalised columns."""
    X, y = two_classes(rng, 3)
    factor = dict(penalty_factor=[0.0, 1.0, 1.0])
    fit = normball.solve(X, y, lam=0.02, **factor)
    assert set(GeometryDisplay.from_solution(fit, X, y, **factor).plane.names) == {"x1", "x2"}
    with pytest.raises(normball.InputError, match="'x0' is not penalised"):
        normball.plots.plot_geometry(fit, X, y, features=(1, 0), **factor)


def test_classes_of_equal_size(rng):
    """The slope of the intercept is 0 at the first step: nothing infinite is met, and nothing warns."""
    X, _ = two_classes(rng, 2)
    y = np.arange(200) % 2
    shown = GeometryDisplay.from_solution(normball.solve(X, y, lam=1.0, l1_ratio=1.0), X, y)
    assert np.all(shown.touching == 0.0)


@pytest.mark.parametrize("limits", [(1, 2), 3.0, (1, 0, 0, 1), (0, 1, 0, np.inf), "abcd"])
def test_limits_refused(rng, limits):
    X, y = two_classes(rng, 2)
    with pytest.raises(normball.InputError, match="limits="):
        normball.plots.plot_geometry(normball.solve(X, y, lam=0.1), X, y, limits=limits)
