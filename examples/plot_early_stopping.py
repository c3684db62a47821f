"""
The textbook trainer, and early stopping beside the L2 path
===========================================================

Gradient descent that starts at zero and stops early does much of what an L2 penalty does: after k steps of length α
it has come about as far as the penalised solution with λ = 1/(α k). How alike are the two paths?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

import normball
from normball.textbook import GradientDescent

data = load_breast_cancer()
X, y = data.data, 1 - data.target
held = np.random.default_rng(0).permutation(len(y)) < len(y) // 3
X = (X - X[~held].mean(axis=0)) / X[~held].std(axis=0)
alpha = 0.5

# %%
# The iterates after 1, 2, 4, … steps; beside each the L2 solution of the same ‖w‖, which a ball gives directly.

steps = 2 ** np.arange(12)
rows = []
for k in steps:
    descent = GradientDescent(alpha, int(k), tol=0.0).fit(X[~held], y[~held])
    w = descent.coef_[0]
    ridge = normball.solve(X[~held], y[~held], ball=normball.Ball(float(np.linalg.norm(w)), "l2"))
    eta = [X[held] @ w + descent.intercept_[0], X[held] @ ridge.coef + ridge.intercept]
    losses = [np.mean(np.logaddexp(0, e) - y[held] * e) for e in eta]
    cosine = w @ ridge.coef / np.linalg.norm(w) / np.linalg.norm(ridge.coef)
    rows.append((k, np.linalg.norm(w), ridge.lam, cosine, *losses))
    print(
        f"{k:5} steps   ‖w‖ = {rows[-1][1]:6.3f}   λ = {ridge.lam:.5f}   λ α k = {ridge.lam * alpha * k:5.2f} "
        f"  cosine {cosine:.4f}   "
        f"held-out loss {losses[0]:.4f}, L2 {losses[1]:.4f}"
    )
k, norm, lam, cosine, early, penalised = np.array(rows).T

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
left.semilogx(norm, early, "o-", label="gradient descent, stopped")
left.semilogx(norm, penalised, "s--", label="L2 penalty of the same ‖w‖")
left.set(xlabel="‖w‖", ylabel="held-out log-loss, nats", xticks=[1, 2, 4], xticklabels=["1", "2", "4"])
left.minorticks_off()
left.legend()
right.loglog(alpha * k, lam, "o-", label="λ of the same ‖w‖")
right.loglog(alpha * k, 1 / (alpha * k), color="0.6", linestyle="--", label="1/(α k)")
right.set(xlabel="steps × learning rate", ylabel="λ")
right.legend()

# %%
# The same direction, nearly, and the same best loss.

factor = lam * alpha * k
assert cosine.min() > 0.9 and abs(early.min() - penalised.min()) < 0.01
assert factor.min() > 0.1 and factor.max() < 10
print(
    "Conclusion: at equal ‖w‖ the stopped iterate and the L2 solution have a cosine of at least "
    f"{cosine.min():.2f}, λ is between "
    f"{factor.min():.2f} and {factor.max():.2f} times 1/(α k), and the best held-out losses are "
    f"{early.min():.3f} and {penalised.min():.3f}."
)
