"""Small tables for the command line, and the command line itself."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

from normball.cli import main


def patients(rows=240, seed=3):
    """A frame with numbers, a category, truth values, missing values, an identifier and a target of words."""
    rng = np.random.default_rng(seed)
    age, dose = rng.normal(50, 12, rows).round(1), rng.gamma(2.0, 3.0, rows).round(3)
    ward = rng.choice(["north", "south", "east"], rows, p=[0.5, 0.3, 0.2])
    smokes = rng.choice(["yes", "no"], rows)
    eta = 0.06 * (age - 50) - 0.2 * (dose - 6) + (ward == "south") - 0.7 * (smokes == "no")
    ill = np.where(rng.random(rows) < 1 / (1 + np.exp(-eta)), "sick", "healthy")
    frame = pd.DataFrame({"age": age, "dose": dose, "ward": ward, "smokes": smokes, "state": ill})
    frame.loc[rng.choice(rows, 20, replace=False), "dose"] = np.nan
    frame.insert(0, "case", [f"c{k:04d}" for k in rng.permutation(rows)])
    return frame


def numbers(rows=200, columns=4, seed=5):
    """A frame of numbers and a 0/1 target: what other programs read as it is."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns)) * 10.0 ** rng.uniform(-2, 2, columns) + rng.normal(size=columns)
    eta = (X - X.mean(0)) / X.std(0) @ rng.normal(size=columns)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(columns)])
    return frame.assign(y=(rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(int))


def write_csv(path, frame):
    frame.to_csv(path, index=False)
    return str(path)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def call(capfd, *words):
    """The command line in this process: exit code, stdout, stderr."""
    code = main([str(word) for word in words])
    out, err = capfd.readouterr()
    return code, out, err


def fitted(capfd, *words):
    """The JSON of a fit that succeeds in silence."""
    code, out, err = call(capfd, "fit", *words, "--json", "--quiet")
    assert (code, err) == (0, "")
    return json.loads(out)


def process(*words, cwd=None, **settings):
    """The command line in a process of its own, as a person runs it."""
    return subprocess.run(
        [sys.executable, "-m", "normball", *map(str, words)],
        capture_output=True, cwd=cwd, env={**os.environ, "PYTHONUTF8": "1", **settings},
    )  # fmt: skip
