"""Data of several classes."""

from __future__ import annotations

import numpy as np

from benchmarks.problems import standardised


def data(quick: bool):
    """(name, X, y class numbers): digits, standardised; correlated columns, 40 directions matter."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    yield "digits", standardised(X), y.astype(np.float64)
    n, p, K = (700, 30, 10) if quick else (7000, 256, 10)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 40)) @ rng.normal(size=(40, p)) / 6 + 0.5 * rng.normal(size=(n, p))
    eta = X @ (0.12 * rng.normal(size=(p, K)))
    yield "synthetic", standardised(X), (eta + rng.gumbel(size=(n, K))).argmax(1).astype(np.float64)
