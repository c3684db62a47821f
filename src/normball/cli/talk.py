"""What is said: results on stdout, talk on stderr, with names from files made harmless to a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import click

STEERS = set("\u061c\u200e\u200f\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn text around
WIDE = 110  # characters of a line where stdout is no terminal
LONGEST = 60  # characters of a name in a table


def harmless(text: str) -> str:
    """The same text with whatever steers a terminal written out: an escape as \\x1b; line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c == "\n" or (c.isprintable() and c not in STEERS) else ascii(c)[1:-1] for c in text)


def name(text: str) -> str:
    """A column, level or file inside a line: also without line ends, and not endless."""
    text = harmless(text).replace("\n", "\\n") or "(no name)"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 21]}…{text[-20:]}"


def head(text: str, room: int) -> str:
    """Its beginning and its end, where it has no more room: a label at the head of a column."""
    return text if len(text) <= room else f"{text[: room - 4]}…{text[-3:]}"


def quoted(text: object) -> str:
    """A name in the middle of a sentence."""
    return f"'{name(str(text))}'"


class Talk:
    """stderr, or silence."""

    def __init__(self, quiet: bool = False):
        self.quiet = quiet

    def say(self, sentence: str) -> None:
        if not self.quiet:
            print(harmless(sentence), file=sys.stderr, flush=True)


def show(text: str = "") -> None:
    """Lines of a result."""
    print(harmless(text))


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows of words as an aligned table; every column but the first is flush right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=WIDE, color_system=None)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for j, word in enumerate(head):
        table.add_column(word, justify="right" if j else "left", overflow="fold", no_wrap=j > 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def nearest(asked: str, known: Sequence[str]) -> str:
    """` Did you mean …?` where a known name is near, else the names there are; both may be long and strange."""
    folded = {other[:200].casefold(): other for other in reversed(known)}
    near = get_close_matches(asked[:200].casefold(), list(folded), n=1, cutoff=0.5)
    if near:
        return f" Did you mean {quoted(folded[near[0]])}?"
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return f" There are: {', '.join(quoted(other) for other in known[:12])}{more}."


def asked_wrongly(sentence: str) -> click.UsageError:
    """An error of the command line itself: exit code 2."""
    return click.UsageError(sentence, click.get_current_context(silent=True))


def finite(value: Any) -> Any:
    """The same value for JSON: NaN and infinities become null, tuples and numpy values plain ones."""
    if isinstance(value, dict):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(one) for one in value]
    if hasattr(value, "tolist"):
        return finite(value.tolist())
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def show_json(value: dict) -> None:
    """One JSON object in ASCII: safe in any terminal, exact in any program."""
    import json

    print(json.dumps(finite(value), indent=1, allow_nan=False))
