"""Columns without penalty, by name, index or mask: the same as a penalty factor of 0, wherever it can be said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import normball
from normball import InputError, LogisticRegression, LogisticRegressionCV

NAMES = ["age", "dose", "Weight", "sex"]
rng = np.random.default_rng(5)
X = pd.DataFrame(rng.normal(size=(120, 4)), columns=NAMES)
Y = X["age"] - X["sex"] + rng.logistic(size=120) > 0
FACTOR = np.array([0.0, 1.0, 1.0, 0.0])
SAID = {
    "names": ["sex", "age"],
    "indices": [0, 3],
    "an array": np.array([0, 3]),
    "an index": pd.Index(["age", "sex"]),
    "mask": [True, False, False, True],
    "mask array": FACTOR == 0.0,
    "both": ["age", 3],
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_as_a_factor_of_zero(said):
    mine = normball.solve(X, Y, lam=0.3, l1_ratio=1.0, unpenalised=said)
    theirs = normball.solve(X, Y, lam=0.3, l1_ratio=1.0, penalty_factor=FACTOR)
    assert np.array_equal(mine.coef, theirs.coef) and mine.intercept == theirs.intercept
    assert (mine.coef[[0, 3]] != 0.0).all() and (mine.coef[[1, 2]] == 0.0).all()


def test_its_gradient_is_zero_there():
    """The optimality condition of a column without penalty."""
    solution = normball.solve(X, Y, lam=0.5, unpenalised=["age"], tol=1e-14)
    p = solution.predict_proba(X)[:, 1]
    gradient = X.to_numpy().T @ (p - Y) / len(Y)
    assert abs(gradient[0]) <= 1e-7
    assert np.abs(gradient[1:] + 0.5 * solution.coef[1:]).max() <= 1e-7 and np.abs(gradient[1:]).min() > 1e-4


def test_at_every_door():
    whole = normball.path(X, Y, l1_ratio=1.0, n_lams=5, penalty_factor=FACTOR)
    mine = normball.path(X, Y, l1_ratio=1.0, n_lams=5, unpenalised=["age", "sex"])
    assert (mine.coefs != whole.coefs).sum() == 0 and mine.lams[0] == whole.lams[0]
    judged = [
        normball.cross_validate(X, Y, l1_ratios=(1.0,), n_lams=5, cv=3, **said).losses
        for said in (dict(unpenalised=["age", "sex"]), dict(penalty_factor=FACTOR))
    ]
    assert np.array_equal(*judged)
    for model, setting in ((LogisticRegression, dict(C=0.1)), (LogisticRegressionCV, dict(Cs=3, cv=3))):
        mine, theirs = model(unpenalised=["sex", "age"], **setting), model(penalty_factor=FACTOR, **setting)
        assert np.array_equal(mine.fit(X, Y).coef_, theirs.fit(X, Y).coef_)
        assert normball.audit(mine, X, Y).certificate.status == "certified"
    three = np.arange(120) % 3
    mine = LogisticRegression(unpenalised=["sex", "age"]).fit(X, three)
    assert np.array_equal(mine.coef_, LogisticRegression(penalty_factor=FACTOR).fit(X, three).coef_)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["weigth"], "'weigth', but X has no column of that name. Near it: 'Weight'"),
        (["zzz"], "It has 'age', 'dose', 'Weight', 'sex'"),
        ([4], "unpenalised holds 4, but the columns of X are 0 … 3"),
        ([-1], "unpenalised holds -1"),
        ([0.5], r"unpenalised holds 0.5 \(float\)"),
        ([True, False], "2 bools, but X has 4 columns"),
        ([True, 2], r"unpenalised holds True \(bool\)"),
        (True, "must be a list"),
        ([["age"]], "must be a list"),
    ],
)
def test_what_is_not_there(said, words):
    with pytest.raises(InputError, match=words):
        normball.solve(X, Y, lam=0.1, unpenalised=said)


def test_names_need_names():
    with pytest.raises(InputError, match="'age', but X has no column names"):
        normball.solve(X.to_numpy(), Y, lam=0.1, unpenalised=["age"])


def test_penalty_factor_must_not_say_otherwise():
    with pytest.raises(InputError, match="unpenalised holds 'dose', but penalty_factor is 1 there"):
        normball.solve(X, Y, lam=0.1, unpenalised=["dose"], penalty_factor=FACTOR)
    both = normball.solve(X, Y, lam=0.1, unpenalised=["age"], penalty_factor=FACTOR)
    assert np.array_equal(both.coef, normball.solve(X, Y, lam=0.1, penalty_factor=FACTOR).coef)
    with pytest.raises(InputError, match="unpenalised was given with penalty='firth'"):
        LogisticRegression(penalty="firth", unpenalised=["age"]).fit(X, Y)
