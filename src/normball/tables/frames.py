"""Tables in memory: data frames of any library that narwhals knows, and numpy arrays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np

from .cells import ArrayChunk, cells_of, open_chunk
from .table import ROWS, Table

__all__ = ["ArrayTable", "FrameTable", "hash_of_values"]


class FrameTable(Table):
    """A pandas, polars, arrow … data frame."""

    def __init__(self, frame):
        from .series import open_frame

        self._frame = open_frame(frame)
        self.names, self.rows = tuple(self._frame.columns), len(self._frame)

    def chunks(self, rows: int = ROWS) -> Iterator:
        for start in range(0, self.rows or 0, rows):
            yield self._frame[start : start + rows].to_native()

    def hash(self) -> str:
        return hash_of_values(self)


class ArrayTable(Table):
    """A 2-d numpy array, or a list of rows, as columns x0, x1 … or of the names given."""

    def __init__(self, rows: np.ndarray, names: tuple[str, ...] | None = None):
        self.array = rows
        self.names = names if names is not None else tuple(f"x{j}" for j in range(rows.shape[1]))
        self.rows = len(rows)

    def chunks(self, rows: int = ROWS) -> Iterator[ArrayChunk]:
        for start in range(0, self.rows or 0, rows):
            yield ArrayChunk(self.names, self.array[start : start + rows])

    def hash(self) -> str:
        return hash_of_values(self)


def hash_of_values(table: Table) -> str:
    """SHA-256 of names and values as they are read: the same for the same table in pandas, polars and arrow."""
    digest = hashlib.sha256(json.dumps(table.names).encode())
    nothing: frozenset[str] = frozenset()
    for chunk in table.chunks(ROWS):
        chunk = open_chunk(chunk)
        for name in table.names:
            cells = cells_of(chunk, name, nothing)
            if cells.text is not None:
                codes, levels = cells.text.coded()
                parts = [codes.astype("<i8").tobytes(), json.dumps(levels).encode()]
            elif cells.values is not None:
                values = np.where(np.isnan(cells.values), np.nan, cells.values)  # one kind of NaN
                parts = [values.astype("<f8").tobytes()]
            else:
                parts = [cells.type.encode()]
            for part in parts:
                digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
