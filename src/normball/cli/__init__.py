"""The command `normball`: results on stdout, talk on stderr.

Exit codes: 0 done; 1 could not (the data, the model file or the disk say no) or not certified; 2 asked wrongly (an
option, a column or a file that is not there, a file that would be overwritten); 130 after Ctrl-C.

app.py       the commands, loaded when they are called     fit.py predict.py audit.py doctor.py demo.py   one each
options.py   options that several commands share           talk.py      stdout, stderr, and names made harmless
rows.py labels.py split.py   the table as numbers          outcome.py   what a fit found
telling.py   an outcome as text and as JSON                keeping.py   an outcome as model file and report
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name); its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters gets question marks, no traceback
    try:
        from .app import run
    except ImportError as problem:
        if (problem.name or "").split(".")[0] != "click":
            raise
        print(f"normball: the command line needs {problem.name}: pip install 'normball[cli]'", file=sys.stderr)
        return 1
    try:
        code = run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of stdout has seen enough (`… | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor may the flush at exit complain
        return 1
    return code
