"""Several classes, L2: LogisticRegressionCV, 5 folds × 10 strengths C."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.problems import Problem
from benchmarks.workloads._classes import data
from benchmarks.workloads._paths import path_problem

GROUP = "cv"
TITLE = "LogisticRegressionCV, several classes, L2"


def problems(quick: bool) -> Iterator[Problem]:
    for name, X, y in data(quick):
        lams = 1.0 / (np.logspace(-4, 4, 10) * len(y))
        title = f"{name}, {len(y)} × {X.shape[1]} × 10, L2, 5 folds × 10 C"
        yield replace(path_problem(name, title, X, y, lams, 0.0, folds=5), C_in_folds=True)
