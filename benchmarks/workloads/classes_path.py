"""Several classes, L1: a path on scikit-learn's digits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.problems import Problem
from benchmarks.workloads._classes import data
from benchmarks.workloads._paths import path_problem

GROUP = "path"
TITLE = "Path, several classes, L1"


def problems(quick: bool) -> Iterator[Problem]:
    name, X, y = next(iter(data(quick)))
    Y = np.eye(10)[y.astype(int)]
    lams = np.abs(X.T @ (Y - Y.mean(0))).max() / len(y) * np.geomspace(1.0, 1e-3, 10 if quick else 50)
    title = f"{name}, {len(y)} × {X.shape[1]} × 10, L1, {len(lams)} λ to λmax/1000"
    yield path_problem(name, title, X, y, lams)
