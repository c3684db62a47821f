"""Kernel: ridge with a squared loss where X has more columns than rows. One n × n kernel, its eigenvectors per split.

At the optimum w = D Xᵀa/λ with a = c∘r and D = diag(1/l2) at λ = 1, and so with M = √c X D Xᵀ √c and P the projection
that the intercept asks for,  (1 + P M P/λ) ã = P √c t,  a = √c ã: every λ of a split from one decomposition.
Columns with an L1 part, a box or something unpenalised are left to the next strategy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...certificates.problem import Array, Candidates, Family, Shape
from ...runtime import beside, check, late

BATCH = 2**23  # numbers in the coefficients that are offered at a time


@dataclass
class State:
    family: Family
    left: list[int]  # by split, shape and λ
    kernels: dict[int, Array]
    known: tuple = ()  # (split, shape), eigenvalues, eigenvectors, √c, Vᵀ √c (t - its mean)


@dataclass(frozen=True)
class Kernel:
    """All λ and folds of a wide ridge from one kernel."""

    name = "kernel"
    many = True

    def start(self, family: Family, ids, bests) -> State:
        columns = family.columns
        mine = [int(i) for i in ids if columns[i].smooth and columns[i].lam > 0.0 and (columns[i].shape.l2 > 0.0).all()]
        mine.sort(key=lambda i: (columns[i].split, id(columns[i].shape), -columns[i].lam))
        return State(family, mine, {})

    def propose(self, state: State) -> Candidates | None:
        family, design = state.family, state.family.design
        most = max(1, BATCH // max(design.p, design.n))
        width, batch = min(most, len(state.left)), []
        A, inverse = np.empty((design.n, width)), np.empty((design.p, width))
        while state.left and len(batch) < most and not (batch and late()):
            check()
            i = state.left.pop(0)
            column, k = family.columns[i], len(batch)
            d, V, root, right = self._decomposed(state, column.split, column.shape)
            A[:, k] = root * (V @ (right / (1.0 + d / column.lam)))
            inverse[:, k] = 1.0 / (column.lam * column.shape.l2)
            batch.append(i)
        if not batch:
            return None
        coefs = design.t_times(A[:, : len(batch)]) * inverse[:, : len(batch)]
        eta = np.empty((design.n, len(batch)))
        design.add_up(_times_block, coefs, eta)
        eta += design.offset[:, None]
        share = np.column_stack([family.share(family.columns[i].split) for i in batch])
        b = np.zeros(len(batch))
        if design.intercept:
            b = np.einsum("ik,ik->k", share, design.y[:, None] - eta)
        return Candidates(np.array(batch), coefs, b, eta + b, polished=True, centred=True)

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        return not state.left

    def _decomposed(self, state: State, split: int, shape: Shape) -> tuple:
        if not state.known or state.known[0] != (split, id(shape)):
            design, n = state.family.design, state.family.design.n
            if id(shape) not in state.kernels:
                state.kernels[id(shape)] = design.kernel(1.0 / shape.l2)
            root = np.sqrt(state.family.share(split))
            M, right = root[:, None] * state.kernels[id(shape)] * root, root * (design.y - design.offset)
            if design.intercept:
                M -= np.outer(root, root @ M)
                M -= np.outer(M @ root, root)
                right = right - root * (root @ right)
            d, V = beside(n**3 / 1e9, np.linalg.eigh, M)
            state.known = (split, id(shape)), np.maximum(d, 0.0), V, root, V.T @ right
        return state.known[1:]


def _times_block(block, W, out):
    out[block.rows] = block.times(W)
    return ()
