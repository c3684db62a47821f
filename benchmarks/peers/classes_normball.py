"""normball.solve with several classes."""

from __future__ import annotations

from . import Fit

TITLE, KIND = "normball", "single classes"
REQUIREMENT, MODULE, OPTIONAL = ".", "normball", False


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": target} for target in sorted(targets, reverse=True)]


def fit(problem, setting):
    import normball

    found = normball.solve(problem.X, problem.y, lam=problem.lam, l1_ratio=problem.l1_ratio, **setting)
    proof = found.certificate
    facts = {"reads": proof.reads, "status": proof.status, "claimed_relative_gap": float(proof.relative_gap)}
    return Fit(found.coef, found.intercept, facts)
