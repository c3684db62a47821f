"""What the estimator refuses, in sentences, and what it warns about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import DataConversionWarning, NotFittedError

import normball
from normball import LogisticRegression

X = np.array([[-1.0, 0.5], [-0.5, -2.0], [0.0, 1.0], [0.5, 0.0], [1.0, 0.3], [2.0, -1.0]])
Y = np.array([0, 0, 1, 0, 1, 1])


def refused(fit, *words, error=normball.InputError):
    with pytest.raises(error) as caught:
        fit()
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_two_strengths():
    refused(lambda: LogisticRegression(C=0.5, lam=0.1).fit(X, Y), "lam=0.1", "C=0.5", error=normball.StrengthConflict)
    for not_given in (1.0, None):
        assert LogisticRegression(C=not_given, lam=0.1).fit(X, Y).lambda_ == 0.1


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (dict(C=0.0), ["C=0.0", "> 0"]),
        (dict(C=-1.0), ["C=-1.0"]),
        (dict(C=np.nan), ["C=nan"]),
        (dict(C="1"), ["C='1'"]),
        (dict(C=None), ["No strength of the penalty was given"]),
        (dict(lam=-0.1), ["lam=-0.1"]),
        (dict(lam=np.inf), ["lam=inf"]),
        (dict(l1_ratio=1.5), ["l1_ratio=1.5"]),
        (dict(l1_ratio=None), ["l1_ratio=None"]),
        (dict(tol=0.0), ["tol=0.0"]),
        (dict(fit_intercept=1), ["fit_intercept=1"]),
        (dict(standardize="yes"), ["standardize='yes'"]),
        (dict(max_reads=0), ["max_reads=0"]),
        (dict(time_limit=-1), ["time_limit=-1"]),
        (dict(penalty_factor=[1.0]), ["penalty_factor", "(2,)"]),
        (dict(penalty_factor=[1.0, -1.0]), ["penalty_factor", "-1"]),
        (dict(class_weight="even"), ["class_weight='even'", "balanced"]),
        (dict(class_weight=[1, 2]), ["class_weight=[1, 2]"]),
        (dict(class_weight={0: -1.0}), ["class_weight[0]=-1.0"]),
        (dict(class_weight={0: np.nan}), ["class_weight[0]=nan"]),
        (dict(class_weight={0: "2"}), ["class_weight[0]='2'"]),
        (dict(class_weight={0: 1 + 2j}), ["class_weight[0]=(1+2j)"]),
        (dict(class_weight={0: True}), ["class_weight[0]=True"]),
        (dict(class_weight={"0": 2.0, "1": 3.0}), ["class_weight", "'0', '1'", "0, 1"]),
        (dict(class_weight={0: 0.0}), ["class", "0"]),
    ],
    ids=str,
)
def test_parameters(setting, words):
    refused(lambda: LogisticRegression(**setting).fit(X, Y), *words)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (Y / 2, ["Unknown label type: continuous"]),
        (np.linspace(0, 1, 6), ["Unknown label type: continuous", "solve"]),
        (Y + 0.5, ["Unknown label type: continuous"]),
        (X[:, 1], ["Unknown label type: continuous"]),
        (Y * 0, ["only one class is present"]),
        (np.array([0, 0, 1, 0, 1, np.nan]), ["NaN", "1 of 6"]),
        (["a", "b", "a", "b", "a", None], ["1 of 6"]),
        (np.array(["a", 1, "a", 1, "a", 1], object), ["mixed-type"]),
        (np.eye(6)[:, :3], ["1d array"]),
        (None, ["requires y"]),
    ],
)
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_targets(y, words, class_weight):
    refused(lambda: LogisticRegression(class_weight=class_weight).fit(X, y), *words)


def test_a_key_that_is_no_class():
    """Every class is named: the third name may belong to a fold's missing class, as in scikit-learn."""
    plain = LogisticRegression(class_weight={0: 2.0, 1: 3.0}).fit(X, Y)
    assert np.array_equal(LogisticRegression(class_weight={0: 2.0, 1: 3.0, 7: 9.0}).fit(X, Y).coef_, plain.coef_)


def test_y_as_a_column():
    plain = LogisticRegression().fit(X, Y)
    for y in (Y[:, None], pd.DataFrame({"y": Y})):
        with pytest.warns(DataConversionWarning, match="A column-vector y was passed") as caught:
            model = LogisticRegression().fit(X, y)
        assert caught[0].filename == __file__
        assert np.array_equal(model.coef_, plain.coef_)


def test_float_labels_are_labels():
    model = LogisticRegression().fit(X, Y.astype(float))
    assert model.classes_.tolist() == [0.0, 1.0]
    assert np.array_equal(model.coef_, LogisticRegression().fit(X, Y).coef_)


@pytest.mark.parametrize("method", ["decision_function", "predict", "predict_proba", "predict_log_proba"])
def test_predictions_refuse(method):
    refused(lambda: getattr(LogisticRegression(), method)(X), "not fitted", error=NotFittedError)
    call = getattr(LogisticRegression().fit(X, Y), method)
    refused(lambda: call(X[:, :1]), "1 features", "expecting 2 features", error=ValueError)
    refused(lambda: call(X[0]), "Reshape your data", error=ValueError)
    refused(lambda: call(X[:0]), "0 sample(s)", error=ValueError)
    refused(lambda: call(np.where(X == 0.5, np.nan, X)), "2 NaN", "0, 1", error=ValueError)
    refused(lambda: call([["a", "b"]]), "X holds strings", error=ValueError)


def test_zero_coefficients_do_not_hide_nan():
    model = LogisticRegression(lam=10.0, l1_ratio=1.0).fit(X, Y)
    assert not model.coef_.any()
    for spoiled in (np.full((1, 2), np.nan), np.full((1, 2), np.inf, order="F")):
        refused(lambda x=spoiled: model.predict(x), "column")


# ---- warnings -------------------------------------------------------------------------------------------------------


def test_a_limit_is_said(rng):
    X = rng.standard_normal((20_000, 10))
    y = (rng.random(20_000) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)
    with pytest.warns(normball.ConvergenceWarning, match=r"NOT certified.*max_reads=1") as caught:
        model = LogisticRegression(tol=1e-14, max_reads=1).fit(X, y)
    assert caught[0].filename == __file__
    assert model.status_ == model.certificate_.status == "uncertified"
    assert model.certificate_.relative_gap > 1e-14
    assert np.isfinite(model.predict_proba(X)).all()


def test_separated_classes_are_said():
    """Without a penalty there is no finite answer; with one there is."""
    y = (X[:, 0] > 0.2).astype(int)
    frame = pd.DataFrame(X, columns=["dose", "age"])
    with pytest.warns(normball.ConvergenceWarning, match="dose"):
        model = LogisticRegression(C=np.inf).fit(frame, y)
    assert model.status_ == "separated"
    assert np.array_equal(model.predict(frame), y)
    assert LogisticRegression().fit(frame, y).status_ == "certified"
