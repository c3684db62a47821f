"""Writes glum.json: the cases of reference_data.py that glum solves to full accuracy.

Run from the repository root in an environment with glum and scikit-learn:

    PYTHONPATH=tests python tests/references/make_glum.py

Dialect: glum minimises ½ the mean deviance + alpha·(l1_ratio Σ P1_j|w_j| + (1 - l1_ratio)/2 Σ P2_j w_j²): alpha is
our λ, P1 and P2 are our penalty factors.  `store` checks glum's own accuracy with the long-double judge.
"""

from __future__ import annotations

from pathlib import Path

import glum
import numpy as np

from references.reference_data import Case, cases, store


def fit(case: Case) -> list[float]:
    """Intercept, then coefficients."""
    factor = np.ones(case.X.shape[1]) if case.factor is None else case.factor
    model = glum.GeneralizedLinearRegressor(
        family="binomial",
        alpha=case.lam,
        l1_ratio=case.l1_ratio,
        P1=factor,
        P2=factor,
        fit_intercept=case.fit_intercept,
        scale_predictors=case.standardize,
        solver="irls-cd" if case.l1_ratio else "irls-ls",
        gradient_tol=1e-13,
        max_iter=10_000,
    )
    model.fit(case.X, case.y.astype(float), sample_weight=case.weight, offset=case.offset)
    return [float(np.ravel(model.intercept_)[0]), *map(float, model.coef_)]


def main() -> None:
    found = cases()
    answers = {name: fit(case) for name, case in found.items()}
    store(Path(__file__).with_name("glum.json"), [f"glum {glum.__version__}"], answers, found)


if __name__ == "__main__":
    main()
