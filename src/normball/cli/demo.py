"""`normball demo`: `normball fit` on a table that comes with scikit-learn; data, model and report stay in a folder."""

from __future__ import annotations

import csv
import io
import os
from typing import Any

import click

from .talk import Talk, asked_wrongly, name, quoted, show


@click.command()
@click.option(
    "--dir", "folder", default="normball-demo", show_default=True, metavar="FOLDER", help="Where to leave it."
)
@click.option("--force", is_flag=True, help="Replace files there that are not the demo's.")
@click.pass_context
def demo(ctx, folder, force):
    """Fit a table that comes with scikit-learn; leave data, model and report.

    569 breast tumours, 30 measurements of each, malignant or benign. The folder gets data.csv, model.json and
    report.html; a folder of an earlier demo is written anew.
    """
    from ..files import write_atomic
    from .app import normball
    from .options import typed

    data, model, report = (os.path.join(folder, file) for file in ("data.csv", "model.json", "report.html"))
    Talk().say("Writing scikit-learn's breast cancer table")
    table = breast_cancer()
    if not force and not is_ours(table, data, model, report):
        raise asked_wrongly(
            f"--dir {quoted(folder)} holds other files of these names. Give another folder, or --force."
        )
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise asked_wrongly(
            f"--dir {quoted(folder)} cannot be made: {problem.strerror}. Give another folder."
        ) from None
    write_atomic(data, table, force=True)
    words = [
        "fit",
        data,
        "--target",
        "diagnosis",
        "--positive",
        "malignant",
        "--out",
        model,
        "--report",
        report,
        "--force",
    ]
    Talk().say(f"Running: {typed(words)}")
    code = normball.main(words, prog_name="normball", standalone_mode=False, obj=tuple(words))
    show(f"Open the report in a browser: {name(report) if len(report) < 60 else report}")
    return code


def is_ours(table: bytes, data: str, *others: str) -> bool:
    """Whether nothing would be lost: no such files yet, or the demo's own data beside them."""
    if not os.path.lexists(data):
        return not any(os.path.lexists(path) for path in others)
    try:
        with open(data, "rb") as file:
            return file.read(len(table) + 1) == table
    except OSError:
        return False


def breast_cancer() -> bytes:
    """The table as CSV, numbers to the last bit."""
    from sklearn.datasets import load_breast_cancer

    bunch: Any = load_breast_cancer()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*bunch["feature_names"], "diagnosis"])
    for row, label in zip(bunch["data"].tolist(), bunch["target"], strict=True):
        writer.writerow([*map(repr, row), bunch["target_names"][label]])
    return text.getvalue().encode("utf-8")
