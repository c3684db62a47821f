"""Which strategy comes first: the regimes of docs/design/engine.md, each with its reason; and the last resort."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from normball.certificates import Column, Shape
from normball.designs import DenseDesign, SparseDesign
from normball.lockstep import choose_chain
from normball.losses import LogisticLoss, SquaredLoss

LOGISTIC, SQUARED = LogisticLoss(), SquaredLoss()


def chain_for(n, p, penalty, nnz=None, free=0, box=False, loss=LOGISTIC):
    """Names of the strategies for a design of this shape (never built) and this penalty."""
    kind = DenseDesign if nnz is None else SparseDesign
    design = object.__new__(kind)
    design.n, design.p, design.nnz, design.n_cells = n, p, nnz, 1
    l1, l2 = ((penalty in ("L1", "EN")) * np.full(p, 0.1), (penalty in ("L2", "EN")) * np.full(p, 0.1))
    l1[:free] = l2[:free] = 0.0
    column = Column(1.0, 0.5, 0, Shape(l1, l2, np.full(p, 0.0 if box else -np.inf), np.full(p, np.inf)))
    family = SimpleNamespace(design=design, columns=(column,), loss=loss)
    return [strategy.name for strategy in choose_chain(family)]


@pytest.mark.parametrize(
    ("n", "p", "penalty", "first", "why"),
    [
        (200_000, 100, "L2", "anchored", "tall: a Gram of all rows at each step costs more than a few rounds"),
        (200_000, 100, "L1", "anchored", "the same, with a subproblem in Gram space"),
        (200_000, 100, "EN", "anchored", "the same"),
        (200_000, 100, "none", "anchored", "no penalty changes nothing in the shape"),
        (1_000_000, 20, "L2", "anchored", "tall and thin"),
        (50_000, 500, "L1", "anchored", "tall enough for a sample of 20 rows a column"),
        (569, 30, "L2", "slab", "small: a sample would be all rows, and Newton takes a millisecond"),
        (569, 30, "L1", "slab", "the same"),
        (150, 4, "none", "slab", "the same"),
        (2000, 300, "L1", "slab", "n < 80 p: the sample is nearly separable"),
        (500, 20_000, "L1", "slab", "wide L1: working sets"),
        (60, 7000, "EN", "slab", "the same"),
        (500, 20_000, "L2", "dual", "wide L2: one n × n kernel instead of p × p Grams"),
        (60, 7000, "L2", "dual", "the same"),
    ],
)
def test_dense(n, p, penalty, first, why):
    assert chain_for(n, p, penalty)[0] == first, why


@pytest.mark.parametrize(
    ("n", "p", "nnz", "penalty", "first", "why"),
    [
        (20_000, 100_000, 1_200_000, "L2", "newton_cg", "text: products by rows, no Gram could be held"),
        (500_000, 20_000, 20_000_000, "L2", "newton_cg", "the same, taller"),
        (20_000, 100_000, 1_200_000, "L1", "slab", "L1: working sets of columns"),
        (300, 40, 2000, "L2", "slab", "small"),
    ],
)
def test_sparse(n, p, nnz, penalty, first, why):
    assert chain_for(n, p, penalty, nnz)[0] == first, why


@pytest.mark.parametrize("n", [3, 500, 3000, 20_000, 1_000_000])
@pytest.mark.parametrize("p", [1, 100, 2000, 5000, 50_000])
@pytest.mark.parametrize("penalty", ["L2", "L1", "EN", "none"])
@pytest.mark.parametrize("sparse", [False, True])
def test_there_is_always_a_last_resort(n, p, penalty, sparse):
    """The chain ends in the strategy with an exact Gram and a line search, or in CG where no such Gram can be held."""
    chain = chain_for(n, p, penalty, n * p // 20 if sparse else None)
    smooth = penalty in ("L2", "none")
    assert chain[-1] == ("newton_cg" if smooth and p > 5000 else "slab")
    assert len(chain) == len(set(chain))
    assert not (smooth and p > 5000 and "slab" in chain)
    if not smooth:
        assert set(chain) <= {"slab", "anchored"}  # the others know no kinks


def test_no_strategy_gets_what_it_cannot_solve():
    """dual: nearly every column has an L2 part, and n × n fits; no bounds; anchored: a sample that says much."""
    assert chain_for(500, 20_000, "L2", free=50)[0] == "dual"
    assert "dual" not in chain_for(500, 20_000, "L2", free=100)
    assert "dual" not in chain_for(500, 20_000, "none")
    assert "dual" not in chain_for(5000, 20_000, "L2")
    assert set(chain_for(500, 20_000, "L2", box=True)) == {"slab"}
    assert "anchored" not in chain_for(7000, 5, "L2")
    assert "anchored" not in chain_for(20_000, 2000, "L2")


@pytest.mark.parametrize(
    ("n", "p", "penalty", "first", "why"),
    [
        (200_000, 100, "L1", "grams", "one read says all"),
        (5000, 2000, "L2", "grams", "a Gram still costs less than repeated reads"),
        (100, 400, "EN", "grams", "a small Gram, though X is wide"),
        (100, 4000, "L2", "kernel", "n × n is smaller than p × p"),
        (100, 4000, "L1", "slab", "columns in play are few"),
    ],
)
def test_squared(n, p, penalty, first, why):
    """Whatever comes first, a strategy that reads X comes after it, and none that draws two classes."""
    chain = chain_for(n, p, penalty, loss=SQUARED)
    assert chain[0] == first, why
    assert {"slab", "newton_cg", "dual"} & set(chain)
    assert not {"anchored", "anchors"} & set(chain)
