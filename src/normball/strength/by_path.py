"""Statements without a closed form: those whose λ depends on the data, and those that are no penalty at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from .value import Strength


@dataclass(frozen=True)
class ByPath:
    """A way to state the strength by what the solution is like: λ is looked for along the path.

    whole   only whole numbers;  normed: takes norm="l1", "l2" or "elastic"
    """

    name: str
    who: str
    minimises: str
    whole: bool = False
    normed: bool = False


STATEMENTS = (
    ByPath("t", "a ball of radius t (also called radius)", "mean ℓ, where ‖w‖ ≤ t", normed=True),
    ByPath("k", "a number of features (also called n_features)", "mean ℓ + λ Ω(w), at most k coefficients", whole=True),
    ByPath("df", "effective degrees of freedom", "mean ℓ + λ Ω(w), df of them"),
    ByPath("unsquared", "books whose penalty is the norm itself, “R(θ) = ‖θ‖₂”", "mean ℓ + value · ‖w‖₂"),
)
BY_PATH = {one.name: one for one in STATEMENTS}
NORMS = ("l1", "l2", "elastic")

ADAMW = (
    "AdamW shrinks w ← (1 - lr·wd) w beside a step that is scaled for each coefficient: the slope of no penalty, so no "
    "λ has the same solution. Use weight_decay, which SGD and Adam add to the gradient, or give lam"
)
REFUSED = {"adamw": ADAMW, "adamw_weight_decay": ADAMW, "decoupled_weight_decay": ADAMW}


def needs_path(strength: Strength) -> float:
    """The λ of a strength that depends on the data: refused with a sentence.

    The one hook: whoever holds data asks geometry/ for the λ before anything calls Strength.lam.
    """
    words = {
        "t": f"the radius t of the ball{f' ({strength.norm} norm)' if strength.norm else ''}",
        "k": "the number of features k",
        "df": "the effective degrees of freedom df",
        "unsquared": "the unsquared norm",
    }[strength.name]
    sought = "normball does not look for it" if strength.name == "unsquared" else "it is looked for along their path"
    raise InputError(
        f"{strength.said} gives {words}: which λ that is depends on the data and has no closed form; {sought}. "
        "Give lam, C or another strength with a closed form here."
    )
