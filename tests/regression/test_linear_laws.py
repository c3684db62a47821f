"""Linear models against the long-double judge, and laws that tie one answer to another."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse

import normball
from normball.certificates import Candidates
from normball.lockstep import solve_family
from normball.lockstep.moments import Moments
from normball.lockstep.strategies import Dual, Grams, Kernel, NewtonCG, Slabwise, Waves
from normball.lockstep.sweep import sweep
from normball.runtime import Watch
from normball.tasks import read_task
from regression.linear_judge import LinearProblem, random_linear

EPS = np.finfo(float).eps


def size_of(problem) -> float:
    """The unit of the objective: the weighted mean square of y less offset."""
    t = problem.target - (problem.shares @ problem.target if problem.fit_intercept else 0)
    return float(problem.shares @ t**2)


def judged(problem, solution):
    """(how far the objective lies above its minimum, the judge's minimum)."""
    _, _, best = problem.optimum()
    return float(problem.objective(solution.intercept, solution.coef) - best), float(best)


@pytest.mark.parametrize("seed", range(60))
def test_the_gap_is_true_and_the_coefficients_are_the_optimum(seed):
    problem = random_linear(seed)
    solution = normball.solve(problem.X, problem.y, tol=1e-10, **problem.arguments)
    certificate = solution.certificate
    assert certificate.status == "certified"
    excess, best = judged(problem, solution)
    terms = np.abs(problem.y).max() + abs(solution.intercept) + (np.abs(problem.dense) @ np.abs(solution.coef)).max()
    blur = 1e-18 * float(terms) * np.sqrt(size_of(problem))  # the judge's own, in long double
    assert excess <= certificate.gap + blur
    assert certificate.objective == pytest.approx(best, rel=1e-9, abs=1e-13 * size_of(problem))
    b, w, _ = problem.optimum()
    moved = problem.dense @ (w - solution.coef) + (b - solution.intercept)
    assert float(np.abs(moved).max()) <= 1e-7 * problem.y.std()


STRATEGIES = [Grams(), Kernel(), Dual(), Waves(), Slabwise(), NewtonCG()]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
@pytest.mark.parametrize("seed", range(12))
def test_every_strategy_is_proved_by_itself(strategy, seed):
    """What each can do, it does; whatever it leaves, its gap is true."""
    problem = replace(random_linear(seed), penalty_factor=None)
    if strategy.name in ("kernel", "dual", "newton_cg"):
        problem = replace(problem, l1_ratio=0.0)
    if strategy.name in ("kernel", "dual"):  # wide columns of similar units: else the kernel has lost their digits
        problem = replace(problem, X=np.random.default_rng(seed).normal(size=(len(problem.y), 11)), lam=1e-3)
    p = problem.arguments
    task = read_task(
        problem.X, problem.y, sample_weight=p["sample_weight"], offset=p["offset"], loss="squared",
        fit_intercept=p["fit_intercept"], standardize=p["standardize"],
    )  # fmt: skip
    column = task.column(problem.lam, problem.l1_ratio)
    answer = solve_family(task.family([column], 1e-8), (strategy,), Watch())[0]
    excess, _ = judged(problem, answer)
    assert answer.certificate.strategy == strategy.name
    assert excess <= answer.certificate.gap + 1e-13 * size_of(problem)
    assert answer.certificate.status == "certified"


@pytest.mark.parametrize("seed", range(20))
def test_moments_say_what_a_read_of_x_says(seed):
    """Evidence at random points, of two splits at once: from Grams, and from X."""
    rng, problem = np.random.default_rng(seed), random_linear(seed)
    n = len(problem.y)
    cells = rng.permutation(np.arange(n) % 3)
    task = read_task(
        problem.X, problem.y, sample_weight=problem.sample_weight, offset=problem.offset, loss="squared",
        fit_intercept=problem.fit_intercept, penalty_factor=problem.penalty_factor, cells_of=lambda data: cells,
    )  # fmt: skip
    train = np.array([[1, 0], [1, 1], [0, 1]], bool)
    norm = task.design.survey.totals @ train
    if not (norm > 0).all():
        return
    columns = [task.column(0.1, 0.5, split) for split in (0, 1, 0)]
    family = replace(task.family(columns, 1e-8), train=train, test=~train, norm=norm)
    W, b = rng.normal(size=(task.design.p, 3)), rng.normal(size=3) * problem.fit_intercept
    asked = Candidates(np.arange(3), W, b)
    there, here = sweep(family, asked), sweep(family, replace(asked, moments=Moments.of(task.design)))
    scale = 1.0 + np.abs(W).sum() ** 2
    np.testing.assert_allclose(here.loss, there.loss, rtol=0, atol=1e-13 * scale)
    np.testing.assert_allclose(here.scores, there.scores, rtol=1e-9, atol=1e-12 * scale * task.total)
    assert here.shift is not None
    for k in range(3):  # the dual point: residuals orthogonal to the intercept and the free columns
        U = np.concatenate([there.grad_b[k : k + 1][: int(problem.fit_intercept)], there.grad[family.free, k]])
        if not len(U):
            np.testing.assert_allclose(here.grad[:, k], there.grad[:, k], rtol=0, atol=1e-12 * scale)
            continue
        delta = np.linalg.lstsq(there.cross_free[:, :, k], U, rcond=1e-13)[0]
        z = there.grad[:, k] - there.cross[:, :, k] @ delta
        np.testing.assert_allclose(here.grad[:, k], z, rtol=0, atol=1e-10 * scale)
        norm_delta = np.sqrt(max(delta @ there.cross_free[:, :, k] @ delta, 0.0))
        assert here.shift[k] == pytest.approx(norm_delta, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("seed", range(30))
def test_gaps_of_poor_points_are_true(seed):
    """Far from the optimum too: what the Grams claim is never less than the truth, nor absurdly more."""
    rng, problem = np.random.default_rng(seed), random_linear(seed)
    task = read_task(
        problem.X, problem.y, sample_weight=problem.sample_weight, offset=problem.offset, loss="squared",
        fit_intercept=problem.fit_intercept, penalty_factor=problem.penalty_factor, standardize=problem.standardize,
    )  # fmt: skip
    from normball.certificates.gap import family_gaps

    column = task.column(problem.lam, problem.l1_ratio)
    family, unit = task.family([column], 1e-8), task.design.y_scale**2
    b, w, best = problem.optimum()
    for size in (1.0, 1e-2, 1e-5):
        move = size * rng.normal(size=len(w)) * np.abs(w).max().astype(float)
        coef, intercept = w.astype(float) + move, float(b) + size * problem.y.std() * problem.fit_intercept
        point = task.design.to_conditioned(coef, intercept)
        asked = Candidates(np.array([0]), point[0][:, None], np.array([point[1]]), moments=Moments.of(task.design))
        gap = unit * family_gaps(family, asked, sweep(family, asked))[0][0]
        excess = float(problem.objective(intercept, coef) - best)
        assert excess <= gap * (1 + 1e-9) + 1e-13 * size_of(problem)


def test_a_ridge_gap_is_the_squared_gradient():
    """Pure L2 with the intercept at its best: gap = Σ (∇F)_j² / (2 l2_j), exactly (docs/design/certificates.md)."""
    from normball.certificates.gap import family_gaps

    rng = np.random.default_rng(3)
    X, lam = rng.normal(size=(40, 4)), 0.3
    y, w = X @ rng.normal(size=4) + rng.normal(size=40), rng.normal(size=4)
    b = float(np.mean(y - X @ w))
    task = read_task(X, y, loss="squared")
    family = task.family([task.column(lam, 0.0)], 1e-8)
    point = task.design.to_conditioned(w, b)
    asked = Candidates(np.array([0]), point[0][:, None], np.array([point[1]]), moments=Moments.of(task.design))
    gap = task.design.y_scale**2 * family_gaps(family, asked, sweep(family, asked))[0][0]
    slope = X.T @ (y - b - X @ w) / 40 - lam * w
    assert gap == pytest.approx(slope @ slope / (2 * lam), rel=1e-9)


# ---- one answer and another ---------------------------------------------------------------------------------------


def sample(n=70, p=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.geomspace(0.1, 10, p) + 2.0
    return X, X @ rng.normal(size=p) + rng.normal(size=n) + 7.0, rng.integers(0, 4, n).astype(float)


RATIOS = pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])


def both(solution):
    return np.append(solution.coef, solution.intercept)


def close(a, b, tolerance=1e-10):
    np.testing.assert_allclose(both(a), both(b), rtol=0, atol=tolerance * np.abs(both(b)).max())


@RATIOS
def test_a_weight_of_two_is_the_row_twice(l1_ratio):
    X, y, weight = sample()
    rows = np.repeat(np.arange(len(y)), weight.astype(int))
    some = dict(lam=0.2, l1_ratio=l1_ratio, loss="squared")
    close(normball.solve(X, y, sample_weight=weight, **some), normball.solve(X[rows], y[rows], **some))


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("unit", [1e-60, 1e-8, 1e60])
def test_units_of_y_and_of_weights_do_not_matter(l1_ratio, unit):
    """λ of the L1 part goes along with the units of y, that of the L2 part stays."""
    X, y, weight = sample()
    first = normball.solve(X, y, sample_weight=weight, lam=0.2, l1_ratio=l1_ratio, loss="squared")
    lam = 0.2 * (unit if l1_ratio else 1.0)
    other = normball.solve(X, unit * y, sample_weight=3e-8 * weight, lam=lam, l1_ratio=l1_ratio, loss="squared")
    assert other.certificate.status == "certified"
    np.testing.assert_allclose(both(other) / unit, both(first), rtol=1e-9)
    assert other.certificate.objective / unit**2 == pytest.approx(first.certificate.objective, rel=1e-9)
    assert other.certificate.null_loss / unit**2 == pytest.approx(first.certificate.null_loss, rel=1e-9)


@RATIOS
def test_a_shift_of_y_goes_to_the_intercept(l1_ratio):
    X, y, _ = sample()
    some = dict(lam=0.2, l1_ratio=l1_ratio, loss="squared")
    first, moved = normball.solve(X, y, **some), normball.solve(X, y + 1e8, **some)
    np.testing.assert_allclose(moved.coef, first.coef, rtol=0, atol=1e-7)
    assert moved.intercept - 1e8 == pytest.approx(first.intercept, abs=1e-6)


@RATIOS
def test_an_offset_is_taken_off_y(l1_ratio):
    X, y, _ = sample()
    offset = np.linspace(-3, 5, len(y))
    some = dict(lam=0.2, l1_ratio=l1_ratio, loss="squared")
    close(normball.solve(X, y, offset=offset, **some), normball.solve(X, y - offset, **some))


@RATIOS
def test_units_and_shifts_of_columns_do_not_matter_when_standardised(l1_ratio):
    X, y, _ = sample()
    unit, shift = 10.0 ** np.array([-100, -4, 0, 3, 8, 100]), np.array([0, 1, 1e6, 0, 0, 0])
    some = dict(lam=0.2, l1_ratio=l1_ratio, loss="squared", standardize=True)
    first, other = normball.solve(X, y, **some), normball.solve((X + shift) * unit, y, **some)
    np.testing.assert_allclose(other.coef * unit, first.coef, rtol=0, atol=1e-9 * np.abs(first.coef).max())


@RATIOS
@pytest.mark.parametrize("shape", [(70, 6), (12, 30)])
def test_sparse_is_dense(l1_ratio, shape):
    X, y, weight = sample(*shape)
    X[np.random.default_rng(1).random(X.shape) < 0.6] = 0.0
    some = dict(lam=0.2, l1_ratio=l1_ratio, loss="squared", sample_weight=weight + 0.5, tol=1e-13)
    first = normball.solve(X, y, **some)
    for kind in (scipy.sparse.csr_array, scipy.sparse.csc_matrix):
        close(normball.solve(kind(X), y, **some), first, 1e-8)


@RATIOS
@pytest.mark.parametrize("shape", [(70, 6), (12, 30)])
def test_a_path_is_its_solutions(l1_ratio, shape):
    X, y, _ = sample(*shape)
    path = normball.path(X, y, l1_ratio=l1_ratio, n_lams=12, loss="squared", tol=1e-9)
    assert path.certified
    assert path.df[0] == 0 or l1_ratio == 0.0
    for k in (0, 5, 11):
        one = normball.solve(X, y, lam=path.lams[k], l1_ratio=l1_ratio, loss="squared", tol=1e-13)
        there = path.solution(path.lams[k])
        assert there.certificate.objective <= one.certificate.objective * (1 + 1e-13) + there.certificate.gap
        assert there.loss == "squared"
        np.testing.assert_allclose(there.predict(X), one.predict(X), rtol=0, atol=2e-3 * y.std())


def test_lam_max_is_exact():
    X, y, weight = sample()
    for ratio in (0.2, 1.0):
        top = normball.path(X, y, l1_ratio=ratio, loss="squared", sample_weight=weight, n_lams=3).lams[0]
        for factor, count in ((1.0, 0), (0.999, 1)):
            found = normball.solve(X, y, lam=top * factor, l1_ratio=ratio, loss="squared", sample_weight=weight)
            assert np.count_nonzero(found.coef) == count


@pytest.mark.parametrize("shape", [(60, 5), (20, 40)])
@pytest.mark.parametrize("standardize", [False, True])
def test_cross_validation_is_one_fit_for_each_fold(shape, standardize):
    X, y, weight = sample(*shape)
    weight = weight + 0.5
    folds = np.arange(len(y)) % 4
    some = dict(loss="squared", standardize=standardize)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.EdgeWarning)
        found = normball.cross_validate(
            X, y, cv=folds, l1_ratios=(0.0, 1.0), n_lams=5, lam_min_ratio=0.01, sample_weight=weight,
            keep_predictions=True, tol=1e-12, fold_tol=1e-12, **some,
        )  # fmt: skip
    for fold, r, k in ((0, 0, 4), (1, 1, 2), (3, 1, 4)):
        train, test = folds != fold, folds == fold
        one = normball.solve(
            X[train], y[train], lam=found.lams[r][k], l1_ratio=found.l1_ratios[r], sample_weight=weight[train],
            tol=1e-13, **some,
        )  # fmt: skip
        eta = one.predict(X[test])
        error = np.average((y[test] - eta) ** 2, weights=weight[test])
        assert found.losses[fold, r, k] == pytest.approx(error, rel=1e-6)
        np.testing.assert_allclose(found.predictions[test, r, k], eta, rtol=0, atol=1e-5 * y.std())
    assert found.scoring == "squared_error"
    assert "squared error" in found.summary()


def test_everything_comes_from_one_read():
    """The survey reads X, the Grams read it: a path and five folds for three mixtures need no third read."""
    X, y, _ = sample(4000, 20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.EdgeWarning)
        found = normball.cross_validate(X, y, cv=5, l1_ratios=(0.0, 0.5, 1.0), loss="squared")
    assert found.reads == 2.0
    assert not found.uncertified


def test_a_scorer_of_scikit_learn_sees_numbers():
    X, y, _ = sample()
    folds = np.arange(len(y)) % 3
    some = dict(cv=folds, l1_ratios=(1.0,), lams=[0.5, 0.1], loss="squared", fold_tol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.EdgeWarning)
        squared = normball.cross_validate(X, y, **some)
        scored = normball.cross_validate(X, y, scoring="neg_mean_squared_error", **some)
        error = normball.cross_validate(X, y, scoring="neg_root_mean_squared_error", **some)
    np.testing.assert_array_equal(scored.losses, squared.losses)
    np.testing.assert_allclose(error.losses**2, squared.losses, rtol=1e-10)


def test_a_relaxed_path_is_least_squares_on_its_columns():
    X, y, _ = sample()
    path = normball.path(X, y, l1_ratio=1.0, n_lams=6, lam_min_ratio=0.05, relax=0.0, loss="squared")
    for k in range(6):
        j = np.flatnonzero(path.coefs[:, [k]].toarray()[:, 0])
        exact = np.linalg.lstsq(np.column_stack([np.ones(len(y)), X[:, j]]), y, rcond=None)[0]
        np.testing.assert_allclose(path.coefs[:, [k]].toarray()[j, 0], exact[1:], rtol=1e-8)
        assert path.intercepts[k] == pytest.approx(exact[0], rel=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_an_audit_is_true(seed):
    """Of coefficients beside the optimum: the objective, and how far it lies above its minimum."""
    problem = random_linear(seed)
    b, w, best = problem.optimum()
    coef = (w + 0.1 * np.abs(w).max() * np.random.default_rng(seed).normal(size=len(w))).astype(float)
    found = normball.audit(coef, problem.X, problem.y, intercept=float(b), **problem.arguments)
    here = float(problem.objective(float(b), coef))
    assert found.certificate.objective == pytest.approx(here, rel=1e-9)
    assert here - float(best) <= found.certificate.gap * (1 + 1e-9)
    assert found.excess == pytest.approx(here - float(best), rel=1e-6, abs=1e-9 * here)
    solution = normball.solve(problem.X, problem.y, **problem.arguments)
    own = {name: value for name, value in problem.arguments.items() if name != "loss"}
    assert normball.audit(solution, problem.X, problem.y, **own).certificate.status == "certified"


# ---- without a penalty --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", [(40, 5), (8, 20)])
@pytest.mark.parametrize("intercept", [True, False])
def test_no_penalty_is_least_squares_of_smallest_norm(shape, intercept):
    """Also with a column twice, and with more columns than rows; the norm is that of the columns as they came."""
    X, y, _ = sample(*shape, seed=4)
    X = np.column_stack([X, X[:, 0]])
    centred = (X - X.mean(0), y - y.mean()) if intercept else (X, y)
    exact = np.linalg.lstsq(*centred, rcond=1e-12)[0]
    found = normball.solve(X, y, lam=0.0, loss="squared", fit_intercept=intercept)
    assert found.certificate.status == "certified"
    np.testing.assert_allclose(found.coef, exact, rtol=0, atol=1e-8 * np.abs(exact).max())
    assert len(found.certificate.aliased) >= 2


def test_the_worked_example():
    """x1 = 2·x2: the ridge limit of 8 x2 is (3.2, 1.6), the lasso limit (4, 0) (docs/design/certificates.md)."""
    x = np.linspace(-1, 1, 21)
    X = np.column_stack([2 * x, x])
    for ratio, limit in ((0.0, (3.2, 1.6)), (1.0, (4.0, 0.0))):
        found = normball.solve(X, 8 * x, lam=1e-9, l1_ratio=ratio, loss="squared", tol=1e-12)
        np.testing.assert_allclose(found.coef, limit, rtol=0, atol=1e-7)
        free = normball.solve(X, 8 * x, lam=0.0, loss="squared")
        np.testing.assert_allclose(free.coef, (3.2, 1.6), rtol=0, atol=1e-10)


@pytest.mark.parametrize("degree", [4, 6, 8])
def test_ill_conditioned_columns_are_certified_honestly(degree):
    """Powers of a year: what the Gram loses is given to a strategy that reads the rows; the claim is true."""
    x = np.linspace(1950, 2020, 60)
    X = np.column_stack([(x / 1000) ** k for k in range(1, degree + 1)])
    y = np.sin(x / 9) + 1e-3 * np.cos(x)
    centred = X - X.mean(0)
    for lam in (1e-6, 1e-12):
        problem = LinearProblem(X, y, lam, 0.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", normball.ConvergenceWarning)
            found = normball.solve(X, y, lam=lam, loss="squared")
        excess, _ = judged(problem, found)
        assert excess <= found.certificate.gap + 1e-14 * size_of(problem)
        assert np.linalg.cond(centred) > 1e5
