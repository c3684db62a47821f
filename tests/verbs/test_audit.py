"""`audit`: the certificate of anybody's coefficients, and what it says in words."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.special import expit
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.linear_model import Ridge

import normball
from judge import minimise, objective, penalty_vectors
from normball.designs import make_design
from normball.errors import InputError, StrengthConflict

TIGHT = dict(tol=1e-12, max_iter=20_000)


class Data:
    def __init__(self, rng, n=150, p=4):
        self.X = rng.normal(size=(n, p)) * ([1.0, 3.0, 0.5, 1.0] * p)[:p]
        self.y = (rng.random(n) < expit(self.X[:, 0] - 0.3 * self.X[:, 1] - 0.7)).astype(int)
        self.weight = rng.choice([0.5, 1.0, 3.0], n)

    def excess(self, coef, intercept, lam, l1_ratio=0.0, weight=None, fit_intercept=True):
        """F(given) - F*, by the long-double judge."""
        l1, l2 = penalty_vectors(self.X.shape[1], lam, l1_ratio)
        arguments = dict(l1=l1, l2=l2, weight=weight)
        best = minimise(self.X, self.y, fit_intercept=fit_intercept, **arguments)
        return float(objective(self.X, self.y, intercept, np.ravel(coef), **arguments) - best.value)


@pytest.fixture
def data(rng):
    return Data(rng)


# ---- plain coefficients ------------------------------------------------------------------------------------


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.1, 10.0])
def test_excess_and_gap_enclose_the_truth(data, rng, l1_ratio, size):
    """excess <= F(given) - F* <= gap, and they are close together, for the problem is solved on the way."""
    best = normball.solve(data.X, data.y, lam=0.05, l1_ratio=l1_ratio, tol=1e-13)
    coef, b = best.coef + size * rng.normal(size=4), best.intercept + size
    audit = normball.audit(coef, data.X, data.y, intercept=b, lam=0.05, l1_ratio=l1_ratio)
    truth = data.excess(coef, b, 0.05, l1_ratio)
    assert audit.excess == pytest.approx(truth, rel=1e-6, abs=1e-14)
    assert truth - 1e-14 <= audit.certificate.gap <= truth * 1.001 + 1e-14
    assert audit.excess_ratio == pytest.approx(truth / audit.best.certificate.objective, rel=1e-6, abs=1e-13)
    np.testing.assert_allclose(audit.best.coef, best.coef, atol=1e-6)


@pytest.mark.parametrize("C", [0.01, 1.0, 1e4])
def test_C_is_a_strength_per_sum_of_weights(data, C):
    """lam = 1/(C Σ weights); C infinite is no penalty."""
    coef = np.array([0.5, -0.2, 0.0, 0.1])
    by_C = normball.audit(coef, data.X, data.y, C=C, sample_weight=data.weight)
    by_lam = normball.audit(coef, data.X, data.y, lam=1 / (C * data.weight.sum()), sample_weight=data.weight)
    assert by_C.best.lam == pytest.approx(by_lam.best.lam, rel=1e-14)
    assert by_C.excess == pytest.approx(by_lam.excess, rel=1e-9)
    free = normball.audit(coef, data.X, data.y, C=np.inf)
    assert free.best.lam == 0.0 and free.excess == pytest.approx(data.excess(coef, 0.0, 0.0), rel=1e-9)
    assert "none (λ = 0)" in free.summary()


@pytest.mark.parametrize("layout", [np.asfortranarray, sp.csr_array, sp.csc_array, pd.DataFrame])
def test_any_layout(data, layout):
    coef = np.array([0.5, -0.2, 0.0, 0.1])
    plain = normball.audit(coef, data.X, data.y, lam=0.05)
    assert normball.audit(coef, layout(data.X), data.y, lam=0.05).excess == pytest.approx(plain.excess, rel=1e-9)
    X = data.X if layout is pd.DataFrame else layout(data.X)
    design = make_design(X, data.y * 1.0, np.ones(150), np.zeros(150))
    assert normball.audit(coef, design, lam=0.05).excess == pytest.approx(plain.excess, rel=1e-9)


def test_the_rest_of_the_problem_counts(data, rng):
    """Factors, offset, standardising, no intercept: each moves the optimum that coefficients are held against."""
    coef, offset = np.array([0.5, -0.2, 0.0, 0.1]), rng.normal(size=150)
    for more in (
        dict(penalty_factor=[0, 1, 2, 1]),
        dict(offset=offset),
        dict(standardize=True),
        dict(fit_intercept=False),
    ):
        best = normball.solve(data.X, data.y, lam=0.2, tol=1e-13, **more)
        here = normball.audit(best.coef, data.X, data.y, intercept=best.intercept, lam=0.2, **more)
        assert here.certificate.status == "certified" and here.excess <= 1e-13
        if more != dict(fit_intercept=False):
            assert normball.audit(best.coef, data.X, data.y, intercept=best.intercept, lam=0.2).excess > 1e-6
        assert normball.audit(coef, data.X, data.y, lam=0.2, **more).excess > 1e-4


# ---- models ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("class_weight", [None, "balanced", {"no": 1.0, "yes": 4.0}, {"yes": 0.25}])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_scikit_learns_models_are_read_whole(data, class_weight, weighted, l1_ratio):
    """C, l1_ratio, class weights: a tight fit of theirs is at the optimum of the problem we read from it."""
    named, weight = np.where(data.y == 1, "yes", "no"), data.weight if weighted else None
    setting = dict(
        C=0.1, class_weight=class_weight, l1_ratio=l1_ratio, solver="saga" if l1_ratio else "newton-cholesky"
    )
    audit = normball.audit(Theirs(**setting, **TIGHT).fit(data.X, named, weight), data.X, named, sample_weight=weight)
    assert audit.certificate.gap <= 1e-10 and audit.certificate.status == "certified"
    assert audit.best.l1_ratio == l1_ratio and list(audit.best.classes) == ["no", "yes"]
    if class_weight:
        assert normball.audit(audit.best.coef, data.X, data.y, C=0.1, l1_ratio=l1_ratio, sample_weight=weight,
                              intercept=audit.best.intercept).excess > 1e-5  # fmt: skip


def test_scikit_learns_free_and_interceptless_models(data):
    for setting in (dict(C=np.inf), dict(fit_intercept=False), dict(C=1e-4)):
        audit = normball.audit(Theirs(solver="newton-cholesky", **setting, **TIGHT).fit(data.X, data.y), data.X, data.y)
        assert audit.certificate.gap <= 1e-12
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        poor = Theirs(max_iter=1).fit(data.X * [1, 1e4, 1, 1e-4], data.y)
    audit = normball.audit(poor, data.X * [1, 1e4, 1, 1e-4], data.y)
    assert audit.certificate.status == "uncertified" and audit.excess > 1e-3


def test_a_strength_given_beside_a_model_is_the_one_that_counts(data):
    """How far off the fit for C = 1 is as an answer to another question."""
    model = Theirs(solver="newton-cholesky", **TIGHT).fit(data.X, data.y)
    assert normball.audit(model, data.X, data.y, C=1e-3).excess > 1e-3
    assert normball.audit(model, data.X, data.y, lam=1 / 150).excess <= 1e-13
    assert normball.audit(model, data.X, data.y, C=1.0).excess <= 1e-13


def test_our_own_answers(data):
    """A Solution and our estimator bring their strength; weights and factors are given again, as X and y are."""
    for strength in (dict(lam=0.03), dict(lam=0.03, l1_ratio=0.4), dict(lam=0.03, standardize=True), dict(lam=0.0)):
        solution = normball.solve(data.X, data.y, sample_weight=data.weight, **strength)
        audit = normball.audit(solution, data.X, data.y, sample_weight=data.weight)
        assert audit.certificate.status == "certified" and audit.best.lam == strength["lam"]
        assert audit.best.standardize == strength.get("standardize", False)
        assert normball.audit(solution, data.X, data.y, lam=1.0).certificate.status == "uncertified"
    model = normball.LogisticRegression(C=0.5, l1_ratio=0.3, class_weight="balanced").fit(data.X, data.y)
    audit = normball.audit(model, data.X, data.y)
    assert audit.certificate.status == "certified" and audit.best.l1_ratio == 0.3
    by_lam = normball.LogisticRegression(lam=0.02).fit(data.X, data.y)
    assert normball.audit(by_lam, data.X, data.y).best.lam == 0.02


# ---- words -------------------------------------------------------------------------------------------------


def test_above_its_own_optimum(data):
    """The percentage is F(given)/F(best) - 1, the objective and the gap are given as numbers."""
    coef = np.array([0.5, -0.2, 0.0, 0.1])
    audit = normball.audit(coef, data.X, data.y, lam=0.05)
    words = audit.summary()
    assert words.startswith("Audited: L2 (ridge), λ = 0.05 on the mean loss, columns as they came. ")
    percent = float(re.search(r"([\d.]+) % above its own optimum", words)[1])
    assert percent == pytest.approx(100 * audit.excess / audit.best.certificate.objective, rel=5e-3)
    assert f"is {audit.certificate.objective:.6g}," in words and f"({audit.best.certificate.objective:.6g})" in words
    assert f"at most {audit.certificate.gap:.3g} nats per observation" in words and "NOT certified" in words


def test_far_above_is_told_in_times(data):
    words = normball.audit(np.full(4, 90.0), data.X, data.y, lam=0.05).summary()
    assert re.search(r"\d+ times above its own optimum", words)


def test_the_right_answer_is_certified_in_words(data):
    solution = normball.solve(data.X, data.y, lam=0.05)
    audit = normball.audit(solution, data.X, data.y)
    assert "Certified: the objective is at most" in audit.summary() and "above its own" not in audit.summary()
    assert audit.certificate.strategy == "audit"


def test_of_a_problem_without_an_optimum(data):
    """Separated: nothing can be right; the column is named."""
    X = pd.DataFrame(data.X, columns=["age", "dose", "height", "weight"])
    audit = normball.audit(np.array([0.0, 5.0, 0.0, 0.0]), X, (data.X[:, 1] > 0).astype(int), lam=0.0)
    assert audit.certificate.status == "separated"
    words = audit.summary()
    assert words.startswith("Audited: none (λ = 0). No minimiser exists.") and "separated by dose" in words


def test_an_optimum_of_nothing_at_all():
    """Objective 0 (labels in an offset's grip): the ratio is told without a division by zero."""
    X, y = np.ones((6, 1)) * [[1], [2], [3], [4], [5], [6]], np.array([0, 0, 0, 1, 1, 1])
    offset = np.where(y == 1, 1e4, -1e4)
    audit = normball.audit(np.array([0.3]), X, y, lam=0.1, offset=offset)
    assert audit.excess == pytest.approx(0.1 * 0.3**2 / 2) and audit.excess_ratio > 1e290
    assert "times above its own optimum" in audit.summary()
    assert normball.audit(np.zeros(1), X, y, lam=0.1, offset=offset).excess_ratio == 0.0


# ---- the coefficients' own errors --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "strength", [dict(lam=0.01), dict(lam=0.01, l1_ratio=1.0), dict(lam=0.0), dict(lam=0.01, l1_ratio=0.5)]
)
def test_proved_coefficient_errors_hold(data, strength):
    """best ± coef_error contains the judge's coefficients, and is narrow."""
    l1, l2 = penalty_vectors(4, strength["lam"], strength.get("l1_ratio", 0.0))
    truth = minimise(data.X, data.y, l1=l1, l2=l2)
    for tol in (1e-4, 1e-8, 1e-13):
        audit = normball.audit(np.zeros(4), data.X, data.y, tol=tol, newton=True, **strength)
        proof = audit.best.certificate
        away = np.abs(audit.best.coef - truth.coef.astype(float))
        assert np.all(away <= proof.coef_error + 1e-15) and proof.coef_error.max() <= 10 * np.sqrt(tol)
        assert abs(audit.best.intercept - float(truth.intercept)) <= proof.intercept_error + 1e-15


def test_newton_asks_for_what_is_costly(rng):
    """A Gram of 130 columns and 2000 rows is not taken unasked; asked, it proves the coefficients."""
    X = rng.normal(size=(2000, 130))
    y = (rng.random(2000) < expit(X[:, 0])).astype(int)
    assert normball.audit(np.zeros(130), X, y, lam=0.05).best.certificate.coef_error is None
    asked = normball.audit(np.zeros(130), X, y, lam=0.05, newton=True).best
    tight = normball.solve(X, y, lam=0.05, tol=1e-14)
    assert np.all(np.abs(asked.coef - tight.coef) <= asked.certificate.coef_error + 1e-13)
    assert "Each coefficient is proved to within" in asked.certificate.summary()


# ---- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda d: normball.audit(np.zeros(4), d.X, d.y), StrengthConflict, "pass lam or C"),
        (lambda d: normball.audit(np.zeros(4), d.X, d.y, lam=0.1, C=2.0), StrengthConflict, r"lam=0\.1 and C=2\.0"),
        (lambda d: normball.audit(Theirs(), d.X, d.y), InputError, "LogisticRegression is not fitted"),
        (lambda d: normball.audit(Ridge().fit(d.X, d.y), d.X, d.y), StrengthConflict, "Ridge has neither C nor lam"),
        (lambda d: normball.audit(np.zeros(3), d.X, d.y, lam=0.1), InputError, r"model_or_coef.*\(3,\).*\(4,\)"),
        (lambda d: normball.audit(np.zeros((1, 4)), d.X, d.y, lam=0.1), InputError, "model_or_coef"),
        (lambda d: normball.audit([0, 0, np.nan, 0], d.X, d.y, lam=0.1), InputError, "model_or_coef.*NaN"),
        (lambda d: normball.audit(np.zeros(4), d.X, d.y, lam=0.1, intercept=np.inf), InputError, "intercept=inf"),
        (lambda d: normball.audit(np.zeros(4), d.X, d.y, lam=0.1, intercept=1.0, fit_intercept=False), InputError,
         r"intercept=1\.0.*fit_intercept=False"),
        (lambda d: normball.audit(np.zeros(4), d.X, d.y, C=0.0), InputError, "C="),
        (lambda d: normball.audit(np.zeros(4), d.X, lam=0.1), InputError, "y was not given"),
        (lambda d: normball.audit(Theirs(class_weight="balanced").fit(d.X, d.y), d.X), InputError, "class_weight"),
        (lambda d: normball.audit(Theirs().fit(d.X, np.arange(150) % 3), d.X, d.y), InputError, "fitted on 0, 1, 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_audited(data, call, error, words):
    with pytest.raises(error, match=words):
        call(data)


def test_a_design_without_an_intercept_takes_none(data):
    design = make_design(data.X, data.y * 1.0, np.ones(150), np.zeros(150), intercept=False)
    with pytest.raises(InputError, match=r"intercept=2\.0"):
        normball.audit(np.zeros(4), design, lam=0.1, intercept=2.0)
    assert normball.audit(np.zeros(4), design, lam=0.1).best.intercept == 0.0


def test_bounds_and_groups_are_judged_as_what_they_are():
    """A solution inside its bounds is certified against those bounds, and coefficients outside of them never are."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y = (X[:, 0] - X[:, 1] + rng.logistic(size=200) > 0).astype(int)
    solution = normball.solve(X, y, lam=0.01, lower=-0.2, upper=0.3)
    assert normball.audit(solution, X, y).certificate.status == "certified"
    model = normball.LogisticRegression(lower=-0.2, upper=0.3).fit(X, y)
    assert normball.audit(model, X, y).certificate.status == "certified"
    free = normball.audit(solution.coef, X, y, intercept=solution.intercept, lam=0.01)
    assert free.certificate.status == "uncertified" and free.excess > 0.01
    with pytest.raises(InputError, match=r"column 1 lies outside of the bounds"):
        normball.audit(free.best.coef, X, y, intercept=free.best.intercept, lam=0.01, lower=-0.2, upper=0.3)
    classes = (X[:, :3] + rng.gumbel(size=(200, 3))).argmax(1)
    grouped = normball.solve(X, classes, lam=0.02, l1_ratio=1.0, grouped=True)
    assert "grouped L1" in grouped.summary()
    assert normball.audit(grouped, X, classes).certificate.status == "certified"
    assert normball.audit(replace(grouped, grouped=False), X, classes).certificate.status == "uncertified"


# ---- names of columns and labels --------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", [2, 3])
def test_columns_are_matched_by_name(data, rng, kinds):
    """Whatever their order, as predict_proba does it."""
    frame = pd.DataFrame(data.X, columns=list("abcd"))
    y = np.array(["no", "or", "yes"])[rng.integers(0, kinds, len(frame))]
    turned = frame[list("dbca")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = [Theirs(**TIGHT).fit(frame, y), normball.LogisticRegression().fit(frame, y)]
    for model in [*models, normball.solve(frame, y, lam=0.1, standardize=np.array([True, True, False, False]))]:
        audit = normball.audit(model, turned, y)
        assert audit.excess == pytest.approx(normball.audit(model, frame, y).excess, abs=1e-12)
        assert audit.excess <= 1e-6
        with pytest.raises(InputError, match="lacks 'a' and adds 'A'"):
            normball.audit(model, frame.rename(columns={"a": "A"}), y)


def test_other_labels_than_those_of_the_fit_are_refused(data):
    model = normball.LogisticRegression().fit(data.X, np.array(["a", "b"])[data.y])
    with pytest.raises(InputError, match="labels 0, 1, but the model was fitted on 'a', 'b'"):
        normball.audit(model, data.X, data.y)
    again = normball.LogisticRegression().fit(data.X, data.y == 1)
    assert normball.audit(again, data.X, data.y.astype(float)).certificate.status == "certified"
