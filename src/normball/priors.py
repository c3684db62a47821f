"""Prior means: a penalty of w - w0 is a penalty of v in a problem with the offset X w0, and w = v + w0 afterwards.

With an intercept the offset is centred first, (X - m) w0, so that large column means cost no digits; the intercept
takes up the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from .errors import InputError
from .inputs import Inputs
from .inputs.values import read_vector

ROWS = 2**18
"""Numbers of X that are centred at a time."""


@dataclass(frozen=True)
class PriorMean:
    """mean (p,) on the columns as they came; level: what the centred offset leaves out, taken from the intercept."""

    mean: np.ndarray
    level: float

    def back(self, coef, intercept):
        """From v to w: coef (p,) or (p, L), intercept one or (L,).  Sparse coefficients become dense ones."""
        dense = coef.toarray() if sp.issparse(coef) else coef
        return dense + (self.mean if dense.ndim == 1 else self.mean[:, None]), intercept - self.level

    def away(self, coef, intercept):
        """From w to v, (p,)."""
        return coef - self.mean, intercept + self.level


def about_prior_mean(data: Inputs, prior_mean, fit_intercept: bool) -> tuple[Inputs, PriorMean | None]:
    """The data with X w0 in the offset (None: w0 is 0); InputError where w0 cannot be read or X w0 overflows."""
    X: Any = data.X
    n, p = X.shape
    mean = read_vector(prior_mean, p, "prior_mean", "column").copy()
    if not mean.any():
        return data, None
    with np.errstate(over="ignore", invalid="ignore"):
        if sp.issparse(X):
            moved = np.asarray(X @ mean)
            level = float(moved.mean()) if fit_intercept else 0.0
            moved = moved - level
        else:
            about = X.mean(axis=0, dtype=np.float64) if fit_intercept else np.zeros(p)
            moved, level = np.empty(n), float(about @ mean)
            for lo in range(0, n, step := max(1, ROWS // max(p, 1))):
                moved[lo : lo + step] = (X[lo : lo + step] - about) @ mean
        offset = data.offset + moved
    if sp.issparse(X) or np.isfinite(X).all():  # else the survey finds the columns, and says so
        if not (np.isfinite(offset).all() and np.isfinite(level)):
            raise InputError("X times prior_mean overflows float64. Rescale the columns, or check prior_mean.")
    else:
        offset = data.offset
    return replace(data, offset=offset), PriorMean(mean, level)
