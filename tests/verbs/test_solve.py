"""`solve` at its door: strengths, Designs, labels soft and hard, predictions on frames, and what a summary says."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from scipy.special import expit

import normball
from judge import minimise, penalty_vectors
from normball.designs import make_design
from normball.errors import ConvergenceWarning, InputError, StrengthConflict


@pytest.fixture
def data(rng):
    X = rng.normal(size=(80, 4)) + np.array([0.0, 3.0, 0.0, -1.0])
    return X, (rng.random(80) < expit(X[:, 0] - 0.5 * X[:, 3])).astype(int)


# ---- the strength ------------------------------------------------------------------------------------------


def test_a_strength_must_be_given(data):
    with pytest.raises(StrengthConflict, match=r"No strength.*pass lam"):
        normball.solve(*data)


@pytest.mark.parametrize("lam", [-1.0, np.nan, np.inf, "0.1", [0.1], True])
def test_a_strength_that_is_none(data, lam):
    """Named, with its value."""
    with pytest.raises(InputError, match="lam="):
        normball.solve(*data, lam=lam)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("l1_ratio", 1.5),
        ("l1_ratio", -0.1),
        ("tol", 0.0),
        ("tol", np.nan),
        ("max_reads", 0),
        ("time_limit", -1.0),
        ("fit_intercept", 1),
        ("standardize", "yes"),
        ("penalty_factor", [1.0, 1.0]),
        ("penalty_factor", [1, 1, 1, -1]),
        ("sample_weight", np.zeros(80)),
        ("offset", np.full(80, np.nan)),
        ("init", np.zeros(4)),
        ("init", (np.zeros(3), 0)),
    ],
)
def test_every_other_argument_is_named_in_its_error(data, name, value):
    with pytest.raises(InputError, match=name):
        normball.solve(*data, lam=0.1, **{name: value})


def test_an_init_with_an_intercept_needs_one(data):
    with pytest.raises(InputError, match=r"init.*fit_intercept=False"):
        normball.solve(*data, lam=0.1, fit_intercept=False, init=(np.zeros(4), 1.0))


def test_a_penalty_that_float64_cannot_hold_names_the_column(data):
    X, y = data
    X = X * [1.0, 1e160, 1.0, 1.0]
    with pytest.raises(InputError, match=r"'b' cannot be represented.*Rescale"):
        normball.solve(pd.DataFrame(X, columns=list("abcd")), y, lam=0.1)
    assert normball.solve(X, y, lam=0.1, standardize=True).certificate.status == "certified"


# ---- a Design in place of X --------------------------------------------------------------------------------


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_a_design_carries_its_rows(data, rng, sparse, intercept):
    """The same answer as from X, y, weights and offset; classes are not known."""
    X, y = data
    weight, offset = rng.random(80), rng.normal(size=80)
    design = make_design(sp.csr_array(X) if sparse else X, y.astype(float), weight, offset, intercept=intercept)
    found = normball.solve(design, lam=0.05, l1_ratio=0.5, tol=1e-13)
    plain = normball.solve(
        X, y, lam=0.05, l1_ratio=0.5, tol=1e-13, sample_weight=weight, offset=offset, fit_intercept=intercept
    )
    np.testing.assert_allclose(found.coef, plain.coef, rtol=1e-9, atol=1e-12)
    assert found.intercept == pytest.approx(plain.intercept, abs=1e-10)
    assert found.classes is None and found.total == pytest.approx(weight.sum())


@pytest.mark.parametrize("name", ["y", "sample_weight", "offset"])
def test_nothing_beside_a_design_is_silently_ignored(data, name):
    X, y = data
    design = make_design(X, y.astype(float), np.ones(80), np.zeros(80))
    with pytest.raises(InputError, match=f"{name} was given beside a Design"):
        normball.solve(design, lam=0.1, **{name: np.ones(80)})
    with pytest.raises(InputError, match="fit_intercept=False was given beside a Design"):
        normball.solve(design, lam=0.1, fit_intercept=False)


def test_a_design_is_checked_and_y_is_needed_elsewhere(data):
    X, y = data
    with pytest.raises(InputError, match="y was not given"):
        normball.solve(X, lam=0.1)
    X[3, 1] = np.nan
    with pytest.raises(InputError, match="NaN"):
        normball.solve(make_design(X, y.astype(float), np.ones(80), np.zeros(80)), lam=0.1)


# ---- labels and predictions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ((0, 1), [0, 1]),
        ((-1, 1), [-1, 1]),
        (("no", "yes"), ["no", "yes"]),
        ((False, True), [False, True]),
        ((7.0, 9.5), [7.0, 9.5]),
    ],
)
def test_hard_labels_keep_their_names(data, labels, classes):
    """The second class in sorted order is the one whose probability is modelled."""
    X, y = data
    named = np.array(labels)[y]
    solution = normball.solve(X, named, lam=0.05)
    assert list(solution.classes) == classes
    eta = X @ solution.coef + solution.intercept
    np.testing.assert_allclose(solution.decision_function(X), eta, rtol=1e-12)
    np.testing.assert_allclose(solution.predict_proba(X), np.column_stack([expit(-eta), expit(eta)]), rtol=1e-12)
    assert np.array_equal(solution.predict(X), np.array(classes)[(eta > 0).astype(int)])
    np.testing.assert_allclose(solution.coef, normball.solve(X, y, lam=0.05).coef, rtol=1e-12)


def test_soft_labels_have_no_classes(data, rng):
    """y in [0, 1]: classes is None, predictions are 0 and 1, and the answer is the judge's."""
    X, _ = data
    y = rng.random(80)
    solution = normball.solve(X, y, lam=0.05, tol=1e-13)
    assert solution.classes is None
    assert set(solution.predict(X)) <= {0, 1}
    l1, l2 = penalty_vectors(4, 0.05)
    np.testing.assert_allclose(solution.coef, minimise(X, y, l1=l1, l2=l2).coef.astype(float), atol=1e-9)


def test_the_offset_is_asked_for_again_at_predict(data, rng):
    X, y = data
    offset = rng.normal(size=80)
    solution = normball.solve(X, y, lam=0.05, offset=offset)
    plain = solution.decision_function(X)
    np.testing.assert_allclose(solution.decision_function(X, offset), plain + offset, rtol=1e-12)
    np.testing.assert_allclose(solution.predict_proba(X, offset)[:, 1], expit(plain + offset), rtol=1e-12)
    assert np.array_equal(solution.predict(X, offset), (plain + offset > 0).astype(int))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_are_aligned_by_name(data, frame):
    """Columns in another order, or more of them: the same probabilities, or an error that names what is missing."""
    X, y = data
    names = ["age", "dose", "x y", "σ"]
    solution = normball.solve(frame(dict(zip(names, X.T, strict=True))), y, lam=0.05)
    assert solution.names == tuple(names)
    plain = solution.predict_proba(frame(dict(zip(names, X.T, strict=True))))
    turned = frame({name: X[:, names.index(name)] for name in reversed(names)})
    np.testing.assert_allclose(solution.predict_proba(turned), plain, rtol=1e-13)
    with pytest.raises(InputError, match="dose"):
        solution.predict_proba(frame({name: X[:, 0] for name in names if name != "dose"}))


@pytest.mark.parametrize("width", [3, 5])
def test_arrays_of_another_width_are_refused(data, width):
    solution = normball.solve(*data, lam=0.05)
    with pytest.raises(InputError):
        solution.predict_proba(np.zeros((2, width)))


@pytest.mark.parametrize("layout", [sp.csr_array, sp.csc_matrix, np.asfortranarray, np.float32])
def test_predictions_on_any_layout(data, layout):
    X, y = data
    solution = normball.solve(X, y, lam=0.05)
    np.testing.assert_allclose(solution.predict_proba(layout(X)), solution.predict_proba(X), rtol=1e-5)


# ---- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strength", "words"),
    [
        (dict(lam=0.05), "L2 (ridge), λ = 0.05 on the mean loss, columns as they came"),
        (dict(lam=0.05, l1_ratio=1.0, standardize=True), "L1 (lasso), λ = 0.05 on the mean loss, standardised"),
        (dict(lam=0.05, l1_ratio=0.25), "elastic net, l1_ratio = 0.25, λ = 0.05"),
        (dict(lam=0.0), "none (λ = 0)"),
    ],
)
def test_the_penalty_comes_first(data, strength, words):
    """Then the proof, then the coefficients, the largest first, by name; zeros are counted, not listed."""
    X, y = data
    frame = pd.DataFrame(X, columns=["age", "dose", "height", "weight"])
    solution = normball.solve(frame, y, **strength)
    lines = solution.summary().splitlines()
    assert lines[0].startswith(f"Penalty: {words}")
    assert lines[1] == solution.certificate.summary()
    kept = np.count_nonzero(solution.coef)
    assert lines[2].startswith("Intercept") and f"{kept} of 4 coefficients are not zero" in lines[2]
    order = np.argsort(-np.abs(solution.coef))[:kept]
    assert [line.split()[0] for line in lines[3:]] == [frame.columns[j] for j in order]
    np.testing.assert_allclose([float(line.split()[1]) for line in lines[3:]], solution.coef[order], rtol=1e-5)


def test_the_first_line_speaks_dialects(data):
    """C = 1/(λ Σ weights), among others."""
    X, y = data
    solution = normball.solve(X, y, lam=0.05, sample_weight=np.full(80, 2.0))
    assert f"C = {1 / (0.05 * 160):.6g}" in solution.summary().splitlines()[0]


def test_many_coefficients_are_cut_short(rng):
    X = rng.normal(size=(90, 30))
    lines = normball.solve(X, np.arange(90) % 2, lam=0.01).summary().splitlines()
    assert len(lines) == 3 + 20 + 1 and lines[-1] == "  … and 10 smaller ones"


def test_without_columns(rng):
    """p = 0: the intercept alone, certified."""
    solution = normball.solve(np.empty((50, 0)), np.arange(50) % 5 == 0, lam=0.1)
    assert solution.intercept == pytest.approx(np.log(0.2 / 0.8), rel=1e-9)
    assert solution.certificate.status == "certified" and "0 of 0 coefficients" in solution.summary()


# ---- warnings and limits -----------------------------------------------------------------------------------


def test_what_is_not_certified_warns_with_its_certificate(rng):
    X = rng.normal(size=(60, 400))
    y = (X[:, 0] + rng.normal(size=60) > 0).astype(int)
    with pytest.warns(ConvergenceWarning, match="NOT certified") as caught:
        solution = normball.solve(X, y, lam=0.05, l1_ratio=1.0, max_reads=1e-3)
    assert str(caught[0].message) == solution.certificate.summary()
    assert caught[0].filename == __file__
    assert solution.certificate.status == "uncertified"
    assert "max_reads=0.001 was reached" in solution.certificate.summary()


def test_separated_classes_warn_with_the_column_by_its_name(data):
    """Named as the user knows it, whatever order or subset the library works in."""
    X, _ = data
    X = np.where(np.abs(X) < 0.5, 0.0, X)  # columns of unlike fill: a sparse design reorders them
    y = (X[:, 2] > 0).astype(int)
    names = ["age", "dose", "height", "weight"]
    forms = [
        (pd.DataFrame(X, columns=names), {}, "height"),
        (pd.DataFrame(X, columns=names), dict(lam=0.1, penalty_factor=[1, 1, 0, 1]), "height"),
        (X, {}, "column 2"),
        (sp.csr_array(X), {}, "column 2"),
        (sp.csc_array(X), dict(lam=0.1, penalty_factor=[1, 0, 0, 1]), "column 2"),
    ]
    for form, strength, name in forms:
        with pytest.warns(ConvergenceWarning, match=rf"No minimiser exists.*separated by .*{name}"):
            solution = normball.solve(form, y, **dict(dict(lam=0.0), **strength))
        found = solution.certificate.separation
        assert solution.certificate.status == "separated" and set(found.columns) - {4} == {2}
        eta = X @ found.direction[:4] + found.direction[4]
        assert np.all(np.where(y == 1, eta, -eta) >= -1e-12) and np.any(np.abs(eta) > 0)
        assert len(found.direction) == 5 and np.count_nonzero(found.direction) == len(found.columns)


def test_a_certified_answer_is_silent(data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert normball.solve(*data, lam=0.05).certificate.status == "certified"


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("p", [8, 400])
def test_cut_short_at_any_point_the_gap_is_true(rng, l1_ratio, fit_intercept, p):
    """After any number of reads: gap >= what is left, never certified where it is not (a wide lasso starts at 0)."""
    X = rng.normal(size=(60, p))
    y = (X[:, 0] + rng.normal(size=60) > 0).astype(int)
    arguments = dict(lam=0.05, l1_ratio=l1_ratio, fit_intercept=fit_intercept)
    lowest = normball.solve(X, y, tol=1e-13, **arguments).certificate.objective
    for reads in (1e-3, 1, 2, 3, 4, 6, 9):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            proof = normball.solve(X, y, max_reads=reads, **arguments).certificate
        assert proof.gap >= proof.objective - lowest - 1e-13
        assert proof.status == "uncertified" or proof.objective - lowest <= 1e-8
