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
from normball.certificates import separation
from normball.designs import DenseDesign, SparseDesign
from normball.lockstep import driver, newton, panel, proofs
from normball.lockstep.strategies import Anchored, Dual, NewtonCG, Slabwise, dual, newton_cg
from normball.paths import one


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


def doubled(n, p, lam):
    """Every column twice: each Newton step has to find the rank."""
    X = np.ascontiguousarray(window(n, p // 2))
    return np.hstack([X, X]), labels(X), dict(lam=lam)


CASES = {
    "survey": Case(lambda: dense(400_000, 8000, 1.0), Slabwise(), DenseDesign, "_survey"),
    "survey, sparse": Case(lambda: sparse(150_000, 50_000, 40, 1.0), NewtonCG(), SparseDesign, "_survey"),
    "anchored, sample": Case(lambda: dense(150_000, 800, 1e-4), Anchored(), newton.Newton, "advance"),
    "anchored, rounds": Case(lambda: dense(700_000, 100, 1e-4, tol=1e-15), Anchored(), driver, "sweep"),
    "slab": Case(lambda: dense(60_000, 1000, 1e-3), Slabwise(), panel.Whole, "gram"),
    "slab, L1": Case(lambda: dense(3000, 1500, 1e-7, l1_ratio=1.0), Slabwise(), newton, "gram_step"),
    "slab, working set": Case(lambda: dense(3000, 30_000, 1e-4, l1_ratio=1.0), Slabwise(), panel.Slab, "gram", 8),
    "slab, sparse": Case(lambda: sparse(40_000, 10_000, 60, 1e-5, l1_ratio=1.0), Slabwise(), panel.Slab, "gram", 8),
    "dual, kernel": Case(lambda: dense(2000, 60_000, 1e-6), Dual(), DenseDesign, "kernel"),
    "dual": Case(lambda: dense(2000, 4000, 1e-9), Dual(), dual, "_step"),
    "dual, sparse": Case(lambda: sparse(2000, 60_000, 1500, 1e-6), Dual(), SparseDesign, "kernel"),
    "newton_cg": Case(
        lambda: sparse(150_000, 50_000, 40, 1e-9, tol=1e-15), NewtonCG(), newton_cg, "_conjugate_gradients"
    ),
    "newton_cg, dense": Case(lambda: dense(100_000, 800, 1e-9), NewtonCG(), newton_cg, "_conjugate_gradients"),
    "Newton certificate": Case(lambda: dense(10_000, 2500, 1.0, newton=True), NewtonCG(), proofs, "newton_proof"),
    "separation": Case(lambda: dense(4000, 150, 0.0, signal=100.0), Slabwise(), separation, "_found"),
    "slab, eigenvalues": Case(lambda: doubled(2500, 2000, 0.0), Slabwise(), newton.Newton, "_gap"),
    "slab, rows": Case(lambda: doubled(2000, 1900, 1e-13), Slabwise(), newton, "row_step"),
}


def announce(case: Case, name: str):
    """Print that the case has come to its place, once it has; returns what takes the watch away."""
    owner, function, left = case.owner, case.function, [case.call]
    original = getattr(owner, function)

    def watched(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            print(json.dumps({"at": name}), flush=True)
        return original(*args, **kwargs)

    setattr(owner, function, watched)
    return lambda: setattr(owner, function, original)


def run(name: str) -> dict:
    """What came of one case."""
    case = CASES[name]
    X, y, arguments = case.problem()
    one.choose_chain = lambda family: (case.strategy,)
    forget = announce(case, name)
    try:
        if "newton" in arguments:
            normball.audit(np.zeros(X.shape[1]), X, y, **arguments)
        else:
            normball.solve(X, y, **arguments)
    except normball.errors.Interrupted as stop:
        found = {"came": "Interrupted", "solution": stop.solution is not None, "words": str(stop)}
        if stop.solution is not None:
            proof = stop.solution.certificate
            finite = np.isfinite([*stop.solution.coef, stop.solution.intercept, proof.gap, proof.objective])
            found |= {"status": proof.status, "finite": bool(finite.all()), "summary": proof.summary()}
        return found
    except KeyboardInterrupt:
        return {"came": "a bare KeyboardInterrupt"}
    finally:
        forget()
    return {"came": "an answer"}


if __name__ == "__main__":
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", normball.ConvergenceWarning)
    for case in sys.argv[1:]:
        print(json.dumps(run(case)), flush=True)
