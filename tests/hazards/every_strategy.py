"""One problem for every strategy and storage, each large enough for several pieces and the compiled kernels.

python every_strategy.py        solves each and prints a line of JSON with the bytes of the answer
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

import normball
from normball.lockstep.strategies import Anchored, Dual, NewtonCG, Slabwise
from normball.paths import one


class Setting(NamedTuple):
    """What to solve, and the strategy to do it."""

    strategy: Any
    shape: tuple[int, int]
    arguments: dict
    density: float = 1.0
    dtype: type = np.float64

    def data(self):
        """X (n, p), y (n,), weight (n,), offset (n,)."""
        n, p = self.shape
        rng = np.random.default_rng([n, p])
        X = rng.standard_normal((n, p)) + 0.5 * rng.standard_normal((n, 1)) + rng.choice([0, 5], p)
        eta = (X[:, :5] - X[:, :5].mean(0)) @ np.array([1.0, -1.0, 0.5, 0.5, 0.3])
        y = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
        if self.density < 1:
            X = scipy.sparse.csr_array(np.where(rng.random((n, p)) < self.density, X, 0))
        return X.astype(self.dtype), y, rng.uniform(0.5, 2, n), 0.3 * rng.standard_normal(n)


RIDGE, LASSO, MIXED = dict(lam=1e-3), dict(lam=5e-3, l1_ratio=1.0), dict(lam=5e-3, l1_ratio=0.4)
SETTINGS = {
    "anchored": Setting(Anchored(), (20_000, 20), RIDGE),
    "anchored, free": Setting(Anchored(), (20_000, 20), dict(lam=0.0)),
    "anchored, L1": Setting(Anchored(), (20_000, 20), LASSO, dtype=np.float32),
    "anchored, sparse": Setting(Anchored(), (20_000, 20), MIXED, 0.3),
    "slab": Setting(Slabwise(), (30_000, 145), RIDGE),
    "slab, small": Setting(Slabwise(), (3000, 40), MIXED),
    "slab, working set": Setting(Slabwise(), (300, 3000), LASSO),
    "slab, sparse": Setting(Slabwise(), (20_000, 60), LASSO, 0.1),
    "slab, sparse working set": Setting(Slabwise(), (500, 1200), dict(lam=0.02, l1_ratio=0.4), 0.2),
    "dual": Setting(Dual(), (300, 2000), RIDGE),
    "dual, sparse": Setting(Dual(), (300, 3000), RIDGE, 0.2),
    "newton_cg": Setting(NewtonCG(), (4000, 200), RIDGE),
    "newton_cg, sparse": Setting(NewtonCG(), (15_000, 300), RIDGE, 0.05),
}


def solve(name: str, form=lambda X: X, **more):
    """The solution by that strategy alone, of X in another form, with other arguments."""
    setting = SETTINGS[name]
    X, y, weight, offset = setting.data()
    chosen, one.choose_chain = one.choose_chain, lambda family: (setting.strategy,)
    try:
        arguments = dict(sample_weight=weight, offset=offset) | setting.arguments | more
        return normball.solve(form(X), y, **arguments)
    finally:
        one.choose_chain = chosen


def bits(solution) -> dict:
    """Everything that a thread could have changed, exactly."""
    proof = solution.certificate
    numbers = (solution.intercept, proof.gap, proof.objective, proof.null_loss, proof.reads)
    return {
        "status": proof.status,
        "coef": solution.coef.tobytes().hex(),
        "numbers": [float(value).hex() for value in numbers],
        "rounds": proof.rounds,
    }


if __name__ == "__main__":
    for name in SETTINGS:
        print(json.dumps({"name": name} | bits(solve(name))), flush=True)
