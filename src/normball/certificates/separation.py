"""Separation: a direction along which the unpenalised loss falls for ever, found by two linear programs.

With s_i = +1, -1 for labels 1, 0, a direction d with s_i x_iᵀd >= 0 in every row, not all zero, leaves the unpenalised
problem without a minimiser.  The first program maximises the sum of s_i x_iᵀd: zero means overlap.  The second
maximises the least of them: positive means *complete* separation, zero *quasi*.  One alone would mistake one case.

Both run by cutting planes: on some rows first, then with the rows added that the answer violates.  Fewer rows are a
relaxation, so overlap found there holds for all; a direction counts only after every row has been read.
Source: Albert and Anderson (1984), Biometrika 71; as linear programs: Konis (2007), DPhil thesis, Oxford.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ZERO = 1e-13  # |z_iᵀd| below this part of Σ_j |z_ij d_j| is rounding, above it a sign
SPLIT = 1e-6  # the largest margin must exceed this (largest entry of d: 1, of a column: 1/2 to 1)
CHUNK = 2**21  # entries of A read at a time
SLICE = 1.0  # seconds one program may take: Ctrl-C is heard between programs
LARGEST = 1_500_000  # nonzero entries of a program: beyond it, setting it up would outlast the slice


@dataclass(frozen=True)
class Separation:
    """Why there is no minimiser: side_i x_iᵀ direction >= 0 in every row, > 0 in `rows_split` of `rows`.

    kind        "complete": every row is split.  "quasi": some rows stay on the boundary, and no direction was found
                that splits them all (with soft labels it is always "quasi": their rows must stay there)
    direction   (u,), largest |entry| 1, in the coordinates of A
    columns     indices of its nonzero entries: those that separate alone, else those it cannot do without
    """

    kind: str
    direction: np.ndarray
    columns: tuple[int, ...]
    rows_split: int
    rows: int
    names: tuple[str, ...] | None = None

    def summary(self, names: Sequence[str] | None = None) -> str:
        """What was found, along which columns, and what to do: three sentences."""
        names = self.names if names is None else names
        called = [str(names[j]) if names is not None else f"column {j}" for j in self.columns]
        order = np.argsort(-np.abs(self.direction[list(self.columns)]), kind="stable")
        terms = [f"{self.direction[self.columns[k]]:+.4g}·{called[k]}" for k in order[:8]]
        more = [f"{len(called) - 8} more"] if len(called) > 8 else []
        split = "all" if self.rows_split == self.rows else f"{self.rows_split} of"
        rest = "" if self.rows_split == self.rows else " and the others stay on the boundary"
        return (
            f"The labels are {'completely' if self.kind == 'complete' else 'quasi-completely'} separated by "
            f"{_listed(called[:8] + more)}: along the direction {_listed(terms + more)}, {split} {self.rows} rows move "
            f"to their own side{rest}. Without a penalty the loss keeps falling that way, so there is no minimum and "
            f"these coefficients have no finite value. Remedies: a ridge on these columns (lam > 0), a ball (finite "
            f"for any radius), or Firth's penalty."
        )


def find_separation(A, side, *, exact=None, names=None, guess=None, time_limit=20.0) -> Separation | None:
    """A direction that separates the labels, or None: they overlap, or it is doubtful, or time ran out.

    Parameters
    ----------
    A : (n, u) ndarray or sparse, finite     the unpenalised columns, the intercept's column of ones among them
    side : (n,) of +1, -1                    for labels 1, 0; not read where `exact`
    exact : (n,) of bool                     rows with 0 < y < 1: loss rises both ways, so x_iᵀd must be 0
    names : u names, for the summary
    guess : (u,)                             tried first: coefficients on which a solver stopped, still growing
    time_limit : seconds                     when they are over, None; or, if separated, perhaps too many columns

    Columns that separate alone are compared exactly and named all; otherwise one direction is given from which no
    column can be dropped (unless time ran out).  Directions with A d = 0 (collinear columns) are no separation.
    Ctrl-C is answered between linear programs, each of a second or so; what needs longer ones (dense A from about 300
    columns on, unless the guess or the first few rows decide) is doubtful.

    Raises ValueError where the shapes do not fit or a side is not +1 or -1.
    """
    A, side, exact, guess = _checked(A, side, exact, names, guess)
    if 0 in A.shape:
        return None
    rows = _Rows(A, side, exact)
    if not rows.free.any() or rows.exact.all():
        return None
    search = _Search(rows, time.perf_counter() + time_limit)
    d = _found(search, None if guess is None else rows.conditioned_direction(guess))
    if d is None:
        return None
    margins, noise = rows.margins(d)
    split, direction = int((margins > noise).sum()), rows.original(d)
    return Separation(
        kind="complete" if split == len(margins) else "quasi",
        direction=direction,
        columns=tuple(int(j) for j in np.flatnonzero(direction)),
        rows_split=split,
        rows=len(margins),
        names=None if names is None else tuple(str(name) for name in names),
    )


def _found(search: _Search, guess: np.ndarray | None) -> np.ndarray | None:
    """A direction, complete if such a one is found: the guess, single columns, then the two programs.

    The least margin comes before the sum: its directions run clear of the boundary, so fewer rows violate them.
    """
    rows, alone = search.rows, _columns_alone(search.rows)
    if alone is not None and not rows.separates(alone):
        alone = None
    goals = ["sum"] if alone is None else []
    if not rows.exact.any():  # a soft row has to stay on the boundary: never complete
        if alone is not None and rows.separates(alone, completely=True):
            return alone
        if guess is not None and rows.separates(guess, completely=True):
            return _polished(search, "least", guess)
        goals.insert(0, "least")
    for goal in goals:
        try:
            d = search.run(goal, rows.free)
        except _Undecided:
            continue
        if d is not None:
            return _polished(search, "least" if rows.separates(d, completely=True) else goal, d)
    return alone


def _polished(search: _Search, goal: str, best: np.ndarray) -> np.ndarray:
    """A direction with fewer columns: the shortest in Σ_j |d_j|, then every column that is not needed dropped."""
    now = time.perf_counter()
    search.deadline = min(search.deadline, now + 1.0 + (now - search.began))  # no longer than the finding took
    try:
        shorter = search.run("short " + goal, search.rows.free, best)
        best = best if shorter is None else shorter
        needed = np.flatnonzero(best)
        for j in sorted(needed, key=lambda j: (j == search.rows.constant, abs(best[j]))):
            without = (best != 0) & (np.arange(len(best)) != j)
            shorter = search.run(goal, without) if best[j] != 0 and without.any() else None
            best = best if shorter is None else shorter
    except _Undecided:
        pass  # it separates; only fewer columns might do
    return best


class _Undecided(Exception):
    """Time ran out, or a linear program ended without an answer."""


class _Rows:
    """The rows of A in conditioned coordinates z = (x - centre)·factor, at most 1 in size, read in chunks.

    factor is a power of two.  A column whose values all have one sign is shifted to begin at 0, exactly in floating
    point where it matters, if a constant column can take up the shift: a year or a mean of 1e6 costs no digits.
    """

    def __init__(self, A, side, exact):
        self.A, self.side, self.exact = A, side, exact
        self.sparse = not isinstance(A, np.ndarray)
        u = A.shape[1]
        self.lows, self.highs = np.full((3, u), np.inf), np.full((3, u), -np.inf)  # labels 1, labels 0, soft
        self.centre, self.factor = np.zeros(u), np.ones(u)
        groups = exact * 2 + ~exact * (side < 0)
        for at, Z in self.chunks():
            for g in range(3):
                part = Z[np.flatnonzero(groups[at] == g)]
                if part.shape[0]:
                    self.lows[g] = np.minimum(self.lows[g], _dense(part.min(axis=0)))
                    self.highs[g] = np.maximum(self.highs[g], _dense(part.max(axis=0)))
        low, high = self.lows.min(axis=0), self.highs.max(axis=0)
        constants = np.flatnonzero((low == high) & (low != 0))
        self.constant = int(constants[0]) if len(constants) else -1
        if len(constants) and not self.sparse:
            self.centre = np.where(low > 0, low, np.where(high < 0, high, 0.0))
            self.centre[self.constant] = 0.0
        reach = np.maximum(high - self.centre, self.centre - low)
        self.factor = np.ldexp(1.0, np.minimum(-np.frexp(reach)[1], 1023))
        self.free = reach > 0
        self.total = np.zeros(u)  # Σ s_i z_i, the first program's objective
        for at, Z in self.chunks():
            self.total += Z.T @ np.where(exact[at], 0.0, side[at])

    def chunks(self) -> Iterator[tuple[slice, Any]]:
        n, u = self.A.shape
        step = max(1, CHUNK * n // (u + self.A.nnz) if self.sparse else CHUNK // u)
        for start in range(0, n, step):
            at = slice(start, min(start + step, n))
            yield at, self.conditioned(self.A[at])

    def conditioned(self, X):
        if not self.sparse:
            return (np.asarray(X, dtype=float) - self.centre) * self.factor
        Z = X.astype(float)  # a copy
        Z.data *= self.factor[Z.indices]
        return Z

    def margins(self, d) -> tuple[np.ndarray, np.ndarray]:
        """s_i z_iᵀd, and how much of it may be rounding, (n,) each."""
        margins, size = np.empty((2, self.A.shape[0]))
        for at, Z in self.chunks():
            margins[at], size[at] = Z @ d, abs(Z) @ np.abs(d)
        return np.where(self.exact, margins, self.side * margins), ZERO * size

    def lacking(self, margins, noise, completely: bool) -> np.ndarray:
        """By how much each row fails what is asked of it, <= 0 where it does not, (n,)."""
        wanted = noise + np.finfo(float).tiny if completely else -noise  # a row of zeros fails
        return np.where(self.exact, np.abs(margins) - noise, wanted - margins)

    def separates(self, d, completely: bool = False) -> bool:
        margins, noise = self.margins(d)
        return bool(margins.max() > SPLIT and self.lacking(margins, noise, completely).max() <= 0)

    def conditioned_direction(self, guess) -> np.ndarray | None:
        """The guess for the conditioned columns, largest |entry| 1; None if it is zero or cannot be represented."""
        d, k = np.where(self.free, guess, 0.0), self.constant
        with np.errstate(over="ignore", invalid="ignore"):
            if k >= 0:
                d[k] += (self.centre * d).sum() / self.highs[:, k].max()
            d /= self.factor
            largest = np.abs(d).max()
        return d / largest if 0 < largest < np.inf else None

    def original(self, d) -> np.ndarray:
        """The same direction for A itself, largest |entry| 1: a shift is taken up by the constant column."""
        used = d != 0
        back = np.zeros_like(d)
        back[used] = d[used] * (self.factor[used] / self.factor[used].max())
        back /= np.abs(back).max()  # before the shift: no overflow
        k = self.constant
        if k >= 0:
            level = self.highs[:, k].max()
            shifts = self.centre * back
            moved = back[k] - shifts.sum() / level
            back[k] = moved if abs(moved) > 1e-12 * (abs(back[k]) + np.abs(shifts).sum() / abs(level)) else 0.0
        return back / np.abs(back).max()


class _Search:
    """Linear programs over a growing set of rows, until a direction holds in all rows or none can."""

    def __init__(self, rows: _Rows, deadline: float):
        self.rows, self.began, self.deadline = rows, time.perf_counter(), deadline
        n, u = rows.A.shape
        self.most = int(np.clip(2 * u, 300, 2000))  # rows of a kind to begin with, and to add
        groups = [np.flatnonzero(~rows.exact & (rows.side * s > 0)) for s in (1, -1)] + [np.flatnonzero(rows.exact)]
        self.chosen = np.zeros(n, dtype=bool)
        for group in groups:
            self.chosen[_spread(group, self.most)] = True
        self.gather()

    def gather(self) -> None:
        """S: chosen rows s_i z_i with a side; E: those that must stay on the boundary. Identical rows count once."""
        from scipy import sparse

        rows, blocks = self.rows, []
        for soft in (False, True):
            at = np.flatnonzero(self.chosen & (rows.exact == soft))
            Z = rows.conditioned(rows.A[at])
            Z = Z if soft else sparse.diags_array(rows.side[at]) @ Z
            blocks.append(sparse.csr_array(Z if rows.sparse else np.unique(Z, axis=0)))
        self.S, self.E = blocks

    def run(self, goal: str, allowed: np.ndarray, known: np.ndarray | None = None) -> np.ndarray | None:
        """A direction on the allowed columns that separates ("least": completely) all rows, or None if none can.

        goal: "sum" or "least", the two programs; "short sum", "short least": smallest Σ_j |d_j| as good as `known`.
        """
        completely = goal.endswith("least")
        floor = 0.0 if known is None else float(self.rows.margins(known)[0].min())
        while True:
            d = self.linear_program(goal, allowed, known, floor)
            if d is None:
                return None
            d = self.settled(d, completely)
            margins, noise = self.rows.margins(d)
            lacking = self.rows.lacking(margins, noise, completely)
            if lacking.max() <= 0 and margins.max() > SPLIT:
                return d
            violated = np.flatnonzero((lacking > 0) & ~self.chosen)
            if not len(violated):
                return None  # nothing is split, or it is a rounding's breadth away: no claim
            worst = np.argsort(-lacking, kind="stable")[: self.most]  # and the nearest to it: they would come next
            self.chosen[worst] = self.chosen[_spread(violated, self.most)] = True
            self.gather()

    def linear_program(self, goal, allowed, known, floor) -> np.ndarray | None:
        """The program's direction on the chosen rows, or None if its optimum is zero."""
        from scipy import sparse

        S, E, total = self.S, self.E, self.rows.total
        u, weight = len(total), max(np.abs(total).max(), 1e-300)
        box = allowed.astype(float)
        if goal == "sum":
            d = self.minimise(-total / weight, -S, np.zeros(S.shape[0]), E, np.stack([-box, box], axis=1))
            return d if total @ d > SPLIT else None
        if goal == "least":  # one more variable, the least margin, in [0, 1]
            t = sparse.csr_array(np.ones((S.shape[0], 1)))
            bounds = np.stack([np.append(-box, 0.0), np.append(box, 1.0)], axis=1)
            d = self.minimise(np.append(np.zeros(u), -1.0), sparse.hstack([-S, t]), np.zeros(S.shape[0]), None, bounds)
            return d[:u] if d[u] > 0 else None
        size = np.where(np.arange(u) == self.rows.constant, 1e-3, 1.0)  # a constant is no cause
        above, least = [S], np.full(S.shape[0], max(floor, 0.0))
        if goal == "short sum":
            above, least = [S, sparse.csr_array(total[None] / weight)], np.append(0.0 * least, total @ known / weight)
        B = sparse.vstack(above)
        bounds = np.stack([np.zeros(2 * u), np.where(np.tile(allowed, 2), np.inf, 0.0)], axis=1)
        d = self.minimise(np.tile(size, 2), sparse.hstack([-B, B]), -least, sparse.hstack([E, -E]), bounds)
        return d[:u] - d[u:]

    def minimise(self, cost, above, limit, equal, bounds) -> np.ndarray:
        from scipy.optimize import linprog

        left = self.deadline - time.perf_counter()
        equal = None if equal is None or equal.shape[0] == 0 else equal
        if left <= 0 or above.nnz + (0 if equal is None else equal.nnz) > LARGEST:
            raise _Undecided
        answer = linprog(
            cost,
            A_ub=above,
            b_ub=limit,
            A_eq=equal,
            b_eq=None if equal is None else np.zeros(equal.shape[0]),
            bounds=bounds,
            method="highs-ds",  # the one that ends on a vertex and heeds its time limit
            options={
                "time_limit": min(left, SLICE),
                "primal_feasibility_tolerance": 1e-10,
                "dual_feasibility_tolerance": 1e-10,
            },
        )
        if answer.status != 0:
            raise _Undecided
        return answer.x

    def settled(self, d: np.ndarray, completely: bool) -> np.ndarray:
        """d without the solver's dust: tiny entries 0, and rows that should lie on the boundary put there exactly."""
        largest = np.abs(d).max()
        if largest == 0:
            return d
        d = np.where(np.abs(d) > 1e-9 * largest, d / largest, 0.0)
        used = np.flatnonzero(d)
        tight = np.zeros(self.S.shape[0], dtype=bool) if completely else np.abs(self.S @ d) < 1e-8
        if (tight.sum() + self.E.shape[0]) * len(used) > CHUNK:
            return d
        T = np.concatenate([self.S[np.flatnonzero(tight)][:, used].toarray(), self.E[:, used].toarray()])
        if len(T):
            d[used] -= np.linalg.lstsq(T, T @ d[used])[0]
        return d


def _columns_alone(rows: _Rows) -> np.ndarray | None:
    """The sum of all columns that separate alone, by a threshold between their extremes; None if there are none."""
    d, k = np.zeros(rows.A.shape[1]), rows.constant
    if np.isinf(rows.lows[:2, 0]).any():
        return None  # one label only
    for sign, low, high in ((1.0, rows.lows, rows.highs), (-1.0, -rows.highs, -rows.lows)):
        least, most = np.maximum(high[1], high[2]), np.minimum(low[0], low[2])  # labels 0 below, labels 1 above
        through_zero = (least < 0) & (most > 0) | (k < 0) & (least <= 0) & (most >= 0)
        threshold = np.where(through_zero, 0.0, least / 2 + most / 2)
        good = rows.free & (least <= most) & (low.min(axis=0) < high.max(axis=0)) & ((k >= 0) | (threshold == 0))
        d[good] += sign
        if k >= 0:
            level = rows.highs[:, k].max() * rows.factor[k]
            d[k] -= np.sum(((threshold - sign * rows.centre) * rows.factor)[good]) / level
    return d / np.abs(d).max() if np.any(d) else None


def _spread(index: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of them, evenly spread."""
    return index[np.linspace(0, len(index) - 1, min(most, len(index))).astype(int)] if len(index) else index


def _dense(row) -> np.ndarray:
    return row if isinstance(row, np.ndarray) else row.toarray().ravel()


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _checked(A, side, exact, names, guess):
    """Arrays of the right kind: A float (n, u) dense or CSR, side (n,), exact (n,), guess (u,) or None."""
    from scipy import sparse

    A = A.tocsr() if sparse.issparse(A) else np.asarray(A)
    side = np.asarray(side, dtype=float)
    if A.ndim != 2 or side.shape != A.shape[:1]:
        raise ValueError(f"A has shape {A.shape} and side {side.shape}: give A as (n, u) and side as (n,).")
    exact = np.zeros(len(side), dtype=bool) if exact is None else np.asarray(exact, dtype=bool)
    if exact.shape != side.shape:
        raise ValueError(f"exact has shape {exact.shape} but there are {len(side)} rows: give one flag for each row.")
    if wrong := np.setdiff1d(side[~exact], [-1.0, 1.0])[:3].tolist():
        raise ValueError(f"side holds {wrong}: it takes +1 for label 1 and -1 for label 0.")
    if names is not None and len(names) != A.shape[1]:
        raise ValueError(f"names has {len(names)} entries but A has {A.shape[1]} columns: give one for each column.")
    guess = None if guess is None else np.asarray(guess, dtype=float)
    if guess is not None and guess.shape != A.shape[1:]:
        raise ValueError(f"guess has shape {guess.shape} but A has {A.shape[1]} columns: give an entry for each.")
    return A, side, exact, guess
