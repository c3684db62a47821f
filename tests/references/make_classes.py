"""Writes classes.json: every case of class_data.py solved by glmnet's multinomial family or nnet::multinom (R).

Run from the repository root, with R, glmnet and nnet installed (Debian: r-base-core, r-cran-glmnet, r-cran-nnet):

    PYTHONPATH=tests python tests/references/make_classes.py

Dialects: glmnet's λ is ours, but it rescales penalty.factor to sum to the number of columns, so λ is passed times
mean(factor).  nnet fixes the first class at 0; both are compared by what they predict and, where the solution is
unique, by their coefficients.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from references.class_data import ClassCase, class_cases
from references.make_glmnet import write_table

HERE = Path(__file__).parent


def write_case(folder: Path, key: str, case: ClassCase) -> None:
    n, p = case.X.shape
    factor = np.ones(p) if case.factor is None else case.factor
    offset = np.zeros((n, case.K)) if case.offset is None else case.offset
    lower = np.full(p, -np.inf) if case.lower is None else case.lower
    upper = np.full(p, np.inf) if case.upper is None else case.upper
    write_table(folder / f"{key}_X.csv", **{f"x{j}": case.X[:, j] for j in range(p)})
    write_table(folder / f"{key}_rows.csv", y=case.y + 1, weight=np.ones(n) if case.weight is None else case.weight)
    write_table(folder / f"{key}_offset.csv", **{f"o{k}": column for k, column in enumerate(np.atleast_2d(offset.T))})
    write_table(folder / f"{key}_columns.csv", factor=factor, lower=lower, upper=upper)
    job = [case.program, case.l1_ratio, float(case.lam * factor.mean()), int(case.grouped)]
    (folder / f"{key}_job.csv").write_text("program,alpha,lambda,grouped\n" + ",".join(map(str, job)) + "\n")


def main() -> None:
    found = class_cases()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for k, case in enumerate(found.values()):
            write_case(folder, f"{k:03d}", case)
        subprocess.run(["Rscript", str(HERE / "fit_classes.R"), str(folder)], check=True)
        answers = {
            name: np.loadtxt(folder / f"{k:03d}_coef.csv", delimiter=",", ndmin=2).tolist()
            for k, name in enumerate(found)
        }
        version = (folder / "version.txt").read_text().split("\n")[:3]
    (HERE / "classes.json").write_text(json.dumps(dict(made_by=version, answers=answers), indent=1) + "\n")


if __name__ == "__main__":
    main()
