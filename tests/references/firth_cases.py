"""Problems for Firth's penalty that other programs solved: published tables, and tables from formulas."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from references.reference_data import weyl, weyl_labels, weyl_table

HERE = Path(__file__).parent


@dataclass(frozen=True)
class FirthCase:
    """y is the share of successes among `weight` trials; None stands for ones and zeros."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None = None
    offset: np.ndarray | None = None
    fit_intercept: bool = True

    @property
    def arguments(self):
        """Keyword arguments of `normball.solve` and `firth_intervals`."""
        return dict(sample_weight=self.weight, offset=self.offset, fit_intercept=self.fit_intercept)


def table(name: str) -> np.ndarray:
    """A published table."""
    return np.array(json.loads((HERE / "firth_data.json").read_text())[name]["rows"], dtype=float)


def counts() -> tuple[np.ndarray, np.ndarray]:
    """X and (successes, failures) of the lizards."""
    lizards = table("lizards")
    return lizards[:, 2:], lizards[:, :2]


def firth_cases() -> dict[str, FirthCase]:
    """Every case by name."""
    endometrial, sex2 = table("endometrial"), table("sex2")
    X, both = counts()
    W = weyl_table(60, 5)
    y = weyl_labels(W, [2.0, -1.5, 1.0])
    weight, offset = np.round(0.5 + 2 * weyl(60, 101), 2), np.round(2 * weyl(60, 103) - 1, 2)
    units = W * [1, 100, 0.01, 5, 1] + [0, 30, 1, -7, 0]
    return {
        "endometrial": FirthCase(endometrial[:, :3], endometrial[:, 3]),
        "sex2": FirthCase(
            np.repeat(sex2[:, 1:7], sex2[:, 7].astype(int), 0), sex2[:, 0].repeat(sex2[:, 7].astype(int))
        ),
        "lizards": FirthCase(X, both[:, 0] / both.sum(1), both.sum(1)),
        "weights and offset": FirthCase(units, y, weight, offset),
        "no intercept": FirthCase(W, y, fit_intercept=False),
        "separated": FirthCase(W[:, :2], (W[:, 0] > 0.1).astype(float)),
        "soft labels": FirthCase(W, np.round(weyl(60, 107), 2), weight),
    }


def stored(program: str) -> dict:
    """{"made_by": …, "answers": {case: {what: numbers}}}."""
    return json.loads((HERE / f"{program}.json").read_text())


def store(program: str, made_by: list[str], answers: dict[str, dict]) -> None:
    lines = ",\n".join(
        f'  "{name}": {{\n'
        + ",\n".join(f'   "{what}": {json.dumps(numbers)}' for what, numbers in answer.items())
        + "\n  }"
        for name, answer in answers.items()
    )
    text = f'{{\n "made_by": {json.dumps(made_by)},\n "answers": {{\n{lines}\n }}\n}}\n'
    (HERE / f"{program}.json").write_text(text)
