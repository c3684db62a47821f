"""Batches for a stack of models: each fold has its own rows, in its own order."""

# pyright: reportMissingImports=false
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor


class Fold(NamedTuple):
    """rows to train on; dev rows that say when to stop, or None; the seed of the first weights and of the batches."""

    rows: np.ndarray
    dev: np.ndarray | None
    seed: int


class Batch(NamedTuple):
    """X (B, p) for all models or (M, B, p), y likewise; c (M, B) or (B,): weights that sum to one; share (M,) of the
    epoch's rows, or a number."""

    X: Tensor
    y: Tensor
    c: Tensor
    share: Tensor | float
    shared: bool


class Feed:
    """The rows of all folds; they must make the same number of steps."""

    def __init__(self, X: Tensor, y: Tensor, folds: list[Fold], batch_size: int | None):
        self.X, self.y, self.folds = X, y, folds
        sizes = [len(fold.rows) for fold in folds]
        self.steps = steps_of(sizes[0], batch_size)
        self.size = max(sizes) if self.steps == 1 else int(batch_size or 0)
        self.sizes = torch.tensor(sizes, dtype=X.dtype, device=X.device)
        self.rngs = [np.random.default_rng([fold.seed, 1]) for fold in folds]
        self.weights = self._whole() if self.steps == 1 else None

    def _whole(self) -> Tensor:
        """(F, n): all rows at once, a fold's own with equal weights."""
        c = torch.zeros(len(self.folds), len(self.X), dtype=self.X.dtype, device=self.X.device)
        for weight, fold in zip(c, self.folds, strict=True):
            weight[torch.from_numpy(fold.rows).to(c.device)] = 1.0 / len(fold.rows)
        return c

    def epoch(self, fold: Tensor) -> Iterator[Batch]:
        """The batches of one pass over the rows, for models of these folds (M,)."""
        if self.weights is not None:
            yield Batch(self.X, self.y, self.weights[fold], 1.0, True)
            return
        live = np.unique(fold.cpu().numpy())
        order = np.zeros((len(live), self.steps * self.size), np.int64)
        for line, f in zip(order, live, strict=True):
            line[: len(self.folds[f].rows)] = self.rngs[f].permutation(self.folds[f].rows)
        rows = torch.from_numpy(order).to(self.X.device)
        place = torch.searchsorted(torch.from_numpy(live).to(fold.device), fold)
        sizes = self.sizes[torch.from_numpy(live).to(fold.device)]
        for step in range(self.steps):
            lo = step * self.size
            some, count = rows[:, lo : lo + self.size], torch.clamp(sizes - lo, max=self.size)
            ours = torch.arange(self.size, device=fold.device) < count[:, None]
            c, share = ours / count[:, None], count / sizes
            if len(live) == 1:
                cut = slice(int(count[0]))
                yield Batch(self.X[some[0, cut]], self.y[some[0, cut]], c[place][:, cut], share[place], True)
            else:
                index = some[place]
                yield Batch(self.X[index], self.y[index], c[place].to(self.X.dtype), share[place], False)


def steps_of(rows: int, batch_size: int | None) -> int:
    """Steps in one pass."""
    return 1 if batch_size is None else -(-rows // batch_size)
