"""A sparse matrix in memory: rows for passes (CSR), columns for slabs (CSC). Scaled, never centred."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .base import CHUNKS, FAST_FROM, Array, Design, Survey, conditioning, row_pieces

STORED = 2**22  # stored entries in a block: a block returns (p, C) sums, so it must be worth them


@dataclass
class SparseBlock:
    """Rows lo … hi of a design; the scale is put on the p-vectors, so the stored numbers are used as they are."""

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
        d = self.design
        W = W / d.survey.scale[:, None]
        if not d.fast:
            return self.part @ W
        from ..kernels.sparse import csr_times

        Z = np.zeros((self.hi - self.lo, W.shape[1]))
        csr_times(*d.stored, self.lo, self.hi, np.ascontiguousarray(W), Z)
        return Z

    def t_times(self, R):
        d = self.design
        if not d.fast:
            return (self.part.T @ R) / d.survey.scale[:, None]
        from ..kernels.sparse import csr_t_times

        G = np.zeros((d.p, R.shape[1]))
        csr_t_times(*d.stored, self.lo, self.hi, np.ascontiguousarray(R), G)
        return G / d.survey.scale[:, None]

    def gram(self, h, cols=None, single=False):
        d = self.design
        cols = np.arange(d.p) if cols is None else cols
        part = self.part[:, cols]
        half = part.multiply(np.sqrt(h)[:, None]).tocsc()
        outer = (half.T @ half).toarray() if part.nnz < 0.05 * part.shape[0] * len(cols) else _dense_gram(half)
        scale = d.survey.scale[cols]
        return outer / np.outer(scale, scale)

    def square_sums(self, h):
        d = self.design
        part = self.part
        weights = np.repeat(h, np.diff(part.indptr)) * part.data.astype(np.float64) ** 2
        return np.bincount(part.indices, weights, minlength=d.p) / d.survey.scale**2

    def take(self, cols):
        return self.part[:, cols].toarray() / self.design.survey.scale[cols]

    def farthest(self, cols, A, shift):
        part, top = self.part[self.weight > 0.0][:, cols], 0.0
        A = A / self.design.survey.scale[cols][:, None]
        for lo in range(0, part.shape[0], step := max(1, 2**22 // max(A.shape[1], 1))):
            moved = part[lo : lo + step] @ A + shift
            top = max(top, float(np.einsum("ij,ij->i", moved, moved).max(initial=0.0)))
        return top

    def hess_times(self, h, v, vb):
        d = self.design
        v = v / d.survey.scale
        if not d.fast:
            u = self.part @ v + vb
            hu = h * u
            return (self.part.T @ hu) / d.survey.scale, float(hu.sum()), u
        from ..kernels.sparse import csr_hess

        out, u = np.zeros(d.p), np.empty(self.hi - self.lo)
        total = csr_hess(*d.stored, self.lo, self.hi, h, v, vb, u, out)
        return out / d.survey.scale, total, u


def _dense_gram(half) -> Array:
    """Many stored entries per column: products of dense row blocks are quicker than sparse ones."""
    q = half.shape[1]
    total, rows = np.zeros((q, q)), half.tocsr()
    for lo in range(0, rows.shape[0], step := max(1, 2**17 // max(q, 1))):
        x = rows[lo : lo + step].toarray().astype(np.float64, copy=False)
        total += x.T @ x
    return total


class SparseDesign(Design):
    """X (n, p) CSR or CSC, checked and canonical; CSC is converted once."""

    def __init__(self, X, y, weight, offset, *, intercept=True, cells=None):
        self.n, self.p = X.shape
        self.cells, self.n_cells = cells, 1 if cells is None else int(cells.max()) + 1
        per_row = max(1, X.nnz // max(self.n, 1))
        self._pieces, order = row_pieces(cells, self.n, max(-(-self.n // CHUNKS), STORED // per_row, 1))
        self.X = X
        rows = X if X.format == "csr" else X.tocsr()
        self.csr = rows if order is None else rows[order]
        take = slice(None) if order is None else order
        self._order, self.intercept = order, intercept
        self.y, self.weight, self.offset = y, weight, offset
        self._travel = (y[take], weight[take], offset[take])
        self.fast = X.nnz >= FAST_FROM
        self.survey = self._survey()

    @functools.cached_property
    def stored(self) -> tuple:
        """(indptr, indices, data) for the kernels: unsigned indices need no test for negative ones."""
        return self.csr.indptr, self.csr.indices.astype(np.uint32), self.csr.data

    def chunks(self):
        return list(self._pieces)

    def blocks(self, lo, hi, cell, stride=1) -> Iterator[SparseBlock]:
        hi = lo + -(-(hi - lo) // stride)
        y, weight, offset = (v[lo:hi] for v in self._travel)
        rows = slice(lo, hi) if self._order is None else self._order[lo:hi]
        yield SparseBlock(self, lo, hi, cell, rows, y, weight, offset)

    def rows(self, i):
        return (self.X if self.X.format == "csr" else self.X.tocsr())[i].toarray() / self.survey.scale

    @functools.cached_property
    def csc(self):
        return self.X if self.X.format == "csc" else self.X.tocsc()

    def unpenalised(self, rows, cols):
        one = sp.csr_array(np.ones((len(rows), int(self.intercept))))
        return sp.csr_array(sp.hstack([one, self.csc[:, cols].tocsr()[rows]], format="csr", dtype=np.float64))

    def columns(self, j):
        """Scaled columns as CSC; metered as their share of a read."""
        part = self.csc[:, j].astype(np.float64)
        self.reads += part.nnz / max(self.csc.nnz, 1)
        part.data /= np.repeat(self.survey.scale[j], np.diff(part.indptr))
        return part

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
            return Survey(0 * ones, ones, ones, ones > 2, False, 0 * ones, totals, moments[:, 0], moments[:, 1])
        about, total = np.zeros(self.p), max(float(totals.sum()), 1e-300)
        mean = moments[:, 0].sum(0) / total
        with np.errstate(over="ignore", invalid="ignore"):
            variance = moments[:, 1].sum(0) / total - mean**2
            hidden = ~(variance > 1e-4 * mean**2) | (np.maximum(np.abs(low), np.abs(high)) < 1e-140)
        for j in np.flatnonzero(hidden & (low < high)):
            about[j] = mean[j]
            for cell in range(self.n_cells):
                moments[cell, :, j] = self._moments_about(j, mean[j], max(abs(low[j]), abs(high[j])), cell)
        survey = Survey(mean, mean, mean, mean > 2, True, about, totals, moments[:, 0], moments[:, 1])
        facts = conditioning(mean, survey.sd(np.ones(self.n_cells, bool)), low, high, centred=False)
        return Survey(*facts, True, about, totals, moments[:, 0], moments[:, 1])

    def _column_sums(self, lo, hi) -> Array:
        """Σ c x, Σ c x², min, max over stored entries, and their number: (5, p)."""
        acc = np.zeros((5, self.p))
        acc[2], acc[3] = np.inf, -np.inf
        weight = self._travel[1]
        if self.fast:
            from ..kernels.sparse import csr_columns_stats

            csr_columns_stats(*self.stored, weight, lo, hi, acc)
            return acc
        part = self.csr[lo:hi]
        j, x = part.indices, part.data.astype(np.float64)
        cx = np.repeat(weight[lo:hi], np.diff(part.indptr)) * x
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            acc[0], acc[1] = np.bincount(j, cx, minlength=self.p), np.bincount(j, cx * x, minlength=self.p)
            acc[0] += np.bincount(j, 0.0 * x, minlength=self.p)  # NaN and infinities show even where the weight is 0
        np.minimum.at(acc[2], j, x)
        np.maximum.at(acc[3], j, x)
        acc[4] = np.bincount(j, minlength=self.p)
        return acc

    def _moments_about(self, j, about, far, cell) -> tuple[float, float]:
        """Σ c (x - about) and Σ c (x - about)² over the rows of a cell, in units of `far` on the way."""
        rows = slice(None) if self.cells is None else self.cells == cell
        d = (self.csc[:, [j]].toarray()[rows, 0].astype(np.float64) - about) / far
        c = self.weight[rows]
        return float(np.sum(c * d) * far), float(np.sum(c * d * d) * far * far)
