"""A fitted model as plain values: what a model file holds, and all that a prediction needs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
from scipy.special import expit, softmax

from ..certificates import Certificate
from ..errors import InputError
from ..inputs import align, check_finite, read_offset
from ..inputs.words import listed, show
from . import layout
from .checks import check_keys, checked, rows_of, same


@dataclass(frozen=True, eq=False)
class ModelRecord:
    """Coefficients with what is needed to use and to check them.  No time, place or user: equal fits, equal bytes.

    names        p names of the encoded columns, all different
    coef         (p,) float64, read-only: log-odds per unit of each encoded column as it came, standardised or not; of
                 K >= 3 classes (p, K), per class (symmetric softmax)
    intercept    log-odds; of K >= 3 classes (K,) float64, read-only
    lam          λ of the penalty of the weighted mean loss (docs/design/strength.md)
    l1_ratio     0: L2, 1: L1
    standardize  whether the penalty saw standardised columns
    total        sum of the observation weights: C = 1/(λ total)
    classes      the labels: all text, all bools or all numbers; kept with their type
    positive     the label whose probability `coef` models: one of two `classes`; None of three or more
    target       name of the column that held the labels, or None
    offset       name of the column that is added to the log-odds, or None
    encoder      the table's schema (`Schema.to_dict()`), or None where the columns are the model's own
    certificate  plain values (`certificate_facts`)
    command      what made it, as one would type it, or None
    seed         of the hold-out split, or None
    data_hash    sha256 of the data, or None
    versions     of the programs that made it
    strength     the same λ in every dialect that can say it (`Solution.strength`; None: infinite); empty in old files
    grouped      of three or more classes: whether the L1 part was of whole columns, ‖B_j‖₂; False in old files
    relax        λ₂ of the second fit, of the columns that lam and l1_ratio selected; None without one, and in old files
    asked        what else the problem was, as plain values (estimators/asked.py); empty where lam, l1_ratio,
                 standardize and grouped say it all, and in old files

    Two records are equal where their files would be: the same bits in every number, -0.0 and 0.0 apart.

    Raises
    ------
    InputError   naming the field and what is wrong with it
    """

    names: tuple[str, ...]
    coef: np.ndarray
    intercept: float | np.ndarray
    lam: float
    l1_ratio: float
    standardize: bool
    total: float
    classes: tuple[Any, ...]
    positive: Any
    target: str | None = None
    offset: str | None = None
    encoder: dict | None = None
    certificate: dict = field(default_factory=dict)
    command: str | None = None
    seed: int | None = None
    data_hash: str | None = None
    versions: dict = field(default_factory=dict)
    strength: dict = field(default_factory=dict)
    grouped: bool = False
    relax: float | None = None
    asked: dict = field(default_factory=dict)

    def __post_init__(self):
        for name, value in checked({one.name: getattr(self, one.name) for one in fields(self)}).items():
            object.__setattr__(self, name, value)

    @property
    def format_version(self) -> int:
        return layout.VERSION

    @cached_property
    def sha256(self) -> str:
        """The checksum that its file carries: 64 hexadecimal digits."""
        return layout.render(self.members())[1]

    def __eq__(self, other) -> bool:
        return self.sha256 == other.sha256 if isinstance(other, ModelRecord) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.sha256)

    def members(self) -> dict[str, Any]:
        """What stands in the file: as the fields, with the coefficients by name."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "names"}
        if not self.strength:  # as the files from before it was kept
            del values["strength"]
        for name in ("grouped", "asked"):
            if not values[name]:
                del values[name]
        if self.relax is None:
            del values["relax"]
        values["intercept"] = np.asarray(self.intercept).tolist()
        return {**values, "classes": list(self.classes), "coef": dict(zip(self.names, self.coef.tolist(), strict=True))}

    @classmethod
    def from_members(cls, members: dict[str, Any]) -> ModelRecord:
        """The record of a parsed file; InputError where a member is missing, unknown or wrong."""
        wanted = [one.name for one in fields(cls) if one.name != "names"]
        members = {"strength": {}, "grouped": False, "relax": None, "asked": {}, **members}
        check_keys(members, wanted)
        if not isinstance(members["classes"], list):
            raise InputError("classes should be a list of labels")
        by_name, K = members["coef"], len(members["classes"])
        if K > 2:
            coef = rows_of(by_name, K)
        elif isinstance(by_name, dict) and set(map(type, by_name.values())) <= {float}:
            coef = np.array(list(by_name.values()), np.float64)
        else:
            raise InputError("coef should be an object of names, each with a number that has a decimal point")
        values = {**members, "classes": tuple(members["classes"]), "coef": coef}
        return cls(names=tuple(by_name), **values)

    def decision_function(self, X, offset=None) -> np.ndarray:
        """Log-odds of `positive`, (m,); of K >= 3 classes (m, K), up to what is common to a row.

        X : (m, p)           encoded columns in the order of `names`; a frame is matched by name
        offset : (m,)        where the model has one

        Raises
        ------
        InputError           other columns, NaN or infinity, an offset too many or too few
        """
        X = align(X, self.names, width=len(self.coef))
        check_finite(X, self.names)
        if (offset is None) != (self.offset is None):
            had = "without an offset" if self.offset is None else f"with the offset {show(self.offset)}"
            given = "none was" if offset is None else "one was"
            raise InputError(f"The model was fitted {had}, and {given} given: predict on the same kind of data.")
        with np.errstate(over="ignore", invalid="ignore"):
            if self.coef.ndim == 1:
                eta = X @ self.coef + (self.intercept + read_offset(offset, X.shape[0]))
            else:
                eta = X @ self.coef + self.intercept
        lost = np.flatnonzero(~np.isfinite(eta).all(axis=tuple(range(1, eta.ndim))))
        if len(lost):
            raise InputError(
                f"X has values so large that the log-odds of rows {listed(lost)} overflow: mend those rows."
            )
        return eta

    def predict_proba(self, X, offset=None) -> np.ndarray:
        """(m, K) probabilities in the order of `classes`, each to full relative precision, however small."""
        eta = self.decision_function(X, offset)
        if eta.ndim == 2:
            return softmax(eta, axis=1)
        sign = 1.0 if same(self.positive, self.classes[1]) else -1.0
        return np.column_stack([expit(-sign * eta), expit(sign * eta)])


def certificate_facts(certificate: Certificate) -> dict[str, Any]:
    """A certificate as plain values, without the seconds it took: the same fit writes the same bytes.

    A number that is not finite (nothing is proved) becomes None.
    """
    c = certificate
    numbers = {"gap": c.gap, "relative_gap": c.relative_gap, "null_loss": c.null_loss, "objective": c.objective,
               "tol": c.tol, "reads": c.reads}  # fmt: skip
    widest = None if c.coef_error is None or not len(c.coef_error) else float(np.max(c.coef_error))
    return {
        "status": c.status,
        **{name: _finite(value) for name, value in numbers.items()},
        "rounds": int(c.rounds),
        "strategy": c.strategy,
        "reason": c.reason,
        "coef_error": _finite(widest),
        "aliased": [c.names[j] if c.names else f"column {j}" for j in c.aliased],
        "separated": c.separation.summary() if c.separation else None,
    }


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None
