"""What L-BFGS of several classes is preconditioned with: two stand-ins for the Hessian that are cheap to apply.

Alike  c XᵀX + l2 for every class: on average the curvature of K classes is close to (1/K) Σ_i tr(W_i) · I ⊗ xxᵀ.
Apart  Σ c p_k (1 - p_k) xxᵀ + l2, class by class, over a sample of the rows: where most rows are decided, each class
       curves along features of its own (digits, λ < 1e-2: 8 to 25 products where Alike takes 18 to 67).
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as sl

from ... import runtime
from ...certificates.problem import Array, Family

DECIDED = 0.3  # mean curvature, of 1 where all classes are as likely, below which classes are taken apart
WIDEST = 320  # features up to which they are: a Gram of each class costs q/4 products
CHANGE = 0.6  # of the mean curvature, after which a solver is stale
ROOM = 2**25  # numbers in all factors of one call
SAMPLE = 4096  # rows, or 8 for each feature


class Solvers:
    """Makes the solver of each column of one call; columns of the same λ (folds) share the factors of the first."""

    def __init__(self, family: Family, scales: dict):
        self.family, self.scales = family, scales
        self.known: dict[tuple, Array] = {}
        self.rows, self.X = np.zeros(0, int), None

    def make(self, column, w: Array, c: float, turn: int = 0) -> Alike | Apart:
        """The solver of one column at w, where the mean curvature is c; turn: how far the call is."""
        c, key = max(float(c), 1e-12), (column.lam, turn)
        design, K = self.family.design, self.family.loss.K
        if c * K >= DECIDED or design.q > WIDEST or (len(self.known) + 1) * K * design.q**2 > ROOM:
            return Alike(self.family, column, self.scales[column.split], c)
        if key not in self.known:
            try:
                self.known[key] = self._factors(column, w, c)
            except np.linalg.LinAlgError:
                return Alike(self.family, column, self.scales[column.split], c)
        return Apart(self.known[key], c)

    def stale(self, solver: Alike | Apart, c: float) -> bool:
        """Whether the mean curvature c is another than the solver was made for, and a new one would be better."""
        return not CHANGE < c / solver.c < 1.0 / CHANGE and c * self.family.loss.K < DECIDED

    def _factors(self, column, w: Array, c: float) -> Array:
        """Inverse Cholesky factors (K, q, q)."""
        design, loss = self.family.design, self.family.loss
        base = design.base
        if self.X is None:
            self.rows = np.arange(0, base.n, max(1, base.n // max(SAMPLE, 8 * design.q)))
            self.X = np.hstack([np.ones((len(self.rows), design.head)), base.rows(self.rows)])
            base.reads += len(self.rows) / base.n
        share = self.family.share(column.split)
        kept = share[self.rows] * (share.sum() / share[self.rows].sum())
        p = loss.probabilities(design.etas(w[:, None], self.rows))
        h = kept[:, None] * (p * (1.0 - p) + 0.1 * c)  # a part of Alike holds up what no row of the sample curves
        l2 = design.table(column.l2)
        pieces = [(self.X, h[:, k], l2[:, k]) for k in range(loss.K)]
        return np.stack(list(runtime.in_order(_factor, pieces)))


def _factor(X: Array, h: Array, l2: Array) -> Array:
    half = X * np.sqrt(h)[:, None]
    A = half.T @ half
    A[np.diag_indices(len(A))] += l2 + 1e-10 * np.diag(A).max()
    return np.linalg.inv(np.linalg.cholesky(A))


class Apart:
    """Applies its own inverse to each class, intercept and all."""

    def __init__(self, inverse: Array, c: float):
        self.inverse, self.c = inverse, c

    def __call__(self, v: Array) -> Array:
        K, q, _ = self.inverse.shape
        half = self.inverse @ v.reshape(q, K).T[:, :, None]
        return (self.inverse.transpose(0, 2, 1) @ half)[:, :, 0].T.ravel()


class Alike:
    """Applies (c G + l2)⁻¹ to every class of one column, and 1/c to the intercepts."""

    def __init__(self, family: Family, column, scale: Array, c: float):
        design, K = family.design, family.loss.K
        self.head, self.shape, self.c = design.head, (design.q, K), c
        l2 = column.l2.reshape(self.shape)[self.head :, 0]
        if scale.ndim == 1:
            self.factor = c * scale + l2 + 1e-12
        else:
            A = c * scale
            A[np.diag_indices(len(A))] += l2 + 1e-10 * c * np.diag(scale).max(initial=1.0)
            self.factor = runtime.beside(len(A) ** 3 / 5e10, np.linalg.cholesky, A)

    def __call__(self, v: Array) -> Array:
        table = v.reshape(self.shape)
        out = table / self.c
        part = table[self.head :]
        if self.factor.ndim == 1:
            out[self.head :] = part / self.factor[:, None]
        else:
            out[self.head :] = sl.cho_solve((self.factor, True), part, check_finite=False)
        return out.ravel()
