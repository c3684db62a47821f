"""THE loop: ask a strategy, judge in one pass, retire what is proved, tell the strategy, hand over what it gives up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..certificates.certificate import Certificate, relative
from ..certificates.gap import family_gap, objective
from ..certificates.newton import NewtonProof, newton_proof
from ..certificates.problem import Array, Candidates, Evidence, Family
from ..certificates.separation import Separation
from ..errors import Interrupted
from ..runtime import Watch, deadline
from .null import free_loss, null_model
from .sweep import sweep

ROUNDS = 200  # judging passes after which a strategy has had its chance
NEWTON_WORK = 3e7  # n·k² up to which every single fit also gets a Newton certificate, unasked


class Strategy(Protocol):
    """How candidates are found. The strategy is frozen; its state is a value of its own."""

    name: str

    def start(self, family: Family, warm: Best):
        """Private state; `warm` holds the best iterate so far (or the null model)."""
        ...

    def propose(self, state) -> Candidates | None:
        """What to judge next; None: nothing left to try."""
        ...

    def learn(self, state, asked: Candidates, evidence: Evidence, gap: float) -> bool:
        """Take in what the pass found; True: it gives up."""
        ...


@dataclass
class Best:
    """Of one column: the iterate with the smallest proved gap."""

    family: Family
    coef: Array
    intercept: float
    null_loss: float
    gap: float
    objective: float
    floor: float  # of the loss, hence of F
    rounds: int = 0
    strategy: str = ""
    proof: NewtonProof | None = None
    polished: bool = False
    exists: bool = True  # a minimiser is known to exist

    @property
    def certified(self) -> bool:
        return self.exists and relative(self.gap, self.null_loss) <= self.family.tol


@dataclass(frozen=True)
class Answer:
    """One column's answer on the columns as they came, with its certificate."""

    coef: Array
    intercept: float
    certificate: Certificate


def solve_family(family: Family, chain, watch: Watch, init=None, newton: bool = False, names=None) -> Answer:
    """Solve the family's column: each strategy of the chain goes on where the one before gave up.

    init   (coef, intercept) in conditioned coordinates, or None
    newton  ask for the Newton certificate also where it is costly
    names  of the columns, for the certificate's words
    Raises Interrupted (a KeyboardInterrupt) on Ctrl-C, with the best answer so far as `.answer`.
    """
    best = None
    try:
        with deadline(watch.left):
            best = _begin(family, init)
            for strategy in chain:
                if best.polished or (best.rounds and watch.stopped(family.design.reads)):
                    break
                _run(family, strategy, best, watch)
        _prove(family, best, newton, hurry=watch.left == 0.0)
        separation = _separation(family, best, watch, names)
    except KeyboardInterrupt as stop:
        raise Interrupted(_answer(family, best, watch, None, names, interrupted=True) if best else None) from stop
    return _answer(family, best, watch, separation, names)


def _begin(family: Family, init) -> Best:
    column = family.columns[0]
    b, null_loss = null_model(family, column.split)
    coef, value = np.clip(np.zeros(family.design.p), column.lower, column.upper), null_loss
    if coef.any():  # a box without 0
        asked = Candidates(np.array([0]), coef[:, None], np.array([b]))
        value = objective(family, column, coef, float(sweep(family, asked).loss[0]))
    if init is not None:
        start = np.clip(init[0], column.lower, column.upper)
        asked = Candidates(np.array([0]), start[:, None], np.array([init[1]]))
        there = objective(family, column, start, float(sweep(family, asked).loss[0]))
        if there < value:  # a worse one (saturated rows) would only cost steps
            coef, b, value = start, init[1], there
    if 0 < len(family.free) < family.design.p:
        null_loss = free_loss(family, column, b)
    floor = float(family.share(column.split) @ family.loss.floor(family.design.y))
    return Best(family, coef, b, null_loss, max(value - floor, 0.0), value, floor, exists=not len(family.free))


def _run(family: Family, strategy: Strategy, best: Best, watch: Watch) -> None:
    """Rounds of one strategy, until the column is proved and polished, or given up."""
    state, column = strategy.start(family, best), family.columns[0]
    for _ in range(ROUNDS):
        asked = strategy.propose(state)
        if asked is None:
            return
        evidence = sweep(family, asked)
        coef, b = asked.coefs[:, 0], float(asked.intercepts[0])
        gap, proof = _judge(family, column, best, coef, b, evidence)
        best.rounds += 1
        if gap <= best.gap:
            best.coef, best.intercept, best.gap, best.strategy = coef.copy(), b, gap, strategy.name
            best.objective, best.proof = objective(family, column, coef, float(evidence.loss[0])), proof
        if best.certified and (best.polished or asked.polished):
            best.polished = True
            return
        # One more step after the proof: a gap of 1e-8 alone leaves 5e-6 in a coefficient.
        best.polished = best.certified
        if strategy.learn(state, asked, evidence, gap) or watch.stopped(family.design.reads):
            return


def _judge(family: Family, column, best: Best, coef: Array, b: float, evidence: Evidence):
    """The smallest bound at hand: the duality gap, F minus the loss's floor, a Newton proof where that must lead."""
    F = objective(family, column, coef, float(evidence.loss[0]))
    bound = min(F - best.floor, family_gap(family, column, coef, b, evidence))
    if len(family.free) == family.design.p:
        best.null_loss = min(best.null_loss, F)  # nothing is penalised: the fit is its own null model
    proof = None
    slope = np.append(evidence.grad[family.free, 0], evidence.grad_b if family.design.intercept else 0.0)
    near = slope @ slope <= 100.0 * family.tol * best.null_loss  # the unpenalised gradient, squared, is about the gap
    if len(family.free) and (bound <= 1e-3 * best.null_loss if family.exact else near):
        proof = newton_proof(family, column, coef, b)
        if proof is not None:
            best.exists, bound = True, min(bound, proof.gap)
    return max(bound, 0.0), proof


def _prove(family: Family, best: Best, asked: bool, hurry: bool) -> None:
    """The Newton certificate at the answer: at λ = 0, with free columns, on request, and wherever it is cheap."""
    column, design = family.columns[0], family.design
    k = 1 + np.count_nonzero((best.coef != 0.0) | (column.l1 == 0.0))
    cheap = design.n * k * k <= NEWTON_WORK
    if best.proof is None and best.rounds and (cheap or (not hurry and (asked or len(family.free)))):
        best.proof = newton_proof(family, column, best.coef, best.intercept)
    if best.proof is None:
        return
    best.exists, best.gap = True, min(best.gap, best.proof.gap)
    if best.proof.null.shape[1]:
        _smallest_norm(family, best, best.proof)


def _smallest_norm(family: Family, best: Best, proof: NewtonProof) -> None:
    """Among all solutions that predict the same, the one of smallest norm on the columns as the user sees them.

    The proved errors move along: those of P w, P = 1 - N (DN)⁺D, are at most |P| times those of w.
    """
    null, tied = proof.null, np.flatnonzero(proof.null[1:].any(1))
    pull = np.linalg.pinv(family.metric[:, None] * null[1:]) * family.metric  # (k, p)
    move, coef_error = -pull @ best.coef, proof.coef_error.copy()
    best.coef, best.intercept = best.coef + null[1:] @ move, best.intercept + float(null[0] @ move)
    coef_error[tied] = np.abs(np.eye(len(tied)) - null[1 + tied] @ pull[:, tied]) @ coef_error[tied]
    intercept_error = proof.intercept_error + float(np.abs(null[0] @ pull) @ proof.coef_error)
    best.proof = replace(proof, coef_error=coef_error, intercept_error=intercept_error)


def _separation(family: Family, best: Best, watch: Watch, names) -> Separation | None:
    """Where no minimiser could be proved to exist: look for a direction along which the free columns separate."""
    if best.exists:
        return None
    from ..certificates.separation import find_separation

    design = family.design
    rows = np.flatnonzero(design.weight > 0)
    y = design.y[rows]
    A = design.unpenalised(rows, family.free)
    side, soft = np.where(y >= 0.5, 1.0, -1.0), (y > 0.0) & (y < 1.0)
    ran_off = best.coef[family.free] / design.survey.scale[family.free]
    shift = best.intercept - design.survey.mean[family.free] @ ran_off
    guess = np.concatenate([[shift][: int(design.intercept)], ran_off])  # where the loss was still falling
    found = find_separation(A, side, exact=soft, guess=guess, time_limit=min(20.0, watch.left))
    return found and _on_columns(found, design, family.free, names)


def _on_columns(found: Separation, design, free: Array, names) -> Separation:
    """The same on all columns as they came; index p is the intercept."""
    place = np.array([design.p] * int(design.intercept) + _as_came(design, free))
    direction = np.zeros(design.p + int(design.intercept))
    direction[place] = found.direction
    columns = tuple(sorted(int(j) for j in place[list(found.columns)]))
    called = (*(names or [f"column {j}" for j in range(design.p)]), "the intercept")
    return replace(found, direction=direction, columns=columns, names=called)


def judge_family(family: Family, given, reference: Certificate, names) -> Certificate:
    """The certificate of coefficients somebody gives, (coef, intercept) conditioned; `reference` is the optimum's.

    The bound is the better of their own duality gap and F(given) - F(reference) + gap(reference).
    """
    watch, column = Watch(), family.columns[0]
    best, (coef, b) = _begin(family, None), given
    evidence = sweep(family, Candidates(np.array([0]), coef[:, None], np.array([b])))
    gap, _ = _judge(family, column, best, coef, b, evidence)
    F = objective(family, column, coef, float(evidence.loss[0]))
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


def _answer(family: Family, best: Best, watch: Watch, separation, names, interrupted: bool = False) -> Answer:
    design = family.design
    status = (
        "interrupted"
        if interrupted
        else "separated"
        if separation
        else "certified"
        if best.certified
        else "uncertified"
    )
    errors: tuple = (None, None)
    aliased: tuple = ()
    if best.proof is not None and not interrupted:
        width = best.proof.coef_error / design.survey.scale
        errors = (design.unsorted(width), float(best.proof.intercept_error + np.abs(design.survey.mean) @ width))
        aliased = tuple(sorted(_as_came(design, best.proof.aliased)))
    coef, intercept = design.to_original(best.coef, best.intercept)
    certificate = Certificate(
        gap=best.gap, null_loss=best.null_loss, objective=best.objective, tol=family.tol, status=status,
        reads=round(design.reads, 3), rounds=best.rounds, seconds=watch.seconds, strategy=best.strategy,
        reason=watch.reason or "no step improved it further", coef_error=errors[0], intercept_error=errors[1],
        separation=separation, aliased=aliased, names=names,
    )  # fmt: skip
    return Answer(coef, intercept, certificate)


def _as_came(design, columns: Array) -> list[int]:
    """Indices of the design's columns as the user knows them."""
    return [int(j) for j in (columns if design.order is None else design.order[columns])]
