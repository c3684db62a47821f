"""The tangent of the path in λ, against central differences of certified solves."""

from __future__ import annotations

import numpy as np
import pytest

from normball.geometry.visits import Visits
from normball.runtime import Watch
from normball.tasks import read_task


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
def test_tangent_is_the_slope_of_the_solution(l1_ratio, fit_intercept):
    rng = np.random.default_rng([4, fit_intercept])
    X = rng.normal(size=(150, 6)) + 0.3
    y = (X @ [1.0, -1.0, 0.5, 0.0, 0.0, 0.2] + rng.logistic(size=150) > 0).astype(int)
    task = read_task(X, y, penalty_factor=[0.0, 1.0, 2.0, 1.0, 0.5, 1.0], fit_intercept=fit_intercept)
    visits = Visits(task, l1_ratio, Watch())
    for lam in (0.05, 1e-2, 1e-4):
        h = 1e-4 * lam
        below, here, above = (visits.visit(at, tight=True) for at in (lam - h, lam, lam + h))
        assert ((below.point[0] == 0) == (above.point[0] == 0)).all()  # no kink between them
        slope = (above.omega - below.omega) / (2 * h)
        assert here.tangent.slope == pytest.approx(slope, rel=1e-6)
        moved = (above.point[0] - below.point[0]) / (2 * h)
        np.testing.assert_allclose(here.tangent.coef, moved, rtol=1e-5, atol=1e-6 * np.abs(moved).max())
        assert here.tangent.intercept == pytest.approx((above.point[1] - below.point[1]) / (2 * h), rel=1e-5, abs=1e-7)
