"""The strengths that LogisticRegressionCV tries: C, one λ for each fold, or λ, the same in all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import inputs
from ..errors import InputError, StrengthConflict

DEFAULT = 10


class Strengths(NamedTuple):
    """values (n,) in the order they were given."""

    values: np.ndarray
    of_sum: bool  # C, on the sum of the losses; else λ, on their mean

    def lams(self, total: float) -> np.ndarray:
        """λ (n,) for rows of this total weight; 0 where C is infinite."""
        return 1.0 / (self.values * total) if self.of_sum else self.values

    def Cs(self, total: float) -> np.ndarray:
        """C (n,) for rows of this total weight; infinite where λ = 0."""
        with np.errstate(divide="ignore"):
            return self.values if self.of_sum else 1.0 / (self.values * total)


def read_strengths(Cs, lams) -> Strengths:
    """Raises StrengthConflict where both are given (Cs=10 counts as not given)."""
    number = isinstance(Cs, (int, np.integer)) and not isinstance(Cs, bool)
    if lams is not None:
        if not (number and Cs == DEFAULT):
            raise StrengthConflict(
                f"lams and Cs={Cs!r} were both given: each fixes the strengths to try. Keep one of them "
                f"(Cs={DEFAULT}, its default, counts as not given)."
            )
        values = np.array([inputs.read_lam(lam) for lam in np.atleast_1d(lams)])
    elif number:
        if Cs < 1:
            raise InputError(f"Cs={Cs} must be at least 1 strength, or a list of them.")
        values = np.logspace(-4, 4, int(Cs))  # scikit-learn's
    else:
        values = np.array([inputs.read_C(C) for C in np.atleast_1d(Cs)])
    if not len(values) or len(np.unique(values)) < len(values):
        name = "Cs" if lams is None else "lams"
        raise InputError(f"{name}={Cs if lams is None else lams!r} is empty or names a strength twice: give each once.")
    return Strengths(values, lams is None)
