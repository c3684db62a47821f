"""The built-in data: two correlated features, one of which matters much more, in two overlapping classes."""

from __future__ import annotations

import numpy as np

from .scene import Scene

__all__ = ["example_scene"]


def example_scene(rows: int = 60, seed: int = 1) -> Scene:
    """Synthetic rows, rounded to two decimals; at the starting λ the L1 solution sits in a corner."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=rows)
    x = np.round(np.column_stack([0.75 * common, 0.75 * common]) + 0.66 * rng.normal(size=(rows, 2)), 2)
    y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-(0.3 + 1.9 * x[:, 0] + 0.7 * x[:, 1])))).astype(float)
    return Scene(
        u=x, y=y, weight=np.ones(rows), offset=np.zeros(rows), centre=np.zeros(2), scale=np.ones(2),
        names=("x₁", "x₂"), target="class", labels=("0", "1"), lam=0.08, l1_ratio=1.0,
        source="built-in synthetic data",
    )  # fmt: skip
