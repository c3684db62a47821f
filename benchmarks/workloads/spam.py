"""Spam, 4601 × 57 word shares: tall and badly scaled (real data, from NORMBALL_DATA)."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np

from benchmarks.problems import Problem, standardised
from benchmarks.workloads import data_file

GROUP = "single"
TITLE = "Spam, 4601 × 57"


def problems(quick: bool) -> Iterator[Problem]:
    with data_file("spam.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    X = np.array([row[:-1] for row in rows], dtype=np.float64)
    y = np.array([row[-1] == "spam" for row in rows], dtype=np.float64)
    n = y.size
    yield Problem("standardised,L2,C=1", "standardised, L2, C = 1", standardised(X), y, 1.0 / n)
    yield Problem("standardised,L1,C=1", "standardised, L1, C = 1", standardised(X), y, 1.0 / n, l1_ratio=1.0)
    yield Problem("raw,L2,C=1", "raw columns, L2, C = 1", X, y, 1.0 / n)
