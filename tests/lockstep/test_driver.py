"""The loop: it keeps the best point, stops when that is proved and polished, hands over, and judges by itself.

The strategies here are scripts: they propose what they are told, so that every decision is the driver's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from judge import minimise, objective, penalty_vectors
from lockstep.families import family_of
from normball.certificates import Candidates
from normball.lockstep import driver as room
from normball.lockstep import judge_family, solve_family
from normball.runtime import Watch


@dataclass
class Script:
    """Proposes the given points (coef, intercept), as they came, in turn; gives up after `patience` of them."""

    points: list
    name: str = "script"
    many: bool = False
    patience: int = 10**6
    polished: bool = False
    seen: list = field(default_factory=list)  # gaps it was told
    starts: list = field(default_factory=list)  # where it was started

    def start(self, family, ids, bests):
        self.starts.append(family.design.to_original(*bests[0].start))
        return {"family": family, "left": list(self.points)}

    def propose(self, state):
        if not state["left"]:
            return None
        w, b = state["family"].design.to_conditioned(*state["left"].pop(0))
        return Candidates(np.array([0]), np.asarray(w)[:, None], np.array([b]), polished=self.polished)

    def learn(self, state, asked, evidence, gaps, done):
        self.seen.append(float(gaps[0]))
        return len(self.seen) >= self.patience


class Case:
    def __init__(self, lam=0.05, tol=1e-8, factor=None, X=None, y=None, seed=0, **more):
        rng = self.rng = np.random.default_rng([51, seed])
        self.X = rng.normal(size=(70, 4)) * [1.0, 30.0, 0.2, 1.0] + [0.0, 5.0, 0.0, 2.0] if X is None else X
        n, p = self.X.shape
        Z = (self.X - self.X.mean(0)) / np.maximum(self.X.std(0), 1e-9)
        self.y = (rng.random(n) < 1 / (1 + np.exp(-Z[:, 0]))).astype(float) if y is None else y
        factor = self.X.std(0) ** 2 if factor is None else factor
        l1, l2 = penalty_vectors(p, lam, more.get("l1_ratio", 0.0), factor)
        self.arguments = dict(l1=l1, l2=l2)
        self.family = family_of(self.X, self.y, lam=lam, factor=factor, tol=tol, **more)
        self.best = minimise(self.X, self.y, **self.arguments)
        self.spread = 1.0 / np.maximum(self.X.std(0), 1e-9)

    def off(self, size):
        """The optimum, every coefficient moved by `size` in units of its column."""
        return self.best.coef.astype(float) + size * self.spread, float(self.best.intercept)

    def excess(self, coef, b):
        return float(objective(self.X, self.y, b, coef, **self.arguments) - self.best.value)

    def run(self, *chain, watch=None, **more):
        return solve_family(self.family, chain, watch or Watch(), **more)[0]


def test_the_best_point_is_kept_whatever_comes_after():
    """The answer is the point with the smallest proved gap, with its own objective, and the strategy that found it."""
    case = Case()
    points = [case.off(s) for s in (1.0, 0.01, 0.3, 0.1, 2.0)]
    answer = case.run(Script(points[:3], "first"), Script(points[3:], "second"))
    np.testing.assert_allclose(answer.coef, points[1][0], rtol=1e-12)
    assert answer.intercept == pytest.approx(points[1][1], rel=1e-12)
    proof = answer.certificate
    assert (proof.strategy, proof.rounds, proof.status) == ("first", 5, "uncertified")
    assert proof.objective == pytest.approx(
        float(objective(case.X, case.y, points[1][1], points[1][0], **case.arguments))
    )
    assert case.excess(*points[1]) - 1e-15 <= proof.gap <= 0.1


def test_one_step_after_the_proof_and_not_two():
    """A certified point is followed by one more; then the strategy is asked no further, nor is the next one."""
    case = Case()
    exact, close = case.off(0.0), case.off(1e-6)
    script, idle = Script([case.off(0.1), close, exact, exact, exact]), Script([exact])
    answer = case.run(script, idle)
    assert answer.certificate.status == "certified"
    assert answer.certificate.rounds == 3 and len(script.seen) == 2 and not idle.starts
    np.testing.assert_allclose(answer.coef, exact[0], rtol=1e-13)


def test_a_polished_point_ends_at_once():
    case = Case()
    exact = case.off(0.0)
    answer = case.run(Script([exact, exact], polished=True))
    assert answer.certificate.rounds == 1 and answer.certificate.status == "certified"


def test_a_worse_point_after_the_proof_does_no_harm():
    case = Case()
    answer = case.run(Script([case.off(1e-7), case.off(5.0), case.off(3.0)]))
    assert answer.certificate.status == "certified"
    np.testing.assert_allclose(answer.coef, case.off(1e-7)[0], rtol=1e-12)


def test_the_next_strategy_starts_from_the_best_point():
    case = Case()
    first, second = (
        Script([case.off(1.0), case.off(0.2), case.off(0.4)], patience=3),
        Script([case.off(0.0)] * 2, "second"),
    )
    answer = case.run(first, second)
    np.testing.assert_allclose(first.starts[0][0], 0.0, atol=0)
    np.testing.assert_allclose(second.starts[0][0], case.off(0.2)[0], rtol=1e-12)
    assert answer.certificate.status == "certified" and answer.certificate.strategy == "second"


def test_a_strategy_has_its_chance_and_no_more(monkeypatch):
    """ROUNDS passes; then the next one goes on."""
    monkeypatch.setattr(room, "ROUNDS", 5)
    case = Case()
    endless, last = Script([case.off(1.0)] * 50), Script([case.off(0.0)] * 2)
    assert case.run(endless, last).certificate.status == "certified"
    assert len(endless.seen) == 5


@pytest.mark.parametrize(
    ("watch", "words"),
    [(Watch(max_reads=4), "max_reads=4 was reached"), (Watch(time_limit=1e-9), "time_limit=1e-09 s")],
)
def test_limits_stop_the_loop_and_say_so(watch, words):
    """At least one point is judged; the answer is valid and says why it is not certified."""
    case = Case()
    script, other = Script([case.off(1.0)] * 50), Script([case.off(0.0)] * 2)
    proof = case.run(script, other, watch=watch).certificate
    assert proof.status == "uncertified" and words in proof.summary()
    assert 1 <= proof.rounds <= 5 and not other.starts
    assert np.isfinite(proof.gap) and proof.gap >= case.excess(*case.off(1.0))


def test_with_no_strategy_at_all_the_null_model_is_the_answer():
    """Its gap is what lies above the loss's floor: finite, and true."""
    case = Case()
    answer = case.run()
    assert not answer.coef.any() and answer.certificate.status == "uncertified"
    assert answer.certificate.gap >= case.excess(answer.coef, answer.intercept) - 1e-15
    assert answer.certificate.objective == pytest.approx(answer.certificate.null_loss)


@pytest.mark.parametrize("size", [0.0, 0.3])
def test_a_start_better_than_the_null_model_is_taken(size):
    case = Case()
    script = Script([case.off(0.0)] * 2)
    case.run(script, init=case.family.design.to_conditioned(*case.off(size)))
    np.testing.assert_allclose(script.starts[0][0], case.off(size)[0], rtol=1e-12)


def test_a_start_worse_than_the_null_model_is_not():
    """Saturated rows would only cost steps."""
    case = Case()
    script = Script([case.off(0.0)] * 2)
    case.run(script, init=case.family.design.to_conditioned(*case.off(50.0)))
    assert not script.starts[0][0].any()


def test_a_start_outside_the_box_is_moved_into_it():
    case = Case(lower=-0.1, upper=0.05)
    script = Script([])
    case.run(script, init=case.family.design.to_conditioned(np.array([0.02, -9.0, 9.0, 0.0]), 0.0))
    start = script.starts[0][0]
    assert np.all(start >= -0.1 - 1e-15) and np.all(start <= 0.05 + 1e-15)


def test_a_box_without_zero_is_entered_and_its_objective_is_true():
    case = Case(lower=0.5)
    answer = case.run()
    np.testing.assert_allclose(answer.coef, 0.5, rtol=1e-14)
    value = float(objective(case.X, case.y, answer.intercept, answer.coef, **case.arguments))
    assert answer.certificate.objective == pytest.approx(value, rel=1e-12)
    assert answer.certificate.gap == pytest.approx(value, rel=1e-12)  # hard labels: nothing lies below 0


# ---- without a penalty -------------------------------------------------------------------------------------


def test_a_bad_point_is_no_unit_of_measure():
    """λ = 0: the null loss is that of the fit itself, of the best one seen, not of the last."""
    case = Case(lam=0.0)
    close, far = case.off(1e-3), case.off(3e4)
    proof = case.run(Script([close, far, far, far])).certificate
    assert proof.status == "uncertified" and proof.null_loss <= 1.0
    assert proof.relative_gap >= case.excess(*close)


def test_a_minimiser_must_be_proved_to_exist():
    """Free columns: a small gap alone certifies nothing; with the Newton certificate it does."""
    case = Case(lam=0.0)
    answer = case.run(Script([case.off(0.0)] * 3))
    assert answer.certificate.status == "certified" and answer.certificate.coef_error is not None
    X = case.X
    apart = Case(lam=0.0, X=X, y=(X[:, 0] > 0).astype(float))
    far = (np.array([800.0, 0.0, 0.0, 0.0]), 0.0)
    proof = apart.run(Script([far] * 5)).certificate
    assert proof.status == "separated" and proof.separation.columns == (0,)
    assert proof.gap <= 1e-3


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [1e-3, 1e-6])
def test_errors_of_the_smallest_norm_solution(seed, size):
    """Dependent columns in unlike units: the proved errors are those of the solution that is given."""
    rng = np.random.default_rng([52, seed])
    Z = rng.normal(size=(70, 3))
    X = np.column_stack([Z, -10.0 * Z[:, 0] + 3.0, 0.1 * Z[:, 0] + Z[:, 1]])
    case = Case(lam=0.0, X=X, factor=np.ones(5), seed=seed)
    A = np.column_stack([np.ones(70), X])
    null = np.linalg.svd(A)[2][4:].T  # (1 + p, 2)
    theta = np.concatenate([[float(case.best.intercept)], case.best.coef.astype(float)])
    theta = theta + null @ np.linalg.lstsq(null[1:], -theta[1:], rcond=None)[0]
    moved = case.best.coef.astype(float) + size * case.spread * np.array([1.0, 0.0, 0.0, -1.0, 1.0])
    answer = case.run(Script([(moved, float(case.best.intercept))]))
    proof = answer.certificate
    assert set(proof.aliased) == {0, 1, 3, 4}
    away = np.abs(answer.coef - theta[1:])
    assert away.max() >= 1e-2 * size  # there is something to bound
    assert np.all(away <= proof.coef_error + 1e-12)
    assert abs(answer.intercept - theta[0]) <= proof.intercept_error + 1e-12
    np.testing.assert_allclose(null[1:].T @ answer.coef, 0.0, atol=1e-12)


# ---- coefficients that somebody gives ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [0.0, 1e-5, 1e-2, 1.0, 100.0])
def test_judged_by_the_better_of_two_bounds(size):
    """Their own gap, and F(given) - F(reference) + gap(reference); certified only where the reference is."""
    case = Case()
    good = case.run(Script([case.off(0.0)] * 2)).certificate
    given = case.off(size)
    found = judge_family(case.family, case.family.design.to_conditioned(*given), good, None)
    blur = 1e-14 * max(1.0, found.objective)  # of F, whose differences bound the gap
    assert case.excess(*given) - blur <= found.gap <= case.excess(*given) + good.gap + blur
    assert found.objective == pytest.approx(
        float(objective(case.X, case.y, given[1], given[0], **case.arguments)), rel=1e-12
    )
    assert (found.status == "certified") == (size <= 1e-5)
    poor = case.run(Script([case.off(0.3)])).certificate
    found = judge_family(case.family, case.family.design.to_conditioned(*given), poor, None)
    assert found.status == "uncertified" and found.gap >= case.excess(*given) - blur
