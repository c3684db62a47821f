"""Dual: wide L2. Newton in n-space on one n × n kernel; nothing of length p is touched until an answer is offered.

At the optimum w = D Xᵀa with a = c∘r and D = diag(1/l2), so η = offset + K a + X_U β with K = X D Xᵀ and U the
intercept and the free columns.  With e = c∘r - a, curvatures h and v = Δη, a Newton step solves

    (I + √h K √h) √h v = √h (K e + X_U Δβ),    Δa = e - √h·(√h v),    X_Uᵀ(a + Δa) = 0

whose matrix has eigenvalues >= 1 whatever h is (h may underflow): docs/design/engine.md, decision 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from ...certificates.problem import Array, Candidates, Family
from ...runtime import late
from ..newton import HALVINGS, ROUNDING

STEPS = 30


@dataclass
class State:
    family: Family
    K: Array  # (n, n) X D Xᵀ over the penalised columns
    XU: Array  # (n, u) intercept and free columns
    c: Array
    a: Array  # (n,)
    beta: Array  # (u,)
    Ka: Array
    target: float
    steps: int = 0
    stuck: bool = False


@dataclass(frozen=True)
class Dual:
    """Newton-Cholesky in the span of the rows."""

    name = "dual"
    many = False

    def start(self, family: Family, ids, bests) -> State:
        design, column, warm = family.design, family.columns[0], bests[0]
        held = column.l2 > 0.0
        K = design.kernel(np.where(held, 1.0 / np.where(held, column.l2, 1.0), 0.0))
        one = np.ones((design.n, int(design.intercept)))
        XU = np.hstack([one, _dense(design.columns(family.free))])
        beta = np.concatenate([[warm.start[1]] if design.intercept else [], np.zeros(len(family.free))])
        a = np.zeros(design.n)
        return State(family, K, XU, family.share(column.split), a, beta, K @ a, family.tol * warm.null_loss)

    def propose(self, state: State) -> Candidates | None:
        """Newton until the residual c∘r - a is at rounding, or a slice of steps is used up."""
        if state.stuck or state.steps >= 3 * STEPS:
            return None
        for _ in range(STEPS):
            state.steps += 1
            if not _step(state):
                state.stuck = state.stuck or not _step(state)  # one more step after the last that counts
                break
            if late():
                break
        family = state.family
        design, column = family.design, family.columns[0]
        Xa = design.add_up(_adjoint_block, state.a)[0][:, 0]
        held = column.l2 > 0.0
        coef = np.where(held, Xa / np.where(held, column.l2, 1.0), 0.0)
        coef[family.free] = state.beta[int(design.intercept) :]
        b = float(state.beta[0]) if design.intercept else 0.0
        return Candidates(np.array([0]), coef[:, None], np.array([b]), polished=state.stuck)

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        return state.stuck


def _adjoint_block(block, a):
    return (block.t_times(a[block.rows][:, None]),)


def _dense(X) -> Array:
    return X if isinstance(X, np.ndarray) else X.toarray()


def _link(state: State, eta: Array):
    design = state.family.design
    return state.family.loss.link(design.y, eta[:, None], state.c, design.fast)


def _step(state: State) -> bool:
    """One damped Newton step; False when it was the last that could help."""
    design, K, XU = state.family.design, state.K, state.XU
    eta = design.offset + state.Ka + XU @ state.beta
    r, h, sums = _link(state, eta)
    e, root = r[:, 0] - state.a, np.sqrt(h[:, 0])
    M = root[:, None] * K * root
    M[np.diag_indices_from(M)] += 1.0
    factor = sl.cho_factor(M, lower=True, overwrite_a=True, check_finite=False)
    right = np.column_stack([root * (K @ e), root[:, None] * XU])
    solved = sl.cho_solve(factor, right, check_finite=False)
    S1, S2 = solved[:, 0], solved[:, 1:]
    if XU.shape[1]:
        A = (root[:, None] * XU).T @ S2
        dbeta = np.linalg.lstsq(A, XU.T @ (state.a + e - root * S1), rcond=1e-13)[0]
    else:
        dbeta = np.zeros(0)
    da = e - root * (S1 + S2 @ dbeta)
    Kda = K @ da
    move = Kda + XU @ dbeta
    value = float(sums.loss[0] + 0.5 * state.a @ state.Ka)
    downhill = float(state.a @ Kda - r[:, 0] @ move)
    t = 1.0
    for _ in range(HALVINGS):
        a, Ka = state.a + t * da, state.Ka + t * Kda
        _, _, trial = _link(state, eta + t * move)
        if float(trial.loss[0] + 0.5 * a @ Ka) <= value + 1e-4 * t * min(downhill, 0.0) + ROUNDING * abs(value):
            break
        t *= 0.5
    else:
        state.stuck = True
        return False
    small = t == 1.0 and np.abs(da).max(initial=0.0) <= 1e-14 * np.abs(a).max(initial=1e-300)
    state.a, state.Ka, state.beta = a, Ka, state.beta + t * dbeta
    state.stuck = bool(small)
    return not small and not (t == 1.0 and -downhill <= 1e-8 * state.target)
