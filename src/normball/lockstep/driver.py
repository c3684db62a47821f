"""THE loop: ask a strategy, judge in one pass, retire what is proved, tell the strategy, hand over what it gives up."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ..certificates.certificate import Certificate, relative
from ..certificates.gap import family_gaps, objective
from ..certificates.newton import newton_proof
from ..certificates.problem import Array, Candidates, Evidence, Family
from ..errors import Interrupted
from ..runtime import Watch, deadline
from .best import Answer, Best, Ground, Outcome, Point
from .null import free_loss
from .proofs import prove, separation_of
from .sweep import sweep

ROUNDS = 200  # judging passes after which a strategy has had its chance
NOWHERE, NOTHING = np.zeros(0, int), np.zeros(0)  # where 0 is not 0
TRIALS = 3  # of the proof that the minimisers of a split exist


class Strategy(Protocol):
    """How candidates are found. The strategy is frozen; its state is a value of its own."""

    name: str
    many: bool  # takes all columns at once; else the driver hands it families of one column, one after the other

    def start(self, family: Family, ids: Array, bests: list[Best]):
        """Private state; bests[i].start is where column i begins: its best iterate so far, or what was given."""
        ...

    def propose(self, state) -> Candidates | None:
        """What to judge next; None: nothing left to try."""
        ...

    def learn(self, state, asked: Candidates, evidence: Evidence, gaps: Array, done: Array) -> bool:
        """Take in what the pass found, (C,) per candidate; `done` columns need no more.  True: it gives up."""
        ...


def solve_family(family: Family, chain, watch: Watch, init=None, newton: bool = False, names=None) -> list[Answer]:
    """Solve the family's columns: each strategy of the chain goes on where the one before gave up.

    init   (coef, intercept) in conditioned coordinates, one for all columns or a list with one (or None) per column
    newton  ask for the Newton certificate also where it is costly
    names  of the columns, for the certificates' words
    Raises Interrupted (a KeyboardInterrupt) on Ctrl-C, with the best answers so far as `.answer`.
    """
    bests: list[Best] = []
    try:
        with deadline(watch.left):
            bests = _begin(family, init)
            for strategy in chain:
                _hand_over(family, strategy, bests, watch)
        for column, best in zip(family.columns, bests, strict=True):
            if family.polish or len(family.free) == family.design.p:
                prove(family.alone_at(column), best, newton, hurry=watch.left == 0.0)
        for column, best in zip(family.columns, bests, strict=True):
            if not best.ground.exists and not best.ground.searched:
                best.ground.searched = True
                best.ground.separation = separation_of(family.alone_at(column), best, watch, names)
    except KeyboardInterrupt as stop:
        outcome = Outcome.of(family, watch, names, interrupted=True)
        raise Interrupted([Answer(outcome, best) for best in bests]) from stop
    outcome = Outcome.of(family, watch, names)
    return [Answer(outcome, best) for best in bests]


def _begin(family: Family, init) -> list[Best]:
    given = init if isinstance(init, list) else [init] * len(family.columns)
    grounds: dict[int, Ground] = {}
    for column in family.columns:
        if column.split not in grounds:
            grounds[column.split] = Ground.of(family, column.split)
            if 0 < len(family.free) < family.design.p and not family.loss.joint:
                grounds[column.split].take_null(free_loss(family, column, grounds[column.split].intercept))
    return [_first(family, k, grounds[c.split], given[k]) for k, c in enumerate(family.columns)]


def _first(family: Family, k: int, ground: Ground, init: Point | None) -> Best:
    """The null model, inside the box; what is given, where it is better (among many columns it is trusted)."""
    column, one = family.columns[k], len(family.columns) == 1
    best = Best(ground, ground.first_loss, family.tol)
    best.kept, best.intercept = (NOWHERE, NOTHING, family.design.p), ground.intercept
    if ground.coef is not None:
        best.keep(ground.coef, 0.0)
    if column.shape.boxed:
        best.keep(np.clip(best.coef, column.lower, column.upper), ground.intercept)
        if best.coef.any():  # a box without 0
            best.objective = _value(family, k, best.point)
        init = init and (np.clip(init[0], column.lower, column.upper), init[1])
    if init is not None and one:
        there = _value(family, k, init)
        if there < best.objective:  # a worse one (saturated rows) would only cost steps
            best.keep(*init)
            best.objective = there
    elif init is not None:
        best.given = init
    best.gap = max(best.objective - ground.floor, 0.0)
    return best


def _value(family: Family, k: int, point: Point) -> float:
    evidence = sweep(family, Candidates(np.array([k]), point[0][:, None], np.array([point[1]])))
    return objective(family, family.columns[k], point[0], float(evidence.loss[0]))


def _hand_over(family: Family, strategy: Strategy, bests: list[Best], watch: Watch) -> None:
    """Give a strategy what is not finished yet: all of it at once, or column by column."""
    left = [k for k, best in enumerate(bests) if not best.done]
    groups = [left] if strategy.many else [[k] for k in left]
    for ids in groups:
        if not ids or (bests[ids[0]].rounds and watch.stopped(family.design.reads)):
            continue
        if strategy.many:
            _run(family, strategy, np.array(ids), bests, watch)
        else:
            _run(family.alone(ids[0]), strategy, np.array([0]), [bests[ids[0]]], watch)


def _run(family: Family, strategy: Strategy, ids: Array, bests: list[Best], watch: Watch) -> None:
    """Rounds of one strategy, until its columns are proved (and polished), or given up."""
    state = strategy.start(family, ids, bests)
    for _ in range(ROUNDS + len(ids) - 1):
        asked = strategy.propose(state)
        if asked is None:
            return
        evidence = sweep(family, asked)
        gaps = _judge(family, strategy.name, bests, asked, evidence)
        done = np.array([_finish(family, bests[i], asked) for i in asked.ids])
        if watch.listener is not None:
            _tell(bests, watch)
        if all(bests[i].done for i in ids) or watch.stopped(family.design.reads):
            return
        if strategy.learn(state, asked, evidence, gaps, done):
            return


def _tell(bests: list[Best], watch: Watch) -> None:
    open_ = [relative(best.gap, best.null_loss) for best in bests if not best.done]
    watch.tell(len(open_), len(bests), max(open_, default=0.0), not open_)


def _finish(family: Family, best: Best, asked: Candidates) -> bool:
    """Whether the column needs no more.  A single fit takes one more step after the proof: a gap of 1e-8 alone leaves
    5e-6 in a coefficient."""
    if family.polish:
        best.done = best.certified and (best.polished or asked.polished)
        best.polished = best.certified
    else:
        best.done = best.proved
    return best.done


def _judge(family: Family, name: str, bests: list[Best], asked: Candidates, evidence: Evidence) -> Array:
    """The smallest bound at hand of every candidate; the best iterate of each column is kept."""
    gaps, objectives = family_gaps(family, asked, evidence)
    for k, i in enumerate(asked.ids):
        best, F = bests[i], float(objectives[k])  # NaN where the column was not to be proved
        best.rounds += 1
        exact = F == F and not asked.single  # a float32 F may lie below the floor, or below what is left to gain
        bound = min(float(gaps[k]), F - best.ground.floor if exact else np.inf)
        proof = None
        if family.open:
            bound, proof = _with_free(family, best, bound, F, asked, evidence, k)
        gaps[k] = bound = max(bound, 0.0)
        if bound <= best.gap and F == F:
            best.keep(asked.coefs[:, k], float(asked.intercepts[k]), asked.support and asked.support[k])
            best.gap, best.objective, best.proof, best.strategy = bound, F, proof, name
            best.score, best.single = float(evidence.scores[k]), asked.single
    return gaps


def _with_free(family, best, bound, F, asked, evidence, k):
    """Free columns: a Newton proof where the gap cannot lead, or where it is not known yet that minimisers exist."""
    ground = best.ground
    if len(family.free) == family.design.p and F == F:
        ground.take_null(min(ground.null_loss, F))  # nothing is penalised: the fit is its own null model
    slope = np.append(evidence.grad[family.free, k], evidence.grad_b[k] if family.design.intercept else 0.0)
    near = slope @ slope <= 100.0 * family.tol * ground.null_loss  # the unpenalised gradient, squared, is about the gap
    wanted = bound <= 1e-3 * ground.null_loss if family.exact else near
    if not family.polish and family.exact:  # of many columns, one proof is enough
        wanted = not ground.exists and ground.trials < TRIALS and relative(bound, ground.null_loss) <= family.tol
    if not wanted:
        return bound, None
    ground.trials += 1
    column = family.columns[asked.ids[k]]
    point = np.ascontiguousarray(asked.coefs[:, k]), float(asked.intercepts[k])
    proof = newton_proof(family, column, *point)
    if proof is not None:
        ground.exists, bound = True, min(bound, proof.gap)
    elif not ground.exists and (column.shape.boxed or family.penalty.grouped):
        ground.exists = newton_proof(family, column, *point, free_only=True) is not None
    return bound, proof


def judge_family(family: Family, given: Point, reference: Certificate, names) -> Certificate:
    """The certificate of coefficients somebody gives, (coef, intercept) conditioned; `reference` is the optimum's.

    The bound is the better of their own duality gap and F(given) - F(reference) + gap(reference).
    """
    watch, coef = Watch(), given[0]
    best = _begin(family, None)[0]
    asked = Candidates(np.array([0]), coef[:, None], np.array([given[1]]))
    evidence = sweep(family, asked)
    gap = float(_judge(family, "audit", [best], asked, evidence)[0])
    F, unit = objective(family, family.columns[0], coef, float(evidence.loss[0])), family.design.y_scale**2
    gap, F = unit * gap, unit * F  # the reference speaks in the units of y
    rounding = 8.0 * np.finfo(float).eps * (F + reference.objective)  # of both objectives
    gap = min(gap, max(F - reference.objective, 0.0) + reference.gap + rounding)
    separated = reference.status == "separated"
    fine = relative(gap, reference.null_loss) <= family.tol and reference.status == "certified"
    return Certificate(
        gap=gap, null_loss=reference.null_loss, objective=F, tol=family.tol,
        status="separated" if separated else "certified" if fine else "uncertified",
        reads=round(family.design.reads, 3), rounds=reference.rounds + 1, seconds=reference.seconds + watch.seconds,
        strategy="audit", reason="these are the coefficients that were given", separation=reference.separation,
        names=names,
    )  # fmt: skip
