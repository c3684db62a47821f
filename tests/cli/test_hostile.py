"""Names and labels that would do harm: in the terminal, in a spreadsheet, in the report, in the model file."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.tables import call, read_csv
from normball.cli.sheets import safe_cell
from normball.cli.talk import harmless, name

NAMES = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(2)'>",
    "a\"b'c`",
    "$x^2$ \\frac",
    "new\nline",
    "\U0001f600 emoji",
    "long" * 250,
    "\x1b[31mred\x1b]0;title\x07",
    "=SUM(A1:A9)",
    "\u202eright to left",
    "{{ 7 * 7 }}{% raw %}",
    "[bold]rich[/bold] :smile:",
    "</script><style>*{display:none}</style>",
    "a,b;c\td",
]
LABELS = ["=cmd|' /C calc'!A0", "@evil\x1b[2J<b>"]
TARGET = 'is "it" <i>so</i>?'


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(2)
    columns = {label: rng.normal(size=300) for label in NAMES}
    columns["level"] = rng.choice(["<svg onload=alert(3)>", "=1+1", "\x1b[5mblink", "ok"], 300)
    columns["row"] = [f"={k}+1" for k in range(300)]
    y = columns[NAMES[0]] + rng.normal(size=300) > 0
    frame = pd.DataFrame({**columns, TARGET: np.where(y, *LABELS)})
    path = tmp_path / "<b>data\x1b[7m.csv"
    frame.to_csv(path, index=False)
    return str(path)


@pytest.fixture
def run(data, tmp_path, capfd):
    """A fit that writes all it can, and what it said."""
    model, page = tmp_path / "m.json", tmp_path / "r.html"
    code, out, err = call(capfd, "fit", data, "--target", TARGET, "--id", "row", "--out", model, "--report", page)
    assert code == 0
    return model, page, out, err


def steers_terminal(text):
    return [c for c in text if c != "\n" and (not c.isprintable() or c in "\u202e\u2066\u200f")]


def test_terminal(run, data, capfd):
    """No escape, no control character, no text turned around, neither in results nor in talk nor in complaints."""
    _, _, out, err = run
    said = [out, err]
    for words in (["--target", "is it so?"], ["--target", TARGET, "--positive", "x"], ["--target", NAMES[7]]):
        code, out, err = call(capfd, "fit", data, *words)
        assert code in (1, 2)
        said += [out, err]
    assert [steers_terminal(text) for text in said] == [[]] * len(said)
    assert r"\x1b[31mred" in said[0]
    assert "[bold]rich[/bold] :smile:" in said[0]  # as it is: nothing reads it as markup


def test_json_is_ascii_and_exact(data, capfd):
    code, out, _ = call(capfd, "fit", data, "--target", TARGET, "--id", "row", "--json", "--quiet")
    assert (code, out.isascii()) == (0, True)
    assert {c["column"] for c in json.loads(out)["coefficients"]} == {*NAMES, "level"}


def test_model_file_keeps_names(run):
    from normball.files import load_model

    record = load_model(run[0])
    assert set(NAMES) <= set(record.names)
    assert record.classes == tuple(sorted(LABELS))
    assert run[0].read_bytes().isascii()


def test_csv_has_no_formula(run, data, tmp_path, capfd):
    assert call(capfd, "predict", run[0], data, "--out", tmp_path / "p.csv")[0] == 0
    rows = read_csv(tmp_path / "p.csv")
    assert [row["row"] for row in rows[:2]] == ["'=0+1", "'=1+1"]
    assert {row["predicted"] for row in rows} == {"'" + label for label in LABELS}
    assert formulas(tmp_path / "p.csv") == []


def test_csv_of_a_path_has_no_formula(data, tmp_path, capfd):
    """Names of columns stand in its head; negative numbers are numbers."""
    file = tmp_path / "path.csv"
    assert call(capfd, "path", data, "--target", TARGET, "--n-lambdas", "3", "--out", file)[0] == 0
    assert [cell for cell in formulas(file) if not cell.startswith("-0.") and float(cell) >= 0.0] == []


def formulas(path) -> list[str]:
    """Cells that a spreadsheet may take for a formula."""
    with open(path, newline="", encoding="utf-8") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    return [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_report_runs_nothing_of_the_data(run):
    """Of all tags in the page, none comes from the data."""
    page = run[1].read_text("utf-8")
    assert "<script>alert" not in page
    assert not re.search(r"<(img|svg onload|i>so|b>data|style>\*)", page)
    assert len(re.findall(r"<script", page)) == len(re.findall(r"</script>", page)) == 2
    assert steers_terminal(page) == []


@given(st.text())
def test_harmless_text(text):
    """Nothing but printable characters and line ends is left, and printable ASCII is not touched."""
    assert steers_terminal(harmless(text)) == []
    assert "\n" not in name(text)
    assert len(name(text)) <= 60
    plain = "".join(c for c in text if c.isascii() and c.isprintable())
    assert harmless(plain) == plain


@given(st.one_of(st.text(), st.from_regex(r"\A[=+\-@\t\r].*\Z")))
def test_no_cell_is_a_formula(text):
    cell = safe_cell(text)
    assert cell.removeprefix("'") == text or cell == text
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        assert np.isfinite(float(cell))  # a signed number


@given(st.floats(allow_nan=False))
def test_numbers_read_back_to_the_bit(x):
    assert float(safe_cell(x)) == x
