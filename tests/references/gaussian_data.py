"""Problems with a squared loss that glmnet solved: data from formulas, as in reference_data.py."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from references.reference_data import weyl, weyl_table
from regression.linear_judge import LinearProblem


def gaussian_cases() -> dict[str, LinearProblem]:
    """Every case by name."""
    X = weyl_table(60, 5)
    y = np.round(4 + X @ [2.0, -1.5, 1.0, 0.0, 0.2] + 3 * (weyl(60, 293) - 0.5), 3)
    weight, offset = np.round(0.5 + 2 * weyl(60, 101), 2), np.round(2 * weyl(60, 103) - 1, 2)
    factor = np.array([1.0, 0.25, 3.0, 0.75, 2.0])
    units = X * [1, 100, 0.01, 5, 1] + [0, 30, 1, -7, 0]
    wide = weyl_table(8, 12)
    tall = LinearProblem(X, y, 0.2, 1.0)
    found = {}
    for name, case in (
        ("tall", tall),
        ("wide", LinearProblem(wide, np.round(wide[:, 0] + weyl(8, 293), 3), 0.05, 1.0)),
    ):
        found |= {
            f"{name} L1": case,
            f"{name} EN": replace(case, l1_ratio=0.3),
            f"{name} L2": replace(case, l1_ratio=0.0),
        }
    found |= {
        "weights and offset L1": replace(tall, sample_weight=weight, offset=offset),
        "weights and offset EN": replace(tall, sample_weight=weight, offset=offset, l1_ratio=0.3),
        "weights and offset L2": replace(tall, sample_weight=weight, offset=offset, l1_ratio=0.0),
        "factors EN": replace(tall, penalty_factor=factor, l1_ratio=0.3),
        "free column L1": replace(tall, penalty_factor=np.array([1, 0, 3, 1, 1.0])),
        "standardized L1": replace(tall, X=units, standardize=True),
        "standardized EN": replace(tall, X=units, standardize=True, l1_ratio=0.3, sample_weight=weight),
        "standardized L2": replace(tall, X=units, standardize=True, l1_ratio=0.0, penalty_factor=factor),
        "no intercept L1": replace(tall, fit_intercept=False),
        "no intercept EN": replace(tall, fit_intercept=False, l1_ratio=0.3),
    }
    return found


def distance(numbers, case: LinearProblem) -> float:
    """max|Δ| / max|coef| between numbers (intercept first, then coef) and the judge's optimum."""
    b, w, _ = case.optimum()
    exact = np.append(b, w)
    return float(np.abs(np.asarray(numbers) - exact).max() / np.abs(w).max())


def stored_gaussian() -> dict[str, list[float]]:
    """glmnet's numbers by case: intercept first, then the coefficients."""
    return json.loads((Path(__file__).parent / "glmnet_gaussian.json").read_text())["intercept_and_coef"]
