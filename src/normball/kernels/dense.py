"""Dense blocks: conditioning while the block is copied into cache, column statistics, row scaling for Grams.

X may have any strides.  Where the rows are the closer neighbours in memory (C order) the loops run along rows, else
(Fortran order) along columns.
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import inline_jit, jit

TILE = 32  # rows of a Fortran-ordered block turned at a time: their output rows stay in the first-level cache
LANES = 16


@jit
def condition(X, mean, inv_scale, out):
    """out = (X - mean) · inv_scale, computed in float64, then rounded to the type of out.

    X (m, p) float32 or float64, any strides; mean, inv_scale (p,); out (m, p) float32 or float64 in C order.
    """
    m, p = X.shape
    if X.strides[0] >= X.strides[1]:
        for i in range(m):
            for j in range(p):
                out[i, j] = (X[i, j] - mean[j]) * inv_scale[j]
    else:
        for first in range(0, m, TILE):
            last = min(first + TILE, m)
            for j in range(0, p - 3, 4):
                _turn_four(X[first:last, j : j + 4], mean[j : j + 4], inv_scale[j : j + 4], out[first:last, j : j + 4])
            for j in range(p - p % 4, p):
                for i in range(first, last):
                    out[i, j] = (X[i, j] - mean[j]) * inv_scale[j]


@jit
def _turn_four(X, mean, inv_scale, out):
    """Four columns at once: four neighbours of an output row are one vector store (twice as fast as one by one)."""
    a, b, c, d = X[:, 0], X[:, 1], X[:, 2], X[:, 3]
    for i in range(a.size):
        out[i, 0] = (a[i] - mean[0]) * inv_scale[0]
        out[i, 1] = (b[i] - mean[1]) * inv_scale[1]
        out[i, 2] = (c[i] - mean[2]) * inv_scale[2]
        out[i, 3] = (d[i] - mean[3]) * inv_scale[3]


@jit
def survey_block(X, c, x0, acc):
    """Weighted moments about x0, and the range, of every column.

    X (m, p) float32 or float64, any strides; c (m,) weights >= 0; x0 (p,) near the data, so that nothing cancels.
    acc (4, p) is carried on: 0 Σ c (x - x0); 1 Σ c (x - x0)²; 2 minimum; 3 maximum, of all rows whatever their weight.
    (Begin with zeros, +inf and -inf.)  A NaN in a column makes its Σ NaN, also in a row of weight 0; ±inf shows in the
    range.
    """
    m, p = X.shape
    if X.strides[0] >= X.strides[1]:
        _survey_rows(X, c, x0, acc)
    else:
        column = np.empty(m)  # contiguous by type, so the sums below are vector code
        for j in range(p):
            for i in range(m):
                column[i] = X[i, j]
            total, square = _column_moments(column, c, x0[j])
            low, high = _range(column)
            acc[0, j] += total
            acc[1, j] += square
            acc[2, j] = min(acc[2, j], low)
            acc[3, j] = max(acc[3, j], high)


@jit
def _survey_rows(X, c, x0, acc):
    """Four distant rows at once: a quarter of the loads and stores of acc, and four streams from memory."""
    m, p = X.shape
    S = m // 4
    total, square, low, high = acc[0], acc[1], acc[2], acc[3]
    for i in range(S):
        ra, rb, rc, rd = X[i], X[i + S], X[i + 2 * S], X[i + 3 * S]
        ca, cb, cc, cd = c[i], c[i + S], c[i + 2 * S], c[i + 3 * S]
        for j in range(p):
            about = x0[j]
            xa, xb, xc, xd = np.float64(ra[j]), np.float64(rb[j]), np.float64(rc[j]), np.float64(rd[j])
            fa, sa = _moments(ca, xa - about)
            fb, sb = _moments(cb, xb - about)
            fc, sc = _moments(cc, xc - about)
            fd, sd = _moments(cd, xd - about)
            total[j] += (fa + fb) + (fc + fd)
            square[j] += (sa + sb) + (sc + sd)
            small_ab, small_cd = xa if xa < xb else xb, xc if xc < xd else xd
            large_ab, large_cd = xa if xa > xb else xb, xc if xc > xd else xd
            small, large = small_ab if small_ab < small_cd else small_cd, large_ab if large_ab > large_cd else large_cd
            low[j] = small if small < low[j] else low[j]
            high[j] = large if large > high[j] else high[j]
    for i in range(4 * S, m):
        for j in range(p):
            x = np.float64(X[i, j])
            first, second = _moments(c[i], x - x0[j])
            total[j] += first
            square[j] += second
            low[j] = x if x < low[j] else low[j]
            high[j] = x if x > high[j] else high[j]


@jit
def _column_moments(x, c, about):
    total = 0.0
    square = 0.0
    for i in range(x.size):
        first, second = _moments(c[i], x[i] - about)
        total += first
        square += second
    return total, square


@inline_jit
def _moments(c, x):
    """c x and c x².  In this order a weight of 0 gives 0 for every finite x, also where x² overflows."""
    first = c * x
    return first, first * x


@jit
def _range(x):
    """Minimum and maximum, in LANES interleaved parts: one running minimum would keep the loop scalar."""
    low = np.full(LANES, np.inf)
    high = np.full(LANES, -np.inf)
    whole = x.size - x.size % LANES
    for i in range(0, whole, LANES):
        for a in range(LANES):
            low[a] = min(low[a], x[i + a])
            high[a] = max(high[a], x[i + a])
    for i in range(whole, x.size):
        low[0] = min(low[0], x[i])
        high[0] = max(high[0], x[i])
    return low.min(), high.max()


@jit
def row_scale(Xb, h, out):
    """out_i = √h_i · Xb_i, for a Gram Xᵀ diag(h) X as one symmetric product.  Xb, out (m, p) C order, h (m,) >= 0."""
    for i in range(Xb.shape[0]):
        root = np.sqrt(h[i])
        for j in range(Xb.shape[1]):
            out[i, j] = root * Xb[i, j]
