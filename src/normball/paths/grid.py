"""The grid of λ: where a path begins, exactly, and how far it goes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..certificates import Candidates
from ..errors import InputError
from ..inputs.values import read_number
from ..lockstep.moments import moments_of
from ..lockstep.null import free_fit
from ..lockstep.sweep import sweep
from ..strength import Strength, read_strength
from ..tasks import Task

LEAST_RATIO = 1e-3
"""Below this l1_ratio the grid starts where this one would (as glmnet does: the true start goes to infinity)."""
RATIO, WIDE_RATIO, L2_RATIO = 1e-4, 1e-2, 1e-3


class Grid(NamedTuple):
    """What was asked: λ (L,) descending, or how many and how far; or Strengths, whose λ `at` finds.

    fades  (L,) which λ are larger in a fold, by all rows' weight over its own: strengths per sum; None: no λ is
    """

    lams: np.ndarray | None
    n_lams: int = 100
    ratio: float | None = None
    fades: np.ndarray | None = None
    asked: tuple[Strength, ...] = ()

    def at(self, total: float, l1_ratios, *, folds: bool = False) -> Grid:
        """The grid of data whose weights sum to total: λ from above, each once (once for each way in folds)."""
        if not self.asked:
            return self
        for ratio in l1_ratios:
            for strength in self.asked:
                strength.check(ratio)
        made = {(s.lam(total, s.own_ratio), folds and s.fades) for s in self.asked}
        lams, fades = (np.array(column) for column in zip(*sorted(made, reverse=True), strict=True))
        return Grid(lams, len(lams), self.ratio, fades)


def read_grid(lams, n_lams=100, lam_min_ratio=None) -> Grid:
    """Checked, to be completed by `Grid.at` where λ or Strengths were given."""
    ratio = lam_min_ratio
    if ratio is not None:
        ratio = read_number(ratio, "lam_min_ratio", "a number between 0 and 1", lambda v: 0.0 < v < 1.0)
    if lams is not None:
        if np.ndim(lams) != 1 or not len(lams):
            raise InputError(f"lams has shape {np.shape(lams)}: give a list of numbers λ >= 0, at least one.")
        asked = tuple(read_strength(lam) for lam in lams)
        return Grid(None, len(asked), ratio, None, asked)
    count = read_number(n_lams, "n_lams", "a whole number >= 1", lambda v: v >= 1 and v == int(v))
    return Grid(None, int(count), ratio)


def lam_max(task: Task, l1_ratio: float) -> float:
    """The smallest λ at which every penalised coefficient is 0: max_j |Σ c x_j r| / (α f_j), at the null fit.

    The null fit has the intercept, the offset and the columns with penalty factor 0.  0 where no column moves anything.
    Source: docs/design/certificates.md, "What a gap proves".
    """
    column = task.column(1.0, l1_ratio)
    family, design = task.family([column], 1e-8), task.design
    coef, b = free_fit(family, column)
    asked = Candidates(np.array([0]), coef[:, None], np.array([b]), moments=moments_of(family))
    grad, l1 = family.penalty.pull(sweep(family, asked).grad[:, 0], column), column.shape.l1
    moves = (l1 > 0.0) & ~design.survey.constant & (grad > 1e-14)  # less is rounding
    return float((grad[moves] / l1[moves]).max(initial=0.0))


def make_lams(task: Task, l1_ratio: float, grid: Grid) -> np.ndarray:
    """The λ of a path (L,), descending."""
    if grid.lams is not None:
        return grid.lams
    top = lam_max(task, max(l1_ratio, LEAST_RATIO))
    if top == 0.0:
        return np.array([1.0])  # nothing to select: any λ gives the null model
    top *= 1.0 + 1e-12
    ratio = grid.ratio
    if ratio is None:
        ratio = WIDE_RATIO if task.n_features >= task.design.n else RATIO
        ratio *= L2_RATIO if l1_ratio < LEAST_RATIO else 1.0
    return top * np.geomspace(1.0, ratio, grid.n_lams) if grid.n_lams > 1 else np.array([top])
