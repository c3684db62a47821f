"""The course formulas to the letter, for learning: plain numpy, one line per formula, its shape at the line's end.

    formulas.py   sigmoid, cost, decay factor, safe learning rate      network.py     the L-layer net
    descent.py    logistic regression by (proximal) gradient descent   gradcheck.py   a gradient against differences
    gap.py        how far each iterate is from the optimum, at most    slips.py       the classic slips, by name

Strength is the course's λ ("lambd"): mean loss + λ/(2m) ‖w‖², m the number of rows.  normball's own λ is λ/m.
For work, use `normball.solve`; docs/textbook.md says how many steps one of its reads of X replaces.
"""

from __future__ import annotations

from .descent import GradientDescent, Step
from .formulas import decay_factor, safe_learning_rate
from .gradcheck import GradientCheck, check_gradient
from .network import Network

__all__ = [
    "GradientCheck",
    "GradientDescent",
    "Network",
    "Step",
    "check_gradient",
    "decay_factor",
    "safe_learning_rate",
]
