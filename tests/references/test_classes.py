"""Several classes against glmnet's multinomial family and nnet::multinom (classes.json, made by make_classes.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

import normball
from references.class_data import class_cases

CASES = class_cases()
ANSWERS = json.loads((Path(__file__).parent / "classes.json").read_text())["answers"]
NOT_UNIQUE = {"L1, four classes", "unpenalised", "unpenalised, weights"}
"""L1 of an even number of classes may be shifted between two medians; without a penalty nnet fixes a class at 0."""


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_other_programs(name):
    """Probabilities to 1e-7, coefficients too where the solution is unique; and nobody's objective is below ours."""
    case, rows = CASES[name], np.array(ANSWERS[name])
    found = normball.solve(case.X, case.y, tol=1e-12, **case.solve_arguments)
    assert found.certificate.status == "certified"
    if case.K == 2:
        assert np.abs(found.coef - rows[0, 1:]).max() <= 1e-7 and abs(found.intercept - rows[0, 0]) <= 1e-7
        return
    theirs = softmax((0.0 if case.offset is None else case.offset) + rows[:, 0] + case.X @ rows[:, 1:].T, axis=1)
    assert np.abs(theirs - found.predict_proba(case.X, offset=case.offset)).max() <= 1e-7
    if name not in NOT_UNIQUE:
        assert np.abs(found.coef - rows[:, 1:].T).max() <= 1e-7 * max(np.abs(rows[:, 1:]).max(), 1.0)
    shift = rows - rows.mean(0) if case.program == "nnet" else rows  # the symmetric one of equal solutions
    centred = [b - b.mean() for b in (found.intercept, shift[:, 0])]  # a constant for all classes moves nothing
    assert name == "L1, four classes" or np.abs(centred[0] - centred[1]).max() <= 1e-5
    if name.startswith("unpenalised"):
        assert np.abs(found.coef - shift[:, 1:].T).max() <= 1e-5


def test_what_they_solved_is_as_various_as_it_says():
    """Every case moves: no answer is the null model, and the lassos have zeros."""
    for name, case in CASES.items():
        coef = np.array(ANSWERS[name])[:, 1:]
        assert np.abs(coef).max() > 0.05, name
        assert case.l1_ratio < 1.0 or (coef == 0).any(), name
