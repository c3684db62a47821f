"""
Mapped features: no penalty, the right one, too much
====================================================

The course's second exercise: two measurements are mapped to all 27 powers and products up to degree 6, and the
classes are divided by a curve. λ decides how wild the curve may be.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import normball

rng = np.random.default_rng(7)


def draw(n):
    """Points in a square; inside a ring the first class is likely, outside it the second."""
    x = rng.uniform(-1, 1, size=(n, 2))
    outside = np.hypot(x[:, 0], 1.3 * x[:, 1]) - 0.75
    return x, (8 * outside + rng.logistic(size=n) > 0).astype(int)


(x, y), (x_new, y_new) = draw(118), draw(20_000)
powers = make_pipeline(PolynomialFeatures(6, include_bias=False), StandardScaler()).fit(x)
X, X_new = powers.transform(x), powers.transform(x_new)

# %%
# Cross-validation chooses the λ in the middle.

right = normball.cross_validate(X, y, cv=10, n_lams=40, lam_min_ratio=1e-6).lam_min
lams = {"no penalty": 0.0, "chosen by 10 folds": right, "too large": 10.0}


def log_loss(solution, X, y):
    eta = solution.decision_function(X)
    return np.mean(np.logaddexp(0, eta) - y * eta)


fits = {}
for name, lam in lams.items():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)  # the certificate's status is printed
        fits[name] = normball.solve(X, y, lam=lam)
    wrong = np.mean(fits[name].predict(X) != y), np.mean(fits[name].predict(X_new) != y_new)
    print(
        f"{name:19} λ = {lam:<9.3g} ‖w‖ = {np.linalg.norm(fits[name].coef):<8.3g} error: here {wrong[0]:.3f}, "
        f"new rows {wrong[1]:.3f}   "
        f"{fits[name].certificate.status}"
    )

figure, axes = plt.subplots(1, 3, figsize=(11, 3.7), sharey=True, layout="constrained")
side = np.linspace(-1, 1, 121)
grid = np.meshgrid(side, side)
mapped = powers.transform(np.column_stack([g.ravel() for g in grid]))
for ax, (name, fit) in zip(axes, fits.items(), strict=True):
    p = fit.predict_proba(mapped)[:, 1].reshape(grid[0].shape)
    shown = ax.contourf(*grid, p, levels=np.linspace(0, 1, 11), cmap="coolwarm", alpha=0.6)
    ax.contour(*grid, p, levels=[0.5], colors="black")
    ax.scatter(*x[y == 0].T, s=12, color="navy", label="class 0")
    ax.scatter(*x[y == 1].T, s=12, color="darkred", marker="^", label="class 1")
    ax.set(title=f"{name}: λ = {fit.lam:.2g}", xlabel="$x_1$", aspect="equal")
axes[0].set_ylabel("$x_2$")
axes[0].legend(loc="upper left", fontsize=7)
figure.colorbar(shown, ax=axes, label="probability of class 1")

here = [log_loss(fit, X, y) for fit in fits.values()]
new = [log_loss(fit, X_new, y_new) for fit in fits.values()]
assert here[0] < here[1] < here[2] and new[1] < min(new[0], new[2])
print(
    f"Conclusion: without a penalty the loss is smallest on its own rows ({here[0]:.2f}) but {new[0]:.2f} on "
    "new ones, where the chosen λ "
    f"has {new[1]:.2f} and the one that is too large {new[2]:.2f}."
)
