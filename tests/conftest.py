"""What every test shares.  The environment is set before anything imports scikit-learn or scipy."""

from __future__ import annotations

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn's estimator checks skip the array API ones

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("normball", deadline=None, derandomize=True)  # the first call of a kernel may compile
settings.load_profile("normball")


@pytest.fixture
def rng(request):
    """A generator of random numbers of the test's own: the same in every run, another in every test."""
    return np.random.default_rng(list(request.node.nodeid.encode()))
