"""t <-> λ: both forms have one solution; multipliers; free optima inside; features and degrees of freedom as inputs."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from judge import column_sds, dense, minimise, objective, penalty_vectors
from normball import Ball
from normball.errors import ConvergenceWarning, InputError, Interrupted, StrengthConflict
from normball.geometry import visits
from problems import random_problem

NORMS = {"l1": 1.0, "l2": 0.0, "elastic": 0.4}
every_norm = pytest.mark.parametrize("norm", NORMS)


def ball_of(norm, radius):
    return Ball(radius, norm, NORMS[norm] if norm == "elastic" else None)


def data(seed, n=120, p=7, noise=2.0):
    rng = np.random.default_rng([6, seed])
    X = rng.normal(size=(n, p)) * rng.uniform(0.5, 3.0, p) + rng.normal(size=p)
    return X, (X @ rng.normal(size=p) / 2 + noise * rng.logistic(size=n) > 0).astype(int), rng


def omega(problem, coef, l1_ratio):
    """Ω of a problem of tests/problems.py at λ = 1, long double, on the columns as they came."""
    scale = column_sds(problem.X, problem.weight) if problem.standardize else None
    l1, l2 = penalty_vectors(problem.shape[1], 1.0, l1_ratio, problem.factor, scale)
    w = np.abs(np.asarray(coef).astype(np.longdouble))
    return np.sum(l1 * w + l2 / 2 * w**2)


def radius_of(problem, coef, norm, l1_ratio):
    value = omega(problem, coef, l1_ratio)
    return float(np.sqrt(2 * value) if norm == "l2" else value)


def arguments(problem):
    """Of `solve`, but for the strength."""
    return {k: v for k, v in problem.solve_arguments.items() if k not in ("lam", "l1_ratio")}


def penalised(count, norm):
    """Seeded problems of every kind whose fit at λ is certified, and spends something; with the fit."""
    found, seed = [], 5000
    while len(found) < count:
        problem = random_problem(seed, max_rows=80, max_columns=20)
        seed += 1
        more = dict(lam=problem.lam or 0.01, l1_ratio=NORMS[norm], tol=1e-13)
        if "soft" in problem.kinds or not problem.shape[1]:
            continue
        try:
            fit = normball.solve(problem.X, problem.y, **arguments(problem), **more)
        except (InputError, ConvergenceWarning):
            continue
        if omega(problem, fit.coef, NORMS[norm]) > 1e-6:
            found.append((problem, fit))
    return found


@pytest.mark.parametrize("seed", range(3))
@every_norm
def test_radius_gives_back_lambda_along_the_path(norm, seed):
    """From λ_max down to 1e-6 of it: solve at tol 1e-13, read t, solve by t."""
    X, y, _ = data(seed)
    top = normball.path(X, y, l1_ratio=max(NORMS[norm], 0.05), n_lams=1).lams[0]
    before = 0.0
    for lam in top * np.geomspace(0.95, 1e-6, 12):
        fit = normball.solve(X, y, lam=lam, l1_ratio=NORMS[norm], tol=1e-13)
        t = ball_of(norm, 1.0).value(fit.coef)
        assert t >= before  # t(λ) never rises
        before = t
        back = normball.solve(X, y, ball=ball_of(norm, t), tol=1e-13)
        assert back.active and back.certificate.status == "certified"
        assert back.lam == pytest.approx(lam, rel=1e-8)
        np.testing.assert_allclose(back.coef, fit.coef, rtol=1e-6, atol=1e-9)
        assert back.multiplier == pytest.approx(lam * t if norm == "l2" else lam, rel=1e-8)
        kkt = back.kkt
        assert kkt.stationarity < 1e-12 and kkt.feasibility < 1e-14 and kkt.slackness < 1e-14 and kkt.intercept < 1e-14


@every_norm
def test_both_forms_on_problems_of_every_kind(norm):
    """Weights, offsets, factors, free columns, sparse X, standardising, no intercept: λ to 1e-8, coefficients to 1e-6.

    Coefficients where the Newton certificate proves those of the λ form, so that they are unique.
    """
    kinds, unique = set(), 0
    for problem, fit in penalised(16, norm):
        t = radius_of(problem, fit.coef, norm, NORMS[norm])
        back = normball.solve(problem.X, problem.y, ball=ball_of(norm, t), tol=1e-13, **arguments(problem))
        assert back.active, problem.seed
        assert back.lam == pytest.approx(fit.lam, rel=1e-8), problem.seed
        assert radius_of(problem, back.coef, norm, NORMS[norm]) <= t * (1 + 1e-12)
        size, error = np.abs(fit.coef).max(), fit.certificate.coef_error
        if error is not None and error.max() < 1e-7 * size:
            unique += 1
            np.testing.assert_allclose(back.coef, fit.coef, rtol=1e-6, atol=1e-6 * size, err_msg=str(problem.seed))
        kinds |= set(problem.kinds)
    assert len(kinds) > 8 and unique > 9


@pytest.mark.parametrize("separated", [False, True])
@every_norm
def test_radius_is_monotone_in_lambda_and_the_multiplier_is_the_slope(norm, separated):
    """dL*/dt = -multiplier: the loss of the ball's solution against central differences in t."""
    X, y, _ = data(1, noise=0.0 if separated else 2.0)
    free = None if separated else normball.solve(X, y, lam=0, tol=1e-13)
    most = 40.0 if free is None else ball_of(norm, 1.0).value(free.coef)
    loss = lambda t: normball.solve(X, y, ball=ball_of(norm, t), tol=1e-13).certificate.objective
    before = np.inf
    for t in most * np.array([0.02, 0.1, 0.3, 0.6, 0.9]):
        found, h = normball.solve(X, y, ball=ball_of(norm, t), tol=1e-13), 1e-4 * t
        assert found.lam < before
        before = found.lam
        assert (loss(t - h) - loss(t + h)) / (2 * h) == pytest.approx(found.multiplier, rel=1e-4, abs=1e-9)


@every_norm
def test_multiplier_is_zero_exactly_when_the_free_optimum_is_inside(norm):
    X, y, _ = data(2)
    free = normball.solve(X, y, lam=0, tol=1e-13)
    t = ball_of(norm, 1.0).value(free.coef)
    for radius in (t, 1.0000001 * t, 1.5 * t, 1e3 * t, 1e30 * t):
        inside = normball.solve(X, y, ball=ball_of(norm, radius))
        assert inside.multiplier == 0.0 and inside.lam == 0.0 and inside.active is False
        assert inside.certificate.status == "certified" and inside.kkt.slackness == 0.0
        np.testing.assert_allclose(inside.coef, free.coef, rtol=1e-9)
    for radius in (0.9999 * t, 0.5 * t):
        outside = normball.solve(X, y, ball=ball_of(norm, radius))
        assert outside.multiplier > 0.0 and outside.lam > 0.0 and outside.active


@every_norm
def test_a_free_optimum_is_found_among_aliased_columns(norm):
    """x₂ = 2 x₁: the free optima form a line, and only its cheapest points fit into the ball."""
    X, y, _ = data(3, p=3)
    twin = np.column_stack([X, 2.0 * X[:, 0]])
    free = normball.solve(X, y, lam=0, tol=1e-13).coef
    cheap = np.r_[0.0, free[1:], free[0] / 2] if norm == "l1" else np.r_[free[0] / 5, free[1:], 2 * free[0] / 5]
    if norm == "elastic":  # α|w| + (1-α)/2 w² on the line, by a fine grid
        shares = np.linspace(0, 1, 100001)
        lines = np.abs(free[0]) * np.vstack([1 - shares, shares / 2])
        cost = (0.4 * lines + 0.3 * lines**2).sum(0)
        cheap = np.r_[free[0] * (1 - shares[cost.argmin()]), free[1:], free[0] * shares[cost.argmin()] / 2]
    t = ball_of(norm, 1.0).value(cheap)
    inside = normball.solve(twin, y, ball=ball_of(norm, t * 1.001))
    assert inside.lam == 0.0 and not inside.active
    assert ball_of(norm, 1.0).value(inside.coef) <= t * 1.001
    np.testing.assert_allclose(twin @ inside.coef, X @ free, rtol=1e-8, atol=1e-8)
    assert normball.solve(twin, y, ball=ball_of(norm, t * 0.999)).lam > 0.0


@every_norm
def test_separated_data_have_a_solution_at_every_radius(norm):
    X, y, _ = data(4, noise=0.0)
    before = np.inf
    for t in (0.1, 3.0, 100.0, 1e4):
        found = normball.solve(X, y, ball=ball_of(norm, t))
        assert found.active and found.certificate.status == "certified" and 0.0 < found.lam <= before
        assert np.isfinite(found.coef).all()
        assert ball_of(norm, 1.0).value(found.coef) == pytest.approx(t, rel=1e-9)
        before = found.lam


def test_the_corner_holds_the_gradient():
    """At w_j = 0 the gradient of the loss lies inside [-λf, λf]; elsewhere it is -λ f sign(w), all by hand."""
    X, y, rng = data(5)
    factor = rng.uniform(0.5, 2.0, X.shape[1])
    found = normball.solve(X, y, ball=Ball(0.6, "l1"), penalty_factor=factor)
    p = 1 / (1 + np.exp(-(X @ found.coef + found.intercept)))
    gradient, kkt = X.T @ (p - y) / len(y), found.kkt
    np.testing.assert_allclose(kkt.gradient, gradient, atol=1e-13)
    at_zero = found.coef == 0
    assert 0 < at_zero.sum() < len(at_zero)
    np.testing.assert_allclose(kkt.upper[at_zero], found.lam * factor[at_zero], rtol=1e-13)
    np.testing.assert_allclose(kkt.lower[at_zero], -found.lam * factor[at_zero], rtol=1e-13)
    side = -found.lam * factor * np.sign(found.coef)
    np.testing.assert_allclose(kkt.lower[~at_zero], side[~at_zero], rtol=1e-13)
    np.testing.assert_allclose(kkt.upper[~at_zero], side[~at_zero], rtol=1e-13)
    assert (kkt.lower - 1e-13 <= gradient).all() and (gradient <= kkt.upper + 1e-13).all()


def test_the_l2_multiplier_is_the_norm_of_the_gradient():
    X, y, rng = data(6)
    factor = rng.uniform(0.5, 2.0, X.shape[1])
    found = normball.solve(X, y, ball=Ball(0.7, "l2"), penalty_factor=factor)
    p = 1 / (1 + np.exp(-(X @ found.coef + found.intercept)))
    gradient = X.T @ (p - y) / len(y)
    assert found.multiplier == pytest.approx(np.sqrt(np.sum(gradient**2 / factor)), rel=1e-12)
    assert found.multiplier == pytest.approx(found.lam * np.sqrt(np.sum(factor * found.coef**2)), rel=1e-13)


@every_norm
def test_a_path_of_radii_is_the_solutions_one_by_one(norm):
    X, y, _ = data(7)
    radii = [0.05, 0.4, 1.0, 2.0, 500.0, 600.0]
    path = normball.path(X, y, radii=radii[::-1], norm=norm, l1_ratio=0.4 if norm == "elastic" else 0.0)
    np.testing.assert_array_equal(path.radii, radii)
    assert path.certified and (np.diff(path.lams) <= 0).all()
    assert path.lams[-1] == path.lams[-2] == path.multipliers[-1] == 0.0
    for k, t in enumerate(radii):
        one = normball.solve(X, y, ball=ball_of(norm, t))
        assert path.lams[k] == pytest.approx(one.lam, rel=1e-8)
        assert path.multipliers[k] == pytest.approx(one.multiplier, rel=1e-8)
        np.testing.assert_allclose(np.asarray(path.coefs)[:, k], one.coef, rtol=1e-6, atol=1e-9)
    assert path.solution(path.lams[1]).multiplier == path.multipliers[1]


def test_the_estimator_is_solve():
    X, y, _ = data(8)
    for norm, more in {"l1": {}, "l2": {}, "elastic": {"l1_ratio": 0.4}}.items():
        model = normball.LogisticRegression(radius=0.8, norm=norm, **more).fit(X, y)
        one = normball.solve(X, y, ball=ball_of(norm, 0.8))
        np.testing.assert_array_equal(model.coef_[0], one.coef)
        assert (model.lambda_, model.multiplier_, model.active_) == (one.lam, one.multiplier, True)
        assert model.kkt_.stationarity < 1e-12 and model.status_ == "certified"
    assert not hasattr(normball.LogisticRegression().fit(X, y), "multiplier_")
    implied = normball.LogisticRegression(radius=0.8, l1_ratio=1).fit(X, y)
    np.testing.assert_array_equal(implied.coef_[0], normball.solve(X, y, ball=Ball(0.8, "l1")).coef)


def test_number_of_features_is_the_smallest_lambda_that_keeps_to_it():
    X, y, _ = data(9, n=200, p=12)
    for ratio in (1.0, 0.5):
        for k in (0, 2, 7):
            found = normball.solve(X, y, n_features=k, l1_ratio=ratio)
            assert np.count_nonzero(found.coef) <= k and found.certificate.status == "certified"
            closer = normball.solve(X, y, lam=found.lam * (1 - 1e-6), l1_ratio=ratio, tol=1e-13)
            assert np.count_nonzero(closer.coef) > k
            for lam in found.lam * np.geomspace(1.0001, 10, 8):
                assert np.count_nonzero(normball.solve(X, y, lam=lam, l1_ratio=ratio, tol=1e-12).coef) <= k


def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix():
    """tr of √W X (XᵀWX + λ n)⁻¹ Xᵀ√W, columns centred with the weights W: written out here."""
    X, y, _ = data(10, n=150, p=6)
    for df in (0.5, 2.0, 4.5):
        found = normball.solve(X, y, df=df)
        p = 1 / (1 + np.exp(-(X @ found.coef + found.intercept)))
        w = p * (1 - p)
        A = np.sqrt(w)[:, None] * (X - w @ X / w.sum())
        hat = A @ np.linalg.solve(A.T @ A + found.lam * len(y) * np.eye(6), A.T)
        assert np.trace(hat) == pytest.approx(df, rel=1e-8)
    lasso = normball.solve(X, y, df=3.0, l1_ratio=1)
    assert lasso.lam == normball.solve(X, y, n_features=3, l1_ratio=1).lam


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (dict(lam=0.1, ball=Ball(1.0)), StrengthConflict, "lam=0.1 and ball="),
        (dict(n_features=3, df=2.0, l1_ratio=1), StrengthConflict, "n_features=3 and df=2.0"),
        (dict(ball=Ball(1.0), n_features=3), StrengthConflict, "ball=.* and n_features=3"),
        (dict(), StrengthConflict, "No strength"),
        (dict(ball=3.0), InputError, "not a Ball"),
        (dict(ball=Ball(1.0, "l1"), l1_ratio=0.5), InputError, "l1_ratio=0.5"),
        (dict(ball=Ball(1.0, "elastic", 0.3), l1_ratio=0.5), InputError, "Keep one"),
        (dict(n_features=3), InputError, "ridge keeps every column"),
        (dict(n_features=2.5, l1_ratio=1), InputError, "n_features=2.5"),
        (dict(n_features=-1, l1_ratio=1), InputError, "n_features=-1"),
        (dict(n_features=1, l1_ratio=1, penalty_factor=[0, 0, 1, 1, 1, 1, 1]), InputError, "2 columns have penalty"),
        (dict(df=0.0), InputError, "df=0.0"),
        (dict(df=np.nan), InputError, "df=nan"),
    ],
)  # fmt: skip
def test_one_strength_at_a_time(arguments, kind, words):
    X, y, _ = data(0)
    with pytest.raises(kind, match=words):
        normball.solve(X, y, **arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(radius=1.0, lam=0.1), "radius=1.0 and lam=0.1"),
        (dict(radius=1.0, C=3.0), "radius=1.0 and C=3.0"),
        (dict(norm="l1"), "without radius"),
        (dict(radius=1.0, norm="l7"), "l7"),
        (dict(radius=-1.0), "radius=-1.0"),
    ],
)
def test_what_the_estimator_refuses(arguments, words):
    X, y, _ = data(0)
    with pytest.raises(InputError, match=words):
        normball.LogisticRegression(**arguments).fit(X, y)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(radii=[1.0], lams=[0.1]), "lams=.* and radii="),
        (dict(radii=[]), "radii"),
        (dict(radii=[1.0, 0.0]), "radii=0.0"),
        (dict(norm="l1"), "without radii"),
    ],
)
def test_what_a_path_of_radii_refuses(arguments, words):
    X, y, _ = data(0)
    with pytest.raises(InputError, match=words):
        normball.path(X, y, **arguments)


def test_a_limit_gives_a_feasible_answer_that_says_what_it_is():
    """Cut short, the answer is inside the ball, and its bound holds against the long-double optimum."""
    X, y, _ = data(11)
    exact = normball.solve(X, y, ball=Ball(1.0, "l1"), tol=1e-13)
    l1, l2 = penalty_vectors(X.shape[1], exact.lam, 1.0)
    lowest = minimise(dense(X), y, l1=l1, l2=l2).value - exact.lam * 1.0
    for reads in (3, 8, 12):
        with pytest.warns(ConvergenceWarning, match="NOT certified"):
            cut = normball.solve(X, y, ball=Ball(1.0, "l1"), max_reads=reads, tol=1e-15)
        assert np.abs(cut.coef).sum() <= 1.0 + 1e-14
        loss = objective(X, y, cut.intercept, cut.coef, l1=0 * l1, l2=l2)
        assert loss - cut.certificate.gap <= lowest + 1e-14


def test_ctrl_c_leaves_the_best_feasible_answer(monkeypatch):
    """In the fourth solve: what the earlier ones proved of the constrained problem is kept."""
    X, y, _ = data(12)
    exact = normball.solve(X, y, ball=Ball(1.0, "l1"), tol=1e-13)
    calls, solve_family = [], visits.solve_family

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise Interrupted([])
        return solve_family(*arguments)

    monkeypatch.setattr(visits, "solve_family", interrupted)
    with pytest.raises(Interrupted) as stop:
        normball.solve(X, y, ball=Ball(1.0, "l1"))
    kept = stop.value.solution
    assert kept.certificate.status == "interrupted" and np.abs(kept.coef).sum() <= 1.0
    lowest = exact.certificate.objective
    assert lowest <= kept.certificate.objective <= lowest + kept.certificate.gap + 1e-15
    assert kept.lam > exact.lam  # stronger than asked: feasible
