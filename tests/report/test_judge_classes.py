"""Numbers on held-out rows of three classes and more, against scikit-learn's metrics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import confusion_matrix, log_loss, precision_score, recall_score, roc_auc_score

from normball.errors import InputError
from normball.report import judge_classes
from report.class_sample import class_outcomes


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("K", [3, 7])
def test_scikit_learn_says_the_same(K, weighted):
    eta, y = class_outcomes(K)
    w = np.random.default_rng(0).uniform(0.5, 3.0, len(y)) if weighted else np.ones(len(y))
    j, p, called = judge_classes(eta, y, null_eta=np.zeros(K), weight=w), softmax(eta, axis=1), eta.argmax(1)
    close = lambda value: pytest.approx(value, rel=1e-11)
    assert j.log_loss == close(log_loss(y, p, sample_weight=w))
    assert j.null_log_loss == close(np.log(K))
    assert j.auc == close(np.mean([roc_auc_score(y == k, p[:, k], sample_weight=w) for k in range(K)]))
    assert np.array(j.confusion) == close(confusion_matrix(y, called, sample_weight=w))
    asked = dict(average=None, sample_weight=w, zero_division=0.0)
    assert [one.precision or 0.0 for one in j.classes] == close(precision_score(y, called, **asked))
    assert [one.recall for one in j.classes] == close(recall_score(y, called, **asked))
    assert j.error == close(np.average(called != y, weights=w))
    assert j.brier == close(np.average(((p - np.eye(K)[y]) ** 2).sum(1), weights=w))
    assert [one.predicted for one in j.classes] == close(np.average(p, axis=0, weights=w))
    assert sum(one.share for one in j.classes) == close(1.0)
    assert j.null_error == close(1.0 - max(one.share for one in j.classes))
    assert sum(v for _, _, v in j.confused) == close(j.error * w.sum())


def test_of_whole_weights_rows_can_be_repeated():
    eta, y = class_outcomes(4, 80)
    w = np.random.default_rng(1).integers(0, 4, len(y))
    one, other = (
        judge_classes(eta, y, null_eta=np.zeros(4), weight=w.astype(float)),
        judge_classes(np.repeat(eta, w, axis=0), np.repeat(y, w), null_eta=np.zeros(4)),
    )
    for name in ("log_loss", "null_log_loss", "gain", "brier", "error", "auc", "null_error"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)
    assert np.allclose(one.confusion, other.confusion, rtol=1e-12)


def test_a_constant_in_a_row_changes_nothing_and_losses_keep_their_digits():
    eta, y = class_outcomes(3)
    one = judge_classes(eta, y, null_eta=np.zeros(3))
    other = judge_classes(eta + 700.0 * np.arange(len(y))[:, None], y, null_eta=np.full(3, 5.0))
    assert other.log_loss == pytest.approx(one.log_loss, rel=1e-9)
    assert other.confusion == one.confusion
    sure = judge_classes(np.array([[80.0, 0.0, 0.0]]), np.array([0]), null_eta=np.zeros(3))
    assert sure.log_loss == pytest.approx(2.0 * np.exp(-80.0), rel=1e-12)
    wrong = judge_classes(np.array([[5000.0, 0.0, 0.0]]), np.array([1]), null_eta=np.zeros(3))
    assert wrong.log_loss == pytest.approx(5000.0, rel=1e-12)


def test_a_class_that_was_not_held_out():
    eta, y = class_outcomes(3)
    kept = y != 1
    j = judge_classes(eta[kept], y[kept], null_eta=np.zeros(3))
    assert j.auc is None and j.classes[1].auc is None and j.classes[1].recall is None
    assert j.classes[1].weight == 0.0 and j.classes[0].auc is not None


@pytest.mark.parametrize(
    "wrong",
    [
        dict(eta=np.zeros(3)), dict(eta=np.zeros((0, 3)), y=np.zeros(0, int)), dict(y=np.array([0, 1])),
        dict(y=np.array([0, 1, 3])), dict(y=np.array([0, 1, -1])), dict(y=np.array([0, 1, 0.5])),
        dict(eta=np.full((3, 3), np.nan)), dict(null_eta=np.array([0.0, 0.0, -np.inf])), dict(null_eta=np.zeros(2)),
        dict(weight=np.zeros(3)), dict(weight=np.array([1.0, -1.0, 1.0])), dict(weight=np.ones(2)),
    ],
)  # fmt: skip
def test_what_cannot_be_judged(wrong):
    given = {"eta": np.zeros((3, 3)), "y": np.array([0, 1, 2]), "null_eta": np.zeros(3), **wrong}
    with pytest.raises(InputError, match="judge_classes"):
        judge_classes(given.pop("eta"), given.pop("y"), **given)
