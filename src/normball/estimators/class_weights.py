"""Class weights: what scikit-learn's `class_weight` means for the weights of the observations."""

from __future__ import annotations

import numpy as np

from ..errors import InputError, TypeInputError
from ..inputs import read_weights
from ..inputs.counts import read_counts
from ..inputs.labels import class_numbers, read_labels
from ..inputs.words import listed, show

__all__ = ["prior_shift", "times_class_weight"]


def times_class_weight(class_weight, y, sample_weight) -> np.ndarray:
    """sample_weight (ones for None) times the weight of each row's class, (n,).

    Parameters
    ----------
    class_weight : {label: weight >= 0}, a class that is not named keeps 1; or "balanced": each of K classes gets
        1/K of the total weight, n_k -> Σ weights / (K · Σ weights of class k)
    y : (n,) labels

    Raises
    ------
    InputError : neither of the two, a weight that is none, names of classes that y does not hold
    """
    target, weight, factors = _factors(class_weight, y, sample_weight)
    return weight if factors is None else weight * factors[target]


def prior_shift(class_weight, y, sample_weight) -> float | np.ndarray:
    """What brings the log-odds of a fit with class weights back to the classes as they came: log(f_0 / f_1); for K >= 3
    classes -log f_k, less their mean, (K,).

    Multiplying the classes by f_0 and f_1 multiplies the odds of every x by f_1/f_0, so this is exact where the model
    can say the odds of each x (a saturated one), and the usual correction elsewhere.  Source: King and Zeng (2001),
    Political Analysis 9, "prior correction".
    """
    _, _, factors = _factors(class_weight, y, sample_weight)
    if factors is None:
        return 0.0  # refused by the fit, in its own words
    if not factors.all():
        raise InputError(
            "correct_probabilities=True with a class weight of 0: a class that was left out of the fit has no "
            "probability to come back to. Give it a weight > 0."
        )
    logs = np.log(factors)
    return float(logs[0] - logs[1]) if len(logs) == 2 else logs.mean() - logs


def _factors(class_weight, y, sample_weight) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """(class numbers, observation weights, weights of the classes); None where the fit will refuse y."""
    y = y if hasattr(y, "__len__") else np.asarray(y)
    if read_counts(y, len(y)) is not None:
        raise InputError(
            "class_weight was given beside y as counts (successes, failures). Multiply the two columns by the weights "
            "yourself, and leave class_weight out."
        )
    target, classes = read_labels(y, len(y))
    weight = read_weights(sample_weight, len(target))
    if classes is None:
        return class_numbers(target, None), weight, None  # soft labels
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(class_numbers(target, classes), weight, len(classes))
        factors = weight.sum() / (len(classes) * sums) if sums.all() else None  # a class without weight
    else:
        factors = read_factors(class_weight, classes)
    return class_numbers(target, classes), weight, factors


def read_factors(class_weight, classes: np.ndarray) -> np.ndarray:
    """The weights (K,) of the classes from a dict."""
    if not isinstance(class_weight, dict):
        raise TypeInputError(
            f"class_weight={show(class_weight)} must be a dict from labels to weights, 'balanced', or None."
        )
    labels = classes.tolist()
    strange = [key for key in class_weight if key not in labels]
    if strange and any(label not in class_weight for label in labels):  # as scikit-learn: a slip, or a class left out?
        raise InputError(
            f"class_weight names {listed(strange)}, which y does not hold (its classes are {listed(labels)}), "
            "and leaves out a class that it does. Use the labels of y as keys."
        )
    factors = np.array([class_weight.get(label, 1.0) for label in labels], dtype=object)
    for label, factor in zip(labels, factors, strict=True):
        if isinstance(factor, bool) or not (np.isreal(factor) and np.isfinite(float(factor)) and float(factor) >= 0.0):
            raise InputError(f"class_weight[{show(label)}]={show(factor)} must be a finite number >= 0.")
    return factors.astype(np.float64)
