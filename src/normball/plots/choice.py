"""The curve that chooses λ: held-out loss ± its standard error, the smallest mean and the one-standard-error rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..errors import InputError
from ..selection import CrossValidation
from .canvas import BLUE, CYCLE, MUTED, ORANGE, axes_of, counts_on_top, figure_of

__all__ = ["ChoiceDisplay", "plot_choice"]


@dataclass
class ChoiceDisplay:
    """What the picture of a choice shows.

    lams, mean, se   one (L,) array for each l1_ratio
    df               (L,) features at each λ of the best l1_ratio
    best             the place of the best l1_ratio
    lam_min, lam_1se of it
    ax_, figure_, lines_ (one for each l1_ratio), band_, min_, one_se_   after `plot`
    """

    l1_ratios: tuple[float, ...]
    lams: tuple[np.ndarray, ...]
    mean: tuple[np.ndarray, ...]
    se: tuple[np.ndarray, ...]
    df: np.ndarray
    best: int
    lam_min: float
    lam_1se: float
    y_label: str
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    lines_: list = field(default_factory=list, repr=False)
    band_: Any = field(default=None, repr=False)
    min_: Any = field(default=None, repr=False)
    one_se_: Any = field(default=None, repr=False)

    @classmethod
    def from_cv(cls, cv: CrossValidation, *, ax: Axes | None = None) -> ChoiceDisplay:
        """Draw a CrossValidation; λ = 0 has no place on the log axis and is left out."""
        if not isinstance(cv, CrossValidation):
            raise InputError(f"{type(cv).__name__} is no CrossValidation. Give what normball.cross_validate returns.")
        keep = [lams > 0.0 for lams in cv.lams]
        best = cv.l1_ratios.index(cv.l1_ratio_min)
        if keep[best].sum() < 2:
            raise InputError("The grid has fewer than two λ > 0: a curve needs two. Give more lams.")
        scoring = cv.scoring if isinstance(cv.scoring, str) else getattr(cv.scoring, "__name__", "a score")
        known = {"log_loss": "held-out log-loss (nats)", "squared_error": "held-out squared error"}
        found = cls(
            cv.l1_ratios, tuple(lams[k] for lams, k in zip(cv.lams, keep, strict=True)),
            tuple(cv.mean[r, : len(k)][k] for r, k in enumerate(keep)),
            tuple(cv.se[r, : len(k)][k] for r, k in enumerate(keep)),
            np.asarray(cv.path.df)[keep[best]], best, cv.lam_min, cv.lam_1se,
            known.get(scoring, f"minus the held-out {scoring}"),
        )  # fmt: skip
        return found.plot(ax)

    def plot(self, ax: Axes | None = None) -> ChoiceDisplay:
        """Draw on an Axes, a new one where none is given."""
        ax = axes_of(ax)
        b, several = self.best, len(self.l1_ratios) > 1
        colours = [BLUE if not several else CYCLE[r % len(CYCLE)] for r in range(len(self.l1_ratios))]
        self.band_ = ax.fill_between(
            self.lams[b], self.mean[b] - self.se[b], self.mean[b] + self.se[b], color=colours[b], alpha=0.16, lw=0,
            label="± one standard error",
        )  # fmt: skip
        self.lines_ = []
        for r, ratio in enumerate(self.l1_ratios):
            label = f"l1_ratio = {ratio:g}" if several else "mean over the folds"
            style = dict(lw=2.0) if r == b else dict(lw=1.1, ls="--")
            self.lines_ += ax.plot(self.lams[r], self.mean[r], color=colours[r], label=label, **style)  # pyright: ignore
        self.min_ = self._mark(ax, self.lam_min, "o", colours[b], "smallest mean")
        self.one_se_ = self._mark(
            ax, self.lam_1se, "D", ORANGE if colours[b] != ORANGE else BLUE, "within one error of it"
        )
        ax.set_xscale("log")
        ax.set_xlim(max(map(np.max, self.lams)), min(map(np.min, self.lams)))
        ax.set_xlabel("λ (falls to the right)")
        ax.set_ylabel(self.y_label)
        ax.spines[["top", "right"]].set_visible(False)
        if not several:
            counts_on_top(ax, self.lams[b], self.df)
        ax.legend(fontsize=8, frameon=False)
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self

    def _mark(self, ax: Axes, lam: float, marker: str, colour: str, words: str) -> Any:
        if not lam > 0.0:
            return None
        k = int(np.argmin(np.abs(self.lams[self.best] - lam)))
        ax.axvline(lam, color=MUTED, lw=0.9, ls=":")
        height = [self.mean[self.best][k]]
        return ax.plot([lam], height, marker, color=colour, ms=6, zorder=5, label=f"{words}: λ = {lam:.3g}")[0]


def plot_choice(cv: CrossValidation, *, ax: Axes | None = None) -> Axes:
    """The cross-validation curve of `normball.cross_validate` on an Axes, with λ_min and λ_1se."""
    return ChoiceDisplay.from_cv(cv, ax=ax).ax_
