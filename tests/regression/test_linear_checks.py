"""scikit-learn's own checks of our regressions, without expected failures, and their tags."""

from __future__ import annotations

import dataclasses

import pytest
import sklearn.linear_model
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

import normball
from normball import ElasticNet, ElasticNetCV, Lasso, LassoCV, Ridge, RidgeCV

SINGLE = [Ridge(), Ridge(alpha=0.0), Ridge(positive=True), Lasso(), Lasso(alpha=0.01), ElasticNet(), ElasticNet(0.01)]
CHOSEN = [RidgeCV(), RidgeCV(cv=3), LassoCV(alphas=30), LassoCV(alphas=[0.1, 1.0], cv=2), ElasticNetCV(alphas=20, cv=3)]


@parametrize_with_checks(SINGLE)
def test_checks(estimator, check):
    check(estimator)


@parametrize_with_checks(CHOSEN)
def test_checks_of_the_choice(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", ["Ridge", "Lasso", "ElasticNet", "RidgeCV", "LassoCV", "ElasticNetCV"])
def test_tags_are_scikit_learns(name):
    """But for several outputs, and arrays on other devices."""
    theirs = get_tags(getattr(sklearn.linear_model, name)())
    one = dataclasses.replace(theirs.target_tags, multi_output=False)
    here = dataclasses.replace(theirs, target_tags=one, array_api_support=False)
    assert get_tags(getattr(normball, name)()) == here
