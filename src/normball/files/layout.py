"""The bytes of a model file, format 1: JSON, one member to a line, in ASCII, with its checksum in the first line.

    {"format": "normball model", "version": 1, "sha256": "9f86…",
    "coef": {"age": 0.25,
     "sex=female": -1.5e-07},
    "intercept": -0.0,
    …}

Of three or more classes each coefficient is a list of numbers in the order of `classes`, and so is the intercept.

The checksum is the sha256 of the file without the ` "sha256": "…",` itself (which is again JSON); it is looked at
before anything is parsed.  It finds damage and edits; it is no signature: whoever can write the file can write it too,
so all that follows it is read with the same suspicion.  Line ends CR LF are read as LF, for version control that
rewrites them.  Numbers are spelled as briefly as reads back to the same bits (`repr`), arrays as plain lists, so that
any JSON program and any eye can read them; other characters than ASCII's stand as \\u escapes, so that showing a file
in a terminal does no harm.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from ..errors import InputError
from .bounded import parse

VERSION = 1
OPENING = b'{"format": "normball model", "version": %d,'
COMMA = {"coef": ",\n "}  # one coefficient to a line
SEAL = b' "sha256": "%s",'
VERSIONED = re.compile(rb'\{"format": "normball model", "version": ([1-9][0-9]{0,8}),')
HEAD = re.compile(rb'\{"format": "normball model", "version": 1,( "sha256": "([0-9a-f]{64})",)\n')


def render(members: dict[str, Any]) -> tuple[bytes, str]:
    """The file that holds these plain members, and its checksum."""
    lines = [f"{_dump(name)}: {_dump(value, COMMA.get(name, ', '))}" for name, value in members.items()]
    opening, rest = OPENING % VERSION, ("\n" + ",\n".join(lines) + "}\n").encode("ascii")
    digest = hashlib.sha256(opening + rest).hexdigest()
    return opening + SEAL % digest.encode() + rest, digest


def read(data: bytes) -> dict[str, Any]:
    """The members of a model file, parsed and counted but not yet checked one by one.

    Raises
    ------
    InputError   not a model file, of another version, changed since it was written, or beyond a limit; as the end of a
                 sentence that names the file
    """
    data = data.replace(b"\r\n", b"\n")
    version = VERSIONED.match(data)
    if version is None:
        raise InputError("it is not a model file as normball writes them (model.json): its first line is another")
    if int(version[1]) != VERSION:
        raise InputError(
            f"it has format {int(version[1])}, and this normball reads format {VERSION}: use the normball that wrote it"
        )
    head = HEAD.match(data)
    if head is None:
        raise InputError("its first line is damaged: it should end with the file's sha256")
    unsealed = data[: head.start(1)] + data[head.end(1) :]
    if hashlib.sha256(unsealed).hexdigest().encode() != head[2]:
        raise InputError("it was changed or cut after it was written: its sha256 is not the one in its first line")
    members = parse(unsealed)
    if not isinstance(members, dict):
        raise InputError("it is not an object of members")
    return {name: value for name, value in members.items() if name not in ("format", "version")}


def _dump(value: Any, comma: str = ", ") -> str:
    if comma != ", " and isinstance(value, dict) and any(isinstance(one, list) for one in value.values()):
        return "{" + comma.join(f"{_dump(name)}: {_dump(one)}" for name, one in value.items()) + "}"
    return json.dumps(value, allow_nan=False, separators=(comma, ": "))
