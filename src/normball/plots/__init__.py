"""Pictures of results on matplotlib Axes: Axes in, Axes out.

    path.py        coefficients along λ or t           lagrangian.py   the candidates: inside, edges, corners
    choice.py      the curve that chooses λ            shrinkage.py    a correlated pair under L1 and L2
    geometry.py    contours, ball, touching point      boundary.py     the decision boundary and how hard it is
    priors.py      prior, likelihood, posterior, MAP   calibration.py  predicted against observed
    animate.py     the ball along λ, to HTML or GIF

Each has a function plot_…(thing, …, ax=None) -> Axes and a display class …Display whose attributes are the numbers drawn,
as in scikit-learn.  Needs matplotlib (the extra `plot`); nothing here touches pyplot or its global state.
"""

from __future__ import annotations

try:
    import matplotlib as _matplotlib
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "normball.plots draws with matplotlib, which is not installed: pip install 'normball[plot]'", name="matplotlib"
    ) from missing

from .choice import ChoiceDisplay, plot_choice
from .geometry import GeometryDisplay, plot_geometry
from .path import PathDisplay, plot_path

__all__ = [
    "ChoiceDisplay",
    "GeometryDisplay",
    "PathDisplay",
    "plot_choice",
    "plot_geometry",
    "plot_path",
]
