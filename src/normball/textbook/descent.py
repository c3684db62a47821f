"""Logistic regression by gradient descent, as the course writes it, with a record of every step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import inputs
from ..errors import InputError
from ..inputs.labels import label_array
from ..inputs.values import read_number
from ..inputs.words import show
from .formulas import decay_factor, mean_loss, safe_learning_rate, shrink, sigmoid
from .gap import certified_gap


class Step(NamedTuple):
    """The iterate after `iteration` steps; 0 is the start, all zeros."""

    iteration: int
    cost: float  # mean loss + penalty, nats per row
    norm: float  # ‖w‖₂, without the bias
    decay: float  # 1 - αλ/m
    gap: float  # cost - smallest cost <= gap
    dev_loss: float  # mean loss of the dev rows; nan without any


class GradientDescent:
    """Two classes, mean log-loss, penalty λ/(2m) ‖w‖² + λ₁/m ‖w‖₁, one full (proximal) gradient step per iteration:

        z = Xw + b,  a = σ(z)
        J = -(1/m) Σ [y log a + (1-y) log(1-a)] + λ/(2m) ‖w‖² + λ₁/m ‖w‖₁
        dw = (1/m) Xᵀ(a - y) + λ/m w,   db = (1/m) Σ (a - y)
        w ← prox(w - α dw) = (1 - αλ/m) w - (α/m) Xᵀ(a - y), then each |w_j| less αλ₁/m;   b ← b - α db

    Parameters
    ----------
    learning_rate : α > 0;  iterations : steps at most
    lambd, l1 : λ >= 0 and λ₁ >= 0 of the formulas above (m = number of rows; normball's own λ is (λ + λ₁)/m)
    tol : stop where the certified gap is at most tol × the loss of the model without weights; 0: run all iterations
    penalise_bias : b gets the same penalty as the weights (the course leaves it free)
    dev : None, or (X_dev, y_dev): after `patience` steps without a smaller mean loss of these rows the run stops, and
        the best iterate is kept

    Attributes after fit
    --------------------
    coef_ (1, p), intercept_ (1,), classes_ (2,) (None for soft labels), n_iter_, best_iteration_ (n_iter_ without dev),
    history_ : list of Step, n_iter_ + 1 long.  `lam`, `l1_ratio`: the strength in normball's words, so that
    `normball.audit(model, X, y)` works

    Raises
    ------
    InputError : an argument that cannot be used; a step that raises the cost, with the learning rate that cannot

    That the iterations ended before `tol` is no warning here: `history_[-1].gap` and `summary()` say how far it came.
    Laws: tests/textbook/test_descent.py
    """

    def __init__(
        self, learning_rate=0.1, iterations=1000, lambd=0.0, l1=0.0, tol=1e-8, penalise_bias=False, dev=None,
        patience=10,
    ):  # fmt: skip
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.lambd = lambd
        self.l1 = l1
        self.tol = tol
        self.penalise_bias = penalise_bias
        self.dev = dev
        self.patience = patience

    def fit(self, X, y) -> GradientDescent:
        """X (m, p) dense, y (m,) two classes or soft labels."""
        data = inputs.read_inputs(X, y)
        X, y = _dense(data.X, data.names), data.y  # (m, p), (m,)
        m, p = X.shape
        alpha, lambd, l1 = self._numbers()
        bias = lambd if self.penalise_bias else 0.0  # λ of the bias
        bias_l1 = l1 if self.penalise_bias else 0.0
        X_dev, y_dev = _dev_rows(self.dev, data, p)
        enough = self.tol * _null_loss(y, self.penalise_bias)
        w, b = np.zeros(p), 0.0  # (p,)
        history, best = [], (np.inf, 0, w, b)
        for k in range(self.iterations + 1):
            z = X @ w + b  # (m,)
            a = sigmoid(z)  # (m,)
            with np.errstate(over="ignore"):  # an infinite cost is refused below
                squares = lambd * (w @ w) + bias * b * b
            cost = float(mean_loss(z, y) + squares / (2 * m) + (l1 * np.abs(w).sum() + bias_l1 * abs(b)) / m)
            dev_loss = mean_loss(X_dev @ w + b, y_dev) if X_dev is not None else np.nan
            if history and not cost <= history[-1].cost + 1e-12 * max(1.0, history[-1].cost):
                raise _diverges(k, alpha, history[-1].cost, cost, safe_learning_rate(X, lambd))
            gap = certified_gap(X, y, w, b, z, a, l1 / m, lambd / m, self.penalise_bias)
            history.append(Step(k, cost, float(np.linalg.norm(w)), decay_factor(alpha, lambd, m), gap, dev_loss))
            if X_dev is None or dev_loss < best[0]:
                best = (dev_loss, k, w, b)
            if k == self.iterations or gap <= enough or k - best[1] >= self.patience:
                break
            dw = X.T @ (a - y) / m + lambd / m * w  # (p,)
            db = np.mean(a - y) + bias / m * b
            w = shrink(w - alpha * dw, alpha * l1 / m)  # (p,)
            b = float(shrink(b - alpha * db, alpha * bias_l1 / m))
        self._m, self._names = m, data.names
        self.classes_, self.history_, self.n_iter_ = data.classes, history, len(history) - 1
        self.best_iteration_, self.coef_, self.intercept_ = best[1], best[2][None, :], np.array([best[3]])
        return self

    @property
    def lam(self) -> float:
        """The strength in normball's words, (λ + λ₁)/m; there is none for a penalised bias."""
        if self.penalise_bias or not hasattr(self, "_m"):
            raise AttributeError("lam exists after fit, and for a free bias")
        return (self.lambd + self.l1) / self._m

    @property
    def l1_ratio(self) -> float:
        """λ₁ ÷ (λ + λ₁)."""
        return self.l1 / (self.lambd + self.l1) if self.lambd + self.l1 > 0.0 else 0.0

    def decision_function(self, X) -> np.ndarray:
        """z = Xw + b, (n,): log-odds of the second class."""
        if not hasattr(self, "coef_"):
            raise InputError("This GradientDescent is not fitted: it has no coef_. Call its fit first.")
        X = _dense(inputs.align(X, self._names, width=self.coef_.shape[1]), self._names)
        return X @ self.coef_[0] + self.intercept_[0]  # (n,)

    def predict_proba(self, X) -> np.ndarray:
        """(n, 2) probabilities in the order of `classes_`."""
        z = self.decision_function(X)  # (n,)
        return np.column_stack([sigmoid(-z), sigmoid(z)])  # (n, 2)

    def predict(self, X) -> np.ndarray:
        """(n,) the more probable class; 0/1 for soft labels."""
        likely = (self.decision_function(X) > 0.0).astype(int)  # (n,)
        return likely if self.classes_ is None else self.classes_[likely]

    def summary(self) -> str:
        """How far it came, in words."""
        last, kept = self.history_[-1], self.history_[self.best_iteration_]
        words = (
            f"{self.n_iter_} steps: cost {last.cost:.6g}, at most {last.gap:.2g} above its minimum; "
            f"‖w‖ = {last.norm:.6g}; each step multiplied w by {last.decay:.10g} before it moved along the data."
        )
        if self.dev is None:
            return words
        return f"{words} Kept: the iterate after step {kept.iteration}, mean loss {kept.dev_loss:.6g} on the dev rows."

    def _numbers(self) -> tuple[float, float, float]:
        """α, λ, λ₁; every other number checked."""
        whole = "a whole number of at least"
        alpha = read_number(self.learning_rate, "learning_rate", "a finite number > 0", lambda v: 0.0 < v < np.inf)
        read_number(self.iterations, "iterations", f"{whole} 0", lambda v: v >= 0 and v == int(v))
        read_number(self.patience, "patience", f"{whole} 1", lambda v: v >= 1 and v == int(v))
        read_number(self.tol, "tol", "a finite number >= 0", lambda v: 0.0 <= v < np.inf)
        inputs.read_flag(self.penalise_bias, "penalise_bias")
        sizes = [
            read_number(value, name, "a finite number >= 0", lambda v: 0.0 <= v < np.inf)
            for value, name in ((self.lambd, "lambd"), (self.l1, "l1"))
        ]
        return alpha, sizes[0], sizes[1]


def _dense(X, names) -> np.ndarray:
    """X (m, p) as finite float64."""
    if not isinstance(X, np.ndarray):
        raise InputError("X is sparse, and the textbook is plain numpy. Pass X.toarray(), or use normball.solve.")
    inputs.check_finite(X, names)
    return X.astype(np.float64)


def _null_loss(y, penalise_bias: bool) -> float:
    """The loss of the model without weights: of the best bias alone, or of η = 0 where the bias is a weight too."""
    share = float(np.mean(y))
    return float(np.log(2.0)) if penalise_bias else mean_loss(np.log(share / (1.0 - share)), share)


def _dev_rows(dev, data: inputs.Inputs, p: int):
    """X_dev (n, p), y_dev (n,) in [0, 1]; or None twice."""
    if dev is None:
        return None, None
    if not isinstance(dev, (tuple, list)) or len(dev) != 2:
        raise InputError("dev must be None or a pair (X_dev, y_dev): rows that judge and are not trained on.")
    X, labels = _dense(inputs.align(dev[0], data.names, width=p), data.names), label_array(dev[1])
    if len(labels) != len(X):
        raise InputError(f"dev holds {len(X)} rows and {len(labels)} labels: give one label for each row.")
    if data.classes is None:
        y = labels.astype(float)
        strange = labels[~((y >= 0.0) & (y <= 1.0))]
    else:
        y = (labels == data.classes[1]).astype(float)
        strange = labels[~np.isin(labels, data.classes)]
    if len(strange):
        raise InputError(f"dev holds the label {show(strange[0])}, which the training rows do not allow.")
    return X, y


def _diverges(k: int, alpha: float, before: float, after: float, safe: float) -> InputError:
    return InputError(
        f"Step {k} with learning_rate={alpha:g} raised the cost from {before:.6g} to {after:.6g}: it jumps over the "
        f"minimum instead of descending. On these data any learning_rate below 2/L = {safe:.4g} cannot raise the cost; "
        "use a smaller one, or standardise the columns, which makes 2/L larger where their units differ."
    )
