"""The contract between data and everything else: blocks of rows, a survey, sums in fixed order, a meter of reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from .. import runtime

Array = np.ndarray
FAST_FROM = 1e5
"""n·p from which compiled kernels pay for their start-up (a few tenths of a second, once in a process)."""
CHUNKS = 16
"""Into how many fixed pieces a large sum is cut: enough for any pool, few enough partial sums to hold."""


class Block(Protocol):
    """Rows of one cell, conditioned, with what travels with a row."""

    rows: slice | Array  # which rows of X these are
    cell: int
    y: Array  # (m,)
    weight: Array  # (m,)
    offset: Array  # (m,)

    def times(self, W: Array) -> Array:
        """X W, (m, C)."""
        ...

    def t_times(self, R: Array) -> Array:
        """Xᵀ R, (p, C)."""
        ...

    def gram(self, h: Array, cols: Array | None, single: bool) -> Array:
        """Xᵀ diag(h) X over the columns `cols` (all if None); in float32 products if `single`."""
        ...

    def square_sums(self, h: Array) -> Array:
        """Σ h x_j², (p,)."""
        ...

    def take(self, cols: Array) -> Array:
        """X[:, cols], dense (m, q)."""
        ...

    def farthest(self, cols: Array, A: Array, shift: Array) -> float:
        """max over rows of positive weight of ‖shift + X[:, cols] A‖²;  A (q, k), shift (k,)."""
        ...

    def hess_times(self, h: Array, v: Array, vb: float) -> tuple[Array, float, Array]:
        """With u = X v + vb:  Xᵀ(h∘u) (p,), Σ h u, and u (m,)."""
        ...


@dataclass(frozen=True)
class Survey:
    """Pass one: what the columns look like.  Vectors are (p,); moments are weighted, per cell, about `about`."""

    mean: Array  # subtracted inside the blocks (0 where X is sparse or there is no intercept)
    scale: Array  # blocks are divided by it
    reach: Array  # max |conditioned x|: how far a row can be moved by one coefficient
    constant: Array  # bool: a single value in every row
    finite: bool
    about: Array
    totals: Array  # (cells,)     Σ weight
    first: Array  # (cells, p)   Σ weight (x - about)
    second: Array  # (cells, p)   Σ weight ((x - about)/unit)²
    unit: Array  # 1, but for columns whose squares would leave the range of float64

    def reordered(self, order: Array) -> Survey:
        """The same columns in another order."""
        vectors = {k: getattr(self, k)[order] for k in ("mean", "scale", "reach", "constant", "about", "unit")}
        return replace(self, **vectors, first=self.first[:, order], second=self.second[:, order])

    def sd(self, cells: Array) -> Array:
        """Weighted standard deviation of each column over the given cells (bool), original units (p,)."""
        total = self.totals[cells].sum()
        shift = self.first[cells].sum(0) / total / self.unit
        return self.unit * np.sqrt(np.maximum(self.second[cells].sum(0) / total - shift**2, 0.0))


class Design(ABC):
    """X with its rows' y, weight, offset and cell.  `reads` counts passes over X, everything included."""

    n: int
    p: int
    y: Array
    weight: Array
    offset: Array
    intercept: bool
    survey: Survey
    fast: bool  # compiled kernels are worth their start-up
    reads: float = 0.0
    cells: Array | None = None  # (n,) int: rows that every split treats alike share a cell; None: one cell
    n_cells: int = 1
    y_shift: float = 0.0  # y, offset and η of the design are (as they came - y_shift)/y_scale: regression
    y_scale: float = 1.0
    moments: Any = None  # sums that a quadratic loss was solved from (lockstep/moments.py): read once, kept
    order: Array | None = None  # column k of the design is column order[k] as it came; None: the same

    @abstractmethod
    def chunks(self) -> list[tuple]:
        """The fixed pieces of the rows; `blocks(*piece)` walks one of them."""

    @abstractmethod
    def blocks(self, *piece: Any, single: bool = False) -> Iterator[Block]:
        """The blocks of one piece, in order; a last argument `stride` > 1 leaves some out."""

    def add_up(self, task: Callable, *args, stride: int = 1, single: bool = False) -> tuple:
        """Σ over blocks of task(block, *args), a tuple of arrays or floats; the same bits for any number of threads.

        stride > 1 asks for a part of the blocks only, spread over all rows (a design may give more).
        single: blocks in float32, where a design has them.
        """
        self.reads += 1.0 / stride
        total: list = []
        pieces = [((*piece, stride), task, args, single) for piece in self.chunks()]
        for part in runtime.in_order(self._sum_piece, pieces):
            total = _plus(total, part)
        return tuple(total)

    def fused(self, loss, coef: Array, intercept: float, c: Array) -> tuple[Array, Array] | None:
        """(Xᵀ[r, h] (p, 2), Sums (5, 1)) of one column in one compiled read, or None where there is no such kernel.

        c (n,): the rows' weights, 0 where a row is held out.
        """
        return

    def add_up_cells(self, task: Callable, *args, single: bool = False) -> Array:
        """Σ over the blocks of each cell of task(block, *args), one array: (cells, …)."""
        self.reads += 1.0
        total: dict[int, Array] = {}
        pieces = [((*piece, 1), task, args, single) for piece in self.chunks()]
        for part in runtime.in_order(self._sum_cells, pieces):
            for cell, value in part.items():
                total[cell] = total[cell] + value if cell in total else value
        empty = np.zeros_like(next(iter(total.values())))
        return np.stack([total.get(cell, empty) for cell in range(self.n_cells)])

    def _sum_cells(self, piece: tuple, task: Callable, args: tuple, single: bool) -> dict:
        total: dict[int, Array] = {}
        for block in self.blocks(*piece, single=single):
            runtime.check()
            value = task(block, *args)
            if block.cell in total:
                total[block.cell] += value
            else:
                total[block.cell] = value
        return total

    def t_times(self, R: Array) -> Array:
        """XᵀR for all columns, (p, C); R (n, C) in the order of the rows as they came."""
        return self.add_up(_t_times, R)[0]

    def largest(self, task: Callable, *args) -> float:
        """The maximum over blocks of task(block, *args): one read."""
        self.reads += 1.0
        pieces = [(piece, task, args) for piece in self.chunks()]
        return max(runtime.in_order(self._largest_piece, pieces), default=0.0)

    def _sum_piece(self, piece: tuple, task: Callable, args: tuple, single: bool) -> list:
        total: list = []
        for block in self.blocks(*piece, single=single):
            runtime.check()
            total = _plus(total, task(block, *args))
        return total

    def _largest_piece(self, piece: tuple, task: Callable, args: tuple) -> float:
        top = 0.0
        for block in self.blocks(*piece):
            runtime.check()
            top = max(top, task(block, *args))
        return top

    def keep_columns(self) -> None:
        """Columns will be asked for again and again: a design may arrange itself for that."""
        return

    @abstractmethod
    def columns(self, j: Array):
        """The conditioned columns j as a matrix of their own (n, q): an F-ordered array, or CSC."""

    @abstractmethod
    def rows(self, i: Array) -> Array:
        """The conditioned rows i, dense (m, p)."""

    @abstractmethod
    def unpenalised(self, rows: Array, cols: Array):
        """(1, X) in the given rows and columns, as they came: an array or CSR; the 1 only with an intercept."""

    @abstractmethod
    def kernel(self, d: Array) -> Array:
        """X diag(d) Xᵀ, (n, n): for wide data."""

    # ---- the meanings of conditioned coordinates -------------------------------------------------------------------
    def to_original(self, coef: Array, intercept: float) -> tuple[Array, float]:
        """Coefficients on the columns as they came."""
        w = coef * (self.y_scale / self.survey.scale) if self.y_scale != 1.0 else coef / self.survey.scale
        return self.unsorted(w), float(self.y_shift + self.y_scale * intercept - self.survey.mean @ w)

    def to_conditioned(self, coef: Array, intercept: float) -> tuple[Array, float]:
        """The way back."""
        w = self.sorted(coef)
        b = float(intercept - self.y_shift + self.survey.mean @ w)
        return w * (self.survey.scale / self.y_scale), b / self.y_scale

    def errors(self, coef_error: Array, intercept_error: float) -> tuple[Array, float]:
        """Bounds of conditioned errors, on the columns as they came."""
        width = coef_error * (self.y_scale / self.survey.scale)
        return self.unsorted(width), float(self.y_scale * intercept_error + np.abs(self.survey.mean) @ width)

    def sorted(self, vector: Array) -> Array:
        """A vector over the columns as they came, in the order of the design."""
        return vector if self.order is None else vector[self.order]

    def unsorted(self, vector: Array) -> Array:
        """The way back."""
        if self.order is None:
            return vector
        out = np.empty_like(vector)
        out[self.order] = vector
        return out


def _t_times(block, R):
    return (block.t_times(R[block.rows]),)


def _plus(total: list, part) -> list:
    """Add a tuple of sums to a running one, in place where it can."""
    if not total:
        return list(part)
    for k, value in enumerate(part):
        total[k] += value
    return total


def row_pieces(cells: Array | None, n: int, step: int) -> tuple[list[tuple], Array | None]:
    """Cut n rows, grouped by cell, into runs of at most `step` rows of one cell: (lo, hi, cell) and the row order."""
    if cells is None:
        return [(lo, min(lo + step, n), 0) for lo in range(0, n, step)], None
    order = np.argsort(cells, kind="stable")
    edges = np.flatnonzero(np.diff(cells[order], prepend=-1))
    runs = zip(edges, [*edges[1:], n], strict=True)
    return [(a, min(a + step, hi), int(cells[order[lo]])) for lo, hi in runs for a in range(lo, hi, step)], order


def conditioning(mean: Array, sd: Array, low: Array, high: Array, centred: bool) -> tuple[Array, Array, Array, Array]:
    """What to subtract, what to divide by, the reach after it, and constancy, from each column's moments and range."""
    constant = low == high
    shift = np.where(constant, low, mean) if centred else np.zeros_like(mean)
    far = np.maximum(np.abs(high - shift), np.abs(low - shift))
    size = sd if centred else np.hypot(sd, mean)
    size = np.where(size > 1e-8 * far, size, far)  # all the weight on one value: use the range
    scale = np.where(size > 0.0, size, 1.0)
    return shift, scale, far / scale, constant
