"""Vector work of conjugate gradients, fused: on sparse data p-long vectors cost as much as X does."""

from __future__ import annotations

from normball.kernels.jit import jit


@jit
def cg_curve(l2, v, Hv):
    """Hv += l2∘v in place; returns v·Hv.  All (p,)."""
    total = 0.0
    for j in range(v.size):
        Hv[j] += l2[j] * v[j]
        total += v[j] * Hv[j]
    return total


@jit
def cg_advance(step, v, Hv, inverse, d, r, z, head):
    """d += step·v, r -= step·Hv, and past the first `head` entries z = inverse∘r, all in place; returns r·z over those.

    All (p,); the head's z is the caller's (a dense block of the preconditioner).
    """
    total = 0.0
    for j in range(head):
        d[j] += step * v[j]
        r[j] -= step * Hv[j]
    for j in range(head, v.size):
        d[j] += step * v[j]
        r[j] -= step * Hv[j]
        z[j] = inverse[j] * r[j]
        total += r[j] * z[j]
    return total


@jit
def cg_turn(ratio, z, v):
    """v = z + ratio·v in place."""
    for j in range(v.size):
        v[j] = z[j] + ratio * v[j]
