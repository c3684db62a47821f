"""Columns as a small problem of their own: a copied slab, or the whole design through its blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..certificates.problem import Array, Family

GRAM_BLOCK = 2**17  # numbers of a row block that stay in cache while its Gram is formed


class Slab:
    """The conditioned columns j, copied: an F-ordered array (n, q), or CSC."""

    def __init__(self, family: Family, j: Array):
        self.j, self.design = j, family.design
        self.matrix: Any = family.design.columns(j)

    def times(self, d: Array) -> Array:
        """X_j d, (n,)."""
        return self.matrix @ d

    def t_times(self, R: Array) -> Array:
        """X_jᵀ R, (q, C)."""
        return self.matrix.T @ R

    def gram(self, h: Array) -> Array:
        """Gram of (1, X_j) with weights h, (q+1, q+1); the first row is zero without an intercept."""
        F = np.zeros((len(self.j) + 1,) * 2)
        if isinstance(self.matrix, np.ndarray):
            for lo in range(0, len(h), step := max(64, GRAM_BLOCK // max(len(self.j), 1))):
                half = self.matrix[lo : lo + step] * np.sqrt(h[lo : lo + step])[:, None]
                F[1:, 1:] += half.T @ half
        else:
            half = self.matrix.multiply(np.sqrt(h)[:, None]).tocsc()
            F[1:, 1:] = (half.T @ half).toarray()
        if self.design.intercept:
            F[0, 0], F[0, 1:] = h.sum(), self.matrix.T @ h
            F[1:, 0] = F[0, 1:]
        return F


class Whole:
    """All columns, read from the design in blocks: nothing is copied, every product is a metered read."""

    def __init__(self, family: Family, single: bool = False):
        self.design, self.single = family.design, single  # single: Grams from float32 products
        self.j = np.arange(self.design.p)

    def times(self, d: Array) -> Array:
        out = np.empty(self.design.n)
        self.design.add_up(_times_block, d[:, None], out)
        return out

    def t_times(self, R: Array) -> Array:
        return self.design.add_up(_t_times_block, R)[0]

    def gram(self, h: Array) -> Array:
        F = np.zeros((self.design.p + 1,) * 2)
        F[1:, 1:], total, cross = self.design.add_up(gram_block, h, self.single)
        if self.design.intercept:
            F[0, 0], F[0, 1:], F[1:, 0] = total, cross, cross
        return F


def _times_block(block, W, out):
    out[block.rows] = block.times(W)[:, 0]
    return ()


def _t_times_block(block, R):
    return (block.t_times(R[block.rows]),)


def gram_block(block, h, single):
    h = h[block.rows]
    return block.gram(h, None, single), h.sum(), block.t_times(h[:, None])[:, 0]


def dense(columns) -> Array:
    """Columns as an array, whatever the design keeps them in."""
    return columns if isinstance(columns, np.ndarray) else columns.toarray()
