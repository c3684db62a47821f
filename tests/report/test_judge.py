"""Held-out numbers are scikit-learn's, computed from log-odds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from normball.errors import InputError
from normball.report import judge
from normball.report.judge import STEPS, area_under_roc, wilson

ETA0 = -0.3


@pytest.fixture(params=["plain", "weighted", "tied", "rare"])
def case(request, rng):
    n = 700
    eta = rng.normal(0.3, 1.7, n) - (4.0 if request.param == "rare" else 0.0)
    if request.param == "tied":
        eta = np.round(eta)
    y = (rng.random(n) < expit(eta)).astype(int)
    y[:2] = 0, 1
    weight = rng.integers(0, 4, n).astype(float) if request.param == "weighted" else None
    return eta, y, weight


def test_areas_and_losses(case):
    eta, y, w = case
    p, j = expit(eta), judge(eta, y, null_eta=ETA0, weight=w)
    same = dict(sample_weight=w)
    assert j.auc == pytest.approx(metrics.roc_auc_score(y, p, **same), abs=1e-12)
    assert j.average_precision == pytest.approx(metrics.average_precision_score(y, p, **same), abs=1e-12)
    assert j.log_loss == pytest.approx(metrics.log_loss(y, p, **same), abs=1e-12)
    assert j.null_log_loss == pytest.approx(metrics.log_loss(y, np.full(len(y), expit(ETA0)), **same), abs=1e-12)
    assert j.brier == pytest.approx(metrics.brier_score_loss(y, p, **same), abs=1e-12)
    assert j.gain == pytest.approx(j.null_log_loss - j.log_loss, abs=1e-12)


def test_area_alone(case):
    eta, y, w = case
    assert area_under_roc(eta, y.astype(float), w) == pytest.approx(metrics.roc_auc_score(y, eta, sample_weight=w))


def test_confusion_at_every_threshold(case):
    eta, y, w = case
    p, j = expit(eta), judge(eta, y, null_eta=ETA0, weight=w)
    for k in (*range(0, STEPS + 1, 37), 500, STEPS):
        tn, fp, fn, tp = metrics.confusion_matrix(y, p >= k / STEPS, sample_weight=w, labels=[0, 1]).ravel()
        assert j.confusion(k) == pytest.approx((tp, fp, fn, tn), abs=1e-9)


def test_a_probability_that_is_a_threshold_counts():
    j = judge(np.zeros(4), [0, 1, 1, 1], null_eta=0.0)  # p = 0.5 exactly
    assert j.confusion(500) == (3.0, 1.0, 0.0, 0.0)
    assert j.confusion(501) == (0.0, 0.0, 3.0, 1.0)


@pytest.mark.parametrize("rows", [150, 5000])
def test_curves_lie_on_scikit_learns(rng, rows):
    """Every point kept is a point of the whole curve, the ends among them, and the area hardly changes."""
    eta = rng.normal(size=rows)
    y = (rng.random(rows) < expit(2 * eta)).astype(int)
    j = judge(eta, y, null_eta=0.0)
    fpr, tpr, _ = metrics.roc_curve(y, eta, drop_intermediate=False)
    whole = set(zip(np.round(fpr, 12), np.round(tpr, 12), strict=True))
    assert {(round(x, 12), round(t, 12)) for x, t in j.roc} <= whole
    assert j.roc[0] == (0.0, 0.0) and j.roc[-1] == (1.0, 1.0)
    assert metrics.auc(*np.transpose(j.roc)) == pytest.approx(j.auc, abs=5e-3)
    precision, recall, _ = metrics.precision_recall_curve(y, eta)
    whole = set(zip(np.round(recall, 12), np.round(precision, 12), strict=True))
    assert {(round(r, 12), round(p, 12)) for r, p in j.precision_recall} <= whole
    assert max(len(j.roc), len(j.precision_recall)) <= 203


def test_calibration_groups_are_scikit_learns(rng):
    eta = rng.normal(size=990)
    y = (rng.random(990) < expit(eta)).astype(int)
    j = judge(eta, y, null_eta=0.0)
    observed, predicted = calibration_curve(y, expit(eta), n_bins=10, strategy="quantile")
    assert [g.observed for g in j.calibration] == pytest.approx(list(observed), abs=1e-12)
    assert [g.predicted for g in j.calibration] == pytest.approx(list(predicted), abs=1e-12)
    assert sum(g.rows for g in j.calibration) == 990


@pytest.mark.parametrize(("k", "n"), [(0, 5), (3, 9), (9, 9), (40, 200)])
def test_wilson(k, n):
    theirs = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k / n, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_standard_error_is_that_of_a_mean(rng):
    """s / sqrt(n) of the losses; and it covers: over many samples, the mean loss scatters by as much as it says."""
    eta = rng.normal(size=300)
    means, errors = [], []
    for _ in range(400):
        y = rng.random(300) < expit(eta)
        j = judge(eta, y, null_eta=0.0)
        loss = -np.log(np.where(y, expit(eta), expit(-eta)))
        assert j.log_loss_se == pytest.approx(loss.std(ddof=1) / np.sqrt(300), abs=1e-12)
        means.append(j.log_loss)
        errors.append(j.log_loss_se)
    assert np.std(means) <= 1.1 * np.mean(errors)  # rows are fixed here: they can only scatter less


def test_weights_are_copies_and_zero_is_absent(rng):
    eta, y, w = rng.normal(size=60), rng.integers(0, 2, 60), rng.integers(0, 3, 60)
    a, b = judge(eta, y, null_eta=0.1, weight=w), judge(np.repeat(eta, w), np.repeat(y, w), null_eta=0.1)
    for field in ("log_loss", "brier", "auc", "average_precision", "mean_predicted", "above", "gain"):
        assert getattr(a, field) == pytest.approx(getattr(b, field), abs=1e-12)


def test_hopeless_log_odds_keep_their_loss():
    """p would round to 1: the loss is 800 nats, not infinite."""
    j = judge([800.0, -1.0], [0, 1], null_eta=0.0)
    assert j.log_loss == pytest.approx((800.0 + np.log1p(np.e)) / 2)


def test_one_class_has_no_curves():
    j = judge([0.2, -0.1], [1, 1], null_eta=0.0)
    assert j.auc is None and j.average_precision is None and j.roc == ()
    assert j.confusion(0) == (2.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("eta", "y", "weight"),
    [
        ([], [], None),
        ([1.0], [1, 0], None),
        ([np.nan, 0.0], [0, 1], None),
        ([1.0, 0.0], [2, 1], None),
        ([1.0, 0.0], [0, 1], [-1.0, 1.0]),
        ([1.0, 0.0], [0, 1], [0.0, 0.0]),
    ],
)
def test_refuses(eta, y, weight):
    with pytest.raises(InputError, match="judge"):
        judge(eta, y, null_eta=0.0, weight=weight)
