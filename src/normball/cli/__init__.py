"""The command `normball`: results on stdout, talk on stderr, exit codes 0 (done), 1 (could not), 2 (asked wrongly)."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

USAGE = """\
normball: regularised logistic regression whose every answer carries its proof

  normball demo        fit bundled real data; print the coefficients and the proof
  normball --version
  normball --help
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one word of the command line; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters gets question marks, no traceback
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--help"], ["-h"], ["help"]):
        print(USAGE, end="")
        return 0
    if words == ["--version"]:
        from .. import __version__

        print(f"normball {__version__}")
        return 0
    if words == ["demo"]:
        from .demo import main as demo

        return demo()
    if not words:
        complaint = "normball: no word was given"
    elif words[0] in ("demo", "--help", "-h", "help", "--version"):
        complaint = f"normball: {words[0]} takes no further words, got: {' '.join(words[1:])}"
    else:
        complaint = f"normball: {words[0]!r} is no word of this command"
    print(f"{complaint}\n\n{USAGE}", end="", file=sys.stderr)
    return 2
