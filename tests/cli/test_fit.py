"""`normball fit` against scikit-learn at the same strength, and what it promises about order, files and rows."""

from __future__ import annotations

import hashlib
import html
import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler

from cli.tables import call, fitted, numbers, patients, process, write_csv
from normball.cli.split import hold_out
from normball.files import load_model


@pytest.fixture
def data(tmp_path):
    return write_csv(tmp_path / "data.csv", numbers())


def sklearn_fit(X, y, **settings):
    """scikit-learn's coefficients on standardised columns, back in the units of the columns."""
    scaler = StandardScaler().fit(X)
    fit = LogisticRegression(solver="newton-cholesky", tol=1e-12, **settings).fit(scaler.transform(X), y)
    coef = fit.coef_[0] / scaler.scale_
    return coef, fit.intercept_[0] - coef @ scaler.mean_


def coefficients(found):
    return np.array([c["coefficient"] for c in found["coefficients"]])


@pytest.mark.parametrize("C", [0.1, 1.0, 30.0])
def test_coefficients_are_scikit_learns_on_all_rows(data, C, capfd):
    frame = numbers()
    coef, intercept = sklearn_fit(frame.drop(columns="y").to_numpy(), frame["y"], C=C)
    found = fitted(capfd, data, "--target", "y", "--lambda", f"C={C}")
    assert coefficients(found) == pytest.approx(coef, rel=1e-6)
    assert found["intercept"] == pytest.approx(intercept, rel=1e-6)
    assert found["penalty"]["lambda"] == pytest.approx(1 / (C * len(frame)), rel=1e-12)
    assert found["certificate"]["status"] == "certified"


@pytest.mark.parametrize("seed", [0, 1])
def test_held_out_numbers_are_scikit_learns_on_the_same_rows(data, seed, capfd):
    """C = 1 for the rows that are left too; the losses and the AUC are sklearn.metrics'."""
    frame = numbers()
    X, y = frame.drop(columns="y").to_numpy(), frame["y"].to_numpy()
    held = hold_out(y.astype(float), 0.3, seed)
    coef, intercept = sklearn_fit(X[~held], y[~held], C=1.0)
    p = 1 / (1 + np.exp(-(X[held] @ coef + intercept)))
    found = fitted(capfd, data, "--target", "y", "--lambda", "C=1", "--holdout", 0.3, "--seed", seed)["held_out"]
    assert found["rows"] == held.sum()
    assert found["log_loss"] == pytest.approx(log_loss(y[held], p), abs=1e-7)
    assert found["auc"] == pytest.approx(roc_auc_score(y[held], p), abs=1e-12)
    assert found["null_log_loss"] == pytest.approx(log_loss(y[held], np.full(held.sum(), y[~held].mean())), abs=1e-12)


def test_weights_are_repeated_rows(tmp_path, capfd):
    frame = numbers(120)
    times = np.arange(len(frame)) % 3
    weighted = write_csv(tmp_path / "w.csv", frame.assign(times=times))
    repeated = write_csv(tmp_path / "r.csv", frame.loc[np.repeat(frame.index, times)])
    one = fitted(capfd, weighted, "--target", "y", "--weights", "times", "--lambda", "C=1", "--holdout", 0)
    other = fitted(capfd, repeated, "--target", "y", "--lambda", "C=1", "--holdout", 0)
    assert coefficients(one) == pytest.approx(coefficients(other), rel=1e-9)
    assert one["penalty"]["lambda"] == pytest.approx(other["penalty"]["lambda"], rel=1e-12)
    assert one["base_rate"] == pytest.approx(other["base_rate"], rel=1e-12)
    assert any("weight 0 left out" in note for note in one["notes"])


def test_unstandardised_is_scikit_learn_on_the_columns_as_they_come(data, capfd):
    frame = numbers()
    fit = LogisticRegression(C=2.0, solver="newton-cholesky", tol=1e-12).fit(frame.drop(columns="y"), frame["y"])
    found = fitted(capfd, data, "--target", "y", "--no-standardize", "--lambda", "C=2")
    assert coefficients(found) == pytest.approx(fit.coef_[0], rel=1e-6)


def test_the_other_label_turns_every_sign(data, capfd):
    one = fitted(capfd, data, "--target", "y", "--lambda", "C=1")
    other = fitted(capfd, data, "--target", "y", "--lambda", "C=1", "--positive", "0")
    assert (one["positive"], other["positive"], other["negative"]) == (1, 0, 1)
    assert coefficients(other) == pytest.approx(-coefficients(one), rel=1e-9)
    assert other["base_rate"] == pytest.approx(1 - one["base_rate"], rel=1e-12)


def test_what_it_says_first(data, capfd):
    """The penalty in the first line, then certificate, base rate, held-out numbers."""
    code, out, err = call(capfd, "fit", data, "--target", "y", "--lambda", 0.01, "--l1-ratio", 0.5)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("Penalty: elastic net, l1_ratio = 0.5, λ = 0.01 on the mean loss, standardised")
    assert lines[1].startswith("Certified: ")
    assert lines[2].startswith("Base rate: y = 1 in ")
    assert lines[3].startswith("Held out: 40 rows, log-loss ")
    assert "of the null model" in lines[3]
    assert lines[4] == "The same strength of the penalty: lam = 0.01 = alpha = glmnet_lambda, C = 0.5"
    assert "numbers and dates standardised, 0/1 columns as they are, and once without 40 held-out rows" in err
    assert "Nothing was written" in err


def test_odds_ratios_are_ordered_by_effect_per_sd(data, capfd):
    found = fitted(capfd, data, "--target", "y")
    effects = {c["name"]: c["coefficient"] * c["sd"] for c in found["coefficients"]}
    sds = numbers().drop(columns="y").std(ddof=0)
    assert {c["name"]: c["sd"] for c in found["coefficients"]} == pytest.approx(dict(sds), rel=1e-10)
    for c in found["coefficients"]:
        assert c["odds_ratio_per_sd"] == pytest.approx(np.exp(effects[c["name"]]), rel=1e-10)
    out = call(capfd, "fit", data, "--target", "y")[1]
    shown = [line.split()[0] for line in out.splitlines() if line.startswith("x")]
    assert shown == sorted(effects, key=lambda name: -abs(effects[name]))


def test_same_command_same_bytes(tmp_path, monkeypatch):
    """Model and report hold no time and no place; command, seed, hash and versions stand in both."""
    monkeypatch.chdir(tmp_path)
    write_csv("data.csv", patients())
    words = ["fit", "data.csv", "--target", "state", "--out", "m.json", "--report", "r.html", "--seed", "7", "--force"]
    seen = set()
    for threads in ("1", "2"):
        assert process(*words, NORMBALL_THREADS=threads).returncode == 0
        seen.add(((tmp_path / "m.json").read_bytes(), (tmp_path / "r.html").read_bytes()))
    ((_, page),) = seen
    digest = hashlib.sha256((tmp_path / "data.csv").read_bytes()).hexdigest()
    record = load_model("m.json")
    assert record.command == "normball " + " ".join(words)
    assert (record.seed, record.data_hash, record.positive) == (7, digest, "sick")
    assert record.versions["numpy"] == np.__version__
    for text in (record.command, digest, np.__version__):
        assert text.encode() in page
    assert len(page) < 500_000


def test_it_refuses_to_overwrite_before_it_reads(tmp_path, capfd):
    """Also where DATA cannot be read at all: the refusal comes first, and --force lifts it."""
    (tmp_path / "m.json").write_text("mine")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"PAR1 is no table")
    code, _, err = call(capfd, "fit", bad, "--target", "y", "--out", tmp_path / "m.json")
    assert (code, (tmp_path / "m.json").read_text()) == (2, "mine")
    assert "exists already" in err
    assert "--force" in err
    data = write_csv(tmp_path / "data.csv", numbers(60))
    assert call(capfd, "fit", data, "--target", "y", "--out", tmp_path / "m.json", "--force")[0] == 0
    assert load_model(tmp_path / "m.json").target == "y"


def test_rows_without_a_target_are_left_out(tmp_path, capfd):
    frame = numbers()
    holes = frame.astype({"y": object})
    holes.loc[::9, "y"] = None
    path = write_csv(tmp_path / "holes.csv", holes)
    found = fitted(capfd, path, "--target", "y", "--lambda", "C=1", "--holdout", 0)
    kept = frame[holes["y"].notna()]
    coef, _ = sklearn_fit(kept.drop(columns="y").to_numpy(), kept["y"], C=1.0)
    assert (found["rows"], found["rows_used"]) == (200, len(kept))
    assert found["notes"][0] == "23 rows without a value of 'y' left out."
    assert coefficients(found) == pytest.approx(coef, rel=1e-6)


def test_identifiers_and_dropped_columns_are_not_used(tmp_path, capfd):
    path = write_csv(tmp_path / "data.csv", patients())
    found = fitted(capfd, path, "--target", "state", "--drop", "ward,dose")
    assert {c["column"] for c in found["coefficients"]} == {"age", "smokes"}
    assert [(a["kind"], a["column"]) for a in found["alerts"] if a["kind"] == "id"] == [("id", "case")]
    named = fitted(capfd, path, "--target", "state", "--id", "case")
    assert not [a for a in named["alerts"] if a["kind"] == "id"]


def test_a_leak_is_named_and_nothing_else(tmp_path, capfd):
    frame = patients()
    leaky = write_csv(tmp_path / "leaky.csv", frame.assign(outcome=np.where(frame["state"] == "sick", "bad", "good")))
    honest = write_csv(tmp_path / "honest.csv", frame)
    leaks = lambda path: [
        a["column"] for a in fitted(capfd, path, "--target", "state")["alerts"] if a["kind"] == "leak"
    ]  # fmt: skip
    assert leaks(leaky) == ["outcome"]
    assert leaks(honest) == []


def test_separation_is_said_and_exits_with_1(tmp_path, capfd):
    """A column that separates the classes is named where there is no penalty; at λ = 0.01 there is an answer."""
    frame = numbers(80)
    frame["splits"] = frame["y"] * 2.0 + frame["x0"].rank() / 100
    path = write_csv(tmp_path / "data.csv", frame)
    code, out, _ = call(capfd, "fit", path, "--target", "y", "--lambda", 0, "--json", "--quiet")
    found = json.loads(out)
    assert (code, found["certificate"]["status"]) == (1, "separated")
    alert = next(a for a in found["alerts"] if a["kind"] == "separation")
    assert "splits" in alert["sentence"]
    assert call(capfd, "fit", path, "--target", "y", "--lambda", 0.01)[0] == 0


def test_delimited_text_as_it_comes(tmp_path, capfd):
    """Semicolons, decimal commas, Latin-1, gzip and standard input: the same model as the plain file."""
    frame = numbers().rename(columns={"x0": "Größe"})
    plain = fitted(capfd, write_csv(tmp_path / "plain.csv", frame), "--target", "y")
    frame.to_csv(tmp_path / "de.csv", sep=";", decimal=",", encoding="latin-1", index=False)
    frame.to_csv(tmp_path / "zip.csv.gz", index=False)
    frame.to_parquet(tmp_path / "data.parquet")
    told = fitted(
        capfd, tmp_path / "de.csv", "--target", "y", "--delimiter", ";", "--decimal", ",", "--encoding", "latin-1"
    )
    for found in [
        told,
        *(fitted(capfd, tmp_path / name, "--target", "y") for name in ("de.csv", "zip.csv.gz", "data.parquet")),
    ]:
        assert [c["name"] for c in found["coefficients"]] == ["Größe", "x1", "x2", "x3"]
        assert coefficients(found) == pytest.approx(coefficients(plain), rel=1e-10)
        assert found["held_out"] == pytest.approx(plain["held_out"], rel=1e-9)


def test_standard_input(tmp_path):
    import subprocess
    import sys

    path = write_csv(tmp_path / "data.csv", numbers())
    words = [sys.executable, "-m", "normball", "fit", "-", "--target", "y", "--json", "--quiet"]
    with open(path, "rb") as file:
        piped = json.loads(subprocess.run(words, stdin=file, capture_output=True, check=True).stdout)
    named = json.loads(process("fit", path, "--target", "y", "--json", "--quiet").stdout)
    for key in ("penalty", "certificate", "coefficients", "held_out", "data_sha256"):
        assert piped[key] == named[key]


@pytest.mark.parametrize(
    ("said", "words"), [("0.01", "λ = 0.01"), ("sigma=2", "sigma = 2"), ("t=0.5", "t = 0.5"), ("t=50", "t = 50")]
)
def test_report_and_terminal_say_the_strength_as_it_was_said(said, words, tmp_path, capfd):
    """In its own letters; of a ball also whether it binds."""
    data, page = write_csv(tmp_path / "d.csv", numbers()), tmp_path / "r.html"
    code, out, _ = call(capfd, "fit", data, "--target", "y", "--lambda", said, "--report", page, "--quiet")
    assert code == 0 and f"{words}, as asked for" in out.splitlines()[0]
    text = html.unescape(page.read_text("utf-8"))
    assert f"As asked for: {words}." in text
    for told in (out.splitlines()[1], text):
        assert ("Constraint ‖w‖₂ <= 0.5: active, multiplier" in told) == (said == "t=0.5")
        assert ("Constraint ‖w‖₂ <= 50: inactive, the free optimum has" in told) == (said == "t=50")
