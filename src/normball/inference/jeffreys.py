"""The log-likelihood with Jeffreys' prior: its value, the modified score and the Fisher information, from one point.

    ℓ*(θ) = Σ a_i [y_i log p_i + (1-y_i) log(1-p_i)] + ½ log det I(θ),      I = Aᵀ diag(a p(1-p)) A
    U*(θ) = Aᵀ [a (y - p) + h (½ - p)],      h the diagonal of the hat matrix  W^½ A I⁻¹ Aᵀ W^½

A (n, k) holds the intercept's column of ones too; the weights a are counts.  Source: Firth (1993), Biometrika 80;
Heinze and Schemper (2002), Statistics in Medicine 21.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from .. import runtime

Array = np.ndarray
CHUNK = 2**20
"""Numbers of A that are factored at a time."""


@dataclass(frozen=True)
class Jeffreys:
    """A problem with columns that are linearly independent over the rows of positive weight."""

    A: Array  # (n, k)
    y: Array  # (n,) in [0, 1]
    weight: Array  # (n,) > 0, as counts
    offset: Array  # (n,)

    def look(self, theta: Array) -> Look:
        """Value, modified score and information at theta (k,): two passes over A."""
        eta = self.A @ theta + self.offset
        size = np.abs(eta)
        e = np.exp(-size)
        loss = np.log1p(e) + np.where(eta >= 0.0, 1.0 - self.y, self.y) * size  # nothing cancels for hard labels
        residual = np.where(eta >= 0.0, (self.y - 1.0) + e / (1.0 + e), self.y - e / (1.0 + e))
        log_w = np.log(self.weight) - size - 2.0 * np.log1p(e)
        top = float(log_w.max())  # taken out: rows at η = ±800 must not underflow together
        root = np.exp(0.5 * (log_w - top))
        R = triangle(self.A, root)
        pivots = np.abs(np.diag(R))
        if not np.isfinite(pivots).all() or pivots.min(initial=1.0) <= 1e-150:
            return Look(-np.inf, np.zeros(len(theta)), R, top, np.zeros(len(eta)))
        leverage = leverages(self.A, root, R)
        score = self.A.T @ (self.weight * residual - 0.5 * leverage * np.tanh(0.5 * eta))
        value = float(np.log(pivots).sum() + 0.5 * top * len(theta) - self.weight @ loss)
        return Look(value, score, R, top, leverage)


@dataclass(frozen=True)
class Look:
    """What one point shows.  R (k, k): RᵀR e^top = I, columns in the order of A."""

    value: float  # ℓ*, -inf where I is singular in float64
    score: Array  # (k,) U*
    R: Array
    top: float
    leverage: Array  # (n,) h

    def norm(self, moving: int) -> float:
        """√(UᵀI⁻¹U) over the first columns: how far the score is from 0, in standard errors."""
        return float(np.linalg.norm(self._back(self.score[:moving])) * np.exp(-0.5 * self.top))

    def solve(self, vector: Array) -> Array:
        """I⁻¹ vector over as many of the first columns as it has entries."""
        k = len(vector)
        return solve_triangular(self.R[:k, :k], self._back(vector)) * np.exp(-self.top)

    def _back(self, vector: Array) -> Array:
        k = len(vector)
        return solve_triangular(self.R[:k, :k], vector, trans=1)

    def inverse_half(self) -> Array:
        """V (k, k) with V Vᵀ = I⁻¹."""
        return solve_triangular(self.R, np.eye(len(self.R))) * np.exp(-0.5 * self.top)


def triangle(A: Array, root: Array) -> Array:
    """R (k, k) of the QR factors of diag(root) A, piece by piece: A is never copied as a whole."""
    k = A.shape[1]
    R = np.zeros((0, k))
    for lo in range(0, len(A), step := max(CHUNK // max(k, 1), 4 * k)):
        part = np.vstack([R, root[lo : lo + step, None] * A[lo : lo + step]])
        R = runtime.beside(2.0 * part.size * k / 2e9, np.linalg.qr, part, "r")
    return np.vstack([R, np.zeros((max(k - len(R), 0), k))])


def leverages(A: Array, root: Array, R: Array) -> Array:
    """The diagonal of diag(root) A (RᵀR)⁻¹ Aᵀ diag(root), (n,)."""
    k = A.shape[1]
    inverse, out = solve_triangular(R, np.eye(k)), np.empty(len(A))
    for lo in range(0, len(A), step := max(CHUNK // max(k, 1), 4 * k)):
        part = runtime.beside(2.0 * step * k * k / 2e9, np.matmul, A[lo : lo + step], inverse)
        out[lo : lo + step] = root[lo : lo + step] ** 2 * np.einsum("ij,ij->i", part, part)
    return np.minimum(out, 1.0)
