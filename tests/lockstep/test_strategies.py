"""Each strategy alone, on problems it is meant for: it reaches the tolerance without help and agrees with the judge."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import expit

from judge import minimise, objective, penalty_vectors
from lockstep.families import boxed_optimum, family_of
from normball.lockstep import solve_family
from normball.lockstep.strategies import Anchored, Dual, NewtonCG, Slabwise
from normball.runtime import Watch

PENALTIES = {
    "L2": dict(lam=0.02),
    "weak L2": dict(lam=1e-7),
    "L1": dict(lam=0.02, l1_ratio=1.0),
    "EN": dict(lam=0.02, l1_ratio=0.5),
    "none": dict(lam=0.0),
}


class Problem:
    """Correlated columns of several units, weights, an offset; some labels against the grain."""

    def __init__(self, n, p, penalty, *, sparse=False, intercept=True, free=(), rare=(), noise=0.1, seed=0):
        rng = np.random.default_rng([41, n, p, seed])
        X = rng.normal(size=(n, p)) + 0.6 * rng.normal(size=(n, 1))
        X = np.where(rng.random((n, p)) < 0.3, X, 0.0) if sparse else X
        for j in rare:
            X[:, j] = 0.0
            X[rng.choice(n, 12, replace=False), j] = 1.0
        eta = X[:, : min(4, p)] @ np.array([1.0, -0.7, 0.5, 0.4])[: min(4, p)]
        y = np.where(rng.random(n) < noise, rng.integers(0, 2, n), rng.random(n) < expit(eta)).astype(float)
        X = X * 10.0 ** rng.uniform(-2, 2, p)
        self.X, self.y, self.weight, self.offset = X, y, rng.choice([0.5, 1.0, 2.0], n), 0.3 * rng.normal(size=n)
        self.factor = X.std(axis=0) ** (2 - PENALTIES[penalty].get("l1_ratio", 0.0))  # as if standardised
        self.factor[list(free)] = 0.0
        self.family = lambda tol: family_of(
            sp.csr_array(X) if sparse else X, y, factor=self.factor, weight=self.weight, offset=self.offset,
            intercept=intercept, tol=tol, **PENALTIES[penalty],
        )  # fmt: skip
        l1, l2 = penalty_vectors(p, PENALTIES[penalty]["lam"], PENALTIES[penalty].get("l1_ratio", 0.0), self.factor)
        self.arguments = dict(l1=l1, l2=l2, weight=self.weight, offset=self.offset)
        self.best = minimise(X, y, fit_intercept=intercept, **self.arguments)

    def agrees(self, *chain, tol=1e-10):
        """Certified by the last of these strategies; the gap holds; coefficients far within √gap of the judge's."""
        answer = solve_family(self.family(tol), chain, Watch())[0]
        proof = answer.certificate
        assert proof.status == "certified" and proof.strategy == chain[-1].name
        excess = float(objective(self.X, self.y, answer.intercept, answer.coef, **self.arguments) - self.best.value)
        assert proof.gap >= excess - 1e-15
        assert proof.objective == pytest.approx(float(self.best.value), rel=1e-9)
        size = self.X.std(axis=0)
        away = np.abs(answer.coef - self.best.coef.astype(float)) * size
        assert np.max(away) <= 4e-6 * max(1.0, float(np.max(np.abs(self.best.coef) * size)))
        assert abs(answer.intercept - float(self.best.intercept)) <= 1e-5
        return answer


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("sparse", [False, True])
def test_slab_on_all_columns(penalty, sparse, intercept):
    Problem(120, 8, penalty, sparse=sparse, intercept=intercept).agrees(Slabwise())
    if penalty != "none":
        Problem(120, 8, penalty, sparse=sparse, intercept=intercept, free=(1, 6)).agrees(Slabwise())


@pytest.mark.parametrize("penalty", ["L1", "EN"])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("free", [(), (5, 320)])
def test_slab_on_working_sets(penalty, sparse, free):
    """More than 300 columns of few rows: down a short path of strengths; the zeros are the judge's zeros."""
    one = Problem(60, 350, penalty, sparse=sparse, free=free)
    answer = one.agrees(Slabwise())
    assert np.array_equal(answer.coef != 0.0, one.best.coef != 0.0)
    assert 0 < np.count_nonzero(answer.coef) < 200


@pytest.mark.parametrize("penalty", ["L2", "L1", "EN"])
@pytest.mark.parametrize("box", [(0.0, np.inf), (-0.2, 0.3), (0.1, 0.5), (0.2, 0.2), (-np.inf, -0.1)], ids=str)
@pytest.mark.parametrize("intercept", [True, False])
def test_slab_in_a_box(penalty, box, intercept):
    """Bounds on four of five columns: certified, inside, and nowhere above what L-BFGS-B finds."""
    one = Problem(80, 5, penalty, intercept=intercept)
    X = one.X / one.X.std(axis=0)
    low, high = (np.array([end] * 4 + [free]) for end, free in zip(box, (-np.inf, np.inf), strict=True))
    rows, strength = dict(weight=one.weight, offset=one.offset), PENALTIES[penalty]
    family = family_of(X, one.y, intercept=intercept, lower=low, upper=high, tol=1e-10, **rows, **strength)
    answer = solve_family(family, (Slabwise(),), Watch())[0]
    assert answer.certificate.status == "certified"
    assert np.all(answer.coef >= low - 1e-15) and np.all(answer.coef <= high + 1e-15)
    l1, l2 = penalty_vectors(5, strength["lam"], strength.get("l1_ratio", 0.0))
    coef, b = boxed_optimum(X, one.y, low, high, intercept, l1=l1, l2=l2, **rows)
    arguments = dict(l1=l1, l2=l2, **rows)
    here, there = (objective(X, one.y, i, w, **arguments) for w, i in ((answer.coef, answer.intercept), (coef, b)))
    assert -1e-7 <= float(here - there) <= 1e-10
    assert np.any(answer.coef[:4] == box[0]) or np.any(answer.coef[:4] == box[1])


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("free", [(), (0, 7)])
def test_newton_cg(sparse, intercept, free):
    Problem(200, 12, "L2", sparse=sparse, intercept=intercept, free=free).agrees(NewtonCG())
    Problem(40, 60, "L2", sparse=sparse, intercept=intercept, free=free).agrees(NewtonCG())


@pytest.mark.parametrize("penalty", ["weak L2", "none"])
def test_newton_cg_without_the_help_of_a_penalty(penalty):
    Problem(200, 12, penalty, sparse=True).agrees(NewtonCG())


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("free", [(), (0, 7)])
@pytest.mark.parametrize("penalty", ["L2", "weak L2"])
def test_dual(sparse, intercept, free, penalty):
    """More columns than rows, nearly all of them with an L2 part."""
    if penalty == "weak L2" and free:  # nearly separable: the free columns' optimum is far out and flat
        return
    Problem(50, 70, penalty, sparse=sparse, intercept=intercept, free=free, noise=0.4).agrees(Dual())


@pytest.mark.parametrize("penalty", ["L2", "L1", "EN", "none"])
@pytest.mark.parametrize("intercept", [True, False])
def test_anchored(penalty, intercept):
    Problem(9000, 5, penalty, intercept=intercept).agrees(Anchored())


@pytest.mark.parametrize("penalty", ["L2", "L1"])
def test_anchored_on_columns_the_sample_hardly_saw(penalty):
    """Twelve ones among 9000 rows: the sample's curvature of such a column is a guess."""
    Problem(9000, 5, penalty, rare=(1, 3)).agrees(Anchored())


def test_anchored_hands_over_what_its_sample_misled():
    """Without a penalty, the few rows of a rare column that the sample saw are separated: slab goes on."""
    Problem(9000, 5, "none", rare=(1, 3)).agrees(Anchored(), Slabwise())


@pytest.mark.parametrize("penalty", ["L2", "L1"])
def test_anchored_with_free_columns(penalty):
    Problem(9000, 5, penalty, free=(0, 2)).agrees(Anchored())


@pytest.mark.parametrize("penalty", ["L2", "L1"])
def test_anchored_reads_little(penalty):
    """A handful of rounds from the sample's answer, not tens: what the strategy is for."""
    one = Problem(9000, 5, penalty)
    answer = one.agrees(Anchored(), tol=1e-8)
    assert answer.certificate.rounds <= 8


@pytest.mark.parametrize(
    ("strategy", "problem"),
    [
        (Slabwise(), dict(n=120, p=8, penalty="L1")),
        (Slabwise(), dict(n=60, p=350, penalty="L1")),
        (NewtonCG(), dict(n=200, p=12, penalty="L2", sparse=True)),
        (Dual(), dict(n=50, p=70, penalty="L2")),
        (Anchored(), dict(n=9000, p=5, penalty="L2")),
        (Anchored(), dict(n=9000, p=5, penalty="L1")),
    ],
    ids=lambda v: v.name if hasattr(v, "name") else v["penalty"],
)
def test_one_more_step_after_the_proof(strategy, problem):
    """Asked for 1e-4, a second-order step beyond it: the gap is far below, the coefficients far closer than √gap."""
    one = Problem(**problem)
    answer = solve_family(one.family(1e-4), (strategy,), Watch())[0]
    assert answer.certificate.status == "certified"
    excess = float(objective(one.X, one.y, answer.intercept, answer.coef, **one.arguments) - one.best.value)
    assert excess <= 1e-7 * answer.certificate.null_loss


@pytest.mark.parametrize(
    ("strategy", "problem"),
    [
        (Slabwise(), dict(n=120, p=8, penalty="L2")),
        (NewtonCG(), dict(n=200, p=12, penalty="L2", sparse=True)),
    ],
    ids=["slab", "newton_cg"],
)
def test_a_start_at_the_answer_is_kept(strategy, problem):
    """Warm: the first round is certified, one more polishes it."""
    one = Problem(**problem)
    family = one.family(1e-8)
    init = family.design.to_conditioned(one.best.coef.astype(float), float(one.best.intercept))
    answer = solve_family(family, (strategy,), Watch(), init)[0]
    assert answer.certificate.status == "certified" and answer.certificate.rounds <= 3
