"""scikit-learn's own tests of its two logistic estimators, with ours in their place.

The installed file is read, the two names are replaced and nothing else; what is left out stands in LEFT_OUT.
"""

from __future__ import annotations

import importlib.util
import math
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import normball.estimators.logistic
import normball.estimators.logistic_cv

THEIRS = "sklearn.linear_model.tests.test_logistic"
PARAM = type(pytest.param())
IMPORT = "from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier\n"
OURS = IMPORT + "from normball import LogisticRegression, LogisticRegressionCV\n"

# Whole tests. Those of `their solvers` fix what one solver refuses, draws at random, or has done when max_iter cuts it
# short: here max_iter and solver change nothing.
LEFT_OUT = {
    "test_check_solver_option": "their solvers: what each of them cannot do",
    "test_liblinear_dual_random_state": "their solvers: another seed gives another answer",
    "test_liblinear_multiclass_raises": "their solvers: liblinear knows two classes only",
    "test_liblinear_with_large_values": "their solvers: liblinear never ends on 1e100",
    "test_max_iter": "their solvers: sentences of fits that max_iter cut short",
    "test_zero_max_iter": "their solvers: where each of them starts",
    "test_newton_cholesky_fallback_to_lbfgs": "their solvers: iterations before and behind a fallback",
    "test_logistic_regression_callback_support": "their solvers: counts the iterations of lbfgs",
    "test_logistic_regression_callback_support_warning": "their solvers: of theirs only lbfgs tells callbacks",
    "test_logistic_regression_callback_fitted_estimator": "their solvers: the tasks of lbfgs; here it checks nothing",
    "test_logistic_regression_path_convergence_fail": "private: of _logistic_regression_path alone",
    "test_logistic_regression_path_coefs_multinomial": "private: of _logistic_regression_path alone",
    "test_logistic_regression_path_init_coefs": "private: of _logistic_regression_path alone",
    "test_logistic_cv_multinomial_score": "private: passes our parameters to _log_reg_scoring_path",
    "test_logreg_predict_proba_multinomial": "private: _predict_proba_lr",
    "test_get_default_scorer": "private: _get_scorer; and deprecated: the default that 1.11 changes",
    "test_lr_scoring_warns": "deprecated: the default of scoring; ours is 1.11's already",
    "test_penalty_deprecated": "deprecated: penalty (ours says so in words of its own)",
    "test_l1_ratio_non_elasticnet": "deprecated: penalty",
    "test_lr_penalty_l1ratio_incompatible": "deprecated: penalty",
    "test_l1_ratio_None_deprecated": "deprecated: l1_ratio=None",
    "test_logisticregression_warns_with_n_jobs": "deprecated: n_jobs (ours says so in words of its own)",
    "test_logisticregressioncv_warns_with_use_legacy_attributes": "deprecated: use_legacy_attributes",
    "test_LogisticRegressionCV_no_refit": "deprecated: use_legacy_attributes=True",
    "test_LogisticRegressionCV_elasticnet_attribute_shapes": "deprecated: use_legacy_attributes=True",
    "test_LogisticRegressionCV_on_folds": "deprecated: use_legacy_attributes=True",
    "test_scores_attribute_layout_elasticnet": "deprecated: use_legacy_attributes=True",
    "test_lr_cv_scores_differ_when_sample_weight_is_requested": "deprecated: use_legacy_attributes=True",
    "test_multinomial_cv_iris": "deprecated: use_legacy_attributes=True; and folds without a class, see below",
    # Ours is another answer, on purpose (docs/design/hazards.md): an error that names the class.
    "test_logistic_cv_folds_with_classes_missing": "a fold whose training rows lack a class is an error here",
    "test_multinomial_logistic_regression_string_inputs": "class_weight 0, which takes a class away, is an error here",
}

# Some of a test's parameters: (test, parameter) -> (which values, why).
LEFT_OUT_VALUES = {
    ("test_logistic_cv", "use_legacy_attributes"): (lambda v: v, "deprecated"),
    ("test_n_iter", "use_legacy_attributes"): (lambda v: v, "deprecated"),
    ("test_warm_start", "warm_start"): (lambda v: not v, "their solvers: a cold start cut short by max_iter=1"),
    ("test_warm_start_newton_solver", "C"): (np.isinf, "their solvers: two steps on data without a minimum"),
    ("test_dtype_match", "solver"): (lambda v: v != "liblinear", "their solvers work in float32; ours in float64"),
    ("test_large_sparse_matrix", "solver"): (lambda v: v in ("liblinear", "sag", "saga"), "their solvers' indices"),
    ("test_logistic_regression_array_api_compliance", "array_namespace"): (lambda v: v != "numpy", "not read"),
    ("test_logistic_regression_array_api_warm_start", "array_namespace"): (lambda v: v != "numpy", "the same"),
}  # fmt: skip

pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("ignore::normball.LegacyArgumentWarning"),
]


@pytest.fixture(autouse=True)
def no_sentence_about_solvers(monkeypatch):
    """Some of their tests make errors of all warnings, and all of them pass solver=."""
    for room in (normball.estimators.logistic, normball.estimators.logistic_cv):
        monkeypatch.setattr(room, "heed", lambda model: None)


@pytest.fixture
def global_random_seed():
    return 42  # theirs, unless an environment variable says otherwise


def _load() -> dict:
    """Their tests, by name, made in a module of its own."""
    file = Path(importlib.util.find_spec(THEIRS).origin)
    source = file.read_text("utf-8")
    assert source.count(IMPORT) == 1
    module = types.ModuleType("sklearn_test_logistic_of_normball")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    exec(compile(source.replace(IMPORT, OURS), str(file), "exec"), module.__dict__)
    tests = {name: test for name, test in vars(module).items() if name.startswith("test_")}
    assert tests.keys() >= LEFT_OUT.keys() | {name for name, _ in LEFT_OUT_VALUES}
    tests = {name: test for name, test in tests.items() if name not in LEFT_OUT}
    for name, test in tests.items():
        test.pytestmark = [_kept(name, mark) for mark in getattr(test, "pytestmark", ())]
    return tests


def _kept(test: str, mark: pytest.Mark) -> pytest.Mark:
    """A parametrize without the values that are left out; over a list, which a pytest of warnings as errors wants."""
    if mark.name != "parametrize":
        return mark
    (names, values), kept = mark.args, []
    listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for value in values:
        each = value.values if isinstance(value, PARAM) else value if len(listed) > 1 else (value,)
        known = zip(listed, each, strict=True)
        if not any(rule[0](v) for n, v in known if (rule := LEFT_OUT_VALUES.get((test, n)))):
            kept.append(value)
    assert kept, test
    return pytest.mark.parametrize(names, kept, **mark.kwargs).mark


globals().update(_load())


def test_enough_remain():
    """Were the lists of what is left out to grow, this would say so."""
    remain = 0
    for name, test in globals().items():
        if name.startswith("test_") and test is not test_enough_remain:
            marks = [mark for mark in test.pytestmark if mark.name == "parametrize"]
            remain += math.prod(len(mark.args[1]) for mark in marks)
    assert remain >= 190
