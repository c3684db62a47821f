"""The fused vector work of conjugate gradients is the same arithmetic as numpy's, step by step."""

from __future__ import annotations

import numpy as np

from normball.kernels.krylov import cg_advance, cg_curve, cg_turn


def test_curve(rng):
    l2, v, Hv = rng.random((3, 101))
    expected = Hv + l2 * v
    total = cg_curve(l2, v, Hv)
    np.testing.assert_allclose(Hv, expected, rtol=1e-15)
    np.testing.assert_allclose(total, v @ expected, rtol=1e-13)


def test_advance(rng):
    v, Hv, inverse, d, r, z = rng.normal(size=(6, 101))
    d_next, r_next = d + 0.3 * v, r - 0.3 * Hv
    total = cg_advance(0.3, v, Hv, inverse, d, r, z)
    np.testing.assert_allclose(d, d_next, atol=1e-15)
    np.testing.assert_allclose(r, r_next, atol=1e-15)
    np.testing.assert_allclose(z, inverse * r, rtol=1e-15)
    np.testing.assert_allclose(total, r @ z, atol=1e-13)


def test_turn(rng):
    z, v = rng.normal(size=(2, 101))
    expected = z + 0.7 * v
    cg_turn(0.7, z, v)
    np.testing.assert_allclose(v, expected, atol=1e-15)


def test_steps_solve_a_system(rng):
    """The three together are conjugate gradients: (A + l2) d = g."""
    A, l2, g = rng.normal(size=(30, 12)), rng.random(12), rng.normal(size=12)
    A = A.T @ A
    inverse = 1.0 / (np.diag(A) + l2)
    d, r, z = np.zeros(12), g.copy(), inverse * g
    v, rho = z.copy(), g @ z
    for _ in range(30):
        if rho < 1e-28:
            break
        Hv = A @ v
        step = rho / cg_curve(l2, v, Hv)
        rho, before = cg_advance(step, v, Hv, inverse, d, r, z), rho
        cg_turn(rho / before, z, v)
    np.testing.assert_allclose(d, np.linalg.solve(A + np.diag(l2), g), rtol=1e-9, atol=1e-12)
