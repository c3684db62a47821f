"""
A feature that occurs in one class only
=======================================

A yes/no column that is "yes" in eight rows, all of them of class 1. The likelihood rises for ever as its coefficient
grows: without a penalty there is no estimate, though programs print one (it says where they stopped). A penalty makes
it finite, but its size is then the penalty's doing.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression

import normball

rng = np.random.default_rng(0)
n = 300
age = rng.normal(size=n)
y = (0.8 * age + rng.logistic(size=n) > 0).astype(int)
rare = np.zeros(n)
rare[rng.choice(np.flatnonzero(y == 1), 8, replace=False)] = 1
X = np.column_stack([age, rare])

# %%
# No penalty: normball says that there is no optimum, and which column is why; another program gives numbers.

with warnings.catch_warnings():
    warnings.simplefilter("ignore", normball.ConvergenceWarning)
    none = normball.solve(X, y, lam=0.0)
print(none.certificate.summary())
stops = {}
for tol in (1e-2, 1e-4, 1e-6):
    stops[tol] = LogisticRegression(C=np.inf, tol=tol, max_iter=10_000).fit(X, y).coef_[0, 1]
    print(f"scikit-learn without a penalty, tol={tol:g}: coefficient {stops[tol]:.1f}")

# %%
# With one: finite, and growing as λ falls. Firth's penalty needs no strength.

lams = np.geomspace(1e-1, 1e-7, 13)
coefs = np.array([normball.solve(X, y, lam=lam).coef for lam in lams])
firth = normball.solve(X, y, penalty="firth").coef
for lam, (a, b) in zip(lams[::4], coefs[::4], strict=True):
    print(f"λ = {lam:<8.1g} age {a:.3f}   rare {b:.2f}")
print(f"Firth        age {firth[0]:.3f}   rare {firth[1]:.2f}")

figure, ax = plt.subplots(figsize=(6.2, 3.6), layout="constrained")
ax.semilogx(lams, coefs[:, 1], "o-", label="the column of one class")
ax.semilogx(lams, coefs[:, 0], "s-", label="an ordinary column")
ax.axhline(firth[1], color="tab:blue", linestyle="--", label="the first one, Firth's penalty")
ax.set(xlabel="λ (L2)", ylabel="coefficient, log-odds per unit")
ax.legend()

steps = np.diff(coefs[:, 1])
assert none.certificate.status == "separated" and np.all(steps > 0) and np.ptp(coefs[-4:, 0]) < 0.01
assert stops[1e-6] > stops[1e-2] and np.isfinite(firth).all()
print(
    "Conclusion: the coefficient of a one-class feature has no value of its own, for it grows by about "
    f"{steps[-4:].mean():.1f} "
    "whenever λ falls by √10, while the ordinary column's settles to within 0.01."
)
