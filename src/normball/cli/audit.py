"""`normball audit`: how far a model's coefficients are from the optimum, on any data."""

from __future__ import annotations

import click

from . import options
from .talk import Talk, asked_wrongly, name, quoted, show, show_json


@click.command(context_settings={"max_content_width": 110})
@click.argument("model", type=click.Path())
@click.argument("data", type=click.Path(allow_dash=True))
@click.option("--weights", metavar="COLUMN", help="Weights of the rows. Default: the column of the fit.")
@click.option(
    "--tol",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    default=1e-8,
    show_default=True,
    help="Gap at which the coefficients count as certified, relative to the null loss.",
)
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", is_flag=True, help="No talk on stderr.")
@options.reading
def audit(model, data, weights, tol, as_object, quiet, **dialect):
    """How far a model's coefficients are from the optimum, on any data.

    The model's own problem (its λ, l1_ratio, standardising) is solved again on DATA, and its coefficients are judged
    against that: on the data of the fit, this repeats the proof. Exit code 1 where they are not certified.
    """
    from .models import open_model, role_of

    talk = Talk(quiet)
    record, encoder = open_model(model)
    table = options.open_data(data, **dialect)
    weights = weights or next(iter(role_of(encoder, "weight")), None)
    if record.target is None:
        raise asked_wrongly(f"{quoted(model)} does not say which column its target was.")
    for column, what in ((record.target, "the model's target"), (weights, "--weights")):
        if column is not None:
            options.check_column(column, what, table.names)
    same = table.hash() == record.data_hash
    talk.say(f"{name(data)} is {'the very file' if same else 'not the file'} that the model was fitted on.")
    result, judgement, notes = judged(record, encoder, table, weights, tol)
    for note in notes:
        talk.say(f"  {note}")
    from ..files import certificate_facts
    from ..report import ClassJudgement
    from . import telling_classes
    from .telling import held_out_facts

    if as_object:
        show_json({
            "certificate": certificate_facts(result.certificate), "excess": result.excess, "same_data": same,
            "dialects": result.best.strength,
            "on_these_rows": held_out_facts(judgement, record.classes),
        })  # fmt: skip
    else:
        show(result.summary())
        j, flatters = judgement, " (the rows of the fit: this flatters the model)" if same else ""
        if isinstance(j, ClassJudgement):
            show(telling_classes.held_out_line(j, "On these rows") + flatters)
            return 0 if result.certificate.status == "certified" else 1
        show(
            f"On these {j.rows:,} rows: log-loss {j.log_loss:.4f} against {j.null_log_loss:.4f} of their own base "
            f"rate, AUC {j.auc:.4f}{flatters}"
        )
    return 0 if result.certificate.status == "certified" else 1


def judged(record, encoder, table, weights, tol):
    """The audit, the judgement on the same rows, and sentences about rows that were left out."""
    from dataclasses import replace

    import numpy as np

    from .. import verbs
    from ..models import second_stage
    from .models import model_rows
    from .outcome import judged as judged_rows
    from .outcome import named, scaled, shares_of

    rows, y = model_rows(record, encoder, table, weights)
    names, notes = encoder.names, list(rows.notes)
    lam, ratio, (lower, upper) = record.lam, record.l1_ratio, (None, None)
    if record.relax is not None:
        lam, ratio, (lower, upper) = second_stage(record.relax, record.coef)
        chosen = int(np.count_nonzero(record.coef))
        notes.append(f"A relaxed fit: the {chosen} columns that L1 has selected are audited, with λ = {lam:g}.")
    result = verbs.audit(
        record.coef, rows.X, y, intercept=record.intercept, lam=lam, l1_ratio=ratio, lower=lower, upper=upper,
        sample_weight=rows.weight, standardize=scaled(encoder, record.standardize), grouped=record.grouped,
        tol=tol,
    )  # fmt: skip
    best = named(result.best, names, record.classes)
    mine = replace(result.certificate, names=names, separation=best.certificate.separation)
    result = replace(result, certificate=mine, best=best)
    w = np.ones(len(y)) if rows.weight is None else rows.weight
    judgement = judged_rows(record.decision_function(rows.X), y, shares_of(y, w), w)
    return result, judgement, notes
