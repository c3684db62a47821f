"""`normball predict`: probabilities for the rows of a table, a chunk at a time."""

from __future__ import annotations

import os

import click

from . import options
from .talk import Talk, asked_wrongly, name, quoted

PREDICTED, PROBABILITY = "predicted", "probability"


@click.command(context_settings={"max_content_width": 110})
@click.argument("model", type=click.Path())
@click.argument("data", type=click.Path(allow_dash=True))
@click.option("--out", default="-", show_default=True, metavar="FILE", help=".csv, .parquet, or - for CSV on stdout.")
@click.option(
    "--id",
    "ids",
    multiple=True,
    metavar="COLUMN",
    help="Columns to keep beside the predictions. Default: those named by --id at the fit.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--quiet", is_flag=True, help="No talk on stderr.")
@options.reading
def predict(model, data, out, ids, force, quiet, **dialect):
    """Probabilities for the rows of a table.

    Columns are found by name, in any order. One row comes out for each that goes in: the columns kept with --id, the
    label that is most probable (predicted), and the probability of the model's positive label (probability); of three
    or more classes the probability of each (probability_LABEL).
    """
    if out != "-" and os.path.splitext(out)[1].lower() not in (".csv", ".parquet"):
        raise asked_wrongly(f"--out {quoted(out)}: give a name that ends in .csv or .parquet, or -.")
    options.check_targets({"--out": out}, data=data, force=force)
    if out != "-" and os.path.realpath(out) == os.path.realpath(model):
        raise asked_wrongly(f"--out {quoted(out)} is the model itself. Give another name.")
    from .models import open_model, role_of
    from .sheets import open_sheet

    talk = Talk(quiet)
    record, encoder = open_model(model)
    several = len(record.classes) > 2
    made = [PREDICTED, *(f"{PROBABILITY}_{label}" for label in record.classes)] if several else [PREDICTED, PROBABILITY]
    labels = ", ".join(name(str(label)) for label in record.classes)
    of = f"each of {labels}" if several else name(str(record.positive))
    talk.say(f"probability: of {name(str(record.target))} = {of}")
    table = options.open_data(data, **dialect)
    ids = options.split_names(ids, table.names)
    for column in ids:
        options.check_column(column, "--id", table.names)
    ids = ids or tuple(column for column in role_of(encoder, "id") if column in table.names)
    clash = [column for column in ids if column in made]
    if clash:
        raise asked_wrongly(f"--id {quoted(clash[0])}: the output has a column of that name. Rename it in the table.")
    encoder.check_names(table.names)
    rows = 0
    with open_sheet(out, [*ids, *made], force=force) as write:
        for chunk in table.chunks():
            probability = record.predict_proba(encoder.encode(chunk))
            labels = [record.classes[k] for k in probability.argmax(1)]
            shown = probability.T if several else [probability[:, int(same(record.positive, record.classes[1]))]]
            write([*(chunk.column(column) for column in ids), labels, *shown])
            rows += len(probability)
    talk.say(f"{rows:,} row{'' if rows == 1 else 's'}" + ("" if out == "-" else f" written to {name(out)}"))
    return 0


def same(one, other) -> bool:
    return type(one) is type(other) and one == other
