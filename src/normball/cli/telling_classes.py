"""What telling.py says of a fit of three or more classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..report import ClassJudgement
from ..report.words import agree
from . import talk
from .outcome import Outcome

MOST, WIDEST = 15, 6  # columns, and classes beside each other
HEAD = 12  # characters of a label at the head of a column

__all__ = ["base_line", "class_coefficients", "held_out_facts", "held_out_line", "show_classes", "show_effects"]


def base_line(found: Outcome) -> str:
    """The classes and their shares, the most frequent first."""
    order = np.argsort(-found.shares, kind="stable")
    labels = [f"{talk.name(str(found.rows.classes[k]))} {100 * found.shares[k]:.3g} %" for k in order]
    more = f" and {len(labels) - WIDEST} more" if len(labels) > WIDEST else ""
    return (
        f"{len(labels)} classes of {talk.name(found.plan.target)}"
        + (", by weight" if found.rows.weight is not None else "")
        + f": {', '.join(labels[:WIDEST])}{more}; {len(found.rows.y):,} rows, {len(found.encoder.schema.used)} "
        f"columns, encoded as {len(found.encoder.names)}"
    )


def held_out_line(j: ClassJudgement, where: str) -> str:
    better = "" if j.gain > 2.0 * j.gain_se else ": not beyond its error"
    return (
        f"{where}: {j.rows:,} rows, log-loss {j.log_loss:.4f} ± {j.log_loss_se:.4f} nats against "
        f"{j.null_log_loss:.4f} of the null model (gain {j.gain:.4f} ± {j.gain_se:.4f}{better}), error "
        f"{100 * j.error:.3g} % ± {100 * j.error_se:.2g} % against {100 * j.null_error:.3g} % of always saying the "
        "most frequent class" + ("" if j.auc is None else f", macro AUC {j.auc:.4f}")
    )


def show_classes(found: Outcome) -> None:
    """Rates class by class, and what was taken for what."""
    j = found.judgement
    if not isinstance(j, ClassJudgement):
        return
    labels = [talk.name(str(label)) for label in found.rows.classes]
    share = lambda value: "–" if value is None else f"{100 * value:.1f} %"
    rows = [
        [
            label,
            f"{one.weight:,.6g}",
            share(one.precision),
            share(one.recall),
            "–" if one.auc is None else f"{one.auc:.4f}",
        ]
        for label, one in zip(labels, j.classes, strict=True)
    ]
    talk.show()
    talk.show_table([f"{found.plan.target}, held out", "rows", "precision", "recall", "AUC"], rows)
    if len(labels) <= WIDEST:
        heads = [talk.head(talk.name(str(label)), HEAD) for label in found.rows.classes]
        rows = [[label, *(f"{v:,.6g}" for v in row)] for label, row in zip(heads, j.confusion, strict=True)]
        talk.show()
        talk.show_table(["is \\ called", *heads], rows)
    elif j.confused:
        pairs = [f"{labels[i]} called {labels[k]} ({v:,.6g})" for i, k, v in j.confused[:WIDEST]]
        talk.show(f"Most frequent errors: {', '.join(pairs)}")


def show_effects(found: Outcome) -> None:
    """The largest, per standard deviation: a column for each class."""
    effect = found.solution.coef * found.sd[:, None]
    size = np.abs(effect).max(1, initial=0.0)
    order = np.argsort(-size, kind="stable")
    order = order[size[order] > 0.0]
    talk.show()
    if not len(order):
        talk.show("Every coefficient is zero: the model says the classes' shares for every row.")
        return
    labels, names = [talk.head(talk.name(str(label)), HEAD) for label in found.rows.classes], found.encoder.names
    references = [found.encoder.reference.get(source) for source in found.encoder.sources]
    rows = [
        [
            talk.name(names[j]) + (f" (against {talk.name(str(references[j]))})" if references[j] is not None else ""),
            *(f"{v:.4g}" for v in effect[j, :WIDEST]),
        ]
        for j in order[:MOST]
    ]  # fmt: skip
    talk.show_table(["Log-odds per SD, largest first", *labels[:WIDEST]], rows)
    more = [agree(len(order) - MOST, "smaller column", "smaller columns")] if len(order) > MOST else []
    more += [agree(len(labels) - WIDEST, "class", "classes")] if len(labels) > WIDEST else []
    if more:
        talk.show(f"… and {' and '.join(more)}; --json and the report have all")


def class_coefficients(found: Outcome) -> list[dict[str, Any]]:
    """All coefficients as plain values, those of each column by label."""
    labels, encoder = [str(label) for label in found.rows.classes], found.encoder
    return [
        {
            "name": name,
            "column": source,
            "coefficients": dict(zip(labels, map(float, found.solution.coef[k]), strict=True)),
            "sd": float(found.sd[k]),
            "reference": encoder.reference.get(source),
        }
        for k, (name, source) in enumerate(zip(encoder.names, encoder.sources, strict=True))
    ]


def held_out_facts(j: ClassJudgement, labels: list[str]) -> dict[str, Any]:
    """The judgement as plain values; confusion[i][k]: weight of rows of class i that were called k."""
    plain = ("rows", "log_loss", "log_loss_se", "null_log_loss", "gain", "gain_se", "brier", "error", "error_se")
    rates = ("weight", "share", "predicted", "precision", "recall", "auc")
    return {
        **{name: getattr(j, name) for name in plain},
        "null_error": j.null_error,
        "macro_auc": j.auc,
        "classes": {
            label: {name: getattr(one, name) for name in rates} for label, one in zip(labels, j.classes, strict=True)
        },
        "confusion": [list(row) for row in j.confusion],
    }
