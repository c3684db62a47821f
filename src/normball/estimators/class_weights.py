"""Class weights: what scikit-learn's `class_weight` means for the weights of the observations."""

from __future__ import annotations

import numpy as np

from ..errors import InputError, TypeInputError
from ..inputs import read_weights
from ..inputs.labels import class_numbers, read_labels
from ..inputs.words import listed, show

__all__ = ["times_class_weight"]


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
    y = y if hasattr(y, "__len__") else np.asarray(y)
    target, classes = read_labels(y, len(y))
    weight = read_weights(sample_weight, len(target))
    if classes is None:
        return weight  # soft labels: refused by the fit, in its own words
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(class_numbers(target, classes), weight, len(classes))
        if not sums.all():
            return weight  # a class without weight: refused by the fit, too
        factors = weight.sum() / (len(classes) * sums)
    else:
        factors = read_factors(class_weight, classes)
    return weight * factors[class_numbers(target, classes)]


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
