"""Where a path begins: the same path on a sample of the rows."""

from __future__ import annotations

import numpy as np

from ..certificates.problem import Array, Column, Family
from .lane import Lane
from .null import best_intercept
from .strategies.anchored import sample_rows

PER_COLUMN = 30  # rows of the sample for each column of X
LEAST = 2000
LOOSE = 1e-3  # restricted gap of the sample's path, relative to the null loss: its noise is larger


def sample_path(family: Family, columns: list[Column]) -> tuple[Array, Array]:
    """Coefficients (p, C) and intercepts (C,) of all columns on about 20 p rows, along each λ path from above."""
    design, split = family.design, columns[0].split
    rows, weight = sample_rows(family.alone_at(columns[0]), min(max(LEAST, PER_COLUMN * design.p), design.n // 4))
    XT, c = np.ascontiguousarray(design.rows(rows).T), weight / weight.sum()
    design.reads += len(rows) / design.n
    y, offset = design.y[rows], design.offset[rows]
    b = best_intercept(family.loss, y, c, offset, fast=design.fast) if design.intercept else 0.0
    null_loss = float(family.loss.link(y, (offset + b)[:, None], c, design.fast)[2].loss[0])
    W, B = np.zeros((design.p, len(columns)), order="F"), np.empty(len(columns))
    shapes = {id(column.shape): column.shape for column in columns}
    for key, shape in shapes.items():
        mine = [k for k, column in enumerate(columns) if id(column.shape) == key]
        mine.sort(key=lambda k: -columns[k].lam)
        lane = Lane(XT, y, c, offset, design.intercept, shape, np.zeros(design.p), b)
        lams = np.array([columns[k].lam for k in mine])
        found = lane.walk(lams, np.full(len(mine), LOOSE * null_loss))
        W[:, mine], B[mine] = found.coefs.T, found.intercepts
    assert split >= 0
    return W, B
