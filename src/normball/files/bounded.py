"""JSON from anybody: limits first, then the parser; and plain values, the only ones that are written.

Nothing is looked up by name and nothing is built that was not counted before.  The limits also bound the time: a file
of the largest size with the most values is read, or refused, in about half a second.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

import numpy as np

from ..errors import InputError
from ..inputs.words import show

MAX_BYTES = 1 << 24  # 16 MiB
MAX_VALUES = 400_000  # numbers, strings, lists and objects together; a name with its coefficient is one
MAX_DEPTH = 16  # lists and objects inside each other
MAX_TEXT = 1 << 16  # characters of one string
MAX_DIGITS = 40  # characters of one number; the shortest that reads back exactly has at most 24

STRUCTURE = b'"[]{},'
ORDINARY = bytes(set(range(256)) - set(STRUCTURE))
BRACKETS = bytes.maketrans(b"{}", b"[]")
STRING = re.compile(rb'"[^"]*"')


def parse(data: bytes) -> Any:
    """The value of a JSON text in ASCII.

    Raises
    ------
    InputError               not JSON, bytes after its end, a key twice, NaN or an infinity (also as 1e999), or beyond a
                             limit (the texts themselves are looked at by `plain`)
    """
    check_size(data)
    try:
        return json.loads(
            data.decode("ascii"),
            object_pairs_hook=_object,
            parse_float=_float,
            parse_int=_int,
            parse_constant=_constant,
        )
    except UnicodeDecodeError as problem:
        raise InputError(f"byte {problem.start} is {data[problem.start]:#04x}, outside ASCII") from None
    except json.JSONDecodeError as problem:
        raise InputError(f"it is not JSON: {problem}") from None


def check_size(data: bytes) -> None:
    """Count what the parser would build, without building it; InputError beyond a limit."""
    if len(data) > MAX_BYTES:
        raise InputError(f"it holds {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    bare = data.replace(rb"\\", b"--").replace(rb"\"", b"--")  # now every quote opens or closes a string
    if bare.count(b'"') > 4 * MAX_VALUES + 2:
        raise InputError(f"it holds more than {MAX_VALUES:,} values")
    skeleton = STRING.sub(b"", bare.translate(BRACKETS, ORDINARY))  # [ ] and , alone; the parser tells [ from {
    if skeleton.count(b"[") + skeleton.count(b",") > MAX_VALUES:
        raise InputError(f"it holds more than {MAX_VALUES:,} values")
    skeleton = skeleton.translate(None, b",")
    for _ in range(MAX_DEPTH):
        skeleton = skeleton.replace(b"[]", b"")  # the innermost pairs
    if skeleton:
        raise InputError(f"its brackets do not match, or are more than {MAX_DEPTH} deep")


def plain(value: Any, where: str, depth: int = MAX_DEPTH - 1) -> Any:
    """A copy made of dict, list, str, int, float, bool and None alone: what JSON gives back exactly.

    numpy's scalars and arrays, and tuples, become the plain values that they hold.

    Raises
    ------
    InputError               another type, NaN or infinity, an integer beyond 64 bits, text that is too long or is not
                             Unicode (half of a surrogate pair), a key that is not text, too deep; named by `where`
    """
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value, where)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**64:
            raise InputError(f"{where} holds an integer beyond 64 bits")
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise InputError(f"{where} holds {float(value)!r}; a file holds finite numbers only: give None or text")
        return float(value)
    if isinstance(value, (list, tuple, dict)) and not depth:
        raise InputError(f"{where} is more than {MAX_DEPTH - 1} deep")
    if isinstance(value, (list, tuple)):
        return [plain(one, where, depth - 1) for one in value]
    if isinstance(value, dict):
        return {text(key, f"a key of {where}"): plain(one, where, depth - 1) for key, one in value.items()}
    raise InputError(f"{where} holds a {type(value).__name__}; a file holds text, numbers, bools, lists and dicts only")


def text(value: Any, where: str) -> str:
    """A string that can be written, as a plain str."""
    if not isinstance(value, str):
        raise InputError(f"{where} should be text, got {show(value)}")
    if len(value) > MAX_TEXT:
        raise InputError(f"{where} has {len(value):,} characters; at most {MAX_TEXT:,} are allowed")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(f"{where} is not Unicode text (half of a surrogate pair): {show(value)}") from None
    return str.__str__(value)


def _object(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))
    raise InputError(f"the key {show(twice)} stands twice in one object")


def _float(digits: str) -> float:
    if len(digits) > MAX_DIGITS:
        raise InputError(f"it holds a number of {len(digits):,} characters")
    value = float(digits)
    if not isfinite(value):
        raise InputError(f"it holds {digits}, too large for a float")
    return value


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise InputError(f"it holds a number of {len(digits):,} characters")
    return int(digits)


def _constant(name: str) -> float:
    raise InputError(f"it holds {name}, which is not a number")
