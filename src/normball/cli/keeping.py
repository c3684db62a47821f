"""The outcome of a fit as a model record and as the facts of a report."""

from __future__ import annotations

import numpy as np

from ..files import ModelRecord, certificate_facts
from ..report import Choice, ClassFacts, Facts, Penalty, Recipe, coefficient_facts, proof_facts
from . import talk
from .choosing import SHOWN
from .outcome import Outcome

__all__ = ["facts_of", "record_of"]

JUDGED = (
    "It is a fit of the other rows alone, at the same strength; the coefficients and the certificate here are of the "
    "fit of all rows, which is the model that is kept. Levels and fill-in values come from all rows, without their "
    "target."
)


OUT_OF_FOLD = (
    "Every row is judged by the fit of the folds it was not in, at the λ that was chosen; that λ was chosen by these "
    "same losses, which flatters them a little. The coefficients and the certificate here are of the fit of all rows, "
    "which is the model that is kept. Levels and fill-in values come from all rows, without their target."
)


def record_of(found: Outcome) -> ModelRecord:
    """What `normball predict` needs, and what tells where it came from."""
    plan, s = found.plan, found.solution
    return ModelRecord(
        names=found.encoder.names, coef=s.coef, lam=float(s.lam),
        intercept=s.intercept if found.several else float(s.intercept),
        l1_ratio=float(s.l1_ratio), standardize=plan.standardize, total=float(s.total), classes=found.rows.classes,
        positive=plan.positive, target=plan.target, encoder=found.encoder.schema.to_dict(),
        certificate=certificate_facts(s.certificate), command=plan.command, seed=plan.seed, data_hash=plan.data_hash,
        versions=plan.versions, strength=talk.finite(s.strength),
        grouped=plan.grouped,
        asked={"relax": 0.0} if found.chosen is not None and found.chosen.relaxed else {},
    )  # fmt: skip


def facts_of(found: Outcome) -> Facts:
    """What the report tells."""
    plan, s, encoder = found.plan, found.solution, found.encoder
    coef, several = s.coef, found.several
    if several:  # of each column the largest
        coef = np.take_along_axis(coef, np.abs(coef).argmax(1)[:, None], axis=1)[:, 0]
    return Facts(
        data=plan.data,
        target=plan.target,
        positive="" if several else str(plan.positive),
        negative="" if several else str(found.negative),
        rows=len(found.rows.y),
        columns=len(encoder.schema.columns),
        base_rate=found.base_rate,
        penalty=Penalty(
            float(s.lam),
            float(s.l1_ratio),
            plan.standardize,
            float(s.total),
            f"{plan.why[0].upper()}{plan.why[1:]}.",
            (int(np.sum(s.standardize)), len(s.coef)),
        ),
        proof=proof_facts(s.certificate),
        intercept=0.0 if several else float(s.intercept),
        coefficients=coefficient_facts(encoder.names, encoder.sources, coef, found.sd, encoder.reference),
        recipe=Recipe(plan.command, plan.seed, plan.data_hash, tuple(plan.versions.items())),
        judgement=found.judgement,
        judged=JUDGED if found.held is not None else OUT_OF_FOLD if found.judgement is not None else "",
        alerts=found.alerts,
        references=tuple(encoder.reference.items()),
        imputations=tuple(imputations(encoder)),
        set_aside=tuple(encoder.set_aside),
        notes=(*found.rows.notes, *notes(encoder)),
        choice=None if found.chosen is None else choice_of(found),
        classes=class_facts(found) if several else None,
    )


def class_facts(found: Outcome) -> ClassFacts:
    s = found.solution
    rows = lambda values: tuple(tuple(map(float, row)) for row in values)
    shares, intercepts = rows([found.shares, np.asarray(s.intercept)])
    labels = tuple(str(label) for label in found.rows.classes)
    return ClassFacts(labels, shares, intercepts, rows(s.coef), found.plan.grouped)


def choice_of(found: Outcome) -> Choice:
    """The curve, and the path of the columns whose effects are largest at the chosen λ or at its end."""
    chosen, names = found.chosen, found.encoder.names
    assert chosen is not None
    cv, r = chosen.found, chosen.ratio_at
    path = cv.paths[r]
    effects = path.coefs if isinstance(path.coefs, np.ndarray) else path.coefs.toarray()
    if found.several:  # a line for each column and class
        names = [f"{name} · {label}" for name in names for label in found.rows.classes]
        effects = effects * found.sd[:, None, None]
        effects = effects.reshape(len(names), -1)
    else:
        effects = effects * found.sd[:, None]
    order = np.argsort(-np.abs(effects[:, chosen.index]) - 1e-9 * np.abs(effects[:, -1]), kind="stable")[:SHOWN]
    L = len(path.lams)
    plain = lambda values: tuple(float(v) for v in values)
    return Choice(
        splits=len(cv.splits), lams=plain(path.lams), mean=plain(cv.mean[r, :L]), se=plain(cv.se[r, :L]),
        features=tuple(int(v) for v in path.df), at_min=cv.index("min"), at_1se=cv.index("1se"), chosen=chosen.index,
        lines=tuple((names[j], plain(effects[j])) for j in order if effects[j].any()),
        compared=tuple(
            (c.label, c.lam, c.mean, c.difference, c.difference_se, c.n_features) for c in chosen.compared
        ),
    )  # fmt: skip


def imputations(encoder):
    """(column, what stands in for a missing value) of the columns that have some."""
    for column in encoder.schema.used:
        if not column.missing:
            continue
        if column.kind == "category":
            yield column.name, f"A level of its own, {column.gone} ({column.missing:,} rows)"
            continue
        value = "the mean" if column.mean is None else f"the mean, {column.mean:.6g}"
        yield column.name, f"{value[0].upper()}{value[1:]}, with a column that says where ({column.missing:,} rows)"


def notes(encoder):
    """What was done to columns and stands in no other list of the report: rare levels, dates, odd cells."""
    for column in encoder.schema.used:
        if column.why:
            yield column.why
        if column.other is not None:
            yield f"Rare levels of “{column.name}” ({column.pooled:,} rows), and unknown ones, are {column.other}."
