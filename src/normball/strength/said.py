"""What may be said of a strength: one keyword, its value and what belongs to it; a sentence where it may not."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

from ..errors import InputError, StrengthConflict, TypeInputError
from ..inputs.values import read_number
from ..inputs.words import show
from .by_path import BY_PATH, NORMS, REFUSED
from .dialects import BY_NAME, Per
from .words import known_words

ALIASES = {"lambda": "lam", "c": "C", "gauss_sigma": "sigma", "radius": "t", "n_features": "k"}
"""Other spellings of the same statement."""


def read_one(said: dict[str, Any]) -> tuple[str, str, float]:
    """The one keyword that was given: as it was spelled, the name of its dialect, its value."""
    given = [(word, value) for word, value in said.items() if value is not None]
    if not given:
        raise StrengthConflict(
            "No strength of the penalty was given: give one dialect, such as Strength(C=1.0) or Strength(lam=0.01)."
        )
    if len(given) > 1:
        words = [f"{word}={show(value)}" for word, value in given]
        raise StrengthConflict(
            f"{', '.join(words[:-1])} and {words[-1]} were {'both' if len(given) == 2 else 'all'} given: each fixes "
            "the strength of the penalty. Keep one; the others are reported on the result (`.strength`)."
        )
    word, value = given[0]
    name = ALIASES.get(word, word)
    if name.casefold() in REFUSED:
        raise InputError(f"{word}={show(value)}: {REFUSED[name.casefold()]}.")
    if name not in BY_NAME and name not in BY_PATH:
        raise TypeInputError(f"{word!r} is no dialect of λ that normball knows.{known_words(word)}")
    return word, name, _number(word, name, value)


def _number(word: str, name: str, value: Any) -> float:
    value = read_number(value, word, "a number of at least 0", lambda v: v >= 0.0)
    if name in BY_PATH:
        fine = isfinite(value) and (not BY_PATH[name].whole or value.is_integer())
        if not fine:
            kind = "whole" if BY_PATH[name].whole else "finite"
            raise InputError(f"{word}={value!r} must be a {kind} number of at least 0.")
    elif BY_NAME[name].back(value, 1.0) == inf:
        raise InputError(f"{word}={value!r} means an infinite λ, which leaves no coefficient. Give another value.")
    return value


def read_per(word: str, name: str, per: Per | None, batch: float | None) -> Per | None:
    if per not in (None, "mean", "sum"):
        raise InputError(f"per={show(per)} must be 'mean' (λ stays as rows are added), 'sum' (it fades), or left out.")
    if name in BY_PATH or batch is not None:
        if per is not None:
            why = "batch already says how many rows share the penalty" if batch is not None else "it needs a path"
            raise InputError(f"per={per!r} was given beside {word}, but {why}. Leave per out.")
        return "mean" if batch is not None else None
    return per or BY_NAME[name].per


def read_batch(word: str, name: str, batch: float | None) -> float | None:
    if batch is None:
        return None
    if name != "mlp_alpha":
        raise InputError(f"batch={show(batch)} was given beside {word}: it belongs to mlp_alpha. Leave it out.")
    return read_number(batch, "batch", "a number of rows above 0", lambda v: 0.0 < v < inf)


def read_norm(word: str, name: str, norm: str | None) -> str | None:
    if name in BY_PATH and BY_PATH[name].normed:
        if norm is not None and norm not in NORMS:
            raise InputError(
                f"norm={show(norm)} beside {word} must be the norm that it bounds: 'l1', 'l2' or 'elastic'. Left out, "
                "it is that of the penalty."
            )
        return norm
    if norm is not None:
        raise InputError(f"norm={show(norm)} was given beside {word}: it belongs to t, a radius. Leave it out.")
    return None
