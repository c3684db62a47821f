"""Large data as a weighted sample: few enough rows to solve anew at every movement of a slider."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["LARGEST", "Sample", "thin"]

LARGEST = 600  # rows on the page


@dataclass(frozen=True)
class Sample:
    """index (m,): rows that are kept, ascending;  weight (m,): what each stands for."""

    index: np.ndarray
    weight: np.ndarray


def thin(y: np.ndarray, weight: np.ndarray, largest: int, seed: int) -> Sample:
    """At most `largest` rows, half from each class where it has as many, drawn without replacement.

    The weights of each class are scaled to the sum of that class in the data: intercepts stay comparable, and a rare
    class keeps its rows.  (Stratified case-control sampling; Breslow, American Journal of Epidemiology 1996.)
    """
    n = len(y)
    if n <= largest:
        return Sample(np.arange(n), weight)
    rng = np.random.default_rng(seed)
    groups = sorted((np.flatnonzero(y == label) for label in (0.0, 1.0)), key=len)
    rare = min(len(groups[0]), largest // 2)
    sizes = (rare, largest - rare)
    kept, new = [], []
    for group, size in zip(groups, sizes, strict=True):
        drawn = rng.choice(group, size, replace=False)
        kept.append(drawn)
        new.append(weight[drawn] * (weight[group].sum() / weight[drawn].sum()))
    index, values = np.concatenate(kept), np.concatenate(new)
    order = np.argsort(index)
    return Sample(index[order], values[order])
