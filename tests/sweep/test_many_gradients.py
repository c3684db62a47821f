"""The long list of wrong gradients: each slip of 30 seeds by its name, each right implementation cleared."""

from __future__ import annotations

import pytest

from implementations_of_gradients import complaints


@pytest.mark.parametrize("seed", range(100, 130))
def test_each_slip_by_its_name_and_right_ones_cleared(seed):
    assert list(complaints(seed)) == []
