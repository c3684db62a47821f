"""The L-layer net of the course: ReLU inside, a sigmoid at the end, L2 ("Frobenius") on the weights, plain descent."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .. import inputs
from ..errors import InputError
from ..inputs.values import read_number
from ..inputs.words import show
from .descent import _dense
from .formulas import mean_loss, sigmoid


class Layer(NamedTuple):
    """One layer, or the gradient of one: Z = W A + b, columns are examples."""

    W: np.ndarray  # (n_l, n_{l-1})
    b: np.ndarray  # (n_l, 1)


class Network:
    """X → [W, b, ReLU] for each hidden layer → W, b, sigmoid; mean binary cross-entropy + λ/(2m) Σ_l ‖W_l‖_F².

    Parameters
    ----------
    hidden : widths of the hidden layers; () is logistic regression
    learning_rate : α > 0;  iterations : full-batch steps;  lambd : λ >= 0;  random_state : seed of the He start

    Attributes after fit
    --------------------
    layers_ : list of Layer;  history_ : (iterations + 1,) the cost before each step and at the end;  classes_ (2,)

    A net has no certificate: its cost is not convex.  `check_gradient` and tests/textbook hold its gradient.
    """

    def __init__(self, hidden=(20, 7, 5), learning_rate=0.1, iterations=1000, lambd=0.0, random_state=0):
        self.hidden = hidden
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.lambd = lambd
        self.random_state = random_state

    def start(self, p: int) -> list[Layer]:
        """He's start: W ~ N(0, 2/n_{l-1}), b = 0, for p features."""
        rng = np.random.default_rng(self.random_state)
        sizes = [p, *self.hidden, 1]
        return [
            Layer(rng.standard_normal((to, came)) * np.sqrt(2.0 / came), np.zeros((to, 1)))  # (n_l, n_{l-1}), (n_l, 1)
            for came, to in pairwise(sizes)
        ]

    def forward(self, layers, A) -> tuple[list[np.ndarray], np.ndarray]:
        """Activations that enter each layer, A_0 (p, m) … A_{L-1} (n_{L-1}, m); and the last Z (1, m)."""
        entering = []
        for W, b in layers:
            entering.append(A)
            Z = W @ A + b  # (n_l, m)
            A = np.maximum(Z, 0.0)  # (n_l, m)
        return entering, Z

    def cost(self, layers, A, Y) -> float:
        """(1/m) Σ -[y log a + (1-y) log(1-a)] + λ/(2m) Σ ‖W_l‖_F²;  A (p, m), Y (1, m)."""
        Z = self.forward(layers, A)[1]  # (1, m)
        return mean_loss(Z, Y) + self.lambd / (2 * Y.size) * sum(float(np.sum(W * W)) for W, _ in layers)

    def backward(self, layers, A, Y) -> list[Layer]:
        """dJ/dW_l, dJ/db_l for every layer, from the last to the first, given in the order of `layers`."""
        m = Y.size
        entering, Z = self.forward(layers, A)
        dZ = sigmoid(Z) - Y  # (1, m)
        grads = []
        for (W, _), A_before in zip(reversed(layers), reversed(entering), strict=True):
            dW = dZ @ A_before.T / m + self.lambd / m * W  # (n_l, n_{l-1})
            db = dZ.sum(axis=1, keepdims=True) / m  # (n_l, 1)
            grads.append(Layer(dW, db))
            dZ = (W.T @ dZ) * (A_before > 0.0)  # (n_{l-1}, m); of no use once A_before is the data
        return grads[::-1]

    def fit(self, X, y) -> Network:
        """X (m, p) dense, y (m,) two classes."""
        alpha = self._read()
        data = inputs.read_inputs(X, y)
        A, Y = _dense(data.X, data.names).T, data.y[None, :]  # (p, m), (1, m)
        layers, history = self.start(len(A)), []
        for k in range(self.iterations + 1):
            with np.errstate(over="ignore", invalid="ignore"):  # the sentence below says it better
                history.append(self.cost(layers, A, Y))
            if not np.isfinite(history[-1]):
                raise InputError(
                    f"After {k} steps with learning_rate={alpha:g} the cost is {history[-1]}: the steps are too long "
                    "for this net. Divide learning_rate by 3 until the cost falls, and standardise the columns."
                )
            if k < self.iterations:
                grads = self.backward(layers, A, Y)
                layers = [Layer(W - alpha * dW, b - alpha * db) for (W, b), (dW, db) in zip(layers, grads, strict=True)]
        self.layers_, self.history_, self.classes_, self._names = layers, np.array(history), data.classes, data.names
        return self

    def _read(self) -> float:
        """α; every other number checked."""
        whole = "a whole number of at least"
        if not isinstance(self.hidden, (tuple, list)):
            raise InputError(
                f"hidden={show(self.hidden)} must be a tuple of widths, such as (8, 4); () for no hidden layer."
            )
        for width in self.hidden:
            read_number(width, "hidden holds a width, which", f"{whole} 1", lambda v: v >= 1 and v == int(v))
        read_number(self.iterations, "iterations", f"{whole} 0", lambda v: v >= 0 and v == int(v))
        read_number(self.lambd, "lambd", "a finite number >= 0", lambda v: 0.0 <= v < np.inf)
        return read_number(self.learning_rate, "learning_rate", "a finite number > 0", lambda v: 0.0 < v < np.inf)

    def decision_function(self, X) -> np.ndarray:
        """The last Z, (n,): log-odds of the second class."""
        if not hasattr(self, "layers_"):
            raise InputError("This Network is not fitted: it has no layers_. Call its fit first.")
        X = _dense(inputs.align(X, self._names, width=self.layers_[0].W.shape[1]), self._names)
        return self.forward(self.layers_, X.T)[1][0]  # (n,)

    def predict_proba(self, X) -> np.ndarray:
        """(n, 2) probabilities in the order of `classes_`."""
        z = self.decision_function(X)  # (n,)
        return np.column_stack([sigmoid(-z), sigmoid(z)])  # (n, 2)

    def predict(self, X) -> np.ndarray:
        """(n,) the more probable class; 0/1 for soft labels."""
        likely = (self.decision_function(X) > 0.0).astype(int)  # (n,)
        return likely if self.classes_ is None else self.classes_[likely]


def flat(layers) -> np.ndarray:
    """All W and b, one after the other, as one vector: what `check_gradient` moves."""
    return np.concatenate([part.ravel() for layer in layers for part in layer])


def shaped(vector, like) -> list[Layer]:
    """The way back: `vector` cut into layers of the shapes of `like`."""
    parts, at = [], 0
    for layer in like:
        W, b = (
            vector[at + lo : at + hi] for lo, hi in ((0, layer.W.size), (layer.W.size, layer.W.size + layer.b.size))
        )
        parts.append(Layer(W.reshape(layer.W.shape), b.reshape(layer.b.shape)))
        at += layer.W.size + layer.b.size
    return parts
