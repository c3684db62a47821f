"""cv.glmnet (R): timed with the path on all rows that it includes, which is what is judged."""

from __future__ import annotations

from . import Fit, _r

TITLE, KIND = "cv.glmnet (R)", "cv"
REQUIREMENT, MODULE, OPTIONAL = "numpy", "numpy", False
CALL = (
    'cv.glmnet(X, y, family = "binomial", lambda = lams, alpha = {alpha}, standardize = FALSE, thresh = {thresh}, '
    'maxit = 1e7, foldid = readBin("folds.bin", "double", n))'
)
END = 'b <- f$glmnet.fit; writeBin(as.double(as.matrix(b$beta)), "b.bin"); writeBin(as.double(b$a0), "a.bin")'


def cannot(problem):
    return "has no grid of C" if problem.C_in_folds else _r.missing()


def ladder(problem, targets):
    return [{"thresh": thresh} for thresh in (1e-7, 1e-10, 1e-11, 1e-12)]


def fit(problem, setting):
    seconds, found = _r.run(problem, CALL.format(alpha=problem.l1_ratio, **setting), END, {"b": "b.bin", "a": "a.bin"})
    return Fit(found["b"].reshape(-1, problem.shape[1]).T, found["a"], {}, seconds)
