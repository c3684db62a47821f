"""The README's Python runs as it stands, and gives what the sentence beside it says."""

from __future__ import annotations

import re
import shlex
import warnings
import webbrowser
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning

from normball.cli import main

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
def names():
    """What all its blocks, run one after the other, leave behind."""
    X, y = load_breast_cancer(return_X_y=True)
    space: dict[str, object] = {"X": X, "y": y}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # scikit-learn's own fit, the one that is audited
        for block in re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), flags=re.S | re.M):
            exec(compile(block, str(README), "exec"), space)
    return space


def test_solution_is_certified(names):
    assert names["solution"].certificate.status == "certified"
    assert np.shape(names["solution"].predict_proba(names["X"])) == (569, 2)


def test_estimator_is_certified_at_scikit_learns_strength(names):
    assert names["model"].certificate_.status == "certified"
    assert names["model"].lambda_ == pytest.approx(1 / 569, rel=1e-14)


def test_audit_tells_the_two_apart(names):
    """The default fit stops far from its optimum; ours, audited by the same function, does not."""
    audit, X, y = names["normball"].audit, names["X"], names["y"]
    assert "above its own optimum" in audit(names["theirs"], X, y).summary()
    assert audit(names["model"], X, y).certificate.status == "certified"


def test_its_commands_run_as_they_stand(tmp_path, monkeypatch, capfd):
    """The console block, line by line, in an empty folder; what it writes is there at the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda address: True)
    (block,) = re.findall(r"^```console\n(.*?)^```$", README.read_text("utf-8"), flags=re.S | re.M)
    words = [shlex.split(line.removeprefix("$ ")) for line in block.splitlines()]
    assert [line[:2] for line in words] == [
        ["normball", c] for c in ("demo", "fit", "path", "predict", "audit", "explore", "doctor")
    ]
    for line in words:
        assert main(line[1:]) == 0
    capfd.readouterr()
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"normball-demo", "model.json", "report.html", "path.csv", "predictions.csv", "explorer.html"}
