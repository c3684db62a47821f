"""What a model file keeps of a classifier's arguments beside λ, l1_ratio, standardize and grouped, and back: without
them `audit` would judge the coefficients by another problem than their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ModelFileError
from ..inputs import as_columns
from ..inputs.words import show

__all__ = ["arguments_of", "asked_of"]


def asked_of(model: Any) -> dict[str, Any]:
    """The arguments that are not at their defaults, as plain values; a bound that is infinite is null."""
    kept: dict[str, Any] = {}
    names = tuple(map(str, model.feature_names_in_)) if hasattr(model, "feature_names_in_") else None
    for name, default in (("fit_intercept", True), ("correct_probabilities", False)):
        if getattr(model, name, default) != default:
            kept[name] = not default
    if getattr(model, "penalty", None) == "firth":
        kept["penalty"] = "firth"
    weights = model.class_weight
    if weights is not None:
        kept["class_weight"] = (
            weights if isinstance(weights, str) else [[_plain(label), float(w)] for label, w in weights.items()]
        )
    for name in ("penalty_factor", "prior_mean", "lower", "upper"):
        values = as_columns(getattr(model, name, None), names, name)
        if values is not None:
            values = np.asarray(values, dtype=np.float64)
            plain = values.astype(object)
            plain[~np.isfinite(values)] = None
            kept[name] = plain.tolist()
    if model.unpenalised is not None:
        kept["unpenalised"] = [_plain(one) for one in np.atleast_1d(np.asarray(model.unpenalised, dtype=object))]
    if np.ndim(model.standardize):
        kept["standardize"] = [bool(flag) for flag in as_columns(model.standardize, names, "standardize")]
    shift = np.asarray(getattr(model, "intercept_shift_", 0.0))
    if shift.any():
        kept["intercept_shift"] = shift.tolist()
    return kept


def arguments_of(asked: dict[str, Any], p: int, K: int) -> dict[str, Any]:
    """Arguments of LogisticRegression, and "intercept_shift"; ModelFileError where a value cannot be one of them."""
    found: dict[str, Any] = {}
    for name, value in asked.items():
        if name not in KINDS or not KINDS[name](value, p, K):
            raise ModelFileError(f"asked[{show(name)}] = {show(value)} is no argument. Fit the model again.")
        found[name] = value
    if isinstance(found.get("class_weight"), list):
        found["class_weight"] = dict(found["class_weight"])
    for name, end in (("lower", -np.inf), ("upper", np.inf)):
        if name in found:
            values = np.array(found[name], dtype=object)
            found[name] = np.where(values == None, end, values).astype(np.float64)  # noqa: E711
            found[name] = found[name] if found[name].ndim else float(found[name])
    return found


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _row(value: Any, length: int, fine: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and len(value) == length and all(map(fine, value))


def _bound(value: Any, p: int, K: int) -> bool:
    one = lambda v: v is None or _number(v)
    return one(value) or _row(value, p, one)


def _weights(value: Any, p: int, K: int) -> bool:
    pair = lambda v: isinstance(v, list) and len(v) == 2 and isinstance(v[0], (str, int, float)) and _number(v[1])
    return value == "balanced" or (isinstance(value, list) and all(map(pair, value)))


KINDS: dict[str, Callable[[Any, int, int], bool]] = {
    "fit_intercept": lambda v, p, K: isinstance(v, bool),
    "correct_probabilities": lambda v, p, K: isinstance(v, bool),
    "penalty": lambda v, p, K: v == "firth",
    "class_weight": _weights,
    "penalty_factor": lambda v, p, K: _row(v, p, _number),
    "prior_mean": lambda v, p, K: _row(v, p, _number),
    "lower": _bound,
    "upper": _bound,
    "unpenalised": lambda v, p, K: isinstance(v, list) and all(isinstance(one, (str, int)) for one in v),
    "standardize": lambda v, p, K: _row(v, p, lambda one: isinstance(one, bool)),
    "intercept_shift": lambda v, p, K: _number(v) if K == 2 else _row(v, K, _number),
}
