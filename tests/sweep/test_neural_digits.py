"""scikit-learn's digits: as good as MLPClassifier at the matching alpha, and how much time lockstep saves."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

from normball.neural import NeuralClassifier  # noqa: E402
from normball.neural.feed import Fold  # noqa: E402
from normball.neural.settings import read_plan  # noqa: E402
from normball.neural.train import Member, train  # noqa: E402
from normball.runtime import Watch  # noqa: E402

BATCH, LAM = 64, 1e-3


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X / 16.0, y


def test_not_worse_than_mlp_classifier(digits):
    """Mean held-out log-loss over ten seeds, to within one standard error; alpha = λ · batch size (strength.md)."""
    X, y = digits
    ours, theirs = [], []
    for seed in range(10):
        X_in, X_out, y_in, y_out = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
        shape = dict(batch_size=BATCH, random_state=seed)
        one = NeuralClassifier((64, 32), lam=LAM, epochs=60, patience=None, **shape).fit(X_in, y_in)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # sixty epochs are sixty epochs
            other = MLPClassifier((64, 32), alpha=LAM * BATCH, max_iter=60, n_iter_no_change=60, **shape)
            other.fit(X_in, y_in)
        ours.append(log_loss(y_out, one.predict_proba(X_out)))
        theirs.append(log_loss(y_out, other.predict_proba(X_out)))
    difference = np.array(ours) - theirs
    said = f"log-loss {np.mean(ours):.4f} against {np.mean(theirs):.4f}, difference {difference.mean():+.4f}"
    print(f"{said} with a standard error of {difference.std(ddof=1) / 10**0.5:.4f}")
    assert np.mean(ours) <= np.mean(theirs) + np.std(theirs, ddof=1) / 10**0.5


def test_lockstep_saves_time(digits):
    """Ten λ in five folds: the stack of fifty against fifty stacks of one, same loop, same threads, same losses."""
    X, y = digits
    model = NeuralClassifier((64, 32), batch_size=32, epochs=3, patience=None)
    plan = read_plan(model, "softmax", 64, 10, len(X))
    folds = [Fold(inside, None, 0) for inside, _ in StratifiedKFold(5).split(X, y)]
    members = [Member(lam, f) for f in range(5) for lam in np.logspace(0, -6, 10)]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        train(plan, X, y, folds, members[:2], Watch())  # warm
        began = time.perf_counter()
        together, _ = train(plan, X, y, folds, members, Watch())
        middle = time.perf_counter()
        alone = [train(plan, X, y, folds, [member], Watch())[0][0] for member in members]
        ended = time.perf_counter()
    finally:
        torch.set_num_threads(threads)
    ratio = (ended - middle) / (middle - began)
    print(f"together {middle - began:.2f} s, alone {ended - middle:.2f} s: {ratio:.1f} times")
    for one, other in zip(together, alone, strict=True):
        assert one.history["train_loss"] == pytest.approx(other.history["train_loss"], abs=1e-4)
    assert ratio >= 3.0
