"""Tall dense data, ridge: 200 000 × 100, neighbouring columns correlated 0.5, 20 of them matter."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem, autoregressive

GROUP = "single"
TITLE = "Dense, tall, L2"


def problems(quick: bool) -> Iterator[Problem]:
    n, p = (4000, 30) if quick else (200_000, 100)
    X, y = autoregressive(n, p)
    for lam in (1e-3, 1e-5):
        yield Problem(f"lam={lam:g}", f"AR(1) 0.5, {n} × {p}, L2, λ = {lam:g}", X, y, lam)
