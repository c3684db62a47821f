"""Problems with a grid of λ: what the path and cv workloads share."""

from __future__ import annotations

import numpy as np

from benchmarks.problems import Problem, autoregressive, lam_max, standardised
from benchmarks.workloads import data_file


def grid(X, y, least: float, count: int = 100, l1_ratio: float = 1.0) -> np.ndarray:
    """count λ from λ_max down to least·λ_max."""
    return lam_max(X, y, max(l1_ratio, 1e-3)) * np.geomspace(1.0, least, count)


def path_problem(name: str, title: str, X, y, lams, l1_ratio: float = 1.0, folds: int = 0) -> Problem:
    """A path, or with folds its cross-validation."""
    numbers = np.random.default_rng(1).permutation(np.arange(len(y)) % folds) if folds else None
    return Problem(name, title, X, y, float(lams[0]), l1_ratio, np.ascontiguousarray(lams), numbers)


def gaussian(n: int, p: int, rho: float = 0.5):
    return autoregressive(n, p, rho=rho, seed=4)


def genes(name: str):
    """alon or golub, standardised columns; y 0/1 (real data, from NORMBALL_DATA)."""
    with np.load(data_file(f"{name}.npz"), allow_pickle=True) as file:
        X, labels = file["X"].astype(np.float64), file["y"]
    return standardised(X), (labels == np.unique(labels)[1]).astype(np.float64)


def tall(n: int, p: int, rho: float, quick: bool):
    """L1, 100 λ from λ_max to λ_max/1000 (one generator of problems for the tall workloads)."""
    n, p = (4000, 30) if quick else (n, p)
    X, y = gaussian(n, p, rho)
    lams = grid(X, y, 1e-3, 20 if quick else 100)
    yield path_problem(f"{n}x{p},rho={rho}", f"AR(1) {rho:g}, {n} × {p}, {len(lams)} λ to λmax/1000", X, y, lams)
