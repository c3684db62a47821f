"""adelie: multinomial family (its groups are single coefficients here)."""

from __future__ import annotations

import numpy as np

from . import Fit
from .path_adelie import APART, MODULE, OPTIONAL, REQUIREMENT

TITLE, KIND = "adelie", "path classes"
__all__ = ["APART", "MODULE", "OPTIONAL", "REQUIREMENT", "TITLE"]


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": tol} for tol in (1e-8, 1e-9, 1e-10, 1e-11, 1e-12)]


def fit(problem, setting):
    import adelie  # pyright: ignore

    tol, K, p = setting["tol"], int(problem.y.max()) + 1, problem.shape[1]
    Y = np.asfortranarray(np.eye(K)[problem.y.astype(int)])
    # with K responses adelie divides the loss by n K
    state = adelie.grpnet(
        np.asfortranarray(problem.X), adelie.glm.multinomial(Y), lmda_path=problem.lams / K, alpha=problem.l1_ratio,
        groups="ungrouped", intercept=True, progress_bar=False, early_exit=False, adev_tol=1.0, ddev_tol=0, tol=tol,
        irls_tol=min(1e-7, tol), n_threads=1,
    )  # fmt: skip
    betas = state.betas.toarray().reshape(-1, p, K)
    return Fit(np.moveaxis(betas, 0, -1), np.array(state.intercepts).reshape(-1, K).T)
