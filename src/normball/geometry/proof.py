"""From a root to a Solution: made feasible, judged in one pass as the constrained problem, KKT as numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..certificates import Certificate, Column
from ..certificates.ball import KKT, Constraint, ball_gap
from ..certificates.certificate import relative
from ..certificates.gap import facts_of
from ..certificates.newton import newton_proof
from ..lockstep import Answer
from ..lockstep.best import Point
from ..results import Solution
from .balls import Ball
from .visits import Visit, Visits


def ball_solution(visits: Visits, ball: Ball, found: Visit | tuple[Point, Answer], tol: float) -> Solution:
    """found: a Visit, or (point, answer) of the free optimum."""
    if not isinstance(found, Visit):
        return _free_solution(visits, ball, found[0], found[1], tol)
    family, budget = visits.family, ball.budget
    column = visits.one.at(found.lam)
    coef, b, evidence = _best_in_ball(visits, found, budget)
    facts, answer, loss = facts_of(family), found.answer, float(evidence.loss[0])
    omega = family.penalty.total(coef, visits.one)
    gap = ball_gap(facts, column, budget, coef, b, evidence) if family.exact else np.inf
    if not gap <= tol * visits.null_loss:
        proof = newton_proof(replace(family, columns=(column,)), column, coef, b)
        if proof is not None:  # F - F* <= g in the penalised form is L - L* <= g + λ(T - Ω) in this one
            gap = min(gap, proof.gap + found.lam * max(budget - omega, 0.0))
    gap = min(gap, max(loss - answer.best.ground.floor, 0.0))
    certificate = _certificate(visits, answer, gap, loss, tol)
    kkt = _kkt(visits, ball, column, coef, omega, evidence, certificate)
    constraint = Constraint(
        ball.norm, ball.radius, ball.norm_of(omega), ball.multiplier(found.lam), True, kkt, visits.solves
    )
    return _solution(visits, (coef, b), found.lam, certificate, constraint)


def _best_in_ball(visits: Visits, found: Visit, budget: float):
    """(coef, intercept, evidence) of the root, made feasible.

    Where λ has left float64 before the budget was spent, the classes are separated and only the direction still
    matters: the point is moved out along itself, onto the ball.
    """
    coef, b = feasible(visits, found.point, budget), found.point[1]
    evidence = visits.judge(coef, b)
    if found.lam <= visits.least and 0.0 < found.omega < budget:
        linear, square = visits.parts(coef)
        out = 2.0 * budget / (linear + np.sqrt(linear * linear + 4.0 * square * budget))
        further, b_out = feasible(visits, (out * coef, 0.0), budget), out * b
        there = visits.judge(further, b_out)
        if there.loss[0] <= evidence.loss[0]:
            return further, b_out, there
    return coef, b, evidence


def feasible(visits: Visits, point: Point, budget: float) -> np.ndarray:
    """coef (p,) shrunk onto the ball where rounding left it outside; free columns stay."""
    coef, one = point[0].copy(), visits.one
    held = (one.l1 > 0.0) | (one.l2 > 0.0)
    for _ in range(20):
        linear, square = visits.parts(coef)
        if linear + square <= budget:
            return coef
        share = 2.0 * budget / (linear + np.sqrt(linear * linear + 4.0 * square * budget))  # s·linear + s²·square = T
        coef[held] *= min(share, 1.0 - 1.2e-16)
    return coef


def _free_solution(visits: Visits, ball: Ball, point: Point, answer: Answer, tol: float) -> Solution:
    coef, b = feasible(visits, point, ball.budget), point[1]
    family, column = visits.family, visits.one.at(0.0)
    evidence = visits.judge(coef, b)
    moved = not (np.array_equal(coef, answer.point[0]) and b == answer.point[1])
    gap, loss = answer.best.gap, float(evidence.loss[0])
    if moved:
        proof = newton_proof(replace(family, columns=(column,), free=np.arange(len(coef))), column, coef, b)
        gap = gap + max(loss - answer.best.objective, 0.0) if proof is None else proof.gap
    certificate = _certificate(visits, answer, gap, loss, tol)
    if not moved:
        known = answer.certificate
        certificate = replace(
            certificate, coef_error=known.coef_error, intercept_error=known.intercept_error, aliased=known.aliased
        )
    omega = family.penalty.total(coef, visits.one)
    kkt = _kkt(visits, ball, column, coef, omega, evidence, certificate)
    constraint = Constraint(ball.norm, ball.radius, ball.norm_of(omega), 0.0, False, kkt, visits.solves)
    return _solution(visits, (coef, b), 0.0, certificate, constraint)


def _certificate(visits: Visits, answer: Answer, gap: float, loss: float, tol: float) -> Certificate:
    best, design, watch = answer.best, visits.task.design, visits.watch
    null_loss = visits.null_loss
    separated = best.ground.separation
    fine = (best.ground.exists or visits.exists) and relative(gap, null_loss) <= tol
    return Certificate(
        gap=gap, null_loss=null_loss, objective=loss, tol=tol,
        status="separated" if separated else "certified" if fine else "uncertified",
        reads=round(design.reads, 3), rounds=visits.rounds + 1, seconds=watch.seconds,
        strategy=f"ball, {best.strategy}",
        reason=watch.reason or "no step improved it further", separation=separated, names=visits.task.names,
    )  # fmt: skip


def _kkt(visits, ball: Ball, column: Column, coef, omega, evidence, certificate) -> KKT:
    """Conditions in conditioned coordinates, shown on the columns as they came."""
    design, scale = visits.task.design, visits.task.design.survey.scale
    force = -evidence.grad[:, 0]  # gradient of the loss
    point, l1 = -(column.l2 * coef + column.l1 * np.sign(coef)), np.where(coef == 0.0, column.l1, 0.0)
    away = np.maximum(np.abs(force - point) - l1, 0.0)
    norm = ball.norm_of(omega)
    multiplier = ball.multiplier(column.lam)
    return KKT(
        *(design.unsorted(v * scale) for v in (force, point - l1, point + l1)),
        stationarity=float(away.max(initial=0.0)),
        intercept=abs(float(evidence.grad_b[0])) if design.intercept else 0.0,
        feasibility=max(norm - ball.radius, 0.0) / ball.radius,
        slackness=relative(multiplier * abs(norm - ball.radius), certificate.null_loss),
    )


def _solution(
    visits: Visits, point: Point, lam: float, certificate: Certificate, constraint: Constraint | None
) -> Solution:
    task = visits.task
    coef, b = task.design.to_original(*point)
    return Solution(
        coef, b, lam, visits.l1_ratio, task.classes, task.names, task.total, task.standardize, certificate,
        constraint=constraint,
    )  # fmt: skip


def fallback(visits: Visits, ball: Ball, above: Visit | None, tol: float) -> Solution | None:
    """After Ctrl-C: the smallest λ so far whose solution is feasible, without another read."""
    if above is None:
        return None
    omega, answer = above.omega, above.answer
    gap = answer.best.gap + above.lam * max(ball.budget - omega, 0.0)
    certificate = replace(_certificate(visits, answer, gap, above.loss, tol), status="interrupted")
    return _solution(visits, above.point, above.lam, certificate, None)
