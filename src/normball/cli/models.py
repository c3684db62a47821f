"""A model file opened for use on a table: the record, its encoder, and the table's rows."""

from __future__ import annotations

import os

from ..errors import ModelFileError
from ..files import ModelRecord, load_model
from ..tables import Encoder, Schema
from .options import near_files
from .talk import asked_wrongly, quoted

__all__ = ["open_model", "role_of"]


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
