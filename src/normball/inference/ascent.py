"""Maximise the penalised likelihood: Newton with Fisher's information, corrected by what the steps taught."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .jeffreys import Array, Jeffreys, Look

LARGEST_MOVE = 5.0
"""How far one step may move any η: a limit in log-odds, the same in every unit of the columns."""
MEMORY = 12
"""Pairs of (step, change of the score) that are kept."""
HALVINGS = 30


@dataclass
class Ascent:
    """An ascent under way; the first `moving` columns move, the others hold their coefficients."""

    problem: Jeffreys
    theta: Array
    moving: int
    at: Look = field(init=False)
    rounds: int = 1
    pairs: list = field(default_factory=list)

    def __post_init__(self):
        self.at = self.problem.look(self.theta)

    @property
    def norm(self) -> float:
        return self.at.norm(self.moving)

    @property
    def floor(self) -> float:
        """What is left of the score's norm by rounding alone."""
        return 8.0 * np.finfo(float).eps * np.sqrt(self.problem.weight.sum() * max(self.moving, 1))

    def climb(self, tol: float, rounds: int = 500, stopped=None) -> bool:
        """Until √(UᵀI⁻¹U) <= tol; False where the rounds, the limits or float64 ran out."""
        while self.norm > max(tol, self.floor):
            if self.rounds >= rounds or (stopped is not None and stopped(self)):
                return False
            if not (self._try(self._secant()) or (self.pairs and self._plain())):
                return False
        return True

    def _plain(self) -> bool:
        self.pairs.clear()
        return self._try(self._secant())

    def _secant(self) -> Array:
        """The step: I⁻¹U, corrected by the pairs (the two loops of Nocedal, 1980, about this point's information)."""
        q, used = self.at.score[: self.moving].copy(), []
        for step, change in reversed(self.pairs):
            part = (step @ q) / (step @ change)
            q -= part * change
            used.append((part, step, change))
        out = self.at.solve(q)
        for part, step, change in reversed(used):
            out += (part - (change @ out) / (step @ change)) * step
        return out

    def _try(self, step: Array) -> bool:
        """One step, halved until the likelihood rises (or, within rounding, the score falls); False: it never did."""
        far = float(np.abs(self.problem.A[:, : self.moving] @ step).max())
        if not (np.isfinite(far) and step @ self.at.score[: self.moving] > 0.0):
            return False
        step = step * min(1.0, LARGEST_MOVE / far) if far > 0.0 else step
        blur = 1e-13 * (abs(self.at.value) + self.problem.weight.sum())
        for _ in range(HALVINGS if not self.pairs else 6):
            theta = self.theta.copy()
            theta[: self.moving] += step
            new = self.problem.look(theta)
            self.rounds += 1
            rises = new.value > self.at.value + blur
            if rises or (new.value >= self.at.value - blur and new.norm(self.moving) < self.norm):
                self._remember(step, self.at.score - new.score)
                self.theta, self.at = theta, new
                return True
            step = 0.5 * step
        return False

    def _remember(self, step: Array, change: Array) -> None:
        change = change[: self.moving]
        if step @ change > 1e-12 * np.linalg.norm(step) * np.linalg.norm(change):
            self.pairs = [*self.pairs[1 - MEMORY :], (step, change)]
