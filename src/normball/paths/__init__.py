"""Whole paths: the grid of λ, the solutions on it, relaxed fits, and single solutions."""

from .grid import Grid, lam_max, make_lams, read_grid
from .one import solve_task
from .path import Path, path_task, paths_of_task
from .relaxed import read_relax

__all__ = [
    "Grid",
    "Path",
    "lam_max",
    "make_lams",
    "path_task",
    "paths_of_task",
    "read_grid",
    "read_relax",
    "solve_task",
]
