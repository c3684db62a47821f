"""glum: IRLS with Cholesky (L2) or coordinate descent (L1, elastic net) inside; L-BFGS where p × p does not fit."""

from __future__ import annotations

from . import Fit, _sklearn, tolerances

TITLE = "glum"
REQUIREMENT, MODULE, OPTIONAL = "glum", "glum", False


def cannot(problem):
    reason = _sklearn.hessian_too_wide(problem)
    return f"outside L2 it {reason}" if reason and problem.l1_ratio > 0 else None


def ladder(problem, targets):
    solver = "auto" if _sklearn.hessian_too_wide(problem) is None else "lbfgs"
    return [{"solver": solver, "gradient_tol": tol, "max_iter": 5000} for tol in tolerances(1e-2, 1e-10)]


def fit(problem, setting):
    """glum minimises half the mean deviance + alpha Ω, and half a binomial deviance is the log-loss: alpha = lam."""
    from glum import GeneralizedLinearRegressor  # pyright: ignore

    model = GeneralizedLinearRegressor(family="binomial", alpha=problem.lam, l1_ratio=problem.l1_ratio, **setting)
    model.fit(problem.X, problem.y)
    return Fit(model.coef_, float(model.intercept_), {"iterations": int(model.n_iter_)})
