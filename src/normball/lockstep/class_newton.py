"""Newton for K classes on some coefficients: exact Hessian, coefficient-space subproblem, line search on η."""

from __future__ import annotations

import numpy as np

from ..certificates.classes import fix_constants, pair_hessian
from ..certificates.problem import Array, Column, Family
from ..runtime import beside, late
from .curvature import solve_psd, subproblem, unit_diagonal, well_conditioned
from .group_step import group_subproblem
from .newton import HALVINGS, LEAP, ROUNDING, ROWS, violation


class ClassNewton:
    """The iterate of one column, moved in place over the coefficients given to `use`; η (n, K) and F go with it."""

    def __init__(self, family: Family, column: Column, coef: Array):
        self.family, self.column = family, column
        self.design, self.loss_of, self.K = family.design, family.loss, family.loss.K
        self.share = family.share(column.split)
        self.coef = coef.copy()
        self.rows, self.X = np.zeros(0, int), np.zeros((self.design.n, 0))
        self.pairs = np.zeros(0, int)
        self.steps, self.stuck = 0, False
        self.eta = self.design.etas(self.coef[:, None])
        self._look()

    def restart(self, column: Column, coef: Array) -> None:
        """Another strength or start; the columns of X at hand are kept."""
        self.column, self.stuck = column, False
        self.share = self.family.share(column.split)
        if not np.array_equal(coef, self.coef):
            moved = np.flatnonzero(coef != self.coef)
            self.use(np.union1d(self.pairs, moved))
            self.eta = self.eta + self._times(coef[self.pairs] - self.coef[self.pairs])
            self.coef = coef.copy()
        self._look()

    def use(self, pairs: Array) -> None:
        """The coefficients to move, as indices into the vector (q·K,): ascending."""
        self.pairs, self.stuck = pairs, False
        rows = np.unique(pairs // self.K)
        fresh = np.setdiff1d(rows, self.rows)
        if len(fresh):
            X = np.hstack([self.X, self.design.features(fresh)])
            both = np.concatenate([self.rows, fresh])
            order = np.argsort(both)
            self.rows, self.X = both[order], X[:, order]
        self.place = np.searchsorted(self.rows, pairs // self.K)

    def advance(self, target: float, limit: int) -> None:
        """Up to `limit` steps; ends after the step whose predicted fall was at most `target` (nats), or F itself is."""
        for _ in range(limit):
            fall = self._step()
            if self.stuck or late() or min(fall, self.value) <= target:
                break
        self.eta = self._afresh()
        self._look()

    def _afresh(self) -> Array:
        """η from the coefficients: what was added up in steps is forgotten."""
        inside = np.flatnonzero(self.coef)
        if np.isin(inside // self.K, self.rows).all():
            table = np.zeros((len(self.rows), self.K))
            table[np.searchsorted(self.rows, inside // self.K), inside % self.K] = self.coef[inside]
            eta = self.X @ table
            return eta if self.design.offset is None else eta + self.design.offset
        return self.design.etas(self.coef[:, None])

    def _times(self, d: Array) -> Array:
        """The change of η (n, K) for a change of the pairs."""
        table = np.zeros((len(self.rows), self.K))
        table[self.place, self.pairs % self.K] = d
        return self.X @ table

    def _look(self) -> None:
        self.r, self.loss = self._residuals(self.eta)
        self.value = self.loss + self.family.penalty.total(self.coef, self.column)

    def _residuals(self, eta: Array) -> tuple[Array, float]:
        r = np.array(eta)
        sums = self.loss_of.residuals(r, self.design.y, self.share, self.design.fast)
        return r, float(sums.loss[0])

    def hessian(self) -> Array:
        """Of the loss over the pairs, plus what fixes the constant that all classes may add to free coefficients."""
        p = self.loss_of.probabilities_of(self.r, self.design.y)
        H = pair_hessian(self.X, self.place, self.pairs % self.K, p, self.share)
        column = self.column.only(self.pairs)
        free = (column.l1 == 0.0) & (column.l2 == 0.0) & np.isinf(column.lower) & np.isinf(column.upper)
        fix_constants(H, self.X, self.place, free, self.share, self.K)  # a bound may have to move the constant
        return H

    def gradient(self) -> Array:
        """Xᵀ(c r) of the pairs."""
        return (self.X.T @ (self.share[:, None] * self.r))[self.place, self.pairs % self.K]

    def _step(self) -> float:
        """One step; returns the fall of F that the model predicts."""
        column, w = self.column.only(self.pairs), self.coef[self.pairs]
        g, H = self.gradient(), self.hessian()
        d = self._direction(H, g, column, w)
        penalty = self.family.penalty
        change = penalty.total(w + d, column) - penalty.total(w, column)
        downhill = float(change - g @ d)
        fall = max(-downhill - 0.5 * float(d @ H @ d), 0.0) if len(d) else 0.0
        self.steps += 1
        if not len(d) or not d.any():
            self.stuck = fall > 0.0
            return fall
        self._search(d, downhill)
        return fall

    def _direction(self, H: Array, g: Array, column: Column, w: Array) -> Array:
        """The minimiser of the model: from the Hessian, or from the rows where it has lost too many digits."""
        if self.family.penalty.grouped and not column.smooth:
            off = np.abs(self.family.penalty.prox(w + g, 1.0, column) - w).max(initial=0.0)  # 0 at the solution
            return group_subproblem(H, g, column, w, self.K, max(1e-4 * off, 1e-16)) - w
        if not column.smooth:
            return subproblem(H, g, column, w, max(1e-3 * violation(column, w, g), 1e-16)) - w
        A = H + np.diag(column.l2)
        few = self.design.n * self.K * len(w) <= ROWS
        if few and well_conditioned(unit_diagonal(A)[0]) is None:
            return self._row_step(column, w)
        return solve_psd(A, g - column.l2 * w)

    def _row_step(self, column: Column, w: Array) -> Array:
        """Least squares on the rows: W = diag(√p) Q Qᵀ diag(√p), Q (K, K-1) orthogonal to √p by a Householder
        reflection that takes out the likeliest class; the right side is Qᵀ (y-p)/√p."""
        p = np.maximum(self.loss_of.probabilities_of(self.r, self.design.y), 1e-300)
        root, half, k, n = np.sqrt(self.share), np.sqrt(p), self.pairs % self.K, self.design.n
        top = p.argmax(1)
        v = half.copy()
        v[np.arange(n), top] += 1.0
        grow = v / (1.0 + half[np.arange(n), top])[:, None]  # H = 1 - v growᵀ
        rows = -v[:, :, None] * (grow * half)[:, None, k]
        rows[:, k, np.arange(len(k))] += half[:, k]
        right = self.r / half
        right = right - v * (grow * right).sum(1)[:, None]
        kept = np.arange(self.K) != top[:, None]
        rows *= root[:, None, None] * self.X[:, None, self.place]
        A = np.concatenate([rows[kept], np.diag(np.sqrt(column.l2))])
        b = np.concatenate([(root[:, None] * right)[kept], -np.sqrt(column.l2) * w])
        size = np.sqrt(np.einsum("ij,ij->j", A, A))
        size = np.where(size > 0.0, size, 1.0)
        d = beside(A.shape[0] * len(k) ** 2 / 1e9, np.linalg.lstsq, A / size, b, 1e-14)[0] / size
        for row in np.unique(self.place[column.free]):  # the constant of a free feature: none
            group = np.flatnonzero(column.free & (self.place == row))
            if len(group) == self.K:
                d[group] -= d[group].mean()
        return d

    def _search(self, d: Array, downhill: float) -> None:
        """Halve the step until F falls as Armijo asks; within rounding of F, a full step is taken on trust."""
        move, old = self._times(d), self.value
        far, size = LEAP * (1.0 + np.abs(self.eta).max()), np.abs(move).max()
        cut = far / size if size > far else 1.0
        for t in cut * 0.5 ** np.arange(HALVINGS):
            coef = self.coef.copy()
            coef[self.pairs] += t * d
            r, loss = self._residuals(self.eta + t * move)
            value = loss + self.family.penalty.total(coef, self.column)
            if value <= old + 1e-4 * t * min(downhill, 0.0) + ROUNDING * max(abs(old), 1e-300):
                self.coef, self.eta, self.r, self.loss, self.value = coef, self.eta + t * move, r, loss, value
                self.stuck = bool(value >= old and downhill > -ROUNDING * abs(old))
                return
        self.stuck = True
