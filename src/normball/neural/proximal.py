"""A torch optimiser whose L1 gives zeros: a step of the optimiser on what is smooth, then a proximal step."""

# pyright: reportMissingImports=false
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError, StrengthConflict
from ..inputs import read_l1_ratio, read_lam
from .penalty import WeightPenalty, named_weights, one_for_each, read_max_norm

StepLength = Callable[[Tensor, dict, dict], "Tensor | float"]


class Proximal:
    """Any torch optimiser, with λ Σ_l (α‖W_l‖₁ + (1-α)/2 ‖W_l‖²) added to what it minimises, and exact zeros.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Over the model's parameters, without weight_decay of its own on the weights.
    model : nn.Module, or the weights themselves
        Weights are penalised; biases and normalisation layers never.
    lam : float, or a tensor (M,) where every weight has a leading axis of M models side by side
    l1_ratio : α in [0, 1]
    group : bool
        √m ‖column‖₂ instead of L1: all m weights that leave an input go to zero together, which removes the neuron.
    max_norm : float or None
        After each step every row of a weight is moved into the ball ‖row‖₂ <= max_norm.
    step_length : (weight, group, state) -> float or tensor; None
        How far one step goes per unit of gradient.  None knows SGD, Adam, AdamW, NAdam, RAdam, Adamax, Adagrad and
        RMSprop; any other optimiser needs it, or the penalty would have another strength than lam.

    The threshold of a weight is λα times *its own* step length (with Adam lr/(√v̂ + ε)): with one length for all, L1
    would settle where the gradient is proportional to √v̂, not where the penalised cost is smallest.

    Raises InputError or StrengthConflict (weight_decay and lam both given).  Law: tests/neural/test_proximal.py
    """

    def __init__(
        self, optimizer: torch.optim.Optimizer, model: nn.Module | Iterable[Tensor], lam: float | Tensor,
        l1_ratio: float = 0.0, *, group: bool = False, max_norm: float | None = None,
        step_length: StepLength | None = None,
    ):  # fmt: skip
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise InputError(f"optimizer is a {type(optimizer).__name__}, but must be a torch.optim.Optimizer.")
        lam = lam if one_for_each(lam) else read_lam(lam)
        self.optimizer, self.step_length = optimizer, step_length
        self.rule = WeightPenalty(lam, read_l1_ratio(l1_ratio), bool(group), read_max_norm(max_norm))
        found = [w for _, w in named_weights(model)] if isinstance(model, nn.Module) else list(model)
        mine = {id(weight) for weight in found}
        self.weights: list[tuple[Any, dict]] = [
            (p, part) for part in optimizer.param_groups for p in part["params"] if id(p) in mine
        ]
        if not self.weights:
            raise InputError("The optimiser holds no weight of this model. Make it over model.parameters().")
        if any(part.get("weight_decay", 0.0) for _, part in self.weights):
            raise StrengthConflict(
                f"{type(optimizer).__name__} has a weight_decay of its own beside lam: the weights would be penalised "
                "twice. Make it with weight_decay=0 (AdamW's default is 0.01)."
            )
        if any(part.get("maximize", False) for _, part in self.weights):
            raise InputError("The optimiser maximises; a penalty belongs to something that is minimised.")
        if step_length is None and self.rule.l1_ratio > 0.0:
            known_length(optimizer)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step.  The L2 part joins the gradient, the optimiser steps, then L1, groups and balls."""
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        else:
            loss = None
        with torch.no_grad():
            for weight, _ in self.weights:
                self.rule.add_gradient(weight)
            self.optimizer.step()
            if self.rule.moves:
                length = self.step_length or (known_length(self.optimizer) if self.rule.l1_ratio > 0.0 else _one)
                for weight, part in self.weights:
                    if weight.grad is not None:
                        weight.copy_(self.rule.proximal(weight, length(weight, part, self.optimizer.state[weight])))
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.optimizer.zero_grad(set_to_none=set_to_none)

    @property
    def param_groups(self) -> list[dict]:
        return self.optimizer.param_groups

    def state_dict(self) -> dict:
        """The optimiser's: this class has no state of its own.  A scheduler belongs to the optimiser too."""
        return self.optimizer.state_dict()

    def load_state_dict(self, state: dict) -> None:
        self.optimizer.load_state_dict(state)


def known_length(optimizer: torch.optim.Optimizer) -> StepLength:
    """How far a step of this optimiser goes per unit of a steady gradient."""
    for kind in type(optimizer).__mro__:
        if kind.__module__.startswith("torch.optim") and kind.__name__ in LENGTHS:
            return LENGTHS[kind.__name__]
    raise InputError(
        f"How far a step of {type(optimizer).__name__} goes is not known here, and L1 with another length would have "
        f"another strength. Pass step_length, or use one of {', '.join(LENGTHS)}."
    )


def _one(weight, part, state) -> float:
    return 1.0


def _lr(part: dict) -> float:
    return float(part["lr"])


def _sgd(weight, part, state) -> float:
    """A steady gradient g fills the buffer with g (1-d)/(1-μ)."""
    momentum = part["momentum"]
    if not momentum:
        return _lr(part)
    return _lr(part) * (1.0 - part["dampening"]) / (1.0 - momentum)


def _adam(weight, part, state):
    second = state["max_exp_avg_sq"] if part.get("amsgrad") else state["exp_avg_sq"]
    room = 1.0 - part["betas"][1] ** float(state["step"])
    return _lr(part) / (torch.sqrt(second / room) + part["eps"])


def _radam(weight, part, state):
    """Rectified only after a few steps; before them it steps by the gradient alone."""
    step, beta = float(state["step"]), part["betas"][1]
    longest, room = 2.0 / (1.0 - beta) - 1.0, 1.0 - beta**step
    now = longest - 2.0 * step * beta**step / room
    if now <= 5.0:
        return _lr(part)
    rectify = ((now - 4) * (now - 2) * longest / ((longest - 4) * (longest - 2) * now)) ** 0.5
    return _lr(part) * rectify * room**0.5 / (torch.sqrt(state["exp_avg_sq"]) + part["eps"])


def _adamax(weight, part, state):
    return _lr(part) / state["exp_inf"]


def _adagrad(weight, part, state):
    lr = _lr(part) / (1.0 + (float(state["step"]) - 1.0) * part["lr_decay"])
    return lr / (torch.sqrt(state["sum"]) + part["eps"])


def _rmsprop(weight, part, state):
    second = state["square_avg"]
    if part["centered"]:
        second = second - state["grad_avg"] ** 2
    length = _lr(part) / (torch.sqrt(second) + part["eps"])
    return length / (1.0 - part["momentum"])


LENGTHS: dict[str, StepLength] = {
    "SGD": _sgd, "Adam": _adam, "AdamW": _adam, "NAdam": _adam, "RAdam": _radam, "Adamax": _adamax,
    "Adagrad": _adagrad, "RMSprop": _rmsprop,
}  # fmt: skip
