"""model.json: a record written whole or not at all, and read back to the last bit or refused."""

from __future__ import annotations

import os
import stat

from ..errors import InputError, ModelFileError
from ..inputs.words import show
from . import layout
from .atomic import spell, write_atomic
from .bounded import MAX_BYTES
from .record import ModelRecord

ADVICE = "Use an undamaged copy, or fit the model again."


def save_model(path: str | os.PathLike, record: ModelRecord, *, force: bool = False) -> None:
    """Write a model file; the same record writes the same bytes.

    Raises
    ------
    InputError               as `write_atomic`; or the record is beyond what a model file holds (16 MiB, about 300 000
                             coefficients): nothing is written that `load_model` would refuse
    """
    if not isinstance(record, ModelRecord):
        raise InputError(f"save_model wants a ModelRecord, got {show(record)}.")
    data, _ = layout.render(record.members())
    try:
        layout.read(data)
    except InputError as problem:
        raise InputError(
            f"{spell(path)} cannot be written: {problem}. A model file is for tables: fit with fewer columns."
        ) from problem
    write_atomic(path, data, force=force)


def load_model(path: str | os.PathLike) -> ModelRecord:
    """Read a model file: bit for bit what was saved.

    Raises
    ------
    ModelFileError           whatever is wrong with the file, including that there is none; nothing else escapes,
                             whatever its bytes
    """
    try:
        return read_model(_bytes(path))
    except InputError as problem:
        raise ModelFileError(f"{spell(path)} cannot be used as a model: {problem}. {ADVICE}") from problem
    except (OSError, ValueError, TypeError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise ModelFileError(f"{spell(path)} cannot be read: {why}. Give the path of a model file.") from problem


def read_model(data: bytes) -> ModelRecord:
    """The record of a model file's bytes; InputError with what is wrong, as the end of a sentence."""
    return ModelRecord.from_members(layout.read(data))


def _bytes(path) -> bytes:
    """All bytes of a regular file, or InputError where they are too many; a pipe or a device is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise InputError("it is not a file but a folder, a pipe or a device")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise InputError(f"it holds more than the {MAX_BYTES:,} bytes that are read")
    return data
