"""The table of dialects: every way to state a strength that has a closed form (docs/design/strength.md).

Inside, λ multiplies Ω(w) = Σ_j f_j (α|w_j| + (1-α)/2 w_j²) beside the weighted *mean* loss; α is `l1_ratio`.
n is the sum of the observation weights, class weights included: the number of rows where there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Literal

from ..errors import InputError

Per = Literal["mean", "sum"]


@dataclass(frozen=True)
class Dialect:
    """One way to state the strength of the penalty, and its way to λ and back.

    per    beside what loss its penalty stands: the mean (λ does not depend on n) or the sum (it fades as n grows)
    to     (lam, n) -> value      what this dialect calls the strength λ
    back   (value, n) -> lam
    mixes  l1_ratio -> bool       which penalties the dialect can say at all
    loss   the only loss it is for, such as "squared"; None: any
    """

    name: str
    who: str
    minimises: str
    when: str
    per: Per
    to: Callable[[float, float], float]
    back: Callable[[float, float], float]
    mixes: Callable[[float], bool]
    loss: str | None = None


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


def same(value: float, n: float) -> float:
    """Both ways of a dialect whose number is λ itself."""
    return value


def times_n(lam: float, n: float) -> float:
    return lam * n


def over_n(value: float, n: float) -> float:
    return value / n


def one_over(value: float, n: float) -> float:
    """C of λ, and λ of C."""
    return over(1.0, value * n)


OMEGA = "α‖w‖₁ + (1-α)/2 ‖w‖²"
DIALECTS = (
    Dialect("lam", "normball", f"mean ℓ + λ ({OMEGA})", "any mixture", "mean", same, same, any_mix),
    Dialect(
        "C",
        "scikit-learn's LogisticRegression",
        f"C Σ ℓ + {OMEGA}",
        "any mixture",
        "sum",
        one_over,
        one_over,
        any_mix,
    ),
    Dialect(
        "alpha",
        "scikit-learn's Lasso, ElasticNet, SGDClassifier",
        f"mean ℓ + alpha ({OMEGA})",
        "any mixture (also planned for scikit-learn's LogisticRegression); Ridge's is ridge_alpha, a net's mlp_alpha",
        "mean",
        same,
        same,
        any_mix,
    ),
    Dialect(
        "glmnet_lambda",
        "glmnet, H2O, Spark",
        f"mean ℓ + λ ({OMEGA})",
        "any mixture, on the same scale of X (their default standardises; glmnet makes penalty.factor sum to p; its "
        "gaussian family below α = 1 works on y / sd(y))",
        "mean",
        same,
        same,
        any_mix,
    ),
    Dialect(
        "liblinear_C",
        "LIBLINEAR",
        "C Σ ℓ + ½ ‖w‖², or C Σ ℓ + ‖w‖₁",
        "l1_ratio 0 or 1; LIBLINEAR penalises a bias given with -B, normball never does",
        "sum",
        one_over,
        one_over,
        pure,
    ),
    Dialect(
        "lambd",
        "course notes, m the number of rows",
        "mean ℓ + λ/(2m) ‖w‖², or mean ℓ + λ/m ‖w‖₁",
        "l1_ratio 0 or 1",
        "sum",
        times_n,
        over_n,
        pure,
    ),
    Dialect(
        "sum_half",
        "books: beside the sum, with the half",
        "Σ ℓ + ½ λ ‖w‖²",
        "l1_ratio 0",
        "sum",
        times_n,
        over_n,
        ridge,
    ),
    Dialect(
        "square",
        "books: beside the mean, without the half",
        "mean ℓ + λ ‖w‖²",
        "l1_ratio 0",
        "mean",
        lambda lam, n: lam / 2.0,
        lambda value, n: 2.0 * value,
        ridge,
    ),
    Dialect(
        "square_sum",
        "books: beside the sum, without the half",
        "Σ ℓ + λ ‖w‖²",
        "l1_ratio 0",
        "sum",
        lambda lam, n: lam * n / 2.0,
        lambda value, n: 2.0 * value / n,
        ridge,
    ),
    Dialect(
        "ridge_alpha",
        "scikit-learn's Ridge",
        "Σ (y-η)² + alpha ‖w‖²",
        "l1_ratio 0, and ℓ = ½ (y-η)²",
        "sum",
        times_n,
        over_n,
        ridge,
        "squared",
    ),
    Dialect(
        "mlp_alpha",
        "scikit-learn's MLPClassifier, MLPRegressor",
        "mean ℓ of a batch + alpha/(2 batch) ‖w‖²",
        "l1_ratio 0; batch= its rows (batch_size), all n where it is left out, as with solver='lbfgs'",
        "sum",
        times_n,
        over_n,
        ridge,
    ),
    Dialect(
        "sigma",
        "a Gaussian prior N(0, σ²) of each w_j",
        "Σ ℓ + ‖w‖² / (2σ²)",
        "l1_ratio 0",
        "sum",
        lambda lam, n: sqrt(over(1.0, lam * n)),
        lambda sigma, n: over(1.0, n * sigma * sigma),
        ridge,
    ),
    Dialect(
        "laplace_sd",
        "a Laplace prior of sd σ (scale σ/√2)",
        "Σ ℓ + √2 ‖w‖₁ / σ",
        "l1_ratio 1",
        "sum",
        lambda lam, n: over(sqrt(2.0), lam * n),
        lambda sigma, n: over(sqrt(2.0), n * sigma),
        lasso,
    ),
    Dialect(
        "xgb_lambda",
        "XGBoost's gblinear: lambda, with alpha = 0",
        "Σ ℓ + n λ/2 ‖w‖²",
        "l1_ratio 0 (a mixture is two numbers there: lambda = (1-α) λ and alpha = α λ)",
        "mean",
        same,
        same,
        ridge,
    ),
    Dialect(
        "xgb_alpha",
        "XGBoost's gblinear: alpha, with lambda = 0",
        "Σ ℓ + n alpha ‖w‖₁",
        "l1_ratio 1 (a mixture is two numbers there: lambda = (1-α) λ and alpha = α λ)",
        "mean",
        same,
        same,
        lasso,
    ),
    Dialect(
        "weight_decay",
        "SGD, Adam: added to the gradient (not AdamW)",
        "slope of the mean ℓ, plus weight_decay · w",
        "l1_ratio 0",
        "mean",
        same,
        same,
        ridge,
    ),
)

BY_NAME = {dialect.name: dialect for dialect in DIALECTS}


def dialects(
    lam: float, l1_ratio: float, n: float, *, batch: float | None = None, loss: str | None = None
) -> dict[str, float]:
    """The same strength in every dialect that can say it: name -> value, in the order of DIALECTS.

    lam       λ >= 0;  n: sum of the observation weights
    batch     rows of a batch, for mlp_alpha; None: all n
    loss      "logistic", "squared" …: leaves out the dialects of other losses; None: says all

    Raises InputError for what is no strength, no mixture, no amount of data.
    """
    check_size(n)
    check_mix(l1_ratio)
    if not (isfinite(lam) and lam >= 0.0):
        raise InputError(f"lam={lam!r} is no strength: λ must be a finite number of at least 0.")
    rows = {"mlp_alpha": float(n if batch is None else batch)}
    return {
        d.name: d.to(float(lam), rows.get(d.name, float(n)))
        for d in DIALECTS
        if d.mixes(l1_ratio) and (loss is None or d.loss in (None, loss))
    }


def check_size(n: float) -> None:
    if not (isfinite(n) and n > 0.0):
        raise InputError(f"n={n!r} is no amount of data: it must be the sum of the observation weights, above 0.")


def check_mix(l1_ratio: float) -> None:
    if not 0.0 <= l1_ratio <= 1.0:
        raise InputError(f"l1_ratio={l1_ratio!r} is no mixture: it must lie between 0 (L2) and 1 (L1).")
