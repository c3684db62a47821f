"""Whether the free optimum lies inside a ball."""

from __future__ import annotations

import numpy as np

from ..lockstep import Answer
from ..lockstep.best import Point
from .visits import Visit, Visits

ROUNDING = 1e-12
"""Of Ω at a free optimum that was computed twice."""


def free_optimum(visits: Visits, near: Visit) -> tuple[Point, Answer] | None:
    """The free optimum, if it exists and is proved; else None.

    Where free optima are many (aliased columns), the one closest to the solution of the smallest λ, which tends to
    the cheapest of them.
    """
    answer = visits.free()
    if not answer.certified:
        return None
    coef, b = answer.point
    best = answer.best
    if best.proof is not None and best.proof.null.shape[1]:
        null = best.proof.null
        move = np.linalg.lstsq(null[1:], near.point[0] - coef, rcond=None)[0]
        coef, b = coef + null[1:] @ move, b + float(null[0] @ move)
    return (coef, b), answer


def separates(visits: Visits, here: Visit) -> bool:
    """Whether every row with a hard label is on its own side: then the loss has no minimiser.  One read."""
    design = visits.task.design
    used = design.weight > 0.0
    if ((design.y[used] > 0.0) & (design.y[used] < 1.0)).any():
        return False
    worst = design.largest(_wrong_side, *here.point)
    return worst < 0.5


def _wrong_side(block, coef, b) -> float:
    """1 where a row of positive weight is not strictly on its own side, else 0."""
    eta = block.times(coef[:, None])[:, 0] + b + block.offset
    return float((((2.0 * block.y - 1.0) * eta <= 0.0) & (block.weight > 0.0)).any())
