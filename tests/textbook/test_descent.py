"""The trainer follows the course formulas, ends where `solve` does, and never claims a gap that is not there."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from scipy.special import expit
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss

import normball
from normball import InputError
from normball.textbook import GradientDescent, decay_factor, safe_learning_rate


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    X = rng.standard_normal((80, 6)) @ (np.eye(6) + 0.3 * rng.standard_normal((6, 6))) + 0.2
    y = (rng.random(80) < expit(X[:, 0] - X[:, 1] + 0.3)).astype(int)
    return X, y


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return (X - X.mean(0)) / X.std(0), y


STRENGTHS = [dict(lambd=4.0), dict(l1=1.5), dict(lambd=2.0, l1=2.0), dict()]


def by_hand(X, y, alpha, steps, lambd, l1, penalise_bias):
    """The course's loop, row by row and weight by weight: (w, b, cost) after every step, the start first."""
    m, p = X.shape
    w, b, out = [0.0] * p, 0.0, []
    for _ in range(steps + 1):
        a = [1.0 / (1.0 + np.exp(-(np.dot(w, x) + b))) for x in X]
        cost = -sum(t * np.log(ai) + (1 - t) * np.log(1 - ai) for t, ai in zip(y, a, strict=True)) / m
        held = [*w, b] if penalise_bias else w
        cost += lambd / (2 * m) * sum(v**2 for v in held) + l1 / m * sum(abs(v) for v in held)
        out.append((np.array(w), b, cost))
        dw = sum((ai - t) * x for ai, t, x in zip(a, y, X, strict=True)) / m
        db = sum(ai - t for ai, t in zip(a, y, strict=True)) / m
        moved = [(1 - alpha * lambd / m) * w[j] - alpha * dw[j] for j in range(p)]
        w = [np.sign(v) * max(abs(v) - alpha * l1 / m, 0.0) for v in moved]
        b = (1 - alpha * lambd / m) * b - alpha * db if penalise_bias else b - alpha * db
        b = np.sign(b) * max(abs(b) - alpha * l1 / m, 0.0) if penalise_bias else b
    return out


@pytest.mark.parametrize("penalise_bias", [False, True])
@pytest.mark.parametrize("strength", STRENGTHS, ids=str)
def test_step_for_step_as_by_hand(data, strength, penalise_bias):
    """Every iterate, not only the last: fits of 0, 1, 2, … steps, and the records of the longest."""
    X, y = data
    steps = by_hand(X, y, 0.3, 12, strength.get("lambd", 0.0), strength.get("l1", 0.0), penalise_bias)
    make = lambda k: GradientDescent(0.3, k, tol=0.0, penalise_bias=penalise_bias, **strength).fit(X, y)
    for k, (w, b, _) in enumerate(steps):
        model = make(k)
        assert np.abs(model.coef_[0] - w).max() <= 1e-12
        assert abs(model.intercept_[0] - b) <= 1e-12
    history = make(12).history_
    assert [one.iteration for one in history] == list(range(13))
    assert np.abs([one.cost - cost for one, (_, _, cost) in zip(history, steps, strict=True)]).max() <= 1e-12
    assert np.abs([one.norm - np.linalg.norm(w) for one, (w, _, _) in zip(history, steps, strict=True)]).max() <= 1e-12
    assert {one.decay for one in history} == {1.0 - 0.3 * strength.get("lambd", 0.0) / 80}


@pytest.mark.parametrize("strength", STRENGTHS, ids=str)
def test_fixed_point_is_that_of_solve(data, strength):
    X, y = data
    lambd, l1 = strength.get("lambd", 0.0), strength.get("l1", 0.0)
    model = GradientDescent(0.9 * safe_learning_rate(X, lambd), 3000, tol=0.0, **strength).fit(X, y)
    best = normball.solve(X, y, lam=model.lam, l1_ratio=model.l1_ratio, tol=1e-14)
    assert model.lam == pytest.approx((lambd + l1) / 80, rel=1e-15)
    assert np.abs(model.coef_[0] - best.coef).max() <= 1e-6
    assert abs(model.intercept_[0] - best.intercept) <= 1e-6
    assert np.abs(model.predict_proba(X) - best.predict_proba(X)).max() <= 1e-6
    assert (model.predict(X) == best.predict(X)).all()


@pytest.mark.parametrize("strength", STRENGTHS, ids=str)
def test_fixed_point_with_a_penalised_bias(data, strength):
    """The bias as one more column of ones, without an intercept: the same problem for `solve`."""
    X, y = data
    lambd, l1 = strength.get("lambd", 0.0), strength.get("l1", 0.0)
    alpha = 0.9 * safe_learning_rate(X, lambd)
    model = GradientDescent(alpha, 3000, tol=0.0, penalise_bias=True, **strength).fit(X, y)
    ratio = l1 / (lambd + l1) if lambd + l1 else 0.0
    Xb = np.column_stack([X, np.ones(80)])
    best = normball.solve(Xb, y, lam=(lambd + l1) / 80, l1_ratio=ratio, fit_intercept=False, tol=1e-14)
    assert np.abs(np.append(model.coef_[0], model.intercept_) - best.coef).max() <= 1e-6


@pytest.mark.parametrize("penalise_bias", [False, True])
@pytest.mark.parametrize("strength", [*STRENGTHS, dict(lambd=1e-3), dict(lambd=1e-3, l1=4.0)], ids=str)
def test_gap_is_never_too_small_and_closes(data, strength, penalise_bias):
    """cost - smallest cost <= gap at every step; and no more than a few times it at the end."""
    X, y = data
    lambd, l1 = strength.get("lambd", 0.0), strength.get("l1", 0.0)
    ratio = l1 / (lambd + l1) if lambd + l1 else 0.0
    Xb = np.column_stack([X, np.ones(80)]) if penalise_bias else X
    best = normball.solve(
        Xb, y, lam=(lambd + l1) / 80, l1_ratio=ratio, fit_intercept=not penalise_bias, tol=1e-15
    ).certificate
    model = GradientDescent(0.8 * safe_learning_rate(X, lambd), 1500, tol=0.0, penalise_bias=penalise_bias, **strength)
    history = model.fit(X, y).history_
    over = np.array([one.cost for one in history]) - best.objective
    gaps = np.array([one.gap for one in history])
    assert (gaps >= over - best.gap - 1e-16).all()
    assert gaps[-1] <= 1e-6
    assert (np.diff([one.cost for one in history]) <= 1e-15).all()


@pytest.mark.parametrize("strength", STRENGTHS[:3], ids=str)
def test_gap_beside_audit(data, strength):
    """`audit` solves the problem first, so its gap is the sharper one; ours is never below its excess."""
    X, y = data
    for steps in (0, 1, 5, 30, 200):
        model = GradientDescent(0.5, steps, tol=0.0, **strength).fit(X, y)
        seen = normball.audit(model, X, y)
        assert model.history_[-1].cost == pytest.approx(seen.certificate.objective, rel=1e-12)
        assert seen.excess <= model.history_[-1].gap
        assert seen.certificate.gap <= model.history_[-1].gap * (1 + 1e-9) + 1e-15


def test_ridge_gap_is_the_gradient_squared(data):
    """L2 with Σ r = 0: gap = ‖∇F‖²/(2λ) (docs/design/certificates.md), at a point whose bias is optimal."""
    X, y = data
    lam = 0.2
    from normball.textbook.gap import certified_gap

    w = np.random.default_rng(1).standard_normal(6)
    b = 0.0
    for _ in range(50):  # Newton in b alone
        a = expit(X @ w + b)
        b += np.sum(y - a) / np.sum(a * (1 - a))
    z = X @ w + b
    slope = X.T @ (expit(z) - y) / 80 + lam * w
    gap = certified_gap(X, y.astype(float), w, b, z, expit(z), 0.0, lam, False)
    assert gap == pytest.approx(
        min(slope @ slope / (2 * lam), np.mean(np.logaddexp(0, z) - y * z) + lam / 2 * w @ w), rel=1e-9
    )


def test_tolerance_stops_it(data):
    X, y = data
    null = log_loss(y, np.full(80, y.mean()))
    history = GradientDescent(0.5, 5000, 1.0, tol=1e-4).fit(X, y).history_
    assert history[-1].gap <= 1e-4 * null < min(one.gap for one in history[:-1])


def test_twenty_iterations_on_breast_cancer(cancer):
    """The course's example: 20 iterations, tolerance 0.001, λ = 0.01, columns standardised."""
    X, y = cancer
    model = GradientDescent(0.5, 20, 0.01, tol=0.001).fit(X, y)
    steps = by_hand(X, y, 0.5, 20, 0.01, 0.0, False)
    assert np.abs(model.coef_[0] - steps[-1][0]).max() <= 1e-12
    assert model.history_[-1].cost == pytest.approx(steps[-1][2], abs=1e-12)
    seen = normball.audit(model, X, y)
    assert model.n_iter_ == 20  # the tolerance is not reached: far from it, and it says so
    assert seen.certificate.status == "uncertified" and seen.excess <= model.history_[-1].gap
    assert seen.excess > 0.001 * seen.best.certificate.null_loss


def test_decay_factor_of_the_course():
    assert decay_factor(0.01, 0.01, 10_000) == pytest.approx(0.99999999, abs=1e-15)
    assert abs(decay_factor(0.01, 0.01, 10_000) - 0.999999) > 9e-7  # what the course prints


@pytest.mark.parametrize("strength", [dict(), dict(lambd=3.0), dict(lambd=1.0, l1=2.0)], ids=str)
def test_below_two_over_L_the_cost_never_rises(data, strength):
    X, y = data
    alpha = 0.999 * safe_learning_rate(X, strength.get("lambd", 0.0))
    costs = [one.cost for one in GradientDescent(alpha, 300, tol=0.0, **strength).fit(X, y).history_]
    assert (np.diff(costs) <= 1e-14).all()


@pytest.mark.parametrize("alpha", [30.0, 1e10, 1e300])
def test_a_diverging_step_is_refused(data, alpha):
    X, y = data
    safe = safe_learning_rate(X, 40.0)
    with pytest.raises(InputError, match=rf"raised the cost from .* any learning_rate below 2/L = {safe:.4g} cannot"):
        GradientDescent(alpha, 50, 40.0).fit(X, y)
    GradientDescent(0.99 * safe, 50, 40.0).fit(X, y)


def test_safe_learning_rate_by_hand():
    """One column that is orthogonal to the ones: L is the larger of its mean square and 1, ÷ 4, and λ/m."""
    X = np.array([[1.0], [1.0], [-1.0], [-1.0]]) * 3.0
    lambd = 4.0
    L = 9.0 / 4 + lambd / 4  # the column is orthogonal to the ones
    assert safe_learning_rate(X, lambd) == pytest.approx(2 / L, rel=1e-12)


def test_dev_rows_stop_it_and_the_best_is_kept():
    rng = np.random.default_rng(5)
    X = rng.standard_normal((120, 25))
    y = np.where(rng.random(120) < expit(X[:, 0]), "yes", "no")
    train, dev = (X[:40], y[:40]), (X[40:], y[40:])
    model = GradientDescent(0.5, 2000, tol=0.0, dev=dev, patience=7).fit(*train)
    losses = [one.dev_loss for one in model.history_]
    k = model.best_iteration_
    assert k == int(np.argmin(losses)) and k > 0 and model.n_iter_ == k + 7
    assert log_loss(dev[1], model.predict_proba(dev[0])) == pytest.approx(losses[k], rel=1e-12)
    again = GradientDescent(0.5, k, tol=0.0).fit(*train)
    assert (again.coef_ == model.coef_).all() and (again.intercept_ == model.intercept_).all()
    assert f"after step {k}" in model.summary()
    assert set(model.predict(dev[0])) <= {"yes", "no"}


def test_separated_classes_get_a_true_bound():
    """λ = 0 on separated classes: no minimum, the infimum is 0, and the gap is the cost."""
    X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    for one in GradientDescent(0.5, 200).fit(X, y).history_:
        assert one.cost <= one.gap <= one.cost + 1e-12


def test_soft_labels(data):
    X, _ = data
    soft = expit(X[:, 0] / 2)
    model = GradientDescent(0.5, 5000, 1.0, tol=1e-14).fit(X, soft)
    assert np.abs(model.coef_[0] - normball.solve(X, soft, lam=1 / 80, tol=1e-14).coef).max() <= 1e-6
    assert set(model.predict(X)) <= {0, 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(learning_rate=0.0), "learning_rate=0.0"),
        (dict(learning_rate=np.nan), "learning_rate"),
        (dict(iterations=2.5), "iterations=2.5"),
        (dict(lambd=-1.0), "lambd=-1.0"),
        (dict(l1=np.inf), "l1=inf"),
        (dict(tol=-1.0), "tol=-1.0"),
        (dict(patience=0), "patience=0"),
        (dict(penalise_bias=1), "penalise_bias=1"),
        (dict(dev=0.2), "pair"),
        (dict(dev=(np.ones((3, 6)), [0, 1])), "3 rows and 2 labels"),
        (dict(dev=(np.ones((2, 6)), [0, 7])), "label 7"),
        (dict(dev=(np.ones((2, 5)), [0, 1])), "5 features"),
    ],
    ids=str,
)
def test_what_it_refuses(data, arguments, words):
    with pytest.raises(InputError, match=words):
        GradientDescent(**arguments).fit(*data)


def test_sparse_and_unfitted(data):
    X, y = data
    with pytest.raises(InputError, match="toarray"):
        GradientDescent().fit(scipy.sparse.csr_array(X), y)
    with pytest.raises(InputError, match="not fitted"):
        GradientDescent().predict(X)
    with pytest.raises(InputError, match="NaN"):
        GradientDescent().fit(np.where(X > 2, np.nan, X), y)


def test_the_door_opens_it():
    assert normball.textbook.GradientDescent is GradientDescent
