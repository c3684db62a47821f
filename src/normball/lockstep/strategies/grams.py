"""Grams: the squared loss. One read of X, then every λ, fold and l1_ratio from p × p matrices.

Ridge columns of one split share the eigenvectors of its Gram; L1, elastic net and boxes walk down λ with working sets
(kernels/gram.py).  What they find is judged by the same Grams (lockstep/moments.py), with an allowance for rounding;
what that leaves unproved goes to a strategy that reads X.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from ...certificates.problem import Array, Candidates, Column, Family
from ...runtime import beside, check, late, load_numba
from ..curvature import gram_step, solve_psd, unit_diagonal, well_conditioned
from ..moments import Moments, Sums
from ..sweep import sweep

BATCH = 2**24  # numbers in the coefficients that are offered at a time
SURE = 1e-3  # a pivot of the scaled system below it: its solution has lost digits that the rows still have
EIGEN = 6  # ridge columns of one split from which eigenvectors cost less than a factor for each


@dataclass
class State:
    """left: columns not offered yet, by split, shape of the penalty and λ from above; careful: a second time."""

    family: Family
    moments: Moments
    left: list[int]
    targets: dict[int, float]
    careful: bool = False
    failed: tuple = ()
    last: Candidates | None = None  # of a single fit whose Gram has lost digits: X is to be asked for them


@dataclass(frozen=True)
class Grams:
    """All columns from the Grams of the cells; the answers are exact to rounding, or nearly."""

    name = "grams"
    many = True

    def start(self, family: Family, ids, bests) -> State:
        columns = family.columns
        order = sorted((int(i) for i in ids), key=lambda i: (columns[i].split, id(columns[i].shape), -columns[i].lam))
        targets = {int(i): family.tol * bests[i].null_loss for i in ids}
        return State(family, Moments.of(family.design), order, targets)

    def propose(self, state: State) -> Candidates | None:
        if state.last is not None:
            return _from_x(state, state.last)
        if not state.left and state.failed and not state.careful:
            state.left, state.careful, state.failed = list(state.failed), True, ()
        family, most = state.family, max(1, BATCH // max(state.family.design.p, 1))
        batch, state.left = state.left[:most], state.left[most:]
        if not batch:
            return None
        coefs, sure = np.zeros((family.design.p, len(batch)), order="F"), True
        intercepts, at = np.zeros(len(batch)), 0
        while at < len(batch):
            check()
            first = family.columns[batch[at]]
            mine = [i for i in batch[at:] if _kin(family.columns[i], first)]
            some = slice(at, at + len(mine))
            sums = state.moments.training(family, first.split)
            coefs[:, some], well = _solve(state, sums, mine)
            sure &= well
            intercepts[some] = sums.t - sums.x @ coefs[:, some] if family.design.intercept else 0.0
            at += len(mine)
            if late():
                batch, state.left = batch[:at], []
        found = Candidates(
            np.array(batch), coefs[:, : len(batch)], intercepts[: len(batch)], polished=sure, moments=state.moments
        )
        state.last = found if family.polish and not sure else None
        return found

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        if state.last is not None:
            return asked.polished
        state.failed += tuple(int(i) for i, fine in zip(asked.ids, done, strict=True) if not fine)
        return not state.left and (state.careful or not state.failed)


def _from_x(state: State, last: Candidates) -> Candidates:
    """A Newton step from the last point: with the gradient that X has there, and the curvature of the Gram."""
    family = state.family
    seen = sweep(family, Candidates(last.ids, last.coefs, last.intercepts))
    column = family.columns[int(last.ids[0])]
    sums, U = state.moments.training(family, column.split), int(family.design.intercept)
    F = np.zeros((1 + len(sums.cross),) * 2)
    F[1:, 1:] = sums.gram + np.outer(sums.x, sums.x)
    F[0, 0], F[0, 1:], F[1:, 0] = U, sums.x, sums.x
    d, db = gram_step(F, seen.grad[:, 0], float(seen.grad_b[0]) * U, column, last.coefs[:, 0], 0.0)
    return Candidates(last.ids, last.coefs + d[:, None], last.intercepts + db, polished=True)


def _kin(a: Column, b: Column) -> bool:
    return a.split == b.split and a.shape is b.shape and (a.lam == 0.0) == (b.lam == 0.0)


def _solve(state: State, sums: Sums, ids: list[int]) -> tuple[Array, bool]:
    """(p, L) minimisers for columns of one split and shape, λ descending; whether rounding left their digits alone."""
    columns = [state.family.columns[i] for i in ids]
    if not columns[0].smooth:
        return _walk(state, sums, ids), True
    if len(ids) >= EIGEN and not state.careful and (columns[0].shape.l2 > 0.0).all() and columns[-1].lam > 0.0:
        return _by_eigenvectors(sums, columns), True
    found, well = np.empty((len(sums.cross), len(ids))), True
    for k, column in enumerate(columns):
        check()
        found[:, k], fine = _by_factor(sums, column.l2)
        well &= fine
    return found, well


def _by_eigenvectors(sums: Sums, columns) -> Array:
    """Ridge at many λ: G = D½ V diag(d) Vᵀ D½ for l2 = λ D, and one step of refinement."""
    shape, lams = columns[0].shape, np.array([column.lam for column in columns])
    root = 1.0 / np.sqrt(shape.l2)
    d, V = beside(len(root) ** 3 / 1e9, np.linalg.eigh, root[:, None] * sums.gram * root)
    with np.errstate(divide="ignore", invalid="ignore"):
        weak = 1.0 / (np.maximum(d, 0.0)[:, None] + lams)
    W = root[:, None] * (V @ (weak * (V.T @ (root * sums.cross))[:, None]))
    rest = sums.cross[:, None] - sums.gram @ W - shape.l2[:, None] * lams * W
    return W + root[:, None] * (V @ (weak * (V.T @ (root[:, None] * rest))))


def _by_factor(sums: Sums, l2: Array) -> tuple[Array, bool]:
    """Ridge, or nothing penalised, at one λ, refined once; where the system is singular a solution on its range."""
    A, d = unit_diagonal(sums.gram + np.diag(l2))
    factor = well_conditioned(A)
    if factor is None:
        return solve_psd(sums.gram + np.diag(l2), sums.cross), False
    w = d * sl.cho_solve((factor, True), d * sums.cross, check_finite=False)
    rest = sums.cross - sums.gram @ w - l2 * w
    sure = bool(np.diag(factor).min(initial=1.0) > SURE)
    return w + d * sl.cho_solve((factor, True), d * rest, check_finite=False), sure


def _walk(state: State, sums: Sums, ids: list[int]) -> Array:
    """Down λ, warm from one to the next."""
    load_numba()
    from ...kernels.gram import solve_gram

    family, p = state.family, len(sums.cross)
    shape = family.columns[ids[0]].shape
    G, w = np.ascontiguousarray(sums.gram), np.clip(np.zeros(p), shape.lower, shape.upper)
    found = np.empty((p, len(ids)))
    for k, i in enumerate(ids):
        check()
        column = family.columns[i]
        loose = 0.0 if state.careful or family.polish else 0.01 * state.targets[i] / max(float(np.abs(w).sum()), 0.1)
        s = sums.cross - G @ w
        beside(2e-9 * p**2 + 2e-9 * np.count_nonzero(w) ** 3, solve_gram, G, *_vectors(column), w, s, loose)
        found[:, k] = w
        if late():
            found[:, k + 1 :] = w[:, None]
            break
    return found


def _vectors(column) -> tuple[Array, ...]:
    return column.l1, column.l2, column.lower, column.upper
