"""The arguments of an estimator, each checked with a sentence, as a plan that a whole stack shares."""

# pyright: reportMissingImports=false
from __future__ import annotations

from dataclasses import dataclass
from math import inf
from numbers import Integral
from typing import Any

import numpy as np
import torch

from ..errors import InputError, StrengthConflict, TypeInputError
from ..inputs import read_flag, read_l1_ratio, read_lam
from ..inputs.values import read_number
from ..inputs.words import show
from ..strength import lam_from
from .network import ACTIVATIONS
from .penalty import read_max_norm

OPTIMIZERS = ("auto", "adam", "sgd", "fista")
DEFAULT_LAM = 1e-4


@dataclass(frozen=True)
class Plan:
    """What all models of a stack have in common."""

    widths: tuple[int, ...]
    activation: str
    head: str  # binary, softmax or squared
    l1_ratio: float
    group: bool
    max_norm: float | None
    optimizer: str  # adam, sgd or fista
    learning_rate: float
    momentum: float
    epochs: int
    batch_size: int | None
    tol: float
    patience: float
    dtype: torch.dtype
    device: str


def read_plan(model: Any, head: str, inputs: int, outputs: int, rows: int) -> Plan:
    """The plan of an estimator for data of this shape; InputError with what is wrong."""
    hidden = read_hidden(model.hidden)
    optimizer = _word(model.optimizer, "optimizer", OPTIMIZERS)
    if optimizer == "auto":
        optimizer = "adam" if hidden else "fista"
    convex = optimizer == "fista"
    if convex and hidden:
        raise InputError(
            f"optimizer='fista' was given with hidden={show(model.hidden)}: its steps are for a convex cost, which a "
            "net with hidden layers does not have. Use 'adam' or 'sgd'."
        )
    if convex and model.batch_size not in ("auto", None):
        raise InputError(
            f"batch_size={show(model.batch_size)} was given, but optimizer='fista' (without hidden layers the default) "
            "takes all rows in every step. Leave batch_size out, or use optimizer='adam' or 'sgd'."
        )
    if convex and model.learning_rate is not None:
        raise InputError(
            f"learning_rate={show(model.learning_rate)} was given, but optimizer='fista' (without hidden layers the "
            "default) knows its steps from X. Leave it out, or use optimizer='adam' or 'sgd'."
        )
    dtype = _dtype(model.dtype, bool(hidden))
    rate = 1e-3 if optimizer == "adam" else 1e-1
    return Plan(
        widths=(inputs, *hidden, outputs),
        activation=_word(model.activation, "activation", tuple(ACTIVATIONS)),
        head=head,
        l1_ratio=read_l1_ratio(model.l1_ratio),
        group=read_flag(model.group, "group"),
        max_norm=read_max_norm(model.max_norm),
        optimizer=optimizer,
        learning_rate=rate if model.learning_rate is None else _positive(model.learning_rate, "learning_rate"),
        momentum=read_number(model.momentum, "momentum", "a number from 0 to below 1", lambda v: 0.0 <= v < 1.0),
        epochs=(400 if convex else 200) if model.epochs is None else _whole(model.epochs, "epochs"),
        batch_size=None if convex else read_batch(model.batch_size, rows),
        tol=(1e-10 if convex else 1e-4) if model.tol is None else _positive(model.tol, "tol"),
        patience=inf if model.patience is None else _whole(model.patience, "patience"),
        dtype=dtype,
        device=_device(model.device),
    )


def read_strength(model: Any, rows: float) -> float:
    """λ of an estimator: `lam`, or the textbook's `lambd` = λ·rows."""
    if model.lambd is None:
        return read_lam(model.lam)
    if model.lam is not None and model.lam != DEFAULT_LAM:
        raise StrengthConflict(
            f"lam={show(model.lam)} and lambd={show(model.lambd)} were both given: each fixes the strength of the "
            f"penalty. Keep one of them (lam={DEFAULT_LAM}, its default, counts as not given)."
        )
    value = read_number(model.lambd, "lambd", "a finite number >= 0", lambda v: 0.0 <= v < inf)
    return lam_from("lambd", value, n=rows, l1_ratio=read_l1_ratio(model.l1_ratio))


def read_hidden(hidden) -> tuple[int, ...]:
    """Widths of the hidden layers; () for none."""
    widths = (hidden,) if isinstance(hidden, Integral) and not isinstance(hidden, bool) else hidden
    if not isinstance(widths, (tuple, list, np.ndarray)):
        raise TypeInputError(f"hidden={show(hidden)} must be a tuple of widths such as (64, 32), or () for none.")
    for width in widths:
        if isinstance(width, (bool, np.bool_)) or not isinstance(width, Integral) or width < 1:
            raise InputError(f"hidden={show(hidden)} holds {show(width)}: every width must be a whole number >= 1.")
    return tuple(int(width) for width in widths)


def read_batch(batch_size, rows: int) -> int | None:
    """Rows of a batch; None for all rows at once."""
    if batch_size is None:
        return None
    if isinstance(batch_size, str) and batch_size == "auto":
        return min(200, rows)
    return min(_whole(batch_size, "batch_size", "a whole number >= 1, 'auto' (200) or None (all rows)"), rows)


def _dtype(dtype, deep: bool) -> torch.dtype:
    if dtype is None:
        return torch.float32 if deep else torch.float64
    if dtype in ("float32", "float64"):
        return getattr(torch, dtype)
    raise InputError(f"dtype={show(dtype)} must be 'float32', 'float64' or None (float64 without hidden layers).")


def _device(device) -> str:
    try:
        found = torch.device("cpu" if device is None else device)
        torch.zeros(1, device=found)
    except Exception as problem:  # whatever torch says of it
        raise InputError(
            f"device={show(device)} cannot be used: {str(problem).splitlines()[0]} Use 'cpu', or what torch has here."
        ) from None
    return str(found)


def _word(value, name: str, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name}={show(value)} is not known. Known: {', '.join(allowed)}.")
    return value


def _positive(value, name: str) -> float:
    return read_number(value, name, "a finite number > 0", lambda v: 0.0 < v < inf)


def _whole(value, name: str, rule: str = "a whole number >= 1") -> int:
    return int(read_number(value, name, rule, lambda v: v >= 1 and v == int(v) if v < inf else False))
