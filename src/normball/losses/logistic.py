"""Two classes: the log-loss."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, xlog1py, xlogy

from .base import CAP, Loss, Sums


class LogisticLoss(Loss):
    """Two-class log-loss  ℓ(y, η) = log(1 + e^η) - y η,  y in [0, 1];  nats per observation.  Domain: all finite η."""

    curvature_bound = 0.25

    def value(self, y, eta):
        size = np.abs(eta)  # as a sum of terms >= 0: finite and exact to a few ulps for every finite η
        return np.where(eta >= 0.0, 1.0 - y, y) * size + np.log1p(np.exp(-size))

    def residual(self, y, eta):
        tail = expit(-np.abs(eta))  # the smaller of p and 1 - p, to full relative accuracy
        return np.where(eta >= 0.0, (y - 1.0) + tail, y - tail)

    def curvature(self, y, eta):
        tail = expit(-np.abs(eta))
        return tail * (1.0 - tail)

    def floor(self, y):
        lowest, soft = np.zeros(np.shape(y)), (y > 0.0) & (y < 1.0)
        lowest[soft] = -(xlogy(y[soft], y[soft]) + xlog1py(1.0 - y[soft], -y[soft]))  # the entropy of y
        return lowest

    def divergence(self, q, eta):
        """KL(q ‖ σ(η)) ≥ 0: what a dual point q costs against the fit.

        Close to q = p it is q f(-d/q) + (1-q) f(d/(1-q)), d = q - p, f(u) = u - log(1+u) >= 0: nothing cancels.
        """
        d = self.residual(q, eta)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            u, v = -d / q, d / (1.0 - q)
            close = (np.abs(u) < 0.1) & (np.abs(v) < 0.1)
            near = q * _excess(np.where(close, u, 0.0)) + (1.0 - q) * _excess(np.where(close, v, 0.0))
        far = xlogy(q, q) + xlog1py(1.0 - q, -q) + self.value(q, eta)
        return np.where(close, near, np.maximum(far, 0.0))

    def best_constant(self, y, c):
        mean = float(c @ y)
        b = float(np.log(mean) - np.log1p(-mean))
        return b, float(np.logaddexp(0.0, b) - mean * b)

    def dense_pass(self):
        from ..kernels.rounds import logistic_dense

        return logistic_dense

    def link(self, y, eta, c, fast: bool):
        if fast:
            from ..kernels.links import logistic_link

            r, h, sums = np.empty_like(eta), np.empty_like(eta), np.zeros((5, eta.shape[1]))
            logistic_link(eta, y, c, r, h, sums)
            return r, h, Sums(*sums)
        y, c = y[:, None], c[:, None]
        r, h, value = self.residual(y, eta), self.curvature(y, eta), self.value(y, eta)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            ratio = np.where(r == 0.0, 0.0, r * r / h)
        near = ratio <= CAP
        spread = (c * np.where(near, ratio, 0.0)).sum(0)
        tail = (c * np.where(near, 0.0, value)).sum(0)
        loss, r, h = (c * value).sum(0), c * r, c * h
        return r, h, Sums(loss, spread, tail, r.sum(0), h.sum(0))

    def steer(self, eta, b, offset, y, weight, share, fast: bool):
        if not fast:
            return super().steer(eta, b, offset, y, weight, share, fast)
        from ..kernels.columns import residuals, residuals_single

        kernel, kind = (residuals_single, np.float32) if eta.dtype == np.float32 else (residuals, np.float64)
        return kernel(eta, *(v.astype(kind, copy=False) for v in (b, offset, y, weight, share)))

    def prove(self, eta, b, offset, y, weight, share, fast: bool):
        if not fast:
            return super().prove(eta, b, offset, y, weight, share, fast)
        from ..kernels.columns import everything, everything_single

        kernel, kind = (everything_single, np.float32) if eta.dtype == np.float32 else (everything, np.float64)
        h, sums, losses = np.empty(eta.shape, kind), np.zeros((5, eta.shape[1]), kind), np.zeros(eta.shape[1], kind)
        kernel(eta, *(v.astype(kind, copy=False) for v in (b, offset, y, weight, share)), h, sums, losses)
        return h, sums, losses


def _excess(u):
    """u - log(1 + u) for |u| < 0.1, to a few ulps: below 0.01 by its series (next term 2e-17 of the first)."""
    series = u * u * (1 / 2 - u * (1 / 3 - u * (1 / 4 - u * (1 / 5 - u * (1 / 6 - u * (1 / 7 - u * (1 / 8 - u / 9)))))))
    return np.where(np.abs(u) < 0.01, series, u - np.log1p(u))
