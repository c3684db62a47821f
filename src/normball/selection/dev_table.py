"""What became of training and dev rows at every strength: a table with a verdict in each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class DevRow(NamedTuple):
    """One strength; losses are mean log-losses in nats, errors shares of wrong labels, by the sample weights."""

    lam: float  # of the fit to the training rows
    l1_ratio: float
    norm: float  # ‖w‖₂ on the columns as they came
    features: int
    train_loss: float
    train_error: float
    dev_loss: float
    dev_error: float
    verdict: str  # "underfit", "right" or "overfit"


@dataclass(frozen=True)
class DevTable:
    """What became of every strength: for each l1_ratio rows with λ descending.

    best  the row with the smallest dev loss;  se  the standard error of that loss
    A row is right where its dev loss is within one standard error of the best; else it underfits or overfits: its λ is
    larger or smaller than the best one of its l1_ratio.
    """

    rows: tuple[DevRow, ...]
    se: float
    best: int

    def summary(self) -> str:
        """The table as text, the best row marked."""
        words = ["λ", "l1", "‖w‖", "features", "train loss", "error", "dev loss", "error"]
        widths = [11, 5, 9, 9, 11, 7, 9, 7]
        head = " ".join([" ", *map(str.ljust, words, widths), "verdict"])
        lines = [
            f"{'*' if k == self.best else ' '} {r.lam:<11.4g} {r.l1_ratio:<5.2g} {r.norm:<9.4g} {r.features:<9d} "
            f"{r.train_loss:<11.5g} {r.train_error:<7.4f} {r.dev_loss:<9.5g} {r.dev_error:<7.4f} {r.verdict}"
            for k, r in enumerate(self.rows)
        ]
        return "\n".join([head, *lines, f"* best on dev rows; right: within one SE ({self.se:.2g}) of it"])


def verdicts(inside: np.ndarray, outside: np.ndarray, best_inside: float, lowest: float, se: float) -> list[str]:
    """One word for each strength of a curve, λ descending: losses of training and of dev rows, and of the best row."""
    bottom, words = int(np.argmin(outside)), []
    for j in range(len(outside)):
        under = j < bottom
        if outside[j] == outside[bottom]:  # of a curve that is nowhere right: the training loss tells the side
            under = inside[j] > best_inside
        words.append("right" if outside[j] <= lowest + se else "underfit" if under else "overfit")
    return words
