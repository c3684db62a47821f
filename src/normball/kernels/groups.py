"""Block coordinate descent for a quadratic with grouped coefficients."""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import jit


@jit
def descend_groups(H, s, l1, l2, mu, w, K, epochs, tol):
    """Epochs over the groups of K: each moves to the minimiser of its majorised model, in closed form.

    H (G·K, G·K) symmetric, C order; s (G·K,) minus the slope of the quadratic at w, kept up to date; l1, l2 (G,) >= 0;
    mu (G,) the largest eigenvalue of each diagonal block.  w (G·K,) is changed in place.  Ends when no group moved by
    more than tol/mu.  Returns the largest mu·‖move‖ of the last epoch.
    """
    G = l1.size
    v, largest = np.empty(K), 0.0
    for _ in range(epochs):
        largest = 0.0
        for g in range(G):
            if mu[g] <= 0.0:
                continue
            lo = g * K
            size = 0.0
            for k in range(K):
                v[k] = mu[g] * w[lo + k] + s[lo + k]
                size += v[k] * v[k]
            size = np.sqrt(size)
            factor = (1.0 - l1[g] / size) / (mu[g] + l2[g]) if size > l1[g] else 0.0
            moved = 0.0
            for k in range(K):
                d = factor * v[k] - w[lo + k]
                if d != 0.0:
                    w[lo + k] += d
                    row = H[lo + k]
                    for i in range(s.size):
                        s[i] -= row[i] * d
                    moved += d * d
            largest = max(largest, mu[g] * np.sqrt(moved))
        if largest <= tol:
            break
    return largest
