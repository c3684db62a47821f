"""The coefficient path: every coefficient against λ or against the radius t, with the number of features on top."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from matplotlib.axes import Axes

from ..errors import InputError
from ..paths import Path
from .canvas import CYCLE, FAINT, MUTED, axes_of, counts_on_top, figure_of, label_ends, plain

__all__ = ["PathDisplay", "plot_path"]

WORDS = {0.0: "‖w‖₂", 1.0: "‖w‖₁"}


@dataclass
class PathDisplay:
    """What the picture of a path shows.

    x       (L,) λ, falling, or the radius t, rising
    coefs   (p, L) per unit of each column, or per standard deviation where those were penalised; of three or more
            classes the length of each feature's coefficients
    df      (L,) how many features are in
    names   (p,)
    against "lam" or "t";  y_label, x_label
    ax_, figure_, lines_ (p artists, in the order of the columns), labels_   after `plot`
    """

    x: np.ndarray
    coefs: np.ndarray
    df: np.ndarray
    names: tuple[str, ...]
    against: str
    x_label: str
    y_label: str
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    lines_: list = field(default_factory=list, repr=False)
    labels_: list = field(default_factory=list, repr=False)

    @classmethod
    def from_path(cls, path: Path, *, against: str = "lam", n_labels: int = 10, ax: Axes | None = None) -> PathDisplay:
        """Draw a Path, as `normball.path` and `CrossValidation.path` give it.

        against : "lam", λ on a log axis that falls to the right; or "t", the norm of the penalised coefficients
        n_labels : how many of the coefficients that are largest at the right end are named

        Raises InputError for another `against`, or a path with fewer than two λ to show.
        """
        if not isinstance(path, Path):
            raise InputError(
                f"{type(path).__name__} is no Path. Give what normball.path returns, or cross_validate(…).path."
            )
        if against not in ("lam", "t"):
            raise InputError(f"against={against!r} is not known: give 'lam' or 't'.")
        dense: Any = path.coefs.toarray() if isinstance(path.coefs, sp.csc_array) else path.coefs
        scale, factor = scales(path)
        dense = dense * scale.reshape(-1, *[1] * (dense.ndim - 1))
        keep = path.lams > 0.0 if against == "lam" else np.ones(len(path.lams), bool)
        x = path.lams if against == "lam" else radii(path, dense, scale, factor)
        if keep.sum() < 2:
            raise InputError(f"The path has {int(keep.sum())} λ to draw: a line needs two. Give more lams.")
        several = dense.ndim == 3
        coefs = np.linalg.norm(dense, axis=1) if several else dense
        per = "" if (scale == 1.0).all() else " per standard deviation"
        word = WORDS.get(path.l1_ratio, "Ω(w)")
        found = cls(
            x[keep], coefs[:, keep], np.asarray(path.df)[keep], tuple(path.name(j) for j in range(len(coefs))), against,
            "λ (falls to the right)" if against == "lam" else f"t = {word}",
            f"length of a feature's coefficients{per}" if several else f"coefficient{per}",
        )  # fmt: skip
        return found.plot(ax, n_labels=n_labels)

    def plot(self, ax: Axes | None = None, *, n_labels: int = 10) -> PathDisplay:
        """Draw on an Axes, a new one where none is given."""
        ax = axes_of(ax)
        named = [int(j) for j in np.argsort(-np.abs(self.coefs[:, -1]), kind="stable") if self.coefs[j].any()]
        named = named[: max(int(n_labels), 0)]
        colour = {j: CYCLE[k % len(CYCLE)] for k, j in enumerate(named)}
        self.lines_ = [
            ax.plot(
                self.x, row, color=colour.get(j, FAINT), lw=1.5 if j in colour else 0.9, zorder=3 if j in colour else 2
            )[0]
            for j, row in enumerate(self.coefs)
        ]
        ax.axhline(0.0, color=MUTED, lw=0.8, zorder=1)
        if self.against == "lam":
            ax.set_xscale("log")
            ax.set_xlim(self.x.max(), self.x.min())
        elif self.x[-1] > self.x[0]:
            ax.set_xlim(self.x[0], self.x[-1])
        ax.set_xlabel(self.x_label)
        ax.set_ylabel(self.y_label)
        ax.spines[["top", "right"]].set_visible(False)
        counts_on_top(ax, self.x, self.df)
        ends, names = [self.coefs[j, -1] for j in named], [plain(self.names[j], 20) for j in named]
        self.labels_ = label_ends(ax, ends, names, [colour[j] for j in named])
        self.ax_, self.figure_ = ax, figure_of(ax)
        return self


def plot_path(path: Path, *, against: str = "lam", n_labels: int = 10, ax: Axes | None = None) -> Axes:
    """The coefficient path of `normball.path` on an Axes; arguments as in `PathDisplay.from_path`."""
    return PathDisplay.from_path(path, against=against, n_labels=n_labels, ax=ax).ax_


def scales(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(p,) what turns a coefficient into the one that is penalised (sd, or 1), and (p,) penalty factors."""
    p = path.n_features
    if path.task is None:
        return np.ones(p), np.ones(p)
    return task_scales(path.task)


def task_scales(task) -> tuple[np.ndarray, np.ndarray]:
    """The same of a checked Task."""
    base = getattr(task.design, "base", task.design)
    sd = base.survey.sd(np.ones(base.n_cells, bool))
    return base.unsorted(np.where(task.flags & (sd > 0.0), sd, 1.0)), base.unsorted(np.asarray(task.factor, float))


def radii(path: Path, scaled: np.ndarray, scale: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """(L,) the norm of the penalised coefficients at each λ: ‖w‖₁, ‖w‖₂, or Ω(w) of an elastic net; ascending."""
    if len(path.radii):
        norms = [one.norm for one in path.constraints]
        return np.array(norms)
    if path.task is not None and path.task.prior is not None:
        scaled = scaled - (path.task.prior.mean * scale)[:, None]
    f = factor.reshape(-1, *[1] * (scaled.ndim - 1))
    axes = tuple(range(scaled.ndim - 1))
    ratio = path.l1_ratio
    if ratio == 0.0:
        return np.sqrt((f * scaled**2).sum(axis=axes))
    return (f * (ratio * np.abs(scaled) + 0.5 * (1.0 - ratio) * scaled**2)).sum(axis=axes)
