"""normball: regularised logistic regression whose every answer carries its proof.

Names load when they are first used (PEP 562): `import normball` itself imports nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "Ball",
    "Certificate",
    "ConvergenceWarning",
    "CrossValidation",
    "EdgeWarning",
    "ElasticNet",
    "ElasticNetCV",
    "InputError",
    "Interrupted",
    "Intervals",
    "Lasso",
    "LassoCV",
    "LegacyArgumentWarning",
    "LogisticRegression",
    "LogisticRegressionCV",
    "ModelFileError",
    "NormballError",
    "NormballWarning",
    "Path",
    "Progress",
    "Ridge",
    "RidgeCV",
    "Solution",
    "Strength",
    "StrengthConflict",
    "TableEncoder",
    "audit",
    "cross_validate",
    "firth_intervals",
    "path",
    "solve",
]

_HOME = {  # public name -> the room it lives in
    "Audit": "results",
    "Ball": "geometry",
    "Certificate": "certificates",
    "ConvergenceWarning": "errors",
    "CrossValidation": "selection",
    "EdgeWarning": "errors",
    "ElasticNet": "estimators",
    "ElasticNetCV": "estimators",
    "InputError": "errors",
    "Interrupted": "errors",
    "Intervals": "inference",
    "Lasso": "estimators",
    "LassoCV": "estimators",
    "LegacyArgumentWarning": "errors",
    "LogisticRegression": "estimators",
    "LogisticRegressionCV": "estimators",
    "ModelFileError": "errors",
    "NormballError": "errors",
    "NormballWarning": "errors",
    "Path": "paths",
    "Progress": "runtime",
    "Ridge": "estimators",
    "RidgeCV": "estimators",
    "Solution": "results",
    "Strength": "strength",
    "StrengthConflict": "errors",
    "TableEncoder": "estimators",
    "audit": "verbs",
    "cross_validate": "verbs",
    "firth_intervals": "inference",
    "path": "verbs",
    "solve": "verbs",
}

if TYPE_CHECKING:  # the same names, for editors and type checkers
    from .certificates import Certificate
    from .errors import (
        ConvergenceWarning,
        EdgeWarning,
        InputError,
        Interrupted,
        LegacyArgumentWarning,
        ModelFileError,
        NormballError,
        NormballWarning,
        StrengthConflict,
    )
    from .estimators import (
        ElasticNet,
        ElasticNetCV,
        Lasso,
        LassoCV,
        LogisticRegression,
        LogisticRegressionCV,
        Ridge,
        RidgeCV,
        TableEncoder,
    )
    from .geometry import Ball
    from .inference import Intervals, firth_intervals
    from .paths import Path
    from .results import Audit, Solution
    from .runtime import Progress
    from .selection import CrossValidation
    from .strength import Strength
    from .verbs import audit, cross_validate, path, solve


_ROOMS = ("plots", "textbook")  # rooms that are used by their own name: normball.textbook


def __getattr__(name: str) -> Any:
    """Load a public name from its room, or one of the rooms themselves, once."""
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module 'normball' has no attribute {name!r}; it has: {', '.join(__all__)}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
