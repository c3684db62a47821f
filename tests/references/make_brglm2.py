"""Writes brglm2.json: every case of firth_cases.py fitted by brglm2 (R), coefficients and standard errors.

Run from the repository root, with R and its package brglm2 installed (Debian: r-base-core, r-cran-brglm2):

    PYTHONPATH=tests python tests/references/make_brglm2.py
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from references.firth_cases import firth_cases, store
from references.make_glmnet import write_table


def main() -> None:
    found = firth_cases()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for k, case in enumerate(found.values()):
            n, p = case.X.shape
            weight = np.ones(n) if case.weight is None else case.weight
            offset = np.zeros(n) if case.offset is None else case.offset
            write_table(folder / f"{k:03d}_X.csv", **{f"x{j}": case.X[:, j] for j in range(p)})
            write_table(folder / f"{k:03d}_rows.csv", y=case.y, weight=weight, offset=offset)
            write_table(folder / f"{k:03d}_job.csv", intercept=np.array([float(case.fit_intercept)]))
        subprocess.run(["Rscript", str(Path(__file__).parent / "fit_brglm2.R"), str(folder)], check=True)
        answers = {
            name: {
                what: [float(v) for v in (folder / f"{k:03d}_{what}.csv").read_text().split()]
                for what in ("coef", "error")
            }
            for k, name in enumerate(found)
        }
        version = (folder / "version.txt").read_text().split("\n")[:2]
    store("brglm2", version, answers)


if __name__ == "__main__":
    main()
