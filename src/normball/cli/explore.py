"""`normball explore`: penalty and constraint of two coefficients, as one page to play with."""

from __future__ import annotations

import os

import click

from . import options
from .talk import Talk, asked_wrongly, name, quoted, show


@click.command(context_settings={"max_content_width": 110})
@click.option("--out", metavar="FILE", help="Write the page here (.html). Default: a temporary file.")
@click.option("--no-open", is_flag=True, help="Do not open it in a browser.")
@click.option("--model", type=click.Path(), metavar="MODEL", help="A model of `normball fit`: two of its coefficients.")
@click.option("--data", type=click.Path(allow_dash=True), metavar="DATA", help="The table to show the model on.")
@click.option(
    "--features",
    nargs=2,
    metavar="A B",
    help="Two encoded columns, such as age or sex=male. Default: those of largest effect.",
)
@click.option("--weights", metavar="COLUMN", help="Weights of the rows. Default: the column of the fit.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--quiet", is_flag=True, help="No talk on stderr.")
@options.reading
def explore(out, no_open, model, data, features, weights, force, quiet, **dialect):
    """Penalty and constraint side by side: one page that works offline, with the ball, the data and λ to drag.

    Without --model it shows built-in data. With --model and --data it shows two coefficients of that model; the other
    coefficients stay as they are. Prints where the page was written.
    """
    check(out, model, data, features, weights, force)
    talk = Talk(quiet)
    from ..explorer import build_explorer, example_scene

    scene = example_scene() if model is None else scene_from(model, data, features, weights, dialect, talk)
    path = write(out, build_explorer(scene).encode("utf-8"), force)
    show(path)
    if not no_open and not opened(path):
        talk.say("No browser could be opened here. Open that file in one; it needs no network.")
    return 0


def check(out, model, data, features, weights, force) -> None:
    """What cannot work is said before any work is done."""
    if (model is None) != (data is None):
        raise asked_wrongly("--model and --data belong together: the page shows a model on its data. Give both.")
    if model is None and (features or weights):
        raise asked_wrongly("--features and --weights are of a model's data: give --model and --data too.")
    if out is not None and not out.lower().endswith((".html", ".htm")):
        raise asked_wrongly(f"--out {quoted(out)} must end in .html.")
    options.check_targets({"--out": out}, data=data, force=force)


def scene_from(model, data, features, weights, dialect, talk):
    """The slice of a model through two of its coefficients, on the rows of a table."""
    from ..explorer import scene_of
    from ..files.checks import same
    from .models import model_rows, open_model, role_of
    from .outcome import scaled
    from .talk import nearest

    record, encoder = open_model(model)
    table = options.open_data(data, **dialect)
    weights = weights or next(iter(role_of(encoder, "weight")), None)
    for column, what in ((record.target, "the model's target"), (weights, "--weights")):
        if column is not None:
            options.check_column(column, what, table.names)
    for feature in features or ():
        if feature not in encoder.names:
            raise asked_wrongly(
                f"--features {quoted(feature)}: no column of the model.{nearest(feature, encoder.names)}"
            )
    if features and features[0] == features[1]:
        raise asked_wrongly(f"--features {quoted(features[0])} was given twice. Give two different columns.")
    if table.hash() != record.data_hash:
        talk.say(f"{name(data)} is not the file that the model was fitted on: the cross will not be the solution.")
    rows, y = model_rows(record, encoder, table, weights)
    for note in rows.notes:
        talk.say(f"  {note}")
    negative = next(str(label) for label in record.classes if not same(label, record.positive))
    lam, ratio = (record.lam, record.l1_ratio) if record.relax is None else (record.relax, 0.0)
    scene = scene_of(
        rows.X, y, names=encoder.names, lam=lam, l1_ratio=ratio, coef=record.coef,
        intercept=record.intercept, features=features or None, standardize=scaled(encoder, record.standardize),
        weight=rows.weight, target=str(record.target), labels=(negative, str(record.positive)),
        source=os.path.basename(data) if data != "-" else "standard input",
    )  # fmt: skip
    if scene.drawn_from:
        talk.say(f"The page holds a weighted sample of {len(scene.y):,} of the {scene.drawn_from:,} rows.")
    return scene


def write(out: str | None, page: bytes, force: bool) -> str:
    """The path of the written page."""
    from ..files import write_atomic

    if out is not None:
        write_atomic(out, page, force=force)
        return out
    import tempfile

    handle, path = tempfile.mkstemp(prefix="normball-explorer-", suffix=".html")
    with os.fdopen(handle, "wb") as file:
        file.write(page)
    return path


def opened(path: str) -> bool:
    import pathlib
    import webbrowser

    try:
        return webbrowser.open(pathlib.Path(path).resolve().as_uri())
    except webbrowser.Error:
        return False
