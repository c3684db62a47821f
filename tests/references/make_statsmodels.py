"""Write statsmodels.json: statsmodels 0.15 on the data of docs/migration.md, which scikit-learn brings along.

python tests/references/make_statsmodels.py    (statsmodels is no dependency of the tests)
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import statsmodels
import statsmodels.api as sm
from sklearn.datasets import load_breast_cancer, load_iris

HARD = dict(disp=0, tol=1e-14, maxiter=100)


def main() -> None:
    table, y = load_breast_cancer(return_X_y=True, as_frame=True)
    few = table[["mean radius", "mean texture", "mean smoothness"]]
    logit = sm.Logit(y, sm.add_constant(few)).fit(**HARD)
    iris, species = load_iris(return_X_y=True)
    several = sm.MNLogit(species, sm.add_constant(iris[:, 1:2])).fit(**HARD)
    scaled = ((table - table.mean()) / table.std(ddof=0)).to_numpy()
    l1 = sm.Logit(y, sm.add_constant(scaled)).fit_regularized(
        alpha=np.r_[0.0, np.full(30, 5.0)], disp=0, acc=1e-13, maxiter=5000, trim_mode="off"
    )
    found = {
        "statsmodels": statsmodels.__version__,
        "logit": np.asarray(logit.params).tolist(),
        "llf": float(logit.llf),
        "mnlogit": np.asarray(several.params).tolist(),
        "l1": np.asarray(l1.params).tolist(),
    }
    Path(__file__).with_name("statsmodels.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
