"""Ctrl-C in the middle of a path or of its folds: heard within two seconds, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, threading, numpy as np, normball
from normball.runtime import Progress
rng = np.random.default_rng(0)
n, p, kind = {n}, {p}, "{kind}"
X = rng.normal(size=(n, p))
y = (rng.random(n) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)
print("ready", flush=True)
told = lambda progress: print("busy", flush=True)
try:
    if kind == "path":
        normball.path(X, y, l1_ratio=1.0, n_lams=3000, tol=1e-13, progress=told)
    else:
        normball.cross_validate(X, y, l1_ratios=(1.0,), n_lams=400, tol=1e-12, fold_tol=1e-12, progress=told)
    print("ended by itself", flush=True)
except normball.Interrupted as stop:
    print("interrupted", stop.solution, threading.active_count() < 4, flush=True)
"""


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(("kind", "n", "p"), [("path", 60_000, 60), ("folds", 400, 4000)])
def test_ctrl_c_is_heard(kind, n, p, threads):
    import os
    import signal

    program = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM.format(n=n, p=p, kind=kind)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "NORMBALL_THREADS": threads},
    )  # fmt: skip
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        assert program.stdout.readline() == "busy\n"
        time.sleep(0.2)
        sent = time.perf_counter()
        program.send_signal(signal.SIGINT)
        line = "busy\n"
        while line == "busy\n":
            line = program.stdout.readline()
        assert line == "interrupted None True\n"
        assert time.perf_counter() - sent < 2.0
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
