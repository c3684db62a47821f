"""Every door takes a Strength where it takes λ, means the same by it, and says it back in every dialect."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression as TheirLogisticRegression
from sklearn.model_selection import StratifiedKFold

import normball
from normball import InputError, LogisticRegression, LogisticRegressionCV, Strength, StrengthConflict
from normball.strength import BY_NAME, DIALECTS

N = 120


@pytest.fixture(scope="module")
def data():
    """X (120, 4), y, weights that do not sum to a round number."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(N, 4))
    y = X[:, 0] - 0.5 * X[:, 1] + rng.normal(size=N) > 0
    return X, y, rng.uniform(0.3, 2.0, size=N)


def coefficients(solution):
    return np.append(solution.coef, solution.intercept)


@pytest.mark.parametrize("name", [dialect.name for dialect in DIALECTS])
def test_solve_takes_every_dialect(data, name):
    """The same problem, the same bits, as with the λ that it means; said back in its own words."""
    X, y, weight = data
    l1_ratio = Strength(**{name: 1.0}).own_ratio
    value = BY_NAME[name].to(0.03, float(weight.sum()))
    said = normball.solve(X, y, lam=Strength(**{name: value}), l1_ratio=l1_ratio, sample_weight=weight)
    plain = normball.solve(X, y, lam=said.lam, l1_ratio=l1_ratio, sample_weight=weight)
    assert said.lam == pytest.approx(0.03, rel=1e-13)
    assert np.array_equal(coefficients(said), coefficients(plain))
    if BY_NAME[name].loss is None:
        assert said.strength[name] == pytest.approx(value, rel=1e-13)
        assert f"{name}" in said.summary().splitlines()[0].replace("λ = ", "lam ")
    else:
        assert name not in said.strength


def test_echo_is_what_would_be_asked_for(data):
    """Any entry of .strength, asked for, gives the same solution."""
    X, y, _ = data
    for l1_ratio in (0.0, 0.4, 1.0):
        solution = normball.solve(X, y, lam=0.02, l1_ratio=l1_ratio, tol=1e-12)
        assert set(solution.strength) >= {"lam", "C", "alpha", "glmnet_lambda"}
        for name, value in solution.strength.items():
            again = normball.solve(X, y, lam=Strength(**{name: value}), l1_ratio=l1_ratio, tol=1e-12)
            np.testing.assert_allclose(coefficients(again), coefficients(solution), atol=1e-7)


def test_path_takes_strengths_among_numbers(data):
    """Single points of a path, sorted with the others; equal λ once; the path is asked by Strengths too."""
    X, y, weight = data
    n = weight.sum()
    asked = [0.03, Strength(C=2.0), Strength(sigma=3.0), Strength(lam=0.03)]
    path = normball.path(X, y, lams=asked, sample_weight=weight)
    np.testing.assert_allclose(path.lams, sorted([0.03, 1 / (2 * n), 1 / (9 * n)], reverse=True), rtol=1e-14)
    coef, intercept = path.coef_at(Strength(C=2.0))
    assert np.array_equal(coef, path.solution(1 / (2 * n)).coef) and intercept == path.solution(1 / (2 * n)).intercept
    assert path.solution(Strength(C=2.0)).strength["C"] == pytest.approx(2.0, rel=1e-14)
    assert [s["lam"] for s in path.strengths] == list(path.lams)
    assert path.predict_proba(X, Strength(C=2.0)).shape == (N, 2)


@pytest.mark.parametrize("standardize", [False, True])
def test_folds_of_a_strength_per_sum(data, standardize):
    """C in a fold is that fold's own λ = 1/(C n_f), a λ is the same in all, and each is what solve gives there."""
    X, y, weight = data
    folds = np.arange(N) % 3
    asked = [Strength(C=2.0), 0.03, Strength(sigma=1.5), Strength(C=0.4, per="mean"), Strength(lam=2.0, per="sum")]
    found = normball.cross_validate(
        X, y, cv=folds, lams=asked, sample_weight=weight, standardize=standardize, tol=1e-12, fold_tol=1e-12
    )
    whole = weight.sum()
    order = sorted(asked, key=lambda s: -(s.lam(whole) if isinstance(s, Strength) else s))
    for split, answers in zip(found.splits, found.fold_answers, strict=True):
        rows = np.asarray(split.train)
        n = weight[rows].sum()
        lams = [1 / (2 * n), 0.03, 1 / (2.25 * n), 1 / (0.4 * whole), 2 / n]  # written down again
        for strength, answer in zip(order, answers, strict=True):
            lam = lams[asked.index(strength)]
            alone = normball.solve(
                X[rows], y[rows], lam=lam, sample_weight=weight[rows], standardize=standardize, tol=1e-13
            )
            np.testing.assert_allclose(np.append(answer.coef, answer.intercept), coefficients(alone), atol=2e-6)


def test_equal_on_all_rows_and_different_in_folds(data):
    """λ and the C that means it there are one solution, and two cross-validations."""
    X, y, _ = data
    both = normball.cross_validate(X, y, cv=3, lams=[0.01, Strength(C=1 / (0.01 * N))], tol=1e-10, fold_tol=1e-10)
    assert both.lams[0].tolist() == [0.01, 0.01] and abs(both.losses[0, 0, 0] - both.losses[0, 0, 1]) > 1e-4
    for k, alone in enumerate(([Strength(C=1 / (0.01 * N))], [0.01])):
        one = normball.cross_validate(X, y, cv=3, lams=alone, tol=1e-10, fold_tol=1e-10)
        np.testing.assert_allclose(both.losses[:, :, k], one.losses[:, :, 0], atol=1e-6)


@pytest.mark.parametrize("class_weight", [None, "balanced", {False: 2.0, True: 0.7}])
def test_estimator_with_class_weights(data, class_weight):
    """n is the sum of sample weights times class weights: Strength(C=…) is scikit-learn's own C."""
    X, y, weight = data
    ours = LogisticRegression(lam=Strength(C=0.3), class_weight=class_weight, tol=1e-14).fit(X, y, weight)
    theirs = TheirLogisticRegression(
        C=0.3, class_weight=class_weight, solver="newton-cholesky", tol=1e-14, max_iter=500
    )
    theirs.fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-8)
    assert ours.strength_["C"] == pytest.approx(0.3, rel=1e-14)
    assert ours.strength_["lam"] == ours.lambda_
    total = 1 / (0.3 * ours.lambda_)  # n, from the echo: the weights as scikit-learn documents them
    factor = {None: {False: 1.0, True: 1.0}, "balanced": None}.get(str(class_weight) if class_weight else None)
    if class_weight == "balanced":
        factor = {label: weight.sum() / (2 * weight[y == label].sum()) for label in (False, True)}
    elif class_weight is not None:
        factor = class_weight
    assert total == pytest.approx(sum(weight[k] * factor[bool(y[k])] for k in range(N)), rel=1e-12)


def test_estimator_habits(data):
    """Cloned, shown, refused beside C; audit reads the Strength from the fitted model."""
    X, y, _ = data
    model = LogisticRegression(lam=Strength(sigma=2.0), tol=1e-12)
    twin = clone(model)
    assert twin.lam == model.lam and "sigma=2.0" in repr(twin)
    model.fit(X, y)
    assert model.lambda_ == 1 / (4 * N)
    judged = normball.audit(model, X, y)
    assert judged.certificate.status == "certified" and judged.best.lam == model.lambda_
    with pytest.raises(StrengthConflict, match="C=2"):
        LogisticRegression(C=2.0, lam=Strength(sigma=2.0)).fit(X, y)


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_cv_estimator_takes_Cs_as_strengths(data, rule):
    """lams=[Strength(C=c)] is Cs=[c], to the last digit of every attribute."""
    X, y, weight = data
    Cs = [0.01, 1.0, 100.0]
    kinds = dict(cv=StratifiedKFold(3), rule=rule)
    by_C = LogisticRegressionCV(Cs=Cs, **kinds).fit(X, y, weight)
    by_strength = LogisticRegressionCV(lams=[Strength(C=C) for C in Cs], **kinds).fit(X, y, weight)
    for name in ("Cs_", "lams_", "scores_", "coef_", "C_", "lambda_"):
        assert np.array_equal(getattr(by_C, name), getattr(by_strength, name)), name
    assert by_strength.strength_["C"] == pytest.approx(by_strength.C_, rel=1e-14)
    stays = LogisticRegressionCV(lams=[Strength(C=C, per="mean") for C in Cs], **kinds).fit(X, y, weight)
    plain = LogisticRegressionCV(lams=by_C.lams_, **kinds).fit(X, y, weight)
    assert np.array_equal(stays.scores_, plain.scores_) and not np.array_equal(stays.scores_, by_C.scores_)


def test_dev_rows_take_strengths(data):
    """A part of the rows is fitted: λ of C is larger there, λ of a C per mean is that of all rows."""
    X, y, _ = data
    model = LogisticRegressionCV(dev=0.25, lams=[Strength(C=1.0), Strength(C=2.0, per="mean")], tol=1e-10).fit(X, y)
    lams = sorted(row.lam for row in model.dev_table_.rows)
    n = N - round(0.25 * y.sum()) - round(0.25 * (~y).sum())
    np.testing.assert_allclose(lams, [1 / (2 * N), 1 / n], rtol=1e-14)
    np.testing.assert_allclose(model.lams_, [1 / N, 1 / (2 * N)], rtol=1e-14)


def test_audit_takes_a_strength(data):
    X, y, _ = data
    solution = normball.solve(X, y, lam=0.05, tol=1e-12)
    said = normball.audit(solution.coef, X, y, intercept=solution.intercept, lam=Strength(C=1 / (0.05 * N)))
    assert said.certificate.status == "certified" and said.best.lam == pytest.approx(0.05, rel=1e-14)
    with pytest.raises(StrengthConflict, match="both given"):
        normball.audit(solution.coef, X, y, lam=Strength(C=1.0), C=1.0)


def calls(data, lam, l1_ratio=0.0):
    """Every door, asked for one strength."""
    X, y, _ = data
    yield lambda: normball.solve(X, y, lam=lam, l1_ratio=l1_ratio)
    yield lambda: normball.path(X, y, lams=[0.1, lam], l1_ratio=l1_ratio)
    yield lambda: normball.cross_validate(X, y, cv=3, lams=[lam, 0.1], l1_ratios=(l1_ratio,))
    yield lambda: LogisticRegression(lam=lam, l1_ratio=l1_ratio).fit(X, y)
    yield lambda: LogisticRegressionCV(lams=[lam, 0.1], l1_ratios=(l1_ratio,)).fit(X, y)
    yield lambda: normball.audit(np.zeros(4), X, y, lam=lam, l1_ratio=l1_ratio)


@pytest.mark.parametrize("number", range(6))
def test_what_every_door_refuses(data, number):
    """A radius where many λ are asked for, or none is looked for; and a prior that the penalty is not."""
    if number not in (0, 3):
        with pytest.raises(InputError, match=r"t=3\.0 gives the radius t of the ball \(l1 norm\)"):
            list(calls(data, Strength(t=3.0, norm="l1")))[number]()
    with pytest.raises(InputError, match=r"sigma=2\.0 was given with l1_ratio=1\.0, but sigma exists for l1_ratio 0"):
        list(calls(data, Strength(sigma=2.0), 1.0))[number]()


def test_what_the_solution_is_like_is_a_strength_too(data):
    """t, k and df are the arguments ball, n_features and df of `solve`, said in another word."""
    X, y, _ = data
    ball = normball.solve(X, y, ball=normball.Ball(0.7, "l1"))
    assert np.array_equal(normball.solve(X, y, lam=Strength(t=0.7, norm="l1")).coef, ball.coef)
    assert np.array_equal(LogisticRegression(lam=Strength(t=0.7, norm="l1")).fit(X, y).coef_[0], ball.coef)
    few = normball.solve(X, y, lam=Strength(k=2), l1_ratio=1.0)
    assert np.array_equal(few.coef, normball.solve(X, y, n_features=2, l1_ratio=1.0).coef)
    assert np.array_equal(normball.solve(X, y, lam=Strength(df=1.5)).coef, normball.solve(X, y, df=1.5).coef)
    with pytest.raises(StrengthConflict, match="ball"):
        normball.solve(X, y, lam=Strength(t=0.7, norm="l1"), ball=normball.Ball(1.0))
    with pytest.raises(InputError, match=r"unsquared norm: .* does not look for it"):
        normball.solve(X, y, lam=Strength(unsquared=0.1))


def test_no_penalty_is_an_infinite_C(data):
    X, y, _ = data
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        free = normball.solve(X, y, lam=Strength(C=np.inf))
    assert free.lam == 0.0 and free.strength["C"] == np.inf and free.strength["lambd"] == 0.0


@pytest.mark.parametrize(("asked", "l1_ratio"), [(Strength(k=2), 1.0), (Strength(df=1.5), 0.0), (Strength(df=2), 1.0)])
def test_the_estimator_looks_for_features_and_df(data, asked, l1_ratio):
    """As `solve` does, and said back as the λ that was found."""
    X, y, weight = data
    model = LogisticRegression(lam=asked, l1_ratio=l1_ratio).fit(X, y, weight)
    found = normball.solve(X, y, lam=asked, l1_ratio=l1_ratio, sample_weight=weight)
    np.testing.assert_allclose(np.append(model.coef_, model.intercept_), coefficients(found), rtol=1e-9)
    assert model.lambda_ == model.strength_["lam"] == pytest.approx(found.lam, rel=1e-12)
    assert model.certificate_.status == "certified"
    with pytest.raises(StrengthConflict, match="C=2"):
        LogisticRegression(C=2.0, lam=asked, l1_ratio=l1_ratio).fit(X, y)


@pytest.mark.parametrize("name", ["adamw", "AdamW", "AdamW_weight_decay"])
def test_adamw_is_refused_with_the_reason_however_it_is_spelled(name):
    with pytest.raises(InputError, match="the slope of no penalty"):
        Strength(**{name: 0.01})
