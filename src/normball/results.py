"""What the verbs return: coefficients on the columns as they came, with their proof, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from .certificates import Certificate
from .certificates.ball import KKT, Constraint
from .errors import InputError
from .inputs import align, check_finite, read_offset
from .strength import dialects, in_words


@dataclass(frozen=True)
class Solution:
    """One fit.

    coef        (p,)  per unit of each column as it came; for three or more classes (p, K)
    intercept   float; for three or more classes (K,)
    lam         λ of the penalty of the weighted mean loss (docs/design/strength.md)
    l1_ratio    0: L2, 1: L1
    classes     (2,) labels, the second is the one whose probability is modelled, or (K,); None for soft labels
    names       column names, where X had them
    total       sum of the observation weights: what turns λ into C = 1/(λ total)
    certificate the proof; of the constrained problem where a ball was given
    loss        "logistic" or "squared"
    constraint  the ball that was given, and what is known of it; None for the penalty form
    penalty     "elasticnet", of which lam and l1_ratio say the rest, or "firth"
    prior_mean  (p,) what the penalty pulls coef towards; None: 0
    grouped     whether the L1 part is the length of each feature's coefficients over the classes
    bounds      (lower, upper), each (p,), where they were given
    relax       λ₂ of the second stage (see `path`): lam and l1_ratio are then those that selected the columns
    """

    coef: np.ndarray
    intercept: float | np.ndarray
    lam: float
    l1_ratio: float
    classes: np.ndarray | None
    names: tuple[str, ...] | None
    total: float
    standardize: bool | np.ndarray  # whether sd·w is penalised, or for which columns, (p,)
    certificate: Certificate
    loss: str = "logistic"
    constraint: Constraint | None = None
    penalty: str = "elasticnet"
    prior_mean: np.ndarray | None = None
    grouped: bool = False
    bounds: tuple[np.ndarray, np.ndarray] | None = None
    relax: float | None = None

    @property
    def multiplier(self) -> float | None:
        """Of the ball as stated (λ, or λ‖w‖₂ for the L2 norm), 0 where it does not bind; None without a ball."""
        return None if self.constraint is None else self.constraint.multiplier

    @property
    def active(self) -> bool | None:
        """Whether the ball binds; None without a ball."""
        return None if self.constraint is None else self.constraint.active

    @property
    def kkt(self) -> KKT | None:
        """The optimality conditions of the constraint form as numbers; None without a ball."""
        return None if self.constraint is None else self.constraint.kkt

    def decision_function(self, X, offset=None) -> np.ndarray:
        """η = offset + intercept + X coef, (n,): log-odds of the second class; for K >= 3 classes (n, K)."""
        matrix = align(X, self.names, width=len(self.coef))
        check_finite(matrix, self.names)
        eta = matrix @ self.coef + self.intercept
        return eta if offset is None else eta + read_offset(offset, len(eta), self.n_classes)

    @property
    def n_classes(self) -> int:
        return 2 if self.coef.ndim == 1 else self.coef.shape[1]

    def predict_proba(self, X, offset=None) -> np.ndarray:
        """(n, K) probabilities in the order of `classes`."""
        check_classes(self.loss)
        return probabilities(self.decision_function(X, offset))

    def predict(self, X, offset=None) -> np.ndarray:
        """(n,) the more probable class; 0/1 for soft labels; η itself with the squared loss."""
        eta = self.decision_function(X, offset)
        if self.loss == "squared":
            return eta
        likely = (eta > 0).astype(int) if eta.ndim == 1 else eta.argmax(1)
        return likely if self.classes is None else self.classes[likely]

    def summary(self) -> str:
        """The penalty first, then what is proved, then the coefficients."""
        says = in_words({name: value for name, value in self.strength.items() if name != "lam"})
        if self.n_classes > 2:
            return self._summary_of_classes(says)
        kind = f"{penalty_in_words(self.lam, self.l1_ratio, self.standardize, self.grouped, self.relax)}  ({says})"
        if self.prior_mean is not None:
            kind = f"{kind}, about the prior mean that was given"
        if self.penalty == "firth":
            kind = "Firth's (Jeffreys' prior; weights count rows)"
        kept = int(np.count_nonzero(self.coef))
        lines = [
            f"Penalty: {kind}",
            *([] if self.constraint is None else [self.constraint.summary()]),
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
        return strengths_of(self.lam, self.l1_ratio, self.total, self.loss)

    def _summary_of_classes(self, says: str) -> str:
        """The same with a column for each class."""
        assert self.classes is not None
        size = np.abs(self.coef).max(1, initial=0.0)
        kept, labels = int(np.count_nonzero(size)), [str(label) for label in self.classes.tolist()]
        order = np.argsort(-size, kind="stable")[: min(kept, 20)]
        width = max([len(self.name(j)) for j in order] + [len("(intercept)")])
        rows = [("(intercept)", self.intercept), *((self.name(j), self.coef[j]) for j in order)]
        lines = [
            f"Penalty: {penalty_in_words(self.lam, self.l1_ratio, self.standardize, self.grouped)}  ({says})",
            self.certificate.summary(),
            f"{kept} of {len(self.coef)} features have a coefficient that is not zero; {len(labels)} classes:",
            f"  {'':<{width}}  " + " ".join(f"{label[:12]:>12}" for label in labels),
            *(f"  {name:<{width}}  " + " ".join(f"{v:12.5g}" for v in np.ravel(values)) for name, values in rows),
        ]
        return "\n".join(lines + ([f"  … and {kept - 20} smaller ones"] if kept > 20 else []))

    def name(self, j: int) -> str:
        return self.names[j] if self.names else f"x{j}"


def probabilities(eta: np.ndarray) -> np.ndarray:
    """(n, K) from linear predictors: (n,) the log-odds of the second of two classes, or (n, K)."""
    return np.column_stack([expit(-eta), expit(eta)]) if eta.ndim == 1 else softmax(eta, axis=1)


def check_classes(loss: str) -> None:
    """Raise where probabilities are asked of a regression."""
    if loss == "squared":
        raise InputError("The squared loss predicts numbers and has no probabilities: use predict.")


def strengths_of(lam: float, l1_ratio: float, total: float, loss: str = "logistic") -> dict[str, float]:
    """λ of a loss in the dialects that apply to it."""
    return dialects(lam, l1_ratio, total, loss=loss)


def penalty_in_words(
    lam: float, l1_ratio: float, standardize: bool | np.ndarray, grouped: bool = False, relax: float | None = None
) -> str:
    """One phrase, for the first line of every output."""
    if relax is not None:
        selects = penalty_in_words(lam, l1_ratio, standardize, grouped)
        again = f"L2 alone, λ₂ = {relax:.6g}" if relax else "no penalty"
        return f"{selects}, to select columns; those are fitted again with {again}"
    if lam == 0.0:
        return "none (λ = 0)"
    kind = {0.0: "L2 (ridge)", 1.0: "L1 (lasso)"}.get(l1_ratio, f"elastic net, l1_ratio = {l1_ratio:g}")
    kind = f"grouped {kind}" if grouped and l1_ratio > 0.0 else kind
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
        words = f"Audited: {penalty_in_words(best.lam, best.l1_ratio, best.standardize, best.grouped)}. "
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
