"""The logistic link for many columns at once, in float64 or float32, and blocks gathered and conditioned in one go.

`links.py` is the same link with every sum; here a column that is only steered by gets its residual and nothing else.
"""

from __future__ import annotations

from typing import Any

import numba.extending
import numpy as np
from llvmlite import ir
from numba import types

from normball.kernels.jit import inline_jit, jit
from normball.kernels.links import RATIO_CAP, logistic

intrinsic: Any = numba.extending.intrinsic
F = np.float32
CAP = F(RATIO_CAP)
LOWEST, ROUND = F(-87.0), F(12582912.0)  # e^LOWEST is still normal; 1.5·2²³ rounds to an integer
LOG2E, LN2_HI, LN2_LO = F(1.44269504), F(0.693359375), F(-2.12194440e-4)
E2, E3, E4, E5, E6, E7 = F(1 / 2), F(1 / 6), F(1 / 24), F(1 / 120), F(1 / 720), F(1 / 5040)
L3, L5, L7, L9, L11, L13 = F(1 / 3), F(1 / 5), F(1 / 7), F(1 / 9), F(1 / 11), F(1 / 13)
ONE, TWO, NIL = F(1.0), F(2.0), F(0.0)


@intrinsic
def _single_bits(typing, x):
    """The 32 bits of a float32, as an integer."""

    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), code


@intrinsic
def _bits_single(typing, bits):
    """The float32 that has these 32 bits."""

    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), code


@inline_jit
def exp_negative_single(x):
    """e^x for x <= 0 in float32, about 2 ulp; below -87 it stays there (links.py has the idea)."""
    x = x if x > LOWEST else LOWEST
    shifted = x * LOG2E + ROUND
    k = shifted - ROUND
    t = (x - k * LN2_HI) - k * LN2_LO
    s = ((((((E7 * t + E6) * t + E5) * t + E4) * t + E3) * t + E2) * t + ONE) * t + ONE
    bits = np.int32(np.int32(_single_bits(shifted)) << np.int32(23))
    return s * _bits_single(np.int32(bits + np.int32(0x3F800000)))


@inline_jit
def logistic_single(y, eta):
    """Residual, slope, ratio and loss of one row in float32; links.py `logistic` is the definition."""
    size = abs(eta)
    e = exp_negative_single(-size)
    q = ONE / (ONE + e)
    small = e * q
    up = eta >= NIL
    residual = (y - ONE) + small if up else y - small
    s = e / (TWO + e)
    t = s * s
    tail = TWO * s * ((((((L13 * t + L11) * t + L9) * t + L7) * t + L5) * t + L3) * t + ONE)
    loss = (ONE - y if up else y) * size + tail
    slope = small * q
    return residual, slope, residual * residual / slope, loss


@jit
def residuals(eta, b, offset, y, weight, share):
    """eta (m, C) + b + offset becomes r = weight·share·(y - p) in place.  b, share (C,); offset, y, weight (m,)."""
    for i in range(eta.shape[0]):
        yi, ci, oi, row = y[i], weight[i], offset[i], eta[i]
        for k in range(row.size):
            residual, _, _, _ = logistic(yi, row[k] + b[k] + oi)
            row[k] = ci * share[k] * residual


@jit
def residuals_single(eta, b, offset, y, weight, share):
    """The same in float32; all arrays are."""
    for i in range(eta.shape[0]):
        yi, ci, oi, row = y[i], weight[i], offset[i], eta[i]
        for k in range(row.size):
            residual, _, _, _ = logistic_single(yi, row[k] + b[k] + oi)
            row[k] = ci * share[k] * residual


@jit
def everything(eta, b, offset, y, weight, share, h, sums, losses):
    """The same, with curvatures h (m, C) = weight·share·p(1-p), and sums (5, C) of links.py, added to.

    losses (C,) += Σ weight·loss whatever the share is: what held-out rows are judged by.
    """
    for i in range(eta.shape[0]):
        yi, ci, oi, row, curve = y[i], weight[i], offset[i], eta[i], h[i]
        for k in range(row.size):
            residual, slope, ratio, loss = logistic(yi, row[k] + b[k] + oi)
            c = ci * share[k]
            inside = c if ratio <= RATIO_CAP else 0.0
            row[k] = c * residual
            curve[k] = c * slope
            losses[k] += ci * loss
            sums[0, k] += c * loss
            sums[1, k] += inside * ratio
            sums[2, k] += (c - inside) * loss
            sums[3, k] += c * residual
            sums[4, k] += c * slope


@jit
def everything_single(eta, b, offset, y, weight, share, h, sums, losses):
    """The same in float32; all arrays are."""
    for i in range(eta.shape[0]):
        yi, ci, oi, row, curve = y[i], weight[i], offset[i], eta[i], h[i]
        for k in range(row.size):
            residual, slope, ratio, loss = logistic_single(yi, row[k] + b[k] + oi)
            c = ci * share[k]
            inside = c if ratio <= CAP else NIL
            row[k] = c * residual
            curve[k] = c * slope
            losses[k] += ci * loss
            sums[0, k] += c * loss
            sums[1, k] += inside * ratio
            sums[2, k] += (c - inside) * loss
            sums[3, k] += c * residual
            sums[4, k] += c * slope


@jit
def condition_rows(X, rows, mean, inverse, out):
    """out = (X[rows] - mean)·inverse, computed in float64, then rounded to the type of out; X in rows (C order)."""
    for i in range(rows.size):
        source, target = X[rows[i]], out[i]
        for j in range(mean.size):
            target[j] = (source[j] - mean[j]) * inverse[j]
