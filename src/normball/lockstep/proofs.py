"""What is proved once a column has its answer: the Newton certificate, the smallest norm, or that none exists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..certificates.newton import NewtonProof, newton_proof
from ..certificates.problem import Array, Column, Family
from ..runtime import Watch
from .best import Best, as_came
from .classes import class_separation

if TYPE_CHECKING:
    from ..certificates.separation import Separation

NEWTON_WORK = 3e7  # n·k² up to which every single fit also gets a Newton certificate, unasked


def prove(family: Family, best: Best, asked: bool, hurry: bool) -> None:
    """The Newton certificate at the answer: at λ = 0, with free columns, on request, and wherever it is cheap."""
    column, design = family.columns[0], family.design
    k = 1 + np.count_nonzero((best.coef != 0.0) | (column.l1 == 0.0))
    cheap = design.n * k * k <= NEWTON_WORK
    if best.proof is None and best.rounds and (cheap or (not hurry and (asked or family.open))):
        best.proof = newton_proof(family, column, best.coef, best.intercept)
    if best.proof is None:
        return
    best.ground.exists, best.gap = True, min(best.gap, best.proof.gap)
    if best.proof.null.shape[1]:
        _smallest_norm(family, best, best.proof)


def _smallest_norm(family: Family, best: Best, proof: NewtonProof) -> None:
    """Among all solutions that predict the same, the one of smallest norm on the columns as the user sees them.

    The proved errors move along: those of P w, P = 1 - N (DN)⁺D, are at most |P| times those of w.
    """
    null, tied = proof.null, np.flatnonzero(proof.null[1:].any(1))
    pull = np.linalg.pinv(family.metric[:, None] * null[1:]) * family.metric  # (k, p)
    coef, coef_error = best.coef, proof.coef_error.copy()
    move = -pull @ coef
    best.keep(coef + null[1:] @ move, best.intercept + float(null[0] @ move))
    coef_error[tied] = np.abs(np.eye(len(tied)) - null[1 + tied] @ pull[:, tied]) @ coef_error[tied]
    intercept_error = proof.intercept_error + float(np.abs(null[0] @ pull) @ proof.coef_error)
    best.proof = replace(proof, coef_error=coef_error, intercept_error=intercept_error)


def separation_of(family: Family, best: Best, watch: Watch, names) -> Separation | None:
    """Where no minimiser could be proved to exist: look for a direction along which the free columns separate."""
    from ..certificates.separation import ZERO, find_separation

    if family.loss.joint:
        return class_separation(family, best, watch, names)
    design = family.design
    rows = np.flatnonzero(family.share(family.columns[0].split) > 0)
    y = design.y[rows]
    A = design.unpenalised(rows, family.free)
    side, soft = np.where(y >= 0.5, 1.0, -1.0), (y > 0.0) & (y < 1.0)
    ran_off = best.coef[family.free] / design.survey.scale[family.free]
    shift = best.intercept - design.survey.mean[family.free] @ ran_off
    guess = np.concatenate([[shift][: int(design.intercept)], ran_off])  # where the loss was still falling
    ways = ways_inside(family.columns[0], family.free, int(design.intercept))
    if not len(ways):
        found = find_separation(A, side, exact=soft, guess=guess, time_limit=min(20.0, watch.left))
        return found and _on_columns(found, design, family.free, names)
    more = np.ones(len(ways))
    found = find_separation(
        below(A, ways), np.append(side, more), exact=np.append(soft, more == 0.0), guess=guess,
        time_limit=min(20.0, watch.left),
    )  # fmt: skip
    if found is None:
        return None
    split = side * (A @ found.direction) > ZERO * (abs(A) @ np.abs(found.direction))
    found = replace(
        found, kind="complete" if split.all() else "quasi", rows=len(split), rows_split=int((split & ~soft).sum())
    )
    return _on_columns(found, design, family.free, names) if found.rows_split else None


def ways_inside(column: Column, free: Array, head: int) -> Array:
    """(m, head + u) rows a with aᵀd >= 0 for every direction d of the free columns that leads along no bound's wrong
    side, the intercept (head) first: d_j >= 0 beside a lower bound, d_j <= 0 beside an upper one."""
    side = np.isfinite(column.lower[free]) * 1.0 - np.isfinite(column.upper[free])
    return np.eye(len(free) + head)[head:][side != 0.0] * side[side != 0.0, None]


def below(A, ways: Array):
    """The rows of A, then those of ways; dense or sparse as A is."""
    if isinstance(A, np.ndarray):
        return np.vstack([A, ways])
    import scipy.sparse as sp

    return sp.vstack([A, sp.csr_array(ways)], format="csr")


def _on_columns(found: Separation, design, free: Array, names) -> Separation:
    """The same on all columns as they came; index p is the intercept."""
    place = np.array([design.p] * int(design.intercept) + as_came(design, free))
    direction = np.zeros(design.p + int(design.intercept))
    direction[place] = found.direction
    columns = tuple(sorted(int(j) for j in place[list(found.columns)]))
    called = (*(names or [f"column {j}" for j in range(design.p)]), "the intercept")
    return replace(found, direction=direction, columns=columns, names=called)
