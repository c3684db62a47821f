"""
Must the bias be free?
======================

Some programs (LIBLINEAR with ``-B``, a net whose optimiser decays all parameters) penalise the intercept like any
other weight. What that costs is easiest to see with a rare class and with a change of origin.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball

rng = np.random.default_rng(2)
n = 2000
X = rng.normal(size=(n, 3))
y = (X @ [1.0, -0.5, 0.0] - 3.2 + rng.logistic(size=n) > 0).astype(int)
base = y.mean()

# %%
# The same λ, the bias free or as the coefficient of a column of ones.


def free(X, lam):
    return normball.solve(X, y, lam=lam).predict_proba(X)[:, 1]


def penalised(X, lam):
    ones = np.column_stack([X, np.ones(len(X))])
    return normball.solve(ones, y, lam=lam, fit_intercept=False).predict_proba(ones)[:, 1]


lams = np.geomspace(1e-4, 1, 13)
mean_free = np.array([free(X, lam).mean() for lam in lams])
mean_held = np.array([penalised(X, lam).mean() for lam in lams])
for k in (0, 6, 12):
    print(
        f"λ = {lams[k]:<7.2g} share of class 1: {base:.4f}   mean probability: free {mean_free[k]:.4f}, "
        f"penalised {mean_held[k]:.4f}"
    )

# %%
# Degrees Celsius or Kelvin: another origin of the first column must not change what is predicted.

shifts = np.array([0.0, 1.0, 3.0, 10.0, 30.0])
moved = {"free": [], "penalised": []}
for shift in shifts:
    other = X + np.array([shift, 0.0, 0.0])
    moved["free"].append(np.abs(free(other, 0.01) - free(X, 0.01)).max())
    moved["penalised"].append(np.abs(penalised(other, 0.01) - penalised(X, 0.01)).max())
    print(
        f"first column + {shift:4.0f}   largest change of a probability: free {moved['free'][-1]:.1e}, "
        f"penalised {moved['penalised'][-1]:.3f}"
    )

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.5), layout="constrained")
left.semilogx(lams, mean_free, "o-", label="bias free")
left.semilogx(lams, mean_held, "s-", label="bias penalised")
left.axhline(base, color="0.6", linestyle="--", label="share of class 1")
left.set(xlabel="λ", ylabel="mean predicted probability", ylim=(0, 0.55))
left.legend()
right.plot(shifts, moved["free"], "o-", label="bias free")
right.plot(shifts, moved["penalised"], "s-", label="bias penalised")
right.set(xlabel="shift of the first column's origin", ylabel="largest change of a probability")
right.legend()

assert np.abs(mean_free - base).max() < 1e-4 and mean_held[-1] > 4 * base
assert max(moved["free"]) < 1e-3 and max(moved["penalised"]) > 0.05
print(
    f"Conclusion: with a free bias the mean prediction is the share of class 1 ({base:.3f}) at every λ and no "
    "origin matters, while with "
    f"a penalised one it is {mean_held[-1]:.2f} at λ = 1 and a shift of "
    f"{shifts[np.argmax(moved['penalised'])]:.0f} moves a probability by "
    f"{max(moved['penalised']):.2f}."
)
