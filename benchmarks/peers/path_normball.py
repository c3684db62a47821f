"""normball.path: its tolerance is the relative gap itself."""

from __future__ import annotations

from . import Fit

TITLE, KIND = "normball", "path"
REQUIREMENT, MODULE, OPTIONAL = ".", "normball", False


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": target} for target in sorted(targets, reverse=True)]


def fit(problem, setting):
    import normball

    path = normball.path(problem.X, problem.y, lams=problem.lams, l1_ratio=problem.l1_ratio, **setting)
    coefs = path.coefs if problem.l1_ratio == 0.0 else path.coefs.toarray()
    facts = {"reads": float(path.reads), "uncertified": len(path.uncertified)}
    return Fit(coefs, path.intercepts, facts)
