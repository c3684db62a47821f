"""Ways to find candidates; the driver judges them. Each is frozen, its state a value of its own."""

from .anchored import Anchored
from .anchors import Anchors
from .class_lbfgs import ClassLBFGS
from .class_walk import ClassWalk
from .dual import Dual
from .grams import Grams
from .kernel import Kernel
from .newton_cg import NewtonCG
from .slab import Slabwise
from .waves import Waves

__all__ = [
    "Anchored",
    "Anchors",
    "ClassLBFGS",
    "ClassWalk",
    "Dual",
    "Grams",
    "Kernel",
    "NewtonCG",
    "Slabwise",
    "Waves",
]
