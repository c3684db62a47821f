"""The strengths that LogisticRegressionCV tries: C, one λ for each fold, or λ, the same in all, or any Strength."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import inputs
from ..errors import InputError, StrengthConflict
from ..strength import Strength, read_strength
from ..strength.dialects import over

DEFAULT = 10


class Strengths(NamedTuple):
    """In the order they were given."""

    said: tuple[Strength, ...]

    @property
    def fades(self) -> np.ndarray:
        """Which λ are larger in a fold (n,): those that stand beside the sum of the losses, as C does."""
        return np.array([strength.fades for strength in self.said])

    def lams(self, total: float, whole: float | None = None) -> np.ndarray:
        """λ (n,) for rows of this total weight, which may be a part of rows of the weight `whole`."""
        return np.array([strength.lam(total, strength.own_ratio, whole=whole) for strength in self.said])

    def Cs(self, lams: np.ndarray, total: float) -> np.ndarray:
        """C (n,) of these λ for rows of this total weight, as it was given where it was; infinite where λ = 0."""
        return np.array([
            strength.value if strength.name == "C" and strength.fades else over(1.0, lam * total)
            for strength, lam in zip(self.said, lams, strict=True)
        ])  # fmt: skip


def read_strengths(Cs, lams, l1_ratios) -> Strengths:
    """Raises StrengthConflict where both are given (Cs=10 counts as not given)."""
    number = isinstance(Cs, (int, np.integer)) and not isinstance(Cs, bool)
    if lams is not None:
        if not (number and Cs == DEFAULT):
            raise StrengthConflict(
                f"lams and Cs={Cs!r} were both given: each fixes the strengths to try. Keep one of them "
                f"(Cs={DEFAULT}, its default, counts as not given)."
            )
        listed = [lams] if isinstance(lams, Strength) else np.atleast_1d(np.asarray(lams, object))
        said = tuple(read_strength(lam) for lam in listed)
    elif number:
        if Cs < 1:
            raise InputError(f"Cs={Cs} must be at least 1 strength, or a list of them.")
        said = tuple(Strength(C=C) for C in np.logspace(-4, 4, int(Cs)))  # scikit-learn's
    else:
        said = tuple(Strength(C=inputs.read_C(C)) for C in np.atleast_1d(Cs))
    if not said or len(set(said)) < len(said):
        name = "Cs" if lams is None else "lams"
        raise InputError(f"{name}={Cs if lams is None else lams!r} is empty or names a strength twice: give each once.")
    for strength in said:
        for ratio in l1_ratios:
            strength.check(ratio)
    return Strengths(said)
