"""
Weight decay: three names, and one that is another thing
========================================================

"A penalty in the loss", torch's coupled ``weight_decay=``, and "multiply the weights by 1 - αλ, then step": for plain
SGD they are one trajectory. The last one needs the gradient from *before* the multiplication. AdamW is another thing.
"""

import matplotlib.pyplot as plt
import numpy as np

try:
    import torch

    from normball.neural import param_groups, penalty
except ImportError as problem:  # no PyTorch
    raise SystemExit(str(problem)) from None

LAM, STEPS, RATE = 0.05, 200, 0.02
draw = torch.Generator().manual_seed(0)
X = torch.randn(80, 5, generator=draw, dtype=torch.float64)
y = (X[:, 0] - X[:, 1] + 0.5 * torch.randn(80, generator=draw, dtype=torch.float64) > 0).double()[:, None]


def make():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()


def train(optimizer_of, in_loss=False, multiply=None):
    """The weights after every step (STEPS, number of weights)."""
    net = make()
    optimizer = optimizer_of(net)
    weights = [net[0].weight, net[2].weight]
    seen = []
    for _ in range(STEPS):
        if multiply == "before the gradient":
            with torch.no_grad():
                for w in weights:
                    w.mul_(1 - RATE * LAM)
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(X), y)
        (loss + penalty(net, LAM) if in_loss else loss).backward()
        if multiply == "after the gradient":
            with torch.no_grad():
                for w in weights:
                    w.mul_(1 - RATE * LAM)
        optimizer.step()
        seen.append(np.concatenate([w.detach().numpy().ravel() for w in weights]))
    return np.array(seen)


def plain(kind, **more):
    return lambda net: kind(net.parameters(), lr=RATE, **more)


def decayed(kind, **more):
    return lambda net: kind(param_groups(net, LAM), lr=RATE, **more)


# %%
# Each way beside the penalty in the loss, under the same optimiser.

SGD, Adam, AdamW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
by_loss = {
    "SGD": train(plain(SGD), in_loss=True),
    "momentum": train(plain(SGD, momentum=0.9), in_loss=True),
    "Adam": train(plain(Adam), in_loss=True),
}
others = {
    "SGD, weight_decay=": ("SGD", train(decayed(SGD))),
    "SGD, gradient, multiply, step": ("SGD", train(plain(SGD), multiply="after the gradient")),
    "SGD, multiply, gradient, step": ("SGD", train(plain(SGD), multiply="before the gradient")),
    "momentum, weight_decay=": ("momentum", train(decayed(SGD, momentum=0.9))),
    "momentum, gradient, multiply, step": ("momentum", train(plain(SGD, momentum=0.9), multiply="after the gradient")),
    "Adam, weight_decay=": ("Adam", train(decayed(Adam))),
    "AdamW, weight_decay=": ("Adam", train(decayed(AdamW))),
}
apart = {}
figure, ax = plt.subplots(figsize=(7.4, 4), layout="constrained")
for name, (base, seen) in others.items():
    distance = np.linalg.norm(seen - by_loss[base], axis=1) / np.linalg.norm(by_loss[base], axis=1)
    apart[name] = distance.max()
    print(f"{name:36} differs from the penalty in the loss by {apart[name]:.1e} of ‖W‖")
    ax.semilogy(np.arange(1, STEPS + 1), np.maximum(distance, 1e-18), label=name)
ax.set(xlabel="step", ylabel="distance from the penalty in the loss, of ‖W‖")
ax.legend(fontsize=7, loc="center right")

same = ["SGD, weight_decay=", "SGD, gradient, multiply, step", "momentum, weight_decay=", "Adam, weight_decay="]
assert max(apart[name] for name in same) < 1e-12
assert min(value for name, value in apart.items() if name not in same) > 1e-6
print(
    "Conclusion: coupled weight_decay is the penalty in the loss to 1e-12 under SGD, momentum and Adam, "
    "while AdamW ends elsewhere, "
    f"{apart['AdamW, weight_decay=']:.1f} times ‖W‖ away after {STEPS} steps."
)
