"""Wide dense data, L1: 10 folds × 100 λ and the path on all rows."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem
from benchmarks.workloads import DataMissing
from benchmarks.workloads._paths import gaussian, genes, grid, path_problem

GROUP = "cv"
TITLE = "Cross-validation, wide, L1"


def problems(quick: bool) -> Iterator[Problem]:
    n, p = (100, 400) if quick else (500, 20_000)
    X, y = gaussian(n, p)
    lams = grid(X, y, 0.05, 20 if quick else 100)
    yield path_problem(f"{n}x{p}", f"AR(1) 0.5, {n} × {p}, 10 folds × {len(lams)} λ to λmax/20", X, y, lams, folds=10)
    for name in () if quick else ("alon", "golub"):
        try:
            X, y = genes(name)
        except DataMissing:
            continue
        title = f"{name}, {len(y)} × {X.shape[1]}, 10 folds × 100 λ to λmax/100"
        yield path_problem(name, title, X, y, grid(X, y, 0.01), folds=10)
