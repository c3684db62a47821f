"""The laws of linear models on many more random problems than the quick tests look at."""

from __future__ import annotations

import pytest

from regression import test_linear_laws as laws


@pytest.mark.parametrize("seed", range(60, 460))
def test_the_gap_is_true(seed):
    laws.test_the_gap_is_true_and_the_coefficients_are_the_optimum(seed)


@pytest.mark.parametrize("seed", range(30, 430))
def test_gaps_of_poor_points_are_true(seed):
    laws.test_gaps_of_poor_points_are_true(seed)


@pytest.mark.parametrize("strategy", laws.STRATEGIES, ids=lambda s: s.name)
@pytest.mark.parametrize("seed", range(12, 80))
def test_every_strategy_is_proved_by_itself(strategy, seed):
    laws.test_every_strategy_is_proved_by_itself(strategy, seed)
