"""Vectors along the rows or the columns of X, and scalars: each with a sentence for what it may be."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from ..errors import InputError, TypeInputError
from . import frames
from .matrix import to_float
from .words import show

__all__ = [
    "read_C",
    "read_bounds",
    "read_flag",
    "read_init",
    "read_l1_ratio",
    "read_lam",
    "read_limit",
    "read_offset",
    "read_penalty_factor",
    "read_tol",
    "read_weights",
]


def read_vector(values, size: int, name: str, along: str) -> np.ndarray:
    """`values` as a finite float64 vector (size,), contiguous and writeable; the same memory where it already is."""
    array = frames.to_array(values, name)
    if array.shape != (size,):
        raise InputError(f"{name} has shape {array.shape}, but must be ({size},): one number for each {along} of X.")
    vector = np.require(to_float(array, name), np.float64, ["C", "A", "W"])
    bad = np.flatnonzero(~np.isfinite(vector))
    if len(bad):
        raise InputError(
            f"{name} holds {len(bad)} NaN or infinite value{'s' if len(bad) > 1 else ''}, the first at {along} "
            f"{bad[0]}: every entry must be a finite number."
        )
    return vector


def check_not_negative(vector: np.ndarray, name: str, along: str) -> None:
    if vector.size and vector.min() < 0.0:
        k = int(np.argmin(vector))
        raise InputError(f"{name} is {vector[k]:g} at {along} {k}: every entry must be >= 0.")


def read_weights(sample_weight, n: int) -> np.ndarray:
    """Observation weights (n,), as given: >= 0, with a positive and finite sum; ones for None."""
    if sample_weight is None:
        return np.ones(n)
    weight = read_vector(sample_weight, n, "sample_weight", "row")
    check_not_negative(weight, "sample_weight", "row")
    with np.errstate(over="ignore"):
        total = weight.sum()
    if total == 0.0:
        raise InputError("Every entry of sample_weight is zero, so no row is left: give some row a positive weight.")
    if not np.isfinite(total):
        raise InputError(f"The sum of sample_weight overflows (largest entry {weight.max():g}): scale them down.")
    return weight


def read_offset(offset, n: int, classes: int = 2) -> np.ndarray:
    """What is added to eta, (n,), zeros for None; for three or more classes (n, classes)."""
    if classes == 2 or offset is None:
        return np.zeros(n) if offset is None else read_vector(offset, n, "offset", "row")
    array = frames.to_array(offset, "offset")
    if array.shape != (n, classes):
        raise InputError(
            f"offset has shape {array.shape}, but must be ({n}, {classes}): one number for each row and class. (The "
            "same number for all classes of a row would change nothing.)"
        )
    return read_vector(np.ravel(array), n * classes, "offset", "row and class").reshape(n, classes)


def read_penalty_factor(penalty_factor, p: int) -> np.ndarray:
    """What multiplies the penalty of each column, (p,) >= 0; 0 leaves a column free; ones for None."""
    if penalty_factor is None:
        return np.ones(p)
    factor = read_vector(penalty_factor, p, "penalty_factor", "column")
    check_not_negative(factor, "penalty_factor", "column")
    return factor


def read_bounds(lower, upper, p: int) -> tuple[np.ndarray, np.ndarray] | None:
    """lower <= w <= upper, each (p,) and perhaps infinite, from numbers or vectors; None where neither was given."""
    if lower is None and upper is None:
        return None
    out = []
    for name, given, default in (("lower", lower, -np.inf), ("upper", upper, np.inf)):
        array = frames.to_array(default if given is None else given, name)
        if array.shape not in ((), (p,)):
            raise InputError(
                f"{name} has shape {array.shape}, but must be a number or ({p},): one for each column of X."
            )
        vector = np.broadcast_to(to_float(array, name), (p,)).astype(np.float64)
        if np.isnan(vector).any() or (vector == -default).any():
            k = int(np.flatnonzero(np.isnan(vector) | (vector == -default))[0])
            raise InputError(f"{name} is {vector[k]:g} at column {k}, which leaves no coefficient: give a number.")
        out.append(vector)
    wrong = np.flatnonzero(out[0] > out[1])
    if len(wrong):
        k = int(wrong[0])
        raise InputError(f"lower={out[0][k]:g} exceeds upper={out[1][k]:g} at column {k}: no coefficient lies between.")
    return out[0], out[1]


def read_init(init, p: int, classes: int = 2) -> tuple[np.ndarray, Any] | None:
    """Where to start: coefficients and an intercept; None for None."""
    if init is None:
        return None
    if not isinstance(init, (tuple, list)) or len(init) != 2:
        raise TypeInputError(f"init={show(init)} must be a pair (coef, intercept), or None.")
    return read_coefs(init[0], init[1], p, classes, "init[0]", "init[1], the intercept,")


def read_coefs(coef, intercept, p: int, classes: int, called: str, b: str = "intercept") -> tuple[np.ndarray, Any]:
    """Coefficients (p,) and an intercept in the units of X; for three or more classes (p, classes) and (classes,)."""
    if classes == 2:
        vector = read_vector(coef, p, f"{called}, the coefficients,", "column")
        return vector, read_number(intercept, b, "a finite number", np.isfinite)
    table = frames.to_array(coef, called)
    if table.shape != (p, classes):
        raise InputError(
            f"{called}, the coefficients, has shape {table.shape}, but must be ({p}, {classes}): columns × classes."
        )
    vector = read_vector(np.ravel(table), p * classes, f"{called}, the coefficients,", "column and class")
    none = np.ndim(intercept) == 0 and intercept == 0
    return vector.reshape(p, classes), read_vector(np.zeros(classes) if none else intercept, classes, b, "class")


def read_number(value, name: str, rule: str, allowed) -> float:
    """One real number for which allowed(value) holds; `rule` says so in words."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeInputError(f"{name}={show(value)} ({type(value).__name__}) must be {rule}.")
    try:
        number = float(value)
    except OverflowError:
        number = np.nan  # an integer beyond float64: no rule allows it
    if not allowed(number):
        raise InputError(f"{name}={show(value)} must be {rule}.")
    return number


def read_lam(lam) -> float:
    """λ, which multiplies the penalty of the mean loss: finite, >= 0."""
    return read_number(lam, "lam", "a finite number >= 0", lambda v: 0.0 <= v < np.inf)


def read_C(C) -> float:
    """scikit-learn's C = 1/(λ Σ weights): > 0; infinity means no penalty."""
    return read_number(C, "C", "a number > 0 (infinity: no penalty)", lambda v: v > 0.0)


def read_l1_ratio(l1_ratio) -> float:
    """The share of the L1 norm in the penalty: 0 (L2) to 1 (L1)."""
    return read_number(l1_ratio, "l1_ratio", "a number from 0 (L2) to 1 (L1)", lambda v: 0.0 <= v <= 1.0)


def read_tol(tol) -> float:
    """The gap to reach, relative to the null loss: finite, > 0."""
    return read_number(tol, "tol", "a finite number > 0", lambda v: 0.0 < v < np.inf)


def read_limit(value, name: str) -> float | None:
    """A limit such as max_reads or time_limit (seconds): > 0; None for none."""
    return None if value is None else read_number(value, name, "a number > 0, or None for no limit", lambda v: v > 0.0)


def read_flags(value, size: int, name: str) -> bool | np.ndarray:
    """A truth value, or one for each column: (size,) bool."""
    if isinstance(value, np.ndarray | list | tuple) and np.ndim(value) == 1:
        flags = np.asarray(value)
        if flags.dtype == bool and len(flags) == size:
            return flags
        raise InputError(
            f"{name} has {len(flags)} entries of type {flags.dtype}: give True, False, or one bool for each of the "
            f"{size} columns of X."
        )
    return read_flag(value, name)


def read_flag(value, name: str) -> bool:
    """True or False, and nothing that merely looks like it."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeInputError(f"{name}={show(value)} must be True or False.")
    return bool(value)
