"""The model of one column: a mixture of Grams with secant pairs, its quadratic step, and its duality gap."""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import jit
from normball.kernels.quadratic import solve_quadratic

CURVED = 1e-3  # a pair of less curvature than this share of the model's is left out


@jit
def mix_curvature(coef, F, S, Y, pairs, out):
    """out = Σ_k coef_k F_k, then BFGS updates oldest first:  F - F s sᵀF/(sᵀF s) + y yᵀ/(sᵀy).

    coef (K,), F (K, P, P), S, Y (at least pairs, P), out (P, P) C order.
    """
    K, P = F.shape[0], F.shape[1]
    Fs = np.empty(P)
    for i in range(P):
        row = out[i]
        first = F[0, i]
        for j in range(P):
            row[j] = coef[0] * first[j]
        for k in range(1, K):
            ck = coef[k]
            if ck != 0.0:
                other = F[k, i]
                for j in range(P):
                    row[j] += ck * other[j]
    for q in range(pairs):
        s, y = S[q], Y[q]
        curve = along = 0.0
        for i in range(P):
            row = out[i]
            value = 0.0
            for j in range(P):
                value += row[j] * s[j]
            Fs[i] = value
            curve += value * s[i]
            along += y[i] * s[i]
        if along > CURVED * curve and curve > 0.0:
            for i in range(P):
                row = out[i]
                a, b = Fs[i] / curve, y[i] / along
                for j in range(P):
                    row[j] += b * y[j] - a * Fs[j]


@jit
def column_step(coef, F, S, Y, pairs, grad, slope, l1, l2, lower, upper, w, tol, epochs, v):
    """v (p,) becomes the minimiser of the model from w, where the gradient is (slope, grad); returns (db, fell, kkt).

    fell: by how much the model's objective without the penalty goes down.  F's first row and column are the
    intercept's, zero without one.
    """
    p = w.size
    A = np.empty((p + 1, p + 1))
    mix_curvature(coef, F, S, Y, pairs, A)
    h0 = A[0, 0]
    g = grad.copy()
    H = np.empty((p, p))
    shift = slope / h0 if h0 > 0.0 else 0.0
    hb = A[0, 1:].copy()
    for i in range(p):
        part = hb[i] / h0 if h0 > 0.0 else 0.0
        source, row = A[i + 1], H[i]
        for j in range(p):
            row[j] = source[j + 1] - part * hb[j]
        g[i] -= hb[i] * shift
    _, _, kkt = solve_quadratic(H, g, l1, l2, lower, upper, w, v, tol, epochs)
    db, fell = shift, 0.0
    for j in range(p):
        move = v[j] - w[j]
        if h0 > 0.0:
            db -= hb[j] * move / h0
        fell += g[j] * move
    return db, fell, kkt


@jit
def column_gap(z, w, l1, l2, lower, upper, held, spread, shift, tail, leak):
    """The duality gap of one column from its corrected gradient z; certificates/gap.py is the definition.

    held (p,) bool: columns that count (not free).
    """
    p = z.size
    gap, omega = np.empty(1), np.empty(1)
    one = np.zeros(1, np.int64)
    unit = np.ones(1)
    sums = np.array([[spread], [shift], [tail], [leak]])
    column_gaps(
        z.reshape(p, 1), w.reshape(p, 1), unit, one, l1.reshape(1, p), l2.reshape(1, p), lower.reshape(1, p),
        upper.reshape(1, p), held, sums, gap, omega,
    )  # fmt: skip
    return gap[0]


@jit
def column_gaps(Z, W, lam, place, U1, U2, lower, upper, held, sums, gaps, omega):
    """The same for C columns: their gaps, and Ω(w).  l1 = lam_k·U1[place_k], l2 likewise (S, p).

    Z, W (p, C); held (p,) bool; sums (4, C): spread, shift, tail, leak; gaps, omega (C,) written.
    """
    p, C = Z.shape
    least, most = np.full(C, np.inf), np.full(C, np.inf)  # scales that keep columns without an L2 part feasible; all
    first, second = np.zeros(C), np.zeros(C)
    omega[:] = 0.0
    for j in range(p):
        for k in range(C):
            s = place[k]
            l1, z, w = lam[k] * U1[s, j], Z[j, k], W[j, k]
            if w != 0.0:
                omega[k] += l1 * abs(w) + 0.5 * lam[k] * U2[s, j] * w * w
            if l1 > 0.0 and l1 < abs(z) * most[k]:
                side = upper[s, j] if z > 0.0 else lower[s, j]
                if abs(side) == np.inf:
                    most[k] = l1 / abs(z)
            if l1 > 0.0 and U2[s, j] == 0.0 and l1 < abs(z) * least[k]:
                side = upper[s, j] if z > 0.0 else lower[s, j]
                if abs(side) == np.inf:
                    least[k] = l1 / abs(z)
    for k in range(C):
        least[k] = least[k] * (1.0 - 2.3e-16) if least[k] < 1.0 else 1.0
        most[k] = most[k] * (1.0 - 2.3e-16) if most[k] < 1.0 else 1.0
    for j in range(p):
        if held[j]:
            for k in range(C):
                s = place[k]
                l1, l2, z, w = lam[k] * U1[s, j], lam[k] * U2[s, j], Z[j, k], W[j, k]
                if w == 0.0 and least[k] * abs(z) <= l1 and lower[s, j] <= 0.0 <= upper[s, j]:
                    continue
                first[k] += _fenchel_young(w, least[k] * z, l1, l2, lower[s, j], upper[s, j])
                if most[k] < least[k]:
                    second[k] += _fenchel_young(w, most[k] * z, l1, l2, lower[s, j], upper[s, j])
    for k in range(C):
        root = (1.0 - least[k]) * np.sqrt(sums[0, k]) + sums[1, k]
        gaps[k] = root * root + (1.0 - least[k]) * sums[2, k] + first[k] + sums[3, k]
        if most[k] < least[k]:
            root = (1.0 - most[k]) * np.sqrt(sums[0, k]) + sums[1, k]
            gaps[k] = min(gaps[k], root * root + (1.0 - most[k]) * sums[2, k] + second[k] + sums[3, k])


@jit
def _fenchel_young(w, z, l1, l2, lower, upper):
    """Ω(w) + Ω*(z) - z w >= 0 of one coordinate (penalties/elastic.py)."""
    above = max(abs(z) - l1, 0.0)
    if z < 0.0:
        above = -above
    if above == 0.0:
        best = 0.0
    elif l2 > 0.0:
        best = above / l2
    else:
        best = np.inf if above > 0.0 else -np.inf
    best = min(max(best, lower), upper)
    if abs(best) < np.inf and (best == lower or best == upper):
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
