"""Problems as values: columns of a family, candidates for them, and what one judging pass knows of X.

Everything here lives in conditioned coordinates (docs/design/architecture.md): the blocks hold (x - mean)/scale, so
coefficients are scale·w and the intercept is b + Σ mean·w; the doors map back once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from ..designs.base import Design, Survey
    from ..losses import Loss
    from ..penalties import ElasticPenalty

Array = np.ndarray
EXACT_FREE = 64
"""Free columns up to this number are made exactly feasible in every pass; more need the Newton certificate."""


@dataclass(frozen=True)
class Shape:
    """A penalty at λ = 1: what the columns of a path share; vectors (p,), conditioned coordinates."""

    l1: Array
    l2: Array
    lower: Array
    upper: Array

    @cached_property
    def boxed(self) -> bool:
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    @cached_property
    def smooth(self) -> bool:
        """Neither an L1 part nor bounds: a Newton step is one linear system."""
        return not (self.l1.any() or self.boxed)

    @cached_property
    def loose(self) -> Array:
        """Columns without a two-sided box (p,) bool."""
        return ~(np.isfinite(self.lower) & np.isfinite(self.upper))

    @cached_property
    def _moderate(self) -> bool:
        size = np.maximum(self.l1, self.l2)
        return bool(((size == 0.0) | ((size > 1e-150) & (size < 1e150))).all())

    def times(self, name: str, lam: float) -> Array:
        """λ·l1 or λ·l2, without a word where extreme units leave the range of float64 (the doors refuse those)."""
        if lam == 0.0:
            return np.zeros(len(self.l1))  # also where the vectors are infinite
        if self._moderate and 1e-150 < lam < 1e150:
            return lam * getattr(self, name)
        with np.errstate(over="ignore", under="ignore"):
            return lam * getattr(self, name)

    def only(self, j: Array) -> Shape:
        """The same restricted to the features j."""
        return Shape(self.l1[j], self.l2[j], self.lower[j], self.upper[j])


@dataclass(frozen=True)
class Column:
    """One problem of a family: its strength, its split of the rows, and the shape of its penalty."""

    lam: float
    l1_ratio: float
    split: int
    shape: Shape

    @property
    def l1(self) -> Array:
        """λ α f_j in conditioned coordinates (p,)."""
        return self.shape.times("l1", self.lam)

    @property
    def l2(self) -> Array:
        """λ (1-α) f_j in conditioned coordinates (p,)."""
        return self.shape.times("l2", self.lam)

    @property
    def lower(self) -> Array:
        return self.shape.lower

    @property
    def upper(self) -> Array:
        return self.shape.upper

    @property
    def free(self) -> Array:
        """Which columns carry neither penalty nor a two-sided box: nothing but the loss holds them (p,) bool."""
        return (self.l1 == 0.0) & (self.l2 == 0.0) & self.shape.loose

    @property
    def smooth(self) -> bool:
        """Neither an L1 part nor bounds: a Newton step is one linear system."""
        return self.shape.smooth or (self.lam == 0.0 and not self.shape.boxed)

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
            l1, l2 = l1_ratio * factor * unit, (1.0 - l1_ratio) * factor * unit * unit
        lower = np.full(p, -np.inf) if lower is None else -_inward(-lower, survey.scale)
        upper = np.full(p, np.inf) if upper is None else _inward(upper, survey.scale)
        return cls(lam, l1_ratio, split, Shape(l1, l2, lower, upper))

    def at(self, lam: float) -> Column:
        """The same column at another strength; the vectors are shared."""
        return replace(self, lam=lam)

    def times(self, factor: float) -> Column:
        """The same column at `factor` times its strength."""
        return replace(self, lam=self.lam * factor)

    def only(self, j: Array) -> Column:
        """The same column restricted to the features j."""
        return replace(self, shape=self.shape.only(j))


def _inward(upper: Array, scale: Array) -> Array:
    """upper·scale, rounded so that no coefficient ends above `upper` when it is divided by its scale again."""
    bound = upper * scale
    return np.where(bound / scale > upper, np.nextafter(bound, -np.inf), bound)


@dataclass(frozen=True)
class Family:
    """Problems that share X.  train, test: bool (cells, splits); the training weights of a split sum to `norm[split]`.

    `free` lists the columns no problem of the family penalises; `metric` (p,) turns conditioned coefficients into those
    whose norm a user sees (the smallest is chosen where the data leave a choice).
    """

    design: Any  # Design, or ClassDesign with several classes
    loss: Any  # Loss, or SoftmaxLoss
    penalty: ElasticPenalty
    columns: tuple[Column, ...]
    train: Array
    test: Array
    norm: Array
    free: Array
    metric: Array
    tol: float
    polish: bool = False  # one more step after the proof, for coefficients as good as the objective
    single_precision: bool = False  # certificates may come from float32 passes (and then allow for it)

    @classmethod
    def single(cls, design: Design, loss: Loss, penalty: ElasticPenalty, column: Column, metric: Array, tol: float):
        """One column, every row in its training set."""
        train = np.ones((design.n_cells, 1), bool)
        norm = np.array([design.weight.sum()])
        return cls(
            design, loss, penalty, (column,), train, ~train, norm, np.flatnonzero(column.free), metric, tol, True
        )

    def alone(self, k: int) -> Family:
        """The family of column k only."""
        return self.alone_at(self.columns[k])

    def alone_at(self, column: Column) -> Family:
        """The family of that column only."""
        family = replace(self, columns=(column,))
        family.__dict__["_shares"] = self._shares
        return family

    @property
    def exact(self) -> bool:
        """Whether the free columns are few enough to be made exactly feasible in every pass (certificates/gap.py)."""
        return len(self.free) <= EXACT_FREE * (self.loss.K if self.loss.joint else 1)

    @property
    def open(self) -> bool:
        """Whether free columns, beside the intercepts, might leave the loss without a minimiser."""
        return len(self.free) > (self.design.head * self.loss.K if self.loss.joint else 0)

    def share(self, split: int) -> Array:
        """c (n,): the weights of the training rows of a split over their sum, 0 elsewhere."""
        if split not in self._shares:
            d, kept = self.design, self.train[:, split] / self.norm[split]
            self._shares[split] = d.weight * (kept[0] if d.cells is None else kept[d.cells])
        return self._shares[split]

    def held_out(self, split: int) -> Array:
        """The rows on which a split is judged."""
        kept = self.test[:, split]
        if not kept.any():
            return np.zeros(0, int)
        d = self.design
        return np.flatnonzero(kept[d.cells] if d.cells is not None else np.full(d.n, kept[0]))

    @cached_property
    def _shares(self) -> dict[int, Array]:
        return {}


class Moments(Protocol):
    """Sums over X that say all of a quadratic loss (lockstep/moments.py)."""

    def judge(self, family: Family, asked: Candidates) -> Evidence:
        """The Evidence of a pass over X, without it."""
        ...


@dataclass
class Candidates:
    """What a strategy wants judged now.  eta (n, C) if it carries it: the pass is then only XᵀR.

    `polished`: the strategy has already taken a step past its own tolerance, so the driver asks for no further one.
    `exact` (C,) bool: which columns are to be proved now (None: all); the others get their gradient only.
    `single`: one pass in float32 will do.  `centred`, with eta: the residuals are made orthogonal to the intercept and
    the free columns before Xᵀ is taken, so the gradient is that of a dual point and needs no cross.
    `support`: for each candidate where it is not 0, if that is known.
    `moments`: what is judged by instead of another read of X, where the loss is quadratic.
    """

    ids: Array
    coefs: Array  # (p, C)
    intercepts: Array  # (C,)
    eta: Array | None = None
    polished: bool = False
    exact: Array | None = None
    single: bool = False
    centred: bool = False
    support: list[Array] | None = None
    moments: Moments | None = None


@dataclass
class Evidence:
    """Sums over blocks in fixed order: all that steps and proofs know of X.  Loss sums are means over training rows.

    Columns that were not to be proved (`Candidates.exact`) have NaN for their loss, spread, tail and curvature, and no
    cross.  `shift` (C,) is what has been paid already for residuals that were corrected before Xᵀ was taken.

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
    shift: Array | None = None
    rounding: Array | None = None  # (C,) what the gap may lack because these sums were rounded
