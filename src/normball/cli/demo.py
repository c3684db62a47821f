"""`normball demo`: one certified fit of real data, said in words, and an audit of somebody else's fit."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..results import penalty_in_words
from ..strength import BY_NAME, dialects, lam_from
from ..verbs import audit, solve

if TYPE_CHECKING:
    from numpy import ndarray

STRENGTH = 1.0  # scikit-learn's C: its default, and its users' habit


def main() -> int:
    """Fit, print, audit.  Exit status 0 if the fit is certified."""
    from sklearn.datasets import load_breast_cancer

    data: Any = load_breast_cancer()
    X, y, names = data.data, data.target, data.feature_names
    n = float(len(y))
    lam = lam_from("C", STRENGTH, n=n)
    solution = solve(X, y, lam=lam, standardize=True)

    print(f"Penalty: {penalty_in_words(lam, 0.0, standardize=True)}; the intercept is free")
    print(f"Data: breast cancer as bundled with scikit-learn, {len(y)} rows × {len(names)} columns")
    print(f"Predicted: {data.target_names[1]} ({int(y.sum())} of {len(y)})")
    print("\nThe same λ in other dialects:")
    print(dialect_table(lam, n))
    print("\nCoefficients (log-odds), largest effect first:")
    print(coefficient_table(names, solution.coef, X.std(axis=0), solution.intercept))
    print("\nCertificate:")
    print(f"  {solution.certificate.summary()}")
    print(
        "\nAudit of scikit-learn's LogisticRegression() with its defaults, on the same data as it comes (not scaled):"
    )
    print(f"  {audit(scikit_learn_default(X, y), X, y).summary()}")
    return 0 if solution.certificate.status == "certified" else 1


def dialect_table(lam: float, n: float) -> str:
    """One line per dialect: its name, its value, what it minimises."""
    return "\n".join(f"  {name:13s} {x:<10.5g} {BY_NAME[name].minimises}" for name, x in dialects(lam, 0.0, n).items())


def coefficient_table(names: ndarray, coef: ndarray, sd: ndarray, intercept: float) -> str:
    """Columns by |coefficient × sd|: what counts is the effect of a typical difference, not the unit."""
    rows = [f"  {'column':25s} {'per unit':>13s} {'per sd':>9s}"]
    rows += [
        f"  {names[j]:25s} {coef[j]:13.6f} {coef[j] * sd[j]:9.4f}" for j in (-abs(coef * sd)).argsort(kind="stable")
    ]
    return "\n".join([*rows, f"  {'(intercept)':25s} {intercept:13.6f}"])


def scikit_learn_default(X: ndarray, y: ndarray):
    """What most people run.  Its warning is what the audit says with numbers."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression().fit(X, y)
