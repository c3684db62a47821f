"""Many seeded problems in balls of every size: certified or said why, feasible, KKT as numbers, nothing warns."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import normball
from normball import Ball
from normball.errors import ConvergenceWarning
from problems import random_problem

NORMS = {"l1": None, "l2": None, "elastic": 0.4}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("start", range(0, 400, 50))
def test_every_ball_has_its_answer(norm, start):
    for seed in range(start, start + 50):
        problem = random_problem(seed, max_rows=60, max_columns=15)
        arguments = {k: v for k, v in problem.solve_arguments.items() if k not in ("lam", "l1_ratio")}
        radius = 10.0 ** np.random.default_rng(seed).uniform(-3, 3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # of free columns that separate, asserted below
            found = normball.solve(problem.X, problem.y, ball=Ball(radius, norm, NORMS[norm]), **arguments)
        if found.certificate.status == "separated":
            assert "free columns" in problem.kinds, seed
            continue
        assert found.certificate.status == "certified", seed
        kkt = found.kkt
        assert kkt is not None and found.constraint is not None
        assert kkt.feasibility <= 1e-14 and kkt.slackness <= 1e-10 and kkt.stationarity <= 1e-8, seed
        assert found.constraint.solves <= 60, seed
        if not found.active:
            assert found.lam == 0.0 and found.multiplier == 0.0, seed
