"""Some rows of a design, conditioned as it is, as a small design of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .base import Array, Design
from .dense import BLOCK, DenseBlock


class Sample(Design):
    """Rows `i` of `design`, dense in memory; its reads count on the design's meter, as their share."""

    def __init__(self, design: Design, i: Array, weight: Array):
        self.n, self.p = len(i), design.p
        self.x = design.rows(i)
        self.y, self.weight, self.offset = design.y[i], weight, design.offset[i]
        self.intercept, self.fast = design.intercept, design.fast
        self.survey = replace(design.survey, mean=np.zeros(self.p), scale=np.ones(self.p))
        self.share = self.n / max(design.n, 1)
        self.parent = design

    def chunks(self):
        step = max(64, BLOCK // max(self.p, 1))
        return [(lo, min(lo + step, self.n)) for lo in range(0, self.n, step)]

    def blocks(self, lo, hi, stride=1, single=False):
        rows = slice(lo, hi)
        yield DenseBlock(self.x[rows], rows, 0, self.y[rows], self.weight[rows], self.offset[rows], self.fast)

    def add_up(self, task, *args, stride=1, single=False):
        self.parent.reads += self.share / stride
        return super().add_up(task, *args, stride=stride, single=single)

    def columns(self, j):
        return np.asfortranarray(self.x[:, j])

    def rows(self, i):
        return self.x[i]

    def unpenalised(self, rows, cols):
        return np.hstack([np.ones((len(rows), int(self.intercept))), self.x[np.ix_(rows, cols)]])

    def kernel(self, d):
        return (self.x * d) @ self.x.T
