"""scikit-learn, solver="sag" (L2 only). Runs when asked for by name."""

from __future__ import annotations

from . import _sklearn, tolerances

TITLE = "scikit-learn sag"
REQUIREMENT, MODULE, OPTIONAL = _sklearn.REQUIREMENT, _sklearn.MODULE, True
cannot = _sklearn.only_l2


def ladder(problem, targets):
    return [{"tol": tol, "max_iter": 10_000, "random_state": 0} for tol in tolerances(1e-2, 1e-8, 1)]


def fit(problem, setting):
    return _sklearn.fit(problem, "sag", **setting)
