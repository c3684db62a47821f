"""`normball predict` and `normball audit`: the probabilities of the model in memory, whatever way they take."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import normball
from cli.tables import call, numbers, patients, read_csv, write_csv
from normball.files import load_model, save_model
from normball.tables import Encoder, infer_schema, open_table


@pytest.fixture
def model(tmp_path, capfd):
    """A model of `patients`, and the table it was fitted on."""
    path, data = tmp_path / "model.json", write_csv(tmp_path / "data.csv", patients())
    assert (
        call(capfd, "fit", data, "--target", "state", "--id", "case", "--lambda", "C=1", "--out", path, "--quiet")[0]
        == 0
    )
    return str(path), data


def predicted(capfd, model, data, *words):
    """The rows on stdout."""
    code, out, err = call(capfd, "predict", model, data, "--quiet", *words)
    assert (code, err) == (0, "")
    return list(csv.DictReader(io.StringIO(out)))


def probabilities(rows):
    return np.array([float(row["probability"]) for row in rows])


def in_memory(data):
    """Encoded and solved by hand, in Python, on a frame: no model file, no CSV."""
    frame = pd.read_csv(data)
    table = open_table(frame)
    encoder = Encoder(infer_schema(table, target="state", ids=["case"]))
    X = np.vstack([encoder.encode(chunk) for chunk in table.chunks()])
    return normball.solve(X, frame["state"], lam=1 / len(frame), standardize=measured(X)).predict_proba(X)[:, 1]


def measured(X):
    """Columns that hold more than 0 and 1: those are standardised."""
    return ~np.isin(X, [0.0, 1.0]).all(0)


def test_probabilities_are_those_in_memory(model, capfd):
    rows = predicted(capfd, *model)
    assert probabilities(rows) == pytest.approx(in_memory(model[1]), abs=1e-12)
    assert [row["case"] for row in rows] == list(pd.read_csv(model[1])["case"])
    assert all((row["predicted"] == "sick") == (float(row["probability"]) > 0.5) for row in rows)


def test_probabilities_are_scikit_learns(tmp_path, capfd):
    frame = numbers()
    data = write_csv(tmp_path / "data.csv", frame)
    assert (
        call(capfd, "fit", data, "--target", "y", "--lambda", "C=1", "--out", tmp_path / "m.json", "--positive", 0)[0]
        == 0
    )
    X = frame.drop(columns="y").to_numpy()
    theirs = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", tol=1e-12)).fit(X, frame["y"])
    found = probabilities(predicted(capfd, tmp_path / "m.json", data))
    assert found == pytest.approx(theirs.predict_proba(X)[:, 0], abs=1e-8)


def test_order_of_columns_and_roles_do_not_matter(model, tmp_path, capfd):
    """Shuffled columns, and a table without target and identifier: the same probabilities to the bit."""
    frame = pd.read_csv(model[1])
    as_is = probabilities(predicted(capfd, *model))
    shuffled = write_csv(tmp_path / "shuffled.csv", frame[frame.columns[::-1]])
    bare = write_csv(tmp_path / "bare.csv", frame.drop(columns=["state", "case"]))
    assert (probabilities(predicted(capfd, model[0], shuffled)) == as_is).all()
    rows = predicted(capfd, model[0], bare)
    assert (probabilities(rows) == as_is).all()
    assert list(rows[0]) == ["predicted", "probability"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda f: f.drop(columns="age"), "it lacks 'age'"),
        (lambda f: f.rename(columns={"age": "Age"}), "it lacks 'age' (nearest: 'Age') and it adds 'Age'"),
        (lambda f: f.assign(more=1), "it adds 'more'"),
        (lambda f: f.assign(ward="west"), "'west', not seen at the fit"),
        (lambda f: f.assign(age="old"), "held numbers at the fit, and now holds 'old'"),
        (lambda f: f.assign(smokes="often"), "held no and yes at the fit, and now holds 'often'"),
        (lambda f: f.assign(age="inf"), "infinite"),
    ],
)
def test_another_table_is_refused(model, change, complaint, tmp_path, capfd):
    """Exit code 1, a sentence, and neither a row on stdout nor a file."""
    other = write_csv(tmp_path / "other.csv", change(pd.read_csv(model[1])))
    for words in ([], ["--out", tmp_path / "p.csv"], ["--out", tmp_path / "p.parquet"]):
        code, out, err = call(capfd, "predict", model[0], other, *words)
        assert (code, out) == (1, "")
        assert complaint in err
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("p.", ".normball"))]


def test_a_number_that_became_a_date(model, tmp_path, capfd):
    frame = pd.read_csv(model[1])
    frame["age"] = pd.Timestamp("2024-01-01")
    frame.to_parquet(tmp_path / "other.parquet")
    code, _, err = call(capfd, "predict", model[0], tmp_path / "other.parquet")
    assert code == 1
    assert "'age' held numbers at the fit, and is of type timestamp" in err


def test_files_hold_what_stdout_shows(model, tmp_path, capfd):
    shown = predicted(capfd, *model, "--id", "case,age")
    for name in ("p.csv", "p.parquet"):
        assert call(capfd, "predict", *model, "--out", tmp_path / name, "--id", "case", "--id", "age")[0] == 0
    assert read_csv(tmp_path / "p.csv") == shown
    columns = pd.read_parquet(tmp_path / "p.parquet")
    assert list(columns) == ["case", "age", "predicted", "probability"]
    assert (columns["probability"] == probabilities(shown)).all()
    assert list(columns["predicted"]) == [row["predicted"] for row in shown]


def test_chunks_are_streamed(model, tmp_path, capfd, monkeypatch):
    """200 000 rows come in chunks: never more than 65 536 rows at once, and none is lost."""
    from normball.tables import encoder

    frame = pd.read_csv(model[1])
    many = frame.loc[np.resize(frame.index, 200_000)]
    many.to_parquet(tmp_path / "many.parquet", index=False)
    sizes, encode = [], encoder.Encoder.encode
    monkeypatch.setattr(encoder.Encoder, "encode", lambda self, chunk: sizes.append(len(chunk)) or encode(self, chunk))
    assert call(capfd, "predict", model[0], tmp_path / "many.parquet", "--out", tmp_path / "p.parquet")[0] == 0
    assert (max(sizes), sum(sizes)) == (65_536, 200_000)
    found = pd.read_parquet(tmp_path / "p.parquet")
    assert list(found["case"]) == list(many["case"])
    assert found["probability"].to_numpy() == pytest.approx(np.resize(in_memory(model[1]), 200_000), abs=1e-12)


def test_a_table_of_no_rows(model, tmp_path, capfd):
    empty = write_csv(tmp_path / "empty.csv", pd.read_csv(model[1]).head(0))
    assert call(capfd, "predict", model[0], empty, "--quiet")[1] == "case,predicted,probability\n"
    assert call(capfd, "predict", model[0], empty, "--out", tmp_path / "p.parquet")[0] == 0
    assert list(pd.read_parquet(tmp_path / "p.parquet")) == ["case", "predicted", "probability"]


def test_predict_refuses_to_overwrite(model, capfd):
    for out, complaint in ((model[0], "ends in .csv or .parquet"), (model[1], "is the same file as DATA")):
        before = Path(out).read_bytes()
        code, _, err = call(capfd, "predict", *model, "--out", out, "--force")
        assert code == 2
        assert complaint in err
        assert Path(out).read_bytes() == before


def test_a_column_cannot_take_a_name_of_the_output(model, tmp_path, capfd):
    other = write_csv(tmp_path / "other.csv", pd.read_csv(model[1]).rename(columns={"state": "probability"}))
    code, _, err = call(capfd, "predict", model[0], other, "--id", "probability")
    assert code == 2
    assert "the output has a column of that name" in err


@pytest.mark.parametrize("damage", [lambda b: b[:-2], lambda b: b.replace(b'"age": ', b'"age": 1'), lambda b: b"{}"])
def test_a_damaged_model_is_a_sentence(model, damage, tmp_path, capfd):
    whole = Path(model[0]).read_bytes()
    assert damage(whole) != whole
    (tmp_path / "bad.json").write_bytes(damage(whole))
    for words in (["predict", tmp_path / "bad.json", model[1]], ["audit", tmp_path / "bad.json", model[1]]):
        code, out, err = call(capfd, *words)
        assert (code, out) == (1, "")
        assert "cannot be used as a model" in err
        assert "Traceback" not in err


def test_a_model_whose_columns_are_not_its_schemas(model, tmp_path, capfd):
    record = load_model(model[0])
    save_model(tmp_path / "odd.json", replace(record, names=record.names[::-1]))
    code, _, err = call(capfd, "predict", tmp_path / "odd.json", model[1])
    assert code == 1
    assert "not those of its columns" in err


def test_audit_repeats_the_proof(model, capfd):
    code, out, err = call(capfd, "audit", *model)
    assert code == 0
    assert out.startswith("Audited: L2 (ridge), λ = 0.00416667 on the mean loss, 2 of 6 columns standardised")
    assert "the very file that the model was fitted on" in err
    found = json.loads(call(capfd, "audit", *model, "--json", "--quiet")[1])
    assert (found["certificate"]["status"], found["same_data"]) == ("certified", True)
    assert found["excess"] < 1e-12


def test_audit_sees_coefficients_that_are_off(model, tmp_path, capfd):
    """A coefficient moved by 0.5: the excess of the objective is computed apart, from its definition."""
    record = load_model(model[0])
    j = record.names.index("ward=south")
    coef = record.coef.copy()
    coef[j] += 0.5
    save_model(tmp_path / "off.json", replace(record, coef=coef))
    code, out, _ = call(capfd, "audit", tmp_path / "off.json", model[1], "--json", "--quiet")
    found = json.loads(out)
    assert (code, found["certificate"]["status"]) == (1, "uncertified")

    frame = pd.read_csv(model[1])
    encoder = Encoder(infer_schema(open_table(frame), target="state", ids=["case"]))
    X, y = encoder.encode(frame), (frame["state"] == "sick").to_numpy(float)
    eta, unit = lambda w: record.intercept + X @ w, np.where(measured(X), X.std(0), 1.0)
    objective = lambda w: (
        np.mean(np.logaddexp(0, eta(w)) - y * eta(w)) + record.lam / 2 * np.sum((unit * w) ** 2)
    )  # fmt: skip
    assert found["excess"] == pytest.approx(objective(coef) - objective(record.coef), rel=1e-8)
    assert found["certificate"]["gap"] >= found["excess"] * (1 - 1e-9)


def test_audit_on_other_data(model, tmp_path, capfd):
    other = write_csv(tmp_path / "other.csv", patients(seed=8))
    code, out, err = call(capfd, "audit", model[0], other)
    assert code == 1
    assert "NOT certified" in out
    assert "not the file that the model was fitted on" in err
    wrong = write_csv(tmp_path / "wrong.csv", patients(seed=8).replace({"state": {"sick": "ill"}}))
    code, _, err = call(capfd, "audit", model[0], wrong)
    assert code == 1
    assert "holds 'ill'; the model was fitted on 'healthy' and 'sick'" in err
