"""Writes glmnet_gaussian.json: every case of gaussian_data.py solved by glmnet (R), family "gaussian".

Run from the repository root, with R and its package glmnet installed (Debian: r-base-core, r-cran-glmnet):

    PYTHONPATH=tests python tests/references/make_glmnet_gaussian.py

Dialect: glmnet's λ is ours for the L1 part, and it rescales penalty.factor to sum to the number of columns, so λ is
passed times mean(factor).  Its gaussian family works on y/sd(y) (sd with 1/n, by the weights; without an intercept
about 0), so its L2 part is divided by sd(y): it minimises mean loss + λ (α‖w‖₁ + (1-α)/(2 sd(y)) ‖w‖²).  λ and α are
translated so that both parts are ours.  Nothing is written that is not at the judge's optimum.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from references.gaussian_data import distance, gaussian_cases
from references.make_glmnet import write_case
from references.reference_data import Case

HERE = Path(__file__).parent


def translated(case) -> Case:
    """The same problem with glmnet's λ and α: L1 part λα, L2 part λ(1-α)·sd(y)."""
    t, c = case.target.astype(float), case.shares.astype(float)
    sd = np.sqrt(c @ (t - (c @ t if case.fit_intercept else 0.0)) ** 2)
    one, two = case.lam * case.l1_ratio, case.lam * (1 - case.l1_ratio) * sd
    return Case(
        case.X, case.y, one + two, one / (one + two), case.sample_weight, case.offset, case.penalty_factor,
        case.standardize, case.fit_intercept,
    )  # fmt: skip


def main() -> None:
    found = gaussian_cases()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for k, case in enumerate(found.values()):
            write_case(folder, f"{k:03d}", translated(case))
        subprocess.run(["Rscript", str(HERE / "fit_glmnet_gaussian.R"), str(folder)], check=True)
        answers = {
            name: [float(v) for v in (folder / f"{k:03d}_coef.csv").read_text().split()] for k, name in enumerate(found)
        }
        version = (folder / "version.txt").read_text().split("\n")[:2]
    for name, numbers in answers.items():
        print(f"{name:24s} {distance(numbers, found[name]):.1e}")
        if not distance(numbers, found[name]) <= 2e-9:
            raise SystemExit(f"{name}: too far from the optimum")
    lines = ",\n".join(f'  "{name}": {json.dumps(numbers)}' for name, numbers in answers.items())
    text = f'{{\n "made_by": {json.dumps(version)},\n "intercept_and_coef": {{\n{lines}\n }}\n}}\n'
    (HERE / "glmnet_gaussian.json").write_text(text)


if __name__ == "__main__":
    main()
