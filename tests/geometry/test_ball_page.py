"""docs/ball.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ball.md"


def test_its_snippets_run_and_say_what_the_page_says(capsys):
    space: dict = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.S | re.M)
    assert len(blocks) == 6
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), space)
    said = capsys.readouterr().out
    assert "Constraint Σ|w| <= 1.5: active, multiplier" in said and said.count("features = ") == 6
    assert space["path"].lams[-1] == 0.0  # "from t(0) on"
    X, apart, d = space["X"], space["apart"], space["direction"]
    true = np.r_[1.0, 0.5, 0.0, 0.0, 0.0, 0.0] / np.hypot(1.0, 0.5)
    assert d @ true > 0.99 and ((X @ space["far"].coef + space["far"].intercept > 0) == apart).all()
