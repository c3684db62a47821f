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


def raw():
    """Columns as they came, of size 1e-3 and 1e4, and an L1 penalty."""
    X, y, weight = table()
    X = (X - X.mean(0)) / X.std(0) * [1e-3, 1.0, 1e4, 1.0] + [5e-3, 0.0, 3e5, 0.0]
    return fitted(X, y, weight, l1_ratio=1.0, lam=1e-7, standardize=False)[0]


def binary():
    """Two columns of 0 and 1, and no row of one class where both are 1."""
    rng = np.random.default_rng(4)
    X = (rng.random((400, 3)) < [0.3, 0.5, 0.2]).astype(float)
    y = (rng.random(400) < 0.2 + 0.3 * X[:, 0] + 0.2 * X[:, 1]) * (1.0 - X[:, 0] * X[:, 2])
    return fitted(X, y, l1_ratio=0.0, standardize=False)[0]


def collinear():
    """The second feature is the first one, twice."""
    X, y, weight = table()
    X[:, 2] = 2.0 * X[:, 0]
    return fitted(X, y, weight, l1_ratio=0.0)[0]


def rare():
    """20 positives among 20,000 rows."""
    X, _, weight = table(rows=20_000)
    y = np.zeros(20_000)
    y[np.argsort(X[:, 0])[-400::20]] = 1.0
    return fitted(X, y, weight, l1_ratio=0.5, lam=1e-4)[0]
