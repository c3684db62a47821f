"""
Separable data: the runaway, and where it goes
==============================================

Where a line separates the classes, gradient descent never arrives: the loss falls for ever and the weights grow like
the logarithm of the steps. Their *direction* does settle, at the line with the largest margin. A ball makes the
problem well-posed, and as its radius grows it leads to the same line (Rosset, Zhu & Hastie 2004).
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.svm import SVC

import normball
from normball import Ball
from normball.textbook import GradientDescent

rng = np.random.default_rng(4)
X = rng.normal(size=(80, 2)) @ [[1.2, 0.9], [0.0, 0.5]]
side = X @ [1.0, -0.4] + 0.3
X, side = X[np.abs(side) > 0.2], side[np.abs(side) > 0.2]
y = (side > 0).astype(int)


def angle(w):
    """Degrees between w and the direction of the largest margin."""
    return np.degrees(np.arccos(np.clip(w @ widest / np.linalg.norm(w), -1, 1)))


machine = SVC(kernel="linear", C=1e8, tol=1e-9).fit(X, y)  # the hard-margin support vector machine
widest = machine.coef_[0] / np.linalg.norm(machine.coef_[0])

# %%
# The runaway: the same trainer, stopped later and later.

steps = [10, 100, 1000, 10_000]
runs = [GradientDescent(learning_rate=1.0, iterations=k, tol=0.0).fit(X, y) for k in steps]
norms = np.array([run.history_[-1].norm for run in runs])
for k, run in zip(steps, runs, strict=True):
    print(
        f"{k:6} steps   cost {run.history_[-1].cost:.5f}   ‖w‖ = {run.history_[-1].norm:6.2f}   angle "
        f"{angle(run.coef_[0]):.2f}°"
    )

# %%
# The ball: an answer at every radius, each certified.

radii = np.geomspace(1, 1000, 13)
held = [normball.solve(X, y, ball=Ball(t, "l2")) for t in radii]
angles = np.array([angle(solution.coef) for solution in held])
for t, solution, degrees in list(zip(radii, held, angles, strict=True))[::4]:
    print(f"radius {t:6.1f}   {solution.certificate.status}   angle {degrees:.4f}°")

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.9), layout="constrained")
left.scatter(*X.T, c=y, cmap="coolwarm", s=18)
ends = np.array([-2.6, 2.6])
for solution, shade, label in ((held[0], "0.7", "radius 1"), (held[-1], "black", "radius 1000")):
    left.plot(ends, -(solution.intercept + solution.coef[0] * ends) / solution.coef[1], color=shade, label=label)
left.set(xlabel="$x_1$", ylabel="$x_2$", xlim=ends, ylim=ends)
left.legend()
right.loglog(radii, angles, "o-", label="ball of that radius")
right.loglog(norms, [angle(run.coef_[0]) for run in runs], "s--", label="gradient descent, at its ‖w‖")
right.set(xlabel="‖w‖", ylabel="degrees from the largest margin", ylim=(1e-3, 50))
right.legend()

assert np.all(np.diff(norms) > 0) and all(s.certificate.status == "certified" for s in held)
assert angles[8] < angles[0] / 20 and angles[-1] < 0.01
print(
    f"Conclusion: ‖w‖ still grows after 1000 steps, by {norms[-1] - norms[-2]:.1f} until 10000, while the "
    "solution in a ball turns to "
    f"{angles[8]:.2f} degrees from the largest margin at the radius {radii[8]:.0f}."
)
