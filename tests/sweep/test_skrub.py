"""skrub's tabular_pipeline around our estimators; where skrub cannot be imported, the tests say so."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from normball import LogisticRegression, LogisticRegressionCV, Ridge

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    skrub = pytest.importorskip("skrub", reason="skrub is not installed here: pip install skrub, and run this again")

pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize("model", [LogisticRegression(), LogisticRegressionCV(Cs=3, cv=3), Ridge()], ids=str)
def test_a_messy_table(model):
    rng = np.random.default_rng(0)
    n = 200
    table = pd.DataFrame({
        "age": rng.integers(20, 80, n),
        "city": rng.choice(["Rome", "Oslo", "Lima"], n),
        "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
        "dose": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
    })  # fmt: skip
    eta = 2.0 * (table["city"] == "Rome") + 0.05 * (table["age"] - 50)
    y = eta + rng.logistic(size=n) > 0.5 if hasattr(model, "predict_proba") else eta + 0.1 * rng.normal(size=n)
    pipe = skrub.tabular_pipeline(model).fit(table, y)
    inside = pipe[-1]
    assert inside.status_ == "certified" and np.isfinite(inside.coef_).all() and inside.n_features_in_ >= 6
    assert np.corrcoef(pipe.predict(table), y)[0, 1] > 0.3
