"""normball: regularised logistic regression whose every answer carries its proof.

Names load when they are first used (PEP 562): `import normball` itself imports nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "Certificate",
    "ConvergenceWarning",
    "CrossValidation",
    "EdgeWarning",
    "InputError",
    "Interrupted",
    "LogisticRegression",
    "LogisticRegressionCV",
    "ModelFileError",
    "NormballError",
    "NormballWarning",
    "Path",
    "Progress",
    "Solution",
    "Strength",
    "StrengthConflict",
    "TableEncoder",
    "audit",
    "cross_validate",
    "path",
    "solve",
]

_HOME = {  # public name -> the room it lives in
    "Audit": "results",
    "Certificate": "certificates",
    "ConvergenceWarning": "errors",
    "CrossValidation": "selection",
    "EdgeWarning": "errors",
    "InputError": "errors",
    "Interrupted": "errors",
    "LogisticRegression": "estimators",
    "LogisticRegressionCV": "estimators",
    "ModelFileError": "errors",
    "NormballError": "errors",
    "NormballWarning": "errors",
    "Path": "paths",
    "Progress": "runtime",
    "Solution": "results",
    "Strength": "strength",
    "StrengthConflict": "errors",
    "TableEncoder": "estimators",
    "audit": "verbs",
    "cross_validate": "verbs",
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
        ModelFileError,
        NormballError,
        NormballWarning,
        StrengthConflict,
    )
    from .estimators import LogisticRegression, LogisticRegressionCV, TableEncoder
    from .paths import Path
    from .results import Audit, Solution
    from .runtime import Progress
    from .selection import CrossValidation
    from .strength import Strength
    from .verbs import audit, cross_validate, path, solve


def __getattr__(name: str) -> Any:
    """Load a public name from its room, once."""
    if name not in _HOME:
        raise AttributeError(f"module 'normball' has no attribute {name!r}; it has: {', '.join(__all__)}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
