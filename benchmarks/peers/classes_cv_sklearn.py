"""scikit-learn's LogisticRegressionCV with several classes, its solvers by name and tolerance."""

from __future__ import annotations

from .classes_cv_normball import fitted

TITLE, KIND = "scikit-learn LogisticRegressionCV", "cv classes"
REQUIREMENT, MODULE, OPTIONAL = "scikit-learn", "sklearn.linear_model", False


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"solver": solver, "tol": tol} for tol in (1e-4, 1e-6, 1e-8) for solver in ("lbfgs", "newton-cg")]


def fit(problem, setting):
    from sklearn.linear_model import LogisticRegressionCV

    return fitted(LogisticRegressionCV, problem, dict(max_iter=10_000, **setting))
