"""Pictures of results on matplotlib Axes: Axes in, Axes out.

    path.py        coefficients along λ or t           lagrangian.py   the candidates: inside, edges, corners
    choice.py      the curve that chooses λ            shrinkage.py    a correlated pair under L1 and L2
    geometry.py    contours, ball, touching point      boundary.py     the decision boundary and how hard it is
    priors.py      prior, likelihood, posterior, MAP   calibration.py  predicted against observed
    animate.py     the ball along λ, to HTML or GIF    plane.py        the loss on the plane of two coefficients

Each has a function plot_…(thing, …, ax=None) -> Axes and, as in scikit-learn, a display class …Display whose attributes
are the numbers drawn.  Needs matplotlib (the extra `plot`); nothing here touches pyplot or its global state.
"""

from __future__ import annotations

try:
    import matplotlib as _matplotlib  # noqa: F401
except ModuleNotFoundError as missing:
    if missing.name != "matplotlib":
        raise
    raise ModuleNotFoundError(
        "normball.plots was imported, but it draws with matplotlib, which is not installed here. "
        "Install it with: pip install 'normball[plot]'. All else in normball works without it.",
        name="matplotlib",
    ) from None

from .animate import AnimationDisplay, animate_path
from .boundary import BoundaryDisplay, plot_boundary
from .calibration import CalibrationDisplay, plot_calibration
from .choice import ChoiceDisplay, plot_choice
from .geometry import GeometryDisplay, plot_geometry
from .lagrangian import CandidatesDisplay, plot_candidates
from .path import PathDisplay, plot_path
from .priors import PriorDisplay, plot_priors
from .shrinkage import ShrinkageDisplay, plot_shrinkage

__all__ = [
    "AnimationDisplay",
    "BoundaryDisplay",
    "CalibrationDisplay",
    "CandidatesDisplay",
    "ChoiceDisplay",
    "GeometryDisplay",
    "PathDisplay",
    "PriorDisplay",
    "ShrinkageDisplay",
    "animate_path",
    "plot_boundary",
    "plot_calibration",
    "plot_candidates",
    "plot_choice",
    "plot_geometry",
    "plot_path",
    "plot_priors",
    "plot_shrinkage",
]
