"""Designs in many small blocks, compiled or plain, whatever their size."""

from __future__ import annotations

import numpy as np
import pytest

from designs.layouts import stored
from normball.designs import dense as dense_room
from normball.designs import make_design
from normball.designs import sparse as sparse_room


@pytest.fixture
def build(monkeypatch, tmp_path):
    """build(X, layout, …) -> design, in small blocks; fast: whether compiled kernels are used."""

    def make(X, layout="C", *, y=None, weight=None, offset=None, intercept=True, cells=None, fast=False, blocks=True):
        for room in (dense_room, sparse_room):
            monkeypatch.setattr(room, "FAST_FROM", 0 if fast else np.inf)
        monkeypatch.setattr(dense_room, "BLOCK", 2**12 if blocks else 2**40)
        monkeypatch.setattr(sparse_room, "STORED", 1 if blocks else 2**40)
        n = X.shape[0]
        y = np.arange(n) % 2.0 if y is None else y
        weight = np.ones(n) if weight is None else weight
        offset = np.zeros(n) if offset is None else offset
        return make_design(stored(X, layout, tmp_path), y, weight, offset, intercept=intercept, cells=cells)

    return make
