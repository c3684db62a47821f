"""The programs that are timed, one file each. A peer's file defines:

    TITLE           how tables call it
    REQUIREMENT     what pip installs for it ("." is this repository)
    MODULE          the name to import; where that fails the peer is reported as missing
    KIND            "single" (the default), "path" or "cv": what it is timed at
    APART           True: its requirements contradict the others', so it gets an environment of its own
    OPTIONAL        True: only run when asked for by name (very slow ones)
    cannot(problem)             -> None, or the reason why this program can't fit this problem
    ladder(problem, targets)    -> its own settings, loose to tight, as dicts
    fit(problem, setting)       -> Fit; everything in here is timed

`targets` are the relative gaps asked for; only a program that takes such a number as its tolerance looks at them.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np


@dataclass(frozen=True)
class Fit:
    """coef (p,) and intercept, or (p, L) and (L,) along a path; what the program says of itself (reads of X, its gap).

    seconds: where the program itself took the time (another process), instead of the wall time of `fit`.
    held: coefficients of folds, each judged on its fold's training rows: fold, lam, intercept (m,), coef (p, m).
    """

    coef: np.ndarray
    intercept: float | np.ndarray
    facts: dict = field(default_factory=dict)
    seconds: float | None = None
    held: dict = field(default_factory=dict)


def kind(name: str) -> str:
    return getattr(load(name), "KIND", "single")


def names() -> list[str]:
    """Every peer, normball first: the others are compared with it."""
    found = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
    return sorted(found, key=lambda name: (name != "normball", name))


def load(name: str) -> ModuleType:
    """The module of one peer. It must not import the program itself before `fit` runs."""
    if name not in names():
        raise SystemExit(f"There is no peer called {name!r}. The peers are: {', '.join(names())}.")
    return importlib.import_module(f"{__name__}.{name}")


def tolerances(loose: float, tight: float, per_decade: int = 2) -> list[float]:
    """A ladder of tolerances with short decimal names, loose to tight, both ends included."""
    steps = round(per_decade * float(np.log10(loose / tight)))
    return [float(f"{value:.1e}") for value in np.geomspace(loose, tight, steps + 1)]
