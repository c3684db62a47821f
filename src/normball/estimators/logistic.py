"""LogisticRegression with scikit-learn's names and habits."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.special import expit, log_expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import inputs, verbs
from ..certificates import Certificate
from ..errors import ConvergenceWarning, InputError, StrengthConflict
from ..inputs.frames import is_frame
from ..runtime import Watch
from .class_weights import times_class_weight

BLOCK = 2**18  # numbers that are turned into float64 at a time where X is of another kind


class LogisticRegression(ClassifierMixin, BaseEstimator):
    """Logistic regression for two classes with an L2, L1 or elastic-net penalty, and a proof beside every fit.

    Minimises, with c the observation weights divided by their sum, η = b + X w and f = `penalty_factor`,

        F(b, w) = Σ c_i ℓ(y_i, η_i) + λ Σ_j f_j (α|w_j| + (1-α)/2 w_j²),      λ = 1/(C · Σ weights),   α = l1_ratio

    The same coefficients as scikit-learn's LogisticRegression, to the digits that the certificate proves; the
    intercept is never penalised.

    Parameters
    ----------
    C : float, default=1.0
        > 0; the inverse of the strength of the penalty on the *sum* of the losses, as in scikit-learn. inf: no penalty.
    l1_ratio : float, default=0.0
        α in [0, 1]: 0 ridge (L2), 1 lasso (L1), between them the elastic net.
    lam : float or None, default=None
        λ >= 0, the strength on the *mean* loss, which does not depend on the number of rows; instead of C (both is an
        error). 0: no penalty.
    fit_intercept : bool, default=True
        Whether η has an intercept.
    class_weight : dict, 'balanced' or None, default=None
        Multiplies the weights of the observations: {label: weight}, or such that both classes weigh the same.
    standardize : bool, default=False
        Penalise sd_j·w_j instead of w_j. The coefficients stay per unit of each column.
    penalty_factor : array-like of shape (n_features,) or None, default=None
        f_j >= 0; 0 leaves a column without penalty. None: ones.
    tol : float, default=1e-8
        The duality gap to reach, relative to the loss of the null model: how far, at most, the objective lies above its
        minimum. Not scikit-learn's `tol`, which is a gradient in the units of the data.
    max_reads, time_limit : float or None, default=None
        Limits, in reads of X and in seconds. What is reached by then is kept, with a ConvergenceWarning.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features)
        Coefficients, per unit of each column.
    intercept_ : ndarray of shape (1,)
        Intercept, 0 with fit_intercept=False.
    classes_ : ndarray of shape (2,)
        The labels, sorted; the second is the one whose log-odds η are.
    n_features_in_ : int
        Number of columns seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns seen during fit. Defined only where X had names that are all strings.
    n_iter_ : ndarray of shape (1,)
        Rounds: passes in which a candidate was judged.
    lambda_ : float
        λ, the strength on the mean loss, whichever way it was given.
    certificate_ : Certificate
        The proof: .gap, .relative_gap, .status, .reads, .summary(), ...
    status_ : str
        certified | uncertified | separated

    See Also
    --------
    normball.solve : The same as a function, with offsets, soft labels and a start.
    normball.audit : The certificate of anybody's coefficients.
    """

    coef_: np.ndarray
    intercept_: np.ndarray
    classes_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray
    n_iter_: np.ndarray
    lambda_: float
    certificate_: Certificate
    status_: str

    def __init__(
        self, C=1.0, l1_ratio=0.0, *, lam=None, fit_intercept=True, class_weight=None, standardize=False,
        penalty_factor=None, tol=1e-8, max_reads=None, time_limit=None,
    ):  # fmt: skip
        self.C = C
        self.l1_ratio = l1_ratio
        self.lam = lam
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.standardize = standardize
        self.penalty_factor = penalty_factor
        self.tol = tol
        self.max_reads = max_reads
        self.time_limit = time_limit

    def fit(self, X, y, sample_weight=None):
        """Fit, and prove it.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix
        y : (n_samples,) labels of two classes, of any one type
        sample_weight : (n_samples,) >= 0; a weight of 2 is the row twice.  None: ones

        Returns
        -------
        self

        Raises
        ------
        InputError : an argument that cannot be used, and why (a ValueError); StrengthConflict: both lam and C
        Interrupted : Ctrl-C; a KeyboardInterrupt that carries `.solution`, the best answer so far

        Whatever is raised, an earlier fit stays whole.  Warns with ConvergenceWarning where it is not certified.
        """
        limits = inputs.read_limit(self.max_reads, "max_reads"), inputs.read_limit(self.time_limit, "time_limit")
        task = self._task(X, y, sample_weight)
        solution = verbs._solve(task, Watch(*limits), None)
        certificate = solution.certificate
        if certificate.status != "certified":
            warnings.warn(certificate.summary(), ConvergenceWarning, stacklevel=2)
        fitted = dict(
            coef_=solution.coef[None, :], intercept_=np.array([solution.intercept]), classes_=task.classes,
            n_features_in_=task.design.p, n_iter_=np.array([max(certificate.rounds, 1)], dtype=np.int32),
            lambda_=task.lam, certificate_=certificate, status_=certificate.status,
        )  # fmt: skip
        if task.names is not None:
            fitted["feature_names_in_"] = np.array(task.names, dtype=object)
        kept = {name: value for name, value in vars(self).items() if name != "feature_names_in_"}
        self.__dict__ = kept | fitted  # at once: a Ctrl-C falls before or behind it, never into it
        return self

    def decision_function(self, X):
        """η = intercept + X coef, (n_samples,): the log-odds of classes_[1]."""
        check_is_fitted(self)
        named = is_frame(X)
        X = X if named else inputs.read_matrix(X)[0]
        validate_data(self, X, reset=False, skip_check_array=True)  # names and their order, number of columns
        X = inputs.read_matrix(X)[0] if named else X
        if isinstance(X, np.ndarray):
            inputs.check_finite(X, getattr(self, "feature_names_in_", None))
        return _times(X, self.coef_[0]) + self.intercept_[0]

    def predict(self, X):
        """The more probable class of each row, (n_samples,)."""
        likely = self.decision_function(X) > 0
        return self.classes_[likely.astype(np.intp)]

    def predict_proba(self, X):
        """Probabilities (n_samples, 2) in the order of `classes_`."""
        eta = self.decision_function(X)
        return np.column_stack([expit(-eta), expit(eta)])

    def predict_log_proba(self, X):
        """Their logarithms, (n_samples, 2): finite where a probability is too small to be written."""
        eta = self.decision_function(X)
        return np.column_stack([log_expit(-eta), log_expit(eta)])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False  # for now
        return tags

    def _task(self, X, y, sample_weight) -> verbs.Task:
        """The arguments and the parameters as a checked problem."""
        if y is None:
            raise InputError(f"This {type(self).__name__} requires y to be passed, but the target y is None.")
        if self.lam is not None and self.C is not None and self.C != 1.0:
            raise StrengthConflict(
                f"lam={self.lam!r} and C={self.C!r} were both given: each fixes the strength of the penalty. "
                "Keep one (C=1.0, its default, counts as not given)."
            )
        if tuple(getattr(y, "shape", ()))[1:] == (1,):
            words = "A column-vector y was passed when a 1d array was expected. Pass y.ravel() to make this explicit."
            warnings.warn(words, DataConversionWarning, stacklevel=3)
        weight = sample_weight
        if self.class_weight is not None:
            weight = times_class_weight(self.class_weight, y, sample_weight)
        task = verbs._task(
            X, y, self.lam, self.l1_ratio, self.penalty_factor, weight, None, self.fit_intercept, self.standardize,
            self.tol, C=None if self.lam is not None else self.C,
        )  # fmt: skip
        if task.design.p == 0:
            raise InputError(
                f"Found array with 0 feature(s) (shape=({task.design.n}, 0)) while a minimum of 1 is required: X."
            )
        if task.classes is None or (task.classes.dtype.kind == "f" and (task.classes != np.rint(task.classes)).any()):
            raise InputError(
                "Unknown label type: continuous. y holds fractions, and the labels of a classifier are bools, whole "
                "numbers or words. Make classes of them, for example y > 0.5; normball.solve takes soft labels."
            )
        return task


def _times(X, coef: np.ndarray) -> np.ndarray:
    """X coef, (n,) float64; a large float32 X is never copied as a whole."""
    if not isinstance(X, np.ndarray) or X.dtype == np.float64:
        return X @ coef
    out, step = np.empty(len(X)), max(1, BLOCK // len(coef))
    for lo in range(0, len(X), step):
        out[lo : lo + step] = X[lo : lo + step] @ coef
    return out
