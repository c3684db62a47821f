"""
Bias² and variance
==================

A penalty makes estimates wrong on average (bias) and steadier (variance). With the truth known both can be counted:
2000 noisy y for the same X, as the columns of one matrix, are all fitted at once at every λ.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball

rng = np.random.default_rng(1)
n, p, repeats, sd = 60, 30, 2000, 2.0
X = rng.normal(size=(n, p)) @ np.diag(np.linspace(1.5, 0.3, p))
w = rng.normal(size=p) * 0.4
truth = X @ w
Y = truth[:, None] + sd * rng.normal(size=(n, repeats))  # one noisy y in each column

# %%
# All fits at once. With X = U diag(s) Vᵀ the ridge predictions of every column are U diag(s²/(s² + nλ)) UᵀY.

U, s, Vt = np.linalg.svd(X, full_matrices=False)
lams = np.geomspace(1e-3, 10, 41)
bias2, variance, exact_bias2, exact_variance = [], [], [], []
for lam in lams:
    keep = s**2 / (s**2 + n * lam)
    fits = U @ (keep[:, None] * (U.T @ Y))  # (n, repeats)
    bias2.append(np.mean((fits.mean(axis=1) - truth) ** 2))
    variance.append(np.mean(fits.var(axis=1)))
    exact_bias2.append(np.mean((U @ ((1 - keep) * (U.T @ truth))) ** 2))
    exact_variance.append(sd**2 * np.sum(keep**2) / n)
bias2, variance = np.array(bias2), np.array(variance)
total = bias2 + variance
best = int(np.argmin(total))

proved = normball.solve(X, Y[:, 0], lam=lams[best], loss="squared", fit_intercept=False)  # one column, certified
keep = s**2 / (s**2 + n * lams[best])
assert np.abs(X @ proved.coef - U @ (keep * (U.T @ Y[:, 0]))).max() < 1e-3

# %%
# Counted beside what theory says.

none = sd**2 * p / n  # least squares: no bias, and this variance
print(f"λ = 0       bias² 0        variance {none:.4f}   sum {none:.4f}")
for k in (0, best, 40):
    print(f"λ = {lams[k]:<7.3g} bias² {bias2[k]:.4f}   variance {variance[k]:.4f}   sum {total[k]:.4f}")

figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
ax.semilogx(lams, bias2, ".", color="tab:blue", label="bias², counted")
ax.semilogx(lams, exact_bias2, color="tab:blue", alpha=0.5)
ax.semilogx(lams, variance, ".", color="tab:orange", label="variance, counted")
ax.semilogx(lams, exact_variance, color="tab:orange", alpha=0.5)
ax.semilogx(lams, total, color="black", label="their sum")
ax.axhline(none, color="0.6", linestyle="--", label="least squares")
ax.axvline(lams[best], color="0.8", zorder=0)
ax.set(xlabel="λ", ylabel="mean squared error of the predictions", ylim=(0, None))
ax.legend()

assert np.all(np.diff(exact_bias2) > 0) and np.all(np.diff(exact_variance) < 0)
assert np.allclose(variance, exact_variance, rtol=0.05) and np.allclose(bias2, exact_bias2, rtol=0.1, atol=0.003)
assert 0 < best < len(lams) - 1 and total[best] < none
print(
    f"Conclusion: at λ = {lams[best]:.2g} the sum of bias² and variance is {total[best]:.2f}, which is "
    f"{1 - total[best] / none:.0%} "
    "below the error of unbiased least squares."
)
