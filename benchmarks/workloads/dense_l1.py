"""Dense data of moderate size, lasso: 20 000 × 100 at two strengths below the one that empties the model."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem, autoregressive, lam_max

GROUP = "single"
TITLE = "Dense, L1"


def problems(quick: bool) -> Iterator[Problem]:
    n, p = (2000, 30) if quick else (20_000, 100)
    X, y = autoregressive(n, p, seed=1)
    top = lam_max(X, y)
    for part in (0.1, 0.01):
        title = f"AR(1) 0.5, {n} × {p}, L1, λ = {part:g} λmax"
        yield Problem(f"lam={part:g}*lam_max", title, X, y, part * top, l1_ratio=1.0)
