"""y: labels of any one type become class numbers; floats in [0, 1] that are not all 0 or 1 are soft labels."""

from __future__ import annotations

import numbers

import numpy as np

from ..errors import InputError, TypeInputError
from . import frames
from .words import listed, show

__all__ = ["check_class_weights", "class_numbers", "read_labels"]

MOST = 50  # classes that are believed whatever the number of rows
ONE_CLASS = "Classifier can't train when only one class is present."  # scikit-learn's words


def read_labels(y, n: int) -> tuple[np.ndarray, np.ndarray | None]:
    """y (n,) float64: class numbers 0, 1, … K-1 and the classes (K,) in sorted order; soft labels in [0, 1] and None.

    Floats are read by their values: only 0 and 1, or any two values that do not both lie in [0, 1] (-1 and 1), are
    labels; other values in [0, 1] are soft labels; whole numbers of three or more kinds are classes; the rest is a
    continuous target.  More than MOST classes are no classes.

    Raises
    ------
    InputError               another length than n, missing labels, mixed types, one class
    """
    labels = label_array(y)
    if len(labels) != n:
        raise InputError(
            f"Found input variables with inconsistent numbers of samples: [{n}, {len(labels)}]. "
            f"X has {n} rows and y has {len(labels)} labels; give one label for each row."
        )
    if labels.dtype.kind == "f":
        return read_floats(labels.astype(np.float64))
    if labels.dtype.kind == "O":
        return read_objects(labels)
    return read_two(labels)


def label_array(y) -> np.ndarray:
    """(n,) of one kind of labels, none of them missing; a column (n, 1) is read as (n,)."""
    labels = frames.to_array(y, "y")
    if labels.dtype.kind == "T" or (labels.dtype.kind in "US" and isinstance(y, (list, tuple))):
        labels = np.asarray(y, dtype=object)  # numpy spells a 1 beside an "a" as "1": look at what was given
    elif labels.dtype.kind in "iufb" and isinstance(y, (list, tuple)) and labels.ndim == 1:
        check_one_kind({type(v) for v in y})
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise InputError(
            f"y should be a 1d array, got an array of shape {labels.shape} instead: one label for each row of X."
        )
    if labels.dtype.kind not in "biufUSOmM":
        told = "Complex data not supported" if labels.dtype.kind == "c" else "Unknown label type"
        raise InputError(f"{told}: y has dtype {labels.dtype}. Give bools, integers, strings or other plain labels.")
    missing = missing_labels(labels)
    if missing.any():
        raise InputError(
            f"Input y contains NaN: {missing.sum()} of {len(labels)} labels are missing (NaN, None, NA), in rows "
            f"{listed(np.flatnonzero(missing))}. Drop those rows of X and y."
        )
    if labels.dtype.kind == "O":
        return unpack_objects(labels)
    return labels


def missing_labels(labels: np.ndarray) -> np.ndarray:
    """Which labels are NaN, None, NA or NaT, (n,) bool."""
    if labels.dtype.kind == "f":
        return np.isnan(labels)
    if labels.dtype.kind in "mM":
        return np.isnat(labels)
    if labels.dtype.kind != "O":
        return np.zeros(len(labels), bool)
    types = set(map(type, labels))
    marks = {t for t in types if t.__name__ in ("NoneType", "NAType", "NaTType")}  # by name: pandas need not be there
    if not (marks or any(issubclass(t, (float, np.floating)) for t in types)):
        return np.zeros(len(labels), bool)

    def is_missing(v) -> bool:
        return type(v) in marks or (isinstance(v, (float, np.floating)) and bool(v != v))

    return np.fromiter(map(is_missing, labels), bool, len(labels))


def check_one_kind(types: set[type]) -> str:
    """The one kind of these types: bool, number, str or a type's own name."""

    def kind(t: type) -> str:
        if issubclass(t, (bool, np.bool_)):
            return "bool"
        return "number" if issubclass(t, numbers.Real) else "str" if issubclass(t, str) else t.__name__

    kinds = sorted({kind(t) for t in types})
    if len(kinds) > 1:
        raise TypeInputError(
            f"y holds mixed-type labels, {' and '.join(kinds)}: is 1 the same label as '1' or True? "
            "Convert them to one type first."
        )
    return kinds[0] if kinds else "number"


def unpack_objects(labels: np.ndarray) -> np.ndarray:
    """An object array of bools or numbers as what it holds; other objects as they are."""
    kind = check_one_kind(set(map(type, labels)))
    if kind in ("bool", "number"):
        plain = np.array(labels.tolist())
        return plain if plain.dtype.kind in "biuf" else labels  # integers beyond 64 bits, fractions
    return labels


def read_two(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels as class numbers; two of them without sorting n labels."""
    other = labels != labels[0]
    if not other.any():
        raise one_class(labels[0])
    second = labels[np.argmax(other)]
    if (other & (labels != second)).any():
        classes, numbers = np.unique(labels, return_inverse=True)
        check_count(classes, len(labels))
        return numbers.astype(np.float64), classes
    classes = np.unique(np.array([labels[0], second]))
    return (labels == classes[1]).astype(np.float64), classes


def read_objects(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As `read_two`, for strings and other Python objects that can be hashed and sorted."""
    try:
        found = sorted(set(labels))
    except TypeError as problem:
        kind = type(labels[0]).__name__
        raise TypeInputError(
            f"Unknown label type: y holds {kind} objects, which cannot be told apart and sorted ({problem}). "
            "Give bools, integers or strings."
        ) from problem
    if len(found) == 1:
        raise one_class(found[0])
    check_count(found, len(labels))
    classes = np.array(found) if isinstance(found[0], str) else np.empty(len(found), object)
    classes[:] = found
    if len(found) > 2:
        place = {label: k for k, label in enumerate(found)}
        return np.fromiter((place[v] for v in labels), np.float64, len(labels)), classes
    return np.fromiter((v == found[1] for v in labels), np.float64, len(labels)), classes


def read_floats(y: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Floats by their values: labels, soft labels, or an error."""
    low, high = y.min(), y.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError("Input y contains infinity: a label must be a finite number. Drop those rows of X and y.")
    if low == high and not 0.0 < low < 1.0:
        raise one_class(low)
    two = bool(((y == low) | (y == high)).all())
    if two and ((low == 0.0 and high == 1.0) or low < 0.0 or high > 1.0):
        return read_two(y)
    if low >= 0.0 and high <= 1.0:
        return np.require(y, requirements=["C", "A", "W"]), None
    if (y == np.rint(y)).all():
        return read_two(y)
    raise InputError(
        f"Unknown label type: continuous. y holds floats from {low:g} to {high:g}, which are neither two labels nor "
        "soft labels in [0, 1]. Make classes of them first, for example y > 0.5, or use a regression."
    )


def check_class_weights(y: np.ndarray, classes: np.ndarray | None, weight: np.ndarray) -> None:
    """Raise unless every class keeps a positive weight; y (n,) in [0, 1], or class numbers."""
    if classes is not None and len(classes) > 2:
        sums = np.bincount(class_numbers(y, classes), weight, len(classes))
        if not sums.all():
            raise InputError(
                f"sample_weight is zero on every row of class {show(classes[int(np.argmin(sums))])}, which takes the "
                "class away: give some of its rows a positive weight, or leave those rows out."
            )
        return
    ones = (weight > 0.0) & (y > 0.0)
    zeros = (weight > 0.0) & (y < 1.0)
    if ones.any() and zeros.any():
        return
    side = 1 if zeros.any() else 0
    if classes is None:
        raise InputError(
            f"{ONE_CLASS} sample_weight is zero on every row of class {side}, or y, as shares or counts, holds no "
            f"{('failure', 'success')[side]}: check both."
        )
    lost = f"class {show(classes[side])}"
    raise InputError(
        f"{ONE_CLASS} sample_weight is zero on every row of {lost}, which takes the class away: "
        "give some of its rows a positive weight."
    )


def one_class(label) -> InputError:
    return InputError(f"{ONE_CLASS} Every label in y is {show(label)}: check how y was made or how rows were chosen.")


def check_count(classes, n: int) -> None:
    """As many classes as rows is a target, not labels."""
    if len(classes) > MOST and 2 * len(classes) > n:
        raise InputError(
            f"Unknown label type: y holds {len(classes)} different labels in {n} rows ({listed(list(classes))}): that "
            "is a number to be predicted, or a name of each row. Make classes of them first, or use a regression."
        )


def class_numbers(y: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
    """(n,) int: which class each row belongs to; soft labels by their larger side."""
    return y.astype(np.intp) if classes is not None and len(classes) > 2 else (y >= 0.5).astype(np.intp)
