"""glum, fitted along the path, each λ from the one before."""

from __future__ import annotations

import numpy as np

from . import Fit, _sklearn, tolerances

TITLE, KIND = "glum", "path"
REQUIREMENT, MODULE, OPTIONAL = "glum", "glum", False


def cannot(problem):
    reason = _sklearn.hessian_too_wide(problem)
    return f"outside L2 it {reason}" if reason and problem.l1_ratio > 0 else None


def ladder(problem, targets):
    return [{"gradient_tol": tol, "max_iter": 5000} for tol in tolerances(1e-4, 1e-8, 1)]


def fit(problem, setting):
    from glum import GeneralizedLinearRegressor  # pyright: ignore

    coefs, intercepts = np.empty((problem.shape[1], len(problem.lams))), np.empty(len(problem.lams))
    model = GeneralizedLinearRegressor(
        family="binomial", alpha=1.0, l1_ratio=problem.l1_ratio, warm_start=True, **setting
    )
    for k, lam in enumerate(problem.lams):
        model.set_params(alpha=float(lam))
        model.fit(problem.X, problem.y)
        coefs[:, k], intercepts[k] = model.coef_, model.intercept_
    return Fit(coefs, intercepts)
