"""λ chosen by cross-validation: what is tried, what is taken, and the out-of-fold numbers that come with it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import NormballWarning
from ..results import Solution
from ..selection import Compared, CrossValidation
from ..verbs import cross_validate
from .progress import Bar

SHOWN = 20  # columns in the picture of the path


@dataclass(frozen=True)
class Wish:
    """What was asked: number of folds, rule, l1_ratios, whether relaxed fits are tried too."""

    folds: int
    rule: str
    l1_ratios: tuple[float, ...]
    relax: bool
    seed: int
    asked: bool = False  # whether the number of folds was
    grouped: bool = False  # the classes of a column enter together


@dataclass(frozen=True)
class Chosen:
    """found: the cross-validation that won; etas (n,): held-out log-odds at what was chosen, of several classes (n, K);
    edge: a sentence or ""."""

    wish: Wish
    found: CrossValidation
    index: int
    etas: np.ndarray
    compared: tuple[Compared, ...]
    edge: str

    @property
    def ratio_at(self) -> int:
        return self.found.l1_ratios.index(self.found.l1_ratio_min)

    @property
    def lam(self) -> float:
        return float(self.found.lams[self.ratio_at][self.index])

    @property
    def l1_ratio(self) -> float:
        return self.found.l1_ratio_min

    @property
    def relaxed(self) -> bool:
        return self.found.relax is not None

    def solution(self) -> Solution:
        return self.found.refit(self.wish.rule)

    @property
    def why(self) -> str:
        """Where λ comes from, in words."""
        rule = (
            "the smallest held-out log-loss" if self.wish.rule == "min" else "the largest λ within one SE of the best"
        )
        tried = "" if len(self.compared) == 1 else f" among {'; '.join(c.label for c in self.compared)}"
        return f"{rule} in {len(self.found.splits)} folds{tried}"


def choose_strength(X, y, w, which, wish: Wish, group, names, quiet: bool) -> Chosen:
    """Cross-validate every l1_ratio, relaxed fits where wished, and take the best by the rule."""
    shared: dict[str, Any] = dict(
        cv=wish.folds, seed=wish.seed, groups=group, sample_weight=w, standardize=which, grouped=wish.grouped,
    )  # fmt: skip
    with warnings.catch_warnings(), Bar(quiet) as bar:
        warnings.simplefilter("ignore", NormballWarning)
        tried = [cross_validate(X, y, l1_ratios=wish.l1_ratios, progress=bar, **shared)]
        sparse = tuple(ratio for ratio in wish.l1_ratios if ratio > 0.0)
        if wish.relax and sparse:
            tried.append(cross_validate(X, y, l1_ratios=sparse, relax=0.0, progress=bar, **shared))
    compared = tuple(tried[0].compare(*tried[1:]))
    best = min(tried, key=lambda found: float(np.nanmin(found.mean)))
    r, k = best.l1_ratios.index(best.l1_ratio_min), best.index(wish.rule)
    place = sum(len(lams) for lams in best.lams[:r]) + k
    etas = np.full((len(y), *np.shape(best.fold_answers[0][place].intercept)), np.nan)
    for split, answers in zip(best.splits, best.fold_answers, strict=True):
        coef, intercept = answers[place].coefs
        etas[split.test] = X[split.test] @ coef + intercept
    edge = next((message for message, kind in best.warnings() if kind.__name__ == "EdgeWarning"), "")
    return Chosen(wish, best, k, etas, compared, edge)
