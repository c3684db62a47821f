"""scikit-learn, solver="saga" (L2, L1, elastic net). Runs when asked for by name."""

from __future__ import annotations

from . import _sklearn, tolerances

TITLE = "scikit-learn saga"
REQUIREMENT, MODULE, OPTIONAL = _sklearn.REQUIREMENT, _sklearn.MODULE, True


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": tol, "max_iter": 10_000, "random_state": 0} for tol in tolerances(1e-2, 1e-8, 1)]


def fit(problem, setting):
    return _sklearn.fit(problem, "saga", **setting)
