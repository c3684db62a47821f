"""Which rows are held out: stratified, or in whole groups, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normball.cli.split import hold_out
from normball.errors import InputError


@given(negatives=st.integers(2, 200), positives=st.integers(2, 200), share=st.floats(0.01, 0.9), seed=st.integers(0, 9))
def test_each_class_gives_its_share(negatives, positives, share, seed):
    y = np.repeat([0.0, 1.0], [negatives, positives])
    held = hold_out(y, share, seed)
    for label, n in ((0, negatives), (1, positives)):
        count = held[y == label].sum()
        assert 1 <= count < n
        assert abs(count - share * n) <= max(0.5, 1 - share * n, share * n - (n - 1)) + 1e-9
    assert (hold_out(y, share, seed) == held).all()


def test_the_seed_draws_other_rows():
    y = np.repeat([0.0, 1.0], 50)
    assert (hold_out(y, 0.2, 0) != hold_out(y, 0.2, 1)).any()


@given(st.data())
def test_groups_stay_whole(data):
    groups = data.draw(st.lists(st.integers(0, 12), min_size=8, max_size=80))
    group, rng = np.array(groups), np.random.default_rng(data.draw(st.integers(0, 5)))
    y = rng.integers(0, 2, len(group)).astype(float)
    try:
        held = hold_out(y, 0.3, 0, group)
    except InputError:
        return
    assert set(group[held]) & set(group[~held]) == set()
    assert set(y[held]) == set(y[~held]) == {0.0, 1.0}


def test_groups_come_near_the_share():
    """Among 100 groups of 5 rows there is a division near 20 %, of each class."""
    rng = np.random.default_rng(0)
    group, y = np.repeat(np.arange(100), 5), rng.integers(0, 2, 500).astype(float)
    held = hold_out(y, 0.2, 0, group)
    assert abs(held[y == 1].sum() - 0.2 * y.sum()) <= 10
    assert abs(held.sum() - 100) <= 15


def test_groups_that_cannot_be_divided():
    y = np.array([0.0, 1.0, 0.0, 1.0])
    with pytest.raises(InputError, match="cannot be divided"):
        hold_out(y, 0.5, 0, np.zeros(4, int))
    with pytest.raises(InputError, match="single row"):
        hold_out(np.array([0.0, 0.0, 1.0]), 0.5, 0)
