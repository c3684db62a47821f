"""What the penalty is of a network: every weight matrix, never a bias, never a normalisation layer.

    λ Σ_l ( α‖W_l‖₁ + (1-α)/2 ‖W_l‖_F² ),     with groups   √m Σ_j ‖W_l[:, j]‖₂   in place of ‖W_l‖₁

m is the number of weights that leave input j of layer l.  λ multiplies the penalty of the *mean* loss.
"""

# pyright: reportMissingImports=false
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..inputs import read_l1_ratio, read_lam
from ..inputs.values import read_number
from ..inputs.words import show
from .prox import into_balls, shrink_groups, soft_threshold

NORMALISATION = (
    nn.modules.batchnorm._NormBase,
    nn.LayerNorm,
    nn.GroupNorm,
    *((nn.RMSNorm,) if hasattr(nn, "RMSNorm") else ()),
)


@dataclass(frozen=True)
class WeightPenalty:
    """The penalty of one weight matrix, of one model or of a stack of M.

    lam       λ >= 0, or (M,) where weights carry a leading axis of models
    l1_ratio  α in [0, 1];  group: columns instead of single weights;  max_norm: ‖row‖₂ <= it, or None
    Law: tests/neural/test_prox_laws.py
    """

    lam: float | Tensor
    l1_ratio: float = 0.0
    group: bool = False
    max_norm: float | None = None

    @property
    def stacked(self) -> bool:
        return one_for_each(self.lam)

    def value(self, weight: Tensor) -> Tensor:
        """λ (α Ω₁ + (1-α)/2 ‖W‖²), a scalar or (M,); differentiable."""
        W, lam = self._matrices(weight), self._lam(weight)[:, 0, 0, 0]
        total = torch.zeros(len(W), dtype=W.dtype, device=W.device)
        if self.l1_ratio < 1.0:
            total = total + 0.5 * (1.0 - self.l1_ratio) * (W**2).sum((1, 2, 3))
        if self.l1_ratio > 0.0:
            sparse = _column_norms(W).sum((1, 2, 3)) * _root(W) if self.group else W.abs().sum((1, 2, 3))
            total = total + self.l1_ratio * sparse
        return (lam * total) if self.stacked else (lam * total)[0]

    def add_gradient(self, weight: Tensor) -> None:
        """Add the gradient of the smooth part, λ(1-α)W, to weight.grad: torch's coupled weight_decay."""
        if weight.grad is None or self.l1_ratio == 1.0:
            return
        rate = (1.0 - self.l1_ratio) * self._lam(weight).reshape(-1, *(1,) * (weight.ndim - 1))
        weight.grad += (rate if self.stacked else rate.reshape(())) * weight.detach()

    @property
    def moves(self) -> bool:
        """Whether `proximal` does anything."""
        return self.l1_ratio > 0.0 or self.max_norm is not None

    def proximal(self, weight: Tensor, step: Tensor | float) -> Tensor:
        """The weights after the part of the penalty that has no gradient: L1 or groups, then the balls.

        step : > 0, a number, or a tensor that broadcasts to the weights: how far the step before it went per unit of
            gradient.  With Adam another for each weight; then the fixed points are the minimisers all the same.
        """
        W, lam = self._matrices(weight), self._lam(weight)
        length = torch.as_tensor(step, dtype=W.dtype, device=W.device)
        length = length.reshape(1, 1, 1, 1) if length.ndim == 0 else self._matrices(length.expand_as(weight))
        if self.l1_ratio > 0.0:
            cut = self.l1_ratio * lam
            W = shrink_groups(W, length, cut * _root(W)) if self.group else soft_threshold(W, cut * length)
        if self.max_norm is not None:
            W = into_balls(W, self.max_norm)
        return W.reshape(weight.shape)

    def _matrices(self, weight: Tensor) -> Tensor:
        """(M, out, in, k)."""
        weight = weight if self.stacked else weight[None]
        return weight.flatten(3) if weight.ndim > 3 else weight[..., None]

    def _lam(self, weight: Tensor) -> Tensor:
        """(M, 1, 1, 1), with M = 1 for a number."""
        return torch.as_tensor(self.lam, dtype=weight.dtype, device=weight.device).reshape(-1, 1, 1, 1)


def one_for_each(lam: Any) -> bool:
    """Whether λ is a tensor (M,), one for each model of a stack."""
    return isinstance(lam, Tensor) and lam.ndim == 1


def _column_norms(W: Tensor) -> Tensor:
    """(M, 1, in, 1); the gradient at a column of zeros is zero (a subgradient), not NaN."""
    squares = (W**2).sum((1, 3), keepdim=True)
    return torch.where(squares > 0.0, torch.sqrt(torch.where(squares > 0.0, squares, torch.ones_like(squares))), 0.0)


def _root(W: Tensor) -> float:
    return float(W.shape[1] * W.shape[3]) ** 0.5


# ---- anybody's own model --------------------------------------------------------------------------------------------


def param_groups(model: nn.Module, lam: float) -> list[dict]:
    """Two groups of parameters for a torch optimiser: weights with weight_decay=lam, all others with 0.

    For optimisers whose weight decay is coupled (SGD with and without momentum, Adam, …) this *is* the L2 penalty λ/2
    ‖W‖² on the mean loss.  AdamW's is decoupled: another thing, with no penalty that it minimises.

    Raises
    ------
    InputError      λ < 0; no module; a parametrised weight, whose raw parameters say nothing of its size
    """
    lam = read_lam(lam)
    weights = [weight for _, weight in named_weights(model) if weight.requires_grad]
    mine = {id(weight) for weight in weights}
    others = [p for p in model.parameters() if id(p) not in mine and p.requires_grad]
    groups = [dict(params=weights, weight_decay=lam), dict(params=others, weight_decay=0.0)]
    return [group for group in groups if group["params"]]


def penalty(model: nn.Module, lam: float, l1_ratio: float = 0.0, *, group: bool = False) -> Tensor:
    """λ Σ_l (α‖W_l‖₁ + (1-α)/2 ‖W_l‖²) as a differentiable scalar, to add to a mean loss.

    By gradient steps alone an L1 part gives small weights, not zeros: `Proximal` gives zeros.
    """
    of_one = WeightPenalty(read_lam(lam), read_l1_ratio(l1_ratio), bool(group))
    weights = [weight for _, weight in named_weights(model)]
    if not weights:
        raise InputError(f"This {type(model).__name__} has no weight matrix, so there is nothing to penalise.")
    total = of_one.value(weights[0])
    for weight in weights[1:]:
        total = total + of_one.value(weight)
    return total


def frobenius_norms(model: nn.Module) -> dict[str, float]:
    """‖W‖_F of every penalised weight, by its name in the model."""
    return {name: float(torch.linalg.vector_norm(weight.detach())) for name, weight in named_weights(model)}


def named_weights(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that λ is meant for, each once: of two axes or more, no bias, not of a normalisation layer."""
    if not isinstance(model, nn.Module):
        raise InputError(f"model={show(model)} must be a torch.nn.Module.")
    seen: set[int] = set()
    for path, module in model.named_modules():
        if isinstance(module, NORMALISATION):
            continue
        for name, parameter in module.named_parameters(prefix=path, recurse=False):
            short = name.rsplit(".", 1)[-1]
            if ".parametrizations." in f".{name}":
                raise InputError(
                    f"{name} is the raw parameter of a parametrised weight: shrinking it need not shrink the weight. "
                    "Remove the parametrisation, or give that layer a penalty of your own."
                )
            if isinstance(parameter, nn.parameter.UninitializedParameter):
                raise InputError(f"{name} has no shape yet (a lazy layer). Run the model once on a batch first.")
            if parameter.ndim >= 2 and "bias" not in short and id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter


def read_max_norm(max_norm) -> float | None:
    """The radius of the balls: > 0, or None."""
    if max_norm is None:
        return None
    return read_number(max_norm, "max_norm", "a finite number > 0, or None for no balls", lambda v: 0.0 < v < inf)
