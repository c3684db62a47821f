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
    p = w.size
    least = most = np.inf  # the largest scale that keeps the columns without an L2 part feasible; all columns
    for j in range(p):
        if l1[j] > 0.0 and z[j] != 0.0:
            side = upper[j] if z[j] > 0.0 else lower[j]
            if abs(side) == np.inf:
                ratio = l1[j] / abs(z[j])
                most = min(most, ratio)
                if l2[j] == 0.0:
                    least = min(least, ratio)
    best = np.inf
    for trial in range(2):
        scale = least if trial == 0 else most
        scale = scale * (1.0 - 2.3e-16) if scale < 1.0 else 1.0
        if trial == 1 and most >= least:
            break
        cost = 0.0
        for j in range(p):
            if held[j]:
                cost += _fenchel_young(w[j], scale * z[j], l1[j], l2[j], lower[j], upper[j])
        root = (1.0 - scale) * np.sqrt(spread) + shift
        best = min(best, root * root + (1.0 - scale) * tail + cost + leak)
    return best


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
