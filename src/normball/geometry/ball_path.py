"""A whole path in the radius t: one Path, whose λ are those of the radii."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..inputs.values import read_number
from ..paths import Path
from ..runtime import Watch
from ..tasks import Task
from .balls import RULE, Ball
from .exchange import root_in_ball
from .visits import Visits, check_task


def read_radii(radii) -> np.ndarray:
    """Checked; ascending, each once."""
    if np.ndim(radii) != 1 or not len(radii):
        raise InputError(f"radii has shape {np.shape(radii)}: give a list of numbers > 0, at least one.")
    return np.unique([read_number(t, "radii", RULE, lambda v: 1e-100 < v < 1e100) for t in radii])


def path_in_balls(task: Task, ball: Ball, radii: np.ndarray, tol: float, watch: Watch) -> Path:
    """The solutions in balls of growing radius, each from those before; λ descends, and is 0 from t(0) on.

    ball says the norm.  Raises Interrupted on Ctrl-C.
    """
    check_task(task, "A ball")
    visits = Visits(task, ball.ratio, watch)
    watch.stage = "path"
    found = [root_in_ball(visits, Ball(float(t), ball.norm, ball.l1_ratio), tol) for t in radii]
    coefs = np.column_stack([one.coef for one in found])
    return Path(
        np.array([one.lam for one in found]), ball.ratio, coefs, np.array([one.intercept for one in found]),
        tuple(one.certificate for one in found), task.classes, task.names, task.total, task.standardize, tol,
        None, task, constraints=tuple(one.constraint for one in found if one.constraint is not None),
    )  # fmt: skip
