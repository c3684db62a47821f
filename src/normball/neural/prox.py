"""Proximal maps of a weight matrix: exact zeros, whole columns of zeros, balls.  Pure functions of tensors.

Weights come as (M, out, in, k): M models side by side, k = 1 for a linear layer, the size of the kernel for a
convolution.  A *group* is all weights that leave one input, (out, k) numbers: where they are zero, the neuron (or the
column of X) is not used by anything.
"""

# pyright: reportMissingImports=false
from __future__ import annotations

import torch
from torch import Tensor

NEWTON = 50
"""Steps at most; they rise to the root without passing it, and nine in ten weights need three."""


def soft_threshold(v: Tensor, cut: Tensor | float) -> Tensor:
    """argmin_u ½(u - v)² + cut·|u|, entry by entry: zeros are exact."""
    return torch.sign(v) * torch.clamp(torch.abs(v) - cut, min=0.0)


def shrink_groups(v: Tensor, step: Tensor, cut: Tensor) -> Tensor:
    """argmin_u Σ (u - v)²/(2 step) + cut·‖u‖₂ for every group of v (M, out, in, k).

    step   > 0, broadcasts to v: the length of the step of each weight (the same for all in plain SGD)
    cut    >= 0, broadcasts to (M, 1, in, 1)

    With r = ‖u‖:  u = v r/(r + cut·step),  and r is the root of  h(r) = (Σ v²/(r + cut·step)²)^(-1/2) - 1.  h is
    concave and rising, so Newton's steps from 0 rise to the root; where all steps are equal the first one hits it.
    A group with ‖v/step‖ <= cut is zero.
    """
    tiny = torch.finfo(v.dtype).tiny
    pull = torch.clamp((cut * step).expand_as(v), min=tiny)
    zero = _norm(v / torch.clamp(step.expand_as(v), min=tiny)) <= cut
    radius = torch.zeros_like(_norm(v))
    for _ in range(NEWTON):
        inside = radius + pull
        ratio = (v / inside) ** 2
        phi = ratio.sum((1, 3), keepdim=True)
        rise = phi * (torch.sqrt(phi) - 1.0) / torch.clamp((ratio / inside).sum((1, 3), keepdim=True), min=tiny)
        rise = torch.where(zero | ~torch.isfinite(rise), torch.zeros_like(rise), torch.clamp(rise, min=0.0))
        radius = radius + rise
        if bool((rise <= 4.0 * torch.finfo(v.dtype).eps * radius).all()):
            break
    shrunk = torch.where(zero, torch.zeros_like(v), v * (radius / (radius + pull)))
    return torch.where(cut > 0.0, shrunk, v)


def into_balls(v: Tensor, radius: float) -> Tensor:
    """The nearest weights whose every row (what enters one neuron) has ‖row‖₂ <= radius."""
    norm = torch.sqrt((v**2).sum((2, 3), keepdim=True))
    return torch.where(norm > radius, v * (radius / torch.clamp(norm, min=torch.finfo(v.dtype).tiny)), v)


def _norm(v: Tensor) -> Tensor:
    return torch.sqrt((v**2).sum((1, 3), keepdim=True))
