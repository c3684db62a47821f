"""LogisticRegression with scikit-learn's names and habits."""

from __future__ import annotations

import warnings

import numpy as np

from .. import inputs
from ..certificates import Certificate
from ..errors import StrengthConflict
from ..runtime import Watch
from ..strength import Strength, read_strength
from .base import TwoClasses, fit_all
from .callbacks import Reports, with_callbacks


class LogisticRegression(TwoClasses):
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
    lam : float, Strength or None, default=None
        λ >= 0, the strength on the *mean* loss, which does not depend on the number of rows; instead of C (both is an
        error). 0: no penalty. Or a normball.Strength, which says it in another dialect: Strength(sigma=2.0).
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
    strength_ : dict
        The same strength in every dialect that can say it: C, lambd, sigma, ...
    certificate_ : Certificate
        The proof: .gap, .relative_gap, .status, .reads, .summary(), ...
    status_ : str
        certified | uncertified | separated

    See Also
    --------
    normball.solve : The same as a function, with offsets, soft labels and a start.
    normball.audit : The certificate of anybody's coefficients.
    """

    n_iter_: np.ndarray
    lambda_: float
    strength_: dict[str, float]
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

    @with_callbacks
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
        if self.lam is not None and self.C is not None and self.C != 1.0:
            raise StrengthConflict(
                f"lam={self.lam!r} and C={self.C!r} were both given: each fixes the strength of the penalty. "
                "Keep one (C=1.0, its default, counts as not given)."
            )
        l1_ratio, tol = inputs.read_l1_ratio(self.l1_ratio), inputs.read_tol(self.tol)
        if self.lam is None and self.C is None:
            raise StrengthConflict("No strength of the penalty was given: pass C, or lam (0 for no penalty).")
        strength = Strength(C=inputs.read_C(self.C)) if self.lam is None else read_strength(self.lam)
        strength.check(l1_ratio)
        reports = Reports(self, X, y, sample_weight)
        task = self._read(X, y, sample_weight)
        fitted, said = fit_all(task, strength.lam(task.total, l1_ratio), l1_ratio, tol, reports.listen(Watch(*limits)))
        for message, kind in said:
            warnings.warn(message, kind, stacklevel=3)
        rounds = fitted["certificate_"].rounds
        self._become(task, fitted | dict(n_iter_=np.array([max(rounds, 1)], dtype=np.int32)))
        reports.end()
        return self
