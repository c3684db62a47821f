"""The judging pass: for many candidates on many splits at once, what plain numpy finds for each alone."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import expit

from designs.layouts import plain, stored
from lockstep.families import family_of, with_splits
from normball import runtime
from normball.certificates import Candidates
from normball.designs import dense as dense_room
from normball.designs import sparse as sparse_room
from normball.lockstep.sweep import sweep

N, P, CELLS = 500, 9, 4
FIELDS = ("grad", "grad_b", "loss", "spread", "tail", "curvature", "scores", "cross", "cross_free")


class Many:
    """Six candidates for four problems on three splits, of which one leaves rows out altogether."""

    def __init__(self, rng, kind="dense", intercept=True, free=(2, 5), cells=True):
        X = np.where(rng.random((N, P)) < 0.6, rng.normal(size=(N, P)), 0.0) * 10.0 ** rng.uniform(-2, 2, P)
        factor = np.ones(P)
        factor[list(free)] = 0.0
        self.y = np.where(rng.random(N) < 0.8, rng.integers(0, 2, N), rng.random(N))
        self.weight, self.offset = rng.choice([0.0, 1.0, 2.5], N), rng.normal(size=N)
        self.cells = rng.integers(0, CELLS, N) if cells else None
        came = sp.csr_array(X) if kind == "sparse" else X
        self.family = family_of(
            came, self.y, lam=0.1, l1_ratio=0.3, factor=factor, weight=self.weight, offset=self.offset,
            intercept=intercept, cells=self.cells,
        )  # fmt: skip
        design, column = self.family.design, self.family.columns[0]
        if cells:
            train = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 0], [0, 1, 1]], bool)  # (cells, splits)
            test = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]], bool)
            columns = [type(column)(0.1 * k, 0.3, k % 3, column.shape) for k in range(4)]
            self.family = with_splits(self.family, train, test, columns)
        self.intercept, self.free = intercept, np.sort(self.family.free)
        order = np.arange(P) if design.order is None else design.order
        self.X = (X[:, order] - design.survey.mean) / design.survey.scale
        self.ids = np.array([0, 1, 2, 3, 1, 2]) if cells else np.zeros(3, int)
        C = len(self.ids)
        self.coefs, self.intercepts = rng.normal(size=(P, C)), rng.normal(size=C) * intercept
        self.coefs[:, -1] *= 40.0  # rows so far off that they count by their loss
        self.asked = Candidates(self.ids, self.coefs, self.intercepts)
        self.eta = self.X @ self.coefs + self.intercepts + self.offset[:, None]

    def expected(self, k):
        """The evidence of candidate k alone, from the rows of its split alone."""
        split = self.family.columns[self.ids[k]].split
        cells = np.zeros(N, int) if self.cells is None else self.cells
        rows, held_out = self.family.train[cells, split], self.family.test[cells, split]
        X, y, eta = self.X[rows], self.y[rows], self.eta[rows, k]
        c = self.weight[rows] / self.weight[rows].sum()
        small = expit(-np.abs(eta))
        r, h = np.where(eta >= 0, (y - 1) + small, y - small), small * (1 - small)
        loss = lambda y, eta: np.logaddexp(0, eta) - y * eta
        ratio = np.where(r == 0, 0, r**2 / h)
        near = ratio < 1e10
        U = np.column_stack([np.ones((len(X), int(self.intercept))), X[:, self.free]])
        return dict(
            grad=X.T @ (c * r), grad_b=c @ r, loss=c @ loss(y, eta), curvature=c @ h,
            spread=c[near] @ ratio[near], tail=c[~near] @ loss(y, eta)[~near],
            scores=self.weight[held_out] @ loss(self.y[held_out], self.eta[held_out, k]),
            cross=X.T @ (U * (c * h)[:, None]), cross_free=U.T @ (U * (c * h)[:, None]),
        )  # fmt: skip


@pytest.mark.parametrize("fast", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("free", [(2, 5), ()], ids=["free columns", "all held"])
@pytest.mark.parametrize("cells", [True, False], ids=["splits", "all rows"])
def test_equals_a_pass_for_each_alone(rng, monkeypatch, fast, kind, intercept, free, cells):
    """Every field, for every candidate, on the rows of its own split; scores are the losses of the held-out rows."""
    for room in (dense_room, sparse_room):
        monkeypatch.setattr(room, "FAST_FROM", 0 if fast else np.inf)
    many = Many(rng, kind, intercept, free, cells)
    found = sweep(many.family, many.asked)
    assert np.any(found.tail > 0.0)
    for k in range(len(many.ids)):
        for name, value in many.expected(k).items():
            got = getattr(found, name)[..., k]
            assert np.shape(got) == np.shape(value), name
            np.testing.assert_allclose(
                got, value, rtol=1e-11, atol=1e-13 * np.abs(value).max(initial=1.0), err_msg=name
            )


@pytest.mark.parametrize("layout", ["C", "F", "float32", "float32 F", "strided", "csr", "csc"])
@pytest.mark.parametrize("fast", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("intercept", [True, False])
def test_one_candidate_alone(rng, monkeypatch, layout, fast, intercept):
    """The pass that most fits take, compiled in one piece where X is dense: the same evidence, one read."""
    for room in (dense_room, sparse_room):
        monkeypatch.setattr(room, "FAST_FROM", 0 if fast else np.inf)
    X = np.where(rng.random((N, P)) < 0.6, rng.normal(size=(N, P)), 0.0) * 10.0 ** rng.uniform(-2, 2, P) + 3.0
    y, weight, offset = rng.random(N), rng.choice([0.0, 1.0, 2.5], N), 5.0 * rng.normal(size=N)
    came = stored(X, layout)
    family = family_of(came, y, lam=0.1, weight=weight, offset=offset, intercept=intercept)
    design, coefs, b = family.design, 8.0 * rng.normal(size=(P, 1)), 0.7 * intercept
    order = np.arange(P) if design.order is None else design.order
    A = (plain(came)[:, order] - design.survey.mean) / design.survey.scale
    reads = design.reads
    found = sweep(family, Candidates(np.array([0]), coefs, np.array([b])))
    assert design.reads == reads + 1.0
    eta, c = offset + b + A @ coefs[:, 0], weight / weight.sum()
    r, h, sums = family.loss.link(y, eta[:, None], c, False)
    U = np.ones((N, int(intercept)))
    expected = dict(
        grad=A.T @ r, grad_b=sums.slope, loss=sums.loss, spread=sums.spread, tail=sums.tail, curvature=sums.curvature,
        scores=np.zeros(1), cross=(A.T @ (h * U))[:, :, None], cross_free=(U.T @ (h * U))[:, :, None],
    )  # fmt: skip
    for name, value in expected.items():
        assert getattr(found, name).shape == value.shape, name
        np.testing.assert_allclose(getattr(found, name), value, rtol=1e-11, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_a_predictor_that_is_carried_along_is_used(rng, kind):
    """With eta given, rows in the order they came, the pass finds the same."""
    many = Many(rng, kind)
    carried = sweep(many.family, Candidates(many.ids, many.coefs, many.intercepts, many.eta))
    plain = sweep(many.family, many.asked)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(carried, name), getattr(plain, name), rtol=1e-9, atol=1e-12)
    moved = sweep(many.family, Candidates(many.ids, many.coefs, many.intercepts, many.eta + 1.0))
    assert not np.allclose(moved.loss, plain.loss)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_one_read_and_nothing_changed(rng, kind):
    many = Many(rng, kind)
    reads = many.family.design.reads
    before = many.coefs.copy(), many.intercepts.copy(), many.eta.copy()
    sweep(many.family, many.asked)
    sweep(many.family, Candidates(many.ids, many.coefs, many.intercepts, many.eta))
    assert many.family.design.reads == reads + 2.0
    for a, b in zip(before, (many.coefs, many.intercepts, many.eta), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_blocks_and_threads(rng, monkeypatch, kind):
    """Small blocks change sums at rounding; the number of threads changes no bit."""
    state = rng.bit_generator.state
    whole = Many(rng, kind)
    monkeypatch.setattr(dense_room, "BLOCK", 64)
    monkeypatch.setattr(sparse_room, "STORED", 1)
    monkeypatch.setattr(sparse_room, "CHUNKS", 100)
    rng.bit_generator.state = state
    many = Many(rng, kind)
    if kind == "dense":  # one block for so little data, unless it is cut by hand
        many.family.design._pieces = [
            (a, min(a + 7, hi), c) for lo, hi, c in many.family.design._pieces for a in range(lo, hi, 7)
        ]
    assert len(many.family.design.chunks()) > 4
    one = sweep(whole.family, whole.asked)
    found = []
    for threads in (1, 2, 3):
        with runtime.workers(threads):
            found.append(sweep(many.family, many.asked))
    for name in FIELDS:
        values = getattr(one, name)
        np.testing.assert_allclose(getattr(found[0], name), values, rtol=1e-10, atol=1e-12 * np.abs(values).max())
        assert all(np.array_equal(getattr(found[0], name), getattr(other, name)) for other in found[1:])


def test_too_many_free_columns_leave_only_the_intercept(rng):
    """Beyond EXACT_FREE the pass carries no products of the free columns, the gap is the Newton certificate's."""
    X = rng.normal(size=(200, 70))
    family = family_of(X, rng.integers(0, 2, 200), lam=0.0)
    found = sweep(family, Candidates(np.array([0]), np.zeros((70, 1)), np.zeros(1)))
    assert not family.exact and found.cross.shape == (70, 1, 1) and found.cross_free.shape == (1, 1, 1)
