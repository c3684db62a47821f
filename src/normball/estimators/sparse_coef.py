"""coef_ as a sparse matrix and back, as scikit-learn's estimators do; predictions stay the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted


class SparseCoef:
    """sparsify() and densify() of a fitted estimator with coef_ (1 or K, p)."""

    coef_: Any

    def sparsify(self):
        """Keep coef_ as a scipy.sparse.csr_array: less room where an L1 penalty has left few of them. Returns self."""
        check_is_fitted(self, msg="%(name)s must be fitted before sparsifying.")
        self.coef_ = sparse.csr_array(self.coef_)
        return self

    def densify(self):
        """Keep coef_ as an ndarray again, as `fit` leaves it. Returns self."""
        check_is_fitted(self, msg="%(name)s must be fitted before densifying.")
        self.coef_ = dense_coef(self.coef_)
        return self


def dense_coef(coef) -> np.ndarray:
    """coef as an ndarray, whatever it is kept as."""
    return coef.toarray() if sparse.issparse(coef) else coef
