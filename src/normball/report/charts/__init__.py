"""Numbers to places on paper: what the small SVG templates draw."""

from .choice import choice_plots
from .forest import Forest, forest
from .squares import calibration_plot, precision_recall_plot, roc_plot
from .stacks import Stacks, stacks

__all__ = [
    "Forest",
    "Stacks",
    "calibration_plot",
    "choice_plots",
    "forest",
    "precision_recall_plot",
    "roc_plot",
    "stacks",
]
