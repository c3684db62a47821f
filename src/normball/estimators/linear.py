"""Ridge, Lasso and ElasticNet with scikit-learn's names, alphas and defaults."""

from __future__ import annotations

from .. import inputs
from ..runtime import Watch
from .legacy import LINEAR, heed
from .regression import LinearRegressor, fit_one, read_alpha
from .said import say


class Ridge(LinearRegressor):
    """Linear regression with an L2 penalty, and a proof beside every fit.

    Minimises  Σ c_i (y_i - b - x_i w)² + alpha ‖w‖²,  c the sample weights; b is not penalised. Inside, the loss is a
    mean and halved, so λ = alpha / Σ c: `lambda_`.

    Parameters
    ----------
    alpha : float, default=1.0
        >= 0, the strength; of the *sum* of squares, as in scikit-learn. 0: no penalty; of equally good solutions that
        of smallest norm.
    fit_intercept : bool, default=True
        Whether there is an intercept.
    positive : bool, default=False
        Coefficients >= 0. Needs alpha > 0.
    tol : float, default=1e-8
        The duality gap to reach, relative to the loss of the null model: how far, at most, the objective lies above its
        minimum. Not scikit-learn's `tol`.
    max_reads, time_limit : float or None, default=None
        Limits, in reads of X and in seconds. What is reached by then is kept, with a ConvergenceWarning.
    copy_X, max_iter, solver, random_state
        What code written for scikit-learn may pass. They change nothing here: a LegacyArgumentWarning says, in one
        sentence, what each means (random_state, which nothing is drawn from, needs none).

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Coefficients, per unit of each column.
    intercept_ : float
        Intercept, 0 with fit_intercept=False.
    n_features_in_ : int
        Number of columns seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns seen during fit. Defined only where X had names that are all strings.
    n_iter_ : int
        Rounds: passes in which a candidate was judged.
    dual_gap_ : float
        How far, at most, the mean loss ½(y - η)² with its penalty lies above its minimum.
    lambda_ : float
        The strength on the mean loss.
    certificate_ : Certificate
        The proof: .gap, .relative_gap, .status, .reads, .summary(), ...
    status_ : str
        certified | uncertified

    See Also
    --------
    normball.solve : The same as a function (loss="squared"), with offsets, penalty factors and a start.
    """

    n_iter_: int
    dual_gap_: float
    lambda_: float
    status_: str

    def __init__(
        self, alpha=1.0, *, fit_intercept=True, positive=False, tol=1e-8, max_reads=None, time_limit=None,
        copy_X=True, max_iter=None, solver="auto", random_state=None,
    ):  # fmt: skip
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.tol = tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.solver = solver
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        """Fit, and prove it.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix
        y : (n_samples,) finite numbers
        sample_weight : (n_samples,) >= 0; a weight of 2 is the row twice.  None: ones

        Returns
        -------
        self

        Raises InputError (a ValueError) and Interrupted (Ctrl-C); an earlier fit then stays whole.  Warns with
        ConvergenceWarning where the answer is not certified.
        """
        alpha = read_alpha(self.alpha)
        return _fit(self, X, y, sample_weight, 0.0, lambda total: alpha / total)


class ElasticNet(LinearRegressor):
    """Linear regression with an elastic-net penalty, and a proof beside every fit.

    Minimises  Σ c_i ½(y_i - b - x_i w)² / Σ c_i + alpha (l1_ratio ‖w‖₁ + (1 - l1_ratio)/2 ‖w‖²),  c the sample weights;
    b is not penalised. alpha is λ: `lambda_`.

    Parameters
    ----------
    alpha : float, default=1.0
        >= 0, the strength; of the *mean* loss, as in scikit-learn. 0: no penalty.
    l1_ratio : float, default=0.5
        0 ridge, 1 lasso.
    fit_intercept, positive, tol, max_reads, time_limit
        As in Ridge.
    precompute, copy_X, max_iter, warm_start, random_state, selection
        What code written for scikit-learn may pass. They change nothing here: a LegacyArgumentWarning says, in one
        sentence, what each means (random_state, which nothing is drawn from, needs none).

    Attributes
    ----------
    coef_, intercept_, n_features_in_, feature_names_in_, n_iter_, dual_gap_, lambda_, certificate_, status_
        As in Ridge.
    """

    n_iter_: int
    dual_gap_: float
    lambda_: float
    status_: str

    def __init__(
        self, alpha=1.0, *, l1_ratio=0.5, fit_intercept=True, positive=False, tol=1e-8, max_reads=None,
        time_limit=None, precompute=False, copy_X=True, max_iter=1000, warm_start=False, random_state=None,
        selection="cyclic",
    ):  # fmt: skip
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.tol = tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.warm_start = warm_start
        self.random_state = random_state
        self.selection = selection

    def fit(self, X, y, sample_weight=None):
        """Fit, and prove it: as in Ridge."""
        alpha, l1_ratio = read_alpha(self.alpha), inputs.read_l1_ratio(self.l1_ratio)
        return _fit(self, X, y, sample_weight, l1_ratio, lambda total: alpha)


class Lasso(LinearRegressor):
    """Linear regression with an L1 penalty, and a proof beside every fit: ElasticNet with l1_ratio = 1.

    Parameters
    ----------
    alpha : float, default=1.0
        >= 0, the strength; of the *mean* loss, as in scikit-learn.
    fit_intercept, positive, tol, max_reads, time_limit
        As in Ridge.
    precompute, copy_X, max_iter, warm_start, random_state, selection
        What code written for scikit-learn may pass. They change nothing here: a LegacyArgumentWarning says, in one
        sentence, what each means (random_state, which nothing is drawn from, needs none).

    Attributes
    ----------
    coef_, intercept_, n_features_in_, feature_names_in_, n_iter_, dual_gap_, lambda_, certificate_, status_
        As in Ridge.
    """

    n_iter_: int
    dual_gap_: float
    lambda_: float
    status_: str

    def __init__(
        self, alpha=1.0, *, fit_intercept=True, positive=False, tol=1e-8, max_reads=None, time_limit=None,
        precompute=False, copy_X=True, max_iter=1000, warm_start=False, random_state=None, selection="cyclic",
    ):  # fmt: skip
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.tol = tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.warm_start = warm_start
        self.random_state = random_state
        self.selection = selection

    def fit(self, X, y, sample_weight=None):
        """Fit, and prove it: as in Ridge."""
        alpha = read_alpha(self.alpha)
        return _fit(self, X, y, sample_weight, 1.0, lambda total: alpha)


def _fit(model, X, y, sample_weight, l1_ratio: float, lam_of):
    """The one fit of all three; lam_of(sum of the weights) is λ."""
    heed(model, LINEAR)
    limits = inputs.read_limit(model.max_reads, "max_reads"), inputs.read_limit(model.time_limit, "time_limit")
    tol = inputs.read_tol(model.tol)
    task = model._read(X, y, sample_weight, model.positive)
    fitted, said = fit_one(task, lam_of(task.total), l1_ratio, tol, Watch(*limits))
    say(said)
    model._become(task, fitted)
    return model
