"""The fields of a record, each checked on its own: the same when it is made by hand and when it is read from a file."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import Any

import numpy as np

from ..errors import InputError
from ..inputs.words import listed, show
from .bounded import plain, text


def check_keys(members: Any, wanted: list[str]) -> None:
    if not isinstance(members, dict):
        raise InputError("it is not an object of members")
    missing = [name for name in wanted if name not in members]
    extra = [name for name in members if name not in wanted]
    if missing or extra:
        words = [f"{what} {listed(names)}" for what, names in (("lacks", missing), ("has the unknown", extra)) if names]
        raise InputError(f"it {' and '.join(words)}")


def checked(given: dict[str, Any]) -> dict[str, Any]:
    """Every field of a record as a plain value of its type; InputError naming the one that is wrong."""
    names = given["names"]
    if not isinstance(names, (list, tuple)):
        raise InputError(f"names should be a tuple of column names, got {show(names)}")
    names = tuple(text(name, "a column name") for name in names)
    if len(set(names)) < len(names):
        raise InputError(f"names holds {show(Counter(names).most_common(1)[0][0])} twice")
    made: dict[str, Any] = {"names": names}
    made["classes"], made["positive"] = _labels(given["classes"], given["positive"])
    K = len(made["classes"])
    made["coef"] = _coef(given["coef"], (len(names), K) if K > 2 else (len(names),))
    made["intercept"] = _intercept(given["intercept"], K)
    made["grouped"] = plain(given["grouped"], "grouped")
    if not isinstance(made["grouped"], bool) or (made["grouped"] and K == 2):
        raise InputError(f"grouped should be True or False, and False of two classes, got {show(given['grouped'])}")
    made["relax"] = None if given["relax"] is None else _number(given["relax"], "relax", 0.0, inf)
    if K > 2 and given["offset"] is not None:
        raise InputError(f"offset should be None with {K} classes, got {show(given['offset'])}")
    made["lam"] = _number(given["lam"], "lam", 0.0, inf)
    made["l1_ratio"] = _number(given["l1_ratio"], "l1_ratio", 0.0, 1.0)
    made["total"] = _number(given["total"], "total", 0.0, inf)
    if made["total"] == 0.0:
        raise InputError("total should be positive, got 0.0")
    made["standardize"] = plain(given["standardize"], "standardize")
    if not isinstance(made["standardize"], bool):
        raise InputError(f"standardize should be True or False, got {show(given['standardize'])}")
    for name in ("target", "offset", "command", "data_hash"):
        made[name] = None if given[name] is None else text(given[name], name)
    seed = made["seed"] = plain(given["seed"], "seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise InputError(f"seed should be an integer or None, got {show(seed)}")
    for name in ("encoder", "certificate", "versions", "strength", "asked"):
        made[name] = plain(given[name], name)
        if not isinstance(made[name], dict) and not (name == "encoder" and made[name] is None):
            raise InputError(f"{name} should be a dict, got {show(made[name])}")
    for program, version in made["versions"].items():
        text(version, f"the version of {show(program)}")
    for dialect, value in made["strength"].items():
        if value is not None:
            _number(value, f"the strength {show(dialect)}", 0.0, inf)
    return made


def rows_of(by_name: Any, K: int) -> np.ndarray:
    """(p, K) from a file's object of names, each with K numbers."""
    lists = list(by_name.values()) if isinstance(by_name, dict) else [None]
    if not all(isinstance(one, list) and len(one) == K and set(map(type, one)) == {float} for one in lists):
        raise InputError(f"coef should be an object of names, each with {K} numbers that have a decimal point")
    return np.array(lists, np.float64).reshape(-1, K)


def _intercept(intercept: Any, K: int) -> float | np.ndarray:
    if K == 2:
        return _number(intercept, "intercept", -inf, inf)
    found = plain(intercept, "intercept")
    if not isinstance(found, list) or len(found) != K:
        raise InputError(f"intercept should hold {K} numbers, one for each class, got {show(intercept)}")
    made = np.array([_number(value, "intercept", -inf, inf) for value in found])
    made.flags.writeable = False
    return made


def _coef(coef: Any, shape: tuple[int, ...]) -> np.ndarray:
    try:
        made = np.array(coef, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise InputError(f"coef should hold numbers {shape}, got {show(coef)}") from problem
    if made.shape != shape:
        raise InputError(f"coef has shape {made.shape}; there are {shape[0]} names: it should be {shape}")
    lost = ~np.isfinite(made).all(axis=tuple(range(1, made.ndim)))
    if lost.any():
        raise InputError(f"coef is not finite in columns {listed(np.flatnonzero(lost))}")
    made.flags.writeable = False
    return made


def _number(value: Any, name: str, low: float, high: float) -> float:
    value = plain(value, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name} should be a number, got {show(value)}")
    if not low <= value <= high:
        raise InputError(f"{name} should lie in [{low:g}, {high:g}], got {show(value)}")
    return float(value)


def _labels(classes: Any, positive: Any) -> tuple[tuple[Any, ...], Any]:
    found = plain(classes, "classes")
    if not isinstance(found, list) or len(found) < 2:
        raise InputError(f"classes should hold two labels or more, got {show(classes)}")
    kinds = {"number" if type(label) in (int, float) else type(label).__name__ for label in found}
    if len(kinds) > 1 or not kinds <= {"str", "bool", "number"} or len(set(found)) < len(found):
        raise InputError(f"classes should be different labels, all text, bools or numbers: {show(classes)}")
    label = plain(positive, "positive")
    if len(found) > 2:
        if label is not None:
            raise InputError(f"positive should be None with {len(found)} classes, got {show(positive)}")
        return tuple(found), None
    if not any(same(label, one) for one in found):
        raise InputError(f"positive should be one of {show(found[0])} and {show(found[1])}, got {show(positive)}")
    return (found[0], found[1]), label


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same type: 1 is not True."""
    return type(one) is type(other) and one == other
