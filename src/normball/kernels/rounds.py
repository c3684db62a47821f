"""A judging pass over a dense array for one column, fused: predictor, link and products by Xᵀ while a tile is in cache.

It serves the same numbers as `times`, `link`, `t_times` on conditioned blocks, without writing the conditioned block.
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import jit
from normball.kernels.links import _link_vector

STRIPE = 2**13  # numbers in each of the four stripes of a tile: 64 kB


@jit
def logistic_dense(X, mean, inverse, w, b, offset, y, c, G, sums):
    """With x = (X - mean)·inverse:  eta = offset + b + x w;  G[0] += xᵀr,  G[1] += xᵀh;  sums as in `logistic_link`.

    X (m, p) float32 or float64, any strides; mean, inverse, w (p,); offset, y, c (m,); G (2, p); sums (5, 1).
    Sums are taken per tile first, so that a long sum loses no digits.
    """
    m, p = X.shape
    by_rows = X.strides[0] >= X.strides[1]
    v = w * inverse
    tile = 4 * max(4, STRIPE // max(p, 1))
    eta, r, h = np.empty(tile), np.empty(tile), np.empty(tile)
    g = np.empty((2, p))
    for first in range(0, m, tile):
        size = min(tile, m - first)
        last = first + size
        part = X[first:last]
        if by_rows:
            _times_by_rows(part, mean, v, eta)
        else:
            _times_by_columns(part, mean, v, eta)
        for i in range(size):
            eta[i] += offset[first + i] + b
        _link_vector(eta[:size], y[first:last], c[first:last], r[:size], h[:size], sums)
        g[:] = 0.0
        if by_rows:
            _t_times_by_rows(part, mean, r, h, g)
        else:
            _t_times_by_columns(part, mean, r, h, g)
        for j in range(p):
            G[0, j] += g[0, j] * inverse[j]
            G[1, j] += g[1, j] * inverse[j]


@jit
def _times_by_rows(X, mean, v, eta):
    """Four distant rows at once: four streams keep the memory busy while the core multiplies (a quarter less time)."""
    m, p = X.shape
    S = m // 4
    for i in range(S):
        a, b, c, d = X[i], X[i + S], X[i + 2 * S], X[i + 3 * S]
        za = zb = zc = zd = 0.0
        for j in range(p):
            mj, vj = mean[j], v[j]
            za += (a[j] - mj) * vj
            zb += (b[j] - mj) * vj
            zc += (c[j] - mj) * vj
            zd += (d[j] - mj) * vj
        eta[i], eta[i + S], eta[i + 2 * S], eta[i + 3 * S] = za, zb, zc, zd
    for i in range(4 * S, m):
        z = 0.0
        for j in range(p):
            z += (X[i, j] - mean[j]) * v[j]
        eta[i] = z


@jit
def _times_by_columns(X, mean, v, eta):
    eta[: X.shape[0]] = 0.0
    for j in range(X.shape[1]):
        mj, vj = mean[j], v[j]
        for i in range(X.shape[0]):
            eta[i] += (X[i, j] - mj) * vj


@jit
def _t_times_by_rows(X, mean, r, h, g):
    """Four rows at once, so that g is loaded and stored a quarter as often."""
    m, p = X.shape
    g0, g1 = g[0], g[1]
    for i in range(0, m - 3, 4):
        ra, rb, rc, rd = r[i], r[i + 1], r[i + 2], r[i + 3]
        ha, hb, hc, hd = h[i], h[i + 1], h[i + 2], h[i + 3]
        a, b, c, d = X[i], X[i + 1], X[i + 2], X[i + 3]
        for j in range(p):
            mj = mean[j]
            xa, xb, xc, xd = a[j] - mj, b[j] - mj, c[j] - mj, d[j] - mj
            g0[j] += (xa * ra + xb * rb) + (xc * rc + xd * rd)
            g1[j] += (xa * ha + xb * hb) + (xc * hc + xd * hd)
    for i in range(m - m % 4, m):
        x = X[i]
        for j in range(p):
            g0[j] += (x[j] - mean[j]) * r[i]
            g1[j] += (x[j] - mean[j]) * h[i]


@jit
def _t_times_by_columns(X, mean, r, h, g):
    for j in range(X.shape[1]):
        mj = mean[j]
        s = t = 0.0
        for i in range(X.shape[0]):
            x = X[i, j] - mj
            s += x * r[i]
            t += x * h[i]
        g[0, j] += s
        g[1, j] += t
