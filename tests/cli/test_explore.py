"""`normball explore`: the page of the built-in data or of a user's own model; what it refuses, in sentences."""

from __future__ import annotations

import json
import webbrowser

import numpy as np
import pytest

import normball
from cli.tables import call, patients, write_csv
from normball.files import load_model
from report.elements import Page


@pytest.fixture
def opened(monkeypatch):
    """What was asked to be opened; no browser is."""
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or True)
    return asked


@pytest.fixture
def model(tmp_path, capfd):
    path, data = tmp_path / "model.json", write_csv(tmp_path / "data.csv", patients())
    words = ["--target", "state", "--positive", "sick", "--id", "case", "--lambda", "0.02", "--l1-ratio", "0.5"]
    assert call(capfd, "fit", data, *words, "--out", path, "--quiet")[0] == 0
    return str(path), data


def facts_in(path):
    return json.loads(Page(path.read_text("utf-8")).raw["script", "application/json"])


def test_the_built_in_page_is_written_and_opened(tmp_path, capfd, opened):
    out = tmp_path / "page.html"
    code, said, talk = call(capfd, "explore", "--out", out)
    assert (code, said, talk) == (0, f"{out}\n", "")
    assert opened == [out.as_uri()]
    assert facts_in(out)["names"] == ["x₁", "x₂"]


def test_no_open(tmp_path, capfd, opened):
    assert call(capfd, "explore", "--no-open", "--out", tmp_path / "page.html")[0] == 0
    assert opened == []


def test_without_a_name_it_is_a_temporary_file(tmp_path, capfd, opened, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, said, _ = call(capfd, "explore")
    (made,) = tmp_path.iterdir()
    assert code == 0 and said == f"{made}\n" and opened == [made.as_uri()]
    assert facts_in(made)["y"]


def test_no_browser_is_said(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    code, said, talk = call(capfd, "explore", "--out", tmp_path / "page.html")
    assert code == 0 and said.strip().endswith("page.html") and "No browser could be opened" in talk


def test_a_users_model_and_data(tmp_path, capfd, model):
    """Their two features; the model's own two coefficients are the minimiser of what the page holds."""
    out = tmp_path / "page.html"
    words = ["--model", model[0], "--data", model[1], "--features", "age", "smokes"]
    code, _, talk = call(capfd, "explore", "--no-open", "--out", out, *words)
    assert (code, talk) == (0, "")
    facts, record = facts_in(out), load_model(model[0])
    assert facts["names"] == ["age", "smokes"] and facts["labels"] == ["healthy", "sick"]
    assert facts["scale"][1] == 1.0 and facts["scale"][0] > 2.0  # a 0/1 column is not standardised
    coef = record.coef[[record.names.index(name) for name in facts["names"]]]
    found = normball.solve(
        np.array([facts["x1"], facts["x2"]]).T, np.array(facts["y"], float), lam=facts["lam"],
        l1_ratio=facts["alpha"], offset=np.array(facts["offset"]), tol=1e-13,
    )  # fmt: skip
    np.testing.assert_allclose(found.coef / facts["scale"], coef, rtol=1e-4)
    np.testing.assert_allclose(facts["model"], coef * facts["scale"], rtol=1e-12)


def test_the_two_largest_effects_are_the_default(tmp_path, capfd, model):
    out = tmp_path / "page.html"
    assert call(capfd, "explore", "--no-open", "--out", out, "--model", model[0], "--data", model[1])[0] == 0
    text = Page(out.read_text("utf-8")).text
    assert len(set(facts_in(out)["names"])) == 2 and any("other coefficients stay as they are" in part for part in text)


def test_other_data_are_said_to_be_others(tmp_path, capfd, model):
    other = write_csv(tmp_path / "other.csv", patients(rows=100, seed=9))
    out = tmp_path / "page.html"
    code, _, talk = call(capfd, "explore", "--no-open", "--out", out, "--model", model[0], "--data", other)
    assert code == 0 and "not the file that the model was fitted on" in talk


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--model", "MODEL"], "belong together"),
        (["--data", "DATA"], "belong together"),
        (["--features", "age", "dose"], "give --model and --data too"),
        (["--out", "page.txt"], "must end in .html"),
        (["--model", "MODEL", "--data", "DATA", "--features", "aeg", "dose"], "Did you mean 'age'?"),
        (["--model", "MODEL", "--data", "DATA", "--features", "age", "age"], "given twice"),
        (["--model", "nowhere.json", "--data", "DATA"], "no model file"),
        (["--model", "MODEL", "--data", "nowhere.csv"], "no file"),
    ],
)
def test_what_is_asked_wrongly(capfd, model, words, sentence, opened):
    words = [{"MODEL": model[0], "DATA": model[1]}.get(word, word) for word in words]
    code, said, talk = call(capfd, "explore", *words)
    assert (code, said) == (2, "") and sentence in talk and opened == []


def test_nothing_is_replaced_without_force(tmp_path, capfd, opened):
    out = tmp_path / "page.html"
    out.write_text("mine")
    assert call(capfd, "explore", "--no-open", "--out", out)[0] == 2 and out.read_text() == "mine"
    assert call(capfd, "explore", "--no-open", "--out", out, "--force")[0] == 0 and out.read_text() != "mine"
