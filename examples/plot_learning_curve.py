"""
A learning curve, with λ per mean and per sum
=============================================

Two habits. λ beside the *mean* loss stays the same when rows are added; a prior, or scikit-learn's C, stands beside
the *sum*, so its λ = 1/(C n) fades. Which one is right? Both are tuned at 100 rows here and then kept.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball
from normball import Strength

rng = np.random.default_rng(11)
p = 30
w = rng.normal(size=p) * 0.35


def draw(n):
    X = rng.normal(size=(n, p))
    return X, (X @ w + rng.logistic(size=n) > 0).astype(int)


X_new, _ = draw(20_000)
truth = 1 / (1 + np.exp(-X_new @ w))


def excess(solution):
    """Expected log-loss on new rows above that of the true model, nats."""
    eta = X_new @ solution.coef + solution.intercept
    z = X_new @ w
    return np.mean(np.logaddexp(0, eta) - truth * eta) - np.mean(np.logaddexp(0, z) - truth * z)


# %%
# At 100 rows: the best λ of a grid, over ten draws.

grid = np.geomspace(1e-3, 1, 16)
tuning = np.mean(
    [[excess(normball.solve(*rows, lam=lam)) for lam in grid] for rows in (draw(100) for _ in range(10))], axis=0
)
tuned = grid[np.argmin(tuning)]
C = 1 / (tuned * 100)
print(f"at 100 rows the best λ is {tuned:.3f}, which is C = {C:.3f}")

# %%
# From there on: the same λ, or the same C.

sizes = np.array([25, 50, 100, 200, 400, 800, 1600, 3200, 6400])
curves = np.zeros((2, len(sizes)))
draws = 8
for _ in range(draws):
    for k, n in enumerate(sizes):
        X, y = draw(n)
        curves[0, k] += excess(normball.solve(X, y, lam=tuned)) / draws
        curves[1, k] += excess(normball.solve(X, y, lam=Strength(C=C))) / draws
for n, mean, total in zip(sizes, *curves, strict=True):
    print(f"n = {n:5}   excess loss: λ stays {mean:.4f}   C stays {total:.4f}")

figure, ax = plt.subplots(figsize=(6.2, 3.8), layout="constrained")
ax.loglog(sizes, curves[0], "o-", label=f"per mean: λ = {tuned:.3f}")
ax.loglog(sizes, curves[1], "s-", label=f"per sum: C = {C:.3f}, λ = 1/(C n)")
ax.axvline(100, color="0.8", zorder=0)
ax.set(xlabel="rows n", ylabel="log-loss above the true model's, nats")
ax.legend()

last = curves[:, -1]
assert last[1] < last[0] / 5 and abs(curves[0, 2] - curves[1, 2]) < 1e-6
print(
    f"Conclusion: tuned at 100 rows and then kept, a λ per mean is left with an excess loss of {last[0]:.4f} "
    "at 6400 rows, a λ per sum "
    f"with {last[1]:.4f}, {last[0] / last[1]:.0f} times less."
)
