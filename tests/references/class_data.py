"""Problems of several classes, and with bounds, that other programs solved; data from formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from references.reference_data import weyl, weyl_table


@dataclass(frozen=True)
class ClassCase:
    """One problem: y (n,) class numbers; offset (n, K), of two classes (n,).  program: who solves it."""

    X: np.ndarray
    y: np.ndarray
    lam: float
    l1_ratio: float = 0.0
    weight: np.ndarray | None = None
    offset: np.ndarray | None = None
    factor: np.ndarray | None = None
    lower: np.ndarray | None = None
    upper: np.ndarray | None = None
    grouped: bool = False
    program: str = "glmnet"

    @property
    def K(self) -> int:
        return int(self.y.max()) + 1

    @property
    def solve_arguments(self):
        """Keyword arguments of `normball.solve`."""
        return dict(
            lam=self.lam, l1_ratio=self.l1_ratio, penalty_factor=self.factor, sample_weight=self.weight,
            offset=self.offset, lower=self.lower, upper=self.upper, grouped=self.grouped,
        )  # fmt: skip


def labels(X: np.ndarray, K: int) -> np.ndarray:
    """Class numbers drawn from a softmax of the first columns, by a Weyl sequence."""
    n, p = X.shape
    B = np.round(3 * (np.outer(np.sin(np.arange(1, p + 1)), np.cos(np.arange(K))) + np.eye(p, K)), 3)
    P = np.exp(X @ B)
    return ((P / P.sum(1, keepdims=True)).cumsum(1) < weyl(n, 3)[:, None]).sum(1)


def class_cases() -> dict[str, ClassCase]:
    X, wide = weyl_table(150, 6), weyl_table(40, 60)
    y, y4 = labels(X, 3), labels(X, 4)
    weight, factor = np.round(0.5 + weyl(150, 7), 3), np.array([1.0, 2.0, 0.5, 1.0, 0.0, 1.5])
    offset = np.round(weyl_table(150, 9)[:, 6:9], 3)
    full = dict(weight=weight, offset=offset, factor=factor)
    box = dict(lower=np.array([-0.3, 0.0, -np.inf, -0.5, -1.0, 0.0]), upper=np.array([0.4, np.inf, 0.0, 0.5, 1.0, 0.2]))
    wide_y, two = labels(wide[:, :6], 3), (y == 1).astype(int)
    return {
        "L2": ClassCase(X, y, 0.02),
        "L2, four classes": ClassCase(X, y4, 0.005),
        "L1": ClassCase(X, y, 0.02, 1.0),
        "L1, four classes": ClassCase(X, y4, 0.01, 1.0),
        "elastic net": ClassCase(X, y, 0.03, 0.5),
        "L2, weights, offset, factors": ClassCase(X, y, 0.02, 0.0, **full),
        "L1, weights, offset, factors": ClassCase(X, y, 0.01, 1.0, **full),
        "elastic net, weights, offset, factors": ClassCase(X, y, 0.01, 0.3, **full),
        "L2, bounds": ClassCase(X, y, 0.01, 0.0, **box),
        "elastic net, bounds": ClassCase(X, y, 0.01, 0.6, **box),
        "grouped": ClassCase(X, y, 0.15, 1.0, grouped=True),
        "grouped, four classes, weights": ClassCase(X, y4, 0.12, 1.0, weight=weight, grouped=True),
        "grouped, elastic net": ClassCase(X, y, 0.03, 0.5, grouped=True),
        "wide, L1": ClassCase(wide, wide_y, 0.04, 1.0),
        "wide, L2": ClassCase(wide, wide_y, 0.05),
        "wide, grouped": ClassCase(wide, wide_y, 0.06, 1.0, grouped=True),
        "two classes, L2, bounds": ClassCase(X, two, 0.01, 0.0, weight=weight, offset=offset[:, 0], **box),
        "two classes, L1, bounds": ClassCase(X, two, 0.01, 1.0, weight=weight, factor=factor, **box),
        "two classes, elastic net, bounds": ClassCase(X, two, 0.01, 0.5, offset=offset[:, 0], **box),
        "unpenalised": ClassCase(X, y, 0.0, program="nnet"),
        "unpenalised, weights": ClassCase(X, y, 0.0, weight=weight, program="nnet"),
    }  # fmt: skip
