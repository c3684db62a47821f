"""scikit-learn's own checks of an estimator, without expected failures, and its tags."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sklearn.linear_model
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from normball import LogisticRegression, LogisticRegressionCV

PENALISED = [dict(), dict(l1_ratio=1.0), dict(l1_ratio=0.5), dict(standardize=True), dict(lam=0.01)]
CHOSEN = [
    dict(),
    dict(Cs=3, cv=3, l1_ratios=(0.0, 1.0), refit=False, scoring=None),
    dict(lams=[0.1, 0.01], cv=2, rule="1se", standardize=True),
]
# A share of the rows is not a share of the weight, and these checks fix the folds by `cv`.
NOT_OF_DEV = {"check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data"}
OF_DEV = [
    check
    for _, check in estimator_checks.estimator_checks_generator(LogisticRegressionCV(Cs=3, dev=0.3))
    if getattr(check, "func", check).__name__ not in NOT_OF_DEV
]


@parametrize_with_checks([LogisticRegression(**setting) for setting in PENALISED])
def test_checks(estimator, check):
    check(estimator)


@parametrize_with_checks([LogisticRegressionCV(**setting) for setting in CHOSEN])
def test_checks_of_the_choice(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", OF_DEV, ids=lambda check: getattr(check, "func", check).__name__)
def test_checks_of_the_choice_on_dev_rows(check):
    check(LogisticRegressionCV(Cs=3, dev=0.3))


@pytest.mark.filterwarnings("ignore::normball.ConvergenceWarning")  # some of their problems are separated
@parametrize_with_checks([LogisticRegression(C=np.inf)])
def test_checks_without_a_penalty(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_dataframe_column_names_consistency,
        estimator_checks.check_inplace_ensure_writeable,
        partial(estimator_checks.check_array_api_input, array_namespace="numpy", expect_only_array_outputs=False),
    ],
    ids=["names", "writeable", "array API"],
)
@pytest.mark.parametrize("model", [LogisticRegression, LogisticRegressionCV])
def test_checks_they_keep_to_themselves(check, model):
    """What scikit-learn asks of its own estimators only."""
    check(model.__name__, model())


@pytest.mark.parametrize("model", [LogisticRegression, LogisticRegressionCV])
def test_tags_are_scikit_learns(model):
    """Those of scikit-learn's estimator with its most similar solver."""
    theirs = get_tags(getattr(sklearn.linear_model, model.__name__)(solver="newton-cholesky"))
    assert theirs.classifier_tags is not None and theirs.classifier_tags.multi_class
    assert get_tags(model()) == theirs
