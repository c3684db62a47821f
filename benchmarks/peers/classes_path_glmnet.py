"""glmnet (R), multinomial family."""

from __future__ import annotations

import numpy as np

from . import Fit, _r

TITLE, KIND = "glmnet (R)", "path classes"
REQUIREMENT, MODULE, OPTIONAL = "numpy", "numpy", False
CALL = (
    'glmnet(X, factor(y), family = "multinomial", lambda = lams, alpha = {alpha}, standardize = FALSE, '
    "thresh = {thresh}, maxit = 1e7)"
)
END = (
    'writeBin(as.double(sapply(f$beta, function(b) as.double(as.matrix(b)))), "b.bin"); '
    'writeBin(as.double(t(f$a0)), "a.bin")'
)


def cannot(problem):
    return _r.missing()


def ladder(problem, targets):
    return [{"thresh": thresh} for thresh in (1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12)]


def fit(problem, setting):
    call = CALL.format(alpha=problem.l1_ratio, thresh=setting["thresh"])
    seconds, found = _r.run(problem, call, END, {"coef": "b.bin", "intercept": "a.bin"})
    p, K, L = problem.shape[1], int(problem.y.max()) + 1, len(problem.lams)
    coef = found["coef"].reshape(K, L, p).transpose(2, 0, 1)
    return Fit(coef, np.reshape(found["intercept"], (K, L)), {}, seconds)
