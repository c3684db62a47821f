"""
Penalty and constraint
======================

A penalty asks for a small loss *plus* λ times a norm; a ball asks for the smallest loss *within* a radius. Both give the
same point. Here two columns of the breast cancer data, so that all of it can be drawn: where the growing contours of the
loss first touch the ball, the loss's gradient stands on the ball's border.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

import normball
from normball import Ball

data = load_breast_cancer()
columns = [list(data.feature_names).index(name) for name in ("mean texture", "mean smoothness")]
X = data.data[:, columns]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = 1 - data.target  # 1: malignant


# %%
# The mean loss as a function of both coefficients, the intercept free: at each point of a grid Newton's method finds it.


def loss(w1, w2):
    """Mean log-loss at coefficients of any shape, at the best intercept there."""
    eta = np.multiply.outer(w1, X[:, 0]) + np.multiply.outer(w2, X[:, 1])
    b = np.zeros(np.shape(w1))
    for _ in range(12):
        p = 1 / (1 + np.exp(-(eta + b[..., None])))
        b = b + (y - p).mean(axis=-1) / (p * (1 - p)).mean(axis=-1)
    z = eta + b[..., None]
    return (np.logaddexp(0, z) - y * z).mean(axis=-1)


def gradient(solution):
    return X.T @ (solution.predict_proba(X)[:, 1] - y) / len(y)


# %%
# Three balls. Each is solved as a constraint; then the λ that came out is given to the penalised form.

free = normball.solve(X, y, lam=0.0)
balls = {
    "L1: the diamond": Ball(0.75, "l1"),
    "L2: the circle": Ball(0.75, "l2"),
    "elastic, half and half": Ball(0.75, "elastic", l1_ratio=0.5),
}
grid = np.meshgrid(np.linspace(-0.6, 1.35, 45), np.linspace(-0.6, 1.2, 41))
heights = loss(*grid)

figure, axes = plt.subplots(1, 3, figsize=(11, 3.9), sharey=True, layout="constrained")
apart, multiples = [], []
for ax, (name, ball) in zip(axes, balls.items(), strict=True):
    held = normball.solve(X, y, ball=ball)
    alpha = {"l1": 1.0, "l2": 0.0, "elastic": 0.5}[ball.norm]
    penalised = normball.solve(X, y, lam=held.lam, l1_ratio=alpha, tol=1e-12)
    apart.append(np.abs(held.coef - penalised.coef).max())
    print(f"{name:24} λ = {held.lam:.5f}   multiplier = {held.multiplier:.5f}   coefficients {held.coef.round(4)}")

    slope = -gradient(held)
    touch = loss(*held.coef)
    ax.contour(*grid, heights, levels=touch + np.array([-0.02, 0.0, 0.02, 0.05, 0.1]), colors="0.6", linewidths=0.9)
    ax.contour(*grid, heights, levels=[touch], colors="tab:blue", linewidths=1.6)
    value = np.array([ball.value(np.array(point)) for point in zip(*map(np.ravel, grid), strict=True)])
    value = value.reshape(heights.shape)
    ax.contourf(*grid, value, levels=[0, ball.radius], colors="tab:orange", alpha=0.25)
    ax.contour(*grid, value, levels=[ball.radius], colors="tab:orange")
    ax.plot(*free.coef, "x", color="black", label="smallest loss")
    ax.plot(*held.coef, "o", color="tab:red", label="touching point")
    ax.annotate("", held.coef + 3 * slope, held.coef, arrowprops=dict(arrowstyle="->", color="tab:blue"))
    ax.axhline(0, color="0.8", zorder=0)
    ax.axvline(0, color="0.8", zorder=0)
    ax.set(title=f"{name}\nλ = {held.lam:.4f}", xlabel="$w_1$ (texture), per sd", aspect="equal")
axes[0].set_ylabel("$w_2$ (smoothness), per sd")
axes[0].legend(loc="lower left", fontsize=8)
if len(sys.argv) > 1:  # the README's picture
    figure.savefig(sys.argv[1], dpi=90)

# %%
# Both forms, number by number.

print(f"largest difference between the two forms' coefficients: {max(apart):.1e}")
assert max(apart) < 1e-6
print("Conclusion: for all three balls penalty and constraint have the same solution, to less than 1e-6.")
