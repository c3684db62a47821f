"""scikit-learn's LogisticRegression with several classes, its solvers by name and tolerance."""

from __future__ import annotations

from . import Fit

TITLE, KIND = "scikit-learn", "single classes"
REQUIREMENT, MODULE, OPTIONAL = "scikit-learn", "sklearn.linear_model", False
SOLVERS = ("lbfgs", "newton-cg", "newton-cholesky")


def cannot(problem):
    return None if problem.l1_ratio == 0 else "is timed with the L2 penalty only"


def ladder(problem, targets):
    return [{"solver": solver, "tol": 10.0**-k} for k in range(3, 11) for solver in SOLVERS]


def fit(problem, setting):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=problem.C, max_iter=10_000, **setting).fit(problem.X, problem.y)
    return Fit(model.coef_.T, model.intercept_)
