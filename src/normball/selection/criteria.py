"""Rules that choose λ from a curve of held-out losses."""

from __future__ import annotations

import numpy as np

from ..errors import InputError

RULES = ("min", "1se")


def read_rule(rule) -> str:
    if rule not in RULES:
        raise InputError(
            f"rule={rule!r} must be 'min' (the smallest mean loss) or '1se' (the largest λ within one SE)."
        )
    return rule


def mean_and_se(losses: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over splits and its standard error, for losses (splits, …) and the splits' held-out weights (splits,).

    mean = Σ v_s loss_s, v = weights over their sum; se² = Σ v_s (loss_s - mean)²/(S - 1), as glmnet has it.
    NaN where there is one split.
    """
    v = (weights / weights.sum()).reshape(-1, *(1,) * (losses.ndim - 1))
    mean = (v * losses).sum(0)
    if len(losses) == 1:
        return mean, np.full(mean.shape, np.nan)
    return mean, np.sqrt((v * (losses - mean) ** 2).sum(0) / (len(losses) - 1))


def choose(lams: np.ndarray, mean: np.ndarray, se: np.ndarray, rule: str) -> int:
    """Index into one curve: 'min', the smallest mean (of equals the largest λ); '1se', the largest λ whose mean is at
    most the smallest one plus its standard error (Breiman et al. 1984)."""
    order = np.argsort(-lams, kind="stable")
    best = order[int(np.argmin(mean[order]))]
    if read_rule(rule) == "min" or not np.isfinite(se[best]):
        return int(best)
    within = order[mean[order] <= mean[best] + se[best]]
    return int(within[0])
