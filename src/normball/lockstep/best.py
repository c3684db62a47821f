"""What is known of a column so far: its best point, and of its split: the null model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..certificates.certificate import Certificate, relative
from ..certificates.problem import Array, Family
from ..runtime import Watch
from .classes import class_null
from .null import null_model

if TYPE_CHECKING:
    from ..certificates.newton import NewtonProof
    from ..certificates.separation import Separation

Point = tuple[Array, float]
"""(coef (p,), intercept) in conditioned coordinates."""
INTERPOLATED = 1e-20  # of the loss: what is left is rounding
SPARSE = 1000  # columns of X from which a point with few non-zeros keeps only those


@dataclass
class Ground:
    """What the columns of one split share: the null model, the floor of the loss, and whether minimisers exist."""

    intercept: float
    null_loss: float  # of the intercept, the offset and the free columns
    first_loss: float  # of the intercept and the offset alone
    floor: float
    exists: bool
    separation: Separation | None = None
    searched: bool = False  # for a separation
    quadratic: bool = False
    trials: int = 0  # of the proof that a minimiser exists
    coef: Array | None = None  # of the null model, where its intercepts are coefficients (several classes)

    @classmethod
    def of(cls, family: Family, split: int) -> Ground:
        if family.loss.joint:
            coef, null_loss, exists = class_null(family, split)
            return cls(0.0, null_loss, null_loss, 0.0, exists, coef=coef)
        b, null_loss = null_model(family, split)
        floor = float(family.share(split) @ family.loss.floor(family.design.y))
        quadratic = family.loss.quadratic
        exists = quadratic or not len(family.free)
        return cls(b, null_loss, null_loss, floor, exists, quadratic=quadratic)

    def take_null(self, loss: float) -> None:
        """The free columns' loss is the null loss, unless they explain all of a regression but rounding: then the loss
        without them stays the unit of every tolerance."""
        if loss > INTERPOLATED * self.first_loss or self.first_loss == 0.0 or not self.quadratic:
            self.null_loss = loss


@dataclass
class Best:
    """Of one column: the iterate with the smallest proved gap."""

    ground: Ground
    objective: float
    tol: float
    given: Point | None = None  # where to begin, as long as nothing better than the null model is known
    gap: float = np.inf
    score: float = 0.0  # Σ weight·ℓ over held-out rows
    rounds: int = 0
    strategy: str = ""
    single: bool = False  # the gap is that of a float32 pass
    proof: NewtonProof | None = None
    polished: bool = False  # one more step has been taken after the proof
    done: bool = False
    kept: tuple = ()
    intercept: float = 0.0

    @property
    def start(self) -> Point:
        """Where a strategy begins."""
        return self.point if self.given is None else self.given

    def keep(self, coef: Array, intercept: float, support: Array | None = None) -> None:
        """A copy of the point; of a long one with few non-zeros only those (support: all others are 0)."""
        if support is None and len(coef) > SPARSE:
            support = np.flatnonzero(coef)
        few = support is not None and 4 * len(support) < len(coef)
        self.kept = (support, coef[support], len(coef)) if few else (None, coef.copy(), len(coef))
        self.intercept, self.given = intercept, None

    @property
    def coef(self) -> Array:
        j, values, p = self.kept
        if j is None:
            return values
        out = np.zeros(p)
        out[j] = values
        return out

    @property
    def support(self) -> tuple[Array, Array]:
        """Where coef is not 0, and what it is there."""
        j, values, _ = self.kept
        if j is None:
            j = np.flatnonzero(values)
            return j, values[j]
        return j, values

    @property
    def point(self) -> Point:
        return self.coef, self.intercept

    @property
    def null_loss(self) -> float:
        return self.ground.null_loss

    @property
    def certified(self) -> bool:
        return self.ground.exists and self.proved

    @property
    def proved(self) -> bool:
        return relative(self.gap, self.null_loss) <= self.tol


@dataclass(frozen=True)
class Outcome:
    """What the answers of one call share."""

    family: Family
    reads: float
    seconds: float
    reason: str
    names: tuple[str, ...] | None
    interrupted: bool = False

    @classmethod
    def of(cls, family: Family, watch: Watch, names, interrupted: bool = False) -> Outcome:
        reason = watch.reason or "no step improved it further"
        return cls(family, round(family.design.reads, 3), watch.seconds, reason, names, interrupted)


@dataclass(frozen=True)
class Answer:
    """One column's answer; coefficients on the columns as they came, and the certificate, are made when asked for."""

    outcome: Outcome
    best: Best

    @property
    def coefs(self) -> tuple[Array, float]:
        """(coef (p,), intercept) on the columns as they came; several classes: (p, K) and (K,)."""
        return self.outcome.family.design.to_original(*self.point)

    @property
    def coef(self) -> Array:
        return self.outcome.family.design.to_original(*self.point)[0]

    @property
    def intercept(self) -> float:
        return self.outcome.family.design.to_original(*self.point)[1]

    @property
    def point(self) -> Point:
        """(coef (p,), intercept) in conditioned coordinates."""
        return self.best.point

    @property
    def score(self) -> float:
        """Σ weight·ℓ over the held-out rows of the column's split."""
        return self.outcome.family.design.y_scale**2 * self.best.score

    @property
    def relative_gap(self) -> float:
        return relative(self.best.gap, self.best.null_loss)

    @property
    def certified(self) -> bool:
        return self.best.certified and not self.outcome.interrupted and not self.best.ground.separation

    @cached_property
    def certificate(self) -> Certificate:
        """Everything that is known about the point; best.ground.separation tells of no minimiser."""
        shared, best = self.outcome, self.best
        design, separation = shared.family.design, best.ground.separation
        status = "certified" if best.certified else "uncertified"
        status = "separated" if separation else status
        status = "interrupted" if shared.interrupted else status
        errors: tuple = (None, None)
        aliased: tuple = ()
        if best.proof is not None and not shared.interrupted:
            errors = design.errors(best.proof.coef_error, best.proof.intercept_error)
            aliased = tuple(sorted(set(as_came(design, best.proof.aliased))))
        unit = design.y_scale**2
        return Certificate(
            gap=unit * best.gap, null_loss=unit * best.null_loss, objective=unit * best.objective, tol=best.tol,
            status=status,
            reads=shared.reads, rounds=best.rounds, seconds=shared.seconds, strategy=best.strategy,
            reason=shared.reason, coef_error=errors[0], intercept_error=errors[1], separation=separation,
            aliased=aliased, single_precision=best.single, names=shared.names,
        )  # fmt: skip


def as_came(design, columns: Array) -> list[int]:
    """Indices of the design's columns as the user knows them."""
    return [int(j) for j in (columns if design.order is None else design.order[columns])]
