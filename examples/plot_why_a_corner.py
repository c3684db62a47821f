"""
Why a corner is likely
======================

An L1 ball gives exact zeros, an L2 ball does not. How often? Counted here: 2000 random convex quadratics for each
number of coefficients p, each held in a ball of half the norm of its free optimum.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball

rng = np.random.default_rng(0)
COUNT = 2000


def into_l1(v, radius):
    """The nearest points of L1 balls: each row of v (m, p) with its own radius (m,), by sorting."""
    size = np.sort(np.abs(v), axis=1)[:, ::-1]
    over = (np.cumsum(size, axis=1) - radius[:, None]) / np.arange(1, v.shape[1] + 1)
    last = np.count_nonzero(size > over, axis=1) - 1
    cut = np.maximum(over[np.arange(len(v)), last], 0.0)
    return np.sign(v) * np.maximum(np.abs(v) - cut[:, None], 0.0)


def into_l2(v, radius):
    return v * np.minimum(1.0, radius / np.linalg.norm(v, axis=1))[:, None]


def smallest(A, best, radius, project):
    """The smallest ½(w - best)ᵀA(w - best) in the ball, for all quadratics at once: accelerated projected gradients."""
    step = 1 / np.linalg.eigvalsh(A)[:, -1:]
    w = v = project(best, radius)
    t = 1.0
    for _ in range(1500):
        slope = np.einsum("mij,mj->mi", A, v - best)
        new = project(v - step * slope, radius)
        again = np.einsum("mi,mi->m", v - new, new - w) > 0  # a step back: forget the momentum
        t_new = (1 + np.sqrt(1 + 4 * t**2)) / 2
        v = new + np.where(again, 0.0, (t - 1) / t_new)[:, None] * (new - w)
        w, t = new, t_new
    return w


# %%
# For every p the share of the quadratics whose smallest point in the ball has a coefficient that is exactly 0.

sizes = (2, 3, 5, 10, 20)
share = {"L1": [], "L2": []}
zeros = []
for p in sizes:
    G = rng.normal(size=(COUNT, 2 * p, p))
    A = np.einsum("mki,mkj->mij", G, G) / (2 * p)
    best = rng.normal(size=(COUNT, p))
    l1 = smallest(A, best, 0.5 * np.abs(best).sum(axis=1), into_l1)
    l2 = smallest(A, best, 0.5 * np.linalg.norm(best, axis=1), into_l2)
    share["L1"].append(np.mean((l1 == 0).any(axis=1)))
    share["L2"].append(np.mean((l2 == 0).any(axis=1)))
    zeros.append(np.mean(l1 == 0))
    for k in range(5):  # the same quadratic as least squares with a penalty, certified
        lam = np.abs(A[k] @ (l1[k] - best[k])).max()  # the multiplier of its ball
        problem = dict(loss="squared", fit_intercept=False, l1_ratio=1.0)
        proved = normball.solve(G[k], G[k] @ best[k], lam=lam, tol=1e-12, **problem)
        assert np.abs(proved.coef - l1[k]).max() < 1e-5
    print(
        f"p = {p:2}   some coefficient 0:  L1 {share['L1'][-1]:6.1%}  L2 {share['L2'][-1]:6.1%}   zeros of "
        f"all: {zeros[-1]:.1%}"
    )

# %%
# In two dimensions "a zero" is a corner of the diamond; in more, a corner, an edge or a face with coordinates missing.

figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
ax.plot(sizes, np.multiply(100, share["L1"]), "o-", label="L1: some coefficient exactly 0")
ax.plot(sizes, np.multiply(100, zeros), "o--", color="tab:blue", alpha=0.6, label="L1: share of all coefficients")
ax.plot(sizes, np.multiply(100, share["L2"]), "s-", color="tab:orange", label="L2: some coefficient exactly 0")
ax.set(xlabel="number of coefficients p", ylabel="of 2000 quadratics, %", xticks=sizes, ylim=(-4, 104))
ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.68))

assert np.all(np.diff(share["L1"]) >= 0) and max(share["L2"]) == 0.0 and share["L1"][-1] > share["L1"][0]
print(
    f"Conclusion: the L1 ball gives an exact zero in {share['L1'][0]:.1%} of the random quadratics with 2 "
    "coefficients and "
    f"in {share['L1'][-1]:.1%} of those with 20, the L2 ball in none."
)
