"""What the files of scikit-learn's solvers share."""

from __future__ import annotations

import numpy as np

from . import Fit

REQUIREMENT = "scikit-learn"
MODULE = "sklearn.linear_model"
WIDEST_HESSIAN = 5000  # columns; beyond that a p × p matrix costs more than 200 MB and no sensible person would ask


def hessian_too_wide(problem) -> str | None:
    p = problem.shape[1]
    if p > WIDEST_HESSIAN:
        return f"needs a {p} × {p} Hessian ({8 * p * p / 2**30:.1f} GiB)"
    return None


def only_l2(problem) -> str | None:
    return None if problem.l1_ratio == 0 else "fits L2 penalties only"


def fit(problem, solver, **setting) -> Fit:
    """scikit-learn minimises C Σ ℓ + Ω: the same problem with C = 1/(lam n)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=problem.C, l1_ratio=problem.l1_ratio, solver=solver, **setting)
    model.fit(problem.X, problem.y)
    return Fit(model.coef_.ravel(), float(np.ravel(model.intercept_)[0]), {"iterations": int(np.max(model.n_iter_))})
