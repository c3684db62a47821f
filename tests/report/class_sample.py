"""Facts of three classes and more to make reports of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from normball.report import ClassFacts, Coefficient, Facts, judge_classes
from report.sample import ordinary


def class_outcomes(K: int = 3, rows: int = 300, seed: int = 4):
    """(eta, y) of a model that is worth something."""
    rng = np.random.default_rng(seed)
    eta = rng.normal(0.0, 1.5, (rows, K))
    p = np.exp(eta) / np.exp(eta).sum(1, keepdims=True)
    return eta, (rng.random((rows, 1)) > p.cumsum(1)[:, :-1]).sum(1)


def flowers(labels=("setosa", "versicolor", "virginica"), columns: int = 4, **changes) -> Facts:
    """Facts with so many classes and columns; every number is another one."""
    K, rng = len(labels), np.random.default_rng(1)
    B = np.round(rng.normal(size=(columns, K)), 3)
    B[1:2, 0] = 0.0
    eta, y = class_outcomes(K, max(300, 4 * K))
    shares = np.bincount(y, minlength=K) / len(y)
    facts = replace(
        ordinary(),
        target="species", positive="", negative="", intercept=0.0, base_rate=float(shares.max()),
        coefficients=tuple(
            Coefficient(f"x{j}", f"x{j}", float(B[j, np.abs(B[j]).argmax()]), 1.0 + j % 7) for j in range(columns)
        ),
        judgement=judge_classes(eta, y, null_eta=np.zeros(K)),
        classes=ClassFacts(
            tuple(labels), tuple(shares.tolist()), tuple(map(float, range(K))), tuple(map(tuple, B.tolist()))
        ),
    )  # fmt: skip
    return replace(facts, **changes)
