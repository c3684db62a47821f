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
    status          certified | uncertified | separated | interrupted
    objective       F at the answer; its smallest value lies in [objective - gap, objective]
    reads, rounds   passes over X, everything counted; judging passes
    coef_error      (p,) or None: |coef - optimum| is proved to be at most this (Newton certificate)
    separation      the direction that separates the classes, where one was found; on X's columns, p is the intercept
    single_precision  the gap is that of a float32 pass, with an allowance for it (folds only)
    aliased         columns in an exact linear dependence at λ = 0: the smallest-norm solution is given
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

    @property
    def relative_gap(self) -> float:
        return relative(self.gap, self.null_loss)

    def name(self, j: int) -> str:
        return repr(self.names[j]) if self.names else f"column {j}"

    def summary(self) -> str:
        """The certificate in words: what is proved, and what to do where something is not."""
        rounds = f"{self.rounds} round{'s' * (self.rounds != 1)}"
        cost = f"{rounds}, {self.reads:.3g} reads of X, {self.seconds:.3g} s, {self.strategy}"
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
        if self.aliased:
            some = ", ".join(self.name(j) for j in self.aliased[:8]) + " …" * (len(self.aliased) > 8)
            words += (
                f" Linearly dependent at λ = 0: {some}; of equally good solutions, the one of smallest norm is given."
            )
        return f"{words} [{cost}]"

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
