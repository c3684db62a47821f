"""The coefficient path and the curve that chooses: the lines are the numbers, the labels do not collide."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure

import normball
from normball.plots import ChoiceDisplay, PathDisplay
from normball.plots.canvas import spread
from plots.scenes import numbers, outside, render, two_classes


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_the_lines_are_the_coefficients(rng, ratio):
    X, y = two_classes(rng, 5)
    path = normball.path(X, y, l1_ratio=ratio, n_lams=20, standardize=True)
    coefs = path.coefs.toarray() if ratio else path.coefs
    scaled = coefs * X.std(axis=0)[:, None]
    shown = PathDisplay.from_path(path)
    for line, row in zip(shown.lines_, scaled, strict=True):
        np.testing.assert_allclose(line.get_ydata(), row, rtol=1e-12)
        np.testing.assert_array_equal(line.get_xdata(), path.lams)
    left, right = shown.ax_.get_xlim()
    assert left > right and shown.ax_.get_xscale() == "log"  # λ falls to the right

    against_t = PathDisplay.from_path(path, against="t")
    norm = {
        0.0: np.linalg.norm(scaled, axis=0),
        0.5: (0.5 * np.abs(scaled) + 0.25 * scaled**2).sum(0),
        1.0: np.abs(scaled).sum(0),
    }[ratio]
    np.testing.assert_allclose(against_t.lines_[0].get_xdata(), norm, rtol=1e-12)


def test_t_is_the_radius_that_was_asked_for(rng):
    X, y = two_classes(rng, 4)
    radii = [0.2, 0.4, 0.8]
    shown = PathDisplay.from_path(normball.path(X, y, radii=radii, norm="l1"), against="t")
    np.testing.assert_allclose(shown.x, radii, rtol=1e-9)


def test_counts_on_top(rng):
    X, y = two_classes(rng, 6)
    path = normball.path(X, y, l1_ratio=1.0, n_lams=30)
    ax = PathDisplay.from_path(path).ax_
    (top,) = ax.child_axes
    assert top.get_xlabel() == "features"
    for at, label in zip(top.get_xticks(), top.get_xticklabels(), strict=True):
        k = int(np.argmin(np.abs(path.lams - at)))
        assert int(label.get_text()) == np.count_nonzero(path.coefs.toarray()[:, k])


def test_several_classes_show_the_length_of_each_feature(rng):
    X, _ = two_classes(rng, 3)
    path = normball.path(X, np.arange(200) % 3, n_lams=5)
    shown = PathDisplay.from_path(path)
    np.testing.assert_allclose(shown.lines_[1].get_ydata(), np.sqrt((path.coefs[1] ** 2).sum(axis=0)), rtol=1e-12)


@pytest.mark.parametrize("size", [(6.4, 4.4), (3.4, 2.4)])
def test_labels_do_not_collide_and_stay_on_the_picture(rng, size):
    """Twelve coefficients that end at nearly the same height."""
    X = rng.normal(size=(300, 12))
    y = (X @ np.full(12, 0.4) + rng.logistic(size=300) > 0).astype(int)
    ax = Figure(figsize=size, layout="constrained").add_subplot()
    shown = PathDisplay.from_path(normball.path(X, y, l1_ratio=1.0, n_lams=20), n_labels=12, ax=ax)
    assert outside(ax) == []
    renderer = ax.figure.canvas.get_renderer()
    assert len(shown.labels_) >= (12 if size[1] > 4 else 5)
    rows = sorted(label.get_position()[1] for label in shown.labels_)
    tall = ax.get_window_extent(renderer).height
    height = shown.labels_[0].get_fontsize() * ax.figure.dpi / 72.0
    assert (np.diff(rows) * tall >= height).all()


def test_spread_is_the_nearest_arrangement(rng):
    """Against every arrangement of a grid: least squares, apart by the gap, within the limits."""
    wanted, gap = rng.uniform(0.2, 0.6, 3), 0.25
    placed = spread(wanted, gap, 0.0, 1.0)
    order = np.argsort(wanted)
    assert (np.diff(placed[order]) >= gap - 1e-12).all() and placed.min() >= 0.0 and placed.max() <= 1.0
    cost = ((placed - wanted) ** 2).sum()
    for rows in itertools.combinations(np.linspace(0.0, 1.0, 41), 3):
        if np.diff(rows).min() >= gap:
            other = np.empty(3)
            other[order] = rows
            assert ((other - wanted) ** 2).sum() >= cost - 1e-12


@pytest.mark.parametrize("ratios", [(1.0,), (0.0, 0.5, 1.0)])
def test_the_curve_and_its_marks(rng, ratios):
    X, y = two_classes(rng, 5)
    cv = normball.cross_validate(X, y, cv=5, n_lams=25, l1_ratios=ratios)
    shown = ChoiceDisplay.from_cv(cv)
    best = cv.l1_ratios.index(cv.l1_ratio_min)
    for r, line in enumerate(shown.lines_):
        np.testing.assert_array_equal(line.get_xdata(), cv.lams[r])
        np.testing.assert_array_equal(line.get_ydata(), cv.mean[r])
    for mark, lam in ((shown.min_, cv.lam_min), (shown.one_se_, cv.lam_1se)):
        (x,), (height,) = mark.get_data()
        assert x == lam and height == cv.mean[best][list(cv.lams[best]).index(lam)]
    low = shown.min_.get_ydata()[0]
    k = list(cv.lams[best]).index(cv.lam_min)
    assert shown.one_se_.get_ydata()[0] <= low + cv.se[best][k] and cv.lam_1se >= cv.lam_min
    assert low == np.nanmin(cv.mean[best])
    band = shown.band_.get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx((cv.mean[best] + cv.se[best]).max(), rel=1e-12)
    assert outside(shown.ax_) == []


def test_a_regression_has_its_own_words(rng):
    X, y = numbers(rng, 3)
    cv = normball.cross_validate(X, y, loss="squared", cv=4, n_lams=10, l1_ratios=[1.0], lam_min_ratio=1e-2)
    ax = normball.plots.plot_choice(cv)
    assert ax.get_ylabel() == "held-out squared error" and render(ax)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda path: normball.plots.plot_path("path"), "no Path"),
        (lambda path: normball.plots.plot_path(path, against="C"), "'lam' or 't'"),
        (lambda path: normball.plots.plot_choice(path), "no CrossValidation"),
    ],
)
def test_what_cannot_be_drawn(rng, call, says):
    X, y = two_classes(rng)
    with pytest.raises(normball.InputError, match=says):
        call(normball.path(X, y, n_lams=3))


def test_one_lambda_is_no_path(rng):
    X, y = two_classes(rng)
    with pytest.raises(normball.InputError, match="needs two"):
        normball.plots.plot_path(normball.path(X, y, lams=[0.1]))
