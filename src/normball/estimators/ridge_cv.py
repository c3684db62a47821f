"""RidgeCV: alpha chosen by leaving out one row at a time, exactly, or by folds; scikit-learn's names and layout."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import inputs
from ..errors import ConvergenceWarning, InputError
from ..paths import Grid
from ..runtime import Watch
from ..selection import cross_validate_task
from ..selection.leave_one_out import leave_one_out
from ..selection.scores import JudgedNumbers
from .folds import without_data
from .legacy import LINEAR, heed
from .linear_cv import PATH_TOL, Chosen
from .regression import fit_one, read_alpha
from .said import say


class RidgeCV(Chosen):
    """Ridge whose alpha is chosen by held-out rows.

    Parameters
    ----------
    alphas : array-like, default=(0.1, 1.0, 10.0)
        The strengths to try, > 0 (with cv: >= 0); of the *sum* of squares, as in scikit-learn.
    fit_intercept : bool, default=True
        Whether there is an intercept.
    scoring : str, callable or None, default=None
        A scikit-learn scorer or its name. None, as in scikit-learn: minus the mean squared error without cv, R² with it
        (in folds scores go by the weights of the held-out rows, which scikit-learn does not do).
    cv : int, splitter, array-like or None, default=None
        None: every row is held out once, by the closed formula. Else folds, as in LassoCV.
    store_cv_results : bool, default=False
        Keep `cv_results_`; only without cv.
    tol, fold_tol : float, default=1e-8, 1e-5
        Gaps to reach, relative to the null loss: of the final fit, and in folds.
    max_reads, time_limit : float or None, default=None
        Limits in reads of X and in seconds.
    gcv_mode, alpha_per_target
        What code written for scikit-learn may pass. They change nothing here: a LegacyArgumentWarning says, in one
        sentence, what each means (random_state, which nothing is drawn from, needs none).

    Attributes
    ----------
    alpha_, best_score_ : float
        What was chosen, and its score.
    cv_results_ : ndarray of shape (n_samples, n_alphas)
        Squared errors by the weights of the rows, or predictions where `scoring` is given. With store_cv_results only.
    coef_, intercept_, n_features_in_, feature_names_in_, n_iter_, dual_gap_, lambda_, certificate_, status_
        As in Ridge.
    cross_validation_ : CrossValidation or None
        Folds' certificates and the path; None without cv.
    """

    best_score_: float

    def __init__(
        self, alphas=(0.1, 1.0, 10.0), *, fit_intercept=True, scoring=None, cv=None, store_cv_results=False, tol=1e-8,
        fold_tol=1e-5, max_reads=None, time_limit=None, gcv_mode=None, alpha_per_target=False,
    ):  # fmt: skip
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.scoring = scoring
        self.cv = cv
        self.store_cv_results = store_cv_results
        self.tol = tol
        self.fold_tol = fold_tol
        self.max_reads = max_reads
        self.time_limit = time_limit
        self.gcv_mode = gcv_mode
        self.alpha_per_target = alpha_per_target

    def fit(self, X, y, sample_weight=None, *, groups=None):
        """Choose, fit, and prove it: as in LassoCV."""
        heed(self, LINEAR, stacklevel=3)
        watch = Watch(inputs.read_limit(self.max_reads, "max_reads"), inputs.read_limit(self.time_limit, "time_limit"))
        tol, fold_tol = inputs.read_tol(self.tol), inputs.read_tol(self.fold_tol)
        alphas = np.array([read_alpha(alpha, "alphas") for alpha in np.atleast_1d(np.asarray(self.alphas, object))])
        if not len(alphas):
            raise InputError("alphas is empty: give at least one strength.")
        if inputs.read_flag(self.store_cv_results, "store_cv_results") and self.cv is not None:
            raise InputError("store_cv_results=True was given with cv: only leaving out one row at a time has them.")
        if self.cv is None:
            if groups is not None:
                raise InputError("groups were given, but without cv one row is held out at a time. Give cv.")
            if not (alphas > 0.0).all():
                raise InputError(
                    f"alphas holds {alphas.min():g}: without cv every alpha must be > 0. Give cv, or drop it."
                )
            task = self._read(X, y, sample_weight)
            if task.design.n < 2:
                raise InputError("X holds one sample: with it left out nothing is left to fit. Use Ridge.")
            chosen: dict[str, Any] = self._by_rows(task, alphas, sample_weight)
            near, said = None, list[tuple]()
        else:
            task, splits = self._in_folds(X, y, sample_weight, groups)
            chosen, near, said = self._by_folds(task, splits, alphas, max(tol, PATH_TOL), fold_tol, watch)
        fitted, more = fit_one(task, float(chosen["alpha_"]) / task.total, 0.0, tol, watch, near)
        say(said + more, stacklevel=3)
        self._become(task, fitted | chosen)
        return self

    def _by_rows(self, task, alphas, sample_weight) -> dict[str, Any]:
        design, data = task.design, task.data
        keep = self.store_cv_results or self.scoring is not None
        kept = np.empty((design.n, len(alphas)) if keep else (0, 0))
        total = np.zeros(len(alphas))

        def take(rows, errors):
            weight = design.weight[rows, None]
            squares = np.where(weight > 0.0, weight * errors**2, 0.0)
            total[:] += squares.sum(0)
            if keep:
                kept[rows] = squares if self.scoring is None else data.y[rows, None] - errors

        leave_one_out(task, alphas / task.total, take)
        scores = -total / design.n
        if self.scoring is not None:
            scorer, given = _scorer(self.scoring), {} if sample_weight is None else {"sample_weight": design.weight}
            nowhere = np.zeros((design.n, 1))
            scores = np.array([scorer(JudgedNumbers(kept[:, k]), nowhere, data.y, **given) for k in range(len(alphas))])
        k = int(np.argmax(scores))
        found = dict(alpha_=float(alphas[k]), best_score_=float(scores[k]), cross_validation_=None)
        return found | (dict(cv_results_=kept) if self.store_cv_results else {})

    def _by_folds(self, task, splits, alphas, tol, fold_tol, watch) -> tuple[dict[str, Any], tuple, list]:
        values, place = np.unique(-alphas, return_inverse=True)
        lams = -values / task.total
        found = cross_validate_task(
            task, splits, (0.0,), Grid(lams, len(lams), fades=np.ones(len(lams), bool)), scoring=self.scoring, tol=tol,
            fold_tol=fold_tol, watch=watch,
        )  # fmt: skip
        losses = found.losses[:, 0]
        scores = -losses
        if self.scoring is None:  # R² of every split, from its squared error
            spread = np.array([_variance(task, split.test) for split in splits])[:, None]
            scores = 1.0 - losses / np.where(spread > 0.0, spread, np.nan)
        mean = scores.mean(0)[place]
        k = int(np.argmax(np.where(np.isnan(mean), -np.inf, mean)))
        said = [(words, kind) for words, kind in found.warnings() if kind is ConvergenceWarning]
        chosen = dict(alpha_=float(alphas[k]), best_score_=float(mean[k]), cross_validation_=without_data(found))
        return chosen, found.paths[0].coef_at(float(lams[place[k]])), said


def _scorer(scoring) -> Any:
    from sklearn.metrics import check_scoring

    return check_scoring(JudgedNumbers(np.zeros(1)), scoring)


def _variance(task, rows: np.ndarray) -> float:
    """Of y over some rows, by their weights."""
    y, weight = task.data.y[rows], task.design.weight[rows]
    mean = weight @ y / weight.sum()
    return float(weight @ (y - mean) ** 2 / weight.sum())
