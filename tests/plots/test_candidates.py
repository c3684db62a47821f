"""The candidates: the best of them is the fit, and no other point of the ball is better."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from normball.plots import CandidatesDisplay
from plots.scenes import mean_loss, two_classes


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("lam", [0.003, 0.1])
def test_the_best_candidate_is_the_fit(rng, ratio, lam):
    X, y = two_classes(rng)
    solution = normball.solve(X, y, lam=lam, l1_ratio=ratio, tol=1e-14)
    shown = CandidatesDisplay.from_solution(solution, X, y, features=(0, 1))
    best = shown.candidates[shown.best]
    np.testing.assert_allclose(best.point, solution.coef, rtol=1e-6, atol=1e-7)
    assert best.inside and (best.multiplier is None or best.multiplier > 0.0)
    for one, mark in zip(shown.candidates, shown.marks_, strict=True):
        np.testing.assert_array_equal(np.ravel(mark.get_data()), one.point)
        assert one.value == pytest.approx(mean_loss(X, y, one.point, "logistic"), rel=1e-10)
    plane = shown.geometry.plane
    ball = plane.ball(rng.uniform(0.0, 2.0 * np.pi, 100))
    for u in np.vstack([ball, rng.uniform(size=(100, 1)) * ball]):  # on the boundary, and inside
        assert mean_loss(X, y, u, "logistic") >= best.value - 1e-10


def test_edges_are_where_the_gradients_are_parallel(rng):
    X, y = two_classes(rng)
    shown = CandidatesDisplay.from_solution(normball.solve(X, y, ball=normball.Ball(2.5, "l1")), X, y)
    plane = shown.geometry.plane
    edges = [one for one in shown.candidates if one.kind == "edge"]
    assert edges and sum(one.kind == "corner" for one in shown.candidates) == 4
    for one in edges:
        assert np.abs(one.point).sum() == pytest.approx(plane.radius, rel=1e-12)
        np.testing.assert_allclose(plane.gradient(one.point), -one.multiplier * np.sign(one.point), atol=1e-8)


def test_inside_the_interior_wins(rng):
    X, y = two_classes(rng)
    solution = normball.solve(X, y, ball=normball.Ball(30.0, "l2"))
    shown = CandidatesDisplay.from_solution(solution, X, y, features=(0, 1))
    best = shown.candidates[shown.best]
    assert best.kind == "interior" and best.multiplier == 0.0
    np.testing.assert_allclose(best.point, solution.coef)


def test_all_at_zero_has_one_candidate_in_the_ball(rng):
    X, y = two_classes(rng)
    shown = CandidatesDisplay.from_solution(normball.solve(X, y, lam=9.0, l1_ratio=1.0), X, y)
    assert [one.inside for one in shown.candidates] == [False, True]


def test_without_a_ball_there_is_nothing_to_list(rng):
    X, y = two_classes(rng)
    with pytest.raises(normball.InputError, match="no ball"):
        normball.plots.plot_candidates(normball.solve(X, y, lam=0.0), X, y)
