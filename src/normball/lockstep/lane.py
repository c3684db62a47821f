"""A path down one panel of columns for one set of training weights: the compiled walk with its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..certificates.problem import Array, Shape
from ..runtime import check, late

SLICE = 0.4  # seconds, about, of one compiled call: the time between two chances for Ctrl-C
STREAM = 2e9  # numbers of X read a second


class Walked(NamedTuple):
    coefs: Array  # (L, q)
    intercepts: Array  # (L,)
    etas: Array  # (L, n)
    gaps: Array  # (L,) of the restricted problem
    steps: Array  # (L,) Newton steps; negative where it got stuck


@dataclass
class Lane:
    """Where the walk stands: coef (q,), intercept and eta (n,) move in place.

    XT (q, n) conditioned columns as rows; y, offset (n,); c (n,) training weights over their sum, 0 on held-out rows.
    """

    XT: Array
    y: Array
    c: Array
    offset: Array
    intercept_free: bool
    shape: Shape
    coef: Array
    intercept: float
    eta: Array | None = None
    squared: bool = False  # the squared loss

    def __post_init__(self):
        if self.eta is None:
            self.eta = self.offset + self.intercept
            if self.coef.any():
                self.eta = self.eta + self.coef @ self.XT

    def walk(self, lams: Array, targets: Array) -> Walked:
        """Down the given λ (descending), to restricted gaps <= targets."""
        from ..kernels.lane import walk

        L, (q, n) = len(lams), self.XT.shape
        out = Walked(
            np.zeros((L, q)), np.full(L, self.intercept), np.empty((L, n)), np.full(L, np.inf), np.zeros(L, int)
        )
        s, b, first = self.shape, np.array([self.intercept]), 0
        while first < L and not (first and late()):
            check()
            views = tuple(part[first:] for part in out)
            first += walk(
                self.squared, self.XT, self.y, self.c, self.offset, self.intercept_free, s.l1, s.l2, s.lower, s.upper,
                lams[first:], targets[first:], self.coef, b, self.eta, *views, SLICE * STREAM,
            )  # fmt: skip
        self.intercept = float(b[0])
        return out
