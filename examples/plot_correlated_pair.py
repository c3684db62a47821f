"""
A correlated pair
=================

Two columns that say the same thing: the second is half the first. All pairs (w₁, w₂) with 2w₁ + w₂ = 8 predict the
same, and the penalty alone chooses between them. L2 takes the point nearest to the origin, L1 the corner. The pair
(8/3, 8/3), often quoted as the ridge solution because "ridge gives equal shares", lies on the line but is not
nearest.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball

x = np.array([-1.0, -0.5, 0.5, 1.0])
X = np.column_stack([2 * x, x])
y = 8 * x

ridge = normball.solve(X, y, lam=1e-9, l1_ratio=0.0, loss="squared", fit_intercept=False, tol=1e-15).coef
lasso = normball.solve(X, y, lam=1e-9, l1_ratio=1.0, loss="squared", fit_intercept=False, tol=1e-15).coef
quoted = np.array([8 / 3, 8 / 3])

# %%
# Three points on the same line, with their two norms.

for name, w in {"L2": ridge, "L1": lasso, "often quoted": quoted}.items():
    print(f"{name:13} ({w[0]:.4f}, {w[1]:.4f})   |w|₁ = {np.abs(w).sum():.4f}   ‖w‖₂ = {np.linalg.norm(w):.4f}")

figure, ax = plt.subplots(figsize=(5.2, 4.4), layout="constrained")
w1 = np.linspace(-0.5, 4.6, 2)
ax.plot(w1, 8 - 2 * w1, color="0.3", label="all with the smallest loss")
turn = np.linspace(0, 2 * np.pi, 200)
ax.plot(
    *(np.linalg.norm(ridge) * np.array([np.cos(turn), np.sin(turn)])), color="tab:blue", label="L2 ball that touches"
)
ax.plot([4, 0, -4, 0, 4], [0, 4, 0, -4, 0], color="tab:orange", label="L1 ball that touches")
ax.plot(*ridge, "o", color="tab:blue")
ax.annotate("(3.2, 1.6)", ridge, (8, 4), textcoords="offset points")
ax.plot(*lasso, "o", color="tab:orange")
ax.annotate("(4, 0)", lasso, (8, 4), textcoords="offset points")
ax.plot(*quoted, "x", color="tab:red")
ax.annotate("(8/3, 8/3)", quoted, (8, 4), textcoords="offset points", color="tab:red")
ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(-1, 5.4), ylim=(-1, 4.5), aspect="equal")
ax.legend(loc="lower left", fontsize=8)

assert np.abs(ridge - [3.2, 1.6]).max() < 1e-6 and np.abs(lasso - [4.0, 0.0]).max() < 1e-6
assert abs(2 * quoted[0] + quoted[1] - 8) < 1e-12 and np.linalg.norm(quoted) > np.linalg.norm(ridge) + 0.1
print(
    f"Conclusion: L2 takes (3.2, 1.6) with norm {np.linalg.norm(ridge):.3f} and L1 takes (4, 0), while (8/3, "
    "8/3) predicts the "
    f"same with the larger norm {np.linalg.norm(quoted):.3f}."
)
