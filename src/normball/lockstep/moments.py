"""Sums over X that say all of a squared loss: one read, then every λ, fold and l1_ratio without X.

Of every cell the weighted Gram of (1, t, x) is kept, t = y - offset, x conditioned: the blocks subtract means before
anything is multiplied (docs/design/architecture.md, "Conditioning").  A split's Gram is the sum of its cells', moved to
the split's own means, which lie near 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import runtime
from ..certificates.problem import Array, Candidates, Evidence, Family
from ..designs import Design

ROOM = 2**26  # numbers in the Grams of all cells together, at most
MOST, WIDE = 2500, 500  # columns up to which a squared loss goes by Grams, with as many rows or with fewer
ROWS = 512  # that are multiplied at once, at least
EPS = 8.0 * float(np.finfo(float).eps)
"""What rounding leaves of a weighted mean of terms of size 1, summed in blocks (measured: below 2 ulp)."""


def goes_by_grams(family: Family) -> bool:
    """Whether the loss is quadratic, and Grams are cheap and have room."""
    design = family.design
    n, p = design.n, design.p
    return family.loss.quadratic and p <= (MOST if p <= n else WIDE) and design.n_cells * (p + 2) ** 2 <= ROOM


def moments_of(family: Family) -> Moments | None:
    """What a family is judged by where X need not be read again."""
    return Moments.of(family.design) if goes_by_grams(family) else None


@dataclass(frozen=True)
class Sums:
    """Means over the rows of one set, by their weights; x and t are centred where there is an intercept."""

    x: Array  # (p,) means that were subtracted
    t: float
    gram: Array  # (p, p) Σ c x xᵀ
    cross: Array  # (p,) Σ c x t
    square: float  # Σ c t²
    raw: Array  # (p,) Σ c x² before centring: the size of the terms that were added up
    raw_square: float


@dataclass
class Moments:
    """The Grams of all cells, (cells, p + 2, p + 2) over (1, t, x), by weights over `total`."""

    cells: Array
    total: float
    intercept: bool
    _splits: dict = field(default_factory=dict)

    @classmethod
    def of(cls, design: Design) -> Moments:
        """From one read of X; kept, so that a path and its folds share it."""
        known: Any = design.moments
        if known is None:
            total = float(design.weight.sum())
            cells = np.zeros((design.n_cells, design.p + 2, design.p + 2))
            design.reads += 1.0
            pieces = [(design, (*piece, 1), total) for piece in design.chunks()]
            with runtime.workers():  # the same bits, wherever it is asked for first
                for part in runtime.in_order(_of_piece, pieces):
                    for cell, gram in part.items():
                        cells[cell] += gram
            known = design.moments = cls(cells, total, design.intercept)
        return known

    def training(self, family: Family, split: int) -> Sums:
        """Sums over the training rows of a split."""
        key = family.train[:, split].tobytes()
        if key not in self._splits:
            if (1 + len(self._splits)) * self.cells[0].size > ROOM // 4:
                self._splits.clear()  # made again from the cells: cheaper than the room
            self._splits[key] = self._over(family.train[:, split], family.norm[split] / self.total)
        return self._splits[key]

    def _over(self, cells: Array, share: float) -> Sums:
        whole = self.cells[0] if len(self.cells) == 1 else self.cells[cells].sum(0)
        whole = whole / share
        x, t, gram, cross = whole[0, 2:], float(whole[0, 1]), whole[2:, 2:], whole[1, 2:]
        raw, raw_square, square = np.diag(gram).copy(), float(whole[1, 1]), float(whole[1, 1])
        if not self.intercept:
            return Sums(0.0 * x, 0.0, gram, cross, square, raw, raw_square)
        gram -= np.outer(x, x)
        return Sums(x.copy(), t, gram, cross - t * x, square - t * t, raw, raw_square)

    # ---- the judging pass, without X -------------------------------------------------------------------------------
    def judge(self, family: Family, asked: Candidates) -> Evidence:
        """Everything that a read of X would tell (certificates/problem.py), and what rounding may hide of the gap."""
        p, C = asked.coefs.shape
        grad, grad_b = np.empty((p, C)), np.zeros(C)
        loss, scores, shift, rounding = np.empty(C), np.zeros(C), np.zeros(C), np.empty(C)
        splits = np.array([family.columns[i].split for i in asked.ids])
        for split in np.unique(splits):
            k = np.flatnonzero(splits == split)
            s, W, b = self.training(family, split), asked.coefs[:, k], asked.intercepts[k]
            off = s.t - b - s.x @ W if self.intercept else np.zeros(len(k))  # mean residuals
            z = s.cross[:, None] - s.gram @ W
            loss[k] = 0.5 * np.maximum(s.square - np.einsum("jc,jc->c", W, s.cross[:, None] + z) + off**2, 0.0)
            z += s.x[:, None] * off
            grad[:, k], grad_b[k], shift[k] = self._orthogonal(family.free, s, z, off)
            rounding[k] = _allowances(s, [family.columns[asked.ids[i]] for i in k], W, grad[:, k])
            if family.test[:, split].any():
                scores[k] = self._held_out(family.test[:, split], W, b)
        none = np.zeros((p, 0, C))
        ones = np.ones(C)
        return Evidence(
            grad, grad_b, loss, loss.copy(), np.zeros(C), ones, scores, none, none[:0], shift, rounding
        )  # fmt: skip

    def _orthogonal(self, free: Array, s: Sums, z: Array, off: Array):
        """(z, Σ c r, ‖δ‖_H): gradients after the residuals were made orthogonal to the intercept and the free columns.

        δ = H_UU⁻¹ g_U as in certificates/gap.py; a quadratic loss allows every δ.
        """
        if not self.intercept and not len(free):
            return z, off, 0.0 * off
        if not len(free):  # H_UU = 1, g_U = off, Xᵀ c = the means
            return z - s.x[:, None] * off, 0.0 * off, np.abs(off)
        U = int(self.intercept)
        H = np.empty((U + len(free),) * 2)
        H[U:, U:] = s.gram[np.ix_(free, free)] + np.outer(s.x[free], s.x[free])
        cross = np.empty((len(z), U + len(free)))
        cross[:, U:] = s.gram[:, free] + np.outer(s.x, s.x[free])
        g = z[free]
        if U:
            H[0, 0], H[0, 1:], H[1:, 0], cross[:, 0] = 1.0, s.x[free], s.x[free], s.x
            g = np.vstack([off, g])
        delta = np.linalg.lstsq(H, g, rcond=1e-13)[0]
        left = g - H @ delta
        shift = np.sqrt(np.maximum(np.einsum("uc,uc->c", delta, H @ delta), 0.0))
        return z - cross @ delta, left[0] if U else 0.0 * off, shift

    def _held_out(self, cells: Array, W: Array, b: Array) -> Array:
        """Σ weight·ℓ over the rows of these cells, (C,)."""
        M = self.cells[cells].sum(0)
        full = np.vstack([-b, np.ones(len(b)), -W])  # r = (1, t, x) · this
        return 0.5 * self.total * np.maximum(np.einsum("jc,jc->c", full, M @ full), 0.0)


def _allowances(s: Sums, columns: list, W: Array, Z: Array) -> Array:
    """By how much rounding of z may hide a gap: |w - w*(z)| e + e²/(2 l2), e what rounding leaves of each z, (C,).

    Where l2 = 0, z moves past l1 by e at most, and the scale that brings it back costs as much again: 2 |w| e.
    """
    size = np.sqrt(s.raw)
    e = EPS * size[:, None] * (np.sqrt(s.raw_square) + size @ np.abs(W))
    total, shapes = np.empty(len(columns)), {id(column.shape): column.shape for column in columns}
    lam = np.array([column.lam for column in columns])
    for key, shape in shapes.items():
        k = np.flatnonzero([id(column.shape) == key for column in columns])
        w, z, each = W[:, k], Z[:, k], e[:, k]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            l1, l2 = (shape.times(name, 1.0)[:, None] * lam[k] for name in ("l1", "l2"))
            best = np.sign(z) * np.maximum(np.abs(z) - l1, 0.0) / l2
            best = np.clip(best, shape.lower[:, None], shape.upper[:, None])
            curved = each * np.abs(w - best) + each * each / (2.0 * l2)
        total[k] = np.where(l2 > 0.0, curved, 2.0 * each * np.abs(w)).sum(0)
    return total


def _of_piece(design: Design, piece: tuple, total: float) -> dict[int, Array]:
    """The Grams of the cells of a piece of the rows."""
    found: dict[int, Array] = {}
    held, rows, at = [], 0, -1
    for block in design.blocks(*piece):
        runtime.check()
        x = getattr(block, "x", None)
        if x is None:
            _add(found, block.cell, _of_sparse(block, total))
            continue
        if held and (block.cell != at or rows >= ROWS):
            _add(found, at, _of_rows(held, rows, design.p, total))
            held, rows = [], 0
        held.append(block)
        rows, at = rows + len(x), block.cell
    if held:
        _add(found, at, _of_rows(held, rows, design.p, total))
    return found


def _add(found: dict, cell: int, gram: Array) -> None:
    if cell in found:
        found[cell] += gram
    else:
        found[cell] = gram


def _of_rows(blocks: list, rows: int, p: int, total: float) -> Array:
    A, lo = np.empty((rows, p + 2)), 0
    for block in blocks:
        part = A[lo : lo + len(block.x)]
        root = np.sqrt(block.weight / total)
        part[:, 0], part[:, 1] = root, root * (block.y - block.offset)
        np.multiply(block.x, root[:, None], out=part[:, 2:])
        lo += len(block.x)
    return A.T @ A  # numpy sees AᵀA and forms one half of it


def _of_sparse(block, total: float) -> Array:
    c = block.weight / total
    t = block.y - block.offset
    both = block.t_times(np.column_stack([c, c * t]))
    M = np.empty((len(both) + 2,) * 2)
    M[2:, 2:] = block.gram(c)
    M[0, 2:], M[1, 2:] = both.T
    M[2:, 0], M[2:, 1] = both.T
    M[0, 0], M[0, 1], M[1, 1] = c.sum(), c @ t, c @ (t * t)
    M[1, 0] = M[0, 1]
    return M
