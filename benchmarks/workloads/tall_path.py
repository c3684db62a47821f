"""Tall dense data, L1, 100 λ from λ_max to λ_max/1000."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem
from benchmarks.workloads._paths import gaussian, grid, path_problem

GROUP = "path"
TITLE = "Path, tall, L1"
SIZES = ((100_000, 200, 0.5), (100_000, 200, 0.9), (100_000, 50, 0.5), (20_000, 500, 0.5))


def problems(quick: bool) -> Iterator[Problem]:
    for n, p, rho in ((4000, 30, 0.5),) if quick else SIZES:
        X, y = gaussian(n, p, rho)
        lams = grid(X, y, 1e-3, 20 if quick else 100)
        yield path_problem(f"{n}x{p},rho={rho}", f"AR(1) {rho:g}, {n} × {p}, {len(lams)} λ to λmax/1000", X, y, lams)
