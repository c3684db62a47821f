"""Products and sums over the rows of a CSR matrix, each in one read of X.

indptr (n+1,) and indices (nnz,) may be int32, int64 or unsigned; data float32 or float64.  They are trusted:
inputs/sparse.py has checked them (an index outside 0…p-1 would read foreign memory).  Indices are cast to unsigned in
the loops, which drops numba's handling of negative ones and halves the time.  Rows lo…hi-1 are visited, in order, so
that fixed row ranges give the same bits for any number of threads.  An array by rows may hold all n rows or just the
hi - lo visited.
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import inline_jit, jit


@inline_jit
def _base(rows, indptr, lo, hi):
    """The row of X that row 0 of an array with so many rows stands for."""
    if rows == hi - lo:
        return lo
    if rows == indptr.size - 1:
        return 0
    raise ValueError("an array by rows must have as many rows as X, or as are visited (hi - lo)")


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
    C = R.shape[1]
    for i in range(lo, hi):
        r = R[i - base]
        if C == 1:
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                G[np.uint64(indices[k]), 0] += data[k] * r[0]
        elif C == 2:  # residuals and curvatures of one column: the judging pass of a single fit
            first, second = r[0], r[1]
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                j = np.uint64(indices[k])
                G[j, 0] += data[k] * first
                G[j, 1] += data[k] * second
        else:
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                x = data[k]
                row = G[np.uint64(indices[k])]
                for a in range(C):
                    row[a] += x * r[a]


@jit
def csr_head_gram(indptr, indices, data, lo, hi, h, out):
    """out (k, k) += Σ h_i x_i x_iᵀ over the first k columns, rows lo…hi-1; h by rows."""
    base = _base(h.size, indptr, lo, hi)
    k = out.shape[0]
    column, value = np.empty(k, np.int64), np.empty(k)
    for i in range(lo, hi):
        found = 0
        for e in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            j = np.int64(indices[e])
            if j < k:
                column[found] = j
                value[found] = data[e]
                found += 1
        for a in range(found):
            weighted = h[i - base] * value[a]
            for b in range(a + 1):
                product = weighted * value[b]
                out[column[a], column[b]] += product
                if b < a:
                    out[column[b], column[a]] += product


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

    acc (p, 5) is carried on: 0 Σ c x; 1 Σ c x²; 2 minimum; 3 maximum; 4 number of stored entries, 2 to 4 whatever the
    weight: side by side, so that an entry touches one cache line.  (Begin with 0, 0, +inf, -inf, 0.)  A NaN makes Σ
    NaN, also in a row of weight 0; ±inf shows in the range.
    """
    base = _base(c.size, indptr, lo, hi)
    for i in range(lo, hi):
        ci = c[i - base]
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            column = acc[np.uint64(indices[k])]
            x = np.float64(data[k])
            weighted = ci * x
            column[0] += weighted
            column[1] += weighted * x
            column[2] = min(column[2], x)
            column[3] = max(column[3], x)
            column[4] += 1.0


@jit
def csr_renumber(indices, data, place, inverse, new_indices, new_data):
    """new_indices = place[indices], new_data = data·inverse[indices]: columns renumbered and scaled, in one pass."""
    for k in range(indices.size):
        j = np.uint64(indices[k])
        new_indices[k] = place[j]
        new_data[k] = data[k] * inverse[j]
