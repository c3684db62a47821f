"""scikit-learn, solver="newton-cholesky": its best on tall dense data."""

from __future__ import annotations

from . import _sklearn, tolerances

TITLE = "scikit-learn newton-cholesky"
REQUIREMENT, MODULE, OPTIONAL = _sklearn.REQUIREMENT, _sklearn.MODULE, False


def cannot(problem):
    return _sklearn.only_l2(problem) or _sklearn.hessian_too_wide(problem)


def ladder(problem, targets):
    return [{"tol": tol, "max_iter": 200} for tol in tolerances(1e-1, 1e-10)]


def fit(problem, setting):
    return _sklearn.fit(problem, "newton-cholesky", **setting)
