"""Firth's bias-reduced logistic regression, and intervals from the profile of its penalised likelihood.

jeffreys.py   the penalised likelihood at one point       firth.py     a Solution by it, collinear columns named
ascent.py     its maximiser                               profile.py   intervals and tests by likelihood ratio
"""

from __future__ import annotations

from .firth import firth_task
from .profile import Intervals, firth_intervals

__all__ = ["Intervals", "firth_intervals", "firth_task"]
