"""The house: a room imports only from the rooms below it (the table of docs/design/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import normball

SRC = Path(normball.__file__).parent

# From the top down, in the order of the table.  Rooms in one set do not see each other.
FLOORS = [
    {"cli"},
    {"report"},
    {"explorer"},
    {"plots"},
    {"estimators", "neural"},
    {"textbook"},
    {"verbs"},
    {"inference"},
    {"geometry"},
    {"selection"},
    {"paths"},
    {"files"},
    {"models"},
    {"results"},
    {"tasks"},
    {"priors"},
    {"lockstep"},
    {"certificates"},
    {"strength"},
    {"pages"},
    {"inputs"},
    {"losses", "penalties", "designs"},
    {"tables"},
    {"runtime"},
    {"kernels"},
    {"errors"},
]
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}

# Who may import a package at all, by room or by file; packages not named here are free to all.
ONLY_IN = {
    "matplotlib": {"plots"},
    "torch": {"neural", "designs/torch.py"},
    "numba": {"kernels"},
    "sklearn": {"cli", "report", "estimators", "neural", "selection"},
    "dask": {"designs", "tables"},
    "click": {"cli"},
    "rich": {"cli"},
    "jinja2": {"report", "explorer"},
    "pandas": set(),  # frames are read through narwhals
    "polars": set(),
}

FILES = sorted(path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py"))


def room_of(file):
    """The room of a file of the package; None for the door itself, __init__.py and __main__.py."""
    name = file.split("/")[0].removesuffix(".py")
    return None if name in ("__init__", "__main__") else name


def imported(file, source):
    """Absolute dotted names of all that a file imports, anywhere in it: (module, line)."""
    package = ["normball", *file.split("/")[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:  # `from .. import errors` names a room too
                yield f"{base}.{alias.name}", node.lineno


def complaints(file, source):
    """Where a file breaks the house's rules, in words."""
    room = room_of(file)
    for name, line in imported(file, source):
        head, *rest = name.split(".")
        allowed = ONLY_IN.get(head)
        if allowed is not None and room not in allowed and file not in allowed:
            yield f"{file}:{line} imports {head}: only {sorted(allowed) or 'nobody'} may"
        if head != "normball" or room is None:
            continue
        target = rest[0] if rest else None
        if target in (room, "__version__"):
            continue
        if target not in FLOOR:
            yield f"{file}:{line} imports {name}: use the room, not the door"
        elif FLOOR[target] <= FLOOR[room]:
            yield f"{file}:{line} imports {target}, which is not below {room}"


@pytest.mark.parametrize("file", FILES)
def test_imports_go_down(file):
    assert list(complaints(file, (SRC / file).read_text("utf-8"))) == []


def test_every_room_is_in_the_table():
    rooms = {room_of(file) for file in FILES} - {None}
    assert rooms <= set(FLOOR)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("kernels/dense.py", "from ..errors import InputError"),
        ("verbs.py", "def f():\n    from .lockstep.driver import solve_family"),
        ("lockstep/strategies/slab.py", "from ..sweep import sweep\nfrom ...kernels import quadratic"),
        ("designs/torch.py", "import torch"),
        ("cli/__init__.py", "from .. import __version__"),
        ("__init__.py", "from .verbs import solve"),
    ],
)
def test_the_rule_allows(file, source):
    assert list(complaints(file, source)) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("errors.py", "from .inputs import read_inputs"),
        ("losses/logistic.py", "from ..designs.base import Design"),
        ("kernels/dense.py", "def f():\n    from .. import runtime"),
        ("lockstep/strategies/slab.py", "from ...verbs import solve"),
        ("certificates/gap.py", "from normball.lockstep.driver import solve_family"),
        ("verbs.py", "from normball import solve"),
        ("verbs.py", "import normball"),
        ("inputs.py", "def f():\n    import sklearn.utils"),
        ("designs/dense.py", "from numba import njit"),
        ("designs/parquet.py", "import torch"),
    ],
)
def test_the_rule_refuses(file, source):
    assert len(list(complaints(file, source))) == 1
