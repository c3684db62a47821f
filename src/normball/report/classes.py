"""What the page draws and lists of three or more classes: a panel for each, the table of all, the confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import words
from .charts import Forest, forest
from .facts import Coefficient, Facts
from .judge_classes import ClassJudgement

DRAWN = 12  # classes with a picture of their own, the most frequent
ROWS = 96  # rows of all pictures together
LISTED = 1200  # numbers in the table before anybody searches
CROSSED = 20  # classes of the confusion matrix, the most frequent among the held-out rows
SHADES = 5


@dataclass(frozen=True)
class Panel:
    """One class: its place among the labels, and its largest effects (both layouts; None where all are 0)."""

    k: int
    label: str
    share: float
    intercept: float
    forests: tuple[Forest | None, Forest | None]


@dataclass(frozen=True)
class Cell:
    """Weight of rows; shade: 0 to SHADES, by the part of the class's rows that it is."""

    weight: float
    shade: int
    right: bool


Row = tuple[Coefficient, tuple[float, ...]]


def rows_in_order(facts: Facts) -> list[Row]:
    """(column, its (K,) coefficients), the largest effect of any class first."""
    assert facts.classes is not None
    pairs = zip(facts.coefficients, facts.classes.coefficients, strict=True)
    return sorted(pairs, key=lambda pair: -max(map(abs, pair[1])) * pair[0].sd)


def class_cells(row: Row) -> list[str]:
    """Name, log-odds per SD of each class, what a level is compared with."""
    c, values = row
    against = "" if c.reference is None else f"against {words.name(c.reference, 40)}"
    return [words.name(c.name), *(words.number(v * c.sd, 3) for v in values), against]


def class_view(facts: Facts, ordered: list[Row]) -> dict:
    """What the templates of classes are given."""
    found, j = facts.classes, facts.judgement
    assert found is not None
    frequent = sorted(range(len(found.labels)), key=lambda k: (-found.shares[k], k))
    drawn = sorted(frequent[:DRAWN])
    most = max(4, ROWS // len(drawn))
    return {
        "panels": [panel(facts, ordered, k, most) for k in drawn],
        "table": [class_cells(row) for row in ordered[: max(5, LISTED // len(found.labels))][:40]],
        "kept": sum(any(values) for _, values in ordered),
        "frequent": frequent,
        "matrix": matrix(j) if isinstance(j, ClassJudgement) else None,
    }


def panel(facts: Facts, ordered: list[Row], k: int, most: int) -> Panel:
    found = facts.classes
    assert found is not None
    mine = sorted((replace(c, coef=values[k]) for c, values in ordered), key=lambda c: -abs(c.effect))[:most]
    plots = forest(mine, narrow=False), forest(mine, narrow=True)
    return Panel(k, found.labels[k], found.shares[k], found.intercepts[k], plots)


def matrix(j: ClassJudgement) -> tuple[list[int], list[list[Cell]], bool]:
    """(classes, the first of them the most frequent; their rows of cells; whether a last column has all others)."""
    order = sorted(range(len(j.classes)), key=lambda k: (-j.classes[k].weight, k))[:CROSSED]
    part = len(order) < len(j.classes)
    order = order if part else sorted(order)
    rows = []
    for i in order:
        total = j.classes[i].weight
        shade = lambda v, total=total: -int(-SHADES * v // total) if total > 0.0 else 0
        row = [Cell(j.confusion[i][k], shade(j.confusion[i][k]), i == k) for k in order]
        if part:
            rest = max(total - sum(cell.weight for cell in row), 0.0)
            row.append(Cell(rest, shade(rest), False))
        rows.append(row)
    return order, rows, part
