"""Relaxed fits: L1 selects the columns, then they are fitted again with an L2 penalty, or with none.

Meinshausen (2007), "Relaxed lasso", CSDA 52, at its end φ = 0; with λ₂ > 0 the second stage is a ridge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import inputs
from ..errors import InputError
from ..lockstep import Answer, choose_chain, solve_family
from ..lockstep.best import as_came
from ..results import Solution
from ..runtime import Watch, workers
from ..tasks import Task, design_of


def read_relax(relax, l1_ratio: float) -> float | None:
    """λ₂ of the second stage, or None."""
    if relax is None:
        return None
    if l1_ratio == 0.0:
        raise InputError("relax was given with l1_ratio=0: ridge selects no columns. Use l1_ratio > 0, such as 1.")
    return inputs.values.read_number(
        relax, "relax", "a finite number >= 0 (λ of the L2 refit; 0: no penalty), or None", lambda v: 0.0 <= v < np.inf
    )


def relaxed_path(task: Task, ratio: float, lams, answers: list[Answer], relax: float, tol: float, watch: Watch):
    """The second stage at every λ of a path."""
    from .path import _path

    watch.stage = "relaxed"
    second = refit_supports(task, [answer.point[0] for answer in answers], relax, min(tol, 1e-8), watch)
    return replace(_path(task, ratio, lams, second, tol), relax=relax)


def relaxed_solution(task: Task, lam: float, ratio: float, relax: float, tol: float) -> Solution:
    """Both stages at one λ."""
    from .one import solution, solve_task

    first = solve_task(task, lam, ratio, tol, Watch())
    conditioned = task.design.to_conditioned(first.coef, first.intercept)[0]
    return solution(task, lam, ratio, refit_supports(task, [conditioned], relax, 1e-8, Watch())[0])


def refit_supports(
    task: Task, coefs: list[np.ndarray], relax: float, tol: float, watch: Watch, **split
) -> list[Answer]:
    """The columns that are not 0 in each of `coefs`, fitted with λ₂ alone; supports that repeat are fitted once.

    split: train, test (cells, 1) and norm (1,) where the training rows are not all rows.
    """
    known: dict[bytes, Answer] = {}
    found = []
    with workers():
        for coef in coefs:
            chosen = (coef != 0.0) | (task.factor == 0.0)
            key = np.packbits(chosen).tobytes()
            if key not in known:
                known[key] = _refit(task, chosen, relax, tol, watch, split)
            found.append(known[key])
    return found


def _refit(task: Task, chosen: np.ndarray, relax: float, tol: float, watch: Watch, split: dict) -> Answer:
    """One support, as a design of its own columns; the answer is put back among all of them."""
    full = task.design
    if task.data is None:
        raise InputError("relax needs X and y themselves: the columns of a Design cannot be taken out.")
    j = np.sort(np.array(as_came(full, np.flatnonzero(chosen)), int))
    d = task.data
    design = design_of(d, d.X[:, j], full.intercept, full.cells)
    factor, flags = full.unsorted(task.factor)[j], full.unsorted(task.flags)[j]
    part = replace(task, design=design, factor=design.sorted(factor), flags=design.sorted(flags))
    if task.lower is not None and task.upper is not None:
        lower, upper = (design.sorted(full.unsorted(bound)[j]) for bound in (task.lower, task.upper))
        part = replace(part, lower=lower, upper=upper)
    cells = split["train"][:, 0] if split else None
    family = part.family([part.column(relax, 0.0, cells=cells)], tol, polish=True)
    family = replace(family, **split) if split else family
    names = task.names and tuple(task.names[k] for k in j)
    answer = solve_family(family, choose_chain(family), watch, None, False, names)[0]
    full.reads += design.reads * len(j) / max(full.p, 1)
    coef, certificate = np.zeros(full.p), answer.certificate
    coef[j] = answer.coef
    if certificate.coef_error is not None:
        errors = np.zeros(full.p)
        errors[j] = certificate.coef_error
        certificate = replace(certificate, coef_error=errors, names=task.names)
    if certificate.separation is not None:
        certificate = replace(certificate, separation=_on_all(certificate.separation, j, full, task.names))
    best = replace(answer.best)
    best.keep(*full.to_conditioned(coef, answer.intercept))
    put_back = Answer(replace(answer.outcome, family=replace(family, design=full)), best)
    put_back.__dict__["certificate"] = certificate
    return put_back


def _on_all(found, j: np.ndarray, design, names):
    """A separation of some columns, on all of them; index p is the intercept."""
    place = np.append(j, design.p)
    direction = np.zeros(design.p + int(design.intercept))
    direction[place[: len(found.direction)]] = found.direction
    columns = tuple(sorted(int(place[k]) for k in found.columns))
    called = (*(names or [f"column {k}" for k in range(design.p)]), "the intercept")
    return replace(found, direction=direction, columns=columns, names=called)
