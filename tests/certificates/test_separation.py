"""Separation: named when it is there, never when it is not; held against whole linear programs and constructions."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from normball.certificates.separation import find_separation

NAMES = ("intercept", "dose", "age", "smoker")


def with_ones(*columns):
    return np.column_stack([np.ones(len(columns[0])), *columns])


def by_whole_programs(A, side, exact=None):
    """ "complete", "quasi" or None from the two programs over all rows at once."""
    exact = np.zeros(len(side), dtype=bool) if exact is None else exact
    A = A / np.maximum(np.abs(A).max(axis=0), 1e-300)
    S, E, u = (A * side[:, None])[~exact], A[exact], A.shape[1]
    if not len(S) or not u:
        return None
    held = {"A_eq": E, "b_eq": np.zeros(len(E))} if len(E) else {}
    total = linprog(-S.sum(axis=0), A_ub=-S, b_ub=np.zeros(len(S)), bounds=(-1, 1), **held)
    if -total.fun < 1e-7:
        return None
    cost, above = np.append(np.zeros(u), -1.0), np.column_stack([-S, np.ones(len(S))])
    least = linprog(cost, A_ub=above, b_ub=np.zeros(len(S)), bounds=[(-1, 1)] * u + [(None, 1)])
    return "complete" if -least.fun > 1e-8 and not len(E) else "quasi"


def assert_separates(found, A, side, exact=None):
    """The definition, on all rows."""
    d = found.direction
    margins, size = side * (A @ d), abs(A) @ np.abs(d)
    hard = np.ones(len(side), dtype=bool) if exact is None else ~exact
    assert np.all(margins[hard] >= -1e-9 * size[hard])
    assert np.all(np.abs(margins[~hard]) <= 1e-9 * size[~hard])
    assert np.abs(d).max() == 1.0
    assert found.columns == tuple(np.flatnonzero(d))
    assert 0 < found.rows_split <= found.rows == len(side)
    if found.kind == "complete":
        assert np.all(margins > 0)
        assert found.rows_split == len(side)
    else:
        assert found.rows_split < len(side)


def test_three_cases_by_hand():
    x = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    complete = find_separation(with_ones(x), np.sign(x))
    assert (complete.kind, complete.columns, complete.rows_split) == ("complete", (1,), 6)
    boundary = np.array([-2.0, -1.0, 0.0, 0.0, 1.0, 2.0])
    side = np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0])
    quasi = find_separation(with_ones(boundary), side)
    assert (quasi.kind, quasi.columns, quasi.rows_split) == ("quasi", (1,), 4)
    assert find_separation(with_ones(x), np.array([-1.0, -1.0, 1.0, -1.0, 1.0, 1.0])) is None


def test_textbook_endometrial_pattern():
    """A dummy seen in one class only is named, with the sign of its infinite coefficient, and nothing else is."""
    rng = np.random.default_rng(3)
    n = 300
    A = with_ones(rng.normal(size=n), rng.normal(size=n), rng.random(n) < 0.1)
    side = np.where(rng.random(n) < 0.5, 1.0, -1.0)
    side[A[:, 3] == 1] = -1.0
    found = find_separation(A, side, names=NAMES)
    assert (found.kind, found.columns, found.direction[3]) == ("quasi", (3,), -1.0)
    assert found.rows_split == A[:, 3].sum()


def test_every_column_that_separates_alone_is_named():
    rng = np.random.default_rng(4)
    A = with_ones(rng.normal(size=200), rng.random(200) < 0.1, rng.random(200) < 0.1)
    side = np.where(rng.random(200) < 0.5, 1.0, -1.0)
    A[side > 0, 2] = A[side < 0, 3] = 0.0
    found = find_separation(A, side)
    assert (found.kind, found.columns) == ("quasi", (2, 3))
    assert found.direction[2] < 0 < found.direction[3]


def test_two_columns_together():
    """Neither separates alone; the ten others, one of them zero, stay out of it."""
    rng = np.random.default_rng(5)
    X = rng.integers(-3, 4, size=(4000, 12)).astype(float)
    X[:, 7] = 0.0
    score = X[:, 2] - 2 * X[:, 5]
    side = np.where(score == 0, np.where(rng.random(4000) < 0.5, 1.0, -1.0), np.sign(score))
    found = find_separation(X, side)
    assert (found.kind, found.columns) == ("quasi", (2, 5))
    np.testing.assert_allclose(found.direction[[2, 5]], [0.5, -1.0], rtol=1e-12)
    assert found.rows_split == np.count_nonzero(score)


def test_collinear_columns_with_overlap_are_no_separation():
    rng = np.random.default_rng(6)
    x, z, side = rng.normal(size=80), rng.normal(size=80), np.where(rng.random(80) < 0.5, 1.0, -1.0)
    for A in (with_ones(x, x), with_ones(x, 2 * x, x - 1), with_ones(x, z, x + z, 0 * x), with_ones(x, 3 + 0 * x)):
        assert by_whole_programs(A, side) is None
        assert find_separation(A, side) is None


@pytest.mark.parametrize("positives", [1, 50, 99])
def test_imbalance_alone_is_no_separation(positives):
    side = np.where(np.arange(100) < positives, 1.0, -1.0)
    assert find_separation(np.ones((100, 1)), side) is None
    assert find_separation(sparse.csr_array(np.ones((100, 1))), side) is None


def test_one_label_is_separated_by_the_intercept():
    found = find_separation(np.ones((9, 1)), -np.ones(9))
    assert (found.kind, found.direction.tolist(), found.rows_split) == ("complete", [-1.0], 9)


def test_nothing_to_separate():
    assert find_separation(np.zeros((5, 2)), np.array([1.0, 1, -1, -1, 1])) is None
    assert find_separation(np.zeros((5, 0)), np.array([1.0, 1, -1, -1, 1])) is None
    assert find_separation(np.ones((3, 2)), np.zeros(3), exact=np.ones(3, dtype=bool)) is None


def test_soft_labels_hold_the_boundary():
    """x separates the hard rows; a soft row on the boundary leaves it quasi, two soft rows off it end it."""
    x = np.array([-2.0, -1.0, 1.0, 2.0, 0.0, 0.5])
    side = np.array([-1.0, -1.0, 1.0, 1.0, 0.0, 0.0])  # not read in soft rows
    one = find_separation(with_ones(x)[:5], side[:5], exact=np.arange(5) == 4)
    assert (one.kind, one.columns, one.rows_split) == ("quasi", (1,), 4)
    assert find_separation(with_ones(x), side, exact=np.arange(6) >= 4) is None
    shifted = find_separation(with_ones(x[[0, 1, 2, 3, 5]]), side[:5], exact=np.arange(5) == 4)
    np.testing.assert_allclose(shifted.direction, [-0.5, 1.0])


@pytest.mark.parametrize("seed", range(150))
def test_same_as_whole_programs(seed):
    rng = np.random.default_rng(seed)
    n, u = int(rng.integers(2, 60)), int(rng.integers(1, 7))
    A = rng.normal(size=(n, u))
    A = (A, np.round(A), (A > 0.8) * 1.0)[seed % 3]
    if rng.random() < 0.6:
        A[:, 0] = 1.0
    if u > 2 and rng.random() < 0.3:
        A[:, -1] = 2 * A[:, -2] - A[:, 0]
    if u > 1 and rng.random() < 0.3:
        A[:, 1] *= 10.0 ** rng.integers(-6, 7)
    eta = A @ np.round(rng.normal(size=u))
    eta /= np.abs(eta).max() or 1.0
    side = np.where(eta + rng.choice([0, 0.03, 0.1, 0.5]) * rng.normal(size=n) > 0, 1.0, -1.0)
    edge = np.abs(eta) < 1e-9
    side[edge] = rng.choice([-1.0, 1.0], edge.sum())
    exact = rng.random(n) < (0.1 if rng.random() < 0.2 else 0.0)
    found = find_separation(sparse.csr_array(A) if rng.random() < 0.3 else A, side, exact=exact)
    assert (found and found.kind) == by_whole_programs(A, side, exact)
    if found:
        assert_separates(found, A, side, exact)
        assert_columns_responsible(found, A, side, exact)


def assert_columns_responsible(found, A, side, exact):
    """Each column named separates alone (with the intercept), or the others named do not without it."""
    constant = np.flatnonzero((A[0] == A).all(axis=0) & (A[0] != 0))[:1].tolist()
    causes = [j for j in found.columns if j not in constant]
    if all(by_whole_programs(A[:, [j, *constant]], side, exact) for j in causes):
        return
    for j in causes:
        others = [k for k in causes if k != j] + constant
        kind = by_whole_programs(A[:, others], side, exact)
        assert kind is None or (kind == "quasi" and found.kind == "complete")


@pytest.mark.parametrize("breadth", 10.0 ** -np.arange(2, 12))
@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_a_hair_of_overlap_is_never_called_separated(breadth, shift):
    """Mirror pairs p ± a·w force dᵀw >= 0; two pairs swapped by `breadth` force dᵀw <= 0: overlap, however narrow."""
    rng = np.random.default_rng(7)
    w = np.array([1.0, -0.5, 0.25])
    across = np.linalg.svd(w[None])[2][1:]
    p, a = rng.normal(size=(60, 2)) @ across, rng.uniform(0.5, 1.5, size=(60, 1))
    a[:2] = -breadth
    X = np.concatenate([p + a * w, p - a * w]) + shift
    side = np.repeat([1.0, -1.0], 60)
    assert find_separation(with_ones(X), side) is None
    a[:2] = 0.1  # the same without the swap
    X = np.concatenate([p + a * w, p - a * w]) + shift
    found = find_separation(with_ones(X), side)
    assert found.kind == "complete"
    assert_separates(found, with_ones(X), side)


@pytest.mark.parametrize("shift", [None, 10.0, 1000.0])
@pytest.mark.parametrize("u", [2, 9, 24, 60])
def test_boundary_in_general_position(u, shift):
    """Most rows lie, to rounding, on a hyperplane through no axis: quasi.  Moved 1e-11 to the wrong side: overlap."""
    rng = np.random.default_rng(u)
    w = rng.normal(size=u)
    w /= np.linalg.norm(w)
    X = rng.normal(size=(40 * u, u))
    height, on = X @ w, np.arange(40 * u) < 30 * u
    X[on] -= np.outer(height[on], w)
    side = np.where(on, np.where(rng.random(40 * u) < 0.5, 1.0, -1.0), np.sign(height))
    stored = (lambda X: X) if shift is None else (lambda X: with_ones(X + shift))
    found = find_separation(stored(X), side)
    assert (found.kind, found.rows_split) == ("quasi", 10 * u)
    assert_separates(found, stored(X), side)
    X[on] -= 1e-11 * np.outer(side[on], w)
    assert find_separation(stored(X), side) is None


@pytest.mark.parametrize(("scale", "shift"), [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e9), (1e-150, 0.0), (1e150, 0.0)])
def test_units_and_shifts_do_not_matter(scale, shift):
    rng = np.random.default_rng(8)
    X = rng.integers(-4, 5, size=(200, 3)).astype(float)
    score = X[:, 0] + X[:, 1] - 1
    side = np.where(score == 0, np.where(rng.random(200) < 0.5, 1.0, -1.0), np.sign(score))
    A = with_ones(X[:, 0] * scale + shift, X[:, 1], X[:, 2])
    found = find_separation(A, side)
    assert (found.kind, found.columns, found.rows_split) == ("quasi", (0, 1, 2), np.count_nonzero(score))
    assert_separates(found, A, side)
    assert find_separation(A, np.where(score == 3, -side, side)) is None


def tall(kind, n=200_000, u=10):
    rng = np.random.default_rng(9)
    A = with_ones(rng.normal(size=(n, u - 1)))
    side = np.where(rng.random(n) < 0.3, 1.0, -1.0)
    if kind == "steep":
        side = np.where(rng.random(n) < 1 / (1 + np.exp(-30 * A @ rng.normal(size=u))), 1.0, -1.0)
    if kind == "rare":  # 4 rows of 200 000 decide
        A[:, 3] = 0.0
        A[rng.choice(n, 4, replace=False), 3] = 1.0
        side[A[:, 3] == 1] = 1.0
    if kind == "joint":
        A[:, 1:3] = np.round(A[:, 1:3])
        score = A[:, 1] - 2 * A[:, 2]
        side = np.where(score == 0, side, np.sign(score))
    return A, side


@pytest.mark.parametrize(("kind", "columns"), [("overlap", None), ("steep", None), ("rare", (3,)), ("joint", (1, 2))])
def test_tall(kind, columns):
    A, side = tall(kind)
    began = time.process_time()
    found = find_separation(A, side)
    assert time.process_time() - began < 4.0  # 0.3 to 0.8 s on an idle machine; the whole programs take minutes
    assert (found and found.columns) == columns
    if found:
        assert found.kind == "quasi"
        assert_separates(found, A, side)


def test_the_one_row_that_ends_separation_is_found():
    """Complete in all rows but one, deep on the wrong side, which no small sample is likely to hold."""
    rng = np.random.default_rng(10)
    A = with_ones(rng.uniform(-1, 1, size=(100_000, 4)))
    side = np.sign(A[:, 1] + A[:, 2] - 0.3)
    found = find_separation(A, side)
    assert found.kind == "complete"
    assert_separates(found, A, side)
    deep = 77_777
    A[deep, 1:] = [0.6, 0.4, 0.0, 0.0]  # inside the convex hull of the rows with label 1
    side[deep] = -1.0
    assert find_separation(A, side) is None


def test_more_columns_than_rows():
    rng = np.random.default_rng(11)
    A, side = rng.normal(size=(20, 100)), np.where(rng.random(20) < 0.5, 1.0, -1.0)
    found = find_separation(A, side)
    assert found.kind == "complete"
    assert len(found.columns) <= 20
    assert_separates(found, A, side)


def strided(A):
    return np.repeat(A, 2, axis=0)[::2]


def single(A):
    return A.astype(np.float32)


def whole_numbers(A):
    return A.astype(np.int64)


STORED = [np.asfortranarray, strided, single, whole_numbers, sparse.csr_matrix, sparse.csc_array]


@pytest.mark.parametrize("kind", STORED)
def test_any_storage_and_nothing_changed(kind):
    A = np.array([[1.0, 0, 2], [1, 1, 0], [1, 0, 1], [1, 1, 2], [1, 0, 3], [1, 0, 0]])
    side = np.array([1.0, -1, -1, -1, 1, 1])
    stored = kind(A)
    before = stored.copy()
    side.flags.writeable = False
    found = find_separation(stored, side)
    assert (found.kind, found.columns, found.direction[1], found.rows_split) == ("quasi", (1,), -1.0, 2)
    assert abs(stored - before).max() == 0


def test_summary_says_which_columns_and_what_to_do():
    A = with_ones(np.array([-2.0, -1, 1, 2]), np.array([0.3, 1, -1, 0.5]), np.array([1.0, 0, 0, 1]))
    found = find_separation(A, np.array([-1.0, -1, 1, 1]), names=NAMES)
    text = found.summary()
    assert "completely separated by dose" in text
    assert "+1·dose" in text
    assert "age" not in text
    for remedy in ("ridge", "lam > 0", "ball", "Firth"):
        assert remedy in text
    assert "separated by pills" in found.summary(["one", "pills", "years", "smokes"])
    assert "separated by column 1" in find_separation(A, np.array([-1.0, -1, 1, 1])).summary()


def test_a_guess_is_checked_never_believed():
    """With no time for programs, a direction that separates all rows decides; its opposite and a poor one do not."""
    rng = np.random.default_rng(14)
    A = with_ones(rng.normal(size=(500, 3)) + 40.0)
    d = np.array([-40.0, 1.0, 1.0, -1.0])
    side = np.sign(A @ d)
    found = find_separation(A, side, guess=7 * d, time_limit=0.0)
    assert found.kind == "complete"
    np.testing.assert_allclose(found.direction, d / 40, rtol=1e-12)
    for guess in (-d, d * [1, 1, 1, -1], 0 * d, d * np.inf):
        assert find_separation(A, side, guess=guess, time_limit=0.0) is None
        assert find_separation(A, side, guess=guess).kind == "complete"


def test_out_of_time_is_no_claim():
    rng = np.random.default_rng(12)
    A = with_ones(rng.normal(size=(200, 5)))
    side = np.sign(A @ rng.normal(size=6))
    assert find_separation(A, side).kind == "complete"
    assert find_separation(A, side, time_limit=0.0) is None


def test_ctrl_c_is_answered_during_a_long_program():
    rng = np.random.default_rng(13)
    A = with_ones(rng.normal(size=(4000, 500)))
    side = np.where(rng.random(4000) < 1 / (1 + np.exp(-A @ rng.normal(size=501) / 4)), 1.0, -1.0)
    sent: list[float] = []

    def press():
        sent.append(time.perf_counter())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(0.3, press)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            find_separation(A, side, time_limit=4.0)
    finally:
        timer.cancel()
    assert time.perf_counter() - sent[0] < 2.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"side": np.ones(3)}, "side"),
        ({"side": np.array([1.0, 0.0])}, r"\[0.0\].*-1 for label 0"),
        ({"exact": np.zeros(5, dtype=bool)}, "one flag for each row"),
        ({"names": ["a"]}, "one for each column"),
        ({"guess": np.ones(3)}, "guess.*an entry for each"),
        ({"A": np.ones(2)}, r"\(2,\)"),
    ],
)
def test_errors_name_the_argument(arguments, words):
    with pytest.raises(ValueError, match=words):
        find_separation(**({"A": np.ones((2, 2)), "side": np.array([1.0, -1.0])} | arguments))
