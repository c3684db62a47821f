"""Problems as values: columns of a family, candidates for them, and what one judging pass knows of X.

Everything here lives in conditioned coordinates (docs/design/architecture.md): the blocks hold (x - mean)/scale, so
coefficients are scale·w and the intercept is b + Σ mean·w; the doors map back once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..designs.base import Design, Survey
    from ..losses import Loss
    from ..penalties import ElasticPenalty

Array = np.ndarray
EXACT_FREE = 64
"""Free columns up to this number are made exactly feasible in every pass; more need the Newton certificate."""


@dataclass(frozen=True)
class Column:
    """One problem of a family: its strength and its split of the rows; vectors are (p,), conditioned coordinates."""

    lam: float
    l1_ratio: float
    split: int
    l1: Array
    l2: Array
    lower: Array
    upper: Array

    @cached_property
    def free(self) -> Array:
        """Which columns carry neither penalty nor a two-sided box: nothing but the loss holds them (p,) bool."""
        boxed = np.isfinite(self.lower) & np.isfinite(self.upper)
        return (self.l1 == 0.0) & (self.l2 == 0.0) & ~boxed

    @cached_property
    def smooth(self) -> bool:
        """Neither an L1 part nor bounds: a Newton step is one linear system."""
        return not (self.l1.any() or np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    @classmethod
    def make(
        cls, survey: Survey, cells: Array, *, lam: float, l1_ratio: float = 0.0, factor: Array | None = None,
        standardize: bool | Array = False, split: int = 0, lower: Array | None = None, upper: Array | None = None,
    ) -> Column:  # fmt: skip
        """The vectors of λ Σ f_j (α|u_j| + (1-α)/2 u_j²), u = w (or sd·w), for coefficients scale·w; cells: training.

        factor, lower, upper (p,) on the columns as they came; a constant column counts as sd = scale.
        """
        p = len(survey.scale)
        factor = np.ones(p) if factor is None else factor
        sd = survey.sd(cells)
        unit = np.where(standardize, np.where(sd > 0.0, sd, survey.scale), 1.0) / survey.scale
        with np.errstate(over="ignore", under="ignore"):
            l1, l2 = lam * l1_ratio * factor * unit, lam * (1.0 - l1_ratio) * factor * unit * unit
        lower = np.full(p, -np.inf) if lower is None else lower * survey.scale
        upper = np.full(p, np.inf) if upper is None else upper * survey.scale
        return cls(lam, l1_ratio, split, l1, l2, lower, upper)

    def times(self, factor: float) -> Column:
        """The same column at `factor` times its strength."""
        return Column(
            self.lam * factor, self.l1_ratio, self.split, self.l1 * factor, self.l2 * factor, self.lower, self.upper
        )

    def only(self, j: Array) -> Column:
        """The same column restricted to the features j."""
        return Column(self.lam, self.l1_ratio, self.split, self.l1[j], self.l2[j], self.lower[j], self.upper[j])


@dataclass(frozen=True)
class Family:
    """Problems that share X.  train, test: bool (cells, splits); the training weights of a split sum to `norm[split]`.

    `free` lists the columns no problem of the family penalises; `metric` (p,) turns conditioned coefficients into those
    whose norm a user sees (the smallest is chosen where the data leave a choice).
    """

    design: Design
    loss: Loss
    penalty: ElasticPenalty
    columns: tuple[Column, ...]
    train: Array
    test: Array
    norm: Array
    free: Array
    metric: Array
    tol: float

    @classmethod
    def single(cls, design: Design, loss: Loss, penalty: ElasticPenalty, column: Column, metric: Array, tol: float):
        """One column, every row in its training set."""
        train = np.ones((design.n_cells, 1), bool)
        norm = np.array([design.weight.sum()])
        return cls(design, loss, penalty, (column,), train, ~train, norm, np.flatnonzero(column.free), metric, tol)

    @property
    def exact(self) -> bool:
        """Whether the free columns are few enough to be made exactly feasible in every pass (certificates/gap.py)."""
        return len(self.free) <= EXACT_FREE

    def share(self, split: int) -> Array:
        """c (n,): the weights of the training rows of a split over their sum, 0 elsewhere."""
        if split not in self._shares:
            d, kept = self.design, self.train[:, split] / self.norm[split]
            self._shares[split] = d.weight * (kept[0] if d.cells is None else kept[d.cells])
        return self._shares[split]

    @cached_property
    def _shares(self) -> dict[int, Array]:
        return {}


@dataclass
class Candidates:
    """What a strategy wants judged now.  eta (n, C) if it carries it: the pass is then only XᵀR.

    `polished`: the strategy has already taken a step past its own tolerance, so the driver asks for no further one.
    """

    ids: Array
    coefs: Array  # (p, C)
    intercepts: Array  # (C,)
    eta: Array | None = None
    polished: bool = False


@dataclass
class Evidence:
    """Sums over blocks in fixed order: all that steps and proofs know of X.  Loss sums are means over training rows.

    `cross` holds Xᵀ(c h X_U) and `cross_free` X_Uᵀ(c h X_U), where U is the intercept (if any) and then the free
    columns: what a dual point needs to be exactly feasible (certificates.md, decision 1 of engine.md).
    """

    grad: Array  # (p, C)    Xᵀ(c∘r)
    grad_b: Array  # (C,)      Σ c r
    loss: Array  # (C,)
    spread: Array  # (C,)      Σ c r²/h, rows below losses.base.CAP
    tail: Array  # (C,)      Σ c ℓ, the others
    curvature: Array  # (C,)      Σ c h
    scores: Array  # (C,)      Σ weight·ℓ over held-out rows
    cross: Array  # (p, U, C)
    cross_free: Array  # (U, U, C)
