"""The three curves on the unit square: ROC, precision–recall, calibration."""

from __future__ import annotations

from dataclasses import dataclass

from ..judge import Judgement
from ..words import fixed
from .frame import Scale, path

X = Scale(0.0, 1.0, 58.0, 386.0)
Y = Scale(0.0, 1.0, 326.0, 14.0)


@dataclass(frozen=True)
class Dot:
    """A group of the calibration curve, with its interval, on paper."""

    x: float
    y: float
    low: float
    high: float
    says: str


@dataclass(frozen=True)
class Square:
    """One chart.  line: the curve;  area: what lies under it;  guide: what a model without knowledge gives."""

    key: str
    label: str
    x_title: str
    y_title: str
    guide: str
    line: str = ""
    area: str = ""
    guide_says: str = ""
    note: str = ""
    dots: tuple[Dot, ...] = ()
    marker: tuple[float, float] | None = None
    ticks: tuple[tuple[float, float, str], ...] = tuple((X(t), Y(t), f"{t:g}") for t in (0.0, 0.25, 0.5, 0.75, 1.0))


def _place(x: float, y: float) -> tuple[float, float]:
    return X(x), Y(y)


def roc_plot(j: Judgement, k: int) -> Square:
    """The ROC curve; the marker stands at threshold k/1000."""
    tp, fp, _, _ = j.confusion(k)
    curve = [_place(*point) for point in j.roc]
    return Square(
        key="roc",
        label=f"ROC curve of {j.rows:,} held-out rows; area {fixed(j.auc)}",
        x_title="False positive rate",
        y_title="True positive rate",
        guide=path([_place(0, 0), _place(1, 1)]),
        line=path(curve),
        area=path([*curve, _place(1, 0)]),
        note=f"AUC {fixed(j.auc)}",
        marker=_place(fp / j.negatives, tp / j.positives),
    )


def precision_recall_plot(j: Judgement, k: int) -> Square:
    """Precision by recall, as the steps that average precision sums; the marker stands at threshold k/1000."""
    tp, fp, _, _ = j.confusion(k)
    steps, reached = [], 0.0
    for recall, precision in j.precision_recall:
        steps += [_place(reached, precision), _place(recall, precision)]
        reached = recall
    return Square(
        key="pr",
        label=f"Precision–recall curve of {j.rows:,} held-out rows; average precision {fixed(j.average_precision)}",
        x_title="Recall",
        y_title="Precision",
        guide=path([_place(0, j.base_rate), _place(1, j.base_rate)]),
        line=path(steps),
        area=path([_place(0, 0), *steps, _place(1, 0)]),
        note=f"AP {fixed(j.average_precision)}",
        marker=_place(tp / j.positives, tp / (tp + fp)) if tp + fp else None,
    )


def calibration_plot(j: Judgement) -> Square:
    """Observed against predicted rates; a calibrated model lies on the diagonal."""
    dots = tuple(
        Dot(
            *_place(g.predicted, g.observed),
            Y(g.low),
            Y(g.high),
            f"{g.rows:,} rows: predicted {fixed(g.predicted)}, observed {fixed(g.observed)}",
        )
        for g in j.calibration
    )
    return Square(
        key="calibration",
        label=f"Calibration of {j.rows:,} held-out rows in {len(dots)} groups",
        x_title="Predicted probability",
        y_title="Observed rate",
        guide=path([_place(0, 0), _place(1, 1)]),
        line=path((dot.x, dot.y) for dot in dots) if len(dots) > 1 else "",
        dots=dots,
    )
