"""What the page shows: rows of two features in the coordinates of the penalty, everything else held fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .sample import LARGEST, thin

__all__ = ["Scene", "scene_of"]


@dataclass(frozen=True)
class Scene:
    """n rows of one two-class problem with two coefficients and a free intercept.

    u          (n, 2) features as the penalty sees them: (x - centre) / scale
    y          (n,) of 0 and 1
    weight     (n,) > 0; their sum is that of all the data, which is what priors count
    offset     (n,) log-odds of all that is held fixed, less `offset_centre`
    centre, scale   (2,) x = centre + scale·u;  scale 1: penalised per unit
    names      of the two features;  target, labels: the column of the classes and its (negative, positive) value
    lam, l1_ratio   where the page starts
    coef, intercept of the model, per unit of x, or None for data without a model
    source     the file, in words;  drawn_from: rows of the data where these are a sample of it, else 0
    """

    u: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    offset: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    names: tuple[str, str]
    target: str
    labels: tuple[str, str]
    lam: float
    l1_ratio: float
    coef: np.ndarray | None = None
    intercept: float | None = None
    offset_centre: float = 0.0
    source: str = ""
    drawn_from: int = 0
    others: int = 0


def scene_of(
    X, y, *, names, lam, l1_ratio, coef, intercept, features, standardize: bool | np.ndarray = False, weight=None,
    target="y", labels=("0", "1"), source="", largest=LARGEST, seed=0,
) -> Scene:  # fmt: skip
    """The slice of a fitted model through two of its coefficients: the others stay as they are, as an offset.

    Parameters
    ----------
    X : (n, p)   y : (n,) of 0 and 1   weight : (n,) > 0 or None
    names : p names;  features : two of them, or None for the two of largest |coefficient · standard deviation|
    coef (p,), intercept, lam, l1_ratio : the model, per unit of each column
    standardize : whether the penalty saw standardised columns, a bool or one for each column
    largest : more rows than this are thinned to a weighted sample (sample.py), drawn with `seed`

    Raises
    ------
    InputError   fewer than two columns, unknown or equal features, a feature that does not vary

    Law: tests/explorer/test_scene.py (the model's own two coefficients are the minimiser of the scene)
    """
    X, y, coef = np.asarray(X, float), np.asarray(y, float), np.asarray(coef, float)
    c = np.ones(len(y)) if weight is None else np.asarray(weight, float)
    share = c / c.sum()
    mean = share @ X
    sd = np.sqrt(share @ (X - mean) ** 2)
    chosen = choose(tuple(names), features, np.abs(coef) * sd)
    for j in chosen:
        if not sd[j] > 1e-12 * max(1e-300, np.abs(X[:, j]).max()):
            raise InputError(f"{names[j]!r} is the same in every row: it has no slope to show. Give another feature.")
    scale = np.where(np.broadcast_to(standardize, len(coef)), sd, 1.0)[list(chosen)]
    rest = np.delete(np.arange(len(coef)), chosen)
    offset = X[:, rest] @ coef[rest]
    middle = float(share @ offset)
    rows = thin(y, c, largest, seed)
    a, b = chosen
    return Scene(
        u=(X[rows.index][:, [a, b]] - mean[[a, b]]) / scale, y=y[rows.index], weight=rows.weight,
        offset=offset[rows.index] - middle, centre=mean[[a, b]], scale=scale, names=(names[a], names[b]),
        target=target, labels=labels, lam=float(lam), l1_ratio=float(l1_ratio), coef=coef[[a, b]],
        intercept=float(intercept), offset_centre=middle, source=source, others=len(rest),
        drawn_from=len(y) if len(rows.index) < len(y) else 0,
    )  # fmt: skip


def choose(names: tuple[str, ...], features, effect: np.ndarray) -> tuple[int, int]:
    """Places of the two features."""
    if len(names) < 2:
        raise InputError(f"The model has {len(names)} column: a picture of two coefficients needs two.")
    if features is None:
        first, second = np.argsort(-effect, kind="stable")[:2]
        return int(first), int(second)
    places = []
    for name in features:
        if name not in names:
            raise InputError(f"{name!r} is no column of the model. It has: {', '.join(map(repr, names[:12]))}.")
        places.append(names.index(name))
    if len(places) != 2 or places[0] == places[1]:
        raise InputError(f"features={tuple(features)!r}: give two different columns.")
    return places[0], places[1]
