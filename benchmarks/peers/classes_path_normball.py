"""normball.path with several classes."""

from __future__ import annotations

from . import Fit

TITLE, KIND = "normball", "path classes"
REQUIREMENT, MODULE, OPTIONAL = ".", "normball", False


def cannot(problem):
    return None


def ladder(problem, targets):
    return [{"tol": target} for target in sorted(targets, reverse=True)]


def fit(problem, setting):
    import normball

    found = normball.path(problem.X, problem.y, lams=problem.lams, l1_ratio=problem.l1_ratio, **setting)
    return Fit(found.coefs, found.intercepts, {"reads": float(found.reads)})
