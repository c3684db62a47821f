"""LogisticRegression with scikit-learn's names and habits."""

from __future__ import annotations

import numpy as np

from .. import inputs
from ..certificates import Certificate
from ..certificates.ball import KKT
from ..errors import InputError, StrengthConflict
from ..geometry import Ball, ball_of
from ..inference.arguments import check_firth
from ..runtime import Watch
from ..strength import Strength, read_strength
from .base import LinearClassifier, fit_all
from .callbacks import Reports, with_callbacks
from .class_weights import prior_shift
from .legacy import DEPRECATED, heed, read_penalty
from .said import say
from .sparse_coef import dense_coef


class LogisticRegression(LinearClassifier):
    """Logistic regression, two classes or more, with an L2, L1 or elastic-net penalty, and a proof beside every fit.

    Minimises, with c the observation weights divided by their sum, η = b + X w and f = `penalty_factor`,

        F(b, w) = Σ c_i ℓ(y_i, η_i) + λ Σ_j f_j (α|w_j| + (1-α)/2 w_j²),      λ = 1/(C · Σ weights),   α = l1_ratio

    K >= 3 classes: the symmetric softmax, each class with coefficients and an intercept of its own.
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
    correct_probabilities : bool, default=False
        After a fit with class_weight {0: f_0, 1: f_1}: add log(f_0/f_1) to the intercept, so that probabilities are
        those of the classes as they came (exactly, where the model is saturated) instead of the weighted ones.
        `predict` then goes by them too. The certificate is that of the weighted fit, before the shift.
    penalty : 'elasticnet' or 'firth', default='elasticnet'
        'firth': Jeffreys' prior instead of C (or lam) and l1_ratio: finite on separated data, less biased in small
        samples, see `normball.solve`; `normball.firth_intervals` gives its intervals.
    prior_mean : array-like of shape (n_features,) or None, default=None
        What the penalty pulls the coefficients towards. None: zeros.
    standardize : bool, default=False
        Penalise sd_j·w_j instead of w_j. The coefficients stay per unit of each column.
    penalty_factor : array-like of shape (n_features,) or None, default=None
        f_j >= 0; 0 leaves a column without penalty. None: ones.
    unpenalised : list of str or int, array-like of bool, or None, default=None
        Columns without penalty, by name, by index or by a mask; the same as a penalty_factor of 0 there.
    grouped : bool, default=False
        Three or more classes: the L1 part is the length of each feature's coefficients, which are then 0 for all
        classes or for none.
    lower, upper : float, array-like of shape (n_features,) or None, default=None
        Bounds of the coefficients; lower=0 keeps them from being negative.
    tol : float, default=1e-8
        The duality gap to reach, relative to the loss of the null model: how far, at most, the objective lies above its
        minimum. Not scikit-learn's `tol`, which is a gradient in the units of the data.
    max_reads, time_limit : float or None, default=None
        Limits, in reads of X and in seconds. What is reached by then is kept, with a ConvergenceWarning.
    radius : float or None, default=None
        t > 0, instead of C and lam: the smallest mean loss subject to norm <= t. Finite on separable data.
    norm : {'l1', 'l2', 'elastic'} or None, default=None
        The norm that `radius` bounds (see `normball.Ball`). None: the one of l1_ratio.
    warm_start : bool, default=False
        Begin from the coefficients of the last fit; the answer does not depend on it.
    penalty, solver, dual, intercept_scaling, max_iter, verbose, n_jobs
        What code written for scikit-learn may pass. They choose no solver here: a LegacyArgumentWarning says, in one
        sentence, what each means.
    random_state : default=None
        Accepted as well; nothing is drawn at random.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Coefficients, per unit of each column.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercept, 0 with fit_intercept=False.
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted; of two the second is the one whose log-odds η are.
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
    l1_ratio_ : float
        α, whichever way it was given.
    status_ : str
        certified | uncertified | separated | stationary (penalty='firth')
    intercept_shift_ : float or ndarray of shape (n_classes,)
        What correct_probabilities has added to the intercept, 0 without it.
    multiplier_, active_, kkt_ : float, bool, KKT
        Of the constraint, as in `normball.solve(..., ball=)`; `lambda_` is then the equivalent penalty. Defined only
        with `radius`.

    See Also
    --------
    normball.solve : The same as a function, with offsets, soft labels and a start.
    normball.audit : The certificate of anybody's coefficients.
    """

    n_iter_: np.ndarray
    lambda_: float
    l1_ratio_: float
    strength_: dict[str, float]
    certificate_: Certificate
    status_: str
    intercept_shift_: float | np.ndarray
    multiplier_: float
    active_: bool
    kkt_: KKT

    def __init__(
        self, C=1.0, l1_ratio=0.0, *, lam=None, fit_intercept=True, class_weight=None, standardize=False,
        penalty_factor=None, grouped=False, lower=None, upper=None, tol=1e-8, max_reads=None, time_limit=None,
        radius=None, norm=None, correct_probabilities=False, prior_mean=None, warm_start=False, penalty=DEPRECATED,
        solver=None, dual=False, intercept_scaling=1, max_iter=None, random_state=None, verbose=0, n_jobs=None,
        unpenalised=None,
    ):  # fmt: skip
        self.C = C
        self.l1_ratio = l1_ratio
        self.lam = lam
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.standardize = standardize
        self.penalty_factor = penalty_factor
        self.grouped = grouped
        self.lower = lower
        self.upper = upper
        self.tol = tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.radius = radius
        self.norm = norm
        self.correct_probabilities = correct_probabilities
        self.prior_mean = prior_mean
        self.warm_start = warm_start
        self.penalty = penalty
        self.solver = solver
        self.dual = dual
        self.intercept_scaling = intercept_scaling
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.unpenalised = unpenalised

    @with_callbacks
    def fit(self, X, y, sample_weight=None):
        """Fit, and prove it.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix
        y : (n_samples,) labels of two or more classes, of any one type; or (n_samples, 2) counts, successes first,
            failures second: classes_ is then [0, 1]
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
        heed(self)
        ratio, penalised = read_penalty(self.penalty, self.l1_ratio, self.C)
        l1_ratio, tol = inputs.read_l1_ratio(ratio), inputs.read_tol(self.tol)
        ball = self._ball(l1_ratio)
        if self.lam is None and self.C is None and ball is None:
            raise StrengthConflict("No strength of the penalty was given: pass C, or lam (0 for no penalty).")
        if ball is not None:
            strength, l1_ratio = Strength(lam=0.0), ball.ratio
        else:
            strength = Strength(C=inputs.read_C(self.C)) if self.lam is None else read_strength(self.lam)
            if strength.name not in ("k", "df"):
                strength.check(l1_ratio)
        firth = penalised and self._is_firth(l1_ratio)
        shift = self._shift(y, sample_weight)
        reports = Reports(self, X, y, sample_weight)
        task = self._read(X, y, sample_weight, self.prior_mean, counts=True)
        sought = strength if strength.by_path else None
        lam = strength.lam(task.total, l1_ratio) if penalised and not firth and sought is None else 0.0
        near = self._before(task) if inputs.read_flag(self.warm_start, "warm_start") else None
        fitted, said = fit_all(task, lam, l1_ratio, tol, reports.listen(Watch(*limits)), near, ball, firth, sought)
        fitted |= dict(intercept_=fitted["intercept_"] + shift, intercept_shift_=shift)
        say(said)
        rounds = fitted["certificate_"].rounds
        self._become(task, fitted | dict(l1_ratio_=l1_ratio, n_iter_=np.array([max(rounds, 1)], dtype=np.int32)))
        reports.end()
        return self

    @classmethod
    def load(cls, path) -> LogisticRegression:
        """The fitted model in a model file, of `save` or of `normball fit --out`.

        It predicts as the one that was saved; `.record_` has what else stands in the file, the certificate's numbers
        among it. Of `normball fit`, it is a model of the encoded columns. Columns called x0, x1, … count as unnamed.
        Reading runs nothing that stands in the file; unpickling does, so never unpickle what you do not trust.

        Raises
        ------
        ModelFileError : no such file, not a model file, damaged
        """
        from .saving import fitted_of

        asked, fitted = fitted_of(path)
        model = cls(**asked)
        model.__dict__.update(fitted)
        return model

    def _before(self, task):
        """(coef, intercept) of the last fit, if it had the same classes and columns."""
        same = hasattr(self, "coef_") and np.array_equal(self.classes_, task.classes)
        if not same or self.n_features_in_ != task.n_features:
            return None
        b = (self.intercept_ - self.intercept_shift_) * task.has_intercept
        coef = dense_coef(self.coef_)
        return (coef[0], float(b[0])) if len(coef) == 1 else (coef.T, b)

    def _ball(self, l1_ratio: float) -> Ball | None:
        if isinstance(self.lam, Strength) and self.lam.name == "t" and self.radius is None:
            return ball_of(self.lam.value, self.lam.norm, l1_ratio)
        if self.radius is None:
            if self.norm is not None:
                raise InputError(f"norm={self.norm!r} was given without radius. Pass radius, or leave norm out.")
            return None
        said = "lam" if self.lam is not None else "C" if self.C is not None and self.C != 1.0 else None
        if said is not None:
            raise StrengthConflict(
                f"radius={self.radius!r} and {said}={getattr(self, said)!r} were both given: each fixes the strength "
                "of the penalty. Keep one (C=1.0, its default, counts as not given)."
            )
        return ball_of(self.radius, self.norm, l1_ratio)

    def _is_firth(self, l1_ratio: float) -> bool:
        """Whether Firth's penalty is asked for; raises where something else stands in its way."""
        if self.penalty != "firth":
            return False
        if self.C not in (None, 1.0):
            raise StrengthConflict(
                f"C={self.C!r} was given with penalty='firth', which has no strength. Leave C at 1.0, its default, or "
                "leave penalty out."
            )
        check_firth(
            lam=self.lam, l1_ratio=l1_ratio, penalty_factor=self.penalty_factor, unpenalised=self.unpenalised,
            standardize=self.standardize,
            prior_mean=self.prior_mean, lower=self.lower, upper=self.upper, grouped=self.grouped, radius=self.radius,
        )  # fmt: skip
        return True

    def _shift(self, y, sample_weight) -> float | np.ndarray:
        """What goes to the intercept after the fit."""
        if not inputs.read_flag(self.correct_probabilities, "correct_probabilities") or self.class_weight is None:
            return 0.0
        if not self.fit_intercept:
            raise InputError(
                "correct_probabilities=True moves the intercept, but fit_intercept=False. Fit an intercept, or leave "
                "correct_probabilities out."
            )
        return prior_shift(self.class_weight, y, sample_weight)
