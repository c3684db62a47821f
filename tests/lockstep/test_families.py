"""Whole families: what they cost in reads of X, the same bits for any number of threads, and any size of block."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from normball.designs import dense

FOLDS = 4


def tall():
    rng = np.random.default_rng(71)
    X = rng.normal(size=(12_000, 25)) @ (np.eye(25) + 0.2)
    return X, (rng.random(12_000) < 1 / (1 + np.exp(-X[:, 0] + 0.5 * X[:, 7]))).astype(int)


def wide():
    rng = np.random.default_rng(72)
    X = rng.normal(size=(90, 1500))
    return X, (rng.random(90) < 1 / (1 + np.exp(-2 * X[:, 3] + X[:, 99]))).astype(int)


CASES = {  # data, l1_ratio, λ, most reads of the path, of everything with 4 folds
    "tall, L1": (tall, 1.0, 40, 6.5, 10.5),
    "tall, L2": (tall, 0.0, 20, 5.5, 8.5),
    "wide, L1": (wide, 1.0, 40, 12.0, 17.5),
}


def both(case):
    make, l1_ratio, count, *_ = CASES[case]
    X, y = make()
    folds = np.arange(len(y)) % FOLDS
    return normball.cross_validate(X, y, cv=folds, l1_ratios=(l1_ratio,), n_lams=count, lam_min_ratio=0.01)


@pytest.mark.filterwarnings("ignore::normball.EdgeWarning")
@pytest.mark.parametrize("case", CASES)
def test_reads_of_X(case, monkeypatch):
    """They do not depend on the machine: whoever raises them knows it, and says why."""
    found = both(case)
    assert found.path.certified and not found.uncertified
    assert found.path.reads <= CASES[case][3]
    assert found.reads <= CASES[case][4]


def bits(found):
    coefs = found.path.coefs if isinstance(found.path.coefs, np.ndarray) else found.path.coefs.toarray()
    folds = [
        (answer.coef.tobytes(), answer.intercept, answer.best.gap) for mine in found.fold_answers for answer in mine
    ]
    return coefs.tobytes(), found.path.intercepts.tobytes(), found.losses.tobytes(), folds


@pytest.mark.filterwarnings("ignore::normball.EdgeWarning")
@pytest.mark.parametrize("case", CASES)
def test_the_same_bits_for_any_number_of_threads(case, monkeypatch):
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("NORMBALL_THREADS", threads)
        found.append(bits(both(case)))
    assert found[0] == found[1] == found[2]


@pytest.mark.filterwarnings("ignore::normball.EdgeWarning")
@pytest.mark.parametrize("case", ["tall, L1", "wide, L1"])
def test_the_size_of_blocks_changes_answers_only_within_their_certificates(case, monkeypatch):
    one = both(case)
    monkeypatch.setattr(dense, "BLOCK", dense.BLOCK // 5)
    other = both(case)
    for a, b in zip(one.path.certificates, other.path.certificates, strict=True):
        assert abs(a.objective - b.objective) <= max(a.gap, b.gap) + 1e-13
