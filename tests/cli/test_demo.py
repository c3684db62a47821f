"""`normball demo`: exactly a fit of scikit-learn's table, outside any clone, and again over its own files only."""

from __future__ import annotations

import csv
import shlex

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from cli.tables import call, process
from normball.files import load_model


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Run in an empty folder, in a process of its own."""
    place = tmp_path_factory.mktemp("demo")
    return place, process("demo", cwd=place)


def test_it_leaves_three_files_and_names_the_report(demo):
    place, done = demo
    assert done.returncode == 0
    assert sorted(path.name for path in (place / "normball-demo").iterdir()) == [
        "data.csv",
        "model.json",
        "report.html",
    ]
    assert done.stdout.decode().splitlines()[-1].endswith("normball-demo/report.html")
    assert done.stdout.startswith("Penalty: L2 (ridge), λ = ".encode())
    assert b"the smallest held-out log-loss in 10 folds" in done.stdout.splitlines()[0]


def test_data_are_scikit_learns_to_the_bit(demo):
    bunch = load_breast_cancer()
    with open(demo[0] / "normball-demo/data.csv", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == [*bunch.feature_names, "diagnosis"]
    assert (np.array([row[:-1] for row in rows], dtype=float) == bunch.data).all()
    assert [row[-1] for row in rows] == [str(bunch.target_names[k]) for k in bunch.target]


def test_model_is_the_minimiser(demo):
    """The coefficients of an independent fit at the λ that was chosen; malignant is scikit-learn's class 0."""
    bunch = load_breast_cancer()
    sd = bunch.data.std(axis=0)
    record = load_model(demo[0] / "normball-demo/model.json")
    fit = LogisticRegression(C=1.0 / (record.lam * 569), solver="newton-cholesky", tol=1e-12).fit(
        (bunch.data - bunch.data.mean(0)) / sd, bunch.target
    )
    assert list(record.names) == list(bunch.feature_names)
    assert record.coef == pytest.approx(-fit.coef_[0] / sd, rel=1e-6)
    assert record.positive == "malignant"


def test_its_command_makes_the_same_files(demo):
    """The command in the model file, typed by hand in the same place, changes no byte."""
    folder = demo[0] / "normball-demo"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    program, *words = shlex.split(load_model(folder / "model.json").command)
    assert (program, words[0]) == ("normball", "fit")
    assert process(*words, cwd=demo[0]).returncode == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_again_and_over_foreign_files(demo, capfd):
    folder = demo[0] / "normball-demo"
    page = (folder / "report.html").read_bytes()
    (folder / "report.html").write_text("lost")
    assert call(capfd, "demo", "--dir", folder)[0] == 0  # its own data.csv stands there: an earlier demo
    assert (folder / "report.html").read_bytes() != b"lost"
    assert len((folder / "report.html").read_bytes()) == pytest.approx(len(page), abs=1000)  # the folder's name differs
    (folder / "data.csv").write_text("mine\n1\n")
    code, _, err = call(capfd, "demo", "--dir", folder)
    assert code == 2
    assert "holds other files of these names" in err
    assert (folder / "data.csv").read_text() == "mine\n1\n"


def test_no_alert_on_honest_data(demo):
    assert b"No alerts." in demo[1].stdout
