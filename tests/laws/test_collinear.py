"""Collinear columns: the answer that the penalty prefers, to six digits, where the objective hardly sees a difference.

x_j = ρ_j z + m_j for one z, and labels that give η = b + 8 z exactly: every w with Σ ρ_j w_j = 8 predicts the same.
As λ → 0 the ridge tends to the smallest ‖w‖₂, w_j = 8 ρ_j / Σ ρ², the lasso to the smallest ‖w‖₁: 8 / ρ on the
largest ρ.  At λ = 1e-6 the answer is compared with the exact λ-solution (long double), and with the limit up to the
O(λ) shift.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import scipy.sparse

import normball
from judge import minimise, objective, penalty_vectors

LAM = 1e-6
SLOPE, LEVEL = 8.0, -0.75
FORMS = ("soft", "weighted soft", "weighted pairs")


class Sample(NamedTuple):
    X: np.ndarray  # (n, k)
    y: np.ndarray  # (n,)
    weight: np.ndarray  # (n,)
    z: np.ndarray  # (n,) what the columns repeat

    def shift(self, price):
        """How far λ moves the slope, to first order: λ · price / curvature along z; price = dΩ/dslope."""
        c = self.weight / self.weight.sum()
        p = 1 / (1 + np.exp(-(LEVEL + SLOPE * self.z)))
        h = c * p * (1 - p)
        return LAM * price / (h @ (self.z - (h @ self.z) / h.sum()) ** 2)


def sample(ratios, shifts=0.0, form="soft", seed=0, n=60):
    """Labels are the probabilities themselves, or each row stands twice, with weights in proportion p : 1 - p."""
    rng = np.random.default_rng([seed, n])
    z = np.round(rng.uniform(-1, 1, n), 6)
    p = 1 / (1 + np.exp(-(LEVEL + SLOPE * z)))
    X = z[:, None] * np.asarray(ratios, float) + np.asarray(shifts, float)
    weight = np.ones(n) if form == "soft" else rng.uniform(0.2, 3, n)
    if form == "weighted pairs":
        pairs = np.concatenate([weight * p, weight * (1 - p)])
        return Sample(np.vstack([X, X]), np.repeat([1, 0], n), pairs, np.tile(z, 2))
    return Sample(X, p, weight, z)


def solved(data, l1_ratio, X=None, **arguments):
    """The solution at tol 1e-14 with every coefficient proved to 1e-6; compared with the exact λ-solution."""
    X = data.X if X is None else X
    arguments |= dict(lam=LAM, l1_ratio=l1_ratio, sample_weight=data.weight)
    solution = normball.solve(X, data.y, tol=1e-14, **arguments)
    proof = solution.certificate
    assert proof.status == "certified"
    assert proof.coef_error is not None and np.max(proof.coef_error) <= 1e-6
    l1, l2 = penalty_vectors(data.X.shape[1], LAM, l1_ratio, arguments.get("penalty_factor"))
    best = minimise(data.X, data.y, l1=l1, l2=l2, weight=data.weight)
    away = np.abs(solution.coef - best.coef)
    assert np.all(away <= 1e-6)
    assert np.all(away <= proof.coef_error + 1e-13 * np.abs(best.coef).max())
    return solution


@pytest.mark.parametrize("form", FORMS)
def test_the_two_to_one_example(form):
    """x1 = 2·x2: ridge (3.2, 1.6), lasso (4, 0)."""
    data = sample([2.0, 1.0], form=form)
    ridge, lasso = solved(data, 0.0), solved(data, 1.0)
    assert ridge.coef == pytest.approx([3.2, 1.6], abs=1e-3)
    assert ridge.coef == pytest.approx(np.array([3.2, 1.6]) * (1 - data.shift(8 / 5) / 8), abs=1e-6)
    assert lasso.coef[1] == 0
    assert lasso.coef[0] == pytest.approx(4.0, abs=1e-3)
    assert lasso.coef[0] == pytest.approx(4.0 - data.shift(1 / 2) / 2, abs=1e-6)
    assert ridge.intercept == pytest.approx(LEVEL, abs=1e-3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("k", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", range(4))
def test_random_ratios_and_shifts(k, seed, form):
    """Any ratios, any shifts, any weights: the exact λ-solution, which lies O(λ) from the limit."""
    rng = np.random.default_rng([k, seed])
    ratios = rng.uniform(0.3, 2, k) * rng.choice([-1, 1], k)
    ratios[rng.integers(k)] = rng.choice([-2.5, 2.5])  # a clear largest one
    data = sample(ratios, rng.choice([0, -1.5, 20], k), form, seed)
    ridge, lasso = solved(data, 0.0), solved(data, 1.0)
    limit = SLOPE * ratios / (ratios @ ratios)
    assert ridge.coef == pytest.approx(limit * (1 - data.shift(SLOPE / (ratios @ ratios)) / SLOPE), abs=2e-6)
    largest = int(np.argmax(np.abs(ratios)))
    assert np.all(np.delete(lasso.coef, largest) == 0)
    assert lasso.coef[largest] * ratios[largest] == pytest.approx(SLOPE - data.shift(1 / 2.5), abs=2e-6)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_factors_decide_which_column_is_cheap(l1_ratio):
    """Ridge: w_j ∝ ρ_j / f_j; lasso: the column with the largest |ρ_j| / f_j."""
    ratios, factor = np.array([2.0, 1.0, -1.5]), np.array([4.0, 1.0, 1.0])
    data = sample(ratios, form="weighted soft")
    found = solved(data, l1_ratio, penalty_factor=factor).coef
    share = ratios / factor
    expected = SLOPE * share / (share @ ratios) if l1_ratio == 0 else np.array([0, 0, -SLOPE / 1.5])
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("layout", [scipy.sparse.csr_array, scipy.sparse.csc_array])
def test_sparse_columns(layout, l1_ratio):
    """The same from sparse columns, half of whose rows are zero."""
    data = sample([2.0, 1.0, -0.5], form="weighted soft")
    kept = data.z > 0
    data = data._replace(X=np.where(kept[:, None], data.X, 0))
    found = solved(data, l1_ratio, X=layout(data.X)).coef
    assert found == pytest.approx(solved(data, l1_ratio).coef, abs=1e-9)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_planes_of_columns(seed, l1_ratio):
    """Six columns of rank three, beside an ordinary one: only the exact λ-solution is known, and it is met."""
    rng = np.random.default_rng([6, seed])
    Z = rng.standard_normal((80, 3))
    mix = np.hstack([np.eye(3), rng.uniform(-2, 2, (3, 3))])
    X = np.column_stack([Z @ mix + rng.choice([0, 5], 6), rng.standard_normal(80)])
    y = (rng.random(80) < 1 / (1 + np.exp(-Z @ [1, -1, 0.5]))).astype(int)
    solved(Sample(X, y, rng.uniform(0.5, 2, 80), Z[:, 0]), l1_ratio)


@pytest.mark.parametrize("form", FORMS)
def test_without_a_penalty_the_smallest_norm_is_given(form):
    """λ = 0: (3.2, 1.6) exactly, certified, and both columns are named as aliased."""
    data = sample([2.0, 1.0], [0.0, 3.0], form)
    solution = normball.solve(data.X, data.y, lam=0.0, sample_weight=data.weight, tol=1e-14)
    assert solution.certificate.status == "certified"
    assert solution.coef == pytest.approx([3.2, 1.6], abs=1e-9)
    assert set(solution.certificate.aliased) == {0, 1}


@pytest.mark.parametrize(
    ("l1_ratio", "wrong"), [(0.0, (4.0, 0.000003)), (0.0, (0.0, 8.0)), (1.0, (3.2, 1.6)), (1.0, (0.0, 8.0))]
)
def test_an_audit_exposes_the_wrong_ones(l1_ratio, wrong):
    """What several programs answer predicts as well as the optimum, and costs about λ·Ω more: the audit sees that."""
    data = sample([2.0, 1.0])
    proof = normball.audit(np.array(wrong), data.X, data.y, intercept=LEVEL, lam=LAM, l1_ratio=l1_ratio).certificate
    l1, l2 = penalty_vectors(2, LAM, l1_ratio)
    best = minimise(data.X, data.y, l1=l1, l2=l2)
    excess = objective(data.X, data.y, LEVEL, np.array(wrong), l1=l1, l2=l2) - best.value
    assert excess > 5e-7
    assert proof.gap >= float(excess) - 1e-15  # rounding of F ≈ 0.25
    assert proof.status != "certified"
