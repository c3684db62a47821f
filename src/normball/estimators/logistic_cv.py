"""LogisticRegressionCV: the strength chosen by held-out rows; scikit-learn's names, its new attribute layout."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from sklearn.utils import metadata_routing
from sklearn.utils.validation import check_is_fitted

from .. import inputs
from ..certificates import Certificate
from ..errors import InputError
from ..runtime import Watch
from ..selection import CrossValidation, Split, make_splits
from ..selection.criteria import read_rule
from .base import LinearClassifier
from .callbacks import Reports, with_callbacks
from .dev import DevTable, judge_on_dev
from .folds import judge_on_folds
from .legacy import DEPRECATED, heed, read_penalty, refuse
from .said import say
from .strengths import read_strengths


class LogisticRegressionCV(LinearClassifier):
    """Logistic regression, two classes or more; C (or λ) and l1_ratio are chosen by cross-validation or on dev rows.

    All folds and all strengths are solved together and share every read of X; each answer has its proof.

    Parameters
    ----------
    Cs : int or array-like, default=10
        The strengths to try, as in scikit-learn: an int is so many from 1e-4 to 1e4. In a fold whose training weights
        sum to n_f it means λ_f = 1/(C·n_f).
    lams : array-like or None, default=None
        Strengths on the mean loss instead, the same λ in every fold; or normball.Strength values: one per sum, such as
        Strength(sigma=2.0), has its own λ in each fold, as C has. An error together with Cs.
    l1_ratios : array-like, default=(0.0,)
        Mixtures to try: 0 ridge, 1 lasso.
    cv : int, splitter, array-like or None, default=None
        The folds. None: 5 (fewer where no class has 5 rows); a number: so many, stratified and not shuffled, as in
        scikit-learn; or one of its splitters, pairs (training rows, test rows), or fold numbers (n_samples,); rows
        with a negative one are never held out.
    dev : float, tuple or None, default=None
        Choose on dev rows instead of folds: a fraction of the rows (drawn by `random_state`, stratified), or rows of
        their own, (X_dev, y_dev) or (X_dev, y_dev, weights). `dev_table_` then says for every strength what became of
        training and dev rows. They are judged by their log-loss.
    scoring : str, callable or None, default='neg_log_loss'
        A scikit-learn scorer or its name; None is accuracy. 'neg_log_loss', which costs nothing extra here, becomes
        scikit-learn's own default with version 1.11.
    rule : 'min' or '1se', default='min'
        The best mean score (folds by their held-out weight; of equals the strongest penalty), or the strongest penalty
        within one standard error of it.
    refit : bool, default=True
        Fit all rows at the chosen strength. False: means over the folds of their best strengths and coefficients; with
        `dev`: the fit to the training rows.
    fit_intercept, class_weight, standardize, penalty_factor, unpenalised
        As in LogisticRegression. Columns are standardised by each fold's own training rows; class weights count in the
        fits, not in the scores.
    tol, fold_tol : float, default=1e-8, 1e-5
        Gaps to reach, relative to the null loss: of the final fit (with `dev` of every fit), and in the folds.
    random_state : int, RandomState or None, default=None
        Of the draw of dev rows, nothing else is random; None is 0.
    max_reads, time_limit : float or None, default=None
        Limits in reads of X and in seconds. What is reached by then is kept, with a ConvergenceWarning.
    grouped : bool, default=False
        Three or more classes: the L1 part is the length of each feature's coefficients, which are then 0 for all
        classes or for none.
    lower, upper : float, array-like of shape (n_features,) or None, default=None
        Bounds of the coefficients; lower=0 keeps them from being negative.
    penalty, solver, dual, intercept_scaling, max_iter, verbose, n_jobs, use_legacy_attributes
        What code written for scikit-learn may pass. They choose no solver here: a LegacyArgumentWarning says, in one
        sentence, what each means.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features)
    intercept_ : ndarray of shape (1,)
    classes_ : ndarray of shape (2,)
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        As in LogisticRegression.
    Cs_, lams_ : ndarray of shape (n_cs,)
        The strengths that were tried, in the order they were given, for the rows of the final fit.
    l1_ratios_ : ndarray of shape (n_l1_ratios,)
        The mixtures.
    C_, lambda_, l1_ratio_ : float
        What was chosen.
    strength_ : dict
        The same strength in every dialect that can say it.
    scores_ : ndarray of shape (n_folds, n_l1_ratios, n_cs)
        Held-out scores: larger is better.
    coefs_paths_ : ndarray of shape (n_folds, n_l1_ratios, n_cs, 1, n_features or n_features + 1)
        The folds' coefficients, the intercept last where there is one.
    n_iter_ : ndarray of shape (n_folds, n_l1_ratios, n_cs)
        Rounds in which a candidate was judged.
    certificate_ : Certificate
        The proof of the final fit. With refit=False the worst one of the folds that are averaged: a mean of solutions
        solves no problem of its own.
    status_ : str
        certified | uncertified | separated
    cross_validation_ : CrossValidation or None
        Curves with standard errors, folds' certificates, paths, the comparison of l1_ratios. None with `dev`.
    dev_table_ : DevTable or None
        .rows and .summary(); None with folds.

    The layout is the one that scikit-learn 1.9 has with use_legacy_attributes=False.

    See Also
    --------
    normball.cross_validate : The same as a function: grids from λ_max, repeats, relaxed fits, out-of-fold predictions.
    """

    __metadata_request__fit: ClassVar = {"groups": metadata_routing.UNUSED}  # the splitter's to ask for

    Cs_: np.ndarray
    lams_: np.ndarray
    l1_ratios_: np.ndarray
    C_: float
    lambda_: float
    strength_: dict[str, float]
    l1_ratio_: float
    scores_: np.ndarray
    coefs_paths_: np.ndarray
    n_iter_: np.ndarray
    certificate_: Certificate
    status_: str
    cross_validation_: CrossValidation | None
    dev_table_: DevTable | None

    def __init__(
        self, Cs=10, *, lams=None, l1_ratios=(0.0,), cv=None, dev=None, scoring="neg_log_loss", rule="min", refit=True,
        fit_intercept=True, class_weight=None, standardize=False, penalty_factor=None, tol=1e-8, fold_tol=1e-5,
        random_state=None, max_reads=None, time_limit=None, grouped=False, lower=None, upper=None, penalty=DEPRECATED,
        solver=None, dual=False, intercept_scaling=1, max_iter=None, verbose=0, n_jobs=None,
        use_legacy_attributes=False, unpenalised=None,
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
        self.grouped = grouped
        self.lower = lower
        self.upper = upper
        self.penalty = penalty
        self.solver = solver
        self.dual = dual
        self.intercept_scaling = intercept_scaling
        self.max_iter = max_iter
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.use_legacy_attributes = use_legacy_attributes
        self.unpenalised = unpenalised

    @with_callbacks
    def fit(self, X, y, sample_weight=None, *, groups=None, **params):
        """Choose, fit, and prove it.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix
        y : (n_samples,) labels of two or more classes, of any one type
        sample_weight : (n_samples,) >= 0, used in the fits and in the scores.  None: ones
        groups : (n_samples,) for a splitter that asks for them

        Returns
        -------
        self

        Raises
        ------
        InputError : an argument that cannot be used, and why (a ValueError); StrengthConflict: both lams and Cs
        Interrupted : Ctrl-C; a KeyboardInterrupt

        Whatever is raised, an earlier fit stays whole.  Warns with ConvergenceWarning where something is not certified.
        """
        watch = Watch(inputs.read_limit(self.max_reads, "max_reads"), inputs.read_limit(self.time_limit, "time_limit"))
        refuse(params, self, "fit")
        read_rule(self.rule)
        inputs.read_flag(self.refit, "refit")
        heed(self)
        if self.use_legacy_attributes is not False:
            raise InputError(
                f"use_legacy_attributes={self.use_legacy_attributes!r}: attributes have scikit-learn 1.9's new layout "
                "(arrays, the same for any number of classes). Pass False, or leave it out."
            )
        given, penalised = read_penalty(self.penalty, self.l1_ratios)
        if not penalised:
            raise InputError("penalty=None leaves nothing to choose. Use LogisticRegression(C=inf).")
        ratios = tuple(inputs.read_l1_ratio(ratio) for ratio in np.atleast_1d(np.asarray(given, object)))
        if not ratios:
            raise InputError("l1_ratios is empty: give at least one number from 0 to 1.")
        strengths = read_strengths(self.Cs, self.lams, ratios)
        by_folds = self.dev is None
        if not by_folds and (self.cv is not None or groups is not None):
            name = "groups" if self.cv is None else "cv"
            raise InputError(f"{name} and dev were both given: choose on folds or on dev rows. Leave one of them out.")
        stages = ("path", *("folds",) * by_folds, *("fit",) * bool(self.refit or not by_folds))
        reports = Reports(self, X, y, sample_weight, stages)
        task = self._read(X, y, sample_weight)
        splits = self._splits(task.data, groups) if by_folds else []
        columns = len(ratios) * len(strengths.said)
        reports.columns = {"path": columns, "folds": columns * len(splits), "fit": 1}
        reports.listen(watch)
        if by_folds:
            fitted, said = judge_on_folds(self, task, splits, sample_weight, ratios, strengths, watch)
        else:
            fitted, said = judge_on_dev(self, task, sample_weight, ratios, strengths, watch)
        say(said)
        self._become(task, fitted)
        reports.end()
        return self

    def score(self, X, y, *, sample_weight=None, **params) -> float:
        """The score by `scoring`, as in scikit-learn: with the default minus the mean log-loss, larger is better."""
        from sklearn.metrics import get_scorer

        refuse(params, self, "score")
        check_is_fitted(self)
        scoring = "accuracy" if self.scoring is None else self.scoring
        scorer = get_scorer("neg_log_loss" if isinstance(scoring, str) and scoring == "log_loss" else scoring)
        return scorer(self, X, y, **({} if sample_weight is None else {"sample_weight": sample_weight}))

    def get_metadata_routing(self):
        """What goes where: sample_weight to the fit (if requested), the rest to the splitter."""
        to_splitter = metadata_routing.MethodMapping().add(caller="fit", callee="split")
        router = metadata_routing.MetadataRouter(owner=self).add_self_request(self)
        return router.add(splitter=self.cv, method_mapping=to_splitter)

    def _splits(self, data: inputs.Inputs | None, groups) -> list[Split]:
        """The folds, drawn as scikit-learn draws them."""
        from sklearn.model_selection import StratifiedKFold

        cv, number = self.cv, isinstance(self.cv, (int, np.integer)) and not isinstance(self.cv, bool)
        if cv is None or number:
            if groups is not None:
                raise InputError(
                    f"groups were given, but cv={cv!r} makes folds that do not look at them. Pass a splitter "
                    "that does, for example cv=GroupKFold(5) or StratifiedGroupKFold(5) of sklearn.model_selection."
                )
            cv = StratifiedKFold(_default_folds(data) if cv is None else cv)
        elif isinstance(cv, (bool, str)) or not (hasattr(cv, "split") or hasattr(cv, "__iter__")):
            raise InputError(
                f"cv={cv!r} must be a number of folds, a splitter, pairs (training rows, test rows), or "
                "fold numbers, one for each row."
            )
        assert data is not None and data.classes is not None
        labels = data.classes[inputs.class_numbers(data.y, data.classes)]
        return make_splits(data, cv, groups=groups, X=data.X, y=labels)


def _default_folds(data: inputs.Inputs | None) -> int:
    """5, or what is left of them where no class has 5 rows, which scikit-learn refuses."""
    assert data is not None and data.classes is not None
    most = int(np.bincount(inputs.class_numbers(data.y, data.classes)).max())
    return min(5, max(2, most))
