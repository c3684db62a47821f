"""Arguments of scikit-learn's estimators that choose a solver or its habits: accepted, and said what they mean here."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np

from ..errors import InputError, LegacyArgumentWarning, TypeInputError

DEPRECATED = "deprecated"  # scikit-learn's word for: not given
PENALTIES = {"l2": 0.0, "l1": 1.0, "elasticnet": None}


LEGACY = {  # argument -> what it means here
    "solver": "the strategy is chosen from the shape of the data; the answer is the same, and proved",
    "dual": "primal and dual are solved together: the gap between them is the certificate",
    "intercept_scaling": "the intercept is never penalised, so its scale does not matter",
    "max_iter": "work is limited by max_reads and time_limit instead",
    "verbose": "progress is told to callbacks instead",
    "n_jobs": "threads are taken from NORMBALL_THREADS, or all cores; the bits do not depend on them",
}
LINEAR = {  # of the regressions
    **{name: LEGACY[name] for name in ("solver", "max_iter", "n_jobs")},
    "verbose": "a fit prints nothing; certificate_.summary() says how it went",
    "copy_X": "X is never changed, and copied only where its layout asks for it",
    "precompute": "Gram matrices are made where they save time; the answer is the same",
    "selection": "the strategy is chosen from the shape of the data, and nothing is drawn at random",
    "warm_start": "every fit begins anew, and its answer does not depend on the beginning",
    "gcv_mode": "leaving out one row at a time is exact in every mode",
    "alpha_per_target": "one output is fitted at a time, with one alpha",
}


def heed(model, meanings: dict[str, str] = LEGACY, stacklevel: int = 4) -> None:
    """Warn, in one sentence each, of the arguments that have no meaning here and differ from their defaults."""
    defaults = inspect.signature(type(model)).parameters
    for name, meaning in meanings.items():
        if name not in defaults:
            continue
        value, default = getattr(model, name), defaults[name].default
        if value is not default and not (np.ndim(value) == 0 and value == default):
            said = f"{name}={value!r}" if np.ndim(value) == 0 else name
            warnings.warn(f"{said} changes nothing: {meaning}.", LegacyArgumentWarning, stacklevel=stacklevel)


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
