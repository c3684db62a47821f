"""normball.cross_validate, and its LogisticRegressionCV where the grid is one of C."""

from __future__ import annotations

import numpy as np

from . import Fit

TITLE, KIND = "normball", "cv"
REQUIREMENT, MODULE, OPTIONAL = ".", "normball", False
JUDGED = 7  # every so manyth λ of each fold is judged


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"fold_tol": target} for target in sorted(targets, reverse=True)]


def fit(problem, setting):
    import normball

    if problem.C_in_folds:
        return _estimator(problem, setting, normball)
    found = normball.cross_validate(
        problem.X, problem.y, cv=problem.folds, lams=problem.lams, l1_ratios=(problem.l1_ratio,), **setting
    )
    facts = {
        "reads": float(found.reads),
        "worst claimed gap of a fold": float(found.worst_gap),
        "uncertified": int(found.uncertified),
    }
    path = found.path
    coefs = path.coefs if problem.l1_ratio == 0.0 else path.coefs.toarray()
    held = {name: [] for name in ("fold", "lam", "coef", "intercept")}
    for k in range(0, len(problem.lams), JUDGED):
        for fold in (0, len(found.splits) - 1):
            answer = found.fold_answers[fold][k]
            for name, value in zip(held, (fold, problem.lams[k], answer.coef, answer.intercept), strict=True):
                held[name].append(value)
    held["coef"] = np.column_stack(held["coef"])
    return Fit(coefs, path.intercepts, facts, held=held)


def _estimator(problem, setting, normball):
    n = len(problem.y)
    C = 1.0 / (problem.lams * n)
    numbers = np.unique(problem.folds)
    splits = [(np.flatnonzero(problem.folds != f), np.flatnonzero(problem.folds == f)) for f in numbers]
    model = normball.LogisticRegressionCV(Cs=C, cv=splits, l1_ratios=(problem.l1_ratio,), **setting)
    model.fit(problem.X, problem.y)
    return Fit(np.zeros((problem.shape[1], 0)), np.zeros(0), {"status": model.status_}, held=held_of(model, problem, C))


def held_of(model, problem, C):
    """The folds' coefficients from coefs_paths_ (folds, 1, C, 1, p + 1)."""
    n, held = len(problem.y), {name: [] for name in ("fold", "lam", "coef", "intercept")}
    for s, fold in enumerate(np.unique(problem.folds)):
        size = int((problem.folds != fold).sum())
        for k, strength in enumerate(C):
            coef = model.coefs_paths_[s, 0, k, 0]
            for name, value in zip(held, (fold, 1.0 / (strength * size), coef[:-1], coef[-1]), strict=True):
                held[name].append(value)
    held["coef"] = np.column_stack(held["coef"])
    assert n
    return held
