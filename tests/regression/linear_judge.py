"""An independent judge of linear models: the same objective in long double, without the library's code.

    F(b, w) = Σ c_i ½(y_i - η_i)² + Σ_j (l1_j |w_j| + ½ l2_j w_j²),    c = weight / Σ weight,    η = offset + b + X w

Coordinate descent on a long-double Gram finds the signs, elimination on that face the digits; no answer leaves without
its optimality conditions.  For small problems (p up to some 12 columns, no exact dependence among free ones).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse

Long = np.longdouble


@dataclass(frozen=True)
class LinearProblem:
    """One problem in the words of `normball.solve`."""

    X: object
    y: np.ndarray
    lam: float
    l1_ratio: float
    sample_weight: np.ndarray | None = None
    offset: np.ndarray | None = None
    penalty_factor: np.ndarray | None = None
    fit_intercept: bool = True
    standardize: bool = False

    @property
    def arguments(self) -> dict:
        names = "lam l1_ratio sample_weight offset penalty_factor fit_intercept standardize"
        return {name: getattr(self, name) for name in names.split()} | {"loss": "squared"}

    @property
    def dense(self) -> np.ndarray:
        X = self.X.toarray() if scipy.sparse.issparse(self.X) else self.X
        return np.asarray(X).astype(Long)

    @property
    def shares(self) -> np.ndarray:
        weight = np.ones(len(self.y)) if self.sample_weight is None else self.sample_weight
        return weight.astype(Long) / weight.astype(Long).sum()

    @property
    def target(self) -> np.ndarray:
        return self.y.astype(Long) - (0 if self.offset is None else self.offset.astype(Long))

    @property
    def penalty(self) -> tuple[np.ndarray, np.ndarray]:
        X, c = self.dense, self.shares
        f = np.ones(X.shape[1], Long) if self.penalty_factor is None else self.penalty_factor.astype(Long)
        sd = np.sqrt(c @ (X - c @ X) ** 2) if self.standardize else np.ones(X.shape[1], Long)
        lam, ratio = Long(self.lam), Long(self.l1_ratio)
        return lam * ratio * f * sd, lam * (1 - ratio) * f * sd**2

    def objective(self, b, w):
        """F, long double."""
        l1, l2 = self.penalty
        w = np.asarray(w).astype(Long)
        r = self.target - Long(b) - self.dense @ w
        return Long(0.5) * (self.shares @ r**2) + l1 @ np.abs(w) + Long(0.5) * (l2 @ w**2)

    def optimum(self, positive: bool = False):
        """(b, w, F), long double, proved by the optimality conditions to 1e-15 of their size."""
        X, c, t = self.dense, self.shares, self.target
        mean, shift = (c @ X, c @ t) if self.fit_intercept else (0 * X[0], Long(0))
        Z, t = X - mean, t - shift
        size = np.sqrt(c @ Z**2)
        size = np.where(size > 0, size, 1)
        l1, l2 = (v / size**k for v, k in zip(self.penalty, (1, 2), strict=True))
        Z = Z / size
        G, q = Z.T @ (c[:, None] * Z), Z.T @ (c * t)
        u = _descend(G, q, l1, l2, positive)
        w = u / size
        b = shift - mean @ w
        return b, w, self.objective(b, w)


def _descend(G, q, l1, l2, positive):
    """argmin ½uᵀGu - qᵀu + Ω(u): sweeps until the signs stay, then elimination on their face, until it is optimal."""
    p = len(q)
    u, diagonal = np.zeros(p, Long), np.diag(G) + l2
    bent = (l1 > 0) | positive  # where a sign matters
    for sweeps in (0, 50, 200, 1000, 4000, 16000):
        for _ in range(sweeps if bent.any() else 0):
            before = u.copy()
            for j in range(p):
                z = q[j] - G[j] @ u + G[j, j] * u[j]
                top = z - l1[j] if positive else np.sign(z) * max(abs(z) - l1[j], Long(0))
                u[j] = 0 if diagonal[j] == 0 else max(top, Long(0)) / diagonal[j] if positive else top / diagonal[j]
            if np.abs(u - before).max() <= 1e-18 * np.abs(u).max():
                break
        face, signs = np.flatnonzero((u != 0) | (~bent & (diagonal > 0))), np.sign(u)
        v = np.zeros(p, Long)
        v[face] = _eliminate((G + np.diag(l2))[np.ix_(face, face)], (q - l1 * signs)[face])
        slope = q - G @ v - l2 * v
        inside = (np.sign(v) == signs) | ~bent
        force = slope if positive else np.abs(slope)
        outside = np.delete(force, face) <= np.delete(l1 + 1e-15 * np.abs(q).max(), face)
        if inside.all() and outside.all():
            return v
    raise AssertionError("the judge could not prove its own answer")


def _eliminate(A, right):
    """A⁻¹ right in long double, A positive definite."""
    A, x = A.copy(), right.copy()
    for k in range(len(x)):
        for i in range(k + 1, len(x)):
            f = A[i, k] / A[k, k]
            A[i, k:] -= f * A[k, k:]
            x[i] -= f * x[k]
    for k in range(len(x))[::-1]:
        x[k] = (x[k] - A[k, k + 1 :] @ x[k + 1 :]) / A[k, k]
    return x


def random_linear(seed: int) -> LinearProblem:
    """The problem of a seed: units, weights, offsets, factors, free columns, storage and size are all drawn."""
    rng = np.random.default_rng([4242, seed])
    n, p = int(rng.integers(6, 60)), int(rng.integers(1, 11))
    intercept = bool(rng.random() < 0.8)
    X = rng.normal(size=(n, p)) + rng.normal(size=(n, 1)) * rng.random()
    if rng.random() < 0.5:
        X = X * 10.0 ** rng.integers(-4, 5, p) + intercept * 10.0 ** rng.integers(-3, 3, p)
    sparse = rng.random() < 0.3
    if sparse:
        X = np.where(rng.random((n, p)) < 0.4, X, 0.0)
    w = rng.normal(size=p) * (rng.random(p) < 0.6) / np.maximum(X.std(0), 1e-12)
    y = (X @ w + rng.normal(size=n) * rng.choice([0.01, 1.0, 10.0])) * 10.0 ** rng.integers(-5, 6)
    y = y + rng.choice([0.0, 1.0, 100.0]) * y.std()
    weight = rng.choice([0.0, 0.5, 1.0, 3.0], n, p=[0.1, 0.3, 0.3, 0.3]) if rng.random() < 0.4 else None
    if weight is not None:
        weight[:2] = 1.0
    offset = rng.normal(size=n) * y.std() if rng.random() < 0.3 else None
    factor = rng.choice([0.25, 1.0, 4.0], p) if rng.random() < 0.4 else None
    ratio = [0.0, 0.3, 1.0][seed % 3]
    if factor is not None and p > 1 and n > 8 and rng.random() < 0.5:
        factor[0] = 0.0
    standardize = bool(rng.random() < 0.5)
    scale = 1.0 if standardize else float(np.median(X.std(0)))
    strength = float(y.std() ** (2 - (ratio > 0)) if ratio == 1.0 else y.std()) * scale
    lam = float(10.0 ** rng.uniform(-3, 0)) * (strength if ratio > 0 else scale**2)
    return LinearProblem(
        scipy.sparse.csr_array(X) if sparse else X, y, lam, ratio, weight, offset, factor, intercept,
        standardize,
    )  # fmt: skip
