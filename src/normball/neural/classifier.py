"""NeuralClassifier: a network for classes with scikit-learn's names, and λ that means one thing."""

# pyright: reportMissingImports=false
from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from ..errors import InputError, TypeInputError
from ..inputs.labels import ONE_CLASS
from ..inputs.words import show
from .base import NeuralEstimator, facts
from .feed import Fold
from .settings import DEFAULT_LAM, read_plan, read_strength


class Classes(ClassifierMixin, NeuralEstimator):
    """Labels in, labels and probabilities out."""

    classes_: np.ndarray

    def decision_function(self, X):
        """η: (n_samples,) log-odds of classes_[1]; (n_samples, n_classes) scores with three classes or more."""
        eta = self._outputs(X)
        return eta[:, 0] if len(self.classes_) == 2 else eta

    def predict(self, X):
        """The most probable class of each row, (n_samples,)."""
        eta = self.decision_function(X)
        return self.classes_[(eta > 0).astype(np.intp) if eta.ndim == 1 else eta.argmax(1)]

    def predict_proba(self, X):
        """Probabilities (n_samples, n_classes) in the order of `classes_`."""
        eta = self.decision_function(X)
        return np.column_stack([expit(-eta), expit(eta)]) if eta.ndim == 1 else softmax(eta, axis=1)

    def predict_log_proba(self, X):
        """Their logarithms: finite where a probability is too small to be written."""
        eta = self.decision_function(X)
        return np.column_stack([log_expit(-eta), log_expit(eta)]) if eta.ndim == 1 else log_softmax(eta, axis=1)

    def _read(self, X, y):
        """(shadow, X, y as 0/1 floats or class numbers, classes, code); code turns more labels into such a y."""
        shadow = self._shadow()
        X, y = self._checked(X, y, shadow, numeric=False)
        try:
            check_classification_targets(y)
            classes = np.unique(y)
        except TypeError as problem:
            raise TypeInputError(f"y mixes labels that cannot be sorted: {problem}.") from problem
        except ValueError as problem:
            raise InputError(str(problem)) from problem
        if len(classes) < 2:
            raise InputError(f"{ONE_CLASS} Every label of y is {show(classes[0])}: give rows of at least two classes.")

        def code(labels):
            labels = np.asarray(labels)
            unknown = ~np.isin(labels, classes)
            if unknown.any():
                raise InputError(
                    f"dev holds the label {show(labels[unknown][0])}, which is not among the classes of y."
                )
            numbers = np.searchsorted(classes, labels)
            return numbers.astype(np.float64 if len(classes) == 2 else np.int64)

        return shadow, X, code(y), classes, code

    def _draw(self, y, share, rng):
        """Of each class its share, at least one row."""
        held = np.zeros(len(y), bool)
        for label in np.unique(y):
            rows = np.flatnonzero(y == label)
            held[rng.permutation(rows)[: min(max(round(share * len(rows)), 1), len(rows) - 1)]] = True
        return held


def head_of(classes) -> tuple[str, int]:
    """The head and its number of outputs."""
    return ("binary", 1) if len(classes) == 2 else ("softmax", len(classes))


class NeuralClassifier(Classes):
    """A network of L layers for two or more classes, with a penalty on its weight matrices.

    Minimises, with W_l the weights and ℓ the log-loss (one output for two classes, softmax for more),

        mean ℓ + λ Σ_l ( α‖W_l‖₁ + (1-α)/2 ‖W_l‖_F² ),      α = l1_ratio

    Biases are never penalised.  Without hidden layers this *is* logistic regression, trained until it is certified.

    Parameters
    ----------
    hidden : tuple of int, default=(64, 32)
        Widths of the hidden layers; () for none.
    lam : float, default=1e-4
        λ >= 0 on the *mean* loss.  torch's coupled weight_decay is the same number; MLPClassifier's alpha is
        λ · batch_size.
    lambd : float or None, default=None
        The textbook's instead, in mean ℓ + lambd/(2m) Σ‖W‖² (or lambd/m Σ‖W‖₁): λ = lambd/m, m the training rows.
    l1_ratio : float, default=0.0
        α in [0, 1]: 0 L2, 1 L1, between them the elastic net.  Zeros are exact (a proximal step).
    group : bool, default=False
        Instead of ‖W‖₁, √m Σ_j ‖column j‖₂, m the weights of a column: all that leave an input or a neuron go to zero
        together, which removes it.  Needs l1_ratio > 0 to do anything.
    max_norm : float or None, default=None
        A ball for what enters each neuron: ‖row of W_l‖₂ <= max_norm, after every step.
    activation : 'relu', 'tanh', 'logistic', 'silu' or 'gelu', default='relu'
    optimizer : 'auto', 'adam', 'sgd' or 'fista', default='auto'
        auto: Adam; without hidden layers FISTA, accelerated steps on all rows until nothing moves.
    learning_rate : float or None, default=None
        None: 1e-3 for Adam, 0.1 for SGD.
    momentum : float, default=0.9
        Of SGD; other optimisers have their own.
    epochs : int or None, default=None
        Passes over the rows at most.  None: 200; 400 for FISTA, whose epoch is 25 steps on all rows.
    batch_size : int, 'auto' or None, default='auto'
        auto: min(200, rows); None: all rows in every step.
    dev : float, tuple or None, default=None
        Rows that say when to stop: a fraction of the rows (stratified), or (X_dev, y_dev).  The weights with the
        smallest dev loss are the answer.  None: the penalised training cost says when to stop.
    patience : int or None, default=10
        Epochs without an improvement by more than `tol` after which training stops.  None: never before `epochs`.
    tol : float or None, default=None
        None: 1e-4 nats; for FISTA 1e-10, the length of a step in √nats at which it stops.
    random_state : int, RandomState or None, default=None
        Of the first weights, of the batches and of the draw of dev rows.
    dtype : 'float32', 'float64' or None, default=None
        Of the training.  None: float32, and float64 without hidden layers.
    device : str or None, default=None
        Where to train: 'cpu' (None), 'cuda', …
    progress : callable or None, default=None
        Called with a normball.Progress after an epoch, at most ten times a second.

    Attributes
    ----------
    coefs_ : list of ndarray (n_in, n_out), float64
    intercepts_ : list of ndarray (n_out,)
        Weights and biases of every layer.
    used_ : list of ndarray (n_in,) of bool
        Of every layer, whether anything leaves its inputs: used_[0] are columns of X, the others hidden neurons.
    history_ : dict of ndarray
        Along the epochs: train_loss (of the batches as they were met, without the penalty), norms ‖W_l‖_F
        (epochs, layers), and dev_loss where there are dev rows.
    certificate_ : NeuralCertificate
        What is proved: .status, .gap, .gradient_norm, .last_layer_gap, .summary().
    status_ : str
        'no duality gap' with hidden layers; else certified | uncertified | separated; or interrupted
    lambda_ : float
        λ, whichever way it was given.
    n_iter_ : int
        Epochs.
    classes_ : ndarray (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray (n_features_in_,)
        Where X had names that are all strings.

    After Ctrl-C the estimator is the best model so far (status_ 'interrupted'), and Interrupted is raised.
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
        """Train.

        Parameters
        ----------
        X : (n_samples, n_features) array or data frame, finite;  y : (n_samples,) labels of two or more classes

        Returns
        -------
        self

        Raises
        ------
        InputError : an argument that cannot be used, and why (a ValueError); an earlier fit stays whole
        StrengthConflict : both lam and lambd
        Interrupted : Ctrl-C; a KeyboardInterrupt.  This estimator then is the best model so far
        """
        shadow, X, target, classes, code = self._read(X, y)
        seed = self._seed()
        X, target, rows, dev = self._with_dev(shadow, X, target, seed, code)
        head, outputs = head_of(classes)
        plan = read_plan(self, head, X.shape[1], outputs, len(rows))
        lam = read_strength(self, len(rows))
        self._train_one(plan, X, target, Fold(rows, dev, seed), lam, facts(shadow, classes_=classes))
        return self
