"""The pages of docs/: links lead somewhere; the tutorial and the guides run as they stand and say what they show."""

from __future__ import annotations

import re
import shlex
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import normball
from normball.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("[a-z]*/*.md"), *ROOT.glob("*.md")])
MADE = {"gallery/index.rst"}  # by the build
FENCED = re.compile(r"^```.*?^```$", flags=re.S | re.M)


def links(text):
    """Targets of Markdown links and pictures outside code, without those that lead to the web."""
    plain = re.sub(r"`[^`\n]*`", "", FENCED.sub("", text))
    found = re.findall(r"\]\(([^)\s]+)\)", plain)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def headings(path):
    """The anchors that a page's headings make."""
    lines = re.findall(r"^#+ (.*)$", FENCED.sub("", path.read_text("utf-8")), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


def leads_nowhere(page, target):
    name, _, anchor = target.partition("#")
    if name in MADE:
        return False
    path = (page.parent / name).resolve() if name else page
    path = path if path.exists() else path.with_name(path.name + ".md")  # Sphinx also takes a page without its ending
    return not path.exists() or (bool(anchor) and anchor not in headings(path))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_files(page):
    assert [target for target in links(page.read_text("utf-8")) if leads_nowhere(page, target)] == []


def test_the_rule_sees_dead_links(tmp_path):
    page = tmp_path / "page.md"
    (tmp_path / "there.md").write_text("# A heading, here\n")
    page.write_text(
        "[a](there.md) [b](there.md#a-heading-here) [c](gone.md) [d](there.md#no) `[e](code.md)` [f](http://x)"
    )
    assert [x for x in links(page.read_text()) if leads_nowhere(page, x)] == ["gone.md", "there.md#no"]


def test_every_page_of_a_contents_list_exists():
    """Names in the toctrees of index.md; the gallery's index is made by the build."""
    (index,) = (path for path in PAGES if path.name == "index.md")
    lists = re.findall(r"^```\{toctree\}\n(.*?)^```$", index.read_text("utf-8"), flags=re.S | re.M)
    entries = [line for text in lists for line in text.splitlines() if line and line[0] != ":" and "*" not in line]
    assert len(entries) > 10
    missing = [entry for entry in entries if not (ROOT / "docs" / f"{entry}.md").exists()]
    assert missing == ["gallery/index"]


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", (ROOT / "docs" / page).read_text("utf-8"), flags=re.S | re.M)


def run(page):
    """What all Python blocks of a page, one after the other, leave behind."""
    space: dict = {}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), space)
    return space


def test_the_tutorials_commands(tmp_path, monkeypatch, capfd):
    """Each runs as it stands, and every line that the page shows is one of its output."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    commands = 0
    for block, shown in re.findall(r"^```console\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", text, flags=re.S | re.M):
        for line in block.splitlines():
            commands += 1
            assert main(shlex.split(line.removeprefix("$ "))[1:]) == 0
        said = capfd.readouterr().out.splitlines()
        assert [line for line in shown.splitlines() if line not in said] == []
    assert commands == 6
    assert {path.name for path in tmp_path.iterdir()} == {
        "normball-demo", "model.json", "report.html", "path.csv", "predictions.csv"
    }  # fmt: skip


def test_the_tutorials_python_is_its_first_fit(capsys):
    space = run("tutorial.md")
    (shown, _) = blocks("tutorial.md", "text")
    assert f"λ = {space['found'].lam_min:.6g} on the mean loss" in shown
    assert f"log-loss {space['found'].mean.min():.4f} " in shown
    assert space["model"].certificate.status == "certified"


def test_which_lambda(capsys):
    space = run("guide/which-lambda.md")
    assert space["found"].lam_1se > space["found"].lam_min
    assert space["believed"].lam == pytest.approx(1 / len(space["y"]))
    assert np.count_nonzero(space["three"].coef) == 3
    assert space["held"].lam == space["held"].multiplier > 0


def test_l1_or_l2(capsys):
    """No two differ by two standard errors, as the page says."""
    space = run("guide/l1-or-l2.md")
    assert all(row.difference <= 2 * row.difference_se for row in space["found"].compare())
    assert [row.label for row in space["lasso"].compare(space["relaxed"])] == ["L1", "L1, relaxed"]


def test_is_my_fit_right(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # scikit-learn's ten iterations: the page says so
        warnings.simplefilter("ignore", normball.ConvergenceWarning)  # no minimiser: the page says so
        space = run("guide/is-my-fit-right.md")
    assert space["solution"].certificate.status == "certified"
    assert space["audit"].excess > 0.01 and "above its own optimum" in space["audit"].summary()
    assert space["nowhere"].certificate.status == "separated"
    assert space["found"].mean.min() < space["null"] / 5
