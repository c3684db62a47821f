"""
Ridge removes the ridge
=======================

Two columns that are almost the same leave the likelihood with a long flat ridge: along it hardly anything changes,
and the estimate slides. An L2 penalty adds λ to every eigenvalue of the Hessian, so the flat direction is flat no
longer. That is where its name comes from.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball

rng = np.random.default_rng(3)
n = 200
common = rng.normal(size=n)
X = np.column_stack([common + 0.05 * rng.normal(size=n), common + 0.05 * rng.normal(size=n)])
y = (X.sum(axis=1) + rng.logistic(size=n) > 0).astype(float)

# %%
# At every λ: the fit, and the Hessian of the penalised loss there (without an intercept, so that two axes show all).


def hessian(w, lam):
    p = 1 / (1 + np.exp(-X @ w))
    return (X * (p * (1 - p))[:, None]).T @ X / n + lam * np.eye(2)


lams = np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 25)])
fits = np.array([normball.solve(X, y, lam=lam, fit_intercept=False).coef for lam in lams])
eigen = np.array([np.linalg.eigvalsh(hessian(w, lam)) for w, lam in zip(fits, lams, strict=True)])
condition = eigen[:, 1] / eigen[:, 0]
for k in (0, 1, 9, 17, 25):
    print(
        f"λ = {lams[k]:<8.4g} w = ({fits[k, 0]:6.3f}, {fits[k, 1]:6.3f})   eigenvalues {eigen[k, 0]:.5f} "
        f"{eigen[k, 1]:.4f}   condition {condition[k]:.1f}"
    )

figure, axes = plt.subplots(1, 3, figsize=(11, 3.5), layout="constrained")
grid = np.meshgrid(np.linspace(-4, 6, 81), np.linspace(-4, 6, 81))
eta = np.multiply.outer(grid[0], X[:, 0]) + np.multiply.outer(grid[1], X[:, 1])
loss = (np.logaddexp(0, eta) - y * eta).mean(axis=-1)
right = 17
for ax, k in zip(axes, (0, right), strict=False):
    surface = loss + lams[k] / 2 * (grid[0] ** 2 + grid[1] ** 2)
    ax.contourf(*grid, surface - surface.min(), levels=np.geomspace(1e-3, 3, 12), cmap="viridis", extend="both")
    ax.plot(*fits[k], "o", color="tab:red")
    ax.set(title=f"λ = {lams[k]:.3g}, condition {condition[k]:.0f}", xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
axes[2].loglog(lams[1:], condition[1:], ".-")
axes[2].axhline(condition[0], color="0.6", linestyle="--", label=f"λ = 0: {condition[0]:.0f}")
axes[2].set(xlabel="λ", ylabel="condition number of the Hessian", ylim=(1, 600))
axes[2].legend(loc="lower left")

assert np.all(eigen[:, 0] >= lams) and np.all(np.diff(condition) < 0)
print(
    f"Conclusion: the condition number falls from {condition[0]:.0f} at λ = 0 to {condition[right]:.0f} at "
    f"λ = {lams[right]:.2g}, because no eigenvalue is smaller than λ."
)
