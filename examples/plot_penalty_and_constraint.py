"""
Penalty and constraint
======================

A penalty asks for a small loss *plus* λ times a norm; a ball asks for the smallest loss *within* a radius. Both give
the same point. Here two columns of the breast cancer data, so that all of it can be drawn: where the growing contours
of the loss first touch the ball, minus the loss's gradient (the arrow) stands on the ball's border; at a corner it
lies in the fan of all directions that stand on it.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

import normball
from normball import Ball

data = load_breast_cancer()
columns = [list(data.feature_names).index(name) for name in ("mean texture", "texture error")]
X = data.data[:, columns]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = 1 - data.target  # 1: malignant


# %%
# The mean loss as a function of both coefficients: at each point of a grid Newton finds the intercept.


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
balls = {"L1: the diamond": (1.0, "l1"), "L2: the circle": (0.0, "l2"), "elastic, half and half": (0.5, "elastic")}
RADIUS = 0.6
turn = np.linspace(0, 2 * np.pi, 401)
way = np.array([np.cos(turn), np.sin(turn)])  # the border in polar coordinates


def border(alpha, norm):
    """Points of the ball's border: along each way the r with alpha·|w|₁ + (1-alpha)/2·‖w‖² (or ‖w‖₂) = the radius."""
    size = alpha * np.abs(way).sum(axis=0)
    if norm != "elastic":
        return way * RADIUS / (size if norm == "l1" else 1.0)
    return way * (np.sqrt(size**2 + 2 * (1 - alpha) * RADIUS) - size) / (1 - alpha)


grid = np.meshgrid(np.linspace(-1.15, 1.75, 81), np.linspace(-1.25, 1.1, 67))
heights = loss(*grid)

figure, axes = plt.subplots(1, 3, figsize=(11, 3.7), sharey=True, layout="constrained")
apart, zeros = [], []
for ax, (name, (alpha, norm)) in zip(axes, balls.items(), strict=True):
    ball = Ball(RADIUS, norm, alpha if norm == "elastic" else None)
    held = normball.solve(X, y, ball=ball)
    penalised = normball.solve(X, y, lam=held.lam, l1_ratio=alpha, tol=1e-12)
    apart.append(np.abs(held.coef - penalised.coef).max())
    zeros.append(np.count_nonzero(held.coef == 0))
    print(f"{name:24} λ = {held.lam:.5f}   multiplier = {held.multiplier:.5f}   coefficients {held.coef.round(4)}")

    touch = float(loss(*held.coef))
    ax.contour(
        *grid, heights, levels=touch + np.array([-0.02, -0.01, 0.02, 0.05, 0.1, 0.16]), colors="0.75", linewidths=0.8
    )
    ax.contour(*grid, heights, levels=[touch], colors="tab:blue", linewidths=1.6)
    ax.fill(*border(alpha, norm), facecolor="tab:orange", edgecolor="tab:orange", alpha=0.3)
    ax.plot(*border(alpha, norm), color="tab:orange")
    if zeros[-1]:  # at a corner: every direction between these two stands on the ball
        fan = held.coef + 0.75 * np.array([[0.0, 0.0], [1.0, 1.0], [1.0, -1.0]]) / (1 if norm == "l1" else 1.4)
        ax.fill(*fan.T, color="tab:green", alpha=0.15, label="fan of the corner")
    tip = held.coef - 0.5 * gradient(held) / np.linalg.norm(gradient(held))
    ax.annotate("", tip, held.coef, arrowprops=dict(arrowstyle="->", color="tab:blue", linewidth=1.5))
    ax.plot(*free.coef, "x", color="black", label="smallest loss")
    ax.plot(*held.coef, "o", color="tab:red", label="touching point")
    ax.axhline(0, color="0.85", zorder=0)
    ax.axvline(0, color="0.85", zorder=0)
    ax.set(title=f"{name}, λ = {held.lam:.3f}", xlabel="$w_1$: mean texture, per sd", aspect="equal", xticks=[-1, 0, 1])
    ax.set(yticks=[-1, 0, 1])
axes[0].set_ylabel("$w_2$: texture error, per sd")
axes[0].legend(loc="upper left", fontsize=7.5)
if len(sys.argv) > 1:  # the README's picture
    figure.savefig(sys.argv[1], dpi=90)

# %%
# Both forms, number by number.

print(f"largest difference between the two forms' coefficients: {max(apart):.1e}")
assert max(apart) < 1e-6 and zeros == [1, 0, 0]
print(
    "Conclusion: for all three balls penalty and constraint have the same coefficients, to less than 1e-6, "
    "and only the L1 "
    "ball is touched at a corner."
)
