"""Arguments of scikit-learn's estimators that choose a solver or its habits: accepted, and said what they mean here."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

from ..errors import InputError, LegacyArgumentWarning, TypeInputError

DEPRECATED = "deprecated"  # scikit-learn's word for: not given
PENALTIES = {"l2": 0.0, "l1": 1.0, "elasticnet": None}


class Legacy(NamedTuple):
    """One argument: what counts as not given, and what it means here."""

    default: Any
    meaning: str


LEGACY = {
    "solver": Legacy(None, "the strategy is chosen from the shape of the data; the answer is the same, and proved"),
    "dual": Legacy(False, "primal and dual are solved together: the gap between them is the certificate"),
    "intercept_scaling": Legacy(1, "the intercept is never penalised, so its scale does not matter"),
    "max_iter": Legacy(None, "work is limited by max_reads and time_limit instead"),
    "verbose": Legacy(0, "progress is told to callbacks instead"),
    "n_jobs": Legacy(None, "threads are taken from NORMBALL_THREADS, or all cores; the bits do not depend on them"),
}


def heed(model) -> None:
    """Warn, in one sentence each, of the arguments that have no meaning here."""
    for name, (default, meaning) in LEGACY.items():
        value = getattr(model, name, default)
        if value is not default and value != default:
            warnings.warn(f"{name}={value!r} changes nothing: {meaning}.", LegacyArgumentWarning, stacklevel=4)


def refuse(params: dict, model, method: str) -> None:
    """Raise where metadata was passed that nobody asks for; in scikit-learn's words (and types)."""
    if not params:
        return
    from sklearn import get_config

    said = ", ".join(params)
    if not get_config()["enable_metadata_routing"]:
        raise InputError(
            f"[{said}] was passed to {type(model).__name__}.{method}, which is only supported if "
            "enable_metadata_routing=True (sklearn.set_config), and for arguments that something asks for."
        )
    raise TypeInputError(
        f"{type(model).__name__}.{method} got unexpected argument(s) {set(params)}, which are not routed to any object."
    )


def read_penalty(penalty, l1_ratio, C=1.0) -> tuple[Any, bool]:
    """(l1_ratio, whether there is a penalty) of scikit-learn's old `penalty`, which l1_ratio and C have replaced."""
    if isinstance(penalty, str) and penalty == DEPRECATED:
        return l1_ratio, True
    if isinstance(penalty, str) and penalty == "firth":
        return l1_ratio, True
    if penalty is None or (isinstance(penalty, str) and penalty == "none"):
        _say(penalty, "C=inf")
        if C not in (None, 1.0, float("inf")):
            words = f"Setting penalty=None will ignore the C={C!r} that was given with it."
            warnings.warn(words, LegacyArgumentWarning, stacklevel=4)
        return l1_ratio, False
    if not isinstance(penalty, str) or penalty not in PENALTIES:
        raise InputError(
            f"penalty={penalty!r} is none that normball knows: 'l2', 'l1', 'elasticnet', 'firth', or None for none; "
            "l1_ratio and C say the same."
        )
    ratio = PENALTIES[penalty]
    _say(penalty, "l1_ratio" if ratio is None else f"l1_ratio={ratio:g}")
    return l1_ratio if ratio is None or ratio == l1_ratio else ratio, True


def _say(penalty, new: str) -> None:
    words = f"penalty={penalty!r} is read as {new}, which is how it is said since scikit-learn 1.8."
    warnings.warn(words, LegacyArgumentWarning, stacklevel=5)
