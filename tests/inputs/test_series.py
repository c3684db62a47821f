"""Numbers for columns as a pandas Series: its index says whose they are, not its order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import normball
from normball import InputError, LogisticRegression

NAMES = ["age", "dose", "weight"]
rng = np.random.default_rng(8)
X = pd.DataFrame(rng.normal(size=(90, 3)), columns=NAMES)
Y = X["age"] - X["dose"] + rng.logistic(size=90) > 0
VALUES = {
    "penalty_factor": [0.2, 1.0, 3.0],
    "lower": [0.9, 0.0, -np.inf],
    "upper": [0.3, 9.0, 0.4],
    "prior_mean": [1.0, -1.0, 0.5],
    "standardize": [True, True, False],
}


@pytest.mark.parametrize("name", VALUES)
def test_by_name(name):
    ordered = normball.solve(X, Y, lam=0.05, **{name: VALUES[name]})
    series = pd.Series(VALUES[name], index=NAMES)[::-1]
    assert np.array_equal(normball.solve(X, Y, lam=0.05, **{name: series}).coef, ordered.coef)
    assert not np.array_equal(normball.solve(X, Y, lam=0.05, **{name: series.to_numpy()}).coef, ordered.coef)
    without_names = normball.solve(X.to_numpy(), Y, lam=0.05, **{name: pd.Series(VALUES[name])})
    np.testing.assert_array_equal(without_names.coef, ordered.coef)
    with pytest.raises(InputError, match=f"{name} names 3 columns, but not those of X .*'height'"):
        normball.solve(X, Y, lam=0.05, **{name: series.rename({"age": "height"})})


def test_a_model_file_keeps_them_in_order(tmp_path):
    factor = pd.Series(VALUES["penalty_factor"], index=NAMES)[::-1]
    model = LogisticRegression(lam=0.05, penalty_factor=factor).fit(X, Y)
    model.save(tmp_path / "m.json")
    again = LogisticRegression.load(tmp_path / "m.json").fit(X, Y)
    np.testing.assert_array_equal(again.coef_, model.coef_)
