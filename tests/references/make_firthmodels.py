"""Writes firthmodels.json: profile intervals and penalised likelihood-ratio tests by firthmodels (after logistf).

Run from the repository root, in an environment with firthmodels, mpmath and scikit-learn:

    PYTHONPATH=tests python tests/references/make_firthmodels.py
"""

from __future__ import annotations

from importlib.metadata import version

from firthmodels import FirthLogisticRegression  # pyright: ignore[reportMissingImports]

from references.firth_cases import firth_cases, store

NAMES = ("endometrial", "sex2", "separated", "no intercept", "weights and offset")  # hard labels only


def fitted(case, tol):
    model = FirthLogisticRegression(
        backend="numpy", max_iter=5000, gtol=tol, xtol=tol, fit_intercept=case.fit_intercept
    )
    return model.fit(case.X, case.y.astype(int), sample_weight=case.weight, offset=case.offset)


def main() -> None:
    answers = {}
    for name in NAMES:
        case = firth_cases()[name]
        ends = fitted(case, 1e-8).conf_int(method="pl", max_iter=5000, tol=1e-10)
        coarse = fitted(case, 1e-5)  # its tests are refused where halving stops short of a finer tolerance
        coarse.lrt()
        tests = coarse.lrt_pvalues_
        if case.fit_intercept:  # theirs is the last row
            ends, tests = [*ends[-1:], *ends[:-1]], [*tests[-1:], *tests[:-1]]
        answers[name] = {
            "lower": [float(a) for a, _ in ends], "upper": [float(b) for _, b in ends],
        }  # fmt: skip
        if all(p == p for p in tests):  # refused as a whole where the coarse fit does not converge either
            answers[name]["p_value"] = [float(p) for p in tests]
    store("firthmodels", [f"firthmodels {version('firthmodels')}"], answers)


if __name__ == "__main__":
    main()
