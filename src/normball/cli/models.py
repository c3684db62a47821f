"""A model file opened for use on a table: the record, its encoder, and the table's rows."""

from __future__ import annotations

import os

from ..errors import ModelFileError
from ..files import ModelRecord, load_model
from ..files.checks import same
from ..tables import Encoder, Schema
from .options import near_files
from .talk import asked_wrongly, quoted

__all__ = ["model_rows", "open_model", "role_of"]


def open_model(path: str) -> tuple[ModelRecord, Encoder]:
    """The record in a model file and the encoder of its table.

    Raises ModelFileError where the file is damaged, or holds a model that was not made from a table.
    """
    if not os.path.exists(path):
        raise asked_wrongly(f"There is no model file {quoted(path)}.{near_files(path)}")
    record = load_model(path)
    if record.encoder is None:
        raise ModelFileError(f"{quoted(path)} holds a model of bare numbers, not of a table. Use it from Python.")
    encoder = Encoder(Schema.from_dict(record.encoder))
    if encoder.names != record.names:
        raise ModelFileError(f"{quoted(path)}: its coefficients are not those of its columns. Fit the model again.")
    return record, encoder


def role_of(encoder: Encoder, role: str) -> tuple[str, ...]:
    """The columns that had a role at the fit: target, weight, group, id, dropped."""
    return tuple(name for name, what in encoder.schema.roles if what == role)


def model_rows(record: ModelRecord, encoder: Encoder, table, weights: str | None):
    """(rows, y): the table's rows encoded as at the fit, and 1 where the label is the model's positive one; of three or
    more classes the number of its class.

    Raises InputError where the table's labels are not those of the model.
    """
    import numpy as np

    from ..errors import InputError
    from .labels import code_of
    from .rows import read_rows

    if record.target is None:
        raise InputError("The model does not say which column its target was. Fit it again with normball fit.")
    rows = read_rows(table, encoder, record.target, weight=weights)
    places = [code_of(record.classes, str(label)) for label in rows.classes]
    if None in places or len(set(places)) < len(places):
        wrong = next(
            (label for label, place in zip(rows.classes, places, strict=True) if place is None), rows.classes[0]
        )
        had = " and ".join(filter(None, [", ".join(map(quoted, record.classes[:-1])), quoted(record.classes[-1])]))
        raise InputError(
            f"{quoted(record.target)} holds {quoted(wrong)}; the model was fitted on {had}. Mend the labels."
        )
    if len(record.classes) > 2:
        if len(places) < len(record.classes):
            gone = next(label for k, label in enumerate(record.classes) if k not in places)
            raise InputError(
                f"No row has {quoted(record.target)} = {quoted(gone)}; the model knows {len(record.classes)} classes, "
                "and its problem is only a problem of all of them. Give a table that has them all."
            )
        return rows, np.array(places)[rows.y.astype(int)]
    positive = [same(label, record.positive) for label in record.classes].index(True)
    return rows, (np.array(places)[rows.y.astype(int)] == positive).astype(np.float64)
