"""Paths: every λ is the solution that `solve` gives, the grid starts exactly where the model is empty."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import normball
from normball.errors import InputError


def data(seed=0, n=160, p=9):
    rng = np.random.default_rng([61, seed])
    X = rng.normal(size=(n, p)) * rng.uniform(0.3, 20.0, p) + rng.normal(size=p)
    eta = (X - X.mean(0)) / X.std(0) @ rng.normal(size=p)
    return X, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int), rng


VARIANTS = ["plain", "weights", "offset", "factors", "free", "standardize", "no intercept", "sparse", "float32"]


def arguments(kind, X, rng):
    n, p = X.shape
    return {
        "weights": {"sample_weight": rng.uniform(0.1, 3.0, n)},
        "offset": {"offset": rng.normal(size=n)},
        "factors": {"penalty_factor": rng.uniform(0.2, 4.0, p)},
        "free": {"penalty_factor": np.r_[0.0, 0.0, np.ones(p - 2)]},
        "standardize": {"standardize": True},
        "no intercept": {"fit_intercept": False},
    }.get(kind, {})


@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("kind", VARIANTS)
def test_every_point_is_what_solve_gives(kind, l1_ratio):
    X, y, rng = data(VARIANTS.index(kind))
    more = arguments(kind, X, rng)
    X = (
        sp.csr_array(X * (rng.random(X.shape) < 0.4))
        if kind == "sparse"
        else X.astype(np.float32)
        if kind == "float32"
        else X
    )
    path = normball.path(X, y, l1_ratio=l1_ratio, n_lams=12, lam_min_ratio=1e-3, tol=1e-12, **more)
    assert path.certified and (np.diff(path.lams) < 0).all()
    for lam in path.lams[::4]:
        one = normball.solve(X, y, lam=lam, l1_ratio=l1_ratio, tol=1e-13, **more)
        coef, intercept = path.coef_at(lam)
        size = np.abs(one.coef).max(initial=1e-3)
        np.testing.assert_allclose(coef, one.coef, rtol=1e-4, atol=2e-5 * size)
        assert intercept == pytest.approx(one.intercept, rel=1e-4, abs=1e-4)
        assert path.certificates[path.index(lam)].objective == pytest.approx(one.certificate.objective, rel=1e-11)


@pytest.mark.parametrize("kind", VARIANTS)
def test_the_grid_starts_where_the_model_is_empty(kind):
    """At λ_max every penalised coefficient is 0, just below it one is not."""
    X, y, rng = data(10 + VARIANTS.index(kind))
    more = arguments(kind, X, rng)
    X = sp.csr_array(X * (rng.random(X.shape) < 0.4)) if kind == "sparse" else X
    top = normball.path(X, y, l1_ratio=0.7, n_lams=2, lam_min_ratio=0.5, **more).lams[0]
    held = np.ones(X.shape[1], bool) if kind != "free" else np.arange(X.shape[1]) > 1
    above = normball.solve(X, y, lam=top * (1 + 1e-9), l1_ratio=0.7, tol=1e-14, **more)
    below = normball.solve(X, y, lam=top * (1 - 1e-4), l1_ratio=0.7, tol=1e-14, **more)
    assert not above.coef[held].any() and below.coef[held].any()


def test_defaults_of_the_grid():
    """1e-4, or 1e-2 for wide X; for ridge a thousandth of that, from a thousand times higher (glmnet's convention)."""
    X, y, _ = data(30)
    lasso, ridge = normball.path(X, y, l1_ratio=1.0), normball.path(X, y)
    assert len(lasso.lams) == 100 and lasso.lams[-1] / lasso.lams[0] == pytest.approx(1e-4)
    assert ridge.lams[0] == pytest.approx(1000 * lasso.lams[0]) and ridge.lams[-1] / ridge.lams[0] == pytest.approx(
        1e-7
    )
    assert np.ptp(np.diff(np.log(lasso.lams))) < 1e-9
    wide = normball.path(X[:8, :], np.r_[y[:7], 1 - y[6]], l1_ratio=1.0, n_lams=5)
    assert wide.lams[-1] / wide.lams[0] == pytest.approx(1e-2)


def test_a_strength_off_the_grid_is_fitted():
    X, y, _ = data(31)
    path = normball.path(X, y, l1_ratio=1.0, n_lams=8)
    lam = float(np.sqrt(path.lams[3] * path.lams[4]))
    one = normball.solve(X, y, lam=lam, l1_ratio=1.0)
    np.testing.assert_allclose(path.coef_at(lam)[0], one.coef, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(path.predict_proba(X, lam), one.predict_proba(X), rtol=1e-6)
    between = 0.5 * (path.coef_at(path.lams[3])[0] + path.coef_at(path.lams[4])[0])
    assert np.abs(between - one.coef).max() > 1e-4  # an interpolation would be seen


def test_zero_may_be_in_the_grid():
    X, y, _ = data(32)
    path = normball.path(X, y, lams=[0.0, 0.1, 0.01], l1_ratio=1.0)
    assert path.lams.tolist() == [0.1, 0.01, 0.0] and path.certified
    one = normball.solve(X, y, lam=0.0)
    np.testing.assert_allclose(path.coef_at(0.0)[0], one.coef, rtol=1e-6)


def test_a_separated_end_is_said_not_hidden():
    x = np.linspace(-1, 1, 40)[:, None]
    path = normball.path
    with pytest.warns(normball.ConvergenceWarning):
        found = path(x, (x[:, 0] > 0).astype(int), lams=[0.1, 0.0], l1_ratio=1.0)
    assert [proof.status for proof in found.certificates] == ["certified", "separated"]


def test_what_it_shows():
    X, y, _ = data(33)
    path = normball.path(X, y, l1_ratio=1.0, n_lams=6)
    assert isinstance(path.coefs, sp.csc_array) and path.coefs.shape == (9, 6)
    assert path.df.tolist() == np.count_nonzero(path.coefs.toarray(), axis=0).tolist()
    frame = path.to_frame()
    assert frame["lam"].tolist() == path.lams.tolist() and frame["df"].tolist() == path.df.tolist()
    assert isinstance(normball.path(X, y, n_lams=3).coefs, np.ndarray)
    assert "Certified at every λ" in path.summary()
    np.testing.assert_allclose(path.decision_function(X)[:, 2], path.decision_function(X, path.lams[2]), rtol=1e-12)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (dict(lams=[]), "at least one"),
        (dict(lams=[0.1, -1.0]), "lam="),
        (dict(n_lams=0), "n_lams"),
        (dict(lam_min_ratio=1.5), "lam_min_ratio"),
        (dict(relax=0.0), "ridge selects no columns"),
        (dict(l1_ratio=2.0), "l1_ratio"),
        (dict(relax=-1.0, l1_ratio=1.0), "relax"),
    ],
)
def test_asked_wrongly(more, words):
    X, y, _ = data(34)
    with pytest.raises(InputError, match=words):
        normball.path(X, y, **more)


@pytest.mark.parametrize("relax", [0.0, 0.05])
def test_relaxed_is_the_fit_of_the_selected_columns(relax):
    """The second stage is `solve` on the columns that the first one selected, with λ₂ alone."""
    X, y, _ = data(35)
    lams = np.array([0.2, 0.1, 0.05]) * X.std(0).min()
    first = normball.path(X, y, lams=lams, l1_ratio=1.0, tol=1e-10)
    second = normball.path(X, y, lams=lams, l1_ratio=1.0, tol=1e-10, relax=relax)
    for lam in first.lams:
        chosen = np.flatnonzero(first.coef_at(lam)[0])
        one = normball.solve(X[:, chosen], y, lam=relax)
        coef, intercept = second.coef_at(lam)
        assert set(np.flatnonzero(coef)) <= set(chosen)
        np.testing.assert_allclose(coef[chosen], one.coef, rtol=1e-6)
        assert intercept == pytest.approx(one.intercept, rel=1e-6)


@pytest.mark.parametrize("relax", [0.0, 0.05])
def test_a_relaxed_solution_says_both_stages_and_is_judged_by_the_second(relax):
    """The audit solves ridge on the selected columns again, on the grid and off it."""
    X, y, _ = data(35)
    path = normball.path(X, y, n_lams=6, lam_min_ratio=0.1, l1_ratio=1.0, tol=1e-10, relax=relax)
    for lam in (path.lams[2], 0.9 * path.lams[2]):
        found = path.solution(lam)
        assert found.relax == relax and 0 < np.count_nonzero(found.coef) < len(found.coef)
        assert "to select columns; those are fitted again with" in found.summary().splitlines()[0]
        judged = normball.audit(found, X, y)
        assert judged.certificate.status == "certified" and judged.best.lam == relax
        assert normball.audit(found, X, y, lam=lam).certificate.status == "uncertified"  # shrunk no more


def test_no_second_stage_of_several_classes():
    X, _, _ = data(35)
    y = np.arange(len(X)) % 3
    for verb in (normball.path, normball.cross_validate):
        kind = {"l1_ratio": 1.0} if verb is normball.path else {"l1_ratios": (1.0,)}
        with pytest.raises(InputError, match="relax was given with three or more classes"):
            verb(X, y, n_lams=5, relax=0.0, **kind)


def test_limits_give_what_is_there():
    X, y, _ = data(36, n=60, p=400)
    with pytest.warns(normball.ConvergenceWarning):
        path = normball.path(X, y, l1_ratio=1.0, max_reads=1.5, tol=1e-12)
    assert len(path.lams) == 100 and not path.certified
    assert all(np.isfinite(proof.gap) for proof in path.certificates)


def test_progress_is_told():
    X, y, _ = data(37)
    heard = []
    normball.cross_validate(X, y, l1_ratios=(1.0,), cv=3, progress=heard.append)
    assert {one.stage for one in heard} == {"path", "folds"}
    assert all(0 <= one.live <= one.total and one.round >= 1 for one in heard)
