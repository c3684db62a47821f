"""X for several classes: one coefficient vector holds the intercepts and then, feature by feature, the K classes.

Seen from the loop, a problem of K classes is a column like any other: `p` coefficients, no intercept of its own, and
the K intercepts among the free columns.  The rows stay those of the design inside, which knows nothing of classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Array, Design, Survey


class ClassDesign:
    """K classes over a design: coefficients (q·K,) = (q, K) row by row, q = 1 (the intercept, if any) + features."""

    intercept = False  # the K intercepts are coefficients
    y_scale = 1.0

    def __init__(self, base: Design, n_classes: int, offset: Array | None = None, labels: tuple | None = None):
        self.base, self.K, self.labels = base, n_classes, labels
        self.head = int(base.intercept)  # rows before the features
        self.n, self.cells, self.n_cells, self.fast = base.n, base.cells, base.n_cells, base.fast
        self.y = base.y.astype(np.intp)  # (n,) class numbers
        self.weight = base.weight
        self.offset = offset  # (n, K), or None
        self.q = self.head + base.p
        self.p = self.q * n_classes
        self.survey = _tiled(base.survey, self.head, n_classes)
        features = np.arange(base.p) if base.order is None else base.order
        self.order = np.repeat(
            np.concatenate([np.full(self.head, base.p), features]), n_classes
        )  # features as they came

    @property
    def reads(self) -> float:
        """Passes over X."""
        return self.base.reads

    def table(self, coef: Array) -> Array:
        """The vector as (q, K)."""
        return coef.reshape(self.q, self.K)

    def spread(self, vector: Array, head: float) -> Array:
        """A vector over the features (p,), in the design's order, for every class (q·K,); `head` for the intercepts."""
        return np.repeat(np.concatenate([np.full(self.head, head, dtype=vector.dtype), vector]), self.K)

    def to_original(self, coef: Array, intercept: float = 0.0) -> tuple[Array, Array]:
        """(p, K) per unit of each column as it came, and the intercepts (K,), whose sum is 0.

        The same number on all of them changes no probability: of all solutions the one with the smallest intercepts.
        """
        B, s = self.table(coef), self.base.survey
        w = B[self.head :] / s.scale[:, None]
        b = (B[0] if self.head else np.zeros(self.K)) - s.mean @ w
        return self.base.unsorted(w), b - b.mean() if self.head else b

    def to_conditioned(self, coef: Array, intercept) -> tuple[Array, float]:
        """The way back: the vector, and 0."""
        s, w = self.base.survey, self.base.sorted(np.asarray(coef))
        head = (np.asarray(intercept) + s.mean @ w)[None, :][: self.head]
        return np.concatenate([head, w * s.scale[:, None]]).ravel(), 0.0

    def errors(self, coef_error: Array, intercept_error: float) -> tuple[Array, Array]:
        """Bounds of conditioned errors (q·K,) on the columns as they came: (p, K) and (K,)."""
        E, s = self.table(coef_error), self.base.survey
        width = E[self.head :] / s.scale[:, None]
        head = E[0] if self.head else np.zeros(self.K)
        bound = head + np.abs(s.mean) @ width
        return self.base.unsorted(width), bound + bound.mean() if self.head else bound

    # ---- products -------------------------------------------------------------------------------------------------
    def etas(self, coefs: Array, rows: Array | None = None) -> Array:
        """η (n, C·K) of coefs (p, C): one read; or of some rows only."""
        W, b = self.split(coefs)
        if rows is None:
            out = np.empty((self.n, W.shape[1]))
            self.base.add_up(_times, W, b, self.offset, self.K, out)
            return out
        out = self.base.rows(rows) @ W + b
        self.base.reads += len(rows) / max(self.n, 1)
        return out if self.offset is None else out + np.tile(self.offset[rows], W.shape[1] // self.K)

    def split(self, coefs: Array) -> tuple[Array, Array]:
        """(features, C·K) and the intercepts (C·K,) of coefs (p, C)."""
        C = coefs.shape[1]
        B = coefs.reshape(self.q, self.K, C).transpose(0, 2, 1).reshape(self.q, C * self.K)
        return np.ascontiguousarray(B[self.head :]), B[0] if self.head else np.zeros(C * self.K)

    def join(self, G: Array, slope: Array) -> Array:
        """The way back, of gradients: (features, C·K) and (C·K,) become (p, C)."""
        C = G.shape[1] // self.K
        both = np.concatenate([slope[None, :][: self.head], G])
        return both.reshape(self.q, C, self.K).transpose(0, 2, 1).reshape(self.p, C)

    def t_times(self, R: Array) -> Array:
        """Xᵀ R of R (n, C·K), as (p, C)."""
        return self.join(self.base.t_times(R), R.sum(0))

    def features(self, rows: Array) -> Array:
        """The conditioned columns of the given rows of (q, K), dense (n, len(rows)); the intercept's is ones."""
        real = rows[rows >= self.head] - self.head
        X: Any = self.base.columns(real)
        X = X if isinstance(X, np.ndarray) else X.toarray()
        out = np.ones((self.n, len(rows)), order="F")
        out[:, rows >= self.head] = X
        return out

    def keep_columns(self) -> None:
        self.base.keep_columns()


def _times(block, W, b, offset, K, out):
    eta = block.times(W)
    eta += b
    if offset is not None:
        eta += np.tile(offset[block.rows], len(b) // K)
    out[block.rows] = eta
    return ()


def _tiled(survey: Survey, head: int, K: int) -> Survey:
    """The survey of the coefficients: a row of ones for the intercept, every feature K times."""

    def each(vector: Array, first) -> Array:
        return np.repeat(np.concatenate([np.full(head, first, dtype=vector.dtype), vector]), K)

    def table(sums: Array, first: Array) -> Array:
        return np.repeat(np.concatenate([np.tile(first[:, None], head), sums], axis=1), K, axis=1)

    none = np.zeros_like(survey.totals)
    return Survey(
        each(survey.mean, 0.0), each(survey.scale, 1.0), each(survey.reach, 1.0), each(survey.constant, False),
        survey.finite, each(survey.about, 0.0), survey.totals, table(survey.first, none), table(survey.second, none),
        each(survey.unit, 1.0),
    )  # fmt: skip
