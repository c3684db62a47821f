"""Alerts speak when they should, and are silent when they should be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score

from normball.report import alerts
from normball.report.alerts import Alert


def test_no_leak_in_breast_cancer():
    data = load_breast_cancer()
    assert alerts.leak_alerts(data.data, data.target, data.feature_names, data.feature_names) == []


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_leak_is_named_and_nothing_else(rng, sign):
    """A copy of the target with a little noise; beside it, columns that are merely good."""
    y = rng.integers(0, 2, 400)
    good, leak = y + rng.normal(0, 0.7, 400), sign * (y + rng.normal(0, 0.2, 400))
    X = np.column_stack([good, leak, rng.normal(size=400)])
    assert roc_auc_score(y, good) < 0.99 < roc_auc_score(y, sign * leak)
    found = alerts.leak_alerts(X, y, ["good", "after", "noise"], ["good", "after", "noise"])
    assert [(a.kind, a.severity, a.column) for a in found] == [("leak", "serious", "after")]
    assert "drop it" in found[0].sentence


def test_levels_of_one_column_leak_together(rng):
    """No level alone decides, all together do; the same columns from several sources are no leak of one."""
    code = rng.integers(0, 10, 600)
    y = code % 2
    X = (code[:, None] == np.arange(1, 10)).astype(float)
    names = [f"code={k}" for k in range(1, 10)]
    assert max(roc_auc_score(y, X[:, j]) for j in range(9)) < 0.99
    assert [a.column for a in alerts.leak_alerts(X, y, names, ["code"] * 9)] == ["code"]
    assert alerts.leak_alerts(X, y, names, names) == []


def test_area_of_a_bit_is_scikit_learns(rng):
    for rate in (0.01, 0.3, 0.9):
        bit, y = (rng.random(300) < rate).astype(float), rng.integers(0, 2, 300)
        assert alerts._auc_of_bit(bit, y.astype(float)) == pytest.approx(roc_auc_score(y, bit), abs=1e-12)


def test_perfect_order_by_luck_is_no_leak(rng):
    """Five rows and a thousand columns: one of them is perfect, by luck.  Two hundred rows: not by luck."""
    y = np.array([0, 0, 1, 1, 1])
    X = rng.normal(size=(5, 1000))
    names = [str(j) for j in range(1000)]
    assert max(roc_auc_score(y, x) for x in X.T) == 1.0
    assert alerts.leak_alerts(X, y, names, names) == []
    y = np.repeat([0, 1], 100)
    assert len(alerts.leak_alerts(y[:, None] * 2.0, y, ["a"], ["a"])) == 1
    assert alerts.leak_alerts(np.ones((4, 1)), np.ones(4), ["a"], ["a"]) == []


def test_missingness_is_pearsons_test(rng):
    for shift in (0.0, 0.05, 0.15, 0.4):
        y = rng.integers(0, 2, 500)
        absent = rng.random(500) < 0.3 + shift * y
        counts = [[np.sum((absent == a) & (y == b)) for b in (0, 1)] for a in (0, 1)]
        theirs = chi2_contingency(counts, correction=False).pvalue
        assert alerts._chi_square_p(absent, y.astype(float)) == pytest.approx(theirs, rel=1e-9)


def test_missingness_needs_evidence_and_a_difference(rng):
    y = np.repeat([0, 1], 50_000)
    telling = rng.random(100_000) < np.where(y, 0.4, 0.2)
    slight = rng.random(100_000) < np.where(y, 0.11, 0.10)  # p-value tiny, rates of the target hardly differ
    none, always = np.zeros(100_000, bool), np.ones(100_000, bool)
    flags = np.column_stack([telling, slight, none, always])
    assert alerts._chi_square_p(slight, y.astype(float)) < 1e-4
    assert [a.column for a in alerts.missingness_alerts(flags, y, ["a", "b", "c", "d"])] == ["a"]
    few = slice(49_995, 50_005)
    assert alerts.missingness_alerts(flags[few], y[few], ["a", "b", "c", "d"]) == []


def test_missingness_of_a_rare_class(rng):
    """1 % against 3 %: two points, but three times as often."""
    absent = np.repeat([True, False], 50_000)
    y = (rng.random(100_000) < np.where(absent, 0.03, 0.01)).astype(int)
    assert len(alerts.missingness_alerts(absent[:, None], y, ["a"])) == 1


def test_duplicates_across_the_split(rng):
    X = rng.normal(size=(300, 3))
    X[250], X[260] = X[3], X[3]
    X[0], X[299] = (0.0, 1.0, 2.0), (-0.0, 1.0, 2.0)  # equal numbers, other bits
    words = np.array(["a", "b"] * 150, dtype=object)
    words[[250, 260]] = words[3]
    words[[0, 299]] = "c"
    hashes = alerts.row_hashes(X, words)
    (found,) = alerts.duplicate_alerts(hashes[:200], hashes[200:])
    assert found.sentence.startswith("3 held-out rows of 100")
    words[299] = "d"
    hashes = alerts.row_hashes(X, words)
    assert alerts.duplicate_alerts(hashes[:200], hashes[200:])[0].sentence.startswith("2 held-out rows")
    assert alerts.duplicate_alerts(hashes[4:200], hashes[200:]) == []


def test_cells_do_not_run_together():
    """("ab", "c") is not ("a", "bc")."""
    one = alerts.row_hashes(np.array([["ab", "c"]]))
    other = alerts.row_hashes(np.array([["a", "bc"]]))
    assert one != other
    assert alerts.row_hashes(np.array(["x\ud800"], dtype=object)).dtype == np.uint64


@pytest.mark.parametrize(("rate", "heard"), [(0.0499, 1), (0.05, 0), (0.5, 0), (0.95, 0), (0.951, 1)])
def test_imbalance(rate, heard):
    assert len(alerts.imbalance_alerts(rate, 1000, "yes")) == heard


def test_proofs():
    assert alerts.proof_alerts("certified", "x") == []
    assert alerts.proof_alerts("separated", "why") == [Alert("separation", "serious", "why")]
    assert [alerts.proof_alerts(s, "w")[0].kind for s in ("uncertified", "interrupted")] == ["uncertified"] * 2


def test_set_aside_and_order():
    found = alerts.set_aside_alerts([("c", "constant", "c says nothing"), ("i", "id", "i is a name")])
    assert [(a.kind, a.column, a.sentence) for a in found] == [
        ("constant", "c", "c says nothing"),
        ("id", "i", "i is a name"),
    ]
    mixed = [*found, Alert("leak", "serious", "!")]
    assert [a.kind for a in alerts.by_severity(mixed)] == ["leak", "id", "constant"]


def test_names_in_sentences_are_short_and_visible():
    y = np.repeat([0, 1], 100)
    (found,) = alerts.leak_alerts(y[:, None] * 1.0, y, ["n\n" * 500], ["n\n" * 500])
    assert "\n" not in found.sentence and len(found.sentence) < 600
