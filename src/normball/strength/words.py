"""Strengths in words, and from words."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..errors import InputError
from .by_path import BY_PATH
from .dialects import BY_NAME

if TYPE_CHECKING:
    from .value import Strength


def described(strength: Strength) -> str:
    """What is minimised, and what becomes of the penalty as rows are added."""
    if strength.by_path:
        return f"{BY_PATH[strength.name].minimises}; λ by the path of the data"
    grows = "the penalty fades as rows are added" if strength.fades else "λ stays as rows are added"
    dialect = BY_NAME[strength.name]
    changed = dialect.per != strength.per and strength.batch is None
    if changed and strength.fades:
        return f"{dialect.minimises}, the penalty divided by n; {grows}"
    return f"{dialect.minimises}{', n that of all rows' if changed else ''}; {grows}"


def in_words(values: dict[str, float]) -> str:
    """Dialects that share a number in one chain: `C = 2 = liblinear_C, lam = 0.01 = alpha, …`."""
    chains: dict[str, list[str]] = {}
    for name, value in values.items():
        chains.setdefault(f"{value:.6g}", []).append(name)
    return ", ".join(" = ".join([names[0], number, *names[1:]]) for number, names in chains.items())


def parse_strength(text: str) -> Strength:
    """`0.01` (λ), `C=1`, `mlp_alpha=1e-4,batch=200`, `t=3,norm=l1`, `C=1,per=mean`, as on the command line."""
    from .value import Strength

    said: dict = {}
    for part in text.split(","):
        word, sign, value = (piece.strip() for piece in part.partition("="))
        word, value = (word, value) if sign else ("lam", word)
        if word in said:
            raise InputError(f"{text!r} says {word} twice. Keep one.")
        said[word] = value if word in ("per", "norm") else _number(value)
    return Strength(**said)


def known_words(word: str) -> str:
    """A hint behind an unknown dialect."""
    known = [*BY_NAME, *BY_PATH]
    near = get_close_matches(word, known, n=1, cutoff=0.5) or get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}."


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{text!r} is no number. Give λ such as 0.01, or C=1.") from None
