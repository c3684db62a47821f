"""
A net: training and dev error against λ
=======================================

The same curve as for logistic regression: as λ falls the training loss falls, and the dev loss turns. All λ are
trained at once, as one stacked model with the same first weights and the same batches, which is why the curves are
smooth.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

try:
    from normball.neural import NeuralClassifierCV
except ImportError as problem:  # no PyTorch
    raise SystemExit(str(problem)) from None

X, y = load_digits(return_X_y=True)
X, X_dev, y, y_dev = train_test_split(X / 16, y, train_size=300, stratify=y, random_state=0)
noisy = np.random.default_rng(0).random(len(y)) < 0.1  # a tenth of the training labels is wrong
y = np.where(noisy, (y + 1) % 10, y)

# %%
# Eleven λ in one stack; the table is that of the dev set.

lams = np.geomspace(1, 1e-5, 11)
settings = dict(hidden=(32,), learning_rate=0.01, epochs=150, patience=150, batch_size=50, random_state=0)
net = NeuralClassifierCV(lams, dev=(X_dev, y_dev), **settings).fit(X, y)
table = net.dev_table_
print(table.summary())

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
lam = [row.lam for row in table.rows]
left.semilogx(lam, [row.train_loss for row in table.rows], "o-", label="training rows")
left.semilogx(lam, [row.dev_loss for row in table.rows], "s-", label="dev rows")
left.set(xlabel="λ", ylabel="mean log-loss, nats")
left.legend()
right.semilogx(lam, [100 * row.train_error for row in table.rows], "o-", label="training rows")
right.semilogx(lam, [100 * row.dev_error for row in table.rows], "s-", label="dev rows")
right.set(xlabel="λ", ylabel="wrong, %")

best = table.rows[table.best]
weak = table.rows[-1]
assert lam[0] > best.lam > lam[-1] and weak.train_loss < best.train_loss and weak.dev_loss > 1.2 * best.dev_loss
print(
    f"Conclusion: at λ = {best.lam:.2g} the dev loss is {best.dev_loss:.2f}, and at λ = {weak.lam:.0e} it is "
    f"{weak.dev_loss:.2f} "
    f"although the training loss has fallen from {best.train_loss:.2f} to {weak.train_loss:.3f}."
)
