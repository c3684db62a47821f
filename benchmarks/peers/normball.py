"""normball.solve: its tolerance is the relative gap itself, so its ladder is the list of targets."""

from __future__ import annotations

from . import Fit

TITLE = "normball"
REQUIREMENT, MODULE, OPTIONAL = ".", "normball", False


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": target} for target in sorted(targets, reverse=True)]


def fit(problem, setting):
    import normball

    solution = normball.solve(problem.X, problem.y, lam=problem.lam, l1_ratio=problem.l1_ratio, **setting)
    proof = solution.certificate
    facts = {
        "reads": float(proof.reads),
        "rounds": int(proof.rounds),
        "status": str(proof.status),
        "claimed_relative_gap": float(proof.relative_gap),
    }
    return Fit(solution.coef, float(solution.intercept), facts)
