"""A benchmark problem: a matrix, labels and one strength; how it is stored for a peer's process; generators.

F(b, w) = 1/n Σ ℓ(y_i, b + x_iᵀw) + lam Σ (l1_ratio |w_j| + (1 - l1_ratio)/2 w_j²),   y_i in {0, 1}, b free
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Problem:
    """One fit to be timed. X (n, p) ndarray or CSR, y (n,) float64 of 0, 1 (or class numbers), lam as in F."""

    name: str
    title: str
    X: np.ndarray | sp.csr_array
    y: np.ndarray
    lam: float  # the first one of a path
    l1_ratio: float = 0.0
    lams: np.ndarray | None = None  # (L,) descending: a whole path
    folds: np.ndarray | None = None  # (n,) fold numbers: its cross-validation
    C_in_folds: bool = False  # the grid is one of C: lam · n / n_f in fold f

    @property
    def kind(self) -> str:
        """What a peer must do: "single", "path" or "cv", with " classes" behind it where there are several."""
        task = "single" if self.lams is None else "path" if self.folds is None else "cv"
        return f"{task} classes" if self.y.max() > 1 else task

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.shape[0], self.X.shape[1]  # pyright: ignore[reportOptionalSubscript]

    @property
    def stored(self) -> int | None:
        """Stored entries of a sparse X; None: X is dense."""
        return None if isinstance(self.X, np.ndarray) else int(self.X.nnz)

    @property
    def C(self) -> float:
        """scikit-learn's and liblinear's strength: C multiplies the *sum* of the losses."""
        return 1.0 / (self.lam * self.shape[0])

    @property
    def bytes(self) -> int:
        """Memory of X, the unit in which R counts."""
        if isinstance(self.X, np.ndarray):
            return int(self.X.nbytes)
        return int(self.X.data.nbytes + self.X.indices.nbytes + self.X.indptr.nbytes)

    def save(self, folder: Path) -> Path:
        """X.npy (its memory order is kept) or X.npz, y.npy and problem.json."""
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(self.X, np.ndarray):
            np.save(folder / "X.npy", self.X)
        else:
            sp.save_npz(folder / "X.npz", self.X, compressed=False)
        np.save(folder / "y.npy", self.y)
        for name in ("lams", "folds"):
            if getattr(self, name) is not None:
                np.save(folder / f"{name}.npy", getattr(self, name))
        facts = {name: getattr(self, name) for name in ("name", "title", "lam", "l1_ratio", "C_in_folds")}
        (folder / "problem.json").write_text(json.dumps(facts), encoding="utf-8")
        return folder

    @classmethod
    def load(cls, folder: Path) -> Problem:
        dense = folder / "X.npy"
        X = np.load(dense) if dense.exists() else sp.load_npz(folder / "X.npz")
        facts = json.loads((folder / "problem.json").read_text(encoding="utf-8"))
        for name in ("lams", "folds"):
            if (folder / f"{name}.npy").exists():
                facts[name] = np.load(folder / f"{name}.npy")
        return cls(X=X, y=np.load(folder / "y.npy"), **facts)


def draw_labels(eta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """y (n,) of zeros and ones with P(y = 1) = σ(eta)."""
    return (rng.random(eta.shape[0]) * (1.0 + np.exp(-eta)) < 1.0).astype(np.float64)


def autoregressive(n: int, p: int, *, rho: float = 0.5, features: int = 20, sd: float = 2.0, seed: int = 0):
    """Gaussian X (n, p), C-order, corr(x_j, x_k) = rho^|j-k|; `features` of the columns matter; sd of the true eta."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    fresh = np.sqrt(1.0 - rho * rho)
    for j in range(1, p):
        X[:, j] *= fresh
        X[:, j] += rho * X[:, j - 1]
    w = np.zeros(p)
    w[rng.choice(p, features, replace=False)] = rng.choice([-1.0, 1.0], features) * rng.uniform(0.5, 1.5, features)
    eta = X @ w
    return X, draw_labels(eta * (sd / eta.std()) - 0.5, rng)


def text_like(n: int, p: int, *, words: float = 80.0, features: int = 400, sd: float = 3.0, seed: int = 0):
    """tf-idf rows of unit length over a vocabulary with Zipf frequencies: X (n, p) CSR float64, int32 indices.

    Document lengths are log-normal, term k has probability proportional to (k + 3)^-1.1; the labels depend on
    `features` of the terms that are neither everywhere nor almost nowhere.
    """
    rng = np.random.default_rng(seed)
    length = np.maximum(5, rng.lognormal(np.log(words) - 0.125, 0.5, n)).astype(np.int64)
    share = (np.arange(p) + 3.0) ** -1.1
    ladder = np.cumsum(share / share.sum())
    term = np.minimum(np.searchsorted(ladder, rng.random(length.sum())), p - 1)
    term = rng.permutation(p)[term]  # in a real vocabulary the order of the columns says nothing of frequency
    document = np.repeat(np.arange(n), length)
    counts = sp.coo_array((np.ones(term.size), (document, term)), shape=(n, p)).tocsr()
    counts.sum_duplicates()
    documents_with = np.bincount(counts.indices, minlength=p)
    values = (1.0 + np.log(counts.data)) * np.log((1.0 + n) / (1.0 + documents_with))[counts.indices]
    row = np.repeat(np.arange(n), np.diff(counts.indptr))
    values /= np.sqrt(np.bincount(row, values * values, minlength=n))[row]
    X = sp.csr_array((values, counts.indices.astype(np.int32), counts.indptr.astype(np.int32)), shape=(n, p))
    useful = np.flatnonzero((documents_with > n // 400) & (documents_with < n // 5))
    w = np.zeros(p)
    w[rng.choice(useful, min(features, useful.size), replace=False)] = rng.standard_normal(min(features, useful.size))
    eta = X @ w
    return X, draw_labels(eta * (sd / eta.std()), rng)


def standardised(X: np.ndarray) -> np.ndarray:
    """Columns of mean 0 and standard deviation 1; constant columns become 0."""
    sd = X.std(axis=0)
    return np.ascontiguousarray((X - X.mean(axis=0)) / np.where(sd > 0, sd, 1.0))


def lam_max(X, y: np.ndarray, l1_ratio: float = 1.0) -> float:
    """The smallest lam at which every coefficient of an L1 or elastic-net fit is 0: max|Xᵀ(y - ȳ)| / (n l1_ratio)."""
    return float(np.abs(X.T @ (y - y.mean())).max() / (y.size * l1_ratio))
