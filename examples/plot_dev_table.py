"""
The dev-set table
=================

The oldest way to choose λ: a few values, a fit of the training rows for each, and the loss on rows set aside. The
table says of each whether it underfits, is right, or overfits.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

import normball

data = load_breast_cancer()
X, y = data.data, 1 - data.target
held = np.random.default_rng(0).permutation(len(y)) < len(y) // 4
X = (X - X[~held].mean(axis=0)) / X[~held].std(axis=0)  # units from the training rows alone

# %%
# The course's grid of λ, in λ/(2m) ‖w‖², extended to both sides.

lambd = np.geomspace(1e-2, 1e4, 13)
lams = lambd / (~held).sum()
chosen = normball.LogisticRegressionCV(lams=lams, dev=(X[held], y[held])).fit(X[~held], y[~held])
table = chosen.dev_table_
print(table.summary())

figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
lam = [row.lam for row in table.rows]
ax.semilogx(lam, [row.train_loss for row in table.rows], "o-", label="training rows")
dev = np.array([row.dev_loss for row in table.rows])
ax.semilogx(lam, dev, "s-", label="dev rows")
ax.axhspan(dev.min(), dev.min() + table.se, color="tab:orange", alpha=0.15, label="within one standard error")
ax.axvline(table.rows[table.best].lam, color="0.6", linestyle="--")
ax.set(xlabel="λ", ylabel="mean log-loss, nats")
ax.legend()

train = np.array([row.train_loss for row in table.rows])
best = table.rows[table.best]
words = [row.verdict for row in table.rows]
assert np.all(np.diff(train) < 0) and words[0] == "underfit" and words[-1] == "overfit" and best.verdict == "right"
print(
    f"Conclusion: the training loss only falls as λ does, and the dev loss is smallest at λ = {best.lam:.2g}, with "
    f"{words.count('underfit')} of the grid's values above the right ones and {words.count('overfit')} below them."
)
