"""
Active and inactive constraint
==============================

A ball that is small holds the coefficients back: it is *active*, and its multiplier says how fast the loss would fall
if the radius grew. A ball that holds the free optimum changes nothing: its multiplier is 0.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

import normball

data = load_breast_cancer()
X = data.data[:, :4]  # radius, texture, perimeter, area
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = 1 - data.target

free = normball.solve(X, y, lam=0.0)
enough = np.abs(free.coef).sum()  # the L1 norm of the free optimum
radii = np.concatenate([np.linspace(0.1, 0.98, 30), np.linspace(1.02, 1.4, 8)]) * enough
path = normball.path(X, y, radii=radii, norm="l1", tol=1e-10)

# %%
# The multiplier beside the slope of the loss, by differences between neighbouring radii.

coefs = np.asarray(path.coefs.toarray() if hasattr(path.coefs, "toarray") else path.coefs)
eta = X @ coefs + path.intercepts
losses = (np.logaddexp(0, eta) - y[:, None] * eta).mean(axis=0)
slope = -np.diff(losses) / np.diff(path.radii)
low, high = path.multipliers[1:], path.multipliers[:-1]
print(f"the free optimum has the L1 norm {enough:.4f}")
for k in range(0, len(radii), 6):
    print(f"t = {path.radii[k]:7.3f}   loss {losses[k]:.6f}   multiplier {path.multipliers[k]:.3g}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
left.plot(path.radii, losses, ".-")
left.set(xlabel="radius t of the L1 ball", ylabel="mean loss, nats")
right.plot(path.radii, path.multipliers, ".-", label="multiplier")
right.plot((path.radii[1:] + path.radii[:-1]) / 2, slope, "x", color="tab:red", label="−Δloss/Δt")
right.set(xlabel="radius t of the L1 ball", ylabel="nats per unit of radius", yscale="symlog")
right.set_yscale("symlog", linthresh=1e-4)
right.legend()
for ax in (left, right):
    ax.axvline(enough, color="0.6", linestyle="--")

# %%
# The loss is convex in t, so each difference lies between the multipliers at its two ends.

inside = path.radii < enough
assert np.all(path.multipliers[inside] > 0) and np.all(path.multipliers[~inside] == 0.0)
assert np.all(slope >= low - 1e-6) and np.all(slope <= high + 1e-6)
print(
    f"Conclusion: below the radius {enough:.1f} the multiplier is positive and is the rate at which the loss "
    "falls, and beyond "
    "it the multiplier is exactly 0."
)
