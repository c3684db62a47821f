"""What a result carries: how good it is proved to be, what it cost, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .separation import Separation


@dataclass(frozen=True)
class Certificate:
    """The proof beside an answer.

    gap             F - min F <= gap, in nats per observation
    relative_gap    gap ÷ null_loss (the loss of the intercept, the offset and the free columns alone)
    status          certified | uncertified | separated | interrupted | stationary (Firth's penalty)
    objective       F at the answer; its smallest value lies in [objective - gap, objective]
    reads, rounds   passes over X, everything counted; judging passes
    coef_error      (p,) or None: |coef - optimum| is proved to be at most this (Newton certificate)
    separation      the direction that separates the classes, where one was found; on X's columns, p is the intercept
    single_precision  the gap is that of a float32 pass, with an allowance for it (folds only)
    aliased         columns in an exact linear dependence at λ = 0: the smallest-norm solution is given
    score_norm      √(UᵀI⁻¹U) of the modified score, in standard errors; None but for Firth's penalty, which is not
                    convex: no gap is proved (it is inf), only that the answer is a stationary point
    """

    gap: float
    null_loss: float
    objective: float
    tol: float
    status: str
    reads: float
    rounds: int
    seconds: float
    strategy: str
    reason: str = ""
    coef_error: np.ndarray | None = None
    intercept_error: float | None = None
    separation: Separation | None = None
    aliased: tuple[int, ...] = ()
    single_precision: bool = False
    names: tuple[str, ...] | None = field(default=None, repr=False)
    score_norm: float | None = None

    @property
    def relative_gap(self) -> float:
        return relative(self.gap, self.null_loss)

    def name(self, j: int) -> str:
        return repr(self.names[j]) if self.names else f"column {j}"

    def summary(self) -> str:
        """The certificate in words: what is proved, and what to do where something is not."""
        rounds = f"{self.rounds} round{'s' * (self.rounds != 1)}"
        cost = f"{rounds}, {self.reads:.3g} reads of X, {self.seconds:.3g} s, {self.strategy}"
        if self.score_norm is not None:
            return f"{self._stationary(self.score_norm)}{self._dependent()} [{cost}]"
        share = _percent(self.relative_gap)
        proved = f"the objective is at most {self.gap:.2g} above its minimum ({share} of the null loss)"
        words = {
            "certified": f"Certified: {proved}.",
            "uncertified": f"NOT certified to tol={self.tol:g}: {proved}. {self._remedy()}",
            "interrupted": f"Interrupted before it was certified: so far, {proved}. Fit again to finish.",
            "separated": f"No minimiser exists. {self._separated()}",
        }[self.status]
        if self.coef_error is not None and len(self.coef_error):
            error = self.coef_error if np.ndim(self.coef_error) == 1 else self.coef_error.max(1)
            j = int(np.argmax(error))
            words += f" Each coefficient is proved to within {error[j]:.2g} (widest: {self.name(j)})."
        return f"{words}{self._dependent()} [{cost}]"

    def _dependent(self) -> str:
        if not self.aliased:
            return ""
        some = ", ".join(self.name(j) for j in self.aliased[:8]) + " …" * (len(self.aliased) > 8)
        return f" Linearly dependent at λ = 0: {some}; of equally good solutions, the one of smallest norm is given."

    def _stationary(self, norm: float) -> str:
        left = f"the modified score has norm {norm:.2g} in standard errors"
        if self.status == "stationary":
            return f"Stationary: {left}. Firth's penalty is not convex in general, so no gap is proved."
        if self.status == "interrupted":
            return f"Interrupted before the score of Firth's penalty vanished: so far, {left}. Fit again to finish."
        return (
            f"NOT stationary to tol={self.tol:g}: {left}. It stopped because {self.reason}. "
            "Allow more reads or time, or relax tol."
        )

    def _remedy(self) -> str:
        why = f"It stopped because {self.reason}. " if self.reason else ""
        return why + "Allow more reads or time, relax tol, or use a stronger penalty."

    def _separated(self) -> str:
        return self.separation.summary() if self.separation else "The classes are separated."


def relative(gap: float, null_loss: float) -> float:
    """gap ÷ null loss; the gap itself where the null loss is zero, or what is left of zero by an offset of ±800."""
    return gap / null_loss if null_loss > 1e-290 else gap


def _percent(x: float) -> str:
    return f"{100 * x:.2g} %" if x >= 1e-4 else f"{x:.1e}"
