"""Every page of the gallery runs alone, warnings being errors, and ends with one sentence that it has asserted."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("plot_*.py"))
QUIET = ("error", "ignore:FigureCanvasAgg is non-interactive", "ignore::DeprecationWarning:importlib")
SECONDS = 60.0  # each takes less than 20 where nothing else runs


def run(script, *words):
    command = [sys.executable, *(part for rule in QUIET for part in ("-W", rule)), str(script), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment(), timeout=SECONDS)


def environment():
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_runs_and_concludes(script):
    if "net_" in script.stem and importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed; dev.py sweep installs it and runs this page")
    begun = time.perf_counter()
    done = run(script)
    print(f"{script.stem}: {time.perf_counter() - begun:.1f} s")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    *numbers, last = done.stdout.rstrip().splitlines()
    assert last.startswith("Conclusion: ") and last.endswith(".")
    assert len(re.findall(r"\.(?=\s|$)", last)) == 1  # one sentence
    assert re.search(r"\d", "\n".join(numbers))  # after numbers


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_its_conclusion_is_asserted(script):
    """The last statement prints, and the one before it asserts: no number between them is left unchecked."""
    body = ast.parse(script.read_text("utf-8")).body
    assert isinstance(body[-2], ast.Assert)
    assert ast.unparse(body[-1]).startswith(("print('Conclusion: ", 'print(f"Conclusion: ', "print(f'Conclusion: "))


def test_a_net_page_without_torch_says_so(tmp_path):
    """As where it is not installed: a module of that name that cannot be imported."""
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('not here', name='torch')\n")
    script = next(path for path in SCRIPTS if "net_boundary" in path.stem)
    env = environment()
    env["PYTHONPATH"] = os.pathsep.join([str(tmp_path), env["PYTHONPATH"]])
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, encoding="utf-8", env=env, timeout=SECONDS
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "PyTorch, which is not installed" in done.stderr


def test_every_page_has_its_place():
    spec = importlib.util.spec_from_file_location("gallery_order", ROOT / "docs" / "gallery_order.py")
    assert spec is not None and spec.loader is not None
    order = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(order)
    assert sorted(f"plot_{name}" for name in order.STORY) == [path.stem for path in SCRIPTS]


def test_the_picture_of_the_readme_can_be_made_again(tmp_path):
    """The same picture but for what fonts and versions change: the same size, and under 150 kB."""
    from matplotlib.image import imread

    done = run(ROOT / "examples" / "plot_penalty_and_constraint.py", tmp_path / "geometry.png")
    assert done.returncode == 0, done.stderr
    ours, again = (path / "geometry.png" for path in (ROOT / "docs" / "images", tmp_path))
    assert ours.stat().st_size < 150_000 and again.stat().st_size < 150_000
    assert imread(ours).shape == imread(again).shape
