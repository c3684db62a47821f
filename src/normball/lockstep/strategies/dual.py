"""Dual: wide L2. Newton in n-space on one n × n kernel for all λ and folds; nothing of length p is touched until
answers are offered.

At the optimum w = D Xᵀa with a = c∘r and D = diag(1/l2), so η = offset + K a + X_U β with K = X D Xᵀ and U the
intercept and the free columns.  With e = c∘r - a, curvatures h and v = Δη, a Newton step solves

    (I + √h K √h) √h v = √h (K e + X_U Δβ),    Δa = e - √h·(√h v),    X_Uᵀ(a + Δa) = 0

whose matrix has eigenvalues >= 1 whatever h is (h may underflow): docs/design/engine.md, decision 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.linalg as sl

from ...certificates.problem import Array, Candidates, Family, Shape
from ...runtime import check, late
from ..newton import HALVINGS, ROUNDING
from ..panel import dense

STEPS = 90  # of one column
BATCH = 2**23  # numbers in the coefficients that are offered at a time


@dataclass
class State:
    """One column on its way; a and beta go on to the next λ of its split."""

    family: Family
    K: Array  # (n, n) X D Xᵀ over the penalised columns
    XU: Array  # (n, u) intercept and free columns
    c: Array
    a: Array  # (n,)
    beta: Array  # (u,)
    Ka: Array
    target: float
    enough: float  # part of the target below which a step's fall ends the work
    stuck: bool = False


@dataclass
class Work:
    """All columns: those that are left, in the order of their splits and of λ from above."""

    family: Family
    left: list[int]
    kernels: dict[int, Array]  # (n, n) at λ = 1, by shape
    XU: Array
    target: dict[int, float]
    begin: Array  # beta of the null model
    last: dict = field(default_factory=dict)  # (a, beta) by split


@dataclass(frozen=True)
class Dual:
    """Newton-Cholesky in the span of the rows, warm from λ to λ."""

    name = "dual"
    many = True

    def start(self, family: Family, ids, bests) -> Work:
        design, columns = family.design, family.columns
        kernels: dict[int, Array] = {}
        for i in ids:
            shape = columns[i].shape
            if id(shape) not in kernels:
                kernels[id(shape)] = design.kernel(_inverse(shape, family.free))
        one = np.ones((design.n, int(design.intercept)))
        XU = np.hstack([one, dense(design.columns(family.free))])
        order = sorted((int(i) for i in ids), key=lambda i: (columns[i].split, -columns[i].lam))
        begin = np.concatenate([[bests[ids[0]].start[1]] * int(design.intercept), np.zeros(len(family.free))])
        target = {int(i): family.tol * bests[i].null_loss for i in ids}
        return Work(family, order, kernels, XU, target, begin)

    def propose(self, work: Work) -> Candidates | None:
        """The next columns, solved to rounding (or as far as it goes), with their η."""
        family, design = work.family, work.family.design
        batch = work.left[: max(1, BATCH // max(design.p, 1))]
        if not batch:
            return None
        work.left = work.left[len(batch) :]
        solved = []
        for i in batch:
            check()
            solved.append(_solve(work, i))
            if late():
                work.left = []
                break
        batch = batch[: len(solved)]
        A, B = np.column_stack([state.a for state in solved]), np.column_stack([state.beta for state in solved])
        coefs, U = design.t_times(A), int(design.intercept)
        for k, i in enumerate(batch):
            column = family.columns[i]
            coefs[:, k] *= _inverse(column.shape, family.free) * _weaker(column.lam)
        coefs[family.free] = B[U:]
        b = B[0] if U else np.zeros(len(batch))
        eta = np.empty((design.n, len(batch)))  # of the coefficients, not K a: in extreme units they differ by rounding
        design.add_up(_times_block, coefs, eta)
        eta += design.offset[:, None] + b
        return Candidates(np.array(batch), coefs, b, eta, polished=True, centred=True)

    def learn(self, work: Work, asked, evidence, gaps, done) -> bool:
        return not work.left


def _times_block(block, W, out):
    out[block.rows] = block.times(W)
    return ()


def _inverse(shape: Shape, free: Array) -> Array:
    """1/l2 at λ = 1 over the penalised columns, 0 elsewhere."""
    held = shape.l2 > 0.0
    held[free] = False
    return np.where(held, 1.0 / np.where(held, shape.l2, 1.0), 0.0)


def _weaker(lam: float) -> float:
    """1/λ; at λ = 0 every column is free, and there is no kernel to scale."""
    return 1.0 / lam if lam > 0.0 else 0.0


def _solve(work: Work, i: int) -> State:
    """One column, from the λ before it in the same split."""
    family, column = work.family, work.family.columns[i]
    share = family.share(column.split)
    a, beta = work.last.get(column.split, (np.zeros(len(share)), work.begin))
    K = work.kernels[id(column.shape)] * _weaker(column.lam)
    enough = 1e-8 if family.polish else 1e-3
    state = State(family, K, work.XU, share, a, beta, K @ a, work.target[i], enough)
    for _ in range(STEPS):
        if not _step(state):
            if family.polish and not state.stuck:
                _step(state)  # one more step after the last that counts
            break
        if late():
            break
    work.last[column.split] = state.a, state.beta
    return state


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
    try:
        factor = sl.cho_factor(M, lower=True, overwrite_a=True, check_finite=False)
    except sl.LinAlgError:  # K/λ has drowned the identity (λ near 0): another strategy's work
        state.stuck = True
        return False
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
    return not small and not (t == 1.0 and -downhill <= state.enough * state.target)
