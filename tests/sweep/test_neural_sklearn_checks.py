"""scikit-learn's own checks of an estimator, without expected failures."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

from normball.neural import NeuralClassifier, NeuralClassifierCV, NeuralRegressor  # noqa: E402

QUICK = dict(hidden=(8,), learning_rate=0.02, epochs=60)


@parametrize_with_checks(
    [NeuralClassifier(**QUICK), NeuralRegressor(**QUICK), NeuralClassifierCV([0.1, 1e-3], cv=2, **QUICK)]
)
def test_checks(estimator, check):
    check(estimator)
