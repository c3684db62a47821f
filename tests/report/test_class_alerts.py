"""The alerts of three classes and more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from normball.report.alerts_classes import class_imbalance_alerts, class_leak_alerts, class_missingness_alerts


def classes(rows=60, K=3):
    return np.repeat(np.arange(K), rows)


def test_a_column_that_knows_every_class_is_a_leak():
    rng, y = np.random.default_rng(0), classes()
    X = np.column_stack([rng.normal(size=len(y)), y + 0.1 * rng.normal(size=len(y)), rng.normal(size=len(y))])
    (alert,) = class_leak_alerts(X, y, ["a", "b", "c"], ["a", "b", "c"])
    assert (alert.kind, alert.severity, alert.column) == ("leak", "serious", "b")


def test_levels_of_one_category_together():
    """One 0/1 column for each class but the first: no column alone, all together; with noise, none."""
    y, rng = classes(), np.random.default_rng(1)
    X = (y[:, None] == np.array([1, 2])).astype(float)
    names = ["code=1", "code=2"]
    assert [alert.column for alert in class_leak_alerts(X, y, names, ["code", "code"])] == ["code"]
    mixed = np.where(rng.random(len(y)) < 0.2, rng.permutation(y), y)
    assert class_leak_alerts((mixed[:, None] == np.array([1, 2])).astype(float), y, names, ["code", "code"]) == []


def test_a_column_that_sets_one_class_apart_is_none():
    y, rng = classes(), np.random.default_rng(2)
    X = ((y == 0) * 10.0 + rng.normal(size=len(y)))[:, None]
    assert class_leak_alerts(X, y, ["a"], ["a"]) == []


def test_tables_that_are_small_by_luck():
    assert class_leak_alerts(np.arange(6.0)[:, None], np.array([0, 0, 1, 1, 2, 2]), ["a"], ["a"]) == []


def test_rare_classes_are_told_once():
    assert class_imbalance_alerts([0.4, 0.3, 0.3], 100, ["a", "b", "c"]) == []
    assert class_imbalance_alerts([1 / 30] * 30, 900, [f"c{k}" for k in range(30)]) == []
    (alert,) = class_imbalance_alerts([0.96, 0.01, 0.03], 1000, ["a", "b", "c"])
    assert "2 classes are rare among 1,000 rows: “b” (1.0 %), “c” (3.0 %)." in alert.sentence


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_gaps_that_tell_the_class(shift):
    """As scipy's χ² of the same table says."""
    rng, y = np.random.default_rng(3), classes(200, 4)
    flags = (rng.random(len(y)) < 0.2 + shift * (y == 2))[:, None]
    table = np.array([np.bincount(y[part], minlength=4) for part in (~flags[:, 0], flags[:, 0])])
    p = chi2_contingency(table, correction=False).pvalue
    found = class_missingness_alerts(flags, y, ["a"], list("wxyz"))
    assert bool(found) == (p < 1e-4) == (shift > 0.0)
    if found:
        share = table[1] / table[1].sum()
        assert f"“y” is {100 * share[2]:.1f} % of rows where it is missing" in found[0].sentence


def test_columns_without_gaps_or_with_nothing_else():
    y = classes()
    assert class_missingness_alerts(np.column_stack([y < 0, y >= 0]), y, ["a", "b"], list("xyz")) == []
