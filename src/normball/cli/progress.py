"""A bar on stderr while long work goes on: rounds, columns that are still open, the worst gap."""

from __future__ import annotations

import sys
from typing import Any

WAIT = 0.7  # seconds before anything is shown: short work needs no bar
STAGES = {"fit": "Fitting", "path": "All λ, all rows", "folds": "All λ, all folds", "relaxed": "Fitting again"}


class Bar:
    """Called with a Progress; shown only on a terminal."""

    def __init__(self, quiet: bool = False):
        self.bar: Any = None
        self.task: Any = None
        self.stage = ""
        self.silent = quiet or not sys.stderr.isatty()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, progress) -> None:
        if self.silent or progress.seconds < WAIT:
            return
        if self.bar is None:
            self._open()
        assert self.bar is not None
        if progress.stage != self.stage:
            self.stage = progress.stage
            if self.task is not None:
                self.bar.remove_task(self.task)
            self.task = self.bar.add_task(STAGES.get(progress.stage, progress.stage), total=progress.total, words="")
        words = f"round {progress.round}, {progress.live} open, worst gap {progress.worst_gap:.1e}"
        self.bar.update(self.task, completed=progress.total - progress.live, words=words)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
        )
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.bar.start()
