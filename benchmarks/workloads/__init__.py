"""What is fitted, one file per workload. A workload's file defines:

    GROUP       the word of `dev.py bench` that runs it
    TITLE       one line for tables
    problems(quick) -> iterator of Problem; quick: sizes for trying the harness, whose numbers mean nothing
It may raise DataMissing where it needs data that is not here.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from pathlib import Path
from types import ModuleType


class DataMissing(Exception):
    """Real data that this machine does not have; the message says what to do."""


def names() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")


def data_file(name: str) -> Path:
    """A file of the folder named by NORMBALL_DATA."""
    folder = os.environ.get("NORMBALL_DATA")
    if not folder:
        raise DataMissing(f"{name} is real data that the repository does not hold: set NORMBALL_DATA to its folder.")
    path = Path(folder) / name
    if not path.exists():
        raise DataMissing(f"NORMBALL_DATA has no {name}.")
    return path
