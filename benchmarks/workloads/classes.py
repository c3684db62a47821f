"""Several classes, L2, one fit: scikit-learn's digits, and 7000 × 256 × 10."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem
from benchmarks.workloads._classes import data

GROUP = "single"
TITLE = "Several classes, L2"


def problems(quick: bool) -> Iterator[Problem]:
    for name, X, y in data(quick):
        for C in (1.0, 0.01):
            yield Problem(
                f"{name}, C={C:g}", f"{name}, {len(y)} × {X.shape[1]} × 10, L2, C = {C:g}", X, y, 1 / (C * len(y))
            )
