"""A network of L layers, the heads that its outputs go to, and a stack of such networks."""

# pyright: reportMissingImports=false
from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import sqrt

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import stack_module_state

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "logistic": torch.sigmoid,
    "silu": nn.functional.silu,
    "gelu": nn.functional.gelu,
}


def as_tensor(array: np.ndarray) -> Tensor:
    """The same memory where torch can take it: contiguous and writeable (it is never written to)."""
    return torch.from_numpy(np.require(array, requirements=["C", "W"]))


class Network(nn.Module):
    """x -> W_L a(… a(W_1 x + b_1) …) + b_L;  widths (inputs, hidden…, outputs).  Without hidden widths: W x + b."""

    def __init__(self, widths: tuple[int, ...], activation: str, dtype: torch.dtype):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.utils.skip_init(nn.Linear, fan_in, fan_out, dtype=dtype) for fan_in, fan_out in pairwise(widths)
        )
        self.activation = ACTIVATIONS[activation]

    @property
    def linear(self) -> list[nn.Linear]:
        return list(self.layers)  # pyright: ignore[reportReturnType]

    def forward(self, x: Tensor) -> Tensor:
        return self.linear[-1](self.inner(x))

    def inner(self, x: Tensor) -> Tensor:
        """What the last layer is given."""
        for layer in self.linear[:-1]:
            x = self.activation(layer(x))
        return x

    def draw(self, rng: np.random.Generator) -> Network:
        """Uniform within Glorot's bound (Glorot and Bengio 2010), biases too; without hidden layers all zero."""
        with torch.no_grad():
            for layer in self.linear:
                weight = layer.weight
                bound = sqrt(6.0 / sum(weight.shape)) if len(self.layers) > 1 else 0.0
                weight.copy_(torch.from_numpy(rng.uniform(-bound, bound, tuple(weight.shape))))
                layer.bias.copy_(torch.from_numpy(rng.uniform(-bound, bound, len(layer.bias))))
        return self

    def put(self, coefs: list[np.ndarray], intercepts: list[np.ndarray]) -> Network:
        """Take coefs (in, out) and intercepts (out,), as scikit-learn lays them out."""
        with torch.no_grad():
            for layer, coef, intercept in zip(self.linear, coefs, intercepts, strict=True):
                layer.weight.copy_(torch.from_numpy(np.array(coef).T.copy()))
                layer.bias.copy_(torch.from_numpy(np.array(intercept)))
        return self


def stack_networks(networks: list[Network], device: str) -> dict[str, Tensor]:
    """Their parameters side by side: name -> (M, …), leaves that take gradients."""
    stacked, _ = stack_module_state(networks)  # pyright: ignore[reportArgumentType]
    return {name: value.detach().to(device).requires_grad_() for name, value in stacked.items()}


# ---- heads: (η (B, K), y) -> losses (B,), in nats; as in docs/design/certificates ----------------------------------


def binary_loss(eta: Tensor, y: Tensor) -> Tensor:
    """log(1 + e^η) - yη for y in {0, 1}, one output."""
    eta = eta[:, 0]
    return torch.logaddexp(eta, torch.zeros_like(eta)) - y * eta


def softmax_loss(eta: Tensor, y: Tensor) -> Tensor:
    """log Σ_k e^η_k - η_y for class numbers y, K outputs."""
    return torch.logsumexp(eta, 1) - eta.gather(1, y[:, None])[:, 0]


def squared_loss(eta: Tensor, y: Tensor) -> Tensor:
    """½ Σ_k (y_k - η_k)²."""
    return 0.5 * ((y - eta) ** 2).sum(1)


HEADS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary": binary_loss,
    "softmax": softmax_loss,
    "squared": squared_loss,
}
CURVATURE = {"binary": 0.25, "softmax": 0.5, "squared": 1.0}
"""The largest eigenvalue of a loss's Hessian in η."""


def wrong(head: str, eta: Tensor, y: Tensor) -> Tensor:
    """1 where the more probable class is another one, (B,); of the squared head the squared error."""
    if head == "binary":
        return ((eta[:, 0] > 0.0) != (y > 0.5)).to(eta.dtype)
    if head == "softmax":
        return (eta.argmax(1) != y).to(eta.dtype)
    return ((y - eta) ** 2).mean(1)
