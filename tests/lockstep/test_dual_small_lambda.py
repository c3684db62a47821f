"""Wide ridge at λ so small that K/λ drowns the identity: another strategy takes over, nothing breaks."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from problems import random_problem


@pytest.mark.parametrize("seed", [232, 333, 398])
def test_a_kernel_that_cannot_be_factored_is_handed_on(seed):
    """These raised LinAlgError at some of these λ."""
    problem = random_problem(seed, max_rows=60, max_columns=15)
    arguments = {k: v for k, v in problem.solve_arguments.items() if k not in ("lam", "l1_ratio")}
    for lam in 10.0 ** -np.arange(8.0, 24.0, 2.0):
        assert normball.solve(problem.X, problem.y, lam=lam, **arguments).certificate.status == "certified"
