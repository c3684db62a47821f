"""Writes glmnet.json: every case of reference_data.py solved by glmnet (R).

Run from the repository root, with R and its package glmnet installed (Debian: r-base-core, r-cran-glmnet):

    PYTHONPATH=tests python tests/references/make_glmnet.py

Dialect: glmnet's λ is ours, but it rescales penalty.factor to sum to the number of columns, so λ is passed times
mean(factor).  `store` checks glmnet's own accuracy with the long-double judge before anything is written.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from references.reference_data import Case, cases, store

HERE = Path(__file__).parent


def write_table(path: Path, **columns: np.ndarray) -> None:
    """A CSV table with names and 17 digits."""
    table = np.column_stack(list(columns.values()))
    np.savetxt(path, table, fmt="%.17g", delimiter=",", header=",".join(columns), comments="")


def write_case(folder: Path, key: str, case: Case) -> None:
    n, p = case.X.shape
    factor = np.ones(p) if case.factor is None else case.factor
    weight = np.ones(n) if case.weight is None else case.weight
    offset = np.zeros(n) if case.offset is None else case.offset
    write_table(folder / f"{key}_X.csv", **{f"x{j}": case.X[:, j] for j in range(p)})
    write_table(folder / f"{key}_rows.csv", y=case.y, weight=weight, offset=offset)
    write_table(folder / f"{key}_factor.csv", factor=factor)
    job = [case.l1_ratio, case.lam * factor.mean(), case.standardize, case.fit_intercept]
    names = ("alpha", "lambda", "standardize", "intercept")
    write_table(folder / f"{key}_job.csv", **{k: np.array([float(v)]) for k, v in zip(names, job, strict=True)})


def main() -> None:
    found = cases()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for k, case in enumerate(found.values()):
            write_case(folder, f"{k:03d}", case)
        subprocess.run(["Rscript", str(HERE / "fit_glmnet.R"), str(folder)], check=True)
        answers = {
            name: [float(v) for v in (folder / f"{k:03d}_coef.csv").read_text().split()] for k, name in enumerate(found)
        }
        version = (folder / "version.txt").read_text().split("\n")[:2]
    store(HERE / "glmnet.json", version, answers, found)


if __name__ == "__main__":
    main()
