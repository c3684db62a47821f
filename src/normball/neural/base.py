"""What the neural estimators share: reading the data, training, predicting, and attributes that change at once."""

# pyright: reportMissingImports=false
from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import ConvergenceWarning, InputError, Interrupted, TypeInputError
from ..inputs.values import read_number
from ..runtime import Watch
from .certificate import NeuralCertificate, certify
from .feed import Fold
from .network import Network
from .settings import Plan
from .train import Member, Trained, train

ROWS = 1 << 16  # predicted at a time


class NeuralEstimator(BaseEstimator):
    """A network with coefs_, intercepts_ of every layer; the arguments that all neural estimators have."""

    hidden: Any
    activation: str
    dev: Any
    random_state: Any
    progress: Any
    coefs_: list[np.ndarray]
    intercepts_: list[np.ndarray]
    history_: dict[str, np.ndarray]
    certificate_: NeuralCertificate
    status_: str
    lambda_: float
    n_iter_: int
    n_features_in_: int
    used_: list[np.ndarray]

    def save(self, path, *, force: bool = False) -> None:
        """Write the fitted model: safetensors for the arrays, JSON for the rest; `normball.neural.load` reads it."""
        from .saving import save

        save(self, path, force=force)

    # ---- data -------------------------------------------------------------------------------------------------------

    def _shadow(self):
        """An estimator with the same arguments, to read data with: this one stays whole if that fails."""
        return type(self)(**self.get_params(deep=False))

    def _checked(self, X, y, shadow, numeric: bool) -> tuple[np.ndarray, np.ndarray]:
        """X (n, p) and y as arrays, finite; InputError with scikit-learn's sentence otherwise."""
        try:
            return validate_data(  # pyright: ignore[reportReturnType]
                shadow, X, y, dtype=[np.float64, np.float32], multi_output=numeric, y_numeric=numeric
            )
        except TypeError as problem:
            raise TypeInputError(str(problem)) from problem
        except ValueError as problem:
            raise InputError(str(problem)) from problem

    def _again(self, X, model=None) -> np.ndarray:
        """X for a fitted model: the same columns."""
        try:
            return validate_data(model or self, X, dtype=[np.float64, np.float32], reset=False)  # pyright: ignore
        except TypeError as problem:
            raise TypeInputError(str(problem)) from problem
        except ValueError as problem:
            raise InputError(str(problem)) from problem

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _with_dev(self, shadow, X, y, seed: int, code) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
        """(X, y, training rows, dev rows): a share of the rows, or rows of their own below the others.

        code : labels -> the y that the head wants
        """
        rows = np.arange(len(X))
        if self.dev is None:
            return X, y, rows, None
        if isinstance(self.dev, (tuple, list)):
            if len(self.dev) != 2:
                raise InputError(f"dev holds {len(self.dev)} things, but must be a fraction, (X_dev, y_dev) or None.")
            X_dev, y_dev = self._again(self.dev[0], shadow), np.asarray(self.dev[1])
            if len(X_dev) != len(y_dev):
                raise InputError(f"dev holds {len(X_dev)} rows and {len(y_dev)} labels: give one label for each row.")
            y_dev = code(y_dev)
            return np.vstack([X, X_dev]), np.concatenate([y, y_dev]), rows, len(X) + np.arange(len(X_dev))
        share = read_number(self.dev, "dev", "a fraction between 0 and 1, or (X_dev, y_dev)", lambda v: 0.0 < v < 1.0)
        held = self._draw(y, share, np.random.default_rng([seed, 2]))
        if not held.any() or held.all():
            raise InputError(
                f"dev={share:g} of {len(X)} rows leaves none on one side. Give (X_dev, y_dev), or more rows."
            )
        return X, y, rows[~held], rows[held]

    def _draw(self, y, share: float, rng: np.random.Generator) -> np.ndarray:
        """Dev rows (n,) bool."""
        held = np.zeros(len(y), bool)
        held[rng.permutation(len(y))[: round(share * len(y))]] = True
        return held

    # ---- training ---------------------------------------------------------------------------------------------------

    def _train_one(self, plan: Plan, X, y, fold: Fold, lam: float, told: dict) -> None:
        """Train one model and become it.  After Ctrl-C: become the best so far, then raise Interrupted."""
        (trained,), stopped = train(plan, X, y, [fold], [Member(lam, 0)], self._watch())
        self._become(plan, trained, X, y, fold, lam, told, stopped)

    def _watch(self) -> Watch:
        if not (self.progress is None or callable(self.progress)):
            raise InputError(f"progress={self.progress!r} must be a callable, which is told how far the training is.")
        watch = Watch(None, None, self.progress)
        watch.stage = "fit"
        return watch

    def _become(self, plan: Plan, trained: Trained, X, y, fold: Fold, lam: float, told: dict, stopped: bool) -> None:
        if not trained.coefs:  # only Ctrl-C in the first epoch leaves nothing
            raise Interrupted(None)
        proof = certify(plan, trained, X[fold.rows], y[fold.rows], lam, stopped)
        fitted = told | dict(
            coefs_=trained.coefs, intercepts_=trained.intercepts, history_=trained.history, n_iter_=trained.epochs,
            lambda_=lam, certificate_=proof, status_=proof.status,
            used_=[np.any(coef != 0.0, axis=1) for coef in trained.coefs],
        )  # fmt: skip
        kept = {name: value for name, value in vars(self).items() if not name.endswith("_") or name.endswith("__")}
        self.__dict__ = kept | fitted  # at once: a Ctrl-C falls before or behind it, never into it
        if stopped:
            stop = Interrupted(self)
            stop.solution = self
            raise stop
        if trained.reason == "diverged":
            warnings.warn(
                f"The penalised cost became infinite after {trained.epochs} epochs; the last finite weights are kept. "
                "Use a smaller learning_rate, or standardise the columns of X.",
                ConvergenceWarning,
                stacklevel=4,
            )
        elif proof.status in ("uncertified", "separated"):
            warnings.warn(proof.summary(), ConvergenceWarning, stacklevel=4)

    # ---- predicting -------------------------------------------------------------------------------------------------

    def _outputs(self, X) -> np.ndarray:
        """η (n, K), float64 on the CPU."""
        check_is_fitted(self)
        X = self._again(X)
        widths = (self.coefs_[0].shape[0], *(coef.shape[1] for coef in self.coefs_))
        network = Network(widths, self.activation, torch.float64).put(self.coefs_, self.intercepts_)
        with torch.no_grad():
            parts = [
                network(torch.from_numpy(np.array(X[lo : lo + ROWS], np.float64))).numpy()
                for lo in range(0, len(X), ROWS)
            ]
        return np.concatenate(parts) if parts else np.zeros((0, widths[-1]))


def facts(shadow, **more) -> dict:
    """What reading the data told of X, as attributes."""
    names = ("n_features_in_", "feature_names_in_")
    return {name: getattr(shadow, name) for name in names if hasattr(shadow, name)} | more
