"""scikit-learn, solver="lbfgs" (its default)."""

from __future__ import annotations

from . import _sklearn, tolerances

TITLE = "scikit-learn lbfgs"
REQUIREMENT, MODULE, OPTIONAL = _sklearn.REQUIREMENT, _sklearn.MODULE, False
cannot = _sklearn.only_l2


def ladder(problem, targets):
    return [{"tol": tol, "max_iter": 10_000} for tol in tolerances(1e-3, 1e-10)]


def fit(problem, setting):
    return _sklearn.fit(problem, "lbfgs", **setting)
