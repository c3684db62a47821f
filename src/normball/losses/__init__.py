"""Losses: functions of (y, eta) and nothing else. They know neither X nor a penalty."""

from .base import Loss, Sums
from .logistic import LogisticLoss
from .softmax import SoftmaxLoss
from .squared import SquaredLoss

__all__ = ["LogisticLoss", "Loss", "SoftmaxLoss", "SquaredLoss", "Sums"]
