"""Every picture: nothing is cut off, at the size it has and at a small one, and names do no harm."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

import normball
from normball import plots
from normball.plots.canvas import plain
from plots.scenes import HOSTILE, outside, render, two_classes

DRAW = {
    "path": lambda d, **how: plots.plot_path(d.path, **how),
    "path against t": lambda d, **how: plots.plot_path(d.path, against="t", **how),
    "choice": lambda d, **how: plots.plot_choice(d.cv, **how),
    "geometry": lambda d, **how: plots.plot_geometry(d.solution, d.X, d.y, **how),
    "candidates": lambda d, **how: plots.plot_candidates(d.solution, d.X, d.y, **how),
    "shrinkage": lambda d, **how: plots.plot_shrinkage(d.X.iloc[:, :2], d.y, **how),
    "the example of shrinkage": lambda d, **how: plots.plot_shrinkage(**how),
    "boundary": lambda d, **how: plots.plot_boundary(d.pair, d.X.iloc[:, :2], d.y, **how),
    "priors": lambda d, **how: plots.plot_priors(d.solution, d.X, d.y, **how),
    "calibration": lambda d, **how: plots.plot_calibration(d.y, d.solution.predict_proba(d.X)[:, 1], **how),
}


class Data:
    """Fits of one table whose names are all hostile."""

    def __init__(self):
        import pandas as pd

        rng = np.random.default_rng(7)
        X, y = two_classes(rng, len(HOSTILE))
        self.X, self.y = pd.DataFrame(X, columns=list(HOSTILE)), np.where(y == 1, "<b>$yes", "no$")
        self.path = normball.path(self.X, self.y, l1_ratio=1.0, n_lams=15)
        self.cv = normball.cross_validate(self.X, self.y, cv=4, n_lams=15, l1_ratios=[1.0])
        self.solution = normball.solve(self.X, self.y, lam=0.02)
        self.pair = normball.solve(self.X.iloc[:, :2], self.y, lam=0.02)


@pytest.fixture(scope="module")
def data():
    return Data()


@pytest.mark.parametrize("picture", DRAW)
def test_nothing_is_cut_off(data, picture):
    ax = DRAW[picture](data)
    assert outside(ax) == []
    assert ax.get_xlabel() and ax.get_ylabel()


@pytest.mark.parametrize("picture", DRAW)
def test_on_a_small_axes_of_somebodys_own(data, picture):
    figure = Figure(figsize=(3.4, 2.8), layout="constrained")
    ax = figure.add_subplot()
    assert DRAW[picture](data, ax=ax) is ax
    assert outside(ax) == []
    assert figure.axes == [ax]


@pytest.mark.parametrize("size", [None, (3.6, 2.7)])
@pytest.mark.parametrize("draw", [plots.plot_geometry, plots.plot_candidates, plots.plot_priors, plots.plot_shrinkage])
def test_long_names_per_standard_deviation(draw, size):
    """Names of 32 characters, "(per sd)" after them, and numbers of four digits in the legend."""
    import pandas as pd

    X, y = two_classes(np.random.default_rng(3), 4)
    X = pd.DataFrame(X, columns=[f"the name of a measurement, no. {j}" for j in range(4)])
    ax = None if size is None else Figure(figsize=size, layout="constrained").add_subplot()
    if draw is plots.plot_shrinkage:
        ax = draw(X.iloc[:, :2], y, ax=ax)
    else:
        ax = draw(normball.solve(X, y, lam=0.02, l1_ratio=1.0, standardize=True), X, y, ax=ax)
    assert outside(ax) == []


def test_the_losses_of_the_candidates_on_somebodys_axes(data):
    ax = Figure().add_subplot()
    shown = plots.CandidatesDisplay.from_solution(data.solution, data.X, data.y, ax=ax)
    texts = {text.get_text() for text in ax.texts}
    assert {f"{one.value:.4f}" for one in shown.candidates} <= texts


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is(name):
    """What matplotlib would draw as mathematics, or could not draw, is text."""
    from matplotlib.text import Text

    figure = Figure()
    text = figure.text(0.1, 0.5, plain(name))
    FigureCanvasAgg(figure).draw()
    words, math = Text._preprocess_math(text, text.get_text())
    assert math is False and len(words) <= 40
    assert "\n" not in words and "\u202e" not in words
    if name.isascii() and name.isprintable() and len(name) <= 32:
        assert words == name


def test_glyphs_that_are_missing_become_squares():
    assert plain("🦊 fox") == "□ fox" and plain("λ Größe") == "λ Größe"


@pytest.mark.parametrize("features", [(0, 1), ("<script>alert(1)</script>", "😀 🦊")])
def test_the_animation(data, tmp_path, features):
    page, film = tmp_path / "ball.html", tmp_path / "ball.gif"
    for file in (page, film):
        ax = plots.animate_path(data.path, data.X, data.y, file, features=features, frames=4, dpi=50)
    assert render(ax)
    text = page.read_text("utf-8")
    assert text.count("<img ") == 4 and text.count("<script>") == 1 and "alert(1)</script>" not in text
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", text) == [] and "http:" not in text and "https:" not in text
    assert "default-src 'none'" in text
    with Image.open(film) as image:
        assert image.format == "GIF" and image.n_frames == 4
    with pytest.raises(normball.InputError):  # nothing is replaced unasked
        plots.animate_path(data.path, data.X, data.y, page, frames=2)
    with pytest.raises(normball.InputError, match=r"\.html or \.gif"):
        plots.animate_path(data.path, data.X, data.y, tmp_path / "ball.mov")


def test_the_frames_are_the_fits_of_the_path(data, tmp_path):
    shown = plots.AnimationDisplay.from_path(
        data.path, data.X, data.y, tmp_path / "a.gif", features=(0, 1), frames=5, dpi=40
    )
    assert shown.lams[0] == data.path.lams[0] and shown.lams[-1] == data.path.lams[-1]
    for lam, one in zip(shown.lams, shown.displays, strict=True):
        np.testing.assert_array_equal(one.touching, data.path.coef_at(lam)[0][:2])
        assert one.plane.lam == lam


def test_pyplot_is_not_touched():
    import subprocess
    import sys

    code = "import normball, sys; normball.plots.plot_shrinkage(); print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_page_runs(monkeypatch, tmp_path):
    """docs/plots.md, block after block, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    page = Path(__file__).resolve().parents[2] / "docs" / "plots.md"
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), flags=re.S | re.M)
    assert len(blocks) >= 8
    space: dict = {}
    for block in blocks:
        exec(compile(block, str(page), "exec"), space)
    assert {file.suffix for file in tmp_path.iterdir()} == {".png", ".html"}
    for name in plots.__all__:
        if name.startswith(("plot_", "animate_")):
            assert name in page.read_text("utf-8")
