"""scikit-learn's LogisticRegressionCV, its L2 solvers by name and tolerance."""

from __future__ import annotations

import numpy as np

from . import Fit
from .cv_normball import held_of

TITLE, KIND = "scikit-learn LogisticRegressionCV", "cv"
REQUIREMENT, MODULE, OPTIONAL = "scikit-learn", "sklearn.linear_model", False


def cannot(problem):
    if not problem.C_in_folds:
        return "has a grid of C only, another λ in every fold"
    return None if problem.l1_ratio == 0.0 else "is timed with the L2 penalty only"


def ladder(problem, targets):
    solvers = ["lbfgs", "newton-cg"] + (["newton-cholesky"] if problem.shape[1] <= 2000 else [])
    return [{"solver": solver, "tol": tol} for tol in (1e-4, 1e-6, 1e-8) for solver in solvers]


def fit(problem, setting):
    from sklearn.linear_model import LogisticRegressionCV

    C, numbers = 1.0 / (problem.lams * len(problem.y)), np.unique(problem.folds)
    splits = [(np.flatnonzero(problem.folds != f), np.flatnonzero(problem.folds == f)) for f in numbers]
    model = LogisticRegressionCV(
        Cs=C,
        cv=splits,
        l1_ratios=(0.0,),
        scoring="neg_log_loss",
        use_legacy_attributes=False,
        max_iter=10_000,
        **setting,
    ).fit(problem.X, problem.y)
    return Fit(np.zeros((problem.shape[1], 0)), np.zeros(0), {}, held=held_of(model, problem, C))
