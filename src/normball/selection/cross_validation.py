"""What a cross-validation found: losses of every split at every λ, what they choose, and the paths they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..errors import ConvergenceWarning, EdgeWarning
from ..lockstep import Answer
from ..paths import Path
from ..results import Solution
from ..tasks import Task
from .comparison import Compared, compare
from .criteria import choose, mean_and_se
from .splits import Split


@dataclass(frozen=True)
class CrossValidation:
    """Means over held-out weight: log-loss in nats, the squared error of a regression, or minus the scorer's score.

    paths         one Path on all rows for each l1_ratio
    lams          one grid (L,) for each l1_ratio
    losses        (splits, l1_ratios, λ); NaN beyond the end of a shorter grid
    weights       (splits,) held-out weight of each split
    fold_answers  for each split one for each (l1_ratio, λ), l1_ratio first: .coef, .intercept, .certificate
    predictions   (n, l1_ratios, λ) held-out probabilities of the second class (means over repeats), or None; for K >= 3
                  classes (n, l1_ratios, λ, K)
    """

    paths: tuple[Path, ...]
    l1_ratios: tuple[float, ...]
    lams: tuple[np.ndarray, ...]
    losses: np.ndarray
    weights: np.ndarray
    splits: tuple[Split, ...] = field(repr=False)
    scoring: object = "log_loss"
    relax: float | None = None
    fold_answers: tuple[list[Answer], ...] = field(default=(), repr=False)
    predictions: np.ndarray | None = field(default=None, repr=False)
    seconds: float = 0.0
    task: Task | None = field(default=None, repr=False)

    @cached_property
    def _curves(self) -> tuple[np.ndarray, np.ndarray]:
        return mean_and_se(self.losses, self.weights)

    @property
    def mean(self) -> np.ndarray:
        """(l1_ratios, λ)"""
        return self._curves[0]

    @property
    def se(self) -> np.ndarray:
        """(l1_ratios, λ) standard error of the mean over splits (criteria.py)."""
        return self._curves[1]

    @cached_property
    def _best(self) -> int:
        return int(np.argmin([np.nanmin(curve) for curve in self.mean]))

    @property
    def l1_ratio_min(self) -> float:
        return self.l1_ratios[self._best]

    @property
    def path(self) -> Path:
        """The path at l1_ratio_min."""
        return self.paths[self._best]

    def index(self, rule: str = "min", ratio: int | None = None) -> int:
        """Which λ of an l1_ratio's grid the rule chooses (by default of l1_ratio_min's)."""
        r = self._best if ratio is None else ratio
        L = len(self.lams[r])
        return choose(self.lams[r], self.mean[r, :L], self.se[r, :L], rule)

    def choose(self, rule: str = "min") -> tuple[float, float]:
        """(λ, l1_ratio); 'min' the smallest mean loss, '1se' the largest λ within one standard error of it."""
        return float(self.lams[self._best][self.index(rule)]), self.l1_ratio_min

    @property
    def lam_min(self) -> float:
        return self.choose("min")[0]

    @property
    def lam_1se(self) -> float:
        return self.choose("1se")[0]

    def refit(self, rule: str = "min") -> Solution:
        """The solution on all rows at the chosen λ, polished as `solve` does it where it is not a relaxed one."""
        from ..paths import solve_task
        from ..runtime import Watch

        lam, ratio = self.choose(rule)
        chosen = self.path.solution(lam)
        if self.relax is not None or self.task is None:
            return chosen
        return solve_task(self.task, lam, ratio, min(self.path.tol, 1e-8), Watch(), (chosen.coef, chosen.intercept))

    @cached_property
    def worst_gap(self) -> float:
        """The largest gap of any fold's answer, relative to its null loss."""
        return max(answer.relative_gap for mine in self.fold_answers for answer in mine)

    @cached_property
    def uncertified(self) -> int:
        """How many fold answers are not certified."""
        return sum(not answer.certified for mine in self.fold_answers for answer in mine)

    @property
    def reads(self) -> float:
        """Passes over X, of everything."""
        return max(mine[-1].outcome.reads for mine in self.fold_answers)

    @property
    def at_edge(self) -> str | None:
        """Which end of the grid the best λ is at: "smallest", "largest", or None."""
        k, L = self.index("min"), len(self.lams[self._best])
        return None if L < 3 or 0 < k < L - 1 else "smallest" if k else "largest"

    def warnings(self) -> list[tuple[str, type]]:
        """What a caller should hear."""
        said: list[tuple[str, type]] = []
        lost = sum(len(path.uncertified) for path in self.paths)
        if lost or self.uncertified:
            first = next((path.summary() for path in self.paths if path.uncertified), "")
            words = (
                f"{lost} answers on all rows and {self.uncertified} of folds are not certified (worst gap of a fold: "
                f"{self.worst_gap:.2g} of the null loss). {first}"
            )
            said.append((words, ConvergenceWarning))
        if self.at_edge:
            change = "a smaller lam_min_ratio" if self.at_edge == "smallest" else "larger λ"
            words = (
                f"The best λ is the {self.at_edge} of the grid ({self.lam_min:.4g}): a better one may lie beyond it. "
                f"Give {change}, or lams of your own."
            )
            said.append((words, EdgeWarning))
        return said

    def compare(self, *others: CrossValidation) -> list[Compared]:
        """Each l1_ratio (of others too, on the same splits) at its best λ: paired differences from the best ± SE."""
        return compare(self, *others)

    def to_frame(self):
        """A pandas frame: one row for each l1_ratio and λ."""
        import importlib

        pandas = importlib.import_module("pandas")
        rows = [
            (ratio, lam, self.mean[r, k], self.se[r, k], int(self.paths[r].df[k]))
            for r, ratio in enumerate(self.l1_ratios)
            for k, lam in enumerate(self.lams[r])
        ]
        return pandas.DataFrame(rows, columns=["l1_ratio", "lam", "mean", "se", "df"])

    def summary(self) -> str:
        """What was chosen, what is proved, and the comparison where there is one."""
        plain = isinstance(self.scoring, str) and self.scoring == "log_loss"
        squared = isinstance(self.scoring, str) and self.scoring == "squared_error"
        what = "log-loss" if plain else "squared error" if squared else f"loss (minus {self.scoring})"
        r, folds = self._best, f"{len(self.losses)} splits, {sum(map(len, self.lams))} λ"
        lines = [f"Cross-validation: {folds}, held-out {what}."]
        for words, rule in (("Best", "min"), ("Within one SE", "1se")):
            k = self.index(rule)
            loss = f"{self.mean[r, k]:.5g} ± {self.se[r, k]:.2g}"
            where = f"l1_ratio = {self.l1_ratio_min:g}, λ = {self.lams[r][k]:.5g}"
            lines.append(f"{words}: {where}: {loss}, {self.path.df[k]} features.")
        if self.uncertified:
            lines.append(f"NOT certified: {self.uncertified} answers of folds (worst gap {self.worst_gap:.2g}).")
        else:
            lines.append(f"Certified in every fold: gaps at most {self.worst_gap:.2g} of the null loss.")
        if len(self.l1_ratios) > 1:
            lines.append(f"  {'penalty':<14} {'λ':<10} loss      difference ± SE      features")
            for c in self.compare():
                difference = f"{c.difference:<9.2g} ± {c.difference_se:<8.2g}"
                lines.append(f"  {c.label:<14} {c.lam:<10.4g} {c.mean:<9.5g} {difference} {c.n_features}")
        return "\n".join(lines)
