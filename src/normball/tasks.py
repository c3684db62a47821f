"""A task: checked inputs, read once, from which columns and families of any strength are made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import inputs, runtime
from .certificates import Column, Family
from .designs import ClassDesign, Design, make_design
from .errors import InputError, Interrupted
from .losses import LogisticLoss, Loss, SoftmaxLoss, SquaredLoss
from .penalties import ElasticPenalty, GroupPenalty
from .priors import PriorMean, about_prior_mean

LOSSES: dict[str, Loss] = {"logistic": LogisticLoss(), "squared": SquaredLoss()}


@dataclass(frozen=True)
class Task:
    """The data and everything that was asked but the strength.

    factor (p,) and flags (p,) bool, whether sd·w is penalised: in the design's order; standardize as it was asked.
    """

    design: Any  # Design, or ClassDesign with several classes
    data: inputs.Inputs | None  # None where a Design was given
    classes: np.ndarray | None
    names: tuple[str, ...] | None
    factor: np.ndarray
    flags: np.ndarray
    standardize: bool | np.ndarray
    loss: str = "logistic"
    grouped: bool = False  # the classes of a feature enter together
    lower: np.ndarray | None = None  # (p,) in the design's order, of the coefficients as they came
    upper: np.ndarray | None = None
    prior: PriorMean | None = None

    @property
    def n_classes(self) -> int:
        """2, or the K of several classes, whose coefficients are one vector (designs/classes.py)."""
        return self.design.K if isinstance(self.design, ClassDesign) else 2

    @property
    def n_features(self) -> int:
        """Columns of X."""
        return len(self.factor)

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(lower, upper), each (p,), on the columns as they came; None without bounds."""
        base = self.design.base if isinstance(self.design, ClassDesign) else self.design
        if self.lower is None or self.upper is None:
            return None
        return base.unsorted(self.lower), base.unsorted(self.upper)

    @property
    def has_intercept(self) -> bool:
        return bool(self.design.head if isinstance(self.design, ClassDesign) else self.design.intercept)

    @property
    def total(self) -> float:
        """The sum of the observation weights."""
        return float(self.design.weight.sum())

    def column(self, lam: float, l1_ratio: float, split: int = 0, cells: np.ndarray | None = None) -> Column:
        """One problem; cells: those of its training rows (all by default), which a standard deviation is taken over."""
        cells = np.ones(self.design.n_cells, bool) if cells is None else cells
        factor, flags = self._of_coefs(self.factor, 0.0), self._of_coefs(self.flags, False)
        asked: dict[str, Any] = dict(lam=lam, l1_ratio=l1_ratio, factor=factor, standardize=flags, split=split)
        if self.lower is not None and self.upper is not None:
            asked |= dict(lower=self._of_coefs(self.lower, -np.inf), upper=self._of_coefs(self.upper, np.inf))
        column = Column.make(self.design.survey, cells, **asked)
        if self.design.y_scale != 1.0:  # |w| is in units of y, w² and the loss in their square
            shape = column.shape
            unit = self.design.y_scale
            bounds = dict(lower=shape.lower / unit, upper=shape.upper / unit)
            column = replace(column, shape=replace(shape, l1=shape.l1 / unit, **bounds))
        strength = np.maximum(column.l1, column.l2)
        lost = (lam > 0.0) & (factor > 0.0) & ~((strength > 1e-290) & (strength < 1e290))
        if lost.any():
            k = int(np.flatnonzero(lost)[0])
            raise InputError(
                f"The penalty of {self.called(k)} cannot be represented: its values are of size "
                f"{self.design.survey.scale[k]:.3g} and lam={lam:g}. Rescale the column, or pass standardize=True."
            )
        return column

    def columns(self, lams, l1_ratio: float, split: int = 0, cells: np.ndarray | None = None) -> list[Column]:
        """A path of problems, which share their vectors."""
        first = self.column(float(np.max(lams)), l1_ratio, split, cells)
        least = min((float(lam) for lam in lams if lam > 0.0), default=1.0)
        self.column(least, l1_ratio, split, cells)  # raises where it cannot be represented
        return [first.at(float(lam)) for lam in lams]

    def family(self, columns, tol: float, polish: bool = False) -> Family:
        """Problems that train on all rows."""
        survey, cells = self.design.survey, np.ones(self.design.n_cells, bool)
        sd, train = survey.sd(cells), np.ones((self.design.n_cells, 1), bool)
        metric = np.where(self._of_coefs(self.flags, False) & (sd > 0.0), sd, 1.0) / survey.scale
        free = np.flatnonzero(columns[0].free)
        loss: Any = SoftmaxLoss(self.n_classes) if self.n_classes > 2 else LOSSES[self.loss]
        penalty = GroupPenalty(self.n_classes) if self.grouped else ElasticPenalty()
        norm = np.array([self.total])
        return Family(self.design, loss, penalty, tuple(columns), train, ~train, norm, free, metric, tol, polish)

    def _of_coefs(self, vector: np.ndarray, head) -> np.ndarray:
        """A vector over the features for every coefficient; `head` for the intercepts of several classes."""
        return self.design.spread(vector, head) if isinstance(self.design, ClassDesign) else vector

    def conditioned(self, column: Column, coef, b):
        """What a caller gives, in conditioned coordinates; None where predictions, penalty or squares overflow."""
        with np.errstate(over="ignore", invalid="ignore"):
            w, b = self.design.to_conditioned(coef, b)
            size = np.abs(w)
            far, force = self.design.survey.reach @ size + abs(b), column.l1 + column.l2 * size
            fine = far < 1e150 and force.max(initial=0.0) < 1e150 and force @ size < 1e300
        return (w, b) if fine else None

    def with_prior(self, coef, intercept):
        """(coef, intercept) of the user's problem from the design's, which is that of w - prior mean."""
        return (coef, intercept) if self.prior is None else self.prior.back(coef, intercept)

    def without_prior(self, coef, intercept):
        """The way there."""
        return (coef, intercept) if self.prior is None else self.prior.away(coef, intercept)

    def with_cells(self, cells: np.ndarray) -> Task:
        """The same data with the rows in cells: (n,) int."""
        d = self.data
        assert d is not None  # read_task has refused a Design
        base = self.design.base if isinstance(self.design, ClassDesign) else self.design
        with runtime.workers():
            return replace(self, design=design_of(d, d.X, base.intercept, cells))

    def called(self, k: int) -> str:
        """What the user calls the design's column k."""
        j = k if self.design.order is None else int(self.design.order[k])  # of several classes: the feature
        return repr(self.names[j]) if self.names else f"column {j}"


def read_task(
    X, y=None, *, penalty_factor=None, unpenalised=None, sample_weight=None, offset=None, fit_intercept=True,
    standardize: bool | np.ndarray = False, grouped=False, lower=None, upper=None, prior_mean=None, loss="logistic",
    cells_of=None,
) -> Task:  # fmt: skip
    """Check everything but the strength; raises InputError, and Interrupted on Ctrl-C.

    cells_of: a function of the checked Inputs that says to which cell each row belongs, (n,) int.
    unpenalised: names, indices or bools of columns whose factor is 0.
    prior_mean: (p,) w0; the design's problem is that of w - w0, see priors.py.
    """
    fit_intercept = inputs.read_flag(fit_intercept, "fit_intercept")
    if loss not in LOSSES:
        raise InputError(f"loss={loss!r} is not known: give one of {', '.join(map(repr, LOSSES))}.")
    classes = names = data = prior = None
    if isinstance(X, Design):
        if cells_of is not None:
            raise InputError("Folds of a Design cannot be made: pass X and y themselves.")
        if prior_mean is not None:
            raise InputError("prior_mean was given beside a Design, whose offset is fixed. Pass X and y themselves.")
        design = _checked(X, y, sample_weight, offset, fit_intercept)
    else:
        if y is None:
            raise InputError("y was not given. It is left out only where X is a Design, which carries its own.")
        data = inputs.read_inputs(
            X, y, sample_weight=sample_weight, offset=offset, fit_intercept=fit_intercept,
            regression=LOSSES[loss].quadratic,
        )  # fmt: skip
        classes, names = data.classes, data.names
        penalty_factor, lower, upper, prior_mean, standardize = (
            inputs.as_columns(values, names, name)
            for name, values in dict(
                penalty_factor=penalty_factor, lower=lower, upper=upper, prior_mean=prior_mean, standardize=standardize
            ).items()
        )
        if prior_mean is not None:
            stands = {"three or more classes": classes is not None and len(classes) > 2,
                      "bounds (lower, upper)": not (lower is None and upper is None)}  # fmt: skip
            for name, there in stands.items():
                if there:
                    raise InputError(
                        f"prior_mean was given with {name}, which it cannot do yet. Leave one of them out."
                    )
            data, prior = about_prior_mean(data, prior_mean, fit_intercept)
        try:
            with runtime.workers():
                cells = None if cells_of is None else cells_of(data)
                design = design_of(data, data.X, fit_intercept, cells)
        except KeyboardInterrupt as stop:
            raise Interrupted from stop
    base = design.base if isinstance(design, ClassDesign) else design
    p = base.p
    factor = np.ones(p) if penalty_factor is None else inputs.read_penalty_factor(penalty_factor, p)
    factor = inputs.without_penalty(factor, penalty_factor is not None, unpenalised, names)
    standardize = inputs.read_flags(standardize, p, "standardize")
    flags = base.sorted(np.broadcast_to(standardize, (p,)))
    several = classes is not None and len(classes) > 2
    grouped = inputs.read_flag(grouped, "grouped") and several  # of two classes each feature is its own group
    bounds = inputs.read_bounds(lower, upper, p) or (None, None)
    if grouped and bounds[0] is not None:
        raise InputError("grouped=True was given with bounds: a group has a length, no sides. Leave one of them out.")
    low, high = (bound if bound is None else base.sorted(bound) for bound in bounds)
    factor = base.sorted(factor)
    task = Task(design, data, classes, names, factor, flags, standardize, loss, grouped, low, high, prior)
    if data is not None:
        _check_range(task)
    return task


def design_of(data: inputs.Inputs, X, intercept: bool, cells: np.ndarray | None = None) -> Any:
    """The design of X, some or all columns of data.X: for as many classes as there are; the y of a regression centred
    and scaled (answers are not)."""
    if data.regression:
        shift, scale = inputs.units_of(data.y, data.weight, data.offset, intercept)
        y, offset = (data.y - shift) / scale, data.offset / scale
        design = make_design(X, y, data.weight, offset, intercept=intercept, cells=cells)
        design.y_shift, design.y_scale = shift, scale
        return design
    if data.classes is None or len(data.classes) == 2:
        return make_design(X, data.y, data.weight, data.offset, intercept=intercept, cells=cells)
    design = make_design(X, data.y, data.weight, np.zeros(len(data.y)), intercept=intercept, cells=cells)
    labels = tuple(str(label) for label in data.classes.tolist())
    return ClassDesign(design, len(data.classes), data.offset if data.offset.ndim == 2 else None, labels)


def _checked(design: Design, y, sample_weight, offset, fit_intercept: bool) -> Design:
    for name, given in (("y", y), ("sample_weight", sample_weight), ("offset", offset)):
        if given is not None:
            raise InputError(f"{name} was given beside a Design, which carries its own. Leave {name} out.")
    if design.intercept and not fit_intercept:
        raise InputError("fit_intercept=False was given beside a Design made with an intercept. Make it without one.")
    if not design.survey.finite:
        raise InputError("The Design holds NaN, infinite or too large values: every entry must be a finite number.")
    return design


def _check_range(task: Task) -> None:
    """Raise unless every column can be centred and scaled in float64."""
    survey = task.design.survey
    if not survey.finite:
        assert task.data is not None
        inputs.check_finite(task.data.X, task.names)
    with np.errstate(over="ignore", under="ignore"):
        fine = np.isfinite(survey.first).all(0) & np.isfinite(1.0 / survey.scale) & np.isfinite(survey.scale * 1e6)
    if not fine.all():
        k = int(np.argmin(fine))
        size = f"are of size {survey.scale[k]:.3g}" if survey.finite else "or their weighted sum overflow"
        raise InputError(f"The values of {task.called(k)} {size}: float64 has no room for them. Rescale it.")
