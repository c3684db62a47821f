"""Numbers to places on paper: what the small SVG templates draw."""

from .forest import Forest, forest
from .squares import calibration_plot, precision_recall_plot, roc_plot
from .stacks import Stacks, stacks

__all__ = ["Forest", "Stacks", "calibration_plot", "forest", "precision_recall_plot", "roc_plot", "stacks"]
