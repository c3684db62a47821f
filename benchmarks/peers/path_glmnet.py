"""glmnet (R), both of its algorithms for the logistic loss."""

from __future__ import annotations

from . import Fit, _r

TITLE, KIND = "glmnet (R)", "path"
REQUIREMENT, MODULE, OPTIONAL = "numpy", "numpy", False
CALL = (
    'glmnet(X, y, family = "binomial", lambda = lams, alpha = {alpha}, standardize = FALSE, thresh = {thresh}, '
    'maxit = 1e7, type.logistic = "{type}")'
)
END = 'writeBin(as.double(as.matrix(f$beta)), "b.bin"); writeBin(as.double(f$a0), "a.bin")'


def cannot(problem):
    return _r.missing()


def ladder(problem, targets):
    """Newton first; the modified one reaches these gaps at tighter thresholds, if at all."""
    return [{"thresh": thresh, "type": "Newton"} for thresh in (1e-10, 1e-11, 1e-12, 1e-13)] + [
        {"thresh": thresh, "type": "modified.Newton"} for thresh in (1e-12, 1e-13)
    ]


def fit(problem, setting):
    seconds, found = _r.run(problem, CALL.format(alpha=problem.l1_ratio, **setting), END, {"b": "b.bin", "a": "a.bin"})
    return Fit(found["b"].reshape(-1, problem.shape[1]).T, found["a"], {}, seconds)
