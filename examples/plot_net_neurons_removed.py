"""
Neurons removed by group L1
===========================

Plain L1 makes single weights zero, which saves nothing in a dense matrix. Group L1 takes all the weights that leave
one input or one neuron together: either the neuron is used or it is gone. The fewer are left, the smaller the net.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

try:
    from normball.neural import NeuralClassifier
except ImportError as problem:  # no PyTorch
    raise SystemExit(str(problem)) from None

X, y = load_digits(return_X_y=True)
X, X_new, y, y_new = train_test_split(X / 16, y, test_size=0.4, stratify=y, random_state=0)
settings = dict(hidden=(32,), l1_ratio=1.0, group=True, learning_rate=0.005, epochs=60, patience=60, random_state=0)

# %%
# Pixels and neurons that are left at each λ.

lams = np.array([0.0, 5e-4, 1e-3, 2e-3, 4e-3, 8e-3])
nets = [NeuralClassifier(lam=lam, **settings).fit(X, y) for lam in lams]
pixels = np.array([net.used_[0].sum() for net in nets])
neurons = np.array([net.used_[1].sum() for net in nets])
error = np.array([1 - net.score(X_new, y_new) for net in nets])
for lam, a, b, wrong in zip(lams, pixels, neurons, error, strict=True):
    print(f"λ = {lam:<7g} {a:2} of 64 pixels, {b:2} of 32 neurons   error on new rows {wrong:.3f}")

# %%
# Where a pixel's or a neuron's weights are zero, they are zero exactly: leaving it out changes nothing.

lean = nets[3]
W, V = lean.coefs_
(b, c), keep = lean.intercepts_, lean.used_[1]
small = np.maximum(X_new[:, lean.used_[0]] @ W[lean.used_[0]][:, keep] + b[keep], 0) @ V[keep] + c
apart = np.abs(small - lean.decision_function(X_new)).max()
print(f"the small net by hand, at λ = {lams[3]:g}: its scores differ by {apart:.1e} at most")

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.5), layout="constrained")
left.plot(lams, pixels, "o-", label="pixels, of 64")
left.plot(lams, neurons, "s-", label="neurons, of 32")
left.set_xscale("symlog", linthresh=5e-4)
left.set(xlabel="λ", ylabel="still used", xlim=(-1e-4, 1.1e-2), ylim=(0, 68))
left.legend()
right.plot(lams, 100 * error, "o-", color="black")
right.set_xscale("symlog", linthresh=5e-4)
right.set(xlabel="λ", ylabel="wrong on new rows, %", xlim=(-1e-4, 1.1e-2), ylim=(0, None))

assert apart < 1e-4 and np.all(np.diff(neurons) <= 0) and neurons[3] < 32 and error[3] < error[0] + 0.02
print(
    f"Conclusion: at λ = {lams[3]:g} group L1 leaves {neurons[3]} of 32 neurons and {pixels[3]} of 64 pixels, "
    "with an error of "
    f"{error[3]:.1%} on new rows against {error[0]:.1%} for the whole net."
)
