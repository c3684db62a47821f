"""The softmax link: residuals of K classes for C columns of linear predictors, and the sums that proofs need."""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import jit
from normball.kernels.links import RATIO_CAP, exp_negative


@jit
def softmax_residuals(eta, K, y, c, sums):
    """eta (m, C·K) float64 in C order becomes y - p in place; y (m,) class numbers, c (m,) weights >= 0.

    Added to sums (3, C): Σ c ℓ; Σ c (1 - p_y)/p_y over the rows where it is at most RATIO_CAP; Σ c ℓ over the others.
    """
    m, C = eta.shape[0], eta.shape[1] // K
    for i in range(m):
        label, ci = y[i], c[i]
        for col in range(C):
            row = eta[i, col * K : (col + 1) * K]
            top = row[0]
            for k in range(1, K):
                top = max(top, row[k])
            at_label = row[label] - top
            for k in range(K):
                row[k] = exp_negative(row[k] - top)
            mine = row[label]
            row[label] = 0.0
            others = 0.0
            for k in range(K):
                others += row[k]
            total = others + mine
            share = -1.0 / total
            for k in range(K):
                row[k] *= share
            row[label] = others / total
            loss = np.log(total) - at_label if at_label < 0.0 else np.log1p(others)
            sums[0, col] += ci * loss
            ratio = others / mine
            if ratio <= RATIO_CAP:
                sums[1, col] += ci * ratio
            else:
                sums[2, col] += ci * loss


@jit
def softmax_lean(R, K, y, move):
    """R (m, C·K) = y - p becomes y - q in place, q = p + (diag(p) - p pᵀ) δ, δ = move (m, C·K)."""
    m, C = R.shape[0], R.shape[1] // K
    for i in range(m):
        label = y[i]
        for col in range(C):
            row, delta = R[i, col * K : (col + 1) * K], move[i, col * K : (col + 1) * K]
            middle = 0.0
            for k in range(K):
                middle -= row[k] * delta[k]
            middle += delta[label]
            for k in range(K):
                p = 1.0 - row[k] if k == label else -row[k]
                row[k] -= p * (delta[k] - middle)
