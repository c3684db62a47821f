"""Which strategies, in which order: by modelled seconds, from the shape of the data and of the penalty."""

from __future__ import annotations

import numpy as np

from ..certificates.problem import Family
from ..designs import SparseDesign
from .moments import goes_by_grams
from .strategies import Anchored, Anchors, ClassLBFGS, ClassWalk, Dual, Grams, Kernel, NewtonCG, Slabwise, Waves

GEMM = 3e10  # flop/s of one thread in matrix products (measured, docs/design/engine.md)
GEMM_SINGLE = 8e10  # the same in float32
SMALL, TWICE = 2**24, 2**26  # numbers of X that may be held twice: by the way, or because it is much faster
STREAM = 1.5e9  # numbers/s conditioned, multiplied and linked in a round
SPARSE = 4e8  # stored entries/s of a fused sparse product


def choose_chain(family: Family) -> tuple:
    """The cheapest strategy first; slab, which has a line search and an exact Gram, as the last resort."""
    if family.loss.joint:
        return _for_classes(family)
    if family.loss.quadratic:
        return _for_quadratic(family)
    return _for_one(family) if len(family.columns) == 1 else _for_many(family)


def _for_quadratic(family: Family) -> tuple:
    """Grams where p allows them, then what reads X; not `anchored` and `anchors`, whose samples know two classes."""
    design, columns = family.design, family.columns
    n, p, sparse = design.n, design.p, isinstance(design, SparseDesign)
    chain: list = []
    if goes_by_grams(family):
        chain.append(Grams())
    elif any(column.smooth for column in columns) and p > n and n <= 3000:
        chain.append(Kernel())
        if all(column.smooth for column in columns):
            chain.append(Dual())  # with unpenalised columns
    if len(columns) > 1 and not (sparse and n * p > SMALL) and (n * p <= TWICE or p > n):
        chain.append(Waves())
    single = [strategy for strategy in _for_one(family) if strategy.name != "anchored"]
    return (*chain, *(single or [Slabwise()]))


def _for_many(family: Family) -> tuple:
    """Lockstep where the data allow it; what that gives up goes column by column."""
    design, C = family.design, len(family.columns)
    n, p, columns = design.n, design.p, family.columns
    smooth, sparse = all(column.smooth for column in columns), isinstance(design, SparseDesign)
    alone = _for_one(family)
    if sparse and n * p > SMALL:
        return alone
    costs = {"waves": _waves_seconds(n, p, C, smooth) if n * p <= TWICE or p > n else np.inf}
    if smooth and p > n and n <= 3000:
        costs["dual"] = n * n * p / GEMM + C * (2 * n**3 / GEMM + 4 * n * p / GEMM)
    sample = min(max(2000, 20 * p), n // 3)
    if not sparse and n >= 20 * p and n >= 8000:
        subproblem = (0.7 if smooth else 2.5) * p**3 / GEMM
        a_round = 6 * n * p / GEMM_SINGLE + 3 * n / STREAM + 6 * p * p / STREAM + subproblem
        folds = len({column.split for column in columns}) > 1  # they begin from the path, not from a sample
        start = 0.0 if folds else 3.0 * sample * p / STREAM + 0.1 * sample * p * p / GEMM_SINGLE
        rounds = 3 if folds else 5 if n >= 80 * p else 9  # a sample of fewer rows is a poorer start
        costs["anchors"] = C * (start + rounds * a_round) + 6 * n * p * p / GEMM_SINGLE
    strategies = {"waves": Waves(), "dual": Dual(), "anchors": Anchors()}
    first = min(costs, key=costs.__getitem__)
    chain = [strategies[first]]
    if first == "anchors" and n * p <= SMALL:
        chain.append(strategies["waves"])
    names = [strategy.name for strategy in chain]
    return (*chain, *(strategy for strategy in alone if strategy.name not in names))


def _for_classes(family: Family) -> tuple:
    """Newton where few coefficients move; L-BFGS where the penalty is smooth and a Hessian of all would be large."""
    design = family.design
    held = all(column.smooth and column.lam > 0.0 for column in family.columns)
    newton = 8 * (design.n * design.p**2 / GEMM + design.p**3 / GEMM)
    lbfgs = 2e-3 + 60 * 6 * design.n * design.p / GEMM
    return (ClassLBFGS(), ClassWalk()) if held and lbfgs < newton else (ClassWalk(),)


def _waves_seconds(n: int, p: int, C: int, smooth: bool) -> float:
    """Two or three Newton steps a column on the columns in play, a Gram now and then, and the judging pass."""
    held = p if smooth or p <= 300 else min(p, n, 300)
    step = 3 * n * held / STREAM + 8 * n / STREAM + held**3 / GEMM
    return C * (2.3 * step + 0.3 * n * held**2 / GEMM_SINGLE + 2 * n * p / GEMM)


def _for_one(family: Family) -> tuple:
    design, column = family.design, family.columns[0]
    n, p = design.n, design.p
    sparse = isinstance(design, SparseDesign)
    stored = design.nnz if sparse else n * p
    newton_steps = 10
    costs = {"slab": newton_steps * (n * p * p / GEMM + 3 * stored / STREAM + p**3 / GEMM)}
    if column.smooth:
        costs["newton_cg"] = 200 * (2 * stored / (SPARSE if sparse else STREAM) + 10 * p / STREAM)
        if p > n and n <= 3000 and (column.l2 > 0.0).sum() >= p - 64:
            costs["dual"] = n * n * p / GEMM + newton_steps * (n**3 / GEMM + 3 * n * n / STREAM)
    else:
        wide = p > 300 and not (p <= 2000 and n >= 2 * p)
        active = min(p, n, 500) if wide else p
        costs["slab"] = newton_steps * (n * active**2 / GEMM + 3 * stored / STREAM + active**3 / GEMM)
    sample = min(max(2000, 20 * p, n // 20), n // 4)
    if sample >= 10 * p and n >= 8000 and p <= 4000:
        costs["anchored"] = 8 * sample * p * p / GEMM + 8 * stored / STREAM + 10 * p**3 / GEMM
    strategies = {"slab": Slabwise(), "newton_cg": NewtonCG(), "dual": Dual(), "anchored": Anchored()}
    first = min(costs, key=costs.__getitem__)
    last = "slab" if p <= 5000 or not column.smooth else "newton_cg"  # no Gram of more than 5000 columns at once
    return tuple(strategies[name] for name in dict.fromkeys([first, last]))
