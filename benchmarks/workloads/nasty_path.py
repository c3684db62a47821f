"""Data that break shared curvature: unscaled, nearly separable, rare levels, duplicated columns, wrong labels."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np

from benchmarks.problems import Problem, standardised
from benchmarks.workloads import DataMissing, data_file
from benchmarks.workloads._paths import gaussian, grid, path_problem

GROUP = "path"
TITLE = "Path, nasty data, L1"


def problems(quick: bool) -> Iterator[Problem]:
    for name, X, y, least in _data(2000 if quick else 20_000):
        lams = grid(X, y, least, 60)
        yield path_problem(name, f"{name}, {len(y)} × {X.shape[1]}, 60 λ to {least:g} λmax", X, y, lams)


def _data(n: int):
    try:
        X, y = _spam()
        yield "spam raw", X, y, 1e-5
        yield "spam log", np.log1p(X), y, 1e-4
        yield "spam standardised", standardised(X), y, 1e-4
        X, y = _adult()
        yield "adult encoded", X, y, 1e-4
        yield "adult standardised", standardised(X), y, 1e-4
    except DataMissing:
        pass
    rng = np.random.default_rng(8)
    X, _ = gaussian(n, 40)
    eta = X @ rng.normal(size=40)
    yield "nearly separable", X, (eta + 0.05 * eta.std() * rng.normal(size=n) > 0).astype(float), 1e-4
    X, y = gaussian(n, 40)
    levels = rng.integers(0, n // 20, n)
    rare = np.column_stack([(levels == k).astype(float) for k in range(20)])
    yield "rare dummies", np.hstack([X[:, :20], rare]), y, 1e-4
    yield "duplicated columns", np.hstack([X[:, :20], X[:, :20]]), y, 1e-4
    yield "2 % wrong labels", X, np.where(rng.random(n) < 0.02, 1.0 - y, y), 1e-4


def _spam():
    with data_file("spam.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    X = np.array([row[:-1] for row in rows], dtype=np.float64)
    return X, np.array([row[-1] == "spam" for row in rows], dtype=np.float64)


def _adult():
    """Numbers as they came (ages beside capital gains), a 0/1 column for every level of every word."""
    with data_file("adult.csv").open(newline="", encoding="utf-8") as file:
        _, *rows = list(csv.reader(file))
    columns = []
    for values in list(zip(*rows, strict=True))[:-1]:
        try:
            columns.append(np.array(values, dtype=np.float64))
        except ValueError:
            columns += [np.array([v == level for v in values], dtype=np.float64) for level in sorted(set(values))]
    return np.column_stack(columns), np.array([row[-1].strip().startswith(">50K") for row in rows], dtype=np.float64)
