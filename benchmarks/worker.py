"""The process of one peer:  python -m benchmarks.worker FOLDER PEER.

It loads the problem from its files, then answers lines of JSON on stdin with lines of JSON on stdout:
    {"setting": {…}, "out": "fit.npz", "warm_seconds": null}  ->  {"first": seconds, "warm": [seconds, …], "facts": {…}}
`warm_seconds` null: one fit. Else the fit is repeated until those seconds are spent, at least once, at most 25 times.
Only `peer.fit` is timed: no loading, no import of the program.
"""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import json
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.problems import Problem

PACKAGES = ("normball", "numpy", "scipy", "scikit-learn", "numba", "glum", "tabmat", "adelie", "skglm", "celer")
MOST_REPEATS = 25


def versions() -> dict[str, str]:
    """Versions of what is installed here, and which BLAS numpy and scipy use."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    build = np.show_config(mode="dicts")
    blas = (build or {}).get("Build Dependencies", {}).get("blas", {})
    found["blas"] = f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
    return found


def greeting(peer) -> dict:
    start = time.perf_counter()
    try:
        importlib.import_module(peer.MODULE)
    except ImportError as error:
        return {"missing": f"{type(error).__name__}: {error}"}
    return {"ready": True, "import_seconds": time.perf_counter() - start, "versions": versions()}


def timed(peer, problem, setting):
    gc.collect()
    start = time.perf_counter()
    fit = peer.fit(problem, setting)
    wall = time.perf_counter() - start
    return fit, wall if fit.seconds is None else fit.seconds


def answer(peer, problem, request) -> dict:
    """Fit once, and again while warm; store the coefficients of the last fit."""
    fit, first = timed(peer, problem, request["setting"])
    warm = []
    while request["warm_seconds"] is not None and (not warm or sum(warm) < request["warm_seconds"]):
        fit, seconds = timed(peer, problem, request["setting"])
        warm.append(seconds)
        if len(warm) == MOST_REPEATS:
            break
    held = {f"held_{name}": np.asarray(values) for name, values in fit.held.items()}
    np.savez(request["out"], coef=np.asarray(fit.coef, dtype=np.float64), intercept=fit.intercept, **held)
    return {"first": first, "warm": warm, "facts": fit.facts}


def main(folder: str, name: str) -> None:
    """Serve until stdin closes. Whatever a library prints goes to stderr, so the answers stay clean."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")  # convergence is the judge's business
    peer, problem = peers.load(name), Problem.load(Path(folder))

    def say(record):
        print(json.dumps(record), file=out, flush=True)

    say(greeting(peer))
    for line in sys.stdin:
        try:
            say(answer(peer, problem, json.loads(line)))
        except Exception as error:  # a peer that fails is a result, not the end of the run
            say({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
