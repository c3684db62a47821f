"""λ in every dialect that has a closed form (docs/design/strength.md).

Inside, λ multiplies Ω(w) = Σ_j f_j (α|w_j| + (1-α)/2 w_j²) beside the weighted *mean* loss; α is `l1_ratio`.
n is the sum of the observation weights: the number of rows where there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, isnan, sqrt

from .errors import InputError


@dataclass(frozen=True)
class Dialect:
    """One way to state the strength of the penalty, and its way to λ and back.

    to     (lam, n) -> value      what this dialect calls the strength λ
    back   (value, n) -> lam
    mixes  l1_ratio -> bool       which penalties the dialect can say at all
    """

    name: str
    who: str
    minimises: str
    when: str
    to: Callable[[float, float], float]
    back: Callable[[float, float], float]
    mixes: Callable[[float], bool]


def ridge(l1_ratio: float) -> bool:
    return l1_ratio == 0.0


def lasso(l1_ratio: float) -> bool:
    return l1_ratio == 1.0


def pure(l1_ratio: float) -> bool:
    return ridge(l1_ratio) or lasso(l1_ratio)


def any_mix(l1_ratio: float) -> bool:
    return True


def over(a: float, b: float) -> float:
    """a / b where 1 / 0 is infinite: no penalty is C = inf and a prior of infinite width."""
    return a / b if b else inf


DIALECTS = (
    Dialect(
        "C",
        "scikit-learn's LogisticRegression; LIBLINEAR (which also penalises a bias that it was given)",
        "C Σ ℓ + α‖w‖₁ + (1-α)/2 ‖w‖²",
        "any mixture",
        lambda lam, n: over(1.0, lam * n),
        lambda C, n: over(1.0, C * n),
        any_mix,
    ),
    Dialect(
        "alpha",
        "scikit-learn's Lasso, ElasticNet, SGDClassifier, and the `alpha` planned for LogisticRegression",
        "mean ℓ + alpha (α‖w‖₁ + (1-α)/2 ‖w‖²)",
        "any mixture; not Ridge's alpha (a sum), not MLPClassifier's (divided by the rows of the batch)",
        lambda lam, n: lam,
        lambda alpha, n: alpha,
        any_mix,
    ),
    Dialect(
        "glmnet_lambda",
        "glmnet, H2O, Spark",
        "mean ℓ + λ (α‖w‖₁ + (1-α)/2 ‖w‖²)",
        "any mixture, on the same scale of X (their default standardises; glmnet makes penalty.factor sum to p)",
        lambda lam, n: lam,
        lambda value, n: value,
        any_mix,
    ),
    Dialect(
        "lambd",
        "course notes: λ/(2m), m the number of rows",
        "mean ℓ + λ/(2m) ‖w‖², or mean ℓ + λ/m ‖w‖₁",
        "l1_ratio 0 or 1",
        lambda lam, n: lam * n,
        lambda value, n: value / n,
        pure,
    ),
    Dialect(
        "sum_half",
        "books that sum the loss and halve the square",
        "Σ ℓ + ½ λ ‖w‖²",
        "l1_ratio 0",
        lambda lam, n: lam * n,
        lambda value, n: value / n,
        ridge,
    ),
    Dialect(
        "gauss_sigma",
        "a Gaussian prior N(0, σ²) on every coefficient",
        "Σ ℓ + ‖w‖² / (2σ²)",
        "l1_ratio 0",
        lambda lam, n: sqrt(over(1.0, lam * n)),
        lambda sigma, n: over(1.0, n * sigma * sigma),
        ridge,
    ),
    Dialect(
        "laplace_sd",
        "a Laplace prior of standard deviation σ (scale σ/√2) on every coefficient",
        "Σ ℓ + √2 ‖w‖₁ / σ",
        "l1_ratio 1",
        lambda lam, n: over(sqrt(2.0), lam * n),
        lambda sigma, n: over(sqrt(2.0), n * sigma),
        lasso,
    ),
    Dialect(
        "weight_decay",
        "SGD, with or without momentum, and Adam, where it is coupled: added to the gradient (AdamW's is no penalty)",
        "gradient of the mean ℓ, plus weight_decay · w",
        "l1_ratio 0",
        lambda lam, n: lam,
        lambda value, n: value,
        ridge,
    ),
)

BY_NAME = {dialect.name: dialect for dialect in DIALECTS}


def lam_from(name: str, value: float, *, n: float, l1_ratio: float = 0.0) -> float:
    """λ (ours) of a strength said in another dialect.

    Parameters
    ----------
    name : one of DIALECTS, such as "C" or "gauss_sigma"
    value : >= 0; inf where the dialect counts the other way (C, priors), and then λ is 0
    n : sum of the observation weights

    Raises
    ------
    InputError      an unknown name, a value out of range, a penalty that the dialect has no word for

    Law: tests/test_strength.py (there and back; each dialect's own objective has the same minimiser)
    """
    dialect = BY_NAME.get(name)
    if dialect is None:
        raise InputError(f"{name!r} is no dialect of λ that normball knows. Known: {', '.join(BY_NAME)}.")
    check_size(n)
    check_mix(l1_ratio)
    if not dialect.mixes(l1_ratio):
        raise InputError(
            f"{name}={value!r} was given with l1_ratio={l1_ratio!r}, but {name} exists for {dialect.when}."
        )
    if isnan(value) or value < 0.0:
        raise InputError(f"{name}={value!r} is no strength: it must be a number of at least 0.")
    lam = dialect.back(float(value), float(n))
    if not isfinite(lam):
        raise InputError(f"{name}={value!r} means an infinite λ, which leaves no coefficient. Give another value.")
    return lam


def dialects(lam: float, l1_ratio: float, n: float) -> dict[str, float]:
    """The same strength in every dialect that can say it: name -> value, in the order of DIALECTS."""
    check_size(n)
    check_mix(l1_ratio)
    if not (isfinite(lam) and lam >= 0.0):
        raise InputError(f"lam={lam!r} is no strength: λ must be a finite number of at least 0.")
    return {d.name: d.to(float(lam), float(n)) for d in DIALECTS if d.mixes(l1_ratio)}


def check_size(n: float) -> None:
    if not (isfinite(n) and n > 0.0):
        raise InputError(f"n={n!r} is no amount of data: it must be the sum of the observation weights, above 0.")


def check_mix(l1_ratio: float) -> None:
    if not 0.0 <= l1_ratio <= 1.0:
        raise InputError(f"l1_ratio={l1_ratio!r} is no mixture: it must lie between 0 (L2) and 1 (L1).")
