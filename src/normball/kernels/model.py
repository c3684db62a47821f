"""The model of one column: a mixture of Grams with secant pairs, its quadratic step, and its duality gap."""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import inline_jit, jit
from normball.kernels.quadratic import solve_quadratic

CURVED = 1e-3  # a pair of less curvature than this share of the model's is left out
BELOW = 1.0 - 1e-15  # a scale is made a little less, so that rounding cannot lift scale·|z| above l1


@jit
def mix_curvature(coef, F, S, Y, pairs, out):
    """B = Σ_k coef_k F_k, then BFGS updates, oldest pair first; the intercept is eliminated; returns h0, hb.

    coef (K,) >= 0; F (K, P, P) symmetric, C order, row and column 0 the intercept's (zero without one); S, Y (at least
    `pairs`, P).  A pair changes B by  y yᵀ/(sᵀy) - B s sᵀB/(sᵀB s),  if sᵀy > CURVED·sᵀB s > 0.
    Written: out (P-1, P-1) = B[1:, 1:] - hb hbᵀ/h0, with h0 = B[0, 0] and hb = B[1:, 0]; without the last term if h0 is
    not > 0.  B is read once: the products with every s are taken while it is mixed, corrected for the pairs before
    (numbers of length P), and everything of low rank is added in one pass.
    """
    K, P = F.shape[0], F.shape[1]
    head = np.empty(P)
    U = np.zeros((pairs, P))  # B s of every pair
    for i in range(P):
        row = out[i - 1] if i > 0 else head[1:]
        entry = 0.0
        row[:] = 0.0
        for k in range(K):
            ck = coef[k]
            if ck != 0.0:
                entry += ck * F[k, i, 0]
                _add(row, ck, F[k, i, 1:])
        if i == 0:
            head[0] = entry
        for q in range(pairs):
            U[q, i] = entry * S[q, 0] + _dot(row, S[q, 1:])
    used = 0
    V, A = np.empty((2 * pairs + 1, P)), np.empty((2 * pairs + 1, P))  # B gains Σ A_t V_tᵀ
    for q in range(pairs):
        s, y, u = S[q], Y[q], U[q]
        for t in range(used):
            _add(u, _dot(V[t], s), A[t])
        curve, along = _dot(u, s), _dot(y, s)
        if along > CURVED * curve and curve > 0.0:
            V[used], V[used + 1] = y, u
            A[used], A[used + 1] = y / along, u / -curve
            used += 2
    for t in range(used):
        _add(head, A[t, 0], V[t])
    h0, hb = head[0], head[1:]
    if h0 > 0.0:
        V[used], A[used] = head, head / -h0
        used += 1
    for i in range(P - 1):
        row = out[i]
        t = 0
        while t + 1 < used:
            _add_two(row, A[t, i + 1], V[t, 1:], A[t + 1, i + 1], V[t + 1, 1:])
            t += 2
        if t < used:
            _add(row, A[t, i + 1], V[t, 1:])
    return h0, hb


@jit
def _dot(x, y):
    total = 0.0
    for j in range(x.size):
        total += x[j] * y[j]
    return total


@jit
def _add(row, a, x):
    for j in range(row.size):
        row[j] += a * x[j]


@jit
def _add_two(row, a, x, b, y):
    for j in range(row.size):
        row[j] += a * x[j] + b * y[j]


@jit
def column_step(coef, F, S, Y, pairs, grad, slope, l1, l2, lower, upper, w, tol, epochs, v):
    """The step of one column: v (p,), the start, becomes the minimiser of  ½ dᵀB d - (slope, grad)ᵀd + Ω(w + d).

    B from coef, F, S, Y, pairs as in `mix_curvature`, p = P - 1.  w (p,): the point at which minus the gradient of the
    loss is (slope, grad); l1, l2, lower, upper (p,), tol, epochs as in quadratic.py.
    Returns (db, decrease, kkt): the intercept's move, by how much the model's objective is below that of no move, and
    the largest violation left.
    """
    p = w.size
    H = np.empty((p, p))
    h0, hb = mix_curvature(coef, F, S, Y, pairs, H)
    g = grad.copy()
    db = slope / h0 if h0 > 0.0 else 0.0
    if h0 > 0.0:
        _add(g, -db, hb)
    decrease = 0.5 * slope * db
    _, _, kkt = solve_quadratic(H, g, l1, l2, lower, upper, w, v, tol, epochs)
    move = v - w
    if h0 > 0.0:
        db -= _dot(hb, move) / h0
    for j in range(p):
        if move[j] != 0.0:
            smooth = g[j] - 0.5 * _dot(H[j], move) - 0.5 * l2[j] * (v[j] + w[j])
            decrease += move[j] * smooth - l1[j] * (abs(v[j]) - abs(w[j]))
    return db, decrease, kkt


@jit
def column_gap(z, w, l1, l2, lower, upper, held, spread, shift, tail, leak):
    """The duality gap of one column; certificates/gap.py `duality_gap` is the definition and has the source.

    z, w, l1, l2, lower, upper (p,): z is the gradient corrected for the free columns; held (p,) bool: columns that
    count (not free); leak >= 0 is added.  Infinite where no bound is known, also if a number is NaN.
    """
    least = most = np.inf  # the largest scale that is feasible for columns without an L2 part; for all columns
    for j in range(z.size):
        most = _tighten(most, z[j], l1[j], lower[j], upper[j])
        if l2[j] == 0.0:
            least = _tighten(least, z[j], l1[j], lower[j], upper[j])
    least = least * BELOW if least < 1.0 else 1.0
    most = most * BELOW if most < 1.0 else 1.0
    first = second = 0.0
    for j in range(z.size):
        at_rest = w[j] == 0.0 and least * abs(z[j]) <= l1[j]  # costs nothing, whatever the box
        if held[j] and not at_rest:
            first += _fenchel_young(w[j], least * z[j], l1[j], l2[j], lower[j], upper[j])
            if most < least:
                second += _fenchel_young(w[j], most * z[j], l1[j], l2[j], lower[j], upper[j])
    gap = _total(least, spread, shift, tail, first, leak)
    if most < least:
        other = _total(most, spread, shift, tail, second, leak)
        gap = other if not gap <= other else gap
    return gap if gap >= 0.0 else np.inf


@jit
def column_gaps(Z, W, lam, place, U1, U2, lower, upper, held, sums, gaps, omega):
    """The same for C columns, and their Ω(w).  l1 of column k is lam_k·U1[place_k], l2 likewise, the box place_k's.

    Z, W (p, C); lam, place (C,); U1, U2, lower, upper (S, p); held (p,) bool; sums (4, C): spread, shift, tail, leak.
    Written: gaps, omega (C,).  Neighbours of one place are one run of vector code: unsigned indices, since a signed one
    might count from the end.
    """
    p, C = Z.shape
    least, most = np.zeros(C), np.zeros(C)  # largest |z|/u1: over columns without an L2 part; over the others
    first, second = np.zeros(C), np.zeros(C)
    omega[:] = 0.0
    end = 0
    while end < C:
        lo, s = np.uint64(end), place[end]
        while end < C and place[end] == s:
            end += 1
        hi = np.uint64(end)
        for j in range(p):
            u1, u2, up, down = U1[s, j], U2[s, j], upper[s, j] == np.inf, lower[s, j] == -np.inf
            for k in range(lo, hi):
                omega[k] += lam[k] * (u1 * abs(W[j, k]) + 0.5 * u2 * W[j, k] * W[j, k])
            if u1 > 0.0 and (up or down):
                inverse = 1.0 / u1
                above, below = inverse if up else 0.0, inverse if down else 0.0
                largest = least if u2 == 0.0 else most
                for k in range(lo, hi):
                    z = Z[j, k]
                    ratio = max(z * above, -z * below)
                    largest[k] = ratio if ratio > largest[k] else largest[k]
        for k in range(lo, hi):
            top = max(most[k], least[k])
            near = lam[k] * BELOW  # |z|/u1 is rounded: one that equals λ may belong to a z an ulp above l1
            least[k] = lam[k] / least[k] * BELOW if least[k] > near > 0.0 else 1.0
            most[k] = lam[k] / top * BELOW if top > near > 0.0 else 1.0
        for j in range(p):
            u1, u2, low, high = U1[s, j], U2[s, j], lower[s, j], upper[s, j]
            busy = 0
            for k in range(lo, hi):
                busy += (W[j, k] != 0.0) | (not least[k] * abs(Z[j, k]) <= lam[k] * u1)
            if not held[j] or busy == 0:
                continue
            for k in range(lo, hi):
                l1, z, w = lam[k] * u1, Z[j, k], W[j, k]
                if w == 0.0 and least[k] * abs(z) <= l1:
                    continue
                first[k] += _fenchel_young(w, least[k] * z, l1, lam[k] * u2, low, high)
                if most[k] < least[k]:
                    second[k] += _fenchel_young(w, most[k] * z, l1, lam[k] * u2, low, high)
    for k in range(C):
        gap = _total(least[k], sums[0, k], sums[1, k], sums[2, k], first[k], sums[3, k])
        if most[k] < least[k]:
            other = _total(most[k], sums[0, k], sums[1, k], sums[2, k], second[k], sums[3, k])
            gap = other if not gap <= other else gap
        gaps[k] = gap if gap >= 0.0 else np.inf


@inline_jit
def _tighten(scale, z, l1, lower, upper):
    """`scale`, or l1/|z| if that is less and nothing stops the side to which z pulls."""
    if l1 > 0.0 and l1 < abs(z) * scale and abs(upper if z > 0.0 else lower) == np.inf:
        return l1 / abs(z)
    return scale


@inline_jit
def _total(scale, spread, shift, tail, cost, leak):
    root = (1.0 - scale) * np.sqrt(spread) + shift
    return root * root + (1.0 - scale) * tail + cost + leak


@jit
def _fenchel_young(w, z, l1, l2, lower, upper):
    """Ω(w) + Ω*(z) - z w >= 0 of one coordinate (penalties/elastic.py); infinite or NaN for a z that is NaN."""
    above = max(abs(z) - l1, 0.0)
    if z < 0.0:
        above = -above
    if above == 0.0:
        best = 0.0
    else:
        best = above / l2 if l2 > 0.0 else above * np.inf  # a NaN stays one
    best = min(max(best, lower), upper)
    if abs(best) < np.inf and best in (lower, upper):
        move = w - best
        if move == 0.0:
            return 0.0
        return max(move * (0.5 * l2 * (w + best) - z) + l1 * (abs(w) - abs(best)), 0.0)
    if above == 0.0:
        pull = z if w > 0.0 else -z
        return abs(w) * max(l1 - pull, 0.0) + 0.5 * l2 * w * w if w != 0.0 else 0.0
    if l2 == 0.0:
        return np.inf
    miss = above - l2 * w
    return miss * miss / (2.0 * l2) + l1 * (abs(w) - (w if above > 0.0 else -w))
