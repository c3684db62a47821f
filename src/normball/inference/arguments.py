"""What may stand beside penalty="firth"."""

from __future__ import annotations

import numpy as np

from ..errors import InputError, StrengthConflict
from ..inputs.words import show

PENALTIES = ("elasticnet", "firth")


def read_penalty(penalty) -> str:
    """ "elasticnet" or "firth"."""
    if isinstance(penalty, str) and penalty in PENALTIES:
        return penalty
    raise InputError(
        f"penalty={show(penalty)} must be 'elasticnet' (lam and l1_ratio say which: L2, L1, both or none) or 'firth'."
    )


def check_firth(*, lam, l1_ratio, penalty_factor, standardize, prior_mean, grouped=False, **others) -> None:
    """Raise where something was asked that Firth's penalty does not have."""
    if lam is not None and lam != 0.0:
        raise StrengthConflict(
            f"lam={show(lam)} was given with penalty='firth', which has no strength: it is ½ log det of the Fisher "
            "information. Leave lam out, or choose penalty='elasticnet'."
        )
    given = {
        "l1_ratio": l1_ratio != 0.0, "penalty_factor": penalty_factor is not None,
        "standardize": bool(np.any(standardize)), "prior_mean": prior_mean is not None, "grouped": grouped is True,
        **{name: value is not None for name, value in others.items()},
    }  # fmt: skip
    for name, there in given.items():
        if there:
            raise InputError(
                f"{name} was given with penalty='firth', which does not know it: Firth's penalty is the same in all "
                f"units of the columns and treats them alike. Leave {name} out."
            )
