"""scikit-learn's own tests of its two logistic estimators, with ours in their place.

The installed file is read, the two names are replaced and nothing else; what is left out stands in LEFT_OUT.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

import pytest

THEIRS = "sklearn.linear_model.tests.test_logistic"
IMPORT = "from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier\n"
OURS = IMPORT + "from normball import LogisticRegression, LogisticRegressionCV\n"

LEFT_OUT: dict[str, str] = {}

pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("ignore::normball.LegacyArgumentWarning"),
]


@pytest.fixture
def global_random_seed():
    return 42  # theirs, unless an environment variable says otherwise


def _load() -> dict:
    """Their tests, by name, made in a module of its own."""
    file = Path(importlib.util.find_spec(THEIRS).origin)
    source = file.read_text("utf-8")
    assert source.count(IMPORT) == 1
    module = types.ModuleType("sklearn_test_logistic_of_normball")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    exec(compile(source.replace(IMPORT, OURS), str(file), "exec"), module.__dict__)
    tests = {name: test for name, test in vars(module).items() if name.startswith("test_")}
    for test in tests.values():
        test.pytestmark = [_listed(mark) for mark in getattr(test, "pytestmark", ())]
    return tests


def _listed(mark: pytest.Mark) -> pytest.Mark:
    """A parametrize over a generator as one over a list, which a pytest of warnings as errors wants."""
    if mark.name != "parametrize":
        return mark
    names, values = mark.args
    return pytest.mark.parametrize(names, list(values), **mark.kwargs).mark


globals().update({n: t for n, t in _load().items() if n not in LEFT_OUT})
