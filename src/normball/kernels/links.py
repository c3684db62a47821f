"""The logistic link: one pass over η gives residuals, curvatures and the sums that steps and proofs need.

`_link_vector` is shared with rounds.py; jit.py says how a stale cache of that file is avoided.  Why own polynomials:
numba's exp and log1p are library calls, which keep a loop scalar.
"""

from __future__ import annotations

from typing import Any

import numba.extending
from llvmlite import ir
from numba import types

from normball.kernels.jit import inline_jit, jit

intrinsic: Any = numba.extending.intrinsic

RATIO_CAP = 1e10  # rows with (y - p)² / (p(1 - p)) above it are counted by their loss instead


@intrinsic
def _float_bits(typing, x):
    """The 64 bits of a float64, as an integer."""

    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic
def _bits_float(typing, bits):
    """The float64 that has these 64 bits."""

    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), code


@inline_jit
def exp_negative(x):
    """e^x for x <= 0, about 1 ulp; below -708 it stays at e^-708 = 3e-308, so it is never 0 and never subnormal.

    x = k ln 2 + t, |t| <= ln 2 / 2.  Adding 1.5·2⁵² rounds to the integer k and leaves k in the low bits; ln 2 is
    subtracted in two parts (Cody and Waite); e^t by its Taylor polynomial of degree 13 (next term 4e-18).
    """
    x = x if x > -708.0 else -708.0
    shifted = x * 1.4426950408889634 + 6755399441055744.0
    k = shifted - 6755399441055744.0
    t = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10
    s = 2.5100472505694996e-08
    s = s * t + 2.7620201591031547e-07
    s = s * t + 2.7557268276905696e-06
    s = s * t + 2.4801521057868204e-05
    s = s * t + 1.9841269863171557e-04
    s = s * t + 1.3888888917367081e-03
    s = s * t + 0.008333333333330039
    s = s * t + 0.041666666666623824
    s = s * t + 0.16666666666666669
    s = s * t + 0.5000000000000001
    s = s * t + 1.0
    s = s * t + 1.0
    return s * _bits_float((_float_bits(shifted) << 52) + 0x3FF0000000000000)


@inline_jit
def log1p_unit(e):
    """log(1 + e) for 0 <= e <= 1, about 2 ulp: 2 atanh(s) with s = e/(2+e) <= 1/3, its series in s² (rest < 2e-16)."""
    s = e / (2.0 + e)
    t = s * s
    a = 0.08082022805971766
    a = a * t + 0.04400369243072337
    a = a * t + 0.06000536404795356
    a = a * t + 0.06657072104827468
    a = a * t + 0.07692785032479312
    a = a * t + 0.09090894718066429
    a = a * t + 0.11111111358713932
    a = a * t + 0.1428571428355438
    a = a * t + 0.20000000000007292
    a = a * t + 0.3333333333333333
    return 2.0 * s + 2.0 * s * t * a


@inline_jit
def logistic(y, eta):
    """Residual y - p, slope p(1-p), ratio (y-p)²/(p(1-p)) and loss log(1+e^η) - yη of one row.

    With e = e^-|η| and q = 1/(1+e) nothing cancels: where η >= 0, 1 - p = e q, so y - p = (y - 1) + e q and the loss
    is (1 - y)|η| + log(1 + e); where η < 0, p = e q and the loss is y|η| + log(1 + e).
    """
    size = abs(eta)
    e = exp_negative(-size)
    q = 1.0 / (1.0 + e)
    small = e * q  # the smaller one of p and 1 - p
    up = eta >= 0.0
    residual = (y - 1.0) + small if up else y - small
    loss = (1.0 - y if up else y) * size + log1p_unit(e)
    slope = small * q
    return residual, slope, residual * residual / slope, loss


@jit
def logistic_link(eta, y, c, r, h, sums):
    """Residuals, curvatures and sums of the logistic loss for C columns of linear predictors.

    eta (m, C) float64, any finite value; y (m,) in [0, 1]; c (m,) weights >= 0.  All two-dimensional arrays in C order.
    Written: r (m, C) = c (y - p), h (m, C) = c p(1-p).
    Added to sums (5, C): 0 the loss Σ c ℓ; 1 the spread Σ c (y-p)²/(p(1-p)) over the rows whose ratio is at most
    RATIO_CAP; 2 the loss of the other rows; 3 Σ c (y-p); 4 Σ c p(1-p).  A row of weight 0 adds exactly 0.
    """
    if eta.shape[1] == 1:
        _link_vector(eta.reshape(y.size), y, c, r.reshape(y.size), h.reshape(y.size), sums)
    else:
        _link_block(eta, y, c, r, h, sums)


@jit
def _link_vector(eta, y, c, r, h, sums):
    """One column: the loop runs over rows, the sums stay in registers."""
    loss = spread = tail = total = mass = 0.0
    for i in range(y.size):
        residual, slope, ratio, row_loss = logistic(y[i], eta[i])
        ci = c[i]
        inside = ci if ratio <= RATIO_CAP else 0.0
        r[i] = ci * residual
        h[i] = ci * slope
        loss += ci * row_loss
        spread += inside * ratio
        tail += (ci - inside) * row_loss
        total += ci * residual
        mass += ci * slope
    sums[0, 0] += loss
    sums[1, 0] += spread
    sums[2, 0] += tail
    sums[3, 0] += total
    sums[4, 0] += mass


@jit
def _link_block(eta, y, c, r, h, sums):
    """Many columns: the loop runs over the columns of a row."""
    for i in range(y.size):
        yi = y[i]
        ci = c[i]
        for k in range(eta.shape[1]):
            residual, slope, ratio, row_loss = logistic(yi, eta[i, k])
            inside = ci if ratio <= RATIO_CAP else 0.0
            r[i, k] = ci * residual
            h[i, k] = ci * slope
            sums[0, k] += ci * row_loss
            sums[1, k] += inside * ratio
            sums[2, k] += (ci - inside) * row_loss
            sums[3, k] += ci * residual
            sums[4, k] += ci * slope


@jit
def squared_vector(eta, y, c, r, h, sums):
    """The same of the squared loss ½(y - η)² for one column: losses/squared.py says what its spread is."""
    loss = total = mass = 0.0
    for i in range(y.size):
        residual = y[i] - eta[i]
        ci = c[i]
        r[i] = ci * residual
        h[i] = ci
        loss += 0.5 * ci * residual * residual
        total += ci * residual
        mass += ci
    sums[0, 0] += loss
    sums[1, 0] += loss
    sums[3, 0] += total
    sums[4, 0] += mass
