"""
A net's boundary at λ = 0, right, and too large
===============================================

Two half moons with noise, a net with two hidden layers. Without a penalty it bends around single points; with too
much of one it cannot bend at all.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

try:
    from normball.neural import NeuralClassifier, NeuralClassifierCV
except ImportError as problem:  # no PyTorch
    raise SystemExit(str(problem)) from None

X, y = make_moons(120, noise=0.35, random_state=1)
X_new, y_new = make_moons(10_000, noise=0.35, random_state=2)
settings = dict(hidden=(32, 16), activation="tanh", learning_rate=0.02, batch_size=None, random_state=0)

# %%
# Five folds of six λ, thirty nets in one stack, choose the one in the middle.

grid = np.geomspace(0.1, 1e-4, 6)
right = NeuralClassifierCV(grid, cv=5, rule="min", epochs=200, patience=200, **settings).fit(X, y).lambda_
lams = {"no penalty": 0.0, "chosen by 5 folds": right, "too large": 0.3}
nets = {name: NeuralClassifier(lam=lam, epochs=600, patience=600, **settings).fit(X, y) for name, lam in lams.items()}


def log_loss(net, X, y):
    return -np.mean(net.predict_log_proba(X)[np.arange(len(y)), y])


here = np.array([log_loss(net, X, y) for net in nets.values()])
new = np.array([log_loss(net, X_new, y_new) for net in nets.values()])
for (name, net), a, b in zip(nets.items(), here, new, strict=True):
    print(
        f"{name:18} λ = {net.lambda_:<8.3g} loss: here {a:.3f}, new rows {b:.3f}   "
        f"error on new rows {1 - net.score(X_new, y_new):.3f}"
    )

figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), sharey=True, layout="constrained")
side = np.meshgrid(np.linspace(-2, 3, 151), np.linspace(-1.6, 2, 121))
points = np.column_stack([part.ravel() for part in side])
for ax, (name, net) in zip(axes, nets.items(), strict=True):
    p = net.predict_proba(points)[:, 1].reshape(side[0].shape)
    shown = ax.contourf(*side, p, levels=np.linspace(0, 1, 11), cmap="coolwarm", alpha=0.6)
    ax.contour(*side, p, levels=[0.5], colors="black")
    ax.scatter(*X[y == 0].T, s=12, color="navy", label="class 0")
    ax.scatter(*X[y == 1].T, s=12, color="darkred", marker="^", label="class 1")
    ax.set(title=f"{name}: λ = {net.lambda_:.2g}", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
axes[0].legend(loc="lower left", fontsize=7)
figure.colorbar(shown, ax=axes, label="probability of class 1")

assert here[0] < here[1] < here[2] and new[1] < new[2] < new[0]
print(
    f"Conclusion: on new rows the net without a penalty has a log-loss of {new[0]:.2f}, the one with the "
    f"chosen λ {new[1]:.2f}, and the one "
    f"with too large a λ {new[2]:.2f}."
)
