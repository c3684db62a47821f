"""LIBLINEAR as scikit-learn ships it, solver="liblinear" (L2: trust-region Newton; L1: coordinate descent).

It appends a column of the constant `intercept_scaling` and penalises the weight of that column with the others. The
larger the constant, the less the intercept pays, and the worse the conditioning: both are in the ladder.
"""

from __future__ import annotations

from . import _sklearn, tolerances

TITLE = "liblinear"
REQUIREMENT, MODULE, OPTIONAL = _sklearn.REQUIREMENT, _sklearn.MODULE, False


def cannot(problem):
    return None if problem.l1_ratio in (0.0, 1.0) else "fits L1 and L2, but no elastic net"


def ladder(problem, targets):
    scalings = (10.0, 1e2, 1e3, 1e4) if problem.l1_ratio == 0 else (10.0, 1e2, 1e3, 1e4, 1e5)
    return [
        {"tol": tol, "intercept_scaling": scaling, "max_iter": 2000, "random_state": 0}
        for tol in tolerances(1e-2, 1e-10, 1)
        for scaling in scalings
    ]


def fit(problem, setting):
    return _sklearn.fit(problem, "liblinear", **setting)
