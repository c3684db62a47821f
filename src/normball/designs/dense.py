"""A dense array in memory, any strides, float32 or float64; conditioned while a block is copied into cache."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .. import runtime
from .base import CHUNKS, FAST_FROM, Array, Design, Survey, conditioning, row_pieces

BLOCK = 2**17  # numbers in a block: 1 MB, half of a level-2 cache
KEEP = 2**21  # X up to 16 MB is conditioned once and kept
KEEP_WIDE = 2**26  # numbers of a wide X up to which it is conditioned once for whole paths, and kept


def _product(A, B):
    if A.dtype != np.float32:
        return A @ B
    with np.errstate(invalid="ignore"):  # small float32 products of OpenBLAS raise the flag for what they do not use
        return A @ B


@dataclass
class DenseBlock:
    """Conditioned rows in cache."""

    x: Array  # (m, p) float64, C-order
    rows: slice | Array
    cell: int
    y: Array
    weight: Array
    offset: Array
    fast: bool

    def times(self, W):
        return _product(self.x, W)

    def t_times(self, R):
        return _product(self.x.T, R)

    def gram(self, h, cols=None, single=False):
        x = self.x if cols is None else self.x[:, cols]
        kind = np.float32 if single or x.dtype == np.float32 else np.float64
        if not x.size:
            return np.zeros((x.shape[1],) * 2)
        if self.fast:
            from ..kernels.dense import row_scale

            half = np.empty(x.shape, kind)
            row_scale(x, h, half)
        else:
            half = (x * np.sqrt(h)[:, None]).astype(kind, copy=False)
        return (half.T @ half).astype(np.float64, copy=False)  # numpy sees AᵀA and forms one half of it

    def square_sums(self, h):
        return np.einsum("ij,ij,i->j", self.x, self.x, h)

    def take(self, cols):
        return self.x[:, cols]

    def farthest(self, cols, A, shift):
        moved = self.x[self.weight > 0.0][:, cols] @ A + shift
        return float(np.einsum("ij,ij->i", moved, moved).max(initial=0.0))

    def hess_times(self, h, v, vb):
        u = self.x @ v + vb
        hu = h * u
        return self.x.T @ hu, float(hu.sum()), u


class DenseDesign(Design):
    """X (n, p) as it came: never copied, never changed."""

    def __init__(self, X, y, weight, offset, *, intercept=True, cells=None):
        self.X, self.y, self.weight, self.offset, self.intercept = X, y, weight, offset, intercept
        self.n, self.p = X.shape
        self.fast = X.size >= FAST_FROM
        self.cells, self.n_cells = cells, 1 if cells is None else int(cells.max()) + 1
        step = self.n if X.size <= 2**16 else max(8, BLOCK // max(self.p, 1))
        self._pieces, self._order = row_pieces(cells, self.n, step)
        self._kept: dict[int, DenseBlock] = {}
        self.survey = self._survey()

    def _take(self, lo: int, hi: int) -> slice | Array:
        return slice(lo, hi) if self._order is None else self._order[lo:hi]

    def chunks(self):
        size = -(-len(self._pieces) // CHUNKS)
        return [(k, min(k + size, len(self._pieces))) for k in range(0, len(self._pieces), size)] if size else []

    def blocks(self, first, last, stride=1, single=False) -> Iterator[DenseBlock]:
        for k in range(first, last, stride):
            block = None if single else self._kept.get(k)
            if block is None:
                lo, hi, cell = self._pieces[k]
                block = self._block(lo, hi, cell, single)
                if self.X.size <= KEEP and not single:
                    self._kept[k] = block
            yield block

    def fused(self, loss, coef, intercept, c):
        kernel = loss.dense_pass() if self.fast and self._order is None else None
        if kernel is None:
            return None
        self.reads += 1.0
        step = -(-self.n // CHUNKS)
        pieces = [(kernel, coef, intercept, c, slice(lo, lo + step)) for lo in range(0, self.n, step)]
        parts = list(runtime.in_order(self._fused_piece, pieces))
        G, sums = (np.sum([part[k] for part in parts], axis=0) for k in (0, 1))
        return G.T, sums

    def _fused_piece(self, kernel, coef, intercept, c, rows):
        G, sums, s = np.zeros((2, self.p)), np.zeros((5, 1)), self.survey
        kernel(self.X[rows], s.mean, 1.0 / s.scale, coef, intercept, self.offset[rows], self.y[rows], c[rows], G, sums)
        return G, sums

    def _block(self, lo, hi, cell, single=False) -> DenseBlock:
        rows, s = self._take(lo, hi), self.survey
        x = np.empty((hi - lo, self.p), np.float32 if single else np.float64)
        if self.fast and self._order is not None and self.X.strides[0] >= self.X.strides[1]:
            from ..kernels.columns import condition_rows

            condition_rows(self.X, rows, s.mean, 1.0 / s.scale, x)
        else:
            conditioned(self.X[rows], s.mean, 1.0 / s.scale, self.fast, x)
        return DenseBlock(x, rows, cell, self.y[rows], self.weight[rows], self.offset[rows], self.fast)

    def _condition(self, x: Array) -> Array:
        return conditioned(x, self.survey.mean, 1.0 / self.survey.scale, self.fast)

    def rows(self, i):
        out = np.empty((len(i), self.p))
        for lo in range(0, len(i), step := max(8, BLOCK // max(self.p, 1))):
            out[lo : lo + step] = self._condition(self.X[i[lo : lo + step]])
        return out

    def unpenalised(self, rows, cols):
        one = np.ones((len(rows), int(self.intercept)))
        return np.hstack([one, self.X[np.ix_(rows, cols)].astype(np.float64)])

    @functools.cached_property
    def transposed(self) -> Array | None:
        """All of X conditioned, (p, n) in C order, where it is wide and not huge: products by Xᵀ and copies of columns
        are then plain and fast."""
        if self.p <= self.n or self.X.size > KEEP_WIDE:
            return None
        out, step = np.empty((self.p, self.n)), max(1, BLOCK // max(self.n, 1))
        pieces = [(out, slice(lo, lo + step)) for lo in range(0, self.p, step)]
        for _ in runtime.in_order(self._transpose, pieces):
            pass
        return out

    def keep_columns(self):
        _ = self.transposed

    def _transpose(self, out: Array, some: slice) -> None:
        out[some] = self._columns_conditioned(some).T

    def _columns_conditioned(self, some) -> Array:
        return conditioned(self.X[:, some], self.survey.mean[some], 1.0 / self.survey.scale[some], self.fast)

    def t_times(self, R):
        if self.p <= self.n:
            return super().t_times(R)
        self.reads += 1.0
        kept, step = self.transposed, max(64, 2 * BLOCK // max(self.n, 1))
        out = np.empty((self.p, R.shape[1]))
        pieces = [(kept, R, out, slice(lo, lo + step)) for lo in range(0, self.p, step)]
        for _ in runtime.in_order(self._t_times_piece, pieces):
            pass
        return out

    def _t_times_piece(self, kept: Array | None, R: Array, out: Array, some: slice) -> None:
        runtime.check()
        np.matmul(self._columns_conditioned(some).T if kept is None else kept[some], R, out=out[some])

    def columns(self, j):
        """Metered as its share of a read."""
        self.reads += len(j) / max(self.p, 1)
        if "transposed" in self.__dict__ and self.transposed is not None:
            return self.transposed[j].T
        mean, inverse, out = self.survey.mean[j], 1.0 / self.survey.scale[j], np.empty((len(j), self.n))
        everything = np.array_equal(j, np.arange(self.p))
        for lo in range(0, self.n, step := max(1, BLOCK // max(len(j), 1))):
            part = self.X[lo : lo + step] if everything else self.X[lo : lo + step, j]
            out[:, lo : lo + step] = conditioned(part, mean, inverse, self.fast).T
        return out.T

    def kernel(self, d):
        self.reads += 1.0
        K, inverse = np.zeros((self.n, self.n)), np.sqrt(d) / self.survey.scale
        for lo in range(0, self.p, step := max(1, 2**18 // max(self.n, 1))):
            some = slice(lo, lo + step)
            part = conditioned(self.X[:, some], self.survey.mean[some], inverse[some], self.fast)
            K += part @ part.T
        return K

    # ---- pass one --------------------------------------------------------------------------------------------------
    def _survey(self) -> Survey:
        self.reads += 1.0
        about = self._typical()
        totals = np.zeros(self.n_cells)
        first, second = np.zeros((self.n_cells, self.p)), np.zeros((self.n_cells, self.p))
        low, high = np.full(self.p, np.inf), np.full(self.p, -np.inf)
        pieces = [(chunk, about) for chunk in self.chunks()]
        for part in runtime.in_order(self._survey_chunk, pieces):
            for cell, total, acc in part:
                totals[cell] += total
                first[cell] += acc[0]
                second[cell] += acc[1]
                np.minimum(low, acc[2], out=low)
                np.maximum(high, acc[3], out=high)
        finite = bool(np.isfinite(first).all() and np.isfinite(low).all() and np.isfinite(high).all())
        if finite:
            unit = self._rescue(second, about, low, high)
            weight = max(float(totals.sum()), 1e-300)
            shift = first.sum(0) / weight
            sd = unit * np.sqrt(np.maximum(second.sum(0) / weight - (shift / unit) ** 2, 0.0))
            facts = conditioning(about + shift, sd, low, high, centred=self.intercept)
        else:
            unit = np.ones(self.p)
            facts = (about, unit, unit, np.zeros(self.p, bool))
        return Survey(*facts, finite, about, totals, first, second, unit)

    def _typical(self) -> Array:
        """A value inside each column's range, near its mean: moments about it lose no digits."""
        some = np.linspace(0, self.n - 1, min(self.n, 256)).astype(np.intp)
        with np.errstate(over="ignore", invalid="ignore"):
            rows = self.X[some].astype(np.float64)
            about = (rows / len(some)).sum(0)
        return np.where(
            np.isfinite(about), np.clip(about, rows.min(0, initial=np.inf), rows.max(0, initial=-np.inf)), 0.0
        )

    def _survey_chunk(self, chunk, about):
        out = []
        pieces = self._pieces[slice(*chunk)]
        if self.fast and self._order is None:
            pieces = [(pieces[0][0], pieces[-1][1], 0)]  # one cell, and the kernel needs no small blocks
        for lo, hi, cell in pieces:
            runtime.check()
            rows = self._take(lo, hi)
            x, c = self.X[rows], self.weight[rows]
            acc = np.empty((4, self.p))
            if self.fast:
                from ..kernels.dense import survey_block

                acc[:2], acc[2], acc[3] = 0.0, np.inf, -np.inf
                survey_block(x, c, about, acc)
            else:
                with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                    d = x.astype(np.float64) - about
                    acc[0], acc[1], acc[2], acc[3] = c @ d + 0.0 * d.sum(0), c @ (d * d), x.min(0), x.max(0)
            out.append((cell, c.sum(), acc))
        return out

    def _rescue(self, second, about, low, high) -> Array:
        """Squares that left the range of float64 (|x| beyond 1e±150), taken again in units of the column's reach."""
        far, unit = np.maximum(np.abs(high - about), np.abs(low - about)), np.ones(self.p)
        lost = (high > low) & (~np.isfinite(second).all(0) | (second.sum(0) < 1e-280))
        for j in np.flatnonzero(lost & (far > 0)):
            unit[j] = far[j]
            for cell in range(self.n_cells):
                rows = slice(None) if self.cells is None else self.cells == cell
                second[cell, j] = np.sum(self.weight[rows] * ((self.X[rows, j] - about[j]) / far[j]) ** 2)
        return unit


def conditioned(x: Array, mean: Array, inverse: Array, fast: bool, out: Array | None = None) -> Array:
    """(x - mean)·inverse as a C-ordered float64 array of its own, or rounded into `out`."""
    out = np.empty(x.shape) if out is None else out
    if fast:
        from ..kernels.dense import condition

        condition(x, mean, inverse, out)
    else:
        np.subtract(x, mean, out=out, casting="same_kind")
        out *= inverse
    return out
