"""L1, L2 or between?  Candidates side by side, judged on the same splits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import InputError
from .criteria import mean_and_se

if TYPE_CHECKING:
    from .cross_validation import CrossValidation


class Compared(NamedTuple):
    """One candidate at its own best λ, beside the best of all; losses as in CrossValidation."""

    l1_ratio: float
    relaxed: bool
    lam: float
    mean: float
    se: float
    difference: float  # mean of (its loss - the best one's) over the same splits
    difference_se: float
    n_features: int

    @property
    def label(self) -> str:
        kind = {0.0: "L2", 1.0: "L1"}.get(self.l1_ratio, f"l1_ratio {self.l1_ratio:g}")
        return f"{kind}, relaxed" if self.relaxed else kind


def compare(*found: CrossValidation) -> list[Compared]:
    """Every l1_ratio of every cross-validation, which must have judged the same splits: paired differences ± SE."""
    first = found[0]
    for other in found[1:]:
        same = len(other.splits) == len(first.splits) and all(
            np.array_equal(a.test, b.test) for a, b in zip(first.splits, other.splits, strict=True)
        )
        if not same:
            raise InputError("These cross-validations judged other splits: give both the same cv and seed.")
    places = [(cv, r, cv.index("min", r)) for cv in found for r in range(len(cv.l1_ratios))]
    means = [cv.mean[r, k] for cv, r, k in places]
    cv, r, k = places[int(np.argmin(means))]
    best = cv.losses[:, r, k]
    rows = []
    for cv, r, k in places:
        difference = mean_and_se(cv.losses[:, r, k] - best, cv.weights)
        rows.append(
            Compared(
                cv.l1_ratios[r],
                cv.relax is not None and cv.l1_ratios[r] > 0.0,
                float(cv.lams[r][k]),
                float(cv.mean[r, k]),
                float(cv.se[r, k]),
                float(difference[0]),
                float(difference[1]),
                int(cv.paths[r].df[k]),
            )
        )
    return rows
