"""Tall dense data, L1: 10 folds × 100 λ and the path on all rows."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem
from benchmarks.workloads._paths import gaussian, grid, path_problem

GROUP = "cv"
TITLE = "Cross-validation, tall, L1"


def problems(quick: bool) -> Iterator[Problem]:
    n, p = (4000, 30) if quick else (100_000, 200)
    X, y = gaussian(n, p)
    lams = grid(X, y, 1e-3, 20 if quick else 100)
    yield path_problem(f"{n}x{p}", f"AR(1) 0.5, {n} × {p}, 10 folds × {len(lams)} λ to λmax/1000", X, y, lams, folds=10)
