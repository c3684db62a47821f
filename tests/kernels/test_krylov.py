"""The fused vector work of conjugate gradients is the same arithmetic as numpy's, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from normball.kernels.krylov import cg_advance, cg_curve, cg_turn


def test_curve(rng):
    l2, v, Hv = rng.random((3, 101))
    expected = Hv + l2 * v
    total = cg_curve(l2, v, Hv)
    np.testing.assert_allclose(Hv, expected, rtol=1e-15)
    np.testing.assert_allclose(total, v @ expected, rtol=1e-13)


@pytest.mark.parametrize("head", [0, 40, 101])
def test_advance(head, rng):
    """The head of z is left to the caller, and so is its share of r·z."""
    v, Hv, inverse, d, r, z = rng.normal(size=(6, 101))
    d_next, r_next, z_next = d + 0.3 * v, r - 0.3 * Hv, z.copy()
    total = cg_advance(0.3, v, Hv, inverse, d, r, z, head)
    z_next[head:] = inverse[head:] * r_next[head:]
    np.testing.assert_allclose(d, d_next, atol=1e-15)
    np.testing.assert_allclose(r, r_next, atol=1e-15)
    np.testing.assert_allclose(z, z_next, atol=1e-14)
    np.testing.assert_allclose(total, r_next[head:] @ z_next[head:], atol=1e-13)


def test_turn(rng):
    z, v = rng.normal(size=(2, 101))
    expected = z + 0.7 * v
    cg_turn(0.7, z, v)
    np.testing.assert_allclose(v, expected, atol=1e-15)


@pytest.mark.parametrize("head", [0, 5])
def test_steps_solve_a_system(head, rng):
    """The three together are conjugate gradients, (A + l2) d = g, with a dense block as preconditioner of the head."""
    A, l2, g = rng.normal(size=(30, 12)), rng.random(12), rng.normal(size=12)
    A = A.T @ A
    block, inverse = np.linalg.inv((A + np.diag(l2))[:head, :head]), 1.0 / (np.diag(A) + l2)
    d, r, z = np.zeros(12), g.copy(), inverse * g
    z[:head] = block @ g[:head]
    v, rho = z.copy(), g @ z
    for _ in range(30):
        if rho < 1e-28:
            break
        Hv = A @ v
        step, before = rho / cg_curve(l2, v, Hv), rho
        rho = cg_advance(step, v, Hv, inverse, d, r, z, head)
        z[:head] = block @ r[:head]
        rho += r[:head] @ z[:head]
        cg_turn(rho / before, z, v)
    np.testing.assert_allclose(d, np.linalg.solve(A + np.diag(l2), g), rtol=1e-9, atol=1e-12)
