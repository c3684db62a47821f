"""The warnings of a fit: normball's ConvergenceWarning, which here is scikit-learn's as well."""

from __future__ import annotations

import warnings

import sklearn.exceptions

from .. import errors


class ConvergenceWarning(errors.ConvergenceWarning, sklearn.exceptions.ConvergenceWarning):
    """normball.ConvergenceWarning from an estimator: filters that are written for scikit-learn's hear it too."""


def say(said: list, stacklevel: int = 4) -> None:
    """The warnings of a fit [(message, kind)], at the line that called it."""
    for message, kind in said:
        warnings.warn(message, ConvergenceWarning if kind is errors.ConvergenceWarning else kind, stacklevel=stacklevel)
