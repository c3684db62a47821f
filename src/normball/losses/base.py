"""What every loss can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np

CAP = 1e10
"""Rows whose r²/ℓ'' lies above this enter a gap through their loss instead (certificates/gap.py, `tail`)."""


class Sums(NamedTuple):
    """Weighted sums of one link over rows; each (C,), in the units of the weights times nats."""

    loss: np.ndarray  # Σ c ℓ(y, η)
    spread: np.ndarray  # Σ c r²/ℓ'' over the rows below CAP
    tail: np.ndarray  # Σ c ℓ over the other rows
    slope: np.ndarray  # Σ c r
    curvature: np.ndarray  # Σ c ℓ''


class Loss(ABC):
    """ℓ(y, η) per observation, convex in η.  Plain numpy here is the definition; a kernel may accelerate `link`."""

    joint: ClassVar[bool] = False  # one η per row (softmax: K of them)
    curvature_bound: ClassVar[float]  # sup of ℓ'' over η
    quadratic: ClassVar[bool] = False  # ℓ'' = 1 for every η: minimisers exist, and every r is a dual point

    @abstractmethod
    def value(self, y, eta):
        """ℓ(y, η), elementwise."""

    @abstractmethod
    def residual(self, y, eta):
        """r = -∂ℓ/∂η, elementwise."""

    @abstractmethod
    def curvature(self, y, eta) -> np.ndarray:
        """∂²ℓ/∂η² ≥ 0, elementwise."""

    @abstractmethod
    def floor(self, y):
        """inf over η of ℓ(y, η), elementwise."""

    @abstractmethod
    def best_constant(self, y, c) -> tuple[float, float]:
        """argmin over b of Σ c ℓ(y, b), and that sum; y, c (n,), c sums to 1."""

    def dense_pass(self) -> Callable | None:
        """The fused kernel of one column on a dense array (kernels/rounds.py), or None."""
        return

    @abstractmethod
    def link(self, y, eta, c, fast: bool) -> tuple[np.ndarray, np.ndarray, Sums]:
        """Residuals c∘r (m, C), curvatures c∘ℓ'' (m, C) and their Sums, for eta (m, C), y and c (m,).

        `fast` asks for the compiled twin, which costs a start-up of some tenths of a second once in a process.
        """
        ...

    def steer(self, eta, b, offset, y, weight, share, fast: bool) -> None:
        """eta (m, C) + b + offset becomes weight·share·r in place; b, share (C,), offset, y, weight (m,)."""
        eta += b
        eta += offset[:, None]
        eta[:] = self.residual(y[:, None], eta) * (weight[:, None] * share)

    def prove(self, eta, b, offset, y, weight, share, fast: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same; returns weight·share·ℓ'' (m, C), the sums (5, C) in the order of Sums, and Σ weight·ℓ (C,)."""
        eta += b
        eta += offset[:, None]
        r, h, sums = self.link(y, eta, weight, False)
        eta[:] = r * share
        return h * share, np.array(sums) * share, sums.loss
