"""Balls: a norm of the coefficients kept at or below a radius."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .. import inputs
from ..errors import InputError
from ..inputs.values import read_number, read_penalty_factor, read_vector
from .projections import project

NORMS = ("l1", "l2", "elastic")
RULE = "a number > 0 (between 1e-100 and 1e100; without a constraint: lam=0)"


@dataclass(frozen=True)
class Ball:
    """The coefficients that a norm, or the elastic penalty, keeps within a radius t > 0.

        "l1"       Σ f_j |w_j| <= t
        "l2"       √(Σ f_j w_j²) <= t
        "elastic"  Σ f_j (α|w_j| + (1-α)/2 w_j²) <= t,      α = l1_ratio

    f_j >= 0 are penalty factors, 1 unless given; a column with f_j = 0 is free.  The intercept is never constrained.

    Parameters
    ----------
    radius : t > 0
    norm : "l1", "l2" or "elastic"
    l1_ratio : α in [0, 1], for "elastic" only; None: the l1_ratio that `solve` is given
    """

    radius: float
    norm: str = "l2"
    l1_ratio: float | None = None

    def __post_init__(self):
        radius = read_number(self.radius, "radius", RULE, lambda v: 1e-100 < v < 1e100)
        object.__setattr__(self, "radius", radius)
        if not isinstance(self.norm, str) or self.norm not in NORMS:
            raise InputError(f"norm={self.norm!r} is none of the balls: use 'l1', 'l2' or 'elastic'.")
        implied = {"l1": 1.0, "l2": 0.0}.get(self.norm)
        if self.l1_ratio is not None:
            ratio = inputs.read_l1_ratio(self.l1_ratio)
            if implied is not None and ratio != implied:
                raise InputError(
                    f"l1_ratio={ratio:g} was given with norm={self.norm!r}, whose penalty has l1_ratio={implied:g}. "
                    "Leave l1_ratio out, or use norm='elastic'."
                )
            object.__setattr__(self, "l1_ratio", ratio)

    @property
    def ratio(self) -> float:
        """α of the penalty that belongs to the ball."""
        implied = {"l1": 1.0, "l2": 0.0}.get(self.norm, self.l1_ratio)
        if implied is None:
            raise InputError(
                "This elastic ball has no l1_ratio. Say it: Ball(radius, 'elastic', l1_ratio=0.5)."
            )  # fmt: skip
        return implied

    @property
    def budget(self) -> float:
        """The bound on the penalty Ω at λ = 1: t, or t²/2 for the L2 norm (Ω is half its square)."""
        return 0.5 * self.radius**2 if self.norm == "l2" else self.radius

    def mixed(self, l1_ratio: float) -> Ball:
        """The same ball where `solve` was given l1_ratio (0 counts as not given beside "l1")."""
        if self.norm != "elastic":
            if l1_ratio not in (0.0, self.ratio):
                raise InputError(
                    f"l1_ratio={l1_ratio:g} was given beside Ball({self.radius:g}, {self.norm!r}). "
                    "Leave l1_ratio out, or use the norm 'elastic'."
                )
            return self
        if self.l1_ratio is None:
            return replace(self, l1_ratio=l1_ratio)
        if l1_ratio not in (0.0, self.l1_ratio):
            raise InputError(
                f"l1_ratio={l1_ratio:g} and a ball of l1_ratio={self.l1_ratio:g} were both given. Keep one."
            )
        return self

    def norm_of(self, omega: float) -> float:
        """What is kept <= radius, from Ω at λ = 1."""
        return float(np.sqrt(2.0 * omega)) if self.norm == "l2" else float(omega)

    def multiplier(self, lam: float) -> float:
        """Of the constraint as stated, where it is active: λ, and λ·t for the L2 norm (whose Ω is half its square)."""
        return lam * self.radius if self.norm == "l2" and lam > 0.0 else lam

    def value(self, w, factor=None) -> float:
        """The norm of w (p,), or Ω(w) of the elastic ball; factor (p,) f_j."""
        w, l1, l2 = self._vectors(w, factor, "w")
        if self.norm == "l2":
            size = np.abs(w).max(initial=0.0)
            return float(size * np.sqrt(l2 @ (w / size) ** 2)) if size else 0.0
        return float(l1 @ np.abs(w) + 0.5 * (l2 * w) @ w)

    def contains(self, w, factor=None) -> bool:
        """Whether w (p,) lies inside, or on the boundary to rounding."""
        return self.value(w, factor) <= self.radius * (1.0 + 1e-14)

    def project(self, v, factor=None) -> np.ndarray:
        """The point of the ball nearest to v (p,), exactly: argmin ½‖u - v‖² over the ball.  Free columns stay."""
        v, l1, l2 = self._vectors(v, factor, "v")
        return project(v, l1, l2, self.budget)

    def prox_support(self, v, factor=None) -> np.ndarray:
        """argmin_u ½‖u - v‖² + max_{w in ball} wᵀu, the prox of the dual norm times t: v - project(v) (Moreau)."""
        return np.asarray(v, float) - self.project(v, factor)

    def _vectors(self, w, factor, name: str):
        w = read_vector(w, np.size(w), name, "entry")
        f = read_penalty_factor(factor, len(w))
        return w, self.ratio * f, (1.0 - self.ratio) * f


def ball_of(radius, norm, l1_ratio: float) -> Ball:
    """The ball of radius= and norm=; norm None: the one that belongs to l1_ratio."""
    if norm is None:
        norm = {0.0: "l2", 1.0: "l1"}.get(l1_ratio, "elastic")
    return Ball(radius, norm).mixed(l1_ratio)


def read_ball(ball, l1_ratio: float) -> Ball:
    """What a caller gives as ball=, with its l1_ratio."""
    if not isinstance(ball, Ball):
        raise InputError(f"ball={ball!r} is not a Ball. Use, for example, ball=normball.Ball(3.0, 'l1').")
    return ball.mixed(l1_ratio)
