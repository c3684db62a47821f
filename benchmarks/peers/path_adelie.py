"""adelie: blockwise coordinate descent in C++."""

from __future__ import annotations

import numpy as np

from . import Fit

TITLE, KIND = "adelie", "path"
REQUIREMENT, MODULE, OPTIONAL = "adelie==1.1.52 scipy", "adelie", False
APART = True  # it needs numpy 1


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": tol} for tol in (1e-10, 1e-11, 1e-12, 1e-13)]


def fit(problem, setting):
    import adelie  # pyright: ignore

    tol = setting["tol"]
    state = adelie.grpnet(
        np.asfortranarray(problem.X), adelie.glm.binomial(problem.y), lmda_path=problem.lams, alpha=problem.l1_ratio,
        intercept=True, progress_bar=False, early_exit=False, adev_tol=1.0, ddev_tol=0, tol=tol,
        irls_tol=min(1e-7, tol), n_threads=1,
    )  # fmt: skip
    return Fit(state.betas.toarray().T, np.array(state.intercepts))
