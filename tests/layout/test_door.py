"""The door: what `normball` offers is exactly `__all__`, it resolves, and opening it costs nothing heavy."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import normball

SRC = Path(normball.__file__).parent
HEAVY = ["numba", "sklearn", "scipy.optimize", "torch", "dask", "matplotlib", "pyarrow", "pandas", "polars", "narwhals"]
AT_TOP = {
    "numba": "kernels/",
    "sklearn": ("estimators/", "neural/"),
    "torch": "neural/",
    "matplotlib": "plots/",
}  # where it may be

LOCKED = {  # rooms that need more than the core, and what they say without it
    "normball.neural": ("torch", "needs PyTorch"),
    "normball.plots": ("matplotlib", "draws with matplotlib"),
}


def test_all_resolves():
    assert len(set(normball.__all__)) == len(normball.__all__)
    for name in normball.__all__:
        value = getattr(normball, name)
        assert value.__name__ == name
        assert value.__module__.startswith("normball.")


def test_all_is_what_dir_and_star_show():
    space: dict[str, object] = {}
    exec("from normball import *", space)
    assert set(space) - {"__builtins__"} == set(normball.__all__)
    assert set(dir(normball)) == {*normball.__all__, "__version__"}


def test_all_is_what_type_checkers_see():
    """The lazy names and those under TYPE_CHECKING are the same: nothing loads that editors do not know."""
    tree = ast.parse((SRC / "__init__.py").read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(normball.__all__)


def test_rooms_with_a_name_of_their_own():
    """`normball.textbook` works after `import normball` alone."""
    assert loaded_after("import normball; assert normball.textbook.GradientDescent") == []


def test_unknown_name():
    with pytest.raises(AttributeError, match=r"'slove'; it has: .*solve"):
        normball.slove  # noqa: B018


@pytest.mark.parametrize("file", sorted(path.relative_to(SRC).as_posix() for path in SRC.rglob("__init__.py")))
def test_rooms_keep_their_lists(file):
    """Where a room states `__all__`, every name of it is there, once, and none is private."""
    name = ".".join(["normball", *file.split("/")[:-1]])
    package, says = LOCKED.get(name, (None, ""))
    if package is not None and importlib.util.find_spec(package) is None:
        with pytest.raises(ModuleNotFoundError, match=says):
            importlib.import_module(name)
        return
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert len(set(names)) == len(names)
    assert [name for name in names if name.startswith("_") or not hasattr(module, name)] == []


def loaded_after(statement):
    """Which heavy packages a fresh Python has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_import_is_light():
    assert loaded_after("import normball") == []


@pytest.mark.parametrize(
    "module", ["errors", "inputs", "strength", "losses", "penalties", "designs", "cli", "runtime", "textbook"]
)
def test_rooms_import_light(module):
    assert loaded_after(f"import normball.{module}") == []


def test_the_neural_room_says_what_it_needs():
    """Without torch: one sentence with the command to run, and all else imports."""
    code = "import sys; sys.modules['torch'] = None; import normball, normball.verbs; import normball.neural"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: normball.neural")
    assert "pip install 'normball[torch]'" in last


def test_the_plots_room_says_what_it_needs():
    """Without matplotlib: one sentence with the command to run."""
    code = "import sys; sys.modules['matplotlib'] = None; import normball; normball.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: normball.plots")
    assert "pip install 'normball[plot]'" in last


def test_help_is_light():
    assert loaded_after("from normball.cli import main; import os; sys.stdout = open(os.devnull, 'w'); "
                        "main(['--help']); sys.stdout = sys.__stdout__") == []  # fmt: skip


@pytest.mark.parametrize("file", sorted(path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py")))
def test_no_heavy_import_at_top_level(file):
    """A heavy package is imported inside the function that needs it, or in the one room that lives on it."""
    top = []
    for node in ast.parse((SRC / file).read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            top += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            top += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    heavy = [name for name in top if any(name == h or name.startswith(h + ".") for h in HEAVY)]
    assert [name for name in heavy if not file.startswith(AT_TOP.get(name.split(".")[0], "nowhere"))] == []


def test_a_small_ridge_fit_stays_light():
    """No scikit-learn, and below n·p = 1e5 no numba: their start-up is longer than the fit."""
    loaded = loaded_after(
        "import numpy as np, normball; rng = np.random.default_rng(0); X = rng.normal(size=(569, 30)); "
        "y = X[:, 0] + rng.normal(size=569) > 0; solution = normball.solve(X, y, lam=0.01); "
        "assert solution.certificate.status == 'certified'"
    )
    assert loaded == []
