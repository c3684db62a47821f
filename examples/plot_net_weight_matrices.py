"""
Shrinking weight matrices
=========================

Why it is called weight decay: the Frobenius norm of each weight matrix while three nets are trained that differ in λ
alone. Without a penalty the norms creep upwards; with one they are held back.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

try:
    from normball.neural import NeuralClassifier
except ImportError as problem:  # no PyTorch
    raise SystemExit(str(problem)) from None

X, y = load_digits(return_X_y=True)
X = X / 16
lams = (0.0, 1e-3, 1e-2)
settings = dict(hidden=(32, 16), epochs=60, batch_size=100, patience=60, random_state=0)
nets = {lam: NeuralClassifier(lam=lam, **settings).fit(X, y) for lam in lams}

# %%
# ‖W_l‖_F of the three layers at the end, and along the way.

figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for lam, net in nets.items():
    norms = net.history_["norms"]  # (epochs, layers)
    print(f"λ = {lam:<6g} ‖W‖ of the layers: {norms[-1].round(2)}   training loss {net.history_['train_loss'][-1]:.4f}")
    for layer, ax in enumerate(axes):
        ax.plot(np.arange(1, len(norms) + 1), norms[:, layer], label=f"λ = {lam:g}")
for layer, ax in enumerate(axes):
    ax.set(title=f"layer {layer + 1}", xlabel="epoch", ylim=(0, None))
axes[0].set_ylabel("‖W‖, Frobenius")
axes[0].legend()

# %%
# The picture behind the number: the first layer's weights, each column the 64 pixels of a neuron.

figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
top = np.abs(nets[0.0].coefs_[0]).max()
for ax, (lam, net) in zip(axes, nets.items(), strict=True):
    shown = ax.imshow(net.coefs_[0], cmap="coolwarm", vmin=-top, vmax=top, aspect="auto", interpolation="nearest")
    ax.set(title=f"λ = {lam:g}", xlabel="neuron")
axes[0].set_ylabel("pixel")
figure.colorbar(shown, ax=axes, label="weight")

last = np.array([net.history_["norms"][-1] for net in nets.values()])
total = np.sqrt((last**2).sum(axis=1))
creep = nets[0.0].history_["norms"][-1] - nets[0.0].history_["norms"][-6]
assert np.all(np.diff(last, axis=0) < 0) and np.all(creep > 0)
print(
    f"Conclusion: every layer's matrix is smaller the larger λ is, {total[0]:.1f} over all layers without a "
    "penalty against "
    f"{total[1]:.1f} and {total[2]:.1f}, and without one all of them still grow at the end."
)
