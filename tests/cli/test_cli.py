"""The command line as a whole: help, version, exit codes, hints, and how little it loads."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

import normball
from cli.tables import call, numbers, process, write_csv
from normball.cli import main

COMMANDS = ("fit", "path", "predict", "translate", "audit", "explore", "demo", "doctor")


def loaded_after(words):
    """The modules that a command line leaves loaded in a fresh process."""
    code = f"import sys; from normball.cli import main; main({words!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_names_every_command(capfd):
    code, out, err = call(capfd, "--help")
    assert (code, err) == (0, "")
    assert all(re.search(rf"^  {command} ", out, flags=re.M) for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capfd):
    code, out, err = call(capfd, command, "--help")
    assert (code, err) == (0, "")
    assert f"normball {command}" in out


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["fit", "--help"], ["predict", "--help"], ["doctor", "-h"]]
)
def test_help_loads_click_and_nothing_heavy(words):
    heavy = {"numpy", "scipy", "sklearn", "numba", "pyarrow", "narwhals", "rich", "jinja2", "pandas"}
    assert loaded_after(words) & heavy == set()


def test_version(capfd):
    assert call(capfd, "--version") == (0, f"normball {normball.__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "No command was given"),
        (["pedict"], "'pedict' is no command. Did you mean predict?"),
        (["zzz"], "There are: fit, path, predict, translate, audit, explore, demo, doctor"),
        (["fit", "DATA", "--traget", "y"], "--target"),
        (["fit", "DATA"], "Missing option '--target'"),
        (["fit", "DATA", "--target", "yy"], "'yy': the table has no such column. Did you mean 'y'?"),
        (
            ["fit", "DATA", "--target", "y", "--drop", "X1"],
            "--drop 'X1': the table has no such column. Did you mean 'x1'?",
        ),
        (["fit", "DATA", "--target", "y", "--weights", "w"], "--weights 'w': the table has no such column"),
        (["fit", "DATA", "--target", "y", "--positive", "2"], "--positive '2' is no label"),
        (["fit", "DATA", "--target", "y", "--drop", "y"], "'y' was given as --target and as --drop"),
        (
            ["fit", "DATA", "--target", "y", "--lambda", "CC=1"],
            "'CC' is no dialect of λ that normball knows. Did you mean 'C'?",
        ),
        (["fit", "DATA", "--target", "y", "--lambda", "much"], "'much' is no number"),
        (["fit", "DATA", "--target", "y", "--lambda", "-1"], "must be a number of at least 0"),
        (["fit", "DATA", "--target", "y", "--lambda", "auto"], "Leave --lambda out to have λ chosen"),
        (
            ["fit", "DATA", "--target", "y", "--lambda", "sigma=1", "--l1-ratio", "1"],
            "sigma exists for l1_ratio 0",
        ),
        (["fit", "DATA", "--target", "y", "--lambda", "1", "--cv", "5"], "--cv is about choosing it"),
        (["fit", "DATA", "--target", "y", "--lambda", "1", "--l1-ratio", "0,1"], "must be a single number"),
        (["fit", "DATA", "--target", "y", "--relax"], "--relax needs L1"),
        (["path", "DATA", "--target", "y", "--out", "p.txt"], "must end in .csv or .json"),
        (["fit", "DATA", "--target", "y", "--l1-ratio", "2"], "every number must be from 0 (ridge) to 1 (lasso)"),
        (["fit", "dta.csv", "--target", "y"], "There is no file 'dta.csv'. Did you mean 'data.csv'?"),
        (["fit", "DATA", "--target", "y", "--out", "no/model.json"], "there is no folder"),
        (["fit", "DATA", "--target", "y", "--out", "DATA", "--force"], "is the same file as DATA"),
        (["fit", "DATA", "--target", "y", "--out", "a", "--report", "a"], "is the same file as --out"),
        (["predict", "modle.json", "DATA"], "There is no model file 'modle.json'"),
        (["predict", "DATA", "DATA", "--out", "preds.xlsx"], "ends in .csv or .parquet"),
    ],
)
def test_asked_wrongly(words, complaint, capfd, tmp_path, monkeypatch):
    """Exit code 2, a sentence on stderr, nothing on stdout, nothing written."""
    monkeypatch.chdir(tmp_path)
    write_csv("data.csv", numbers(60))
    code, out, err = call(capfd, *("data.csv" if word == "DATA" else word for word in words))
    assert (code, out) == (2, "")
    assert complaint in err
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,y\n", "no rows"),
        ("", "is empty"),
        ("a,a,y\n1,2,0\n", "duplicate column names: 'a'"),
        ("a,y\n" + "".join(f"{k % 7},{k % 25}\n" for k in range(60)), "holds 25 different values ('0', '1', '2'"),
        ("a,y\n1,0\n2,0\n", "is '0' in every row"),
        ("a,y\n1,\n2,\n", "is missing in every row"),
        ("a,y\n" + "".join(f"{k % 7},{k / 3}\n" for k in range(60)), "make a yes/no column of it"),
        ("a,y\n" + "".join(f"1,{k % 2}\n" for k in range(60)), "No column is left to fit"),
        ("a,y\n1,0\n2,1\n3,0\n", "One class has only 1 row"),
    ],
)
def test_data_say_no(text, complaint, capfd, tmp_path):
    """Exit code 1 and a sentence where the data cannot be fitted."""
    path = tmp_path / "data.csv"
    path.write_text(text)
    code, out, err = call(capfd, "fit", path, "--target", "y")
    assert (code, out) == (1, "")
    assert complaint in err


def test_free_text_is_refused_with_advice(capfd, tmp_path):
    path = tmp_path / "data.csv"
    lines = [f"case {k} came in with a cough and was sent home again,{k % 2}\n" for k in range(60)]
    path.write_text("note,y\n" + "".join(lines))
    code, out, err = call(capfd, "fit", path, "--target", "y")
    assert (code, out) == (1, "")
    assert "'note' is free text" in err
    assert "TfidfVectorizer" in err


def test_without_click_a_sentence(capfd, monkeypatch):
    """The command is there in an installation without [cli], and says what it needs."""
    for name in [*sys.modules]:
        if name.split(".")[0] == "click" or name.startswith("normball.cli."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "click", None)
    code = main(["--help"])
    out, err = capfd.readouterr()
    assert (code, out) == (1, "")
    assert "pip install 'normball[cli]'" in err


def test_completion_knows_commands_and_options():
    """click's own completion, as the shell's script calls it."""
    ask = lambda words, at: process(
        _NORMBALL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=at
    ).stdout.decode().split()  # fmt: skip
    assert ask("normball ", "1") == [f"plain,{command}" for command in COMMANDS]
    assert "plain,--target" in ask("normball fit --ta", "2")


def test_a_terminal_without_greek_letters(tmp_path):
    path = write_csv(tmp_path / "data.csv", numbers(80))
    done = process("fit", path, "--target", "y", "--lambda", "C=1", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout.startswith(b"Penalty: L2 (ridge), ? = 0.0125 on")


def test_a_reader_that_stops_early(tmp_path):
    """`normball … | head -1` ends without a traceback."""
    frame = numbers(400)
    path = write_csv(tmp_path / "data.csv", frame)
    assert process("fit", path, "--target", "y", "--out", tmp_path / "m.json").returncode == 0
    big = write_csv(tmp_path / "big.csv", frame.sample(60_000, replace=True, random_state=0))
    words = [sys.executable, "-m", "normball", "predict", str(tmp_path / "m.json"), big, "--quiet"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"predicted,probability\n"
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


def test_doctor(capfd):
    import numpy
    import scipy

    code, out, err = call(capfd, "doctor", "--json")
    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert facts["packages"]["numpy"] == numpy.__version__
    assert facts["packages"]["scipy"] == scipy.__version__
    assert facts["extras"]["cli"] == []
    assert facts["missing"] == []
    assert facts["blas"]
    code, out, err = call(capfd, "doctor")
    assert (code, err) == (0, "")
    assert f"numpy {numpy.__version__}" in out


def test_doctor_sees_a_cache_that_cannot_be_written(capfd, monkeypatch, tmp_path):
    from normball.cli import doctor

    monkeypatch.setattr(doctor, "kernel_cache", lambda: {"folder": None, "writable": False})
    code, out, _ = call(capfd, "doctor")
    assert code == 0
    assert "NOT writable" in out
    assert doctor.nearest_folder(str(tmp_path / "a" / "b")) == str(tmp_path)
