"""The Python of docs/neural.md runs as it stands, and does what the sentences beside it say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "neural.md"


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What all its blocks, run one after the other, leave behind."""
    space: dict = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("docs"))
        for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.S | re.M):
            exec(compile(block, str(PAGE), "exec"), space)
    return space


def test_the_network_learns(names):
    assert names["net"].score(names["X_test"], names["y_test"]) > 0.9
    assert names["net"].status_ == "no duality gap"


def test_without_hidden_layers_it_is_logistic_regression(names):
    assert names["flat"].status_ == "certified"
    assert np.abs(names["flat"].coefs_[0][:, 0] - names["exact"].coef_[0]).max() <= 1e-6


def test_choices(names):
    assert names["cv"].lambda_ == names["cv"].lam_1se_
    assert len(names["dev"].dev_table_.rows) == 4


def test_columns_and_neurons_go(names):
    columns, neurons = names["lean"].used_
    assert 0 < columns.sum() < 64
    assert 0 < neurons.sum() <= 32


def test_zeros_are_exact(names):
    assert 0.1 < float((names["model"][0].weight == 0.0).float().mean()) < 1.0


def test_saved_and_read(names):
    assert np.array_equal(names["again"].predict(names["X_test"]), names["net"].predict(names["X_test"]))
