"""R through Rscript: data and answers in binary files, time taken inside R after a first call."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

HEAD = """
suppressMessages(library(glmnet))
n <- {n}; p <- {p}
X <- matrix(readBin("X.bin", "double", n * p), n, p)
y <- readBin("y.bin", "double", n)
lams <- readBin("lams.bin", "double", {L})
glmnet.control(fdev = 0, devmax = 1)
"""
TIMED = """
if ({again}) invisible(run())
seconds <- system.time(for (i in 1:{times}) f <- run())[3] / {times}
cat(seconds, "\\n")
"""


def missing() -> str | None:
    return None if shutil.which("Rscript") else "needs Rscript with the package glmnet, which is not here"


def run(problem, call: str, end: str, outputs: dict[str, str]) -> tuple[float, dict[str, np.ndarray]]:
    """Seconds of `call` (an R expression) and the vectors that `end` writes to the files named in outputs."""
    n, p = problem.shape
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        np.ascontiguousarray(problem.X.T).tofile(folder / "X.bin")
        problem.y.tofile(folder / "y.bin")
        problem.lams.tofile(folder / "lams.bin")
        if problem.folds is not None:
            (problem.folds + 1.0).tofile(folder / "folds.bin")
        small = n * p < 1e6
        words = {
            "n": n,
            "p": p,
            "L": len(problem.lams),
            "again": "TRUE" if small else "FALSE",
            "times": 10 if small else 1,
        }
        text = HEAD.format(**words) + f"run <- function() {call}\n" + TIMED.format(**words) + end
        (folder / "run.R").write_text(text, encoding="utf-8")
        done = subprocess.run(["Rscript", "run.R"], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        found = {name: np.fromfile(folder / file) for name, file in outputs.items()}
    return float(done.stdout.split()[0]), found
