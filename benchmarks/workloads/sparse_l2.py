"""Sparse text-like data, ridge: 20 000 documents, 100 000 terms with Zipf frequencies, C = 1."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.problems import Problem, text_like

GROUP = "single"
TITLE = "Sparse, text-like, L2"


def problems(quick: bool) -> Iterator[Problem]:
    n, p = (1500, 8000) if quick else (20_000, 100_000)
    X, y = text_like(n, p)
    yield Problem("C=1", f"tf-idf, {n} × {p}, {X.nnz} stored, L2, C = 1", X, y, 1.0 / n)
