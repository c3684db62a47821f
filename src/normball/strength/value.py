"""Strength: how strong a penalty is, as somebody states it, with its way to λ."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from ..errors import InputError, StrengthConflict
from ..inputs.values import read_lam
from .by_path import BY_PATH, needs_path
from .dialects import BY_NAME, Per, check_mix, check_size, dialects
from .said import read_batch, read_norm, read_one, read_per
from .words import described


@dataclass(frozen=True, init=False, repr=False)
class Strength:
    """How strong the penalty is, said in one dialect: Strength(C=1.0), Strength(sigma=2.0), Strength(t=3, norm="l1").

    Parameters
    ----------
    one keyword of the table (docs/strength.md) : its value, >= 0; infinite where it counts the other way (C, priors)
        lam, C, alpha, glmnet_lambda, liblinear_C, lambd, sum_half, square, square_sum, ridge_alpha, mlp_alpha, sigma,
        laplace_sd, xgb_lambda, xgb_alpha, weight_decay; by path: t (radius), k (n_features), df, unsquared
    per : "sum", the penalty stands beside the sum of the losses, a fixed prior: it fades as rows are added (a number of
        a mean-loss dialect, such as lam, is then divided by n); "mean", λ stays the same for fewer or more rows (a
        number of a sum dialect, such as C, is taken at all rows of the data).  None: as the dialect has it
    batch : rows of a batch, for mlp_alpha
    norm : "l1", "l2" or "elastic", for t; None: that of the penalty (l1_ratio)

    Attributes
    ----------
    name, value, per, batch, norm : what was said; two strengths are equal where all of these are

    Raises
    ------
    StrengthConflict : two keywords, or none;  TypeInputError: an unknown one;  InputError: a value that is no strength

    Source: docs/design/strength.md.  Law: tests/strength/test_dialects.py
    """

    name: str
    value: float
    per: Per | None
    batch: float | None
    norm: str | None

    def __init__(
        self, *, per: Per | None = None, batch: float | None = None, norm: str | None = None, **said: float | None
    ):
        word, name, number = read_one(said)
        facts: dict[str, Any] = dict(name=name, value=number, per=read_per(word, name, per, batch))
        facts |= dict(batch=read_batch(word, name, batch), norm=read_norm(word, name, norm))
        for key, fact in facts.items():
            object.__setattr__(self, key, fact)

    @property
    def by_path(self) -> bool:
        """Whether λ depends on the data: a radius, a number of features."""
        return self.name in BY_PATH

    @property
    def fades(self) -> bool:
        """Whether λ becomes smaller as rows are added: a fold's λ is then larger than that of all rows."""
        return self.per == "sum"

    @property
    def said(self) -> str:
        """As it was said: `C=1.0`."""
        return f"{self.name}={self.value!r}"

    def lam(self, n: float, l1_ratio: float | None = None, *, whole: float | None = None) -> float:
        """λ, which multiplies the penalty of the weighted mean loss.

        Parameters
        ----------
        n : sum of the weights of the rows that are fitted, class weights included
        l1_ratio : α of the penalty; None: the one that the dialect is for (1 for laplace_sd), 0 where it is for any
        whole : the same sum of all rows, where those that are fitted are a part of them (a fold); None: n

        Raises
        ------
        InputError : a penalty that the dialect has no word for; no closed form (`by_path`); an infinite λ
        """
        if self.by_path:
            return needs_path(self)
        whole = n if whole is None else whole
        for size in (n, whole):
            check_size(size)
        self.check(self.own_ratio if l1_ratio is None else l1_ratio)
        dialect = BY_NAME[self.name]
        rows = float(n if self.fades else whole) if self.batch is None else self.batch
        lam = dialect.back(self.value, rows)
        if self.fades and dialect.per == "mean":
            lam /= rows
        if not isfinite(lam):
            raise InputError(f"{self.said} means an infinite λ, which leaves no coefficient. Give another value.")
        return lam

    def check(self, l1_ratio: float) -> None:
        """Raise InputError unless the dialect has a word for this penalty, and a closed form."""
        check_mix(l1_ratio)
        if self.by_path:
            needs_path(self)
        if not BY_NAME[self.name].mixes(l1_ratio):
            raise InputError(
                f"{self.said} was given with l1_ratio={l1_ratio!r}, but {self.name} exists for "
                f"{BY_NAME[self.name].when}."
            )

    @property
    def own_ratio(self) -> float:
        """The l1_ratio of the penalties that the dialect can say: 0 unless it is for the lasso alone."""
        dialect = BY_NAME.get(self.name)
        return 0.0 if dialect is None or dialect.mixes(0.0) else 1.0

    def in_all(
        self, n: float, l1_ratio: float | None = None, *, batch: float | None = None, loss: str | None = None
    ) -> dict[str, float]:
        """The same strength in every dialect that can say it (`dialects`); n and l1_ratio as in `lam`."""
        ratio = self.own_ratio if l1_ratio is None else l1_ratio
        batch = self.batch if batch is None else batch
        return dialects(self.lam(n, ratio), ratio, n, batch=batch, loss=loss)

    def __repr__(self) -> str:
        return f"Strength({', '.join([self.said, *self._rest()])}: {described(self)})"

    def __str__(self) -> str:
        return ", ".join([self.said, *self._rest()])

    def _rest(self) -> list[str]:
        """The other keywords that were needed to say it."""
        own = BY_NAME[self.name].per if self.name in BY_NAME else None
        own = "mean" if self.batch is not None else own
        rest = {"per": None if self.per == own else self.per, "batch": self.batch, "norm": self.norm}
        return [f"{key}={fact!r}" for key, fact in rest.items() if fact is not None]


def read_strength(lam: float | Strength | None) -> Strength:
    """What a caller passes as `lam`: a Strength, or λ itself; raises StrengthConflict for None."""
    if isinstance(lam, Strength):
        return lam
    if lam is None:
        raise StrengthConflict(
            "No strength of the penalty was given: pass lam, the λ of the mean loss "
            "(1/(C·n) for scikit-learn's C, 0 for no penalty), or a Strength, such as Strength(C=1.0)."
        )
    return Strength(lam=read_lam(lam))


def lam_from(name: str, value: float, *, n: float, l1_ratio: float = 0.0) -> float:
    """λ (ours) of a strength said in another dialect: `Strength(name=value).lam(n, l1_ratio)`."""
    said: dict[str, Any] = {name: value}
    return Strength(**said).lam(n, l1_ratio)
