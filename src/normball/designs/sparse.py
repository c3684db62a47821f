"""A sparse matrix in memory: rows for passes (CSR), columns for slabs (CSC). Scaled, never centred.

The design keeps a copy of its own: values divided by the scale, columns renumbered by how often they are filled, so
that the coefficients a row touches lie close together.  `order` leads back to the columns as they came.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .base import CHUNKS, FAST_FROM, Array, Design, Survey, conditioning, row_pieces

HEAD = 256  # so many of the most frequent columns have a Gram of their own kernel
STORED = 2**22  # stored entries in a block: a block returns (p, C) sums, so it must be worth them


@dataclass
class SparseBlock:
    """Rows lo … hi of a design."""

    design: SparseDesign
    lo: int
    hi: int
    cell: int
    rows: slice | Array
    y: Array
    weight: Array
    offset: Array

    @property
    def part(self):
        return self.design.csr[self.lo : self.hi]

    def times(self, W):
        if not self.design.fast:
            return self.part @ W
        from ..kernels.sparse import csr_times

        Z = np.empty((self.hi - self.lo, W.shape[1]))
        csr_times(*self.design.stored, self.lo, self.hi, np.ascontiguousarray(W), Z)
        return Z

    def t_times(self, R):
        if not self.design.fast:
            return self.part.T @ R
        from ..kernels.sparse import csr_t_times

        G = np.zeros((self.design.p, R.shape[1]))
        csr_t_times(*self.design.stored, self.lo, self.hi, np.ascontiguousarray(R), G)
        return G

    def gram(self, h, cols=None, single=False):
        if self.design.fast and cols is not None and len(cols) <= HEAD and np.array_equal(cols, np.arange(len(cols))):
            from ..kernels.sparse import csr_head_gram

            out = np.zeros((len(cols),) * 2)
            csr_head_gram(*self.design.stored, self.lo, self.hi, h, out)
            return out
        part = self.part if cols is None else self.part[:, cols]
        half = part.multiply(np.sqrt(h)[:, None]).tocsc()
        sparse = part.nnz < 0.05 * part.shape[0] * part.shape[1]
        return (half.T @ half).toarray() if sparse else _dense_gram(half)

    def square_sums(self, h):
        if not self.design.fast:
            part = self.part
            squares = np.repeat(h, np.diff(part.indptr)) * part.data**2
            return np.bincount(part.indices, squares, self.design.p).astype(np.float64)  # of nothing: integers
        from ..kernels.sparse import csr_square_sums

        out = np.zeros(self.design.p)
        csr_square_sums(*self.design.stored, self.lo, self.hi, h, out)
        return out

    def take(self, cols):
        return self.part[:, cols].toarray()

    def farthest(self, cols, A, shift):
        part, top = self.part[self.weight > 0.0][:, cols], 0.0
        for lo in range(0, part.shape[0], step := max(1, 2**22 // max(A.shape[1], 1))):
            moved = part[lo : lo + step] @ A + shift
            top = max(top, float(np.einsum("ij,ij->i", moved, moved).max(initial=0.0)))
        return top

    def hess_times(self, h, v, vb):
        if not self.design.fast:
            u = self.part @ v + vb
            hu = h * u
            return self.part.T @ hu, float(hu.sum()), u
        from ..kernels.sparse import csr_hess

        out, u = np.zeros(self.design.p), np.empty(self.hi - self.lo)
        return out, csr_hess(*self.design.stored, self.lo, self.hi, h, v, vb, u, out), u


def _dense_gram(half) -> Array:
    """Many stored entries per column: products of dense row blocks are quicker than sparse ones."""
    q = half.shape[1]
    total, rows = np.zeros((q, q)), half.tocsr()
    for lo in range(0, rows.shape[0], step := max(1, 2**17 // max(q, 1))):
        x = rows[lo : lo + step].toarray().astype(np.float64, copy=False)
        total += x.T @ x
    return total


class SparseDesign(Design):
    """X (n, p) CSR or CSC, checked and canonical."""

    def __init__(self, X, y, weight, offset, *, intercept=True, cells=None):
        self.n, self.p = X.shape
        self.cells, self.n_cells = cells, 1 if cells is None else int(cells.max()) + 1
        per_row = max(1, X.nnz // max(self.n, 1))
        self._pieces, rows = row_pieces(cells, self.n, max(-(-self.n // CHUNKS), STORED // per_row, 1))
        csr = X if X.format == "csr" else X.tocsr()
        self.csr = csr if rows is None else csr[rows]
        take = slice(None) if rows is None else rows
        self._rows, self.intercept, self.nnz = rows, intercept, X.nnz
        self.y, self.weight, self.offset = y, weight, offset
        self._travel = (y[take], weight[take], offset[take])
        self.fast = X.nnz >= FAST_FROM
        self.survey = self._survey()
        self._renumber()

    def _renumber(self) -> None:
        """Scale the values and put the columns in order of frequency, on a copy."""
        csr = self.csr
        self.order = np.argsort(-np.bincount(csr.indices, minlength=self.p), kind="stable")
        place = np.empty(self.p, csr.indices.dtype)
        place[self.order] = np.arange(self.p)
        inverse = 1.0 / np.maximum(self.survey.scale, 1e-305)  # what is smaller is refused by the caller
        if self.fast:
            from ..kernels.sparse import csr_renumber

            indices, data = np.empty_like(csr.indices), np.empty(len(csr.data))
            csr_renumber(csr.indices, csr.data, place, inverse, indices, data)
        else:
            indices, data = place[csr.indices], csr.data * inverse[csr.indices]
        self.csr = sp.csr_array((data, indices, csr.indptr), shape=csr.shape)
        self.survey = self.survey.reordered(self.order)

    @functools.cached_property
    def stored(self) -> tuple:
        """(indptr, indices, data) for the kernels: unsigned indices need no test for negative ones."""
        indices = self.csr.indices
        return self.csr.indptr, indices.view(np.uint32 if indices.itemsize == 4 else np.uint64), self.csr.data

    def chunks(self):
        return list(self._pieces)

    def blocks(self, lo, hi, cell, stride=1, single=False) -> Iterator[SparseBlock]:
        hi = lo + -(-(hi - lo) // stride)
        y, weight, offset = (v[lo:hi] for v in self._travel)
        rows = slice(lo, hi) if self._rows is None else self._rows[lo:hi]
        yield SparseBlock(self, lo, hi, cell, rows, y, weight, offset)

    def rows(self, i):
        if self._rows is not None:
            place = np.empty(self.n, np.intp)
            place[self._rows] = np.arange(self.n)
            i = place[i]
        return self.csr[i].toarray()

    @functools.cached_property
    def csc(self):
        """Columns, rows in the order they came."""
        if self._rows is None:
            return self.csr.tocsc()
        back = np.empty(self.n, np.intp)
        back[self._rows] = np.arange(self.n)
        return self.csr[back].tocsc()

    def unpenalised(self, rows, cols):
        one = sp.csr_array(np.ones((len(rows), int(self.intercept))))
        part = self.csc[:, cols].tocsr()[rows].multiply(self.survey.scale[cols])
        return sp.csr_array(sp.hstack([one, part], format="csr", dtype=np.float64))

    def columns(self, j):
        """CSC; metered as its share of a read."""
        part = self.csc[:, j]
        self.reads += part.nnz / max(self.nnz, 1)
        return part

    def kernel(self, d):
        self.reads += 1.0
        half = self.csc.multiply(np.sqrt(d)).tocsr()
        return (half @ half.T).toarray()

    def _survey(self) -> Survey:
        """Moments about zero; columns whose mean hides their spread are taken again about it."""
        self.reads += 1.0
        totals = np.zeros(self.n_cells)
        moments = np.zeros((self.n_cells, 2, self.p))
        low, high, stored = np.full(self.p, np.inf), np.full(self.p, -np.inf), np.zeros(self.p)
        for lo, hi, cell in self._pieces:
            acc = self._column_sums(lo, hi)
            totals[cell] += self._travel[1][lo:hi].sum()
            moments[cell] += acc[:2]
            low, high, stored = np.minimum(low, acc[2]), np.maximum(high, acc[3]), stored + acc[4]
        gaps = stored < self.n
        low, high = np.where(gaps, np.minimum(low, 0.0), low), np.where(gaps, np.maximum(high, 0.0), high)
        finite = bool(np.isfinite(low).all() and np.isfinite(high).all() and np.isfinite(moments[:, 0]).all())
        if not finite:
            ones = np.ones(self.p)
            return Survey(0 * ones, ones, ones, ones > 2, False, 0 * ones, totals, moments[:, 0], moments[:, 1], ones)
        about, unit, total = np.zeros(self.p), np.ones(self.p), max(float(totals.sum()), 1e-300)
        mean = moments[:, 0].sum(0) / total
        with np.errstate(over="ignore", invalid="ignore"):
            variance = moments[:, 1].sum(0) / total - mean**2
            hidden = ~(np.isfinite(variance) & (variance > 1e-4 * mean**2)) | (
                np.maximum(np.abs(low), np.abs(high)) < 1e-140
            )
        for j in np.flatnonzero(hidden & (low < high)):
            about[j], unit[j] = mean[j], max(abs(low[j]), abs(high[j]))
            for cell in range(self.n_cells):
                moments[cell, :, j] = self._moments_about(j, mean[j], unit[j], cell)
        survey = Survey(mean, mean, mean, mean > 2, True, about, totals, moments[:, 0], moments[:, 1], unit)
        facts = conditioning(mean, survey.sd(np.ones(self.n_cells, bool)), low, high, centred=False)
        return Survey(*facts, True, about, totals, moments[:, 0], moments[:, 1], unit)

    def _column_sums(self, lo, hi) -> Array:
        """Σ c x, Σ c x², min, max over stored entries, and their number: (5, p)."""
        acc = np.zeros((5, self.p))
        acc[2], acc[3] = np.inf, -np.inf
        weight = self._travel[1]
        if self.fast:
            from ..kernels.sparse import csr_columns_stats

            side_by_side = np.ascontiguousarray(acc.T)
            csr_columns_stats(self.csr.indptr, self.csr.indices, self.csr.data, weight, lo, hi, side_by_side)
            return side_by_side.T
        part = self.csr[lo:hi]
        j, x = part.indices, part.data.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            cx = np.repeat(weight[lo:hi], np.diff(part.indptr)) * x
            acc[0], acc[1] = np.bincount(j, cx, minlength=self.p), np.bincount(j, cx * x, minlength=self.p)
            acc[0] += np.bincount(j, 0.0 * x, minlength=self.p)  # NaN and infinities show even where the weight is 0
            np.minimum.at(acc[2], j, x)
            np.maximum.at(acc[3], j, x)
        acc[4] = np.bincount(j, minlength=self.p)
        return acc

    def _moments_about(self, j, about, far, cell) -> tuple[float, float]:
        """Σ c (x - about) and Σ c ((x - about)/far)² over the rows of a cell."""
        d = (self.csr[:, [j]].toarray()[:, 0].astype(np.float64) - about) / far
        c = self._travel[1]
        if self.cells is not None:
            d, c = d[self.cells[self._rows] == cell], c[self.cells[self._rows] == cell]
        return float(np.sum(c * d) * far), float(np.sum(c * d * d))
