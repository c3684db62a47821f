"""Path, tall and broad, L1: 100 λ from λ_max to λ_max/1000."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem
from benchmarks.workloads._paths import tall

GROUP = "path"
TITLE = "Path, tall and broad, L1"


def problems(quick: bool) -> Iterator[Problem]:
    yield from tall(20_000, 500, 0.5, quick)
