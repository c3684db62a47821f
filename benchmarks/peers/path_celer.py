"""celer: working sets with dual extrapolation; its logistic path knows no intercept."""

TITLE, KIND = "celer", "path"
REQUIREMENT, MODULE, OPTIONAL = "celer", "celer", False


def cannot(problem):
    return "its logistic regression has no unpenalised intercept, so it solves another problem"


def ladder(problem, targets):
    return [{"tol": 1e-6}]


def fit(problem, setting):
    raise NotImplementedError(cannot(problem))
