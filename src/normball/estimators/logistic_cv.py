"""LogisticRegressionCV: the strength chosen by held-out rows, with scikit-learn's names and its new attribute layout."""

from __future__ import annotations

import warnings

import numpy as np

from .. import inputs
from ..certificates import Certificate
from ..errors import ConvergenceWarning, InputError, StrengthConflict
from ..paths import Grid, solve_task
from ..runtime import Watch
from ..selection import CrossValidation, cross_validate_task, make_splits
from ..selection.criteria import choose, read_rule
from ..tasks import Task
from .base import TwoClasses
from .dev import DevTable, judge_on_dev


class LogisticRegressionCV(TwoClasses):
    """Logistic regression for two classes; C (or λ) and l1_ratio are chosen by cross-validation or on dev rows.

    All folds and all strengths are solved together and share every read of X; each answer has its proof.

    Parameters
    ----------
    Cs : int or array-like, default=10
        The strengths to try, as in scikit-learn: an int is so many from 1e-4 to 1e4. In a fold with training weight n_f
        it means λ_f = 1/(C·n_f).
    lams : array-like or None, default=None
        Strengths on the mean loss instead, the same λ in every fold. An error together with Cs.
    l1_ratios : array-like, default=(0.0,)
        Mixtures to try: 0 ridge, 1 lasso.
    cv : int, splitter, iterable or None, default=None
        None: 5 stratified folds; everything else as in scikit-learn.
    dev : float, tuple (X_dev, y_dev) or None, default=None
        Choose on dev rows instead of folds: a fraction of the rows (drawn by `random_state`, stratified), or rows of
        their own. `dev_table_` then says for every λ what became of training and dev rows.
    scoring : str, callable or None, default=None
        A scikit-learn scorer. None: the log-loss ('neg_log_loss', scikit-learn's default from 1.11 on).
    rule : 'min' or '1se', default='min'
        The best mean score, or the strongest penalty within one standard error of it.
    refit : bool, default=True
        Fit all rows at the chosen strength. False: means over the folds of their best strengths and coefficients; with
        `dev`: the fit on the training rows.
    fit_intercept, class_weight, standardize, penalty_factor
        As in LogisticRegression. Columns are standardised by each fold's own training rows.
    tol, fold_tol : float, default=1e-8, 1e-5
        Gaps to reach, relative to the null loss: of the final fit, and in the folds.
    random_state : int or None, default=None
        Of the draw of dev rows; None is 0.
    max_reads, time_limit : float or None, default=None
        Limits in reads of X and in seconds.

    Attributes
    ----------
    coef_ (1, p), intercept_ (1,), classes_ (2,), n_features_in_, feature_names_in_
        As in LogisticRegression.
    Cs_ : ndarray (n_cs,) ; lams_ : ndarray (n_cs,)
        The strengths tried, for all rows.
    l1_ratios_ : ndarray (n_l1_ratios,)
    C_, lambda_, l1_ratio_ : float
        What was chosen.
    scores_ : ndarray (n_folds, n_l1_ratios, n_cs)
        Held-out scores: larger is better.
    coefs_paths_ : ndarray (n_folds, n_l1_ratios, n_cs, 1, p or p + 1)
        The folds' coefficients, the intercept last where there is one.
    n_iter_ : ndarray (n_folds, n_l1_ratios, n_cs)
        Rounds in which a candidate was judged.
    certificate_, status_
        The proof of the final fit.
    cross_validation_ : CrossValidation or None
        Curves, folds' certificates, the comparison of l1_ratios. None with `dev`.
    dev_table_ : DevTable or None
    """

    certificate_: Certificate
    cross_validation_: CrossValidation | None
    dev_table_: DevTable | None

    def __init__(
        self, Cs=10, *, lams=None, l1_ratios=(0.0,), cv=None, dev=None, scoring=None, rule="min", refit=True,
        fit_intercept=True, class_weight=None, standardize=False, penalty_factor=None, tol=1e-8, fold_tol=1e-5,
        random_state=None, max_reads=None, time_limit=None,
    ):  # fmt: skip
        self.Cs = Cs
        self.lams = lams
        self.l1_ratios = l1_ratios
        self.cv = cv
        self.dev = dev
        self.scoring = scoring
        self.rule = rule
        self.refit = refit
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.standardize = standardize
        self.penalty_factor = penalty_factor
        self.tol = tol
        self.fold_tol = fold_tol
        self.random_state = random_state
        self.max_reads = max_reads
        self.time_limit = time_limit

    def fit(self, X, y, sample_weight=None):
        """Choose, fit, and prove it.

        X (n_samples, n_features), y (n_samples,) labels of two classes, sample_weight (n_samples,) >= 0, used in the
        fits and in the scores.  Returns self.  Raises InputError where an argument cannot be used, StrengthConflict
        for both Cs and lams, Interrupted on Ctrl-C; an earlier fit then stays whole.
        """
        watch = Watch(inputs.read_limit(self.max_reads, "max_reads"), inputs.read_limit(self.time_limit, "time_limit"))
        read_rule(self.rule)
        ratios = tuple(inputs.read_l1_ratio(ratio) for ratio in np.atleast_1d(np.asarray(self.l1_ratios, object)))
        strengths = self._strengths()
        task = self._read(X, y, sample_weight)
        if self.dev is None:
            fitted, said = self._by_folds(task, X, y, ratios, strengths, watch)
        elif self.cv is not None:
            raise InputError("cv and dev were both given: choose on folds or on dev rows. Leave one of them out.")
        else:
            fitted, said = judge_on_dev(self, task, ratios, strengths, watch)
        for message, kind in said:
            warnings.warn(message, kind, stacklevel=2)
        self._become(task, fitted)
        return self

    def _strengths(self) -> tuple[str, np.ndarray]:
        """("C", values) or ("lam", values), in the order they were given."""
        if self.lams is not None:
            if not (isinstance(self.Cs, (int, np.integer)) and self.Cs == 10):
                raise StrengthConflict(
                    f"lams and Cs={self.Cs!r} were both given: each fixes the strengths to try. Keep one of them "
                    "(Cs=10, its default, counts as not given)."
                )
            values = np.array([inputs.read_lam(lam) for lam in np.atleast_1d(self.lams)])
        elif isinstance(self.Cs, (int, np.integer)) and not isinstance(self.Cs, bool):
            if self.Cs < 1:
                raise InputError(f"Cs={self.Cs} must be at least 1 strength, or a list of them.")
            values = np.logspace(-4, 4, int(self.Cs))
        else:
            values = np.array([inputs.read_C(C) for C in np.atleast_1d(self.Cs)])
        if not len(values) or len(np.unique(values)) < len(values):
            raise InputError("The list of strengths is empty or names one twice: give each once.")
        return ("C" if self.lams is None else "lam"), values

    def _by_folds(self, task: Task, X, y, ratios, strengths, watch: Watch) -> tuple[dict, list]:
        from sklearn.model_selection import check_cv

        kind, values = strengths
        lams = 1.0 / (values * task.total) if kind == "C" else values
        order = np.argsort(-lams)
        splitter = check_cv(self.cv, y, classifier=True)
        found = cross_validate_task(
            task, make_splits(task.data, splitter, X=X, y=np.asarray(y)), ratios, Grid(lams[order], len(lams)),
            scoring="log_loss" if self.scoring is None else self.scoring, tol=max(inputs.read_tol(self.tol), 1e-6),
            fold_tol=inputs.read_tol(self.fold_tol), watch=watch,
            lam_of=(lambda lam, norm: lam * task.total / norm) if kind == "C" else None,
        )  # fmt: skip
        folds, R, L = found.losses.shape
        back = np.argsort(order)
        scores = -found.losses[:, :, back]
        paths = np.array([[self._row(answer) for answer in mine] for mine in found.fold_answers])
        paths = paths.reshape(folds, R, L, 1, -1)[:, :, back]
        rounds = np.array([[answer.best.rounds for answer in mine] for mine in found.fold_answers]).reshape(folds, R, L)[:, :, back]
        fitted = dict(
            lams_=lams, Cs_=values if kind == "C" else _inverse(lams, task.total), l1_ratios_=np.array(ratios),
            scores_=scores, coefs_paths_=paths, n_iter_=np.maximum(rounds, 1), cross_validation_=found, dev_table_=None,
        )  # fmt: skip
        said = [pair for pair in found.warnings() if pair[1] is ConvergenceWarning]
        if self.refit:
            lam, ratio = found.choose(self.rule)
            near = found.path.coef_at(lam)
            return fitted | self._final(task, lam, ratio, watch, said, near), said
        return fitted | self._mean_of_folds(task, found, lams[order], ratios), said

    def _row(self, answer) -> np.ndarray:
        return np.append(answer.coef, answer.intercept) if self.fit_intercept else answer.coef

    def _final(self, task: Task, lam: float, ratio: float, watch: Watch, said: list, near=None) -> dict:
        """All rows at the chosen strength; near: (coef, intercept) to begin from."""
        solution = solve_task(task, lam, ratio, inputs.read_tol(self.tol), watch, near)
        if solution.certificate.status != "certified":
            said.append((solution.certificate.summary(), ConvergenceWarning))
        return dict(
            coef_=solution.coef[None, :], intercept_=np.array([solution.intercept]), lambda_=lam,
            C_=float(_inverse(np.array([lam]), task.total)[0]), l1_ratio_=ratio, certificate_=solution.certificate,
            status_=solution.certificate.status,
        )  # fmt: skip

    def _mean_of_folds(self, task: Task, found: CrossValidation, lams, ratios) -> dict:
        """Each fold's best strength and coefficients, and their means over folds."""
        best = [np.unravel_index(np.nanargmin(loss), loss.shape) for loss in found.losses]
        if self.rule == "1se":
            r = ratios.index(found.l1_ratio_min)
            k = choose(lams, found.mean[r], found.se[r], "1se")
            best = [(r, k)] * len(found.losses)
        L = len(lams)
        answers = [found.fold_answers[s][r * L + k] for s, (r, k) in enumerate(best)]
        chosen = [(answer.coef, answer.intercept) for answer in answers]
        worst = max(answers, key=lambda answer: answer.relative_gap).certificate
        mean_C = float(np.mean([_inverse(lams[[k]], task.total)[0] for _, k in best]))
        return dict(
            coef_=np.mean([w for w, _ in chosen], axis=0)[None, :],
            intercept_=np.array([np.mean([b for _, b in chosen])]), C_=mean_C, lambda_=1.0 / (mean_C * task.total),
            l1_ratio_=float(np.mean([ratios[r] for r, _ in best])), certificate_=worst, status_=worst.status,
        )  # fmt: skip


def _inverse(lams: np.ndarray, total: float) -> np.ndarray:
    """C = 1/(λ total), infinite at λ = 0."""
    with np.errstate(divide="ignore"):
        return 1.0 / (lams * total)
