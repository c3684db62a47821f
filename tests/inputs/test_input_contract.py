"""The errors as one family, and scikit-learn's own checks of what an estimator must refuse, on our reading alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import estimator_checks as checks
from sklearn.utils.validation import check_is_fitted

from normball import errors
from normball.inputs import align, check_finite, read_inputs


def test_the_family():
    assert issubclass(errors.InputError, errors.NormballError)
    assert issubclass(errors.InputError, ValueError)
    assert issubclass(errors.TypeInputError, errors.InputError)
    assert issubclass(errors.TypeInputError, TypeError)
    assert issubclass(errors.StrengthConflict, errors.InputError)
    assert issubclass(errors.ConvergenceWarning, errors.NormballWarning)
    assert issubclass(errors.NormballWarning, UserWarning)
    assert not issubclass(errors.NormballError, ValueError)
    for name in errors.__all__:
        assert getattr(errors, name).__doc__


class Reader(ClassifierMixin, BaseEstimator):
    """Reads as an estimator of ours would, and predicts by the nearest class mean: enough for the checks of input."""

    def fit(self, X, y, sample_weight=None):
        data = read_inputs(X, y, sample_weight=sample_weight)
        check_finite(data.X, data.names)
        if data.classes is None:
            raise ValueError("Unknown label type: continuous")
        X = data.X if isinstance(data.X, np.ndarray) else data.X.toarray()
        means = [np.average(X[data.y == side], axis=0, weights=data.weight[data.y == side]) for side in (0.0, 1.0)]
        self.classes_, self.means_, self.n_features_in_ = data.classes, np.array(means), X.shape[1]
        return self

    def predict(self, X):
        check_is_fitted(self)
        X = align(X, None, width=self.n_features_in_)
        check_finite(X)
        X = X if isinstance(X, np.ndarray) else X.toarray()
        far = [((X - mean) ** 2).sum(axis=1) for mean in self.means_]
        return self.classes_[(far[1] < far[0]).astype(int)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False
        return tags


CHECKS = [
    checks.check_dtype_object,
    checks.check_complex_data,
    checks.check_fit1d,
    checks.check_fit2d_1sample,
    checks.check_fit2d_1feature,
    checks.check_fit2d_predict1d,
    checks.check_estimators_nan_inf,
    checks.check_estimators_dtypes,
    checks.check_estimator_sparse_array,
    checks.check_estimator_sparse_matrix,
    checks.check_classifiers_one_label,
    checks.check_classifiers_one_label_sample_weights,
    checks.check_classifiers_regression_target,
    checks.check_classifiers_classes,
    checks.check_requires_y_none,
    checks.check_supervised_y_no_nan,
    checks.check_sample_weights_pandas_series,
    checks.check_sample_weights_not_an_array,
    checks.check_sample_weights_list,
    checks.check_sample_weights_shape,
    checks.check_all_zero_sample_weights_error,
    checks.check_sample_weights_not_overwritten,
    checks.check_readonly_memmap_input,
    checks.check_f_contiguous_array_estimator,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.filterwarnings("ignore:Downcasting:FutureWarning")
def test_scikit_learn_finds_nothing_to_say(check):
    check("Reader", Reader())
