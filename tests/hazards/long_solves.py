"""Solves that take long, one after another, each waiting to be interrupted: a program of its own, driven by a test.

    python long_solves.py CASE ...       NORMBALL_THREADS says how many threads

For each case it prints a line of JSON once the solve has got to the place the case names, {"at": CASE}; the test then
sends SIGINT.  What came of it follows on a second line: which exception, and what it carried.
X is a window that slides along one vector: distinct columns, any size, no memory.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.lib.stride_tricks import as_strided

import normball
from normball import verbs
from normball.certificates import newton as certificate
from normball.certificates import separation
from normball.designs import DenseDesign, SparseDesign
from normball.lockstep import curvature, driver, newton, panel
from normball.lockstep.strategies import Anchored, Dual, NewtonCG, Slabwise, anchored, dual, newton_cg


class Case(NamedTuple):
    """A long problem, the strategy it is forced on, and the function (in a module or class) to wait for."""

    problem: Any  # () -> X, y, arguments
    strategy: Any
    owner: Any
    function: str
    call: int = 1  # which call of it


def window(n: int, p: int):
    """X (n, p) float64 with X[i, j] = x[i + j]."""
    x = np.random.default_rng(n + p).standard_normal(n + p)
    return as_strided(x, (n, p), (8, 8), writeable=False)


def labels(X, signal: float = 1.0):
    """From a logistic model on the first three columns."""
    eta = signal * (X[:, :3] @ np.array([1.0, -0.5, 0.25]))
    return (np.random.default_rng(1).random(len(eta)) < 1 / (1 + np.exp(-eta))).astype(int)


def dense(n, p, lam, signal=1.0, **arguments):
    X = window(n, p)
    return X, labels(X, signal), dict(lam=lam, **arguments)


def sparse(n, p, per_row, lam, **arguments):
    rng = np.random.default_rng(n)
    columns = (p * rng.random((n, per_row)) ** 3).astype(np.int32)  # a few frequent, many rare ones
    starts = np.arange(0, n * per_row + 1, per_row, dtype=np.int32)
    X = scipy.sparse.csr_array((rng.standard_normal(n * per_row), columns.ravel(), starts), shape=(n, p))
    X.sum_duplicates()
    return X, (rng.random(n) < 0.4).astype(int), dict(lam=lam, **arguments)


def doubled(n, p):
    """Every column twice, no penalty: each step has to find the rank."""
    X = np.ascontiguousarray(window(n, p // 2))
    return np.hstack([X, X]), labels(X), dict(lam=0.0)


CASES = {
    "dense survey": Case(lambda: dense(500_000, 8000, 1.0), Slabwise(), DenseDesign, "_survey"),
    "sparse survey": Case(lambda: sparse(400_000, 100_000, 60, 1.0), NewtonCG(), SparseDesign, "_survey"),
    "anchored, sample": Case(lambda: dense(400_000, 1500, 1e-4), Anchored(), newton.Newton, "advance"),
    "anchored, Gram": Case(lambda: dense(400_000, 500, 1e-4), Anchored(), anchored, "gram_at"),
    "anchored, rounds": Case(lambda: dense(3_000_000, 500, 1e-4), Anchored(), driver, "sweep"),
    "slab, Gram": Case(lambda: dense(100_000, 1000, 1e-3), Slabwise(), panel.Whole, "gram"),
    "slab, eigenvalues": Case(lambda: doubled(4000, 2400), Slabwise(), curvature, "solve_psd"),
    "slab, rows": Case(lambda: doubled(2200, 1900), Slabwise(), newton, "row_step"),
    "slab, L1": Case(lambda: dense(20_000, 2000, 1e-5, l1_ratio=1.0), Slabwise(), curvature, "subproblem"),
    "slab, working set": Case(lambda: dense(3000, 40_000, 1e-4, l1_ratio=1.0), Slabwise(), newton.Newton, "advance", 4),
    "slab, sparse": Case(
        lambda: sparse(60_000, 20_000, 60, 1e-5, l1_ratio=1.0), Slabwise(), newton.Newton, "advance", 4
    ),
    "dual, kernel": Case(lambda: dense(2800, 30_000, 1e-6), Dual(), DenseDesign, "kernel"),
    "dual, steps": Case(lambda: dense(2800, 6000, 1e-9), Dual(), dual, "_step"),
    "dual, sparse kernel": Case(lambda: sparse(2800, 60_000, 2000, 1e-6), Dual(), SparseDesign, "kernel"),
    "newton_cg": Case(lambda: sparse(300_000, 100_000, 40, 1e-9), NewtonCG(), newton_cg, "_conjugate_gradients", 2),
    "newton_cg, dense": Case(lambda: dense(200_000, 1500, 1e-9), NewtonCG(), newton_cg, "_conjugate_gradients"),
    "Newton certificate": Case(lambda: doubled(4000, 2400), Slabwise(), certificate, "_inverse_half"),
    "separation": Case(lambda: dense(4000, 150, 0.0, signal=100.0), Slabwise(), separation, "_found"),
}


def announce(case: str) -> None:
    """Print that the case has come to its place, once it has."""
    owner, name, left = CASES[case].owner, CASES[case].function, [CASES[case].call]
    original = getattr(owner, name)

    def watched(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            print(json.dumps({"at": case}), flush=True)
        return original(*args, **kwargs)

    setattr(owner, name, watched)
    return lambda: setattr(owner, name, original)


def run(case: str) -> dict:
    """What came of one case."""
    X, y, arguments = CASES[case].problem()
    verbs.choose_chain = lambda family: (CASES[case].strategy,)
    restore = announce(case)
    try:
        solution = normball.solve(X, y, **arguments)
        return {"finished": case, "status": solution.certificate.status, "seconds": solution.certificate.seconds}
    except normball.errors.Interrupted as stop:
        found = {"interrupted": case, "solution": stop.solution is not None}
        if stop.solution is not None:
            proof = stop.solution.certificate
            whole = np.isfinite(stop.solution.coef).all() and np.isfinite(stop.solution.intercept)
            found |= {"status": proof.status, "gap": proof.gap, "finite": bool(whole), "words": proof.summary()}
        return found
    except KeyboardInterrupt:
        return {"bare KeyboardInterrupt": case}
    finally:
        restore()


if __name__ == "__main__":
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", normball.ConvergenceWarning)
    for case in sys.argv[1:]:
        print(json.dumps(run(case)), flush=True)
