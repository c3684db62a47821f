"""Ways to find candidates; the driver judges them. Each is frozen, its state a value of its own."""

from .anchored import Anchored
from .dual import Dual
from .newton_cg import NewtonCG
from .slab import Slabwise

__all__ = ["Anchored", "Dual", "NewtonCG", "Slabwise"]
