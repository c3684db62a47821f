"""The outcome of a fit as lines of text, and as one JSON object: the penalty first, then the proof, then the rest."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from ..files import certificate_facts
from ..report import ClassJudgement, Judgement
from ..results import penalty_in_words
from ..strength import in_words
from . import talk, telling_classes
from .outcome import Outcome

__all__ = ["as_json", "headline", "show_outcome"]

MOST = 15  # odds ratios that are shown


def show_outcome(found: Outcome, files: dict[str, str]) -> None:
    """On stdout.  files: {what it is: where it was written}."""
    for line in headline(found):
        talk.show(line)
    show_choice(found)
    if found.several:
        telling_classes.show_classes(found)
        telling_classes.show_effects(found)
    else:
        show_odds_ratios(found)
    talk.show()
    for alert in found.alerts:
        talk.show(f"{alert.severity.upper()}: {alert.sentence}")
    if not found.alerts:
        talk.show("No alerts.")
    if files:
        talk.show(f"Written: {', '.join(f'{path} ({what})' for what, path in files.items())}")


def show_choice(found: Outcome) -> None:
    """L1, L2 or between: each at its best λ, with paired differences."""
    if found.chosen is None or len(found.chosen.compared) < 2:
        return
    rows = [
        [c.label, f"{c.lam:.4g}", f"{c.mean:.5f}", f"{c.difference:.2g} ± {c.difference_se:.2g}", str(c.n_features)]
        for c in found.chosen.compared
    ]
    talk.show()
    talk.show_table(["Tried on the same folds", "λ", "held-out loss", "above the best ± SE", "columns"], rows)


def headline(found: Outcome) -> list[str]:
    """Penalty, certificate, base rate, held-out numbers, the penalty in every dialect."""
    plan, n = found.plan, len(found.rows.y)
    s = found.solution
    kind = penalty_in_words(s.lam, plan.l1_ratio, s.standardize, relax=s.relax)
    kind += ", the classes of a column together" if plan.grouped else ""
    lines = [f"Penalty: {kind} ({plan.why})", s.certificate.summary()]
    if s.constraint is not None:
        lines.insert(1, s.constraint.summary())
    share = f"{100 * found.base_rate:.3g} %" + (" by weight" if found.rows.weight is not None else "")
    lines.append(
        telling_classes.base_line(found)
        if found.several
        else f"Base rate: {talk.name(plan.target)} = {talk.name(str(plan.positive))} in {share} of {n:,} rows; "
        f"{len(found.encoder.schema.used)} columns, encoded as {len(found.encoder.names)}"
    )
    lines.append(held_out_line(found.judgement, found.held is None))
    what = "penalty" if s.relax is None else "penalty that selects"
    return [*lines, f"The same strength of the {what}: {in_words(s.strength)}"]


def held_out_line(j: Judgement | ClassJudgement | None, out_of_fold: bool = False) -> str:
    if j is None:
        return "Held out: no rows, so nothing here says how the model does on new ones."
    where = "Out of fold" if out_of_fold else "Held out"
    if isinstance(j, ClassJudgement):
        return telling_classes.held_out_line(j, where)
    better = "" if j.gain > 2.0 * j.gain_se else ": not beyond its error"
    return (
        f"{where}: {j.rows:,} rows, log-loss {j.log_loss:.4f} ± {j.log_loss_se:.4f} nats "
        f"against {j.null_log_loss:.4f} of the null model (gain {j.gain:.4f} ± {j.gain_se:.4f}{better})"
        + ("" if j.auc is None else f", AUC {j.auc:.4f}")
    )


def show_odds_ratios(found: Outcome) -> None:
    """The largest, per standard deviation: what counts is the effect of a typical difference, not the unit."""
    coef, effect = found.solution.coef, found.solution.coef * found.sd
    order = np.argsort(-np.abs(effect), kind="stable")
    order = order[coef[order] != 0.0]
    talk.show()
    if not len(order):
        talk.show("Every coefficient is zero: the model says the base rate for every row.")
        return
    names, references = found.encoder.names, found.encoder.reference
    against = [references.get(source) for source in found.encoder.sources]
    rows = [
        [
            talk.name(names[j]) + (f" (against {talk.name(str(against[j]))})" if against[j] is not None else ""),
            odds(float(effect[j])), odds(float(coef[j])), f"{coef[j]:.4g}",
        ]
        for j in order[:MOST]
    ]  # fmt: skip
    talk.show_table(["Odds ratios, largest first", "per SD", "per unit", "coefficient"], rows)
    if len(order) > MOST:
        talk.show(f"… and {len(order) - MOST} smaller ones that are not zero")


def odds(log_odds: float) -> str:
    """exp(log_odds), with more digits near 1, and also where no float can be it."""
    if abs(log_odds) >= 700.0:
        return f"10^{log_odds / np.log(10.0):.0f}"
    return f"{exp(log_odds):.{4 if abs(log_odds) > 0.01 else 7}g}"


def as_json(found: Outcome, files: dict[str, str]) -> dict[str, Any]:
    """All that the text says and more, as plain values."""
    plan, s, j, encoder = found.plan, found.solution, found.judgement, found.encoder
    return {
        "penalty": {
            "lambda": s.lam,
            "l1_ratio": s.l1_ratio,
            "standardize": plan.standardize,
            "why": plan.why,
            "relax": s.relax,
            "dialects": s.strength,
        },
        "certificate": certificate_facts(s.certificate),
        "choice": None if found.chosen is None else choice_facts(found.chosen),
        "data": plan.data,
        "rows": found.rows.total,
        "rows_used": len(found.rows.y),
        "target": plan.target,
        **(
            {"classes": list(found.rows.classes), "shares": found.shares.tolist(), "grouped": plan.grouped}
            if found.several
            else {"positive": plan.positive, "negative": found.negative, "base_rate": found.base_rate}
        ),
        "held_out": None if j is None else held_out_facts(j, found.rows.classes),
        "out_of_fold": j is not None and found.held is None,
        "intercept": np.asarray(s.intercept).tolist(),
        "coefficients": telling_classes.class_coefficients(found) if found.several else coefficients(found),
        "alerts": [
            {"kind": a.kind, "severity": a.severity, "column": a.column, "sentence": a.sentence} for a in found.alerts
        ],
        "notes": [*found.rows.notes, *encoder.sentences()],
        "files": files,
        "command": plan.command,
        "seed": plan.seed,
        "data_sha256": plan.data_hash,
        "versions": plan.versions,
    }


def coefficients(found: Outcome) -> list[dict[str, Any]]:
    """Of each encoded column its coefficient, its unit and its odds ratios."""
    coef, encoder = found.solution.coef, found.encoder
    effect = coef * found.sd
    return [
        {
            "name": name,
            "column": source,
            "coefficient": float(coef[k]),
            "sd": float(found.sd[k]),
            "odds_ratio_per_unit": exp(coef[k]) if abs(coef[k]) < 700.0 else None,
            "odds_ratio_per_sd": exp(effect[k]) if abs(effect[k]) < 700.0 else None,
            "reference": encoder.reference.get(source),
        }
        for k, (name, source) in enumerate(zip(encoder.names, encoder.sources, strict=True))
    ]


def choice_facts(chosen) -> dict[str, Any]:
    cv, r = chosen.found, chosen.ratio_at
    return {
        "folds": len(cv.splits),
        "rule": chosen.wish.rule,
        "lambda_min": cv.lam_min,
        "lambda_1se": cv.lam_1se,
        "relaxed": chosen.relaxed,
        "lambdas": cv.lams[r].tolist(),
        "mean": cv.mean[r, : len(cv.lams[r])].tolist(),
        "se": cv.se[r, : len(cv.lams[r])].tolist(),
        "columns": [int(v) for v in cv.paths[r].df],
        "worst_fold_gap": float(cv.worst_gap),
        "compared": [c._asdict() for c in chosen.compared],
    }


def held_out_facts(j: Judgement | ClassJudgement, classes=()) -> dict[str, Any]:
    if isinstance(j, ClassJudgement):
        return telling_classes.held_out_facts(j, [str(label) for label in classes])
    return {
        "rows": j.rows,
        "log_loss": j.log_loss,
        "log_loss_se": j.log_loss_se,
        "null_log_loss": j.null_log_loss,
        "gain": j.gain,
        "gain_se": j.gain_se,
        "auc": j.auc,
        "average_precision": j.average_precision,
        "brier": j.brier,
    }
