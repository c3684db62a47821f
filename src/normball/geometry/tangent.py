"""How the penalised solution moves with λ: dw/dλ and dΩ/dλ from the system of the active set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..certificates import Column, Family
from ..certificates.newton import exact_sums
from ..lockstep.curvature import solve_psd

LARGEST, WORK = 2000, 2e9
"""Columns on the support, and n·k², up to which the Hessian is formed; beyond them the root is found by secants."""


class Tangent(NamedTuple):
    coef: np.ndarray  # (p,) dw/dλ, conditioned
    intercept: float
    slope: float  # dΩ/dλ <= 0


def tangent(family: Family, column: Column, coef: np.ndarray, intercept: float) -> Tangent | None:
    """At the solution of one λ > 0, signs and support held: H dθ/dλ = -Ω'(θ), dΩ/dλ = Ω'ᵀ dθ/dλ.  One read.

    Source: the implicit function theorem on the active set (Park & Hastie 2007, JRSS-B 69).
    None where the support is too large.  Law: tests/geometry/test_tangent.py, against differences.
    """
    one = column.at(1.0)
    support = np.flatnonzero((coef != 0.0) | (column.l1 == 0.0))
    if len(support) > LARGEST or family.design.n * len(support) ** 2 > WORK:
        return None
    gram = exact_sums(family, column, coef, intercept, support)[0]
    take = slice(None) if family.design.intercept else slice(1, None)
    pull = np.concatenate([[0.0], one.l1[support] * np.sign(coef[support]) + one.l2[support] * coef[support]])
    H = gram + np.diag(np.concatenate([[0.0], column.l2[support]]))
    if not np.isfinite(H).all():
        return None
    move = np.zeros(1 + len(support))
    move[take] = -solve_psd(H[take, take], pull[take])
    along = np.zeros(len(coef))
    along[support] = move[1:]
    slope = float(pull @ move)
    return Tangent(along, float(move[0]), slope) if slope < 0.0 else None
