"""The peers' own environment, .bench-venv: their wishes (an older numpy, another BLAS) never meet ours."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".bench-venv"
CONSTRAINTS = ROOT / "constraints.txt"


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(requirements: Iterable[str], apart: str = "") -> Path:
    """Make .bench-venv hold these requirements ("." is this repository, editable); its Python.

    apart: the name of a peer whose wishes contradict the others': it gets an environment of its own, unconstrained.
    What cannot be installed is named and left out: the harness then reports that peer as missing. A second run with
    the same requirements, constraints and Python installs nothing and needs no network.
    """
    folder = FOLDER.with_name(f"{FOLDER.name}-{apart}") if apart else FOLDER
    python, stamp = python_of(folder), folder / "installed.txt"
    wanted = sorted(set(requirements))
    texts = [path.read_text("utf-8") for path in (ROOT / "pyproject.toml", CONSTRAINTS) if path.exists()]
    key = hashlib.sha256("\n".join([sys.version, str(ROOT), *wanted, *texts]).encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text("utf-8").strip() == key:
        return python
    if not python.exists():
        print(f"Making the peers' environment in {folder.name}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(folder)], check=True)
    print(f"Installing there: {', '.join(wanted)} (the first time: a minute or two)", flush=True)
    if not install(python, wanted, not apart):
        failures = [one for one in wanted if not install(python, [one], not apart)]  # a failure costs one peer, not all
        if failures:
            return python  # without a stamp: the next run tries again
    stamp.write_text(key, "utf-8")
    return python


def install(python: Path, requirements: list[str], constrained: bool) -> bool:
    """pip of the running Python, working on the other environment; whether it succeeded."""
    packages = [word for one in requirements for word in (["--editable", str(ROOT)] if one == "." else [one])]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--disable-pip-version-check"]
    if constrained and CONSTRAINTS.exists():
        command += ["--constraint", str(CONSTRAINTS)]
    done = subprocess.run([*command, *packages], env={**os.environ, "PIP_USER": "0"}, check=False).returncode == 0
    if not done:
        print(f"pip could not install {', '.join(requirements)}: its lines above say why.", flush=True)
    return done


def kernel_cache() -> str:
    """A numba cache folder for this text of the kernels, where dev.py has not already set one."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return os.environ["NUMBA_CACHE_DIR"]
    kernels = sorted((ROOT / "src/normball/kernels").glob("*.py"))
    text = b"".join(path.name.encode() + path.read_bytes() for path in kernels)
    folder = ROOT / ".cache/numba-bench" / hashlib.sha256(text).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)
