"""docs/small-samples.md: its Python runs as it stands, and gives what the words beside it say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).resolve().parents[2] / "docs" / "small-samples.md"


def test_snippets():
    space: dict = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.S | re.M):
        exec(compile(block, str(PAGE), "exec"), space)
    assert space["solution"].certificate.status == "stationary"
    weighted, back = (space[name].predict_proba(space["table"])[:, 1].mean() for name in ("plain", "model"))
    share = np.mean(space["labels"])
    assert abs(back - share) < 0.03 < 0.1 < weighted - share
