"""Random families: a random problem at several λ and on some folds, solved together, each answer judged by itself."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np

import normball
from judge import column_sds, dense, infimum, minimise, objective, penalty_vectors, rounding
from normball.lockstep.choose import choose_chain
from normball.lockstep.strategies import Anchors, Waves
from normball.paths import path as path_room
from normball.selection import run as fold_room
from problems import Problem, random_problem

FACTORS = (6.0, 1.0, 0.2)
FIRST = (None, Waves(), Anchors())  # what goes first; None: what the cost model chooses


@contextmanager
def led_by(strategy):
    """All families of many columns begin with this strategy, and go on as they would."""
    chosen = path_room.choose_chain, fold_room.choose_chain

    def chain(family):
        usual = choose_chain(family)
        return usual if strategy is None or len(family.columns) == 1 else (strategy, *usual)

    path_room.choose_chain = fold_room.choose_chain = chain
    try:
        yield
    finally:
        path_room.choose_chain, fold_room.choose_chain = chosen


@dataclass(frozen=True)
class FamilyTrial:
    """A path and its folds for one seed, and what the judge says of some of their answers."""

    problem: Problem
    lams: np.ndarray
    folds: np.ndarray
    found: normball.CrossValidation

    def complaints(self) -> list[str]:
        """Every claim that is not true, in words."""
        rng, said = np.random.default_rng([7, self.problem.seed]), []
        for k in rng.choice(len(self.lams), 2, replace=False):
            path = self.found.paths[0]
            answer = path.coef_at(path.lams[k])
            said += self._judge(
                f"path, λ {k}", path.lams[k], answer, path.certificates[k], np.ones(len(self.folds), bool)
            )
            fold = int(rng.integers(len(self.found.splits)))
            one = self.found.fold_answers[fold][k]
            train = self.found.splits[fold].train
            said += self._judge(f"fold {fold}, λ {k}", path.lams[k], (one.coef, one.intercept), one.certificate, train)
        return said

    def _judge(self, what: str, lam: float, answer, proof, train: np.ndarray) -> list[str]:
        P = self.problem
        X, y = dense(P.X)[train], np.asarray(P.y, float)[train]
        weight = None if P.weight is None else P.weight[train]
        offset = None if P.offset is None else P.offset[train]
        scale = column_sds(X, weight) if P.standardize else None
        if scale is not None and not (scale > 0).all():
            return []  # constant in these rows: its unit is a convention
        l1, l2 = penalty_vectors(X.shape[1], lam, P.l1_ratio, P.factor, scale)
        arguments = dict(l1=l1, l2=l2, weight=weight, offset=offset)
        here = objective(X, y, answer[1], answer[0], **arguments)
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # the judge's own search may run off where there is no minimiser
            best = minimise(X, y, fit_intercept=P.fit_intercept, **arguments)
            exists = best is not None
            least = best.value if exists else infimum(X, y, fit_intercept=P.fit_intercept, **arguments)
        slack = 1e-14 + rounding(X, y, answer[1], answer[0], **arguments)
        title = f"seed {P.seed} {P.kinds}, {what}, {proof.strategy}"
        said = []
        if not proof.gap >= float(here - least) - slack:
            said.append(f"{title}: gap {proof.gap:.3g} < excess {float(here - least):.3g}")
        if proof.status == "certified" and not exists:
            said.append(f"{title}: certified, but there is no minimiser")
        if proof.status == "separated" and exists:
            said.append(f"{title}: separated, but there is a minimiser")
        return said


@cache
def family_trial(seed: int) -> FamilyTrial | None:
    """None where the random rows leave a training fold with one class."""
    problem = random_problem(seed)
    rng = np.random.default_rng([5, seed])
    lams = (problem.lam if problem.lam > 0 else 0.01) * np.array(FACTORS)
    if problem.lam == 0.0:
        lams[-1] = 0.0
    y = np.asarray(problem.y, float)
    folds = np.empty(len(y), int)
    folds[np.argsort(y + 1e-9 * rng.random(len(y)))] = np.arange(len(y)) % 3
    with warnings.catch_warnings(), led_by(FIRST[seed % len(FIRST)]):
        warnings.simplefilter("ignore", normball.NormballWarning)
        arguments = {k: v for k, v in problem.solve_arguments.items() if k not in ("lam", "l1_ratio")}
        try:
            found = normball.cross_validate(
                problem.X, problem.y, lams=lams, l1_ratios=(problem.l1_ratio,), cv=folds, tol=1e-7, fold_tol=1e-6,
                **arguments,
            )  # fmt: skip
        except normball.InputError as error:
            if "training rows of split" in str(error):
                return None
            raise
    return FamilyTrial(problem, found.lams[0], folds, found)
