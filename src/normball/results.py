"""What the verbs return: coefficients on the columns as they came, with their proof, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from .certificates import Certificate
from .inputs import align, check_finite, read_offset
from .strength import dialects, in_words


@dataclass(frozen=True)
class Solution:
    """One fit.

    coef        (p,)  per unit of each column as it came
    intercept   float
    lam         λ of the penalty of the weighted mean loss (docs/design/strength.md)
    l1_ratio    0: L2, 1: L1
    classes     (2,) labels, the second is the one whose probability is modelled; None for soft labels
    names       column names, where X had them
    total       sum of the observation weights: what turns λ into C = 1/(λ total)
    certificate the proof
    """

    coef: np.ndarray
    intercept: float
    lam: float
    l1_ratio: float
    classes: np.ndarray | None
    names: tuple[str, ...] | None
    total: float
    standardize: bool | np.ndarray  # whether sd·w is penalised, or for which columns, (p,)
    certificate: Certificate

    def decision_function(self, X, offset=None) -> np.ndarray:
        """η = offset + intercept + X coef, (n,): log-odds of the second class."""
        matrix = align(X, self.names, width=len(self.coef))
        check_finite(matrix, self.names)
        eta = matrix @ self.coef + self.intercept
        return eta if offset is None else eta + read_offset(offset, len(eta))

    def predict_proba(self, X, offset=None) -> np.ndarray:
        """(n, 2) probabilities in the order of `classes`."""
        eta = self.decision_function(X, offset)
        return np.column_stack([expit(-eta), expit(eta)])

    def predict(self, X, offset=None) -> np.ndarray:
        """(n,) the more probable class; 0/1 for soft labels."""
        likely = (self.decision_function(X, offset) > 0).astype(int)
        return likely if self.classes is None else self.classes[likely]

    def summary(self) -> str:
        """The penalty first, then what is proved, then the coefficients."""
        says = in_words({name: value for name, value in self.strength.items() if name != "lam"})
        kept = int(np.count_nonzero(self.coef))
        lines = [
            f"Penalty: {penalty_in_words(self.lam, self.l1_ratio, self.standardize)}  ({says})",
            self.certificate.summary(),
            f"Intercept {self.intercept:.6g}; {kept} of {len(self.coef)} coefficients are not zero:",
        ]
        order = np.argsort(-np.abs(self.coef), kind="stable")[: min(kept, 20)]
        width = max([len(self.name(j)) for j in order], default=0)
        lines += [f"  {self.name(j):<{width}}  {self.coef[j]: .6g}" for j in order]
        return "\n".join(lines + ([f"  … and {kept - 20} smaller ones"] if kept > 20 else []))

    @property
    def strength(self) -> dict[str, float]:
        """The penalty's strength in every dialect that can say it: name -> value (docs/strength.md)."""
        return strengths_of(self.lam, self.l1_ratio, self.total)

    def name(self, j: int) -> str:
        return self.names[j] if self.names else f"x{j}"


def strengths_of(lam: float, l1_ratio: float, total: float) -> dict[str, float]:
    """λ of the logistic loss in the dialects that apply to it."""
    return dialects(lam, l1_ratio, total, loss="logistic")


def penalty_in_words(lam: float, l1_ratio: float, standardize: bool | np.ndarray) -> str:
    """One phrase, for the first line of every output."""
    if lam == 0.0:
        return "none (λ = 0)"
    kind = {0.0: "L2 (ridge)", 1.0: "L1 (lasso)"}.get(l1_ratio, f"elastic net, l1_ratio = {l1_ratio:g}")
    how = np.asarray(standardize)
    scaled = "standardised" if how.all() else "columns as they came"
    if how.any() and not how.all():
        scaled = f"{int(how.sum())} of {how.size} columns standardised, the others as they came"
    return f"{kind}, λ = {lam:.6g} on the mean loss, {scaled}"


@dataclass(frozen=True)
class Audit:
    """Anybody's coefficients, judged.

    certificate   of the coefficients given: their objective and its distance from the minimum, at most
    excess        F(given) - F(best found), nats per observation: at least this much, and at most certificate.gap
    best          the certified solution of the same problem
    """

    certificate: Certificate
    excess: float
    best: Solution

    @property
    def excess_ratio(self) -> float:
        """excess ÷ the smallest objective."""
        lowest = self.best.certificate.objective
        return self.excess / lowest if lowest > 0.0 else np.inf if self.excess > 0.0 else 0.0

    def summary(self) -> str:
        """In words: what the problem was, how far off the coefficients are, and what they should have been."""
        c, best = self.certificate, self.best
        words = f"Audited: {penalty_in_words(best.lam, best.l1_ratio, best.standardize)}. "
        if best.certificate.status == "separated":
            return words + best.certificate.summary()
        if c.status == "certified":
            return words + c.summary()
        far = f"{100 * self.excess_ratio:.3g} %" if self.excess_ratio < 10 else f"{self.excess_ratio:.3g} times"
        return (
            f"{words}The objective of these coefficients is {c.objective:.6g}, {far} above its own optimum "
            f"({best.certificate.objective:.6g}); the gap is at most {c.gap:.3g} nats per observation, "
            f"{c.relative_gap:.2g} of the null loss. NOT certified to tol={c.tol:g}."
        )
