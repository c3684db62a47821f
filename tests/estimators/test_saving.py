"""A fitted classifier as a model file and back."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from normball import InputError, LogisticRegression, LogisticRegressionCV, ModelFileError
from normball.cli import main

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
