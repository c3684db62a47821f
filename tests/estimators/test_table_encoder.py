"""TableEncoder beside scikit-learn: its checks, its habits, and its own transformers where they do the same."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from normball import InputError, LogisticRegression, TableEncoder


@parametrize_with_checks([TableEncoder(), TableEncoder(max_levels=3, min_count=1)])
def test_checks(estimator, check):
    check(estimator)


@pytest.fixture
def frame(rng):
    n = 300
    return pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(18, 80, n)),
            "port": rng.choice(["S", "C", "Q"], n, p=[0.6, 0.3, 0.1]),
            "alone": rng.random(n) < 0.5,
            "fare": rng.lognormal(size=n),
        }
    )


def theirs(frame):
    """scikit-learn's own: one-hot without the most frequent level, mean imputation with an indicator."""
    first = frame["port"].mode()[0]
    steps = ColumnTransformer(
        [
            ("numbers", SimpleImputer(add_indicator=True), ["age", "fare"]),
            ("words", OneHotEncoder(drop=[first], sparse_output=False), ["port"]),
            ("flags", "passthrough", ["alone"]),
        ],
        verbose_feature_names_out=False,
    )
    return pd.DataFrame(steps.fit_transform(frame).astype(float), columns=steps.get_feature_names_out())


def test_same_as_sklearn(frame):
    encoder = TableEncoder().set_output(transform="pandas")
    ours = encoder.fit_transform(frame)
    names = {"missingindicator_age": "age (missing)", "port_C": "port=C", "port_Q": "port=Q", "port_S": "port=S"}
    expected = theirs(frame).rename(columns=names)
    assert set(ours.columns) == set(expected.columns)
    np.testing.assert_allclose(ours.to_numpy(), expected[ours.columns].to_numpy(), rtol=1e-12, atol=0)
    assert encoder.reference_["port"] == frame["port"].mode()[0]


def test_set_output_polars(frame):
    table = TableEncoder().set_output(transform="polars").fit_transform(pl.from_pandas(frame))
    assert isinstance(table, pl.DataFrame)
    assert table.columns == TableEncoder().fit(frame).get_feature_names_out().tolist()


def test_order_of_columns_does_not_matter(frame):
    encoder = TableEncoder().fit(frame)
    np.testing.assert_array_equal(encoder.transform(frame[frame.columns[::-1]]), encoder.transform(frame))


def test_columns_that_are_missing_or_extra(frame):
    encoder = TableEncoder().fit(frame)
    with pytest.raises(InputError, match=r"lacks 'age' \(nearest: 'Age'\) and it adds 'Age'"):
        encoder.transform(frame.rename(columns={"age": "Age"}))
    with pytest.raises(InputError, match=r"it adds 'new'"):
        encoder.transform(frame.assign(new=1))


def test_dropped_columns_may_stay_away(frame):
    encoder = TableEncoder(drop=("fare",)).fit(frame)
    assert "fare" not in encoder.get_feature_names_out()
    np.testing.assert_array_equal(encoder.transform(frame.drop(columns="fare")), encoder.transform(frame))


def test_arrays_of_anything():
    """Rows of a list, of an object array and of a frame: the same numbers."""
    rows = [[1.5, "a", True], [2.5, "b", False], [None, "a", True], [4.5, "b", True]] * 5
    ours = TableEncoder().fit(rows)
    assert ours.get_feature_names_out().tolist() == ["x0", "x0 (missing)", "x1=b", "x2"]
    frame = pd.DataFrame(rows, columns=["x0", "x1", "x2"])
    np.testing.assert_array_equal(ours.transform(rows), TableEncoder().fit_transform(frame))
    np.testing.assert_array_equal(ours.transform(rows), ours.transform(np.array(rows, dtype=object)))


def test_frame_then_array(frame):
    encoder = TableEncoder().fit(frame)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        ours = encoder.transform(frame.to_numpy(dtype=object))
    np.testing.assert_array_equal(ours, encoder.transform(frame))


def test_pipeline(frame, rng):
    y = frame["fare"] + frame["alone"] + rng.normal(size=len(frame)) > 1.5
    model = make_pipeline(TableEncoder(), StandardScaler(), LogisticRegression())
    peer = make_pipeline(StandardScaler(), LogisticRegression())
    ours, other = model.fit(frame, y), peer.fit(theirs(frame), y)
    np.testing.assert_allclose(ours.predict_proba(frame), other.predict_proba(theirs(frame)), atol=1e-9)
    assert np.isfinite(cross_val_score(model, frame, y)).all()


def test_clone_and_pickle(frame):
    encoder = TableEncoder(max_levels=7, keep=("port",)).fit(frame)
    assert clone(encoder).get_params() == encoder.get_params()
    again = pickle.loads(pickle.dumps(encoder))
    np.testing.assert_array_equal(again.transform(frame), encoder.transform(frame))
    assert again.sentences() == encoder.sentences()


def test_failed_refit_leaves_the_encoder(frame):
    encoder = TableEncoder().fit(frame)
    before = encoder.transform(frame)
    with pytest.raises(InputError, match="infinite"):
        encoder.fit(pd.DataFrame({"z": [1.0, np.inf]}))
    np.testing.assert_array_equal(encoder.transform(frame), before)


def test_nothing_left_is_an_error_that_says_why():
    with pytest.raises(InputError, match=r"No column of the table is left.*'a' is 1 in every row"):
        TableEncoder().fit(pd.DataFrame({"a": [1, 1, 1]}))


def test_the_table_is_not_changed(frame):
    before = frame.copy()
    TableEncoder().fit(frame).transform(frame)
    pd.testing.assert_frame_equal(frame, before)
