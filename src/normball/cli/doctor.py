"""`normball doctor`: what this installation has, and what it lacks."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from .. import __version__
from .talk import show, show_json

CORE = ("numpy", "scipy", "scikit-learn", "numba", "narwhals", "threadpoolctl")
EXTRAS = {
    "cli": ("click", "rich", "pyarrow", "jinja2"),
    "plot": ("matplotlib",),
    "torch": ("torch",),
    "dask": ("dask", "distributed"),
    "onnx": ("onnx",),
}


@click.command()
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object instead of text.")
def doctor(as_object):
    """What this installation has, and what it lacks.

    Exit code 1 where something is missing that every fit needs.
    """
    found = examine()
    if as_object:
        show_json(found)
    else:
        for line in lines(found):
            show(line)
    return 1 if found["missing"] else 0


def examine() -> dict[str, Any]:
    """The facts, plain values."""
    from ..runtime import n_threads

    have = {package: installed(package) for package in (*CORE, *(p for ps in EXTRAS.values() for p in ps))}
    missing = [package for package in CORE if have[package] is None]
    return {
        "normball": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": have,
        "missing": missing,
        "extras": {name: [p for p in packages if have[p] is None] for name, packages in EXTRAS.items()},
        "frames": {package: installed(package) for package in ("pandas", "polars")},
        "threads": n_threads(),
        "cores": os.cpu_count(),
        "thread_settings": {
            k: v for k, v in sorted(os.environ.items()) if k.endswith("_NUM_THREADS") or k == "NORMBALL_THREADS"
        },
        "blas": [] if missing else blas(),
        "kernel_cache": None if missing else kernel_cache(),
        "terminal": {
            "stdout_is_terminal": sys.stdout.isatty(),
            "encoding": sys.stdout.encoding,
            "width": shutil.get_terminal_size().columns,
            "greek_letters": prints("λ ± ×"),
        },
    }


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def blas() -> list[str]:
    """One phrase for each BLAS in the process."""
    import numpy  # noqa: F401  (loads its BLAS)
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    found = [entry for entry in threadpool_info() if entry["user_api"] == "blas"]
    return [
        f"{e['internal_api']} {e['version']} ({e.get('architecture', '?')}, {e['num_threads']} threads)" for e in found
    ]


def kernel_cache() -> dict[str, Any]:
    """Where compiled kernels are kept, and whether they can be."""
    from ..kernels import dense

    kernels: list[Any] = [value for value in vars(dense).values() if hasattr(value, "py_func")]
    folder = next((path for k in kernels if (path := getattr(k._cache, "cache_path", None))), None)
    return {"folder": folder, "writable": folder is not None and os.access(nearest_folder(folder), os.W_OK)}


def nearest_folder(path: str) -> str:
    """The path, or the folder above it that exists."""
    while not os.path.isdir(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


def prints(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def lines(f: dict[str, Any]) -> list[str]:
    """The facts in words."""
    have, cache, terminal = f["packages"], f["kernel_cache"], f["terminal"]
    said = [
        f"normball {f['normball']}, Python {f['python']}, {f['system']}",
        "Core: " + ", ".join(f"{p} {have[p] or 'MISSING'}" for p in CORE),
    ]
    for name, lacking in f["extras"].items():
        found = ", ".join(f"{p} {have[p]}" for p in EXTRAS[name] if have[p])
        advice = f"pip install 'normball[{name}]' for {', '.join(lacking)}" if lacking else ""
        said.append(f"[{name}]: {'; '.join(part for part in (found, advice) if part)}")
    said.append("Data frames: " + (", ".join(f"{p} {v}" for p, v in f["frames"].items() if v) or "none (none needed)"))
    settings = ", ".join(f"{k}={v}" for k, v in f["thread_settings"].items()) or "none set"
    said.append(f"Threads: {f['threads']} of {f['cores']} cores (NORMBALL_THREADS changes it; settings: {settings})")
    said += [f"BLAS: {library}" for library in f["blas"]]
    if cache is not None:
        where = f"kept in {cache['folder']}" if cache["folder"] else "not kept"
        fine = "writable" if cache["writable"] else "NOT writable: every process compiles anew; set NUMBA_CACHE_DIR"
        said.append(f"Compiled kernels: {where}, {fine}")
    kind = "a terminal" if terminal["stdout_is_terminal"] else "no terminal"
    greek = "" if terminal["greek_letters"] else "; it has no Greek letters: PYTHONUTF8=1 helps"
    said.append(f"Output: {kind}, {terminal['encoding']}, {terminal['width']} columns{greek}")
    said.append("Missing: " + ", ".join(f["missing"]) if f["missing"] else "All that a fit needs is here.")
    return said
