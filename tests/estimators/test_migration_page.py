"""docs/migration.md: its Python runs from top to bottom, and says what scikit-learn, glmnet and statsmodels say.

statsmodels' numbers stand in tests/references/statsmodels.json, beside the script that made them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "migration.md").read_text("utf-8")
THEIRS = json.loads((ROOT / "tests" / "references" / "statsmodels.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def space():
    names: dict = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.S | re.M):
        exec(compile(block, "docs/migration.md", "exec"), names)
    return names


def test_scikit_learn(space):
    assert space["same_logistic"] <= 1e-5
    assert space["model"].status_ == space["old_code"].status_ == "certified"
    assert (space["old_code"].coef_ == 0.0).any()
    assert space["search"].best_params_["logisticregression__C"] in (0.01, 0.1, 1.0)
    assert space["chosen"].coef_.shape == (1, 30)


def test_glmnet(space):
    coef, _ = space["path"].coef_at(0.01)
    assert np.array_equal(coef, space["coef"]) and 0 < (coef != 0.0).sum() < 30
    assert space["found"].lam_1se >= space["found"].lam_min
    assert space["kept"].coef[0] != 0.0
    free = space["kept"]
    gradient = space["table"].to_numpy().T @ (free.predict_proba(space["table"])[:, 1] - space["y"]) / space["n"]
    sd = space["table"].std(ddof=0).to_numpy()
    assert abs(gradient[0] / sd[0]) <= 1e-3  # no penalty there: its own gradient is 0
    assert (np.abs(gradient[1:] / sd[1:]) <= 0.1 + 1e-3).all()


def test_statsmodels(space):
    """sm.Logit(y, sm.add_constant(few)).fit(): params and llf; sm.MNLogit(species, sm.add_constant(iris[:, 1:2]))."""
    plain, several = space["plain"], space["params"]
    assert plain.certificate.status == "certified"
    assert np.allclose([plain.intercept, *plain.coef], THEIRS["logit"], rtol=1e-6)
    assert space["llf"] == pytest.approx(THEIRS["llf"], rel=1e-9)
    assert np.allclose(several, THEIRS["mnlogit"], rtol=1e-4)
    found = space["sum_of_losses"]
    assert np.allclose([found.intercept, *found.coef], THEIRS["l1"], atol=2e-3)


def test_categoricals(space):
    dummies, factor = space["dummies"], space["factor"]
    assert factor[dummies.columns.str.startswith("ward_")].tolist() == [2.0] * 4
    assert factor["sex_f"] == np.sqrt(2.0) and factor["mean radius"] == 1.0
    assert space["weighted"].certificate.status == "certified"
    adjusted = dict(zip(dummies.columns.drop("ward_north"), space["adjusted"].coef, strict=True))
    assert all(adjusted[f"ward_{level}"] != 0.0 for level in ("east", "south", "west"))
