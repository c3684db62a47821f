"""LogisticRegressionCV: L2, 5 folds × 10 strengths C, on tall and on wide data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.problems import Problem
from benchmarks.workloads import DataMissing
from benchmarks.workloads._paths import gaussian, genes, path_problem

GROUP = "cv"
TITLE = "LogisticRegressionCV, L2"


def problems(quick: bool) -> Iterator[Problem]:
    for name, X, y in _data(quick):
        lams = 1.0 / (np.logspace(-4, 4, 10) * len(y))
        title = f"{name}, {len(y)} × {X.shape[1]}, L2, 5 folds × 10 C"
        yield replace(path_problem(name, title, X, y, lams, 0.0, folds=5), C_in_folds=True)


def _data(quick: bool):
    n, p = (4000, 20) if quick else (50_000, 100)
    yield ("AR(1) 0.5", *gaussian(n, p))
    if not quick:
        try:
            yield ("golub", *genes("golub"))
        except DataMissing:
            return
