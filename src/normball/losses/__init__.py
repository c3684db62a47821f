"""Losses: functions of (y, eta) and nothing else. They know neither X nor a penalty."""

from .base import Loss, Sums
from .logistic import LogisticLoss
from .squared import SquaredLoss

__all__ = ["LogisticLoss", "Loss", "SquaredLoss", "Sums"]
