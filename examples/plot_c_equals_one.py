"""
"C = 1" means λ = ?
===================

Every program has a number for the strength of its penalty, and "1" is hardly ever the same. Here each is asked for
the value 1 with 1000 rows, and translated to λ, which multiplies the penalty of the mean loss.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

import normball
from normball import Strength

said = {
    "C (scikit-learn)": Strength(C=1),
    "C (LIBLINEAR)": Strength(liblinear_C=1),
    "alpha (Lasso, ElasticNet, SGD)": Strength(alpha=1),
    "alpha (Ridge)": Strength(ridge_alpha=1),
    "alpha (MLPClassifier, batch 200)": Strength(mlp_alpha=1, batch=200),
    "λ (glmnet, H2O, Spark)": Strength(glmnet_lambda=1),
    "λ/(2m) ‖w‖² (course notes)": Strength(lambd=1),
    "mean loss + λ‖w‖² (books)": Strength(square=1),
    "sum + ½λ‖w‖² (books)": Strength(sum_half=1),
    "sum + λ‖w‖² (books)": Strength(square_sum=1),
    "Gaussian prior, σ = 1": Strength(sigma=1),
    "Laplace prior, sd 1": Strength(laplace_sd=1),
    "lambda (XGBoost gblinear)": Strength(xgb_lambda=1),
    "alpha (XGBoost gblinear)": Strength(xgb_alpha=1),
    "weight_decay (torch SGD, Adam)": Strength(weight_decay=1),
}
n = 1000
lams = {name: strength.lam(n=n) for name, strength in said.items()}
for name, lam in sorted(lams.items(), key=lambda pair: pair[1]):
    print(f"{name:34} λ = {lam:.6g}")

# %%
# Two of them tried on data: another program's fit, and ours at the translated λ.

rng = np.random.default_rng(0)
X = rng.normal(size=(n, 5))
eta = X @ [1.0, -1.0, 0.5, 0.0, 0.0]
labels, numbers = (eta + rng.logistic(size=n) > 0).astype(int), eta + rng.normal(size=n)
theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(X, labels).coef_[0]
ours = normball.solve(X, labels, lam=Strength(C=1), tol=1e-12).coef
apart = [np.abs(theirs - ours).max()]
theirs = Ridge(alpha=1.0).fit(X, numbers).coef_
ours = normball.solve(X, numbers, lam=Strength(ridge_alpha=1), loss="squared", tol=1e-14).coef
apart.append(np.abs(theirs - ours).max())
print(f"LogisticRegression(C=1) and Ridge(alpha=1) differ from ours by {apart[0]:.1e} and {apart[1]:.1e}")

figure, ax = plt.subplots(figsize=(7.2, 4.4), layout="constrained")
order = sorted(lams, key=lams.get)
ax.hlines(order, 5e-4, [lams[name] for name in order], color="0.8")
ax.plot([lams[name] for name in order], order, "o")
ax.set(xscale="log", xlabel="λ on the mean loss, for 1000 rows", xlim=(5e-4, 4))

ratio = max(lams.values()) / min(lams.values())
assert max(apart) < 1e-5 and len(set(np.round(list(lams.values()), 9))) >= 5
print(
    f"Conclusion: with 1000 rows the number 1 stands for {len(set(np.round(list(lams.values()), 9)))} "
    f"different λ among {len(lams)} programs and "
    f"books, from {min(lams.values()):g} to {max(lams.values()):g}, a factor of {ratio:.0f}."
)
