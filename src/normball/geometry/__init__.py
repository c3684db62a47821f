"""The constraint form: balls, which λ a radius stands for, and which a number of features or degrees of freedom."""

from .ball_path import path_in_balls, read_radii
from .balls import Ball, ball_of, read_ball
from .budget import solve_with_df, solve_with_features
from .exchange import solve_in_ball

__all__ = [
    "Ball",
    "ball_of",
    "path_in_balls",
    "read_ball",
    "read_radii",
    "solve_in_ball",
    "solve_with_df",
    "solve_with_features",
]
