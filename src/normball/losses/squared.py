"""Regression: the squared loss."""

from __future__ import annotations

import numpy as np

from .base import Loss, Sums


class SquaredLoss(Loss):
    """ℓ(y, η) = ½ (y - η)²,  y any finite number.  Its curvature is 1 everywhere, so one Gram of X says all of it.

    A dual point q costs ½ Σ c (q - η)²: scaled residuals q = y - s r cost (1-s)² times the loss, which is therefore the
    `spread` of a gap, and no row ever needs its `tail` (docs/design/certificates.md, "Squared loss").
    """

    quadratic = True
    curvature_bound = 1.0

    def value(self, y, eta):
        r = y - eta
        return 0.5 * r * r

    def residual(self, y, eta):
        return y - eta

    def curvature(self, y, eta):
        return np.ones(np.broadcast_shapes(np.shape(y), np.shape(eta)))

    def floor(self, y):
        return np.zeros(np.shape(y))

    def divergence(self, q, eta):
        """½ (q - η)²: what a dual point q costs against the fit."""
        return self.value(q, eta)

    def best_constant(self, y, c):
        b = float(c @ y)
        return b, float(c @ self.value(y, b))

    def link(self, y, eta, c, fast: bool):
        r = y[:, None] - eta
        h = np.repeat(c[:, None], eta.shape[1], axis=1)
        weighted = h * r
        loss = 0.5 * np.einsum("ij,ij->j", weighted, r)
        return weighted, h, Sums(loss, loss.copy(), 0.0 * loss, weighted.sum(0), h.sum(0))
