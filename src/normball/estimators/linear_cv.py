"""LassoCV and ElasticNetCV: the strength chosen by held-out rows, with scikit-learn's names and layout."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from sklearn.utils import metadata_routing

from .. import inputs
from ..errors import ConvergenceWarning, InputError
from ..inputs.values import read_number
from ..paths import Grid, lam_max
from ..runtime import Watch
from ..selection import CrossValidation, Split, cross_validate_task, make_splits
from ..selection.splits import together
from ..tasks import Task
from .folds import without_data
from .legacy import LINEAR, heed
from .regression import LinearRegressor, fit_one, read_alpha
from .said import say

PATH_TOL = 1e-6  # of the path that the folds begin from; what is chosen is fitted to the model's own tol
LEAST = float(np.finfo(float).resolution)  # the grid of a y that nothing explains begins here, as scikit-learn's


class Chosen(LinearRegressor):
    """What the models with folds share."""

    __metadata_request__fit: ClassVar = {"groups": metadata_routing.UNUSED}  # the splitter's to ask for

    alpha_: float
    n_iter_: int
    dual_gap_: float
    lambda_: float
    status_: str
    cross_validation_: CrossValidation | None

    def get_metadata_routing(self):
        """What goes where: sample_weight to the fit (if requested), the rest to the splitter."""
        to_splitter = metadata_routing.MethodMapping().add(caller="fit", callee="split")
        router = metadata_routing.MetadataRouter(owner=self).add_self_request(self)
        return router.add(splitter=self.cv, method_mapping=to_splitter)  # pyright: ignore

    def _in_folds(self, X, y, sample_weight, groups, positive=False) -> tuple[Task, list[Split]]:
        """The data with their folds, drawn as scikit-learn draws them."""
        splits: list[Split] = []

        def cells_of(data):
            cv = _splitter(self.cv, groups)  # pyright: ignore
            splits.extend(make_splits(data, cv, groups=groups, X=data.X, y=data.y))
            return together(splits)[0].cells

        return self._read(X, y, sample_weight, positive, cells_of), splits


def _splitter(cv, groups):
    from sklearn.model_selection import KFold

    number = isinstance(cv, (int, np.integer)) and not isinstance(cv, bool)
    if cv is None or number:
        if groups is not None:
            raise InputError(
                f"groups were given, but cv={cv!r} makes folds that do not look at them. Pass a splitter that does, "
                "for example cv=GroupKFold(5) of sklearn.model_selection."
            )
        return KFold(5 if cv is None else int(cv))
    if isinstance(cv, (bool, str)) or not (hasattr(cv, "split") or hasattr(cv, "__iter__")):
        raise InputError(
            f"cv={cv!r} must be a number of folds, a splitter, pairs (training rows, test rows), or fold numbers, one "
            "for each row."
        )
    return cv


class _PathCV(Chosen):
    """LassoCV and ElasticNetCV are the same but for their l1_ratios."""

    alphas_: np.ndarray
    mse_path_: np.ndarray
    eps: float  # parameters of both
    alphas: int | np.ndarray
    positive: bool
    tol: float
    fold_tol: float
    max_reads: float | None
    time_limit: float | None

    def _fit(self, X, y, sample_weight, groups, ratios: tuple[float, ...]):
        heed(self, LINEAR)
        watch = Watch(inputs.read_limit(self.max_reads, "max_reads"), inputs.read_limit(self.time_limit, "time_limit"))
        tol, fold_tol = inputs.read_tol(self.tol), inputs.read_tol(self.fold_tol)
        eps = read_number(self.eps, "eps", "a number between 0 and 1", lambda v: 0.0 < v < 1.0)
        given = _read_alphas(self.alphas)
        task, splits = self._in_folds(X, y, sample_weight, groups, self.positive)
        grids = [_grid(task, ratio, given, eps) for ratio in ratios]
        values, path, best = [], [], None
        for ratio, alphas in zip(ratios, grids, strict=True):  # each with its own grid: a cell's Gram is read once
            descending, place = np.unique(-alphas, return_inverse=True)
            grid = Grid(-descending, len(descending))
            found = cross_validate_task(
                task, splits, (ratio,), grid, tol=max(tol, PATH_TOL), fold_tol=fold_tol, watch=watch
            )
            losses = found.losses[:, 0, place]
            k = int(np.argmin(losses.mean(0)))
            values.append(losses.T)
            path.append(found)
            if best is None or losses.mean(0)[k] < best[0]:
                best = losses.mean(0)[k], ratio, float(alphas[k]), found
        assert best is not None
        _, ratio, alpha, found = best
        said = [(words, kind) for one in path for words, kind in one.warnings() if kind is ConvergenceWarning]
        fitted, more = fit_one(task, alpha, ratio, tol, watch, found.paths[0].coef_at(alpha))
        say(said + more)
        kept = dict(
            alpha_=alpha, mse_path_=np.squeeze(np.stack(values)), cross_validation_=without_data(found),
            alphas_=grids[0] if len(ratios) == 1 or given.ndim else np.stack(grids),
        )  # fmt: skip
        self._become(task, fitted | kept | self._more(ratio))
        return self

    def _more(self, ratio: float) -> dict:
        return {}


def _read_alphas(alphas) -> np.ndarray:
    """How many (an integer, no dimension), or the strengths from above."""
    if isinstance(alphas, (int, np.integer)) and not isinstance(alphas, bool):
        if alphas < 1:
            raise InputError(f"alphas={alphas} must be at least 1 strength, or a list of them.")
        return np.array(int(alphas))
    values = np.array([read_alpha(alpha, "alphas") for alpha in np.atleast_1d(np.asarray(alphas, object))])
    if not len(values):
        raise InputError("alphas is empty: give at least one strength.")
    return np.sort(values)[::-1]


def _grid(task: Task, ratio: float, given: np.ndarray, eps: float) -> np.ndarray:
    if given.ndim:
        return given
    if ratio == 0.0:
        raise InputError("l1_ratio=0 has no largest alpha to begin a grid at: give alphas of your own.")
    top = max(lam_max(task, ratio), LEAST)
    return np.geomspace(top, top * eps, int(given))


class LassoCV(_PathCV):
    """Lasso whose alpha is chosen by cross-validation; every alpha and fold comes from one Gram per fold.

    Parameters
    ----------
    eps : float, default=1e-3
        The smallest alpha of the grid over the largest, at which every coefficient is 0.
    alphas : int or array-like, default=100
        How many, or the strengths themselves, of the *mean* loss: the same in every fold.
    fit_intercept : bool, default=True
        Whether there is an intercept.
    cv : int, splitter, array-like or None, default=None
        The folds. None: 5; a number: so many, not shuffled, as in scikit-learn; or one of its splitters, pairs
        (training rows, test rows), or fold numbers (n_samples,); rows with a negative one are never held out.
    positive : bool, default=False
        Coefficients >= 0.
    tol, fold_tol : float, default=1e-8, 1e-5
        Gaps to reach, relative to the null loss: of the final fit, and in the folds.
    max_reads, time_limit : float or None, default=None
        Limits in reads of X and in seconds. What is reached by then is kept, with a ConvergenceWarning.
    precompute, copy_X, max_iter, verbose, n_jobs, random_state, selection
        What code written for scikit-learn may pass. They change nothing here: a LegacyArgumentWarning says, in one
        sentence, what each means (random_state, which nothing is drawn from, needs none).

    Attributes
    ----------
    alpha_ : float
        What was chosen: the smallest mean of `mse_path_`, of equals the largest alpha.
    alphas_ : ndarray of shape (n_alphas,)
        The grid, from above.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        Mean squared errors of the held-out rows, by their weights.
    coef_, intercept_, n_features_in_, feature_names_in_, n_iter_, dual_gap_, lambda_, certificate_, status_
        As in Lasso.
    cross_validation_ : CrossValidation
        Curves with standard errors, folds' certificates and the path.

    See Also
    --------
    normball.cross_validate : The same as a function (loss="squared"): repeats, relaxed fits, the rule '1se'.
    """

    def __init__(
        self, *, eps=1e-3, alphas=100, fit_intercept=True, cv=None, positive=False, tol=1e-8, fold_tol=1e-5,
        max_reads=None, time_limit=None, precompute="auto", copy_X=True, max_iter=1000, verbose=False, n_jobs=None,
        random_state=None, selection="cyclic",
    ):  # fmt: skip
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.positive = positive
        self.tol = tol
        self.fold_tol = fold_tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.selection = selection

    def fit(self, X, y, sample_weight=None, *, groups=None):
        """Choose, fit, and prove it.

        X (n_samples, n_features) array, frame or sparse; y (n_samples,) finite numbers; sample_weight (n_samples,)
        >= 0, used in the fits and in the scores; groups (n_samples,) for a splitter that asks for them.  Raises
        InputError and Interrupted, and an earlier fit then stays whole; warns with ConvergenceWarning where something
        is not certified.
        """
        return self._fit(X, y, sample_weight, groups, (1.0,))


class ElasticNetCV(_PathCV):
    """ElasticNet whose alpha and l1_ratio are chosen by cross-validation, from one Gram per fold.

    Parameters
    ----------
    l1_ratio : float or array-like, default=0.5
        The mixture, or mixtures to choose from; 0 needs alphas of your own.
    eps, alphas, fit_intercept, cv, positive, tol, fold_tol, max_reads, time_limit
        As in LassoCV; each l1_ratio has a grid of its own.
    precompute, copy_X, max_iter, verbose, n_jobs, random_state, selection
        What code written for scikit-learn may pass. They change nothing here: a LegacyArgumentWarning says, in one
        sentence, what each means (random_state, which nothing is drawn from, needs none).

    Attributes
    ----------
    l1_ratio_ : float
        The mixture that was chosen.
    alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratios, n_alphas)
    mse_path_ : ndarray of shape (n_alphas, n_folds) or (n_l1_ratios, n_alphas, n_folds)
    alpha_, coef_, intercept_, n_iter_, dual_gap_, lambda_, certificate_, status_, cross_validation_, ...
        As in LassoCV; the cross-validation is that of l1_ratio_.
    """

    l1_ratio_: float

    def __init__(
        self, *, l1_ratio=0.5, eps=1e-3, alphas=100, fit_intercept=True, cv=None, positive=False, tol=1e-8,
        fold_tol=1e-5, max_reads=None, time_limit=None, precompute="auto", copy_X=True, max_iter=1000, verbose=0,
        n_jobs=None, random_state=None, selection="cyclic",
    ):  # fmt: skip
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.positive = positive
        self.tol = tol
        self.fold_tol = fold_tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.selection = selection

    def fit(self, X, y, sample_weight=None, *, groups=None):
        """Choose, fit, and prove it: as in LassoCV."""
        ratios = tuple(inputs.read_l1_ratio(ratio) for ratio in np.atleast_1d(np.asarray(self.l1_ratio, object)))
        if not ratios:
            raise InputError("l1_ratio is empty: give at least one number from 0 to 1.")
        return self._fit(X, y, sample_weight, groups, ratios)

    def _more(self, ratio: float) -> dict:
        return dict(l1_ratio_=ratio)
