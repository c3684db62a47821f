"""What is known of a column so far: its best point, and of its split: the null model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..certificates.certificate import Certificate, relative
from ..certificates.problem import Array, Family
from ..runtime import Watch
from .null import null_model

if TYPE_CHECKING:
    from ..certificates.newton import NewtonProof
    from ..certificates.separation import Separation

Point = tuple[Array, float]
"""(coef (p,), intercept) in conditioned coordinates."""


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
    trials: int = 0  # of the proof that a minimiser exists

    @classmethod
    def of(cls, family: Family, split: int) -> Ground:
        b, null_loss = null_model(family, split)
        floor = float(family.share(split) @ family.loss.floor(family.design.y))
        return cls(b, null_loss, null_loss, floor, not len(family.free))


@dataclass
class Best:
    """Of one column: the iterate with the smallest proved gap."""

    ground: Ground
    point: Point
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

    @property
    def start(self) -> Point:
        """Where a strategy begins."""
        return self.point if self.given is None else self.given

    @property
    def coef(self) -> Array:
        return self.point[0]

    @property
    def intercept(self) -> float:
        return self.point[1]

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
class Answer:
    """One column's answer with its certificate; the coefficients are on the columns as they came, made when asked."""

    family: Family
    best: Best
    certificate: Certificate

    @property
    def coef(self) -> Array:
        return self.family.design.to_original(*self.point)[0]

    @property
    def intercept(self) -> float:
        return self.family.design.to_original(*self.point)[1]

    @property
    def point(self) -> Point:
        """(coef (p,), intercept) in conditioned coordinates; one object per answer."""
        return self.best.point

    @property
    def score(self) -> float:
        """Σ weight·ℓ over the held-out rows of the column's split."""
        return self.best.score


def answer_of(family: Family, best: Best, watch: Watch, names, interrupted: bool = False) -> Answer:
    """The best point with everything that is known about it; best.ground.separation tells of no minimiser."""
    design, separation = family.design, best.ground.separation
    status = "certified" if best.certified else "uncertified"
    status = "separated" if separation else status
    status = "interrupted" if interrupted else status
    errors: tuple = (None, None)
    aliased: tuple = ()
    if best.proof is not None and not interrupted:
        width = best.proof.coef_error / design.survey.scale
        errors = (design.unsorted(width), float(best.proof.intercept_error + np.abs(design.survey.mean) @ width))
        aliased = tuple(sorted(as_came(design, best.proof.aliased)))
    certificate = Certificate(
        gap=best.gap, null_loss=best.null_loss, objective=best.objective, tol=best.tol, status=status,
        reads=round(design.reads, 3), rounds=best.rounds, seconds=watch.seconds, strategy=best.strategy,
        reason=watch.reason or "no step improved it further", coef_error=errors[0], intercept_error=errors[1],
        separation=separation, aliased=aliased, single_precision=best.single, names=names,
    )  # fmt: skip
    return Answer(family, best, certificate)


def as_came(design, columns: Array) -> list[int]:
    """Indices of the design's columns as the user knows them."""
    return [int(j) for j in (columns if design.order is None else design.order[columns])]
