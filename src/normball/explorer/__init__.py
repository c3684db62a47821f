"""The geometry page: two coefficients, penalty and constraint side by side, in one HTML file that loads nothing.

scene.py     Scene: the rows, checked, in the coordinates of the penalty
sample.py    large data thinned to a weighted sample
example.py   the built-in data
build.py     a Scene -> the page
page/        the page itself: solver (solver.js gap.js ball.js radius.js surface.js descent.js) and what draws it
"""

from .build import build_explorer
from .example import example_scene
from .scene import Scene, scene_of

__all__ = ["Scene", "build_explorer", "example_scene", "scene_of"]
