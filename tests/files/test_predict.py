"""A record predicts what the fit predicted, at any size of the log-odds."""

from __future__ import annotations

import json

import mpmath
import numpy as np
import pandas as pd
import pytest

import normball
from files.records import example
from normball import InputError
from normball.files import ModelRecord, certificate_facts, load_model, save_model


def fitted(rng, labels=("no", "yes")):
    X = rng.normal(size=(80, 3))
    y = np.where(X[:, 0] + rng.normal(size=80) > 0, labels[1], labels[0])
    return X, normball.solve(X, y, lam=0.1)


def record_of(solution, **more):
    return ModelRecord(
        names=("a", "b", "c"), coef=solution.coef, intercept=solution.intercept, lam=solution.lam, total=solution.total,
        l1_ratio=solution.l1_ratio, standardize=solution.standardize, classes=tuple(solution.classes.tolist()),
        positive=solution.classes[1].item(), certificate=certificate_facts(solution.certificate), **more,
    )  # fmt: skip


def test_same_as_the_solution(tmp_path, rng):
    X, solution = fitted(rng)
    save_model(tmp_path / "m", record_of(solution))
    assert np.array_equal(load_model(tmp_path / "m").predict_proba(X), solution.predict_proba(X))


@pytest.mark.parametrize("eta", [0.0, 1.0, -30.0, 37.0, -700.0, 700.0, -745.0, 1e4, -1e4, 1e308])
def test_every_probability_is_precise(eta):
    """σ(η) and σ(-η), each to relative precision: no 1 - p."""
    model = example(names=("x",), coef=[1.0], intercept=0.0)
    with mpmath.workdps(400):
        high = mpmath.mpf(1) / (1 + mpmath.exp(-mpmath.mpf(eta))) if abs(eta) < 1e5 else mpmath.mpf(1)
        low = mpmath.mpf(1) / (1 + mpmath.exp(mpmath.mpf(eta))) if abs(eta) < 1e5 else mpmath.mpf(0)
        wanted = [float(low), float(high)]
    np.testing.assert_allclose(model.predict_proba([[eta]])[0], wanted, rtol=4e-16, atol=5e-324)


def test_probabilities_stand_in_the_order_of_the_classes():
    yes, no = example(positive="yes"), example(positive="no")
    X = [[1.0, 2.0], [40.0, 0.0]]
    assert np.array_equal(yes.predict_proba(X), no.predict_proba(X)[:, ::-1])
    assert yes.predict_proba([[8.0, 0.0]])[0] == pytest.approx([1 - 1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(-2.0))])


def test_offset_is_added():
    model, plain = example(offset="exposure"), example()
    X, offset = [[1.0, 2.0], [3.0, 4.0]], [0.5, -2.0]
    assert np.array_equal(model.decision_function(X, offset), plain.decision_function(X) + offset)
    for one, given in ((model, None), (plain, offset)):
        with pytest.raises(InputError, match="offset"):
            one.predict_proba(X, given)


def test_frames_are_matched_by_name():
    frame = pd.DataFrame({"sex=f": [1.0, 0.0], "age": [30.0, 40.0]})
    assert np.array_equal(example().predict_proba(frame), example().predict_proba(frame[["age", "sex=f"]].to_numpy()))
    with pytest.raises(InputError, match="lacks 'age'"):
        example().predict_proba(frame.rename(columns={"age": "Age"}))


@pytest.mark.parametrize(
    ("X", "words"), [([[1.0]], "1 features"), ([[np.nan, 1.0]], "NaN.*'age'"), ([[1e308, -1e308]], "overflow")]
)
def test_what_cannot_be_predicted(X, words):
    with pytest.raises(InputError, match=words):
        example(coef=[1e10, 1e10]).predict_proba(X)


def test_certificate_facts(tmp_path, rng):
    """Plain, the same in every run, without the seconds; nothing that JSON lacks."""
    _, solution = fitted(rng)
    facts = certificate_facts(solution.certificate)
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert facts["status"] == "certified" and facts["gap"] == solution.certificate.gap and "seconds" not in facts
    x = np.arange(10.0)[:, None]
    with pytest.warns(normball.ConvergenceWarning):
        separated = certificate_facts(normball.solve(x, x[:, 0] > 4.5, lam=0.0).certificate)
    assert separated["status"] == "separated" and separated["separated"]
    json.dumps(separated, allow_nan=False)
