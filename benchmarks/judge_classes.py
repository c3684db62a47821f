"""The judge for several classes: the symmetric softmax, K intercepts free. Plain numpy, nothing of normball.

    gap = Σ c KL(q_i ‖ p_i) + Σ [ l1 |w| + l2/2 w² + Ω*(z) - z w ],   z = Xᵀ(c (y - q)),  Σ c (y - q) = 0,  q_i >= 0

q starts at p plus the mean residual of each class, and is mixed with the class shares where that made an entry
negative.  As in judge.py, coefficients are judged with the best intercepts that go with them.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp, rel_entr, softmax

from benchmarks.judge import Verdict, feasible_scales, fenchel_young


def judge_classes(X, y, coef, intercept, *, lam, l1_ratio=0.0, weight=None) -> Verdict:
    """Judge coef (p, K) and intercept (K,) for class numbers y (n,)."""
    n, K = len(y), coef.shape[1]
    c = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
    c = c / c.sum()
    Y = np.eye(K)[y.astype(int)]
    shares = c @ Y
    null_loss = -float(shares @ np.log(shares))
    if not (np.all(np.isfinite(coef)) and np.all(np.isfinite(intercept))):
        return Verdict(np.inf, null_loss, np.inf, np.inf, int(np.count_nonzero(coef)))
    l1, l2 = np.full(coef.size, lam * l1_ratio), np.full(coef.size, lam * (1.0 - l1_ratio))
    partial = X @ coef
    eta = partial + best_intercepts(Y, c, partial)
    P = softmax(eta, axis=1)
    Q = P + c @ (Y - P)
    lowest = np.maximum(-Q.min(0), 0.0)
    mix = float((lowest / (shares + lowest)).max())
    R = Y - ((1.0 - mix) * Q + mix * shares)
    z, w = (X.T @ (c[:, None] * R)).ravel(), coef.ravel()
    log_p = eta - logsumexp(eta, axis=1, keepdims=True)
    gaps = []
    for s in feasible_scales(z, l1, l2):
        q = np.clip(Y - s * R, 0.0, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            cost = np.where(P > 1e-290, rel_entr(q, P) - q + P, rel_entr(q, 1.0) - q * log_p - q)
        gaps.append(float(c @ cost.sum(1)) + float(fenchel_young(w, s * z, l1, l2).sum()))
    loss = float(c @ (logsumexp(eta, axis=1) - (Y * eta).sum(1)))
    theirs = partial + intercept
    cost = float(c @ (logsumexp(theirs, axis=1) - (Y * theirs).sum(1))) - loss
    objective = loss + float(l1 @ np.abs(w) + 0.5 * l2 @ (w * w))
    return Verdict(max(min(gaps), 0.0), null_loss, objective, max(cost, 0.0), int(np.count_nonzero(coef)))


def best_intercepts(Y, c, partial):
    """argmin_b Σ c ℓ: Newton with halving; the mean over the classes is 0."""
    b = np.zeros(Y.shape[1])

    def loss(b):
        return c @ (logsumexp(partial + b, axis=1) - (Y * (partial + b)).sum(1))

    now = loss(b)
    for _ in range(100):
        P = softmax(partial + b, axis=1)
        g = c @ (Y - P)
        H = np.diag(c @ P) - P.T @ (c[:, None] * P)
        step, t = np.linalg.lstsq(H, g, rcond=1e-13)[0], 1.0
        while loss(b + t * step) > now and t > 1e-10:
            t *= 0.5
        b = b + t * step
        now = loss(b)
        if np.abs(g).max() < 1e-15 or t <= 1e-10:
            break
    return b - b.mean()
