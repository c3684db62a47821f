"""What normball writes: model files, and any file whole or not at all.

atomic.py    a temporary beside the target, synced, then renamed
bounded.py   JSON from anybody, within limits; plain values
record.py    ModelRecord: a fitted model as plain values
checks.py    its fields, checked one by one
layout.py    a record's values as bytes, and back
model.py     save_model, load_model
"""

from __future__ import annotations

from .atomic import open_atomic, write_atomic
from .model import load_model, save_model
from .record import ModelRecord, certificate_facts

__all__ = ["ModelRecord", "certificate_facts", "load_model", "open_atomic", "save_model", "write_atomic"]
