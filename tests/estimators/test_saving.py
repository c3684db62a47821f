"""A fitted classifier as a model file and back."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from normball import InputError, LogisticRegression, LogisticRegressionCV, ModelFileError, audit
from normball.cli import main
from normball.estimators.saving import record_of
from normball.files import save_model

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])
FRAME = pd.DataFrame(X, columns=["sl", "sw", "pl", "pw"])


@pytest.mark.parametrize("data", [X, FRAME], ids=["array", "frame"])
@pytest.mark.parametrize("kept", [Y < 2, Y < 3], ids=["two", "three"])
@pytest.mark.parametrize("labels", [np.array([3, 7, 9]), NAMES, NAMES.astype(object), np.array([False, True, True])])
def test_the_same_predictions_to_the_last_bit(data, kept, labels, tmp_path):
    y = labels[Y[kept]]
    if len(set(y.tolist())) < 2:
        return
    data = data[kept]
    model = LogisticRegression(C=3.0, l1_ratio=0.5, standardize=True).fit(data, y)
    model.save(tmp_path / "m.json")
    back = LogisticRegression.load(tmp_path / "m.json")
    assert np.array_equal(back.decision_function(data), model.decision_function(data))
    assert np.array_equal(back.predict_proba(data), model.predict_proba(data))
    assert back.predict(data).tolist() == model.predict(data).tolist()
    assert back.classes_.tolist() == model.classes_.tolist() and type(back.classes_.tolist()[0]) is type(y.tolist()[0])
    assert (back.lambda_, back.l1_ratio_, back.status_) == (model.lambda_, 0.5, "certified")
    assert hasattr(back, "feature_names_in_") == isinstance(data, pd.DataFrame)
    assert back.record_.total == len(y)
    again = back.fit(data, y)
    assert np.abs(again.coef_ - model.coef_).max() < 1e-6


ASKED = [
    dict(class_weight="balanced"),
    dict(class_weight={"setosa": 3.0, "virginica": np.float64(0.5)}, correct_probabilities=True),
    dict(fit_intercept=False),
    dict(standardize=np.array([True, False, False, True])),
    dict(penalty_factor=[1.0, 0.0, 2.0, 0.5], l1_ratio=0.5),
    dict(unpenalised=["sl"], l1_ratio=1.0),
    dict(unpenalised=np.array([0]), l1_ratio=1.0),
    dict(lower=0.0),
    dict(lower=[-np.inf, 0.0, 0.0, -1.0], upper=1.0),
    dict(prior_mean=[1.0, 0.0, 0.0, -1.0]),
    dict(radius=1.0),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: next(iter(asked)))
@pytest.mark.parametrize("first", [0, 1], ids=["three", "two"])
def test_the_problem_comes_back_too(asked, first, tmp_path):
    """`audit` and `fit` of the model that was read are those of the one that was saved."""
    kept = first <= Y
    if (first == 0 and {"prior_mean", "radius"} & set(asked)) or (first == 1 and "correct_probabilities" in asked):
        return  # of two classes only; of setosa only
    data, y = FRAME[kept][5:], NAMES[Y[kept]][5:]
    model = LogisticRegression(**asked).fit(data, y)
    model.save(tmp_path / "m.json")
    back = LogisticRegression.load(tmp_path / "m.json")
    assert np.array_equal(back.predict_proba(data), model.predict_proba(data))
    assert audit(back, data, y).certificate.status == "certified"
    assert np.abs(back.fit(data, y).predict_proba(data) - model.predict_proba(data)).max() < 1e-5


def test_firth_comes_back(tmp_path):
    data, y = FRAME[Y > 0], Y[Y > 0]
    model = LogisticRegression(penalty="firth").fit(data, y)
    model.save(tmp_path / "m.json")
    back = LogisticRegression.load(tmp_path / "m.json")
    assert back.status_ == "stationary" and back.penalty == "firth"
    assert np.abs(back.fit(data, y).coef_ - model.coef_).max() < 1e-6


@pytest.mark.parametrize(
    "wrong",
    [{"C": 1.0}, {"lower": "0"}, {"lower": [0.0]}, {"fit_intercept": 1}, {"class_weight": [[1]]}, {"penalty": "l9"},
     {"unpenalised": [None]}, {"standardize": [True]}, {"intercept_shift": 1.0}, {"intercept_shift": [1.0, 2.0]}],
)  # fmt: skip
def test_arguments_that_are_none(wrong, tmp_path):
    record = replace(record_of(LogisticRegression().fit(X, Y)), asked=wrong)
    save_model(tmp_path / "m.json", record)
    with pytest.raises(ModelFileError, match="is no argument"):
        LogisticRegression.load(tmp_path / "m.json")


def test_a_table_of_numbers_and_words(tmp_path, capfd):
    """0/1 columns of the command line are not standardised; of a table of numbers and words `audit` agrees."""
    data, model = tmp_path / "d.csv", tmp_path / "m.json"
    mixed = FRAME.assign(big=np.where(Y + np.arange(150) % 3 > 2, "yes", "no"), species=NAMES[Y])
    mixed.to_csv(data, index=False)
    said = ("--target", "species", "--lambda", ".01", "--holdout", "0", "--out", str(model), "--quiet")
    assert main(["fit", str(data), *said]) == 0
    back = LogisticRegression.load(model)
    encoded = mixed[["sl", "sw", "pl", "pw"]].assign(big=(mixed["big"] == "yes").astype(float))
    assert audit(back, encoded, mixed["species"]).certificate.status == "certified"


def test_a_chosen_model_and_a_grouped_one(tmp_path):
    chosen = LogisticRegressionCV(cv=3).fit(X, Y)
    chosen.save(tmp_path / "cv.json")
    assert np.array_equal(LogisticRegression.load(tmp_path / "cv.json").predict_proba(X), chosen.predict_proba(X))
    grouped = LogisticRegression(lam=0.1, l1_ratio=1.0, grouped=True).fit(X, Y)
    grouped.save(tmp_path / "g.json")
    assert LogisticRegression.load(tmp_path / "g.json").grouped


def test_the_command_lines_model(tmp_path, capfd):
    """Also one whose positive label is the first: η is always that of classes_[1]."""
    data, model = tmp_path / "d.csv", tmp_path / "m.json"
    for kept, words in ((Y < 3, ()), (Y > 0, ("--positive", "versicolor"))):
        FRAME[kept].assign(species=NAMES[Y[kept]]).to_csv(data, index=False)
        said = ("--target", "species", "--lambda", ".01", "--out", str(model), "--force", "--quiet")
        assert main(["fit", str(data), *said, *words]) == 0
        capfd.readouterr()
        assert main(["predict", str(model), str(data), "--out", str(tmp_path / "p.csv"), "--force", "--quiet"]) == 0
        found, back = pd.read_csv(tmp_path / "p.csv"), LogisticRegression.load(model)
        p = back.predict_proba(FRAME[kept])
        p = p if p.shape[1] == 3 else p[:, :1]
        assert np.abs(found.iloc[:, 1:].to_numpy() - p).max() < 1e-15
        assert found["predicted"].tolist() == back.predict(FRAME[kept]).tolist()


def test_what_cannot_be_saved_or_read(tmp_path):
    with pytest.raises(NotFittedError):
        LogisticRegression().save(tmp_path / "m.json")
    model = LogisticRegression().fit(X, Y)
    model.save(tmp_path / "m.json")
    with pytest.raises(InputError, match="exists"):
        model.save(tmp_path / "m.json")
    model.save(tmp_path / "m.json", force=True)
    assert json.loads((tmp_path / "m.json").read_text())["classes"] == [0, 1, 2]
    (tmp_path / "p").write_bytes(pickle.dumps(model))
    for path in (tmp_path / "p", tmp_path / "none", tmp_path):
        with pytest.raises(ModelFileError):
            LogisticRegression.load(path)
