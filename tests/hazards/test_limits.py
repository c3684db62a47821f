"""max_reads and time_limit end a solve honestly; a strategy that gives up is followed by the next."""

from __future__ import annotations

import pydoc
import time
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import normball
from hazards.every_strategy import SETTINGS, solve
from judge import infimum, minimise, objective, penalty_vectors
from normball.certificates import Candidates
from normball.lockstep.strategies import Slabwise
from normball.paths import one

SMALL = np.random.default_rng(6).standard_normal((120, 6))
LABELS = (np.random.default_rng(7).random(120) < 1 / (1 + np.exp(-SMALL[:, 0]))).astype(int)


def quietly(function, *args, **arguments):
    """What it returns, and the ConvergenceWarnings on the way."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = function(*args, **arguments)
    return found, [str(one.message) for one in said if one.category is normball.ConvergenceWarning]


# ---- max_reads and time_limit


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("limit", [dict(max_reads=1), dict(time_limit=1e-9)], ids=str)
def test_a_limit_is_said_and_the_gap_is_true(name, limit):
    """Stopped at once: what was reached, a finite gap that holds, the reason in words; never "certified" falsely."""
    solution, said = quietly(solve, name, tol=1e-15, **limit)
    best = solve(name, tol=1e-12)
    proof, floor = solution.certificate, best.certificate.objective - best.certificate.gap
    assert np.isfinite([*solution.coef, solution.intercept, proof.gap, proof.objective]).all()
    assert proof.objective - proof.gap <= best.certificate.objective * (1 + 1e-14)
    assert proof.objective >= floor * (1 - 1e-14)
    if proof.status == "certified":
        assert proof.relative_gap <= 1e-15 and said == []
        return
    assert proof.status == "uncertified"
    ((argument, value),) = limit.items()
    assert f"{argument}={value:g}" in proof.reason
    assert said == [proof.summary()]
    assert "NOT certified to tol=1e-15" in said[0] and proof.reason in said[0]


@pytest.mark.parametrize("lam", [0.0, 1e-3])
@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("reads", [0.5, 1, 3, 5])
def test_the_gap_of_a_stopped_solve_holds(reads, l1_ratio, lam):
    """Against the judge; without a penalty, too, where nothing else bounds the objective but zero."""
    solution, _ = quietly(normball.solve, SMALL, LABELS, lam=lam, l1_ratio=l1_ratio, max_reads=reads, tol=1e-15)
    l1, l2 = penalty_vectors(6, lam, l1_ratio)
    value = objective(SMALL, LABELS, solution.intercept, solution.coef, l1=l1, l2=l2)
    assert solution.certificate.gap >= float(value - infimum(SMALL, LABELS, l1=l1, l2=l2)) - 1e-15


STEPS = {
    "slab": ("normball.lockstep.newton.Newton._step", dict(lam=1e-9)),
    "slab, working set": ("normball.lockstep.newton.Newton._step", dict(lam=1e-9)),
    "dual": ("normball.lockstep.strategies.dual._step", dict(lam=1e-9)),
    "newton_cg": ("normball.designs.dense.DenseBlock.hess_times", dict(lam=1e-9)),
    "anchored": ("normball.lockstep.newton.Newton._step", dict(lam=1e-9)),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_time_limit_is_kept_inside_a_round(name, monkeypatch):
    """A round that would go on for many steps ends with the one in which the time ran out."""
    place, arguments = STEPS[name]
    original, owner = pydoc.locate(place), pydoc.locate(place.rpartition(".")[0])
    began, after = [], []

    def slow(*args):
        began.append(began[0] if began else time.perf_counter())
        after.append(time.perf_counter() - began[0] > 0.5)
        time.sleep(0.2)
        return original(*args)

    monkeypatch.setenv("NORMBALL_THREADS", "1")
    monkeypatch.setattr(owner, place.rpartition(".")[2], slow)
    solution, said = quietly(solve, name, tol=1e-15, time_limit=0.5, **arguments)
    assert sum(after) <= (13 if name == "newton_cg" else 1)  # the blocks of one product, or one more step
    assert solution.certificate.status == "uncertified"
    assert "time_limit=0.5 s was reached" in said[0]


def test_a_separation_search_keeps_the_time_limit():
    """Time is up: no linear programs, no claim."""
    y = (SMALL[:, 0] + SMALL[:, 1] > 0).astype(int)
    solution, said = quietly(normball.solve, SMALL, y, lam=0.0, time_limit=1e-9)
    assert solution.certificate.status == "uncertified"
    assert solution.certificate.separation is None
    assert "time_limit" in said[0]


def test_limits_that_are_not_reached_change_nothing():
    free = normball.solve(SMALL, LABELS, lam=1e-3)
    limited = normball.solve(SMALL, LABELS, lam=1e-3, max_reads=1000, time_limit=1000)
    assert np.array_equal(free.coef, limited.coef)
    assert limited.certificate.status == "certified"


# ---- handing over


@dataclass(frozen=True)
class Fake:
    """Proposes what it is told to, and gives up as it is told to."""

    gives_up: str
    name: str = "fake"
    many: bool = False

    def start(self, family, ids, bests):
        return {"family": family, "left": 3}

    def propose(self, state):
        if self.gives_up == "nothing to try":
            return None
        state["left"] -= 1
        coef = np.full((state["family"].design.p, 1), {"worse": 50.0, "nan": np.nan}.get(self.gives_up, 0.01))
        return Candidates(np.array([0]), coef, np.array([0.0]))

    def learn(self, state, asked, evidence, gaps, done):
        return state["left"] == 0


@pytest.mark.parametrize("gives_up", ["nothing to try", "no progress", "worse"])
@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_the_next_strategy_goes_on(gives_up, l1_ratio, monkeypatch):
    """Whatever the first left behind, the second proves the judge's optimum."""
    monkeypatch.setattr(one, "choose_chain", lambda family: (Fake(gives_up), Slabwise()))
    solution = normball.solve(SMALL, LABELS, lam=1e-3, l1_ratio=l1_ratio, tol=1e-14)
    best = minimise(SMALL, LABELS, **dict(zip(("l1", "l2"), penalty_vectors(6, 1e-3, l1_ratio), strict=True)))
    assert solution.certificate.status == "certified"
    assert solution.certificate.strategy == "slab"
    assert solution.coef == pytest.approx(best.coef.astype(float), abs=1e-9)
    assert solution.certificate.rounds > (0 if gives_up == "nothing to try" else 3)


@pytest.mark.parametrize("gives_up", ["nothing to try", "no progress", "worse", "nan"])
def test_where_all_give_up_it_is_said(gives_up, monkeypatch):
    """The best point of all, with a finite gap that holds; a point of nan is no point."""
    monkeypatch.setattr(one, "choose_chain", lambda family: (Fake(gives_up),))
    solution, said = quietly(normball.solve, SMALL, LABELS, lam=1e-3)
    assert solution.certificate.status == "uncertified"
    assert "NOT certified" in said[0]
    l1, l2 = penalty_vectors(6, 1e-3)
    value = objective(SMALL, LABELS, solution.intercept, solution.coef, l1=l1, l2=l2)
    assert np.isfinite(solution.certificate.gap)
    assert solution.certificate.gap >= float(value - minimise(SMALL, LABELS, l1=l1, l2=l2).value)
    share = LABELS.mean()
    assert value <= -share * np.log(share) - (1 - share) * np.log(1 - share) + 1e-15  # no worse than the null model
