"""What a report is told: plain numbers and strings, nothing else.  The same facts make the same bytes.

So nothing here knows the time of day: not when the fit was made, and not how long it took.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..certificates import Certificate
from ..results import penalty_in_words
from .alerts import Alert
from .judge import Judgement
from .judge_classes import ClassJudgement


@dataclass(frozen=True)
class Penalty:
    """The strength of the penalty, and who chose it.

    lam          λ of the penalty of the weighted mean loss
    l1_ratio     0: L2, 1: L1
    standardize  whether sd·w is penalised instead of w
    total        sum of the observation weights of the fit: turns λ into C = 1/(λ total)
    columns      (standardised, all) encoded columns, where not all of them are
    relax        λ₂ of a second fit, of the columns that lam selects; None without one
    why          a sentence: where λ comes from ("C = 1, the default until cross-validation comes.")
    """

    lam: float
    l1_ratio: float
    standardize: bool
    total: float
    why: str = ""
    columns: tuple[int, int] | None = None
    relax: float | None = None

    @property
    def words(self) -> str:
        which = self.standardize if self.columns is None else np.arange(self.columns[1]) < self.columns[0]
        return penalty_in_words(self.lam, self.l1_ratio, which, relax=self.relax)


@dataclass(frozen=True)
class Proof:
    """The certificate without its stopwatch; gap, objective and null_loss in nats per observation.

    coef_error  every coefficient is proved to within this; None where only the objective is proved
    """

    status: str
    words: str
    gap: float
    relative_gap: float
    tol: float
    objective: float
    null_loss: float
    reads: float
    rounds: int
    strategy: str
    coef_error: float | None = None


@dataclass(frozen=True)
class Coefficient:
    """One encoded column.

    source      the column of the table it was made from
    coef        log-odds per unit;  sd: its standard deviation in the training rows, in the same unit
    reference   the level that a level of a category is compared with; None for numbers
    """

    name: str
    source: str
    coef: float
    sd: float
    reference: str | None = None

    @property
    def effect(self) -> float:
        """Log-odds per standard deviation: what coefficients are ordered by."""
        return self.coef * self.sd


@dataclass(frozen=True)
class Recipe:
    """How to make the same model again: the exact command, seed, hash of the data, (program, version) pairs."""

    command: str
    seed: int | None
    data_hash: str
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Choice:
    """How λ was chosen by cross-validation; one curve, at the l1_ratio that was chosen.

    lams, mean, se, features  (L,) λ from above, held-out log-loss and its standard error, coefficients that are not 0
    at_min, at_1se, chosen    indices: the smallest mean, the largest λ within one SE of it, and what was taken
    lines                     (column, effect per SD at each λ) of the largest effects at the end of the path
    compared                  (penalty, λ, loss, difference from the best, its SE, features) where several were tried
    """

    splits: int
    lams: tuple[float, ...]
    mean: tuple[float, ...]
    se: tuple[float, ...]
    features: tuple[int, ...]
    at_min: int
    at_1se: int
    chosen: int
    lines: tuple[tuple[str, tuple[float, ...]], ...] = ()
    compared: tuple[tuple[str, float, float, float, float, int], ...] = ()


@dataclass(frozen=True)
class ClassFacts:
    """What there is to tell of three or more classes, in the order of the labels.

    shares        (K,) of the rows, by weight
    intercepts    (K,)
    coefficients  for each of `Facts.coefficients` (K,) log-odds per unit, against a class whose coefficient is 0
    grouped       whether the L1 penalty takes the classes of a column together
    """

    labels: tuple[str, ...]
    shares: tuple[float, ...]
    intercepts: tuple[float, ...]
    coefficients: tuple[tuple[float, ...], ...]
    grouped: bool = False


@dataclass(frozen=True)
class Facts:
    """All of one report.

    data         what the table is called;  rows, columns: of the table, held-out rows included
    base_rate    share of the positive class among all rows with a target
    judgement    numbers on held-out rows (report.judge), of a fit without them; None where no rows were held out
    judged       a sentence: which fit that is, and what it shares with the one whose coefficients are shown
    references   (column, reference level);  imputations: (column, what stands in for a missing value)
    set_aside    (column, kind, sentence): columns that the model does not use
    notes        further sentences about the data (rows without a target, pooled levels)
    choice       how λ was chosen; None where it was given
    classes      where there are three or more: then positive and negative are "", base_rate is the largest share, the
                 intercept is 0, and each coefficient is the one of its class that is largest in size
    """

    data: str
    target: str
    positive: str
    negative: str
    rows: int
    columns: int
    base_rate: float
    penalty: Penalty
    proof: Proof
    intercept: float
    coefficients: tuple[Coefficient, ...]
    recipe: Recipe
    judgement: Judgement | ClassJudgement | None = None
    judged: str = ""
    alerts: tuple[Alert, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    imputations: tuple[tuple[str, str], ...] = ()
    set_aside: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    choice: Choice | None = None
    classes: ClassFacts | None = None


def proof_facts(certificate: Certificate) -> Proof:
    """What a certificate proves.  Seconds are left out: they differ from run to run."""
    words = certificate.summary().rpartition(" [")[0]  # the bracket at the end is the cost, in seconds too
    error = certificate.coef_error
    return Proof(
        status=certificate.status,
        words=words,
        gap=float(certificate.gap),
        relative_gap=float(certificate.relative_gap),
        tol=float(certificate.tol),
        objective=float(certificate.objective),
        null_loss=float(certificate.null_loss),
        reads=float(certificate.reads),
        rounds=int(certificate.rounds),
        strategy=certificate.strategy,
        coef_error=None if error is None or not len(error) else float(np.max(error)),
    )


def coefficient_facts(
    names: Sequence[str],
    sources: Sequence[str],
    coef: np.ndarray,
    sd: np.ndarray,
    reference: Mapping[str, str] | None = None,
) -> tuple[Coefficient, ...]:
    """One Coefficient per encoded column, in the order given; `reference` is {source column: its reference level}."""
    against = reference or {}
    return tuple(
        Coefficient(str(name), str(source), float(w), float(s), against.get(source))
        for name, source, w, s in zip(names, sources, coef, sd, strict=True)
    )
