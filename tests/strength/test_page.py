"""docs/strength.md: its Python and its commands run, and its table is the table of the package."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer

from normball import Strength
from normball.cli import main
from normball.strength import DIALECTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "strength.md").read_text("utf-8")
TABLE = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]


def test_the_table_has_every_dialect():
    assert [row[0].strip("`") for row in TABLE] == [dialect.name for dialect in DIALECTS]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_what_one_means(row):
    """The last column, for n = 1000."""
    assert f"{Strength(**{row[0].strip('`'): 1.0}).lam(1000):.6g}" == row[4]


def test_its_python_runs():
    X, y = load_breast_cancer(return_X_y=True)
    space: dict = {"X": X, "y": y}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.S | re.M):
        exec(compile(block, "docs/strength.md", "exec"), space)
    assert space["solution"].lam == 1 / 569 and space["solution"].strength["lambd"] == pytest.approx(1.0)
    assert space["fades"].lam == 1 / 400 and space["stays"].lam == 0.01
    assert space["model"].lambda_ == 1 / (4 * 569)
    assert len(space["found"].lams[0]) == 3


def test_its_numbers():
    """What the comments of "When rows are added" say."""
    assert (Strength(C=1.0).lam(n=1000), Strength(C=1.0).lam(n=2000)) == (0.001, 0.0005)
    assert Strength(lam=0.5, per="sum").lam(n=1000) == 0.0005
    assert Strength(C=1.0, per="mean").lam(n=800, whole=1000) == 0.001


def test_its_commands_run(capfd):
    (block,) = re.findall(r"^```console\n(.*?)^```$", PAGE, flags=re.S | re.M)
    for line in block.splitlines():
        assert main(shlex.split(line.removeprefix("$ normball "))) == 0
    out = capfd.readouterr().out
    assert "λ = 0.001 on the mean loss" in out and '"lam": 0.00141421' in out
