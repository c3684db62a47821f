"""Without hidden layers the cost is convex: accelerated proximal gradients on all rows, for a stack of models.

Beck and Teboulle (2009), restarted where the momentum points uphill (O'Donoghue and Candès 2015), each model by itself.
Steps are measured in the metric of the columns' own scales: as fast as on standardised X, the penalty as it is.
"""

# pyright: reportMissingImports=false
from __future__ import annotations

import torch
from torch import Tensor

from .penalty import WeightPenalty


class Fista:
    """The one layer of M models: params = {weight (M, K, p), bias (M, K)} at the point where gradients are asked for.

    rows of X weigh c (F, n), Σ c = 1, in fold F; fold (M,) says which one a model belongs to.
    `answer` is the point to read;  `length` (M,) is the norm of the last step in units of √nats.
    """

    def __init__(self, params: dict[str, Tensor], rule: WeightPenalty, X: Tensor, c: Tensor, fold: Tensor, bend: float):
        self.names = (
            next(name for name in params if name.endswith("weight")),
            next(name for name in params if name.endswith("bias")),
        )
        self.params, self.rule = params, rule
        self.answer = {name: value.detach().clone() for name, value in params.items()}
        self.theta = torch.ones(len(fold), dtype=X.dtype, device=X.device)
        self.length = torch.full_like(self.theta, torch.inf)
        ridge = (1.0 - rule.l1_ratio) * torch.as_tensor(rule.lam, dtype=X.dtype, device=X.device)
        scale = torch.sqrt((X**2).mean(0))
        scale = torch.where(scale > 0.0, scale, torch.ones_like(scale))
        steep = bend * torch.stack([_largest(X / scale, weight) for weight in c])[fold]
        of_weights = 1.0 / (steep[:, None, None] * scale**2 + ridge[:, None, None])
        if rule.max_norm is not None:  # the nearest point of a ball is known in one metric only
            of_weights = of_weights.amin(2, keepdim=True).expand_as(of_weights).contiguous()
        self.steps = {self.names[0]: of_weights, self.names[1]: 1.0 / steep[:, None]}

    def step(self) -> None:
        """From the gradients at `params` to the next point."""
        with torch.no_grad():
            weight = self.params[self.names[0]]
            self.rule.add_gradient(weight)
            found = {name: value - self.steps[name] * _slope(value) for name, value in self.params.items()}
            found[self.names[0]] = self.rule.proximal(found[self.names[0]], self.steps[self.names[0]])
            moved = {name: found[name] - self.params[name] for name in found}
            self.length = torch.sqrt(self._dot(moved, moved))
            ahead = {name: found[name] - self.answer[name] for name in found}
            uphill = self._dot(moved, ahead) < 0.0
            theta = torch.where(uphill, torch.ones_like(self.theta), 0.5 + torch.sqrt(0.25 + self.theta**2))
            push = torch.where(uphill, torch.zeros_like(theta), (self.theta - 1.0) / theta)
            for name, value in self.params.items():
                value.copy_(found[name] + _along(push, ahead[name]) * ahead[name])
                value.grad = None
            self.answer, self.theta = found, theta

    def keep(self, models: Tensor, rule: WeightPenalty) -> None:
        """Go on with some of the models only."""
        self.rule = rule
        for part in (self.answer, self.steps):
            for name in part:
                part[name] = part[name][models]
        self.theta, self.length = self.theta[models], self.length[models]

    def _dot(self, a: dict[str, Tensor], b: dict[str, Tensor]) -> Tensor:
        return sum(((a[name] * b[name] / self.steps[name]).flatten(1).sum(1) for name in a), torch.zeros(()))


def _slope(value: Tensor) -> Tensor:
    assert value.grad is not None
    return value.grad


def _along(per_model: Tensor, like: Tensor) -> Tensor:
    return per_model.reshape(-1, *(1,) * (like.ndim - 1))


def _largest(X: Tensor, c: Tensor) -> Tensor:
    """The largest eigenvalue of Σ c x̃ x̃ᵀ, x̃ = (1, x)."""
    root = torch.sqrt(c)[:, None] * torch.cat([torch.ones_like(X[:, :1]), X], 1)
    gram = root.T @ root if root.shape[1] <= root.shape[0] else root @ root.T
    return torch.linalg.eigvalsh(gram)[-1] * (1.0 + 1e-9)
