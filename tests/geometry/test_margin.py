"""On separable data the ball's solution turns to the direction of largest margin as the radius grows.

Rosset, Zhu & Hastie (2004), JMLR 5.  With γ the largest margin min_i s_i (b + x_i w) over ‖w‖ <= 1 and m(t) that of
w(t)/t:  the loss of w(t) is at most log(1 + e^(-γt)) <= e^(-γt), and at least log(1 + e^(-mt))/n >= e^(-mt) log 2 / n.
So γ - log(n / log 2)/t <= m(t) <= γ: a bound with no constant of ours.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

import normball
from normball import Ball


def data(seed, n=40, p=4):
    """Two classes with room between them, and an intercept that matters."""
    rng = np.random.default_rng([14, seed])
    X = rng.normal(size=(n, p))
    way = rng.normal(size=p)
    score = X @ way + 0.4
    return X + 0.4 * np.sign(score)[:, None] * way / np.linalg.norm(way), (score > 0).astype(int)


def largest_l1_margin(X, s):
    """max m s.t. s (b + X w) >= m, ‖w‖₁ <= 1: a linear program in (u, v, b, m), w = u - v."""
    n, p = X.shape
    rows = np.hstack([-s[:, None] * X, s[:, None] * X, -s[:, None], np.ones((n, 1))])
    norm = np.r_[np.ones(2 * p), 0.0, 0.0][None]
    found = linprog(
        np.r_[np.zeros(2 * p + 1), -1.0], A_ub=np.vstack([rows, norm]), b_ub=np.r_[np.zeros(n), 1.0],
        bounds=[(0, None)] * (2 * p) + [(None, None)] * 2,
    )  # fmt: skip
    return -found.fun, found.x[:p] - found.x[p : 2 * p]


def largest_l2_margin(X, s):
    """The support vector machine of hard margin: min ½‖v‖² s.t. s (b + X v) >= 1; γ = 1/‖v‖."""
    p = X.shape[1]
    rows = s[:, None] * np.hstack([X, np.ones((len(X), 1))])
    start = largest_l1_margin(X, s)
    eta = X @ start[1]
    b = -0.5 * (eta[s > 0].min() + eta[s < 0].max())
    begin = np.r_[start[1], b] / start[0]
    found = minimize(
        lambda v: 0.5 * v[:p] @ v[:p], begin, jac=lambda v: np.r_[v[:p], 0.0], method="SLSQP",
        constraints={"type": "ineq", "fun": lambda v: rows @ v - 1.0, "jac": lambda v: rows},
        options={"ftol": 1e-15, "maxiter": 500},
    )  # fmt: skip
    size = np.linalg.norm(found.x[:p])
    assert (rows @ found.x).min() > 1 - 1e-8
    return 1.0 / size, found.x[:p] / size


MARGINS = {"l1": largest_l1_margin, "l2": largest_l2_margin}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("norm", MARGINS)
def test_margin_and_direction_tend_to_the_largest(norm, seed):
    X, y = data(seed)
    s = 2.0 * y - 1.0
    gamma, direction = MARGINS[norm](X, s)
    assert gamma > 0.1
    lack, turn = [], []
    for reach in (10.0, 40.0, 160.0, 600.0):  # γt: the loss goes down to e^-600
        t = reach / gamma
        found = normball.solve(X, y, ball=Ball(t, norm))
        assert found.certificate.status == "certified" and found.active and found.multiplier > 0
        margin = (s * (X @ found.coef + found.intercept)).min() / t
        assert gamma - np.log(len(y) / np.log(2)) / t <= margin + 1e-7 * gamma
        assert margin <= gamma * (1 + 1e-7)
        lack.append(gamma - margin)
        turn.append(np.linalg.norm(found.coef / t - direction))
        if norm == "l2":  # unit vectors whose mean has norm >= (m + γ)/2γ
            assert turn[-1] ** 2 <= 4 * (1 - ((margin + gamma) / (2 * gamma)) ** 2) + 1e-6
    assert (np.diff(lack) < 0).all()
    assert (np.diff(turn) < 0).all() and turn[-1] < 0.01
