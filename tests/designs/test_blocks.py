"""What a design computes from its blocks, against the same in plain numpy on one array."""

from __future__ import annotations

import numpy as np
import pytest

from designs.layouts import DENSE, SPARSE, every_block, plain, stored
from normball import runtime
from normball.designs.sample import Sample

every_layout = pytest.mark.parametrize("layout", DENSE + SPARSE)
every_speed = pytest.mark.parametrize("fast", [False, True], ids=["plain", "compiled"])
N, P = 600, 130  # dense: above the size that is one block in any case


class Case:
    """A design and its twin: the conditioned matrix in plain numpy, (x - mean)/scale in the design's own order."""

    def __init__(self, build, rng, layout, *, fast=False, cells=False, intercept=True, n=N, p=P):
        X = np.where(rng.random((n, p)) < 0.3, rng.normal(size=(n, p)), 0.0) * 10.0 ** rng.uniform(-3, 3, p)
        X += (3.0 if layout in DENSE else 0.0) * np.abs(X).max(axis=0)
        self.rng, self.n, self.p = rng, n, p
        self.cells = rng.integers(0, 4, n) if cells else None
        self.y, self.offset = rng.random(n), rng.normal(size=n)
        self.weight = rng.choice([0.0, 1.0, 2.5], n)
        rows = dict(y=self.y, weight=self.weight, offset=self.offset, cells=self.cells)
        self.design = build(X, layout, fast=fast, intercept=intercept, **rows)
        self.came = plain(stored(X, layout)) if layout != "memmap" else X
        survey, order = self.design.survey, self.design.order
        self.order = np.arange(p) if order is None else order
        self.twin = (self.came[:, self.order] - survey.mean) / survey.scale

    def near(self, found, expected, accuracy=1e-12):
        """Equal to rounding of the largest entry, and of the same shape."""
        expected = np.asarray(expected)
        assert np.shape(found) == expected.shape
        np.testing.assert_allclose(found, expected, rtol=0, atol=accuracy * np.abs(expected).max(initial=1e-300))


@pytest.fixture
def case(build, rng):
    return lambda layout, **kinds: Case(build, rng, layout, **kinds)


@every_layout
@pytest.mark.parametrize("cells", [False, True], ids=["one cell", "cells"])
def test_blocks_hold_every_row_once(case, layout, cells):
    """Each block holds rows of one cell, with their own y, weight and offset; there are several blocks."""
    one = case(layout, cells=cells)
    blocks = every_block(one.design)
    rows = [np.arange(one.n)[block.rows] for block in blocks]
    assert len(blocks) >= 8
    assert np.array_equal(np.sort(np.concatenate(rows)), np.arange(one.n))
    for block, i in zip(blocks, rows, strict=True):
        assert block.cell in range(one.design.n_cells)
        assert one.cells is None or np.all(one.cells[i] == block.cell)
        for found, expected in ((block.y, one.y), (block.weight, one.weight), (block.offset, one.offset)):
            assert np.array_equal(found, expected[i])


@every_layout
@every_speed
@pytest.mark.parametrize("cells", [False, True], ids=["one cell", "cells"])
def test_products_of_every_block(case, layout, fast, cells):
    one = case(layout, fast=fast, cells=cells)
    rng, cols = one.rng, np.array([7, 2, 100])
    for block in every_block(one.design)[::3]:
        X = one.twin[block.rows]
        h = rng.random(len(X)) * (rng.random(len(X)) < 0.9)
        for C in (1, 4):
            W, R = rng.normal(size=(one.p, C)), rng.normal(size=(len(X), C))
            one.near(block.times(W), X @ W)
            one.near(block.times(np.asfortranarray(W)), X @ W)
            one.near(block.t_times(R), X.T @ R)
            one.near(block.t_times(np.asfortranarray(R)), X.T @ R)
        gram = X.T @ (h[:, None] * X)
        one.near(block.gram(h, None, False), gram)
        one.near(block.gram(h, None, True), gram, 1e-5)
        one.near(block.gram(h, cols, False), gram[np.ix_(cols, cols)])
        one.near(block.gram(h, cols[:1], False), gram[7:8, 7:8])
        one.near(block.gram(h, cols[:0], False), np.zeros((0, 0)))
        one.near(block.square_sums(h), np.diag(gram))
        one.near(block.take(cols), X[:, cols])
        A, shift = rng.normal(size=(3, 2)), rng.normal(size=2)
        moved = (X[:, cols] @ A + shift)[block.weight > 0]
        assert block.farthest(cols, A, shift) == pytest.approx((moved**2).sum(axis=1).max(initial=0.0), rel=1e-12)
        v, vb = rng.normal(size=one.p), 0.7
        out, total, u = block.hess_times(h, v, vb)
        one.near(u, X @ v + vb)
        one.near(out, X.T @ (h * (X @ v + vb)))
        assert total == pytest.approx(h @ (X @ v + vb), abs=1e-11)


@every_layout
@every_speed
def test_sums_over_all_blocks(case, layout, fast):
    """add_up is the product with the whole X; largest is the largest of all rows; each is one read."""
    one = case(layout, fast=fast, cells=True)
    design, R = one.design, one.rng.normal(size=(one.n, 3))
    h = one.rng.random(one.n)
    reads = design.reads
    product, gram, count = design.add_up(
        lambda block: (block.t_times(R[block.rows]), block.gram(h[block.rows], None, False), len(block.y))
    )
    assert design.reads == reads + 1.0
    one.near(product, one.twin.T @ R)
    one.near(gram, one.twin.T @ (h[:, None] * one.twin))
    assert count == one.n
    cols, A, shift = np.array([3, 11]), np.eye(2), np.zeros(2)
    far = design.largest(lambda block: block.farthest(cols, A, shift))
    assert design.reads == reads + 2.0
    assert far == pytest.approx((one.twin[one.weight > 0][:, cols] ** 2).sum(axis=1).max(), rel=1e-12)


@every_layout
@pytest.mark.parametrize("stride", [2, 3])
def test_a_part_of_the_blocks(case, layout, stride):
    """stride: about that part of the rows, spread over all of them, each at most once, metered as that part."""
    one = case(layout)
    seen = np.zeros(one.n)
    reads = one.design.reads

    def mark(block):
        seen[block.rows] += 1
        return (block.t_times(np.ones((len(block.y), 1))),)

    (product,) = one.design.add_up(mark, stride=stride)
    assert one.design.reads == pytest.approx(reads + 1 / stride)
    assert set(seen) == {0.0, 1.0}
    assert one.n / stride <= seen.sum() <= 1.6 * one.n / stride
    assert all(part.any() for part in np.array_split(seen, 6))
    one.near(product, one.twin.T @ seen[:, None])


@every_layout
@every_speed
@pytest.mark.parametrize("cells", [False, True], ids=["one cell", "cells"])
def test_slabs_rows_and_kernels(case, layout, fast, cells):
    """Columns (some, all, all in another order), rows, XDXᵀ; rows in the order they came, whatever the cells."""
    one = case(layout, fast=fast, cells=cells)
    design, rng = one.design, one.rng
    for j in ([5, 0, 77], [9], [], range(one.p), rng.permutation(one.p)):
        j = np.array(j, dtype=np.intp)
        reads = design.reads
        one.near(plain(design.columns(j)), one.twin[:, j])
        assert 0.0 <= design.reads - reads <= 1.0 + 1e-12
    i = rng.permutation(one.n)[:50]
    one.near(design.rows(i), one.twin[i])
    d = rng.random(one.p) * (rng.random(one.p) < 0.8)
    reads = design.reads
    one.near(design.kernel(d), (one.twin * d) @ one.twin.T)
    assert design.reads == reads + 1.0


@every_layout
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("cells", [False, True], ids=["one cell", "cells"])
def test_unpenalised_columns_as_they_came(case, layout, intercept, cells):
    """(1, X) on some rows and some of the design's columns, neither shifted nor scaled."""
    one = case(layout, intercept=intercept, cells=cells)
    i, k = one.rng.permutation(one.n)[:40], np.array([4, 90, 1])
    found = plain(one.design.unpenalised(i, k))
    expected = one.came[np.ix_(i, one.order[k])]
    assert found.shape == (40, 3 + intercept)
    np.testing.assert_allclose(found[:, int(intercept) :], expected, rtol=4e-16)
    assert not intercept or np.all(found[:, 0] == 1.0)


@every_layout
@pytest.mark.parametrize("intercept", [False, True])
def test_coefficients_there_and_back(case, layout, intercept):
    """Both pairs give the same η; the way back gives what went in."""
    one = case(layout, intercept=intercept)
    coef, b = one.rng.normal(size=one.p) / np.abs(one.came).max(axis=0), 0.8 * intercept
    inner, inner_b = one.design.to_conditioned(coef, b)
    one.near(one.twin @ inner + inner_b, one.came @ coef + b)
    again, again_b = one.design.to_original(inner, inner_b)
    np.testing.assert_allclose(again, coef, rtol=1e-14)
    assert again_b == pytest.approx(b, abs=1e-12)
    vector = one.rng.normal(size=one.p)
    assert np.array_equal(one.design.unsorted(one.design.sorted(vector)), vector)
    assert np.array_equal(one.design.sorted(vector), vector[one.order])
    assert intercept or inner_b == b == again_b


@pytest.mark.parametrize("layout", ["C", "F", "csr", "csc"])
@every_speed
def test_the_same_bits_for_any_number_of_threads(case, layout, fast):
    one = case(layout, fast=fast, cells=True)
    R = one.rng.normal(size=(one.n, 2))
    task = lambda block: (block.t_times(R[block.rows]), block.gram(block.weight, None, False))
    found = []
    for threads in (1, 2, 3):
        with runtime.workers(threads):
            found.append(one.design.add_up(task))
    for other in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], other, strict=True))


@pytest.mark.parametrize("layout", ["C", "float32 F", "csr", "csc"])
@pytest.mark.parametrize("cells", [False, True], ids=["one cell", "cells"])
def test_one_block_or_many(build, rng, layout, cells):
    """The size of the blocks changes sums at rounding only."""
    X, cells = rng.normal(size=(N, P)), rng.integers(0, 3, N) if cells else None
    R = rng.normal(size=(N, 2))
    many, few = (build(X, layout, cells=cells, blocks=blocks) for blocks in (True, False))
    assert len(every_block(many)) > 2 * len(every_block(few))
    task = lambda block: (block.t_times(R[block.rows]), block.gram(block.y, None, False))
    for a, b in zip(many.add_up(task), few.add_up(task), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(b).max())


@pytest.mark.parametrize("layout", ["C", "F", "csr", "csc"])
@every_speed
def test_a_sample_is_those_rows(case, layout, fast):
    """Conditioned as the whole is, with weights of its own; its reads count on the whole's meter, in proportion."""
    one = case(layout, fast=fast)
    i = np.sort(one.rng.permutation(one.n)[:150])
    weight = one.rng.random(150)
    part = Sample(one.design, i, weight)
    R, reads = one.rng.normal(size=(150, 2)), one.design.reads
    product, total, y = part.add_up(lambda b: (b.t_times(R[b.rows]), b.weight.sum(), b.y @ b.offset))
    one.near(product, one.twin[i].T @ R)
    assert total == pytest.approx(weight.sum()) and y == pytest.approx(one.y[i] @ one.offset[i])
    assert one.design.reads == pytest.approx(reads + 150 / one.n)
    one.near(part.columns(np.array([3, 1])), one.twin[i][:, [3, 1]])
    one.near(part.rows(np.array([3, 1])), one.twin[i[[3, 1]]])


@pytest.mark.parametrize("layout", ["C", "csr"])
@pytest.mark.parametrize("shape", [(1, 3), (7, 0), (1, 0)])
def test_next_to_nothing(build, layout, shape):
    """One row, no columns: sums and slabs keep their shapes."""
    n, p = shape
    design = build(np.ones(shape), layout)
    product, gram = design.add_up(lambda b: (b.t_times(np.ones((len(b.y), 2))), b.gram(b.weight, None, False)))
    assert product.shape == (p, 2) and gram.shape == (p, p)
    assert design.columns(np.arange(p)).shape == (n, p) and design.kernel(np.ones(p)).shape == (n, n)
    assert design.survey.finite and design.to_original(np.zeros(p), 2.0)[1] == 2.0
