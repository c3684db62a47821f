"""Laws of several classes: certificates, symmetries, and the way from two classes to the softmax."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import logsumexp, softmax

import normball
from normball.certificates import Column, Family
from normball.designs import ClassDesign, make_design
from normball.lockstep import choose_chain, solve_family
from normball.losses import SoftmaxLoss
from normball.penalties import ElasticPenalty, GroupPenalty
from normball.runtime import Watch

SEEDS = range(24)


@cache
def problem(seed: int):
    """(X, y, arguments of solve): 3 to 5 classes, weights, offsets, factors, free columns, every penalty."""
    rng = np.random.default_rng(seed)
    n, p, K = int(rng.integers(30, 90)), int(rng.integers(2, 9)), int(rng.integers(3, 6))
    X = rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-1, 1, p) + rng.normal(size=p) * 3
    y = (X @ (rng.normal(size=(p, K)) / X.std(0)[:, None]) + rng.gumbel(size=(n, K))).argmax(1)
    y[:K] = np.arange(K)
    lam = float(10.0 ** rng.uniform(-3, -0.5))
    more = dict(lam=lam, l1_ratio=float(rng.choice([0.0, 1.0, 0.5])), grouped=bool(rng.random() < 0.4))
    if rng.random() < 0.5:
        more["sample_weight"] = rng.uniform(0.2, 2, n)
    if rng.random() < 0.4:
        more["offset"] = rng.normal(size=(n, K))
    if rng.random() < 0.5:
        more["penalty_factor"] = np.where(rng.random(p) < 0.2, 0.0, rng.uniform(0.5, 2, p))
    more["standardize"] = bool(rng.random() < 0.5)
    more["fit_intercept"] = bool(rng.random() < 0.8)
    return X, y, more


def objective(X, y, coef, intercept, lam, l1_ratio, grouped, sample_weight=None, offset=0.0, penalty_factor=None,
              standardize=False, fit_intercept=True):  # fmt: skip
    """F, from its definition."""
    c = np.ones(len(y)) if sample_weight is None else sample_weight
    c = c / c.sum()
    eta = offset + intercept + X @ coef
    loss = c @ (logsumexp(eta, axis=1) - eta[np.arange(len(y)), y])
    factor = np.ones(X.shape[1]) if penalty_factor is None else penalty_factor
    u = coef * np.sqrt(c @ (X - c @ X) ** 2)[:, None] if standardize else coef
    first = np.sqrt((u**2).sum(1)) if grouped else np.abs(u).sum(1)
    return loss + lam * factor @ (l1_ratio * first + (1 - l1_ratio) / 2 * (u**2).sum(1))


def solved(seed: int, **changed):
    X, y, more = problem(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)  # free columns may separate: said by its status
        return normball.solve(X, y, **(more | dict(tol=1e-11) | changed))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_nearby_is_better(seed):
    """Neither random moves nor single coefficients set to 0 lower F below the certified one by more than its gap."""
    X, y, more = problem(seed)
    found = solved(seed)
    if found.certificate.status == "separated":
        assert (more.get("penalty_factor", np.ones(1)) == 0).any()
        return
    assert found.certificate.status == "certified"
    F = objective(X, y, found.coef, found.intercept, **more)
    assert pytest.approx(found.certificate.objective, rel=1e-12) == F
    rng, bare = np.random.default_rng(seed), not more["fit_intercept"]
    for _ in range(100):
        step = 10.0 ** rng.uniform(-7, 0)
        coef = found.coef + step * rng.normal(size=found.coef.shape) / X.std(0)[:, None] * (
            rng.random(found.coef.shape) < 0.5
        )
        b = found.intercept + (0.0 if bare else step * rng.normal(size=len(found.intercept)))
        assert objective(X, y, coef, b, **more) >= F - found.certificate.gap - 1e-14


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gap_bounds_what_is_missing(seed):
    """Audit of spoilt coefficients: gap >= F(spoilt) - F(best), and the bound is no wild one."""
    X, y, more = problem(seed)
    best = solved(seed)
    if best.certificate.status != "certified":
        return
    F = objective(X, y, best.coef, best.intercept, **more)
    rng = np.random.default_rng(seed + 99)
    given = {k: v for k, v in more.items() if k not in ("lam", "l1_ratio", "grouped")}
    for size in (1e-6, 1e-3, 0.3):
        coef = best.coef * (1 + size * rng.normal(size=best.coef.shape))
        spoilt = replace(best, coef=coef)
        found = normball.audit(spoilt, X, y, **given)
        excess = objective(X, y, coef, best.intercept, **more) - F
        assert found.certificate.gap >= excess * (1 - 1e-9) - 1e-14
        assert found.excess == pytest.approx(excess, abs=1e-11 + 1e-6 * excess)


@pytest.mark.parametrize("seed", SEEDS)
def test_early_answers_say_how_far_they_are(seed):
    """A fit stopped after few reads carries a gap that covers what is missing, and no false status."""
    X, y, more = problem(seed)
    best = solved(seed)
    if best.certificate.status != "certified":
        return
    F = objective(X, y, best.coef, best.intercept, **more)
    early = solved(seed, max_reads=3)
    assert early.certificate.gap >= objective(X, y, early.coef, early.intercept, **more) - F - 1e-14
    assert early.certificate.status == "uncertified" or early.certificate.relative_gap <= 1e-11


@pytest.mark.parametrize("seed", SEEDS)
def test_the_newton_certificate_bounds_every_coefficient(seed):
    """Proved errors of a loose fit cover its distance from a tight one."""
    tight, loose = solved(seed, tol=1e-13), solved(seed, tol=1e-4)
    error = loose.certificate.coef_error
    if error is None or tight.certificate.coef_error is None:
        return
    assert error.shape == loose.coef.shape
    slack = tight.certificate.coef_error + 1e-12 * np.abs(tight.coef).max()
    assert (np.abs(loose.coef - tight.coef) <= error + slack).all()


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_weight_two_is_the_row_twice(seed):
    X, y, more = problem(seed)
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 4, len(y))
    plain = {k: v for k, v in more.items() if k not in ("sample_weight", "offset")}
    rows = np.repeat(np.arange(len(y)), counts)
    offset = {} if "offset" not in more else dict(offset=more["offset"])
    again = {} if "offset" not in more else dict(offset=more["offset"][rows])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)
        a = normball.solve(X, y, sample_weight=counts.astype(float), tol=1e-11, **plain, **offset)
        b = normball.solve(X[rows], y[rows], tol=1e-11, **plain, **again)
    assert a.certificate.status == b.certificate.status
    if a.certificate.status == "certified":
        assert np.abs(a.predict_proba(X) - b.predict_proba(X)).max() <= 1e-6


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_names_and_order_of_classes_do_not_matter(seed):
    X, y, more = problem(seed)
    K = int(y.max()) + 1
    order = np.random.default_rng(seed).permutation(K)
    names = np.array([f"class {k}" for k in range(K)])
    turned = dict(more)
    if "offset" in more:
        turned["offset"] = more["offset"][:, np.argsort(order)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)
        a = solved(seed)
        b = normball.solve(X, names[order[y]], tol=1e-11, **turned)
    if a.certificate.status == "certified":
        offset, offset_b = more.get("offset"), turned.get("offset")
        assert np.abs(a.predict_proba(X, offset) - b.predict_proba(X, offset_b)[:, order]).max() <= 1e-6
        assert b.classes is not None and b.classes.tolist() == names.tolist()


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0, 0.5])
def test_sparse_is_dense(l1_ratio):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 30)) * (rng.random((200, 30)) < 0.2)
    y = (X[:, :3] * 2 + rng.gumbel(size=(200, 3))).argmax(1)
    a = normball.solve(X, y, lam=0.01, l1_ratio=l1_ratio, tol=1e-11)
    b = normball.solve(sp.csr_array(X), y, lam=0.01, l1_ratio=l1_ratio, tol=1e-11)
    assert np.abs(a.predict_proba(X) - b.predict_proba(X)).max() <= 1e-7
    assert np.abs(a.coef - b.coef).max() <= 1e-6


def two_classes(X, y, lam: float, l1_ratio: float, grouped: bool):
    """(B (p, 2), b (2,)) of the softmax of two classes, which the doors give to the binary loss."""
    n, p = X.shape
    design = ClassDesign(make_design(X, y.astype(float), np.ones(n), np.zeros(n)), 2)
    factor = design.spread(np.ones(p), 0.0)
    column = Column.make(design.survey, np.ones(1, bool), lam=lam, l1_ratio=l1_ratio, factor=factor)
    train, penalty = np.ones((1, 1), bool), GroupPenalty(2) if grouped else ElasticPenalty()
    family = Family(
        design, SoftmaxLoss(2), penalty, (column,), train, ~train, np.array([float(n)]), np.flatnonzero(column.free),
        1 / design.survey.scale, 1e-12, True,
    )  # fmt: skip
    answer = solve_family(family, choose_chain(family), Watch())[0]
    assert answer.certified
    return answer.coefs


@pytest.mark.parametrize(
    ("l1_ratio", "grouped", "lam2", "ratio2"),
    [
        (0.0, False, 0.5, 0.0),  # L2: half of λ
        (1.0, False, 1.0, 1.0),  # L1: the same
        (1.0, True, np.sqrt(0.5), 1.0),  # grouped: λ/√2
        (0.5, False, 0.75, 2 / 3),  # elastic net: λα stays, λ(1-α) halves
    ],
)
def test_softmax_of_two_classes_and_the_binary_loss(l1_ratio, grouped, lam2, ratio2):
    """certificates.md, "Multinomial": which λ gives the same probabilities."""
    rng, lam = np.random.default_rng(5), 0.05
    X = rng.normal(size=(120, 5))
    y = (X[:, 0] - X[:, 1] + rng.logistic(size=120) > 0).astype(int)
    B, b = two_classes(X, y, lam, l1_ratio, grouped)
    binary = normball.solve(X, y, lam=lam * lam2, l1_ratio=ratio2, tol=1e-12)
    assert np.abs(softmax(b + X @ B, axis=1) - binary.predict_proba(X)).max() <= 1e-8
    assert np.abs(B[:, 1] - B[:, 0] - binary.coef).max() <= 1e-7


@pytest.mark.parametrize("grouped", [False, True])
def test_the_path_begins_where_the_first_coefficient_does(grouped):
    X, y, _ = problem(4)
    path = normball.path(X, y, l1_ratio=1.0, n_lams=20, grouped=grouped)
    assert path.certified and path.df[0] == 0 and path.df[1] > 0
    assert path.coefs.shape == (X.shape[1], int(y.max()) + 1, 20)
    just_below = normball.solve(X, y, lam=path.lams[0] * (1 - 1e-4), l1_ratio=1.0, grouped=grouped, tol=1e-13)
    assert just_below.coef.any()
    if grouped:  # features enter whole
        assert (path.coefs.any(1) == path.coefs.all(1)).all()


def test_paths_and_folds_are_the_single_fits():
    X, y, _ = problem(7)
    cv = normball.cross_validate(X, y, cv=4, lams=[0.3, 0.03, 0.003], l1_ratios=(0.0, 1.0), tol=1e-12, fold_tol=1e-12,
                                 keep_predictions=True)  # fmt: skip
    for r, ratio in enumerate((0.0, 1.0)):
        for k, lam in enumerate(cv.lams[r]):
            whole = normball.solve(X, y, lam=lam, l1_ratio=ratio, tol=1e-12)
            assert np.abs(cv.paths[r].predict_proba(X, lam) - whole.predict_proba(X)).max() <= 1e-5
            for s, split in enumerate(cv.splits):
                fold = normball.solve(X[split.train], y[split.train], lam=lam, l1_ratio=ratio, tol=1e-12)
                P = fold.predict_proba(X[split.test])
                loss = -np.log(P[np.arange(split.test.sum()), y[split.test]]).mean()
                assert cv.losses[s, r, k] == pytest.approx(loss, abs=1e-6)
                assert cv.predictions is not None
                assert np.abs(cv.predictions[split.test][:, r, k] - P).max() <= 1e-5


def test_lambda_zero_names_what_is_aliased_and_what_separates():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    y = (X[:, :3] + rng.gumbel(size=(200, 3))).argmax(1)
    found = normball.solve(X, y, lam=0.0)
    assert found.certificate.status == "certified" and found.certificate.aliased == (0, 1, 3)
    assert np.abs(found.coef[0] + found.coef[1] - 2 * found.coef[3] * 1.0).max() <= 1e-6 + np.abs(found.coef).max() * 2
    null = np.array([1.0, 1.0, 0.0, -1.0])
    assert np.abs(null @ found.coef).max() <= 1e-8  # the smallest norm: nothing along the dependence
    assert np.abs(found.coef.sum(1)).max() <= 1e-8 and abs(found.intercept.sum()) <= 1e-8
    y[X[:, 2] > 0.5] = 2
    y[X[:, 2] <= 0.5] = rng.integers(0, 2, (X[:, 2] <= 0.5).sum())
    with pytest.warns(normball.ConvergenceWarning, match=r"column 2 \(class 2\)"):
        apart = normball.solve(X, y, lam=0.0)
    assert apart.certificate.status == "separated"


def test_one_class_without_rows_is_named():
    X, y, _ = problem(1)
    with pytest.raises(normball.InputError, match=r"zero on every row of class 2"):
        normball.solve(X, y, lam=0.1, sample_weight=(y != 2).astype(float))
    with pytest.raises(normball.InputError, match=r"no row of the class 0"):
        normball.cross_validate(X, y, cv=[(np.flatnonzero(y > 0), np.flatnonzero(y == 0))])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (dict(offset=np.zeros(60)), r"offset has shape \(60,\), but must be \(60, 3\)"),
        (dict(grouped=True, lower=0.0), "grouped=True was given with bounds"),
        (dict(grouped="yes"), "grouped='yes' must be True or False"),
        (dict(lower=1.0, upper=0.0), "lower=1 exceeds upper=0 at column 0"),
        (dict(lower=np.nan), "lower is nan at column 0"),
        (dict(upper=[0.0, 1.0]), r"upper has shape \(2,\)"),
        (dict(init=(np.zeros(4), 0.0)), r"\(4,\), but must be \(4, 3\)"),
    ],
)
def test_what_cannot_be_gets_a_sentence(more, words):
    rng = np.random.default_rng(0)
    with pytest.raises(normball.InputError, match=words):
        normball.solve(rng.normal(size=(60, 4)), np.arange(60) % 3, lam=0.1, **more)


def test_relaxed_fits_of_several_classes_get_a_sentence():
    """Before anything is solved, and before a cross-validation."""
    X, y, _ = problem(7)
    for verb, more in ((normball.path, dict(l1_ratio=1.0)), (normball.cross_validate, dict(l1_ratios=(1.0,), cv=3))):
        with pytest.raises(normball.InputError, match="relax was given with three or more classes"):
            verb(X, y, relax=0.0, **more)
    with pytest.raises(normball.InputError, match=r"scoring='roc_auc' is of two classes.*'roc_auc_ovr'"):
        normball.cross_validate(X, y, cv=3, scoring="roc_auc")


def test_the_same_bits_from_any_number_of_threads(monkeypatch):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(4000, 40))
    y = (X[:, :4] + rng.gumbel(size=(4000, 4))).argmax(1)
    found = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("NORMBALL_THREADS", threads)
        found.append(normball.path(X, y, l1_ratio=0.0, n_lams=5).coefs)
        found.append(normball.path(X, y, l1_ratio=1.0, n_lams=5).coefs)
    assert all(np.array_equal(a, b) for a, b in zip(found[:2] * 2, found[2:], strict=True))
