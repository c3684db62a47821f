"""Kernels on the rows of a CSR matrix: everything a round needs from one read of X.

indptr (n+1,) and indices (nnz,) may be int32, int64 or unsigned; data float32 or float64.  They are trusted: inputs.py
has checked them (an index outside 0…p-1 would read foreign memory).  Indices are cast to unsigned in the loops, which
drops numba's handling of negative ones and halves the time.  Rows lo…hi-1 are visited, in order, so that fixed row
ranges give the same bits for any number of threads.  An array by rows may hold all n rows or just the hi - lo visited.

The link is `_link_vector` of links.py, run on TILE rows at a time so that it fills vector registers; jit.py says how a
stale cache of this file is avoided.
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import inline_jit, jit
from normball.kernels.links import _link_vector

TILE = 64  # rows whose entries stay in cache between the gather and the scatter


@inline_jit
def _base(rows, indptr, lo, hi):
    """The row of X that row 0 of an array with so many rows stands for."""
    if rows == hi - lo:
        return lo
    if rows == indptr.size - 1:
        return 0
    raise ValueError("an array by rows must have as many rows as X, or as are visited (hi - lo)")


@jit
def csr_judge(
    indptr, indices, data, lo, hi, w, b, offset, y, c, eta, r, h, grad, xh, diag, sums, have_eta=False, curved=True
):
    """Predictor, residual, curvature and the sums of logistic loss, with three products by Xᵀ, in one read of X.

    w (p,), b float; by rows, all of one length: offset, y in [0, 1], c >= 0, and what is written:
    eta = offset + b + x·w (read instead where have_eta), r = c (y - p), h = c p(1-p).
    Added to: grad (p,) Xᵀr; xh (p,) Xᵀh and diag (p,) Σ h x² (both only where curved); sums (5,) as in logistic_link.
    """
    base = _base(y.size, indptr, lo, hi)
    part = np.zeros((5, 1))
    for first in range(lo, hi, TILE):
        last = min(first + TILE, hi)
        if not have_eta:
            for i in range(first, last):
                z = offset[i - base] + b
                for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                    z += data[k] * w[np.uint64(indices[k])]
                eta[i - base] = z
        t = slice(first - base, last - base)
        _link_vector(eta[t], y[t], c[t], r[t], h[t], part)
        for i in range(first, last):
            ri = r[i - base]
            curve = h[i - base]
            if curved:
                for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                    j = np.uint64(indices[k])
                    x = np.float64(data[k])
                    slope = x * curve
                    grad[j] += x * ri
                    xh[j] += slope
                    diag[j] += x * slope
            else:
                for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                    grad[np.uint64(indices[k])] += data[k] * ri
    for s in range(5):
        sums[s] += part[s, 0]


@jit
def csr_hess(indptr, indices, data, lo, hi, h, v, vb, u, out):
    """A product with Xᵀ diag(h) X, fused by row: u_i = vb + x_i·v is written, out (p,) += x_i h_i u_i.

    By rows: h, u; v, out (p,); vb float, the intercept's share.  Returns Σ h_i u_i.
    """
    base = _base(h.size, indptr, lo, hi)
    total = 0.0
    for i in range(lo, hi):
        z = vb
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            z += data[k] * v[np.uint64(indices[k])]
        u[i - base] = z
        z *= h[i - base]
        total += z
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            out[np.uint64(indices[k])] += data[k] * z
    return total


@jit
def csr_times(indptr, indices, data, lo, hi, W, Z):
    """Z_i = x_i W for the rows lo…hi-1.  W (p, C); Z by rows, (·, C); both C order."""
    base = _base(Z.shape[0], indptr, lo, hi)
    single = W.shape[1] == 1
    for i in range(lo, hi):
        z = Z[i - base]
        if single:
            total = 0.0
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                total += data[k] * W[np.uint64(indices[k]), 0]
            z[0] = total
            continue
        z[:] = 0.0
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            x = data[k]
            row = W[np.uint64(indices[k])]
            for a in range(z.size):
                z[a] += x * row[a]


@jit
def csr_t_times(indptr, indices, data, lo, hi, R, G):
    """G += Xᵀ R over the rows lo…hi-1.  R by rows, (·, C); G (p, C); both C order."""
    base = _base(R.shape[0], indptr, lo, hi)
    single = R.shape[1] == 1
    for i in range(lo, hi):
        r = R[i - base]
        if single:
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                G[np.uint64(indices[k]), 0] += data[k] * r[0]
            continue
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            x = data[k]
            row = G[np.uint64(indices[k])]
            for a in range(r.size):
                row[a] += x * r[a]


@jit
def csr_square_sums(indptr, indices, data, lo, hi, h, out):
    """out (p,) += Σ h_i x_ij² over the rows lo…hi-1; h by rows."""
    base = _base(h.size, indptr, lo, hi)
    for i in range(lo, hi):
        hi_ = h[i - base]
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            out[np.uint64(indices[k])] += hi_ * data[k] * data[k]


@jit
def csr_columns_stats(indptr, indices, data, c, lo, hi, acc):
    """Column statistics over the stored entries of the rows lo…hi-1, weights c by rows.

    acc (5, p) is carried on: 0 Σ c x; 1 Σ c x²; 2 minimum; 3 maximum; 4 number of stored entries, 2 to 4 whatever the
    weight.  (Begin with 0, 0, +inf, -inf, 0.)  A NaN makes Σ NaN, also in a row of weight 0; ±inf shows in the range.
    """
    base = _base(c.size, indptr, lo, hi)
    for i in range(lo, hi):
        ci = c[i - base]
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            j = np.uint64(indices[k])
            x = np.float64(data[k])
            weighted = ci * x
            acc[0, j] += weighted
            acc[1, j] += weighted * x
            acc[2, j] = min(acc[2, j], x)
            acc[3, j] = max(acc[3, j], x)
            acc[4, j] += 1.0


@jit
def csr_dense_rows(indptr, indices, data, lo, hi, inv_scale, out):
    """out (hi - lo, p) = the rows lo…hi-1 written out, each column times inv_scale (p,); out float32 or float64."""
    out[:] = 0.0
    for i in range(lo, hi):
        row = out[i - lo]
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            j = np.uint64(indices[k])
            row[j] += data[k] * inv_scale[j]
