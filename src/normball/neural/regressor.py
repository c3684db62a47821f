"""NeuralRegressor: the same network with a squared loss."""

# pyright: reportMissingImports=false
from __future__ import annotations

import numpy as np
from sklearn.base import RegressorMixin

from ..errors import InputError
from .base import NeuralEstimator, facts
from .feed import Fold
from .settings import DEFAULT_LAM, read_plan, read_strength


class NeuralRegressor(RegressorMixin, NeuralEstimator):
    """A network of L layers for one or more numbers, with a penalty on its weight matrices.

    Minimises   mean ½‖y - η‖² + λ Σ_l ( α‖W_l‖₁ + (1-α)/2 ‖W_l‖_F² ),   α = l1_ratio.

    Without hidden layers it is ridge, lasso or elastic net, trained until it is certified.  Parameters and attributes
    are those of NeuralClassifier, but for classes_; y is (n_samples,) or (n_samples, n_outputs) and is not scaled: with
    targets far from the size of 1, scale them (sklearn.compose.TransformedTargetRegressor).
    """

    def __init__(
        self, hidden=(64, 32), *, lam=DEFAULT_LAM, lambd=None, l1_ratio=0.0, group=False, max_norm=None,
        activation="relu", optimizer="auto", learning_rate=None, momentum=0.9, epochs=None, batch_size="auto",
        dev=None, patience=10, tol=None, random_state=None, dtype=None, device=None, progress=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.lam = lam
        self.lambd = lambd
        self.l1_ratio = l1_ratio
        self.group = group
        self.max_norm = max_norm
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.epochs = epochs
        self.batch_size = batch_size
        self.dev = dev
        self.patience = patience
        self.tol = tol
        self.random_state = random_state
        self.dtype = dtype
        self.device = device
        self.progress = progress

    def fit(self, X, y):
        """Train; as NeuralClassifier.fit."""
        shadow = self._shadow()
        X, y = self._checked(X, y, shadow, numeric=True)
        flat = y.ndim == 1
        target = numbers(y).reshape(len(y), -1)

        def code(values):
            values = numbers(values)
            values = values.reshape(len(values), -1)
            if values.shape[1] != target.shape[1] or not np.isfinite(values).all():
                raise InputError(f"The y of dev must be finite, with {target.shape[1]} numbers for each row, as in y.")
            return values

        seed = self._seed()
        X, target, rows, dev = self._with_dev(shadow, X, target, seed, code)
        plan = read_plan(self, "squared", X.shape[1], target.shape[1], len(rows))
        lam = read_strength(self, len(rows))
        self._train_one(plan, X, target, Fold(rows, dev, seed), lam, facts(shadow, flat_=flat))
        return self

    def predict(self, X):
        """η: (n_samples,), or (n_samples, n_outputs) where y had two axes."""
        eta = self._outputs(X)
        return eta[:, 0] if self.flat_ else eta

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    flat_: bool


def numbers(y) -> np.ndarray:
    """Targets as floats; InputError where they are words."""
    try:
        return np.asarray(y, np.float64)
    except (TypeError, ValueError) as problem:
        raise InputError(f"y must hold numbers ({problem}). For classes use NeuralClassifier.") from problem
