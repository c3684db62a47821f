"""What the estimator costs beside the fit: imports, memory."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from normball import LogisticRegression, LogisticRegressionCV

UNUSED = ("numba", "sklearn.linear_model", "sklearn.metrics", "sklearn.preprocessing")
FIT = f"""
import sys
import numpy as np
import normball
assert not set({UNUSED!r} + ("sklearn", "scipy")) & set(sys.modules)
from normball import LogisticRegression, LogisticRegressionCV
rng = np.random.default_rng(0)
X = rng.standard_normal((569, 30))
y = rng.random(569) < 1 / (1 + np.exp(-X[:, 0]))
model = LogisticRegression().fit(X, y)
assert model.status_ == "certified"
model.predict_proba(X)
print(*(set({UNUSED!r}) & set(sys.modules)))
"""


def test_a_small_fit_loads_neither_numba_nor_most_of_sklearn():
    done = subprocess.run([sys.executable, "-c", FIT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def peak(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("setting", [dict(), dict(class_weight="balanced")], ids=str)
def test_no_copy_of_X(rng, dtype, order, setting):
    """Peak memory beside a float64 X of 38 MB (19 MB in float32): vectors along the rows, and blocks."""
    X = rng.standard_normal((120_000, 40)).astype(dtype, order=order)
    y = rng.random(len(X)) < 1 / (1 + np.exp(-X[:, 0]))
    model = LogisticRegression(**setting).fit(X, y)  # compiles and loads what it needs
    assert peak(lambda: model.fit(X, y)) < 0.75 * 120_000 * 40 * 4
    assert peak(lambda: model.predict_proba(X)) < 0.4 * 120_000 * 40 * 4


@pytest.mark.parametrize(
    "setting", [dict(), dict(class_weight="balanced"), dict(scoring="roc_auc"), dict(dev=0.2)], ids=str
)
def test_no_copy_of_X_on_the_way_to_a_choice(rng, setting):
    """Vectors along the rows, a few for each strength; rows set aside by a fraction are copied, once."""
    X = rng.standard_normal((120_000, 40))
    y = rng.random(len(X)) < 1 / (1 + np.exp(-X[:, 0]))
    model = (
        LogisticRegressionCV(Cs=3, cv=3, **setting) if "dev" not in setting else LogisticRegressionCV(Cs=3, **setting)
    )
    model.fit(X, y)
    assert peak(lambda: model.fit(X, y)) < (1.9 if "dev" in setting else 0.9) * X.nbytes
