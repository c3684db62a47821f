"""The table: there and back, and the same minimiser as the objective that each dialect states."""

from __future__ import annotations

from math import inf, isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normball.errors import InputError
from normball.strength import BY_NAME, DIALECTS, dialects, lam_from

every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
RATIOS = (0.0, 0.3, 1.0)


@every_dialect
@given(lam=st.floats(1e-12, 1e12), n=st.floats(1e-3, 1e9))
def test_there_and_back(dialect, lam, n):
    """lam_from is the inverse of dialects."""
    for l1_ratio in filter(dialect.mixes, RATIOS):
        value = dialects(lam, l1_ratio, n)[dialect.name]
        assert isclose(lam_from(dialect.name, value, n=n, l1_ratio=l1_ratio), lam, rel_tol=1e-14)


@every_dialect
@given(lam=st.floats(1e-6, 1e6), more=st.floats(1.01, 1e3))
def test_monotone(dialect, lam, more):
    """Strictly monotone: C and the priors' widths count down as λ grows, all others up."""
    l1_ratio = next(filter(dialect.mixes, RATIOS))
    weak, strong = (dialects(x, l1_ratio, 50.0)[dialect.name] for x in (lam, lam * more))
    assert strong < weak if dialect.name in ("C", "liblinear_C", "sigma", "laplace_sd") else strong > weak


def test_no_penalty():
    """λ = 0 is C = inf and a prior of infinite width, both ways."""
    free = dialects(0.0, 0.0, 10.0)
    assert {name for name, value in free.items() if value == inf} == {"C", "liblinear_C", "sigma"}
    assert set(free.values()) == {0.0, inf}
    assert dialects(0.0, 1.0, 10.0)["laplace_sd"] == inf
    assert lam_from("C", inf, n=10) == lam_from("sigma", inf, n=10) == 0.0
    assert lam_from("laplace_sd", inf, n=10, l1_ratio=1.0) == 0.0


def loss(eta, y):
    return np.logaddexp(0.0, eta) - y * eta


def mean_loss(w, X, y, c):
    return np.sum(c * loss(X @ w, y))


def sum_loss(w, X, y, weight):
    return mean_loss(w, X, y, weight)


# What each dialect minimises, written down again from its own documentation; a is l1_ratio.
def objective_C(w, C, X, y, weight, a):
    return C * sum_loss(w, X, y, weight) + a * abs(w).sum() + (1 - a) / 2 * w @ w


def objective_alpha(w, alpha, X, y, weight, a):
    return mean_loss(w, X, y, weight / weight.sum()) + alpha * (a * abs(w).sum() + (1 - a) / 2 * w @ w)


def objective_lambd(w, lambd, X, y, weight, a):
    m = weight.sum()
    penalty = lambd / m * abs(w).sum() if a == 1 else lambd / (2 * m) * w @ w
    return sum_loss(w, X, y, weight) / m + penalty


def objective_sum_half(w, lam, X, y, weight, a):
    return sum_loss(w, X, y, weight) + lam * w @ w / 2


def objective_liblinear_C(w, C, X, y, weight, a):
    """LIBLINEAR's README: min over w of w'w/2 (or its 1-norm) + C Σ loss."""
    return (abs(w).sum() if a == 1 else w @ w / 2) + C * sum_loss(w, X, y, weight)


def objective_square(w, lam, X, y, weight, a):
    return mean_loss(w, X, y, weight / weight.sum()) + lam * np.sum(w**2)


def objective_square_sum(w, lam, X, y, weight, a):
    return sum_loss(w, X, y, weight) + lam * np.sum(w**2)


def objective_ridge_alpha(w, alpha, X, y, weight, a):
    return np.sum(2 * weight * loss(X @ w, y)) + alpha * w @ w  # (y - η)² is twice ℓ = ½ (y - η)²


def objective_mlp_alpha(w, alpha, X, y, weight, a):
    """Full batch: loss += alpha / 2 · ‖w‖² / sum of weights."""
    return mean_loss(w, X, y, weight / weight.sum()) + 0.5 * alpha * (w @ w) / weight.sum()


def objective_sigma(w, sigma, X, y, weight, a):
    log_prior = -0.5 * np.sum((w / sigma) ** 2)
    return sum_loss(w, X, y, weight) - log_prior


def objective_laplace_sd(w, sd, X, y, weight, a):
    log_prior = -np.sum(abs(w)) / (sd / sqrt(2))  # variance of a Laplace law of scale b: 2 b²
    return sum_loss(w, X, y, weight) - log_prior


def objective_xgb(w, value, X, y, weight, a):
    """Σ ℓ, and lambda and alpha times the sum of the weights."""
    return sum_loss(w, X, y, weight) + weight.sum() * (value * abs(w).sum() if a == 1 else value / 2 * w @ w)


OBJECTIVES = {
    "lam": objective_alpha,
    "C": objective_C,
    "alpha": objective_alpha,
    "glmnet_lambda": objective_alpha,
    "liblinear_C": objective_liblinear_C,
    "lambd": objective_lambd,
    "sum_half": objective_sum_half,
    "square": objective_square,
    "square_sum": objective_square_sum,
    "ridge_alpha": objective_ridge_alpha,
    "mlp_alpha": objective_mlp_alpha,
    "sigma": objective_sigma,
    "laplace_sd": objective_laplace_sd,
    "xgb_lambda": objective_xgb,
    "xgb_alpha": objective_xgb,
}


def test_every_objective_is_written_down_again():
    """All but weight_decay, which states a gradient: it has a test of its own."""
    assert set(OBJECTIVES) == set(BY_NAME) - {"weight_decay"}


@pytest.mark.parametrize("l1_ratio", RATIOS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_same_objective_up_to_a_factor(name, l1_ratio, rng):
    """The dialect's objective is a positive multiple of ours: differences between any two points are proportional."""
    if not BY_NAME[name].mixes(l1_ratio):
        with pytest.raises(InputError, match="l1_ratio"):
            lam_from(name, 1.0, n=10, l1_ratio=l1_ratio)
        return
    X, y = rng.normal(size=(30, 3)), rng.integers(0, 2, size=30)
    weight = rng.uniform(0.5, 2.0, size=30)
    value = 0.37
    lam = lam_from(name, value, n=weight.sum(), l1_ratio=l1_ratio)
    points = rng.normal(size=(12, 3))
    theirs = np.array([OBJECTIVES[name](w, value, X, y, weight, l1_ratio) for w in points])
    ours = np.array([objective_alpha(w, lam, X, y, weight, l1_ratio) for w in points])
    factor = (theirs[1] - theirs[0]) / (ours[1] - ours[0])
    assert factor > 0
    np.testing.assert_allclose(theirs - theirs[0], factor * (ours - ours[0]), rtol=1e-12, atol=1e-12)


def test_weight_decay_is_the_gradient_of_the_penalty(rng):
    """Coupled decay adds wd·w to the gradient: that is the gradient of λ/2 ‖w‖² at λ = wd."""
    w, wd = rng.normal(size=4), 0.03
    lam = lam_from("weight_decay", wd, n=1000)
    slope = [(lam / 2 * (w + h) @ (w + h) - lam / 2 * (w - h) @ (w - h)) / 2e-3 for h in 1e-3 * np.eye(4)]
    np.testing.assert_allclose(slope, wd * w, rtol=1e-9)


def test_the_loss_picks_the_dialects():
    """Ridge's sum of squares is for the squared loss alone; everything else is for any."""
    assert set(dialects(0.1, 0.0, 10)) - set(dialects(0.1, 0.0, 10, loss="logistic")) == {"ridge_alpha"}
    assert dialects(0.1, 0.0, 10, loss="squared") == dialects(0.1, 0.0, 10)


def test_a_batch_is_said_for_the_net_alone():
    """sklearn's MLP divides alpha by the rows of its batch, whatever n."""
    whole, batch = dialects(0.01, 0.0, 1000), dialects(0.01, 0.0, 1000, batch=200)
    assert (whole["mlp_alpha"], batch["mlp_alpha"]) == (10.0, 2.0)
    assert {name for name in whole if whole[name] != batch[name]} == {"mlp_alpha"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lam_from("Q", 1.0, n=10), "'Q' is no dialect of λ"),
        (lambda: lam_from("C", -1.0, n=10), r"C=-1\.0"),
        (lambda: lam_from("C", float("nan"), n=10), "C=nan"),
        (lambda: lam_from("C", 0.0, n=10), r"C=0\.0 means an infinite"),
        (lambda: lam_from("alpha", inf, n=10), "alpha=inf"),
        (lambda: lam_from("C", 1.0, n=0), "n=0"),
        (lambda: lam_from("C", 1.0, n=10, l1_ratio=1.5), r"l1_ratio=1\.5"),
        (lambda: lam_from("sigma", 1.0, n=10, l1_ratio=0.5), "sigma exists for l1_ratio 0"),
        (lambda: dialects(-0.1, 0.0, 10), r"lam=-0\.1"),
        (lambda: dialects(inf, 0.0, 10), "lam=inf"),
        (lambda: dialects(0.1, 0.0, inf), "n=inf"),
        (lambda: dialects(0.1, -0.1, 10), r"l1_ratio=-0\.1"),
    ],
)
def test_errors_name_argument_and_value(call, words):
    with pytest.raises(InputError, match=words):
        call()
