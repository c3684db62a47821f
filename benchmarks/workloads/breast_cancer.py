"""scikit-learn's breast-cancer data, 569 × 30: small, collinear, and badly scaled before it is standardised."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.problems import Problem, standardised

GROUP = "single"
TITLE = "Breast cancer, 569 × 30"


def problems(quick: bool) -> Iterator[Problem]:
    from sklearn.datasets import load_breast_cancer

    X, y = (np.asarray(part, dtype=np.float64) for part in load_breast_cancer(return_X_y=True))
    yield Problem("standardised,L2,C=1", "standardised, L2, C = 1", standardised(X), y, 1.0 / y.size)
    yield Problem("standardised,L1,C=1", "standardised, L1, C = 1", standardised(X), y, 1.0 / y.size, l1_ratio=1.0)
    yield Problem("raw,L2,C=1", "raw columns, L2, C = 1", X, y, 1.0 / y.size)
