"""Seeded random problems over every kind that `solve` accepts: small, deterministic, some of them nasty on purpose.

`random_problem(seed)` walks through the penalties with the seed and draws everything else.  `kinds` says in words
what was drawn, so that a failing seed can be read, and so that a test can count what a list of seeds covers.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import scipy.sparse
from scipy.special import expit

from judge import column_sds, dense, infimum, minimise, objective, penalty_vectors

PENALTIES = ("L2", "L1", "EN", "none")
DENSE = ("C", "F", "strided", "float32")
SPARSE = ("csr", "csc", "csr int64", "csc int64", "csr float32")


@dataclass(frozen=True)
class Problem:
    """One problem: what goes into `solve`, and (`judge_arguments`) the same problem in the judge's words."""

    seed: int
    X: object  # (n, p) ndarray, CSR or CSC
    y: np.ndarray  # (n,) labels 0/1 (int) or soft labels (float)
    weight: np.ndarray | None
    offset: np.ndarray | None
    factor: np.ndarray | None
    lam: float
    l1_ratio: float
    fit_intercept: bool
    standardize: bool
    kinds: tuple[str, ...]

    @property
    def shape(self):
        return self.X.shape

    @property
    def solve_arguments(self) -> dict:
        """Keyword arguments of `normball.solve` (and of `audit`)."""
        return dict(
            lam=self.lam,
            l1_ratio=self.l1_ratio,
            penalty_factor=self.factor,
            sample_weight=self.weight,
            offset=self.offset,
            fit_intercept=self.fit_intercept,
            standardize=self.standardize,
        )

    @cached_property
    def penalty(self):
        """(l1, l2), long double, on the scale of X as given."""
        scale = column_sds(self.X, self.weight) if self.standardize else None
        return penalty_vectors(self.shape[1], self.lam, self.l1_ratio, self.factor, scale)

    @property
    def objective_arguments(self) -> dict:
        """Keyword arguments of `judge.objective`."""
        l1, l2 = self.penalty
        return dict(l1=l1, l2=l2, weight=self.weight, offset=self.offset)

    @property
    def judge_arguments(self) -> dict:
        """Keyword arguments of `judge.minimise`, `judge.infimum`, `judge.minimise_mp`."""
        return dict(self.objective_arguments, fit_intercept=self.fit_intercept)


def random_problem(seed: int, *, max_rows: int = 120, max_columns: int = 60) -> Problem:
    """The problem of this seed; the same on every machine up to the last bits of exp, sin and log."""
    rng = np.random.default_rng([7919, seed])
    penalty = PENALTIES[seed % 4]
    n, p = _size(rng, penalty, max_rows, max_columns)
    kinds = [penalty]
    X = _columns(rng, n, p, penalty, kinds)
    X, storage = _store(rng, X, kinds)
    y, weight, offset = _rows(rng, dense(X).astype(float), penalty, kinds)
    factor = _factors(rng, n, p, penalty, kinds)
    fit_intercept = bool(rng.random() < 0.8)
    standardize = bool(fit_intercept and rng.random() < 0.2)
    kinds += ["no intercept"] * (not fit_intercept) + ["standardize"] * standardize + ["wide"] * (p > n)
    l1_ratio = {"L2": 0.0, "L1": 1.0, "EN": float(rng.choice([0.05, 0.3, 0.5, 0.9, 0.999])), "none": 0.0}[penalty]
    lam = _strength(rng, dense(X).astype(float), y, weight, offset, factor, standardize, l1_ratio, penalty)
    return Problem(seed, X, y, weight, offset, factor, lam, l1_ratio, fit_intercept, standardize, (*kinds, storage))


def _size(rng, penalty, max_rows, max_columns):
    n = int(np.exp(rng.uniform(np.log(5), np.log(max_rows + 1))))
    if penalty == "none" and rng.random() < 0.95:  # otherwise nearly all of them are separated
        n = max(n, min(20, max_rows))
        return n, int(rng.integers(1, max(2, n // 12) + 1))
    return n, int(np.exp(rng.uniform(0, np.log(max_columns + 1))))


def _columns(rng, n, p, penalty, kinds):
    """Plain or correlated Gaussian columns, some of them rare, rescaled, shifted, repeated."""
    X = rng.standard_normal((n, p))
    if rng.random() < 0.4:
        kinds.append("correlated")
        X = np.sqrt(0.1) * X + np.sqrt(0.9) * rng.standard_normal((n, 2)) @ rng.standard_normal((2, p))
    rare = rng.random(p) < (0.3 if rng.random() < 0.25 and penalty != "none" else 0)
    if rare.any():
        kinds.append("rare")
        for j in np.flatnonzero(rare):
            X[:, j] = 0
            X[rng.choice(n, size=int(rng.integers(1, 4)), replace=False), j] = 1
    if rng.random() < 0.25:
        kinds.append("shifted")
        X += rng.choice([0, 1, 30, 1000], size=p)
    if rng.random() < 0.25:
        kinds.append("scaled")
        X *= 10.0 ** rng.uniform(-4, 4, size=p)
    if p > 1 and rng.random() < 0.08:
        kinds.append("collinear")
        j, k = rng.choice(p, size=2, replace=False)
        X[:, j] = 2 * X[:, k]
    return X


def _store(rng, X, kinds):
    """X in one of the layouts; sparse ones get their zeros first."""
    if rng.random() < 0.6:
        storage = str(rng.choice(DENSE))
        if storage == "F":
            X = np.asfortranarray(X)
        elif storage == "strided":
            wide = np.full((2 * X.shape[0], 3 * X.shape[1]), np.nan)
            wide[::2, ::3] = X
            X = wide[::2, ::3]
        elif storage == "float32":
            X = X.astype(np.float32)
        return X, storage
    kinds.append("sparse")
    storage = str(rng.choice(SPARSE))
    X = np.where(rng.random(X.shape) < rng.choice([0.05, 0.2, 0.6]), X, 0)
    X = (scipy.sparse.csc_array if "csc" in storage else scipy.sparse.csr_array)(X)
    if "float32" in storage:
        X = X.astype(np.float32)
    width = np.int64 if "int64" in storage else np.int32
    X.indices, X.indptr = X.indices.astype(width), X.indptr.astype(width)
    return X, storage


def _rows(rng, X, penalty, kinds):
    """Labels from a logistic model, mislabelled, soft or saturated; weights; offsets."""
    n, p = X.shape
    sd = X.std(axis=0)
    Z = (X - X.mean(axis=0)) / np.where(sd > 0, sd, 1)
    truth = rng.standard_normal(p) * (rng.random(p) < min(1, 5 / p))
    saturated = rng.random() < 0.15
    eta = (30 if saturated else 1) * (Z @ truth) + rng.normal()
    offset = None
    if rng.random() < 0.3:
        kinds.append("offset")
        offset = rng.standard_normal(n)
        if rng.random() < 0.2 and penalty != "none":
            kinds.append("huge eta")
            offset[rng.random(n) < 0.2] *= float(rng.choice([30, 500]))
        eta = eta + offset
    if rng.random() < 0.25:
        kinds.append("soft")
        y = np.round(expit(eta + rng.standard_normal(n)), 3)
        y[:3] = 0.25, 0.5, 0.875  # never one class, never two values only
    else:
        y = (rng.random(n) < expit(eta)).astype(int)
        if saturated or penalty == "none" or rng.random() < 0.2:
            kinds.append("mislabels")
            flip = rng.random(n) < 0.15
            y[flip] = 1 - y[flip]
        y[:2] = 0, 1
    if saturated:
        kinds.append("saturated")
    weight = None
    if rng.random() < 0.4:
        kinds.append("weights")
        weight = rng.choice([0.5, 1, 2, 7], size=n) if rng.random() < 0.5 else rng.gamma(1.0, size=n) + 1e-3
        if n > 8 and rng.random() < 0.5:
            kinds.append("zero weights")
            weight[rng.random(n) < 0.25] = 0
        weight[:3] = np.maximum(weight[:3], 0.5)  # both classes stay
    return y, weight, offset


def _factors(rng, n, p, penalty, kinds):
    if penalty == "none" or rng.random() > 0.3:
        return None
    kinds.append("factors")
    factor = rng.choice([0.1, 0.5, 1.0, 3.0], size=p)
    if p > 1 and n >= 30 and rng.random() < 0.5:
        kinds.append("free columns")
        factor[rng.choice(p, size=min(2, p - 1), replace=False)] = 0
    return factor


def _strength(rng, X, y, weight, offset, factor, standardize, l1_ratio, penalty):
    """λ from 1e-5 to a little above the λ that empties the model (L2: to 10)."""
    if penalty == "none":
        return 0.0
    if penalty == "L2":
        return float(10 ** rng.uniform(-5, 1))
    c = np.ones(len(y)) if weight is None else weight
    c, o = c / c.sum(), np.zeros(len(y)) if offset is None else offset
    low, high = -1e4, 1e4  # the intercept of the null model, by bisection
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if c @ (y - expit(o + middle)) > 0 else (low, middle)
    slope = np.abs((c * (y - expit(o + low))) @ (X - c @ X))
    if standardize:
        slope = slope / np.maximum(np.sqrt(c @ (X - c @ X) ** 2), 1e-300)
    factor = np.ones(X.shape[1]) if factor is None else factor
    top = np.max(slope / np.where(factor > 0, factor, np.inf)) / l1_ratio
    if not top > 1e-12:
        return 0.1
    return float(np.exp(rng.uniform(np.log(min(1e-5, top / 10)), np.log(1.1 * top))))


@dataclass(frozen=True)
class Trial:
    """A problem, what `normball.solve` answered, and what the judge says to it."""

    problem: Problem
    solution: object
    exists: bool  # a minimiser exists
    excess: float  # F(solution) - inf F in long double: the true suboptimality
    slack: float  # what rounding may hide of it

    @property
    def certificate(self):
        return self.solution.certificate

    def complaints(self) -> list[str]:
        """Every law of a certificate that this answer breaks; empty when all is well."""
        proof, where = self.certificate, f"seed {self.problem.seed} {self.problem.kinds}"
        allowed = {"certified", "uncertified"} if self.exists else {"separated", "uncertified"}
        found = []
        if not (np.isfinite(proof.gap) and proof.gap >= 0):
            found.append(f"{where}: gap {proof.gap} is no finite bound")
        if not proof.gap >= self.excess - self.slack:
            found.append(f"{where}: gap {proof.gap:.3g} is below the true suboptimality {self.excess:.3g}")
        if proof.status not in allowed:
            found.append(f"{where}: {proof.status}, though a minimiser {'exists' if self.exists else 'is missing'}")
        if proof.status == "certified" and not proof.relative_gap <= 1e-8:
            found.append(f"{where}: certified at a relative gap of {proof.relative_gap:.3g}")
        return found


@cache
def trial(seed: int) -> Trial:
    """Solve the problem of this seed at the default tolerance, and judge the answer."""
    import normball

    problem = random_problem(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)  # the status says the same
        solution = normball.solve(problem.X, problem.y, **problem.solve_arguments)
    best = minimise(problem.X, problem.y, **problem.judge_arguments)
    floor = best.value if best is not None else infimum(problem.X, problem.y, **problem.judge_arguments)
    value = objective(problem.X, problem.y, solution.intercept, solution.coef, **problem.objective_arguments)
    return Trial(problem, solution, best is not None, float(value - floor), 1e-15 * max(1.0, float(abs(value))))
