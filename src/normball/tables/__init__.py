"""Tables: files and data frames in, rows of numbers out.

table.py      Table, open_table: a path, standard input or a frame as named columns in chunks
dialect.py    how delimited text is written   files.py, frames.py   the two sorts of tables
cells.py      one column of a chunk, whatever library it came from (arrow.py, series.py)   dates.py   dates in text
profile.py    what one pass learns of a column   infer.py   what the column is   schema.py   the outcome, as JSON too
encoder.py    the schema at work: chunks as numbers
"""

from .cells import MISSING, Cells, names_of, read_column
from .encoder import Encoder
from .infer import infer_schema
from .schema import ColumnSchema, Schema
from .table import Table, open_table

__all__ = [
    "MISSING",
    "Cells",
    "ColumnSchema",
    "Encoder",
    "Schema",
    "Table",
    "infer_schema",
    "names_of",
    "open_table",
    "read_column",
]
