"""`normball fit` with λ chosen by cross-validation, and `normball path`, against scikit-learn and the library."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import normball
from cli.tables import call, fitted, numbers, write_csv
from normball.files import load_model
from normball.inputs import read_inputs
from normball.selection import make_splits
from report.elements import Page


@pytest.fixture
def data(tmp_path):
    return write_csv(tmp_path / "data.csv", numbers())


def test_out_of_fold_numbers_are_scikit_learns(data, capfd):
    """Each fold's rows judged by scikit-learn's fit of the others at the chosen λ, columns standardised there."""
    frame = numbers()
    X, y = frame.drop(columns="y").to_numpy(), frame["y"].to_numpy()
    found = fitted(capfd, data, "--target", "y", "--cv", "5", "--seed", "3")
    lam, p = found["penalty"]["lambda"], np.empty(len(y))
    for split in make_splits(read_inputs(X, y), 5, seed=3):
        train, test = split.train, split.test
        mean, sd = X[train].mean(0), X[train].std(0)
        C = 1.0 / (lam * train.sum())
        fit = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-10).fit((X[train] - mean) / sd, y[train])
        p[test] = fit.predict_proba((X[test] - mean) / sd)[:, 1]
    assert found["out_of_fold"] and found["held_out"]["rows"] == len(y)
    assert found["held_out"]["log_loss"] == pytest.approx(log_loss(y, p), abs=1e-4)  # folds are solved to 1e-5


def test_the_chosen_strength_is_the_best_of_the_curve(data, capfd):
    for rule in ("min", "1se"):
        found = fitted(capfd, data, "--target", "y", "--select", rule, "--l1-ratio", "1")
        choice = found["choice"]
        mean, se, lams = (np.array(choice[key]) for key in ("mean", "se", "lambdas"))
        best = int(np.argmin(mean))
        wanted = lams[best] if rule == "min" else lams[mean <= mean[best] + se[best]].max()
        assert found["penalty"]["lambda"] == pytest.approx(wanted, rel=1e-12)
        assert found["penalty"]["l1_ratio"] == 1.0


def test_kinds_of_penalty_are_compared_on_the_same_folds(data, capfd, tmp_path):
    words = ["--target", "y", "--l1-ratio", "0,.5,1", "--relax", "--out", tmp_path / "m.json"]
    found = fitted(capfd, data, *words)
    tried = found["choice"]["compared"]
    assert [(one["l1_ratio"], one["relaxed"]) for one in tried] == [
        (0, False),
        (0.5, False),
        (1, False),
        (0.5, True),
        (1, True),
    ]
    assert min(one["difference"] for one in tried) == 0.0
    best = min(tried, key=lambda one: one["mean"])
    assert found["penalty"]["l1_ratio"] == best["l1_ratio"]
    record = load_model(tmp_path / "m.json")
    assert np.count_nonzero(record.coef) == sum(c["coefficient"] != 0 for c in found["coefficients"])


def test_audit_repeats_the_proof_of_a_relaxed_fit(tmp_path, capfd):
    """Its problem is that of the second stage, on the columns that the first has selected."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 10))
    frame = pd.DataFrame(X, columns=list("abcdefghij")).assign(y=(2.0 * X[:, 0] + rng.logistic(size=300) > 0) * 1)
    path, model = write_csv(tmp_path / "d.csv", frame), tmp_path / "m.json"
    fitted(capfd, path, "--target", "y", "--l1-ratio", "1", "--relax", "--out", model)
    assert load_model(model).relax == 0.0
    code, out, err = call(capfd, "audit", model, path)
    assert code == 0 and "Audited: none" in out and "A relaxed fit" in err


def test_groups_stay_together(tmp_path, capfd):
    frame = numbers().assign(g=lambda f: np.arange(len(f)) % 20)
    path = write_csv(tmp_path / "g.csv", frame)
    found = fitted(capfd, path, "--target", "y", "--group", "g", "--cv", "4")
    assert found["choice"]["folds"] == 4 and found["certificate"]["status"] == "certified"


def test_the_report_shows_the_choice(data, tmp_path, capfd):
    page = tmp_path / "r.html"
    assert call(capfd, "fit", data, "--target", "y", "--report", page, "--quiet")[0] == 0
    text = page.read_text("utf-8")
    assert 'id="plot-path"' in text and 'id="plot-curve"' in text and "How λ was chosen" in text
    assert call(capfd, "fit", data, "--target", "y", "--lambda", "1", "--report", page, "--force", "--quiet")[0] == 0
    assert 'id="plot-path"' not in page.read_text("utf-8")


def test_path_is_the_librarys(data, tmp_path, capfd):
    out = tmp_path / "path.csv"
    code, text, _ = call(capfd, "path", data, "--target", "y", "--n-lambdas", "12", "--out", out, "--quiet")
    assert code == 0 and text.splitlines()[1].startswith("Certified at every λ")
    frame = numbers()
    found = normball.path(frame.drop(columns="y"), frame["y"], l1_ratio=1.0, n_lams=12, standardize=True)
    with open(out, newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:6] == ["lambda", "columns", "explained", "gap", "status", "intercept"]
    assert np.array([row[0] for row in rows], float) == pytest.approx(found.lams, rel=1e-9)
    coefs = np.array([row[6:] for row in rows], float).T
    assert coefs == pytest.approx(found.coefs.toarray(), rel=1e-9, abs=1e-12)
    explained = np.array([row[2] for row in rows], float)
    assert (np.diff(explained) >= -1e-9).all() and explained[0] < 1e-9 < explained[-1]


def test_path_as_json_names_what_enters(data, capfd):
    code, text, _ = call(capfd, "path", data, "--target", "y", "--n-lambdas", "5", "--json", "--quiet")
    steps = json.loads(text)["path"]
    assert code == 0 and len(steps) == 5 and not steps[0]["coefficients"]
    inside = set()
    for step in steps:
        inside = (inside | set(step["entered"])) - set(step["left"])
        assert inside == set(step["coefficients"])


def test_a_relaxed_model_says_so_and_passes_its_own_audit(data, tmp_path, capfd):
    """Terminal, JSON, report and file name the second stage; audit and a loaded model solve that one."""
    model, page = tmp_path / "m.json", tmp_path / "r.html"
    words = ("--target", "y", "--l1-ratio", "1", "--relax", "--select", "1se", "--seed", "1")
    found = fitted(capfd, data, *words, "--out", model, "--report", page)
    assert found["choice"]["relaxed"] and found["penalty"]["relax"] == 0.0
    assert load_model(model).relax == 0.0
    said = "to select columns; those are fitted again with no penalty"
    text = page.read_text("utf-8")
    assert said in text and "penalty that selects, as others write it" in text and "every row held out once" in text
    assert said in call(capfd, "fit", data, *words, "--quiet")[1].splitlines()[0]
    code, out, _ = call(capfd, "audit", model, data, "--quiet")
    assert code == 0 and "Certified" in out.splitlines()[0]
    shown = tmp_path / "e.html"
    assert call(capfd, "explore", "--no-open", "--out", shown, "--model", model, "--data", data, "--quiet")[0] == 0
    scene = json.loads(Page(shown.read_text("utf-8")).raw["script", "application/json"])
    assert (scene["lam"], scene["alpha"]) == (0.0, 0.0)
    frame = numbers()
    loaded = normball.LogisticRegression.load(model)
    assert normball.audit(loaded, frame.drop(columns="y"), frame["y"]).certificate.status == "certified"
    loaded.save(tmp_path / "again.json")
    assert load_model(tmp_path / "again.json").relax == 0.0
