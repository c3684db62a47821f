"""Firth's penalty at the doors: what is refused, what is said, limits, and the estimator."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

import normball
from normball.inference.ascent import Ascent


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 3))
    return X, (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(lam=0.1), "has no strength"),
        (dict(l1_ratio=0.5), "l1_ratio was given with penalty='firth'"),
        (dict(standardize=True), "standardize was given with penalty='firth'"),
        (dict(penalty_factor=[1, 1, 0]), "penalty_factor was given with penalty='firth'"),
        (dict(prior_mean=[1, 1, 0]), "prior_mean was given with penalty='firth'"),
        (dict(penalty="Firth"), "penalty='Firth'.*'elasticnet'"),
    ],
)
def test_refused(data, arguments, words):
    with pytest.raises(normball.InputError, match=words):
        normball.solve(*data, **dict(penalty="firth") | arguments)
    if arguments.get("lam") is None:
        with pytest.raises(normball.InputError, match=words):
            normball.LogisticRegression(**dict(penalty="firth") | arguments).fit(*data)


@pytest.mark.parametrize("y", [np.arange(50) % 3, np.array(["a", "b", "c"])[np.arange(50) % 3]])
def test_three_classes_are_refused(data, y):
    for fit in (normball.firth_intervals, lambda X, y: normball.solve(X, y, penalty="firth")):
        with pytest.raises(normball.InputError, match="three or more classes: it is made for two"):
            fit(data[0], y)


def test_strength_of_the_estimator_is_refused(data):
    with pytest.raises(normball.StrengthConflict, match="has no strength"):
        normball.LogisticRegression(C=3.0, penalty="firth").fit(*data)


def test_said(data):
    """No gap is claimed; the norm of the score is."""
    solution = normball.solve(*data, penalty="firth")
    certificate = solution.certificate
    assert certificate.gap == np.inf and 0.0 <= certificate.score_norm <= 1e-8
    assert "Stationary" in certificate.summary() and "no gap is proved" in certificate.summary()
    assert "Firth" in solution.summary() and "λ" not in solution.summary().splitlines()[0]


def test_limits_are_kept(data):
    with pytest.warns(normball.ConvergenceWarning, match="NOT stationary.*max_reads=6 was reached"):
        solution = normball.solve(*data, penalty="firth", max_reads=6)
    assert solution.certificate.status == "uncertified"
    assert solution.certificate.score_norm > 1e-8


def test_ends_that_are_not_found_are_said(data):
    with pytest.warns(normball.ConvergenceWarning) as caught:
        table = normball.firth_intervals(*data, time_limit=1e-9)
    assert any("NOT stationary" in str(warning.message) for warning in caught)
    assert any("are nan: those of (intercept), x0" in str(warning.message) for warning in caught)
    assert np.isnan(table.lower).all() and np.isfinite(table.wald_error).all()


def test_interrupted(data, monkeypatch):
    """Ctrl-C between two steps: the best point so far, and it says so."""
    climb = Ascent._try

    def stopped(self, step):
        if self.rounds > 3:
            raise KeyboardInterrupt
        return climb(self, step)

    monkeypatch.setattr(Ascent, "_try", stopped)
    with pytest.raises(normball.Interrupted) as caught:
        normball.solve(*data, penalty="firth")
    held = caught.value.solution
    assert held.certificate.status == "interrupted" and np.isfinite(held.coef).all()
    assert "Interrupted" in held.certificate.summary()


def test_estimator(data):
    X, y = data
    labels = np.array(["no", "yes"])[y]
    model = clone(normball.LogisticRegression(penalty="firth")).fit(X, labels)
    solution = normball.solve(X, y, penalty="firth")
    assert model.coef_[0].tolist() == solution.coef.tolist()
    assert model.intercept_[0] == solution.intercept
    assert model.status_ == "stationary" and model.lambda_ == 0.0
    assert model.predict_proba(X) == pytest.approx(solution.predict_proba(X))
    with pytest.raises(normball.InputError, match="not convex"):
        normball.audit(model, X, labels)
    with pytest.raises(normball.InputError, match="not convex"):
        normball.audit(solution, X, y)


def test_too_large_to_hold():
    import normball.inference.firth as firth

    X = np.broadcast_to(np.array([[1.0, 2.0]]), (4, 2)).copy()
    X[::2] += 1
    before, firth.LARGEST = firth.LARGEST, 10
    try:
        with pytest.raises(normball.InputError, match="holds X dense in memory"):
            normball.solve(X, [0, 1, 1, 0], penalty="firth")
    finally:
        firth.LARGEST = before
