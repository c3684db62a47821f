"""Linear models against glmnet's stored numbers (each beside its script): max|Δ| / max|coef| at most 1e-7."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

import normball
from references.gaussian_data import distance, gaussian_cases, stored_gaussian

CASES = gaussian_cases()


@pytest.mark.parametrize("storage", [np.asarray, scipy.sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("name", CASES)
def test_stored_gaussian_numbers(name, storage):
    case = CASES[name]
    found = normball.solve(storage(case.X), case.y, tol=1e-13, **case.arguments)
    numbers = np.array(stored_gaussian()[name])
    ours = np.array([found.intercept, *found.coef])
    assert np.abs(ours - numbers).max() <= 1e-7 * np.abs(numbers[1:]).max()


def test_stored_gaussian_numbers_are_optimal():
    """The long-double judge finds every stored answer within 2e-9 of the optimum: neither side drifted."""
    assert set(stored_gaussian()) == set(CASES)
    for name, case in CASES.items():
        assert distance(stored_gaussian()[name], case) <= 2e-9, name
