"""Problems that other programs solved: data from formulas, the same bits in every language and on every machine.

Column j of a Weyl table is 2·frac(i·√prime_j) - 1, rounded to three decimals; labels come from another such sequence.
`lam` is λ of the mean loss in the words of docs/notation.md; the scripts translate it into each program's dialect.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer

from judge import column_sds, minimise, penalty_vectors

PRIMES = [v for v in range(2, 300) if all(v % k for k in range(2, int(v**0.5) + 1))]


@dataclass(frozen=True)
class Case:
    """One problem.  y may hold proportions; None stands for: all ones, all zeros, all ones."""

    X: np.ndarray
    y: np.ndarray
    lam: float
    l1_ratio: float
    weight: np.ndarray | None = None
    offset: np.ndarray | None = None
    factor: np.ndarray | None = None
    standardize: bool = False
    fit_intercept: bool = True

    @property
    def solve_arguments(self):
        """Keyword arguments of `normball.solve`."""
        return dict(
            lam=self.lam, l1_ratio=self.l1_ratio, penalty_factor=self.factor, sample_weight=self.weight,
            offset=self.offset, standardize=self.standardize, fit_intercept=self.fit_intercept,
        )  # fmt: skip

    @property
    def judge_arguments(self):
        """Keyword arguments of `judge.minimise`."""
        sds = column_sds(self.X, self.weight) if self.standardize else None
        l1, l2 = penalty_vectors(self.X.shape[1], self.lam, self.l1_ratio, self.factor, sds)
        return dict(l1=l1, l2=l2, weight=self.weight, offset=self.offset, fit_intercept=self.fit_intercept)


def weyl(n: int, prime: int) -> np.ndarray:
    """frac(i √prime) for i = 1 … n: evenly spread over [0, 1)."""
    return np.modf(np.arange(1, n + 1) * np.sqrt(float(prime)))[0]


def weyl_table(n: int, p: int) -> np.ndarray:
    """(n, p), entries in [-1, 1] with three decimals."""
    return np.round(np.column_stack([2 * weyl(n, prime) - 1 for prime in PRIMES[:p]]), 3)


def weyl_labels(X: np.ndarray, slopes: list[float]) -> np.ndarray:
    """0/1 labels (n,) with P(1) = σ(½ + X·slopes) for the first columns."""
    eta = 0.5 + X[:, : len(slopes)] @ np.array(slopes)
    return (weyl(len(X), 293) < 1 / (1 + np.exp(-eta))).astype(int)


def cases() -> dict[str, Case]:
    """Every case by name."""
    X = weyl_table(60, 5)
    y = weyl_labels(X, [2.0, -1.5, 1.0])
    weight, offset = np.round(0.5 + 2 * weyl(60, 101), 2), np.round(2 * weyl(60, 103) - 1, 2)
    soft = np.round(weyl(60, 107), 2)
    factor = np.array([1.0, 0.25, 3.0, 0.75, 2.0])
    units = X * [1, 100, 0.01, 5, 1] + [0, 30, 1, -7, 0]
    wide = weyl_table(40, 60)
    cancer = load_breast_cancer()
    rows = slice(0, None, 3)
    tall = Case(X, y, 0.05, 0.0)
    wide_case = Case(wide, weyl_labels(wide, [3.0, -2.0, 0.0, 2.0]), 0.05, 0.0)
    cancer_case = Case(cancer.data[rows], cancer.target[rows], 0.02, 0.0, standardize=True)
    found = {}
    for name, case in (("tall", tall), ("wide", wide_case), ("cancer", cancer_case)):
        found |= {
            f"{name} L2": case,
            f"{name} EN": replace(case, l1_ratio=0.3),
            f"{name} L1": replace(case, l1_ratio=1.0, lam=case.lam / 2),
        }
    found |= {
        "tall weak L2": replace(tall, lam=1e-4),
        "weights and offset L2": replace(tall, weight=weight, offset=offset, lam=0.02),
        "weights and offset EN": replace(tall, weight=weight, offset=offset, lam=0.02, l1_ratio=0.3),
        "weights and offset L1": replace(tall, weight=weight, offset=offset, lam=0.02, l1_ratio=1.0),
        "factors L2": replace(tall, factor=factor),
        "factors EN": replace(tall, factor=factor, l1_ratio=0.3, lam=0.03),
        "free column L1": replace(tall, factor=np.array([1, 0, 3, 1, 1.0]), l1_ratio=1.0, lam=0.02),
        "standardized L2": replace(tall, X=units, standardize=True),
        "standardized EN": replace(tall, X=units, standardize=True, l1_ratio=0.3, weight=weight),
        "standardized L1": replace(tall, X=units, standardize=True, l1_ratio=1.0, lam=0.02, factor=factor),
        "no intercept L2": replace(tall, fit_intercept=False),
        "no intercept L1": replace(tall, fit_intercept=False, l1_ratio=1.0, lam=0.02),
        "soft labels EN": replace(tall, y=soft, l1_ratio=0.3, lam=0.01, weight=weight),
        "no penalty": replace(tall, lam=0.0),
    }
    return found


def relative_distance(numbers, case: Case) -> float:
    """max|Δ| / max|coef| between numbers (intercept first, then coef) and the judge's optimum."""
    best = minimise(case.X, case.y, **case.judge_arguments)
    exact = np.array([best.intercept, *best.coef])
    return float(np.abs(np.asarray(numbers) - exact).max() / np.abs(exact[1:]).max())


def store(path: Path, made_by: list[str], answers: dict[str, list[float]], known: dict[str, Case]) -> None:
    """Writes another program's answers as JSON, unless one is further than 2e-9 from the judge's optimum."""
    for name, numbers in answers.items():
        distance = relative_distance(numbers, known[name])
        print(f"{name:24s} {distance:.1e}")
        if not distance <= 2e-9:
            raise SystemExit(f"{name}: {distance:.1e} from the optimum; tighten the settings")
    lines = ",\n".join(f'  "{name}": {json.dumps(numbers)}' for name, numbers in answers.items())
    path.write_text(f'{{\n "made_by": {json.dumps(made_by)},\n "intercept_and_coef": {{\n{lines}\n }}\n}}\n')


def stored(program: str) -> dict[str, list[float]]:
    """The stored numbers of a program by case: intercept first, then the coefficients."""
    return json.loads((Path(__file__).parent / f"{program}.json").read_text())["intercept_and_coef"]
