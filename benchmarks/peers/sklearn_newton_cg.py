"""scikit-learn, solver="newton-cg"."""

from __future__ import annotations

from . import _sklearn, tolerances

TITLE = "scikit-learn newton-cg"
REQUIREMENT, MODULE, OPTIONAL = _sklearn.REQUIREMENT, _sklearn.MODULE, False
cannot = _sklearn.only_l2


def ladder(problem, targets):
    return [{"tol": tol, "max_iter": 1000} for tol in tolerances(1e-2, 1e-10)]


def fit(problem, setting):
    return _sklearn.fit(problem, "newton-cg", **setting)
