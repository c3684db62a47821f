"""A path: the solutions on a grid of λ, solved together, each with its certificate."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from .. import runtime
from ..certificates import Certificate
from ..certificates.ball import Constraint
from ..errors import InputError, Interrupted
from ..inputs import align, check_finite, read_offset
from ..lockstep import Answer, choose_chain, solve_family
from ..results import Solution, check_classes, penalty_in_words, probabilities, strengths_of
from ..runtime import Watch
from ..strength import Strength, read_strength
from ..tasks import Task
from .grid import Grid, make_lams
from .one import solve_task

SAME = 1e-12  # relative distance of two λ that are one


@dataclass(frozen=True)
class Path:
    """Solutions along λ.

    lams          (L,) descending
    coefs         (p, L) per unit of each column as it came: an array, or csc_array where l1_ratio > 0; for three or
                  more classes an array (p, K, L)
    intercepts    (L,); for three or more classes (K, L)
    certificates  one for each λ
    relax         λ₂ of the second stage (see `path`), None without one
    reads, seconds  of all of it
    """

    lams: np.ndarray
    l1_ratio: float
    coefs: np.ndarray | sp.csc_array
    intercepts: np.ndarray
    certificates: tuple[Certificate, ...]
    classes: np.ndarray | None
    names: tuple[str, ...] | None
    total: float
    standardize: bool | np.ndarray
    tol: float
    relax: float | None = None
    task: Task | None = field(default=None, repr=False)
    answers: tuple[Answer, ...] = field(default=(), repr=False)  # in the loop's coordinates, to go on from
    loss: str = "logistic"
    constraints: tuple[Constraint, ...] = ()  # one for each λ where the path was asked for in radii

    @property
    def n_features(self) -> int:
        shape: tuple[int, ...] = self.coefs.shape  # pyright: ignore
        return shape[0]

    @cached_property
    def df(self) -> np.ndarray:
        """How many coefficients (of several classes: features) are not 0 at each λ (L,)."""
        if self.intercepts.ndim == 2:
            return self.coefs.any(1).sum(0)  # pyright: ignore
        return (
            np.diff(self.coefs.indptr) if isinstance(self.coefs, sp.csc_array) else np.count_nonzero(self.coefs, axis=0)
        )

    @property
    def radii(self) -> np.ndarray:
        """(L,) ascending, where the path was asked for in radii; else empty."""
        return np.array([one.radius for one in self.constraints])

    @property
    def multipliers(self) -> np.ndarray:
        """(L,) of the constraints as stated, where the path was asked for in radii; else empty."""
        return np.array([one.multiplier for one in self.constraints])

    @property
    def certified(self) -> bool:
        return not self.uncertified

    @property
    def uncertified(self) -> list[int]:
        """At which λ, by index, nothing or too little is proved."""
        return [k for k, c in enumerate(self.certificates) if c.status != "certified"]

    @property
    def reads(self) -> float:
        return max(c.reads for c in self.certificates)

    @property
    def seconds(self) -> float:
        return max(c.seconds for c in self.certificates)

    def index(self, lam: float) -> int | None:
        """Where this λ is on the grid, None where it is not."""
        k = int(np.argmin(np.abs(self.lams - lam)))
        return k if abs(self.lams[k] - lam) <= SAME * abs(lam) else None

    def lam_of(self, lam: float | Strength) -> float:
        """λ of a number or a Strength, for the data of this path."""
        return read_strength(lam).lam(self.total, self.l1_ratio)

    @property
    def strengths(self) -> tuple[dict[str, float], ...]:
        """Each λ in every dialect that can say it: one mapping name -> value for each."""
        return tuple(strengths_of(float(lam), self.l1_ratio, self.total, self.loss) for lam in self.lams)

    def coef_at(self, lam: float | Strength) -> tuple[np.ndarray, Any]:
        """(coef (p,), intercept); a λ that is not on the grid is fitted, never interpolated."""
        lam = self.lam_of(lam)
        k = self.index(lam)
        if k is None:
            found = self.solution(lam)
            return found.coef, found.intercept
        return self._column(k), self._intercept(k)

    def _intercept(self, k: int):
        return float(self.intercepts[k]) if self.intercepts.ndim == 1 else self.intercepts[:, k].copy()

    def _column(self, k: int) -> np.ndarray:
        if self.intercepts.ndim == 2:
            return np.array(self.coefs[:, :, k])  # pyright: ignore
        column = self.coefs[:, [k]]
        return column.toarray()[:, 0] if isinstance(column, sp.csc_array) else np.array(column[:, 0])

    def solution(self, lam: float | Strength) -> Solution:
        """The fit at one λ as `solve` gives it; a λ that is not on the grid is fitted."""
        lam = self.lam_of(lam)
        k = self.index(lam)
        if k is not None:
            return Solution(
                self._column(k), self._intercept(k), float(self.lams[k]), self.l1_ratio, self.classes,
                self.names, self.total, self.standardize, self.certificates[k], self.loss,
                self.constraints[k] if self.constraints else None,
                prior_mean=None if self.task is None or self.task.prior is None else self.task.prior.mean,
                grouped=self.task is not None and self.task.grouped,
                bounds=None if self.task is None else self.task.bounds,
                relax=self.relax if self.l1_ratio > 0.0 else None,
            )  # fmt: skip
        if self.task is None:
            raise InputError(f"lam={lam:g} is not on the grid, and the path no longer holds its data. Fit it again.")
        if self.relax is not None:
            from .relaxed import relaxed_solution

            return relaxed_solution(self.task, lam, self.l1_ratio, self.relax, self.tol)
        near = int(np.argmin(np.abs(np.log(np.maximum(self.lams, 1e-300)) - np.log(max(lam, 1e-300)))))
        start = self._column(near), self._intercept(near)
        return solve_task(self.task, lam, self.l1_ratio, min(self.tol, 1e-8), Watch(), start)

    def decision_function(self, X, lam=None, offset=None) -> np.ndarray:
        """η (n,) at one λ, or (n, L) at all of them; for three or more classes (n, K) and (n, K, L)."""
        matrix = align(X, self.names, width=self.n_features)
        check_finite(matrix, self.names)
        several = self.intercepts.ndim == 2
        if lam is None and several:
            p, K, L = self.coefs.shape  # pyright: ignore
            eta = np.asarray(matrix @ self.coefs.reshape(p, K * L)).reshape(-1, K, L) + self.intercepts  # pyright: ignore
            return eta if offset is None else eta + read_offset(offset, len(eta), K)[:, :, None]
        if lam is None:
            eta = matrix @ self.coefs
            eta = (eta.toarray() if sp.issparse(eta) else np.asarray(eta)) + self.intercepts
            return eta if offset is None else eta + read_offset(offset, len(eta))[:, None]
        coef, b = self.coef_at(lam)
        eta = matrix @ coef + b
        return eta if offset is None else eta + read_offset(offset, len(eta), eta.shape[1] if several else 2)

    def predict_proba(self, X, lam, offset=None) -> np.ndarray:
        """(n, K) probabilities in the order of `classes`, at one λ."""
        check_classes(self.loss)
        return probabilities(self.decision_function(X, self.lam_of(lam), offset))

    def name(self, j: int) -> str:
        return self.names[j] if self.names else f"x{j}"

    def to_frame(self):
        """A pandas frame: one row for each λ, with its number of features, gap, status, objective and coefficients."""
        import importlib

        pandas = importlib.import_module("pandas")
        dense = self.coefs.toarray() if isinstance(self.coefs, sp.csc_array) else self.coefs
        names = [self.name(j) for j in range(len(dense))]
        labels = [] if self.classes is None or self.intercepts.ndim == 1 else self.classes.tolist()
        if labels:
            names = [f"{name} ({label})" for name in names for label in labels]
            dense = dense.reshape(len(names), -1)
        facts = {
            "lam": self.lams, "df": self.df, "gap": [c.gap for c in self.certificates],
            "status": [c.status for c in self.certificates], "objective": [c.objective for c in self.certificates],
        }  # fmt: skip
        heads = np.atleast_2d(self.intercepts)
        facts |= {f"(intercept) ({label})": b for label, b in zip(labels, heads, strict=False)} or {
            "(intercept)": heads[0]
        }
        return pandas.concat(
            [pandas.DataFrame(facts), pandas.DataFrame(dense.T, columns=names)],
            axis=1,
        )

    def summary(self) -> str:
        """The penalty and the grid, what is proved, and some rows of the path."""
        words = penalty_in_words(1.0, self.l1_ratio, self.standardize, self.task is not None and self.task.grouped)
        kind = words.replace(", λ = 1 on the mean loss", "")
        lost, worst = self.uncertified, max(c.relative_gap for c in self.certificates)
        proved = f"Certified at every λ: gaps at most {worst:.2g} of the null loss."
        if lost:
            proved = (
                f"NOT certified at {len(lost)} of {len(self.lams)} λ (tol={self.tol:g}; worst gap {worst:.2g} of the "
                f"null loss), the first at λ = {self.lams[lost[0]]:.4g}. {self.certificates[lost[0]].summary()}"
            )
        second = "" if self.relax is None else f" Selected columns are fitted again with λ₂ = {self.relax:g}."
        cost = f"[{self.reads:.3g} reads of X, {self.seconds:.3g} s]"
        some = np.unique(np.linspace(0, len(self.lams) - 1, min(len(self.lams), 10)).astype(int))
        rows = [f"  {self.lams[k]:<12.5g} {self.df[k]:>8d}  {self.certificates[k].gap:.1e}" for k in some]
        grid = f"Path of {len(self.lams)} λ, {self.lams[0]:.4g} to {self.lams[-1]:.4g}. Penalty: {kind}.{second}"
        return "\n".join([grid, f"{proved} {cost}", f"  {'λ':<12} {'features':>8}  gap", *rows])


def path_task(task: Task, l1_ratio: float, grid: Grid, tol: float, watch: Watch, relax: float | None = None) -> Path:
    """One path."""
    return paths_of_task(task, (l1_ratio,), [make_lams(task, l1_ratio, grid)], tol, watch, relax)[0]


def paths_of_task(
    task: Task, l1_ratios, lams: list[np.ndarray], tol: float, watch: Watch, relax: float | None = None
) -> list[Path]:
    """One path for each l1_ratio, all λ of all of them solved together."""
    if relax is not None and task.n_classes > 2:
        raise InputError("relax was given with three or more classes, which it cannot do yet. Leave it out.")
    answers = solve_columns(task, l1_ratios, lams, tol, watch)
    found, at = [], 0
    for ratio, grid in zip(l1_ratios, lams, strict=True):
        mine = answers[at : at + len(grid)]
        at += len(grid)
        if relax is None or ratio == 0.0:
            found.append(_path(task, ratio, grid, mine, tol))
        else:
            from .relaxed import relaxed_path

            found.append(relaxed_path(task, ratio, grid, mine, relax, tol, watch))
    return found


def solve_columns(task: Task, l1_ratios, lams, tol: float, watch: Watch) -> list[Answer]:
    """Every λ > 0 of every l1_ratio in one family; λ = 0 by itself, as `solve` does it."""
    columns = [
        column for ratio, grid in zip(l1_ratios, lams, strict=True) for column in task.columns(grid, float(ratio))
    ]
    held = [k for k, column in enumerate(columns) if column.lam > 0.0]
    answers: dict[int, Answer] = {}
    watch.stage = "path"
    with whole_or_not(), runtime.workers():
        if held:
            family = task.family([columns[k] for k in held], tol, polish=len(held) == 1)
            answers.update(
                zip(held, solve_family(family, choose_chain(family), watch, None, False, task.names), strict=True)
            )
        for k in set(range(len(columns))) - set(held):
            family = task.family([columns[k]], tol, polish=True)
            before = answers[k - 1].point if k - 1 in answers else None
            answers[k] = solve_family(family, choose_chain(family), watch, before, False, task.names)[0]
    return [answers[k] for k in range(len(columns))]


@contextlib.contextmanager
def whole_or_not():
    """Ctrl-C in the middle of many λ: the interrupt says that there is no answer yet."""
    try:
        yield
    except Interrupted as stop:
        raise Interrupted from stop


def _path(task: Task, ratio: float, lams, answers: list[Answer], tol: float, relax: float | None = None) -> Path:
    if task.n_classes > 2:
        pairs = [answer.coefs for answer in answers]
        coefs, intercepts = (np.stack([pair[side] for pair in pairs], axis=-1) for side in (0, 1))
    else:
        coefs, intercepts = task.with_prior(*_as_they_came(task, answers, sparse=ratio > 0.0))
    return Path(
        np.array(lams), float(ratio), coefs, intercepts,
        tuple(answer.certificate for answer in answers), task.classes, task.names, task.total, task.standardize, tol,
        relax, task, tuple(answers), task.loss,
    )  # fmt: skip


def _as_they_came(task: Task, answers: list[Answer], sparse: bool):
    """Coefficients (p, L) on the columns as they came, and intercepts (L,)."""
    design, survey = task.design, task.design.survey
    scale, b = survey.scale / design.y_scale, np.array([answer.best.intercept for answer in answers])
    if not sparse:
        W = np.column_stack([answer.best.coef for answer in answers]) / scale[:, None]
        return design.unsorted(W), design.y_shift + design.y_scale * b - survey.mean @ W
    where, data = (np.concatenate(parts) for parts in zip(*(answer.best.support for answer in answers), strict=True))
    sizes = [len(answer.best.support[0]) for answer in answers]
    data = data / scale[where]
    shift = np.bincount(np.repeat(np.arange(len(answers)), sizes), survey.mean[where] * data, len(answers))
    place = where if design.order is None else design.order[where]
    coefs = sp.csc_array((data, place, np.concatenate([[0], np.cumsum(sizes)])), shape=(len(scale), len(answers)))
    coefs.sort_indices()
    return coefs, design.y_shift + design.y_scale * b - shift
