"""Scenes to make pages of: a model on a table, hostile names, large data."""

from __future__ import annotations

import numpy as np

import normball
from normball.explorer import scene_of

HOSTILE = [
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror=\"window.hacked = 1\">",
    "\" onmouseover=\"window.hacked = 1\" '",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "$x_1$ & co",
    "two\nlines\tand a tab\r\0",
    "👩‍👩‍👧 emoji Ünïcode 価格",
    "right\u202eto left",
    "lone \ud800 surrogate",
    "line\u2028separator",
    "w" * 1000,
    "",
]  # fmt: skip


def table(rows=220, columns=4, seed=0):
    """(X, y, weight): columns of very different size, unequal weights."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns)) * 10.0 ** rng.uniform(-2, 2, columns) + 3.0 * rng.normal(size=columns)
    eta = (X - X.mean(0)) / X.std(0) @ np.linspace(1.5, -0.8, columns) - 0.4
    return X, (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float), rng.uniform(0.5, 2.0, rows)


def fitted(X, y, weight=None, *, lam=0.02, l1_ratio=0.5, standardize=True, features=("x0", "x2"), **more):
    """(scene, solution) of a model of all columns."""
    solution = normball.solve(
        X, y, lam=lam, l1_ratio=l1_ratio, sample_weight=weight, standardize=standardize, tol=1e-13
    )  # fmt: skip
    names = more.pop("names", tuple(f"x{j}" for j in range(X.shape[1])))
    scene = scene_of(
        X, y, names=names, lam=lam, l1_ratio=l1_ratio, coef=solution.coef, intercept=solution.intercept,
        features=features, standardize=standardize, weight=weight, source="table.csv", **more,
    )  # fmt: skip
    return scene, solution


def hostile(word):
    """A scene whose every name is a word that wants to do harm."""
    X, y, weight = table()
    return fitted(X, y, weight, names=(word + "a", word + "b", "c", "d"), features=None, target=word,
                  labels=(word + "0", word + "1"))[0]  # fmt: skip
