"""normball's LogisticRegressionCV with several classes."""

from __future__ import annotations

import numpy as np

from . import Fit

TITLE, KIND = "normball", "cv classes"
REQUIREMENT, MODULE, OPTIONAL = ".", "normball", False


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"fold_tol": target} for target in sorted(targets, reverse=True)]


def fit(problem, setting):
    from normball import LogisticRegressionCV

    return fitted(LogisticRegressionCV, problem, setting)


def fitted(kind, problem, setting):
    """Any of the two estimators, refit included; the folds' coefficients from coefs_paths_ (folds, 1, C, K, p + 1)."""
    C, numbers = 1.0 / (problem.lams * len(problem.y)), np.unique(problem.folds)
    splits = [(np.flatnonzero(problem.folds != f), np.flatnonzero(problem.folds == f)) for f in numbers]
    model = kind(Cs=C, cv=splits, l1_ratios=(0.0,), scoring="neg_log_loss", use_legacy_attributes=False, **setting)
    model.fit(problem.X, problem.y)
    held = {name: [] for name in ("fold", "lam", "coef", "intercept")}
    for s, fold in enumerate(numbers):
        size = int((problem.folds != fold).sum())
        for k, strength in enumerate(C):
            rows = model.coefs_paths_[s, 0, k]
            facts = (fold, 1.0 / (strength * size), rows[:, :-1].T, rows[:, -1])
            for name, value in zip(held, facts, strict=True):
                held[name].append(value)
    held["coef"], held["intercept"] = (np.stack(held[name], axis=-1) for name in ("coef", "intercept"))
    return Fit(np.zeros((problem.shape[1], 0)), np.zeros(0), {}, held=held)
