"""The command line: its words, its exit codes, and what the demo claims against numbers computed apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest

import normball
from normball.cli import main


@pytest.fixture(scope="module")
def demo():
    """`python -m normball demo` in a process of its own, as a person runs it."""
    return subprocess.run([sys.executable, "-m", "normball", "demo"], capture_output=True, text=True, encoding="utf-8")


def test_help_goes_to_stdout(capsys):
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert "normball demo" in out
    assert err == ""


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"normball {normball.__version__}\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "no word was given"),
        (["dmeo"], "'dmeo' is no word"),
        (["demo", "--fast"], "demo takes no further words, got: --fast"),
    ],
)
def test_asked_wrongly(words, complaint, capsys):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert complaint in err


def test_demo_succeeds_in_silence_on_stderr(demo):
    assert (demo.returncode, demo.stderr) == (0, "")


def test_demo_on_a_terminal_without_greek_letters():
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-m", "normball", "demo"], capture_output=True, env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"(ridge), ? = 0.0017574" in done.stdout


def test_demo_says_the_penalty_first(demo):
    assert demo.stdout.startswith("Penalty: L2 (ridge), λ = 0.0017574")  # 1 / (1.0 · 569)


def test_demo_prints_the_minimiser(demo):
    """The printed coefficients are those of an independent fit, C = 1 on standardised columns, in the data's units."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression

    data = load_breast_cancer()
    mean, sd = data.data.mean(axis=0), data.data.std(axis=0)
    fit = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit((data.data - mean) / sd, data.target)
    expected = dict(zip(data.feature_names, fit.coef_[0] / sd, strict=True))
    expected["(intercept)"] = fit.intercept_[0] - fit.coef_[0] @ (mean / sd)
    printed = dict(re.findall(r"^  ([a-z() ]+?) +(-?\d+\.\d{6})(?!\d)", demo.stdout, flags=re.M))
    assert {name: float(x) for name, x in printed.items()} == pytest.approx(expected, rel=1e-6, abs=1e-6)
    effects = re.findall(r"^  [a-z ]+? +-?\d+\.\d{6} +(-?\d+\.\d{4})$", demo.stdout, flags=re.M)
    assert len(effects) == 30
    assert np.all(np.diff(np.abs(np.array(effects, dtype=float))) <= 0)


def test_demo_states_both_proofs(demo):
    certificate, others = demo.stdout.split("Audit of scikit-learn")
    assert "Certified: " in certificate
    assert "above its own optimum" in others
