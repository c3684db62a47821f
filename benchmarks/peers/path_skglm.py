"""skglm: prox-Newton with working sets, warm from λ to λ."""

from __future__ import annotations

import numpy as np

from . import Fit

TITLE, KIND = "skglm", "path"
REQUIREMENT, MODULE, OPTIONAL = "skglm", "skglm", False


def cannot(problem):
    return None if problem.l1_ratio == 1.0 else "is timed with the L1 penalty only"


def ladder(problem, targets):
    return [{"tol": tol} for tol in (1e-4, 1e-6, 1e-8)]


def fit(problem, setting):
    from skglm.datafits import Logistic  # pyright: ignore
    from skglm.penalties import L1  # pyright: ignore
    from skglm.solvers import ProxNewton  # pyright: ignore
    from skglm.utils.jit_compilation import compiled_clone  # pyright: ignore

    solver = ProxNewton(fit_intercept=True, warm_start=True, max_iter=100, max_pn_iter=200, **setting)
    X, labels = np.asfortranarray(problem.X), 2.0 * problem.y - 1.0
    loss, (n, p) = compiled_clone(Logistic()), problem.shape
    loss.initialize(X, labels)
    w, eta = np.zeros(p + 1), np.zeros(n)
    coefs, intercepts = np.empty((p, len(problem.lams))), np.empty(len(problem.lams))
    for k, lam in enumerate(problem.lams):
        solve = getattr(solver, "_solve", solver.solve)
        w = solve(X, labels, loss, compiled_clone(L1(lam)), w, eta)[0].copy()
        coefs[:, k], intercepts[k], eta = w[:-1], w[-1], X @ w[:-1] + w[-1]
    return Fit(coefs, intercepts)
