"""Whatever bytes a model file holds: the record that was saved, or ModelFileError, in under a second."""

from __future__ import annotations

import json
import os
import pickle
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import example as case
from hypothesis import strategies as st

from files.records import all_bits, example, outcome, signed
from normball import InputError, ModelFileError
from normball.files import ModelRecord, load_model, save_model

FIXTURES = [HealthCheck.function_scoped_fixture]
WRONG = [None, True, 0, 2, -1, 0.5, -2.0, "", "x", [], [1], {}, {"x": 1}, {"x": None}, [[], []], ["x", "x"], [1, "x"]]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.json"


@pytest.fixture
def data(path):
    save_model(path, example())
    return path.read_bytes()


def members(data):
    return {name: value for name, value in json.loads(data).items() if name != "sha256"}


def written(value) -> bytes:
    """Any value as a file with the right checksum: so that it comes as far as the parser, and further."""
    text = json.dumps(value).encode()
    start = b'{"format": "normball model", "version": 1,'
    return signed(text.replace(start, start + b' "sha256": "' + b"0" * 64 + b'",\n', 1))


def test_written_by_others_too(path, data):
    """The way these tests write a file is itself a right one: else they would prove nothing."""
    assert all_bits(outcome(path, written(members(data)))) == all_bits(example())


def test_cut_at_every_byte(path, data):
    assert [end for end in range(len(data)) if outcome(path, data[:end]) is not None] == []


def test_cut_at_every_byte_with_the_checksum_mended(path, data):
    assert [end for end in range(len(data)) if outcome(path, signed(data[:end])) not in (None, example())] == []
    assert outcome(path, signed(data[:-2])) is None  # without its last brace


def test_a_bit_flipped_in_every_byte(path, data):
    """Every bit: tests/sweep."""
    for k in range(len(data)):
        assert outcome(path, data[:k] + bytes([data[k] ^ 1 << k % 8]) + data[k + 1 :]) is None, k


def test_a_bit_flipped_with_the_checksum_mended(path, data):
    """Now the parser sees it: a record or an error, never another exception.  (Every bit: tests/sweep.)"""
    for k in range(len(data)):
        damaged = signed(data[:k] + bytes([data[k] ^ 1 << k % 8]) + data[k + 1 :])
        assert isinstance(outcome(path, damaged), ModelRecord | None)


@pytest.mark.parametrize("more", [b"x", b"\n", b" ", b"{}", b"\x00", b"\xff", b"]", b"}"])
def test_bytes_after_the_end(path, data, more):
    assert outcome(path, data + more) is None
    assert outcome(path, signed(data + more)) == (example() if more.isspace() else None)


@settings(max_examples=300, suppress_health_check=FIXTURES)
@given(st.data())
def test_bytes_put_in_and_taken_out(path, data, draw):
    """Splices of the file with itself, with JSON's own marks, with any bytes; the checksum mended."""
    piece = st.binary(max_size=8) | st.sampled_from([b"[", b"{", b'"', b"\\", b"\\ud83d", b"1e999", b"NaN", b"-", b","])
    for _ in range(draw.draw(st.integers(1, 3))):
        at, cut = draw.draw(st.integers(0, len(data))), draw.draw(st.integers(0, 40))
        data = data[:at] + draw.draw(piece) + data[at + cut :]
    assert isinstance(outcome(path, signed(data)), ModelRecord | None)


@settings(max_examples=200, suppress_health_check=FIXTURES)
@given(bytes_=st.binary(max_size=200))
@case(b"")
@case(pickle.dumps(example))
@case(b"PK\x03\x04")
@case(b"\xef\xbb\xbf{}")
@case(b'{"format": "normball model", "version": 1, "sha256": "')
def test_any_bytes(path, bytes_):
    assert outcome(path, bytes_) is None


@pytest.mark.parametrize("name", ["format", "version", *example(strength={}).members()])  # old files have no strength
def test_a_missing_member(path, data, name):
    assert outcome(path, written({key: value for key, value in members(data).items() if key != name})) is None


def test_an_unknown_member(path, data):
    path.write_bytes(written({**members(data), "coeff": {}}))
    with pytest.raises(ModelFileError, match="'coeff'"):
        load_model(path)


@pytest.mark.parametrize("name", example().members())
def test_members_of_another_type(path, data, name):
    """Either the value is refused, or it is one that a record can hold, and that is what is loaded."""
    for value in WRONG:
        changed = {**members(data), name: value}
        back = outcome(path, written(changed))
        if back is not None:
            held = back.strength if name == "strength" else back.members()[name]  # an empty one is not written
            assert json.dumps(held) in (json.dumps(value), json.dumps(value) + ".0")


def test_names_and_coefficients_come_in_pairs(path, data):
    for coef in ({"a": "1"}, {"a": 1}, {"a": True}, {"a": [1.0]}, {"a": None}, [1.0], [["a", 1.0]]):
        assert outcome(path, written({**members(data), "coef": coef})) is None


@pytest.mark.parametrize(
    ("there", "instead", "words"),
    [
        (b'"seed": 7', b'"seed": 7, "seed": 8', "'seed' stands twice"),
        (b'"mean": 29.5', b'"mean": 29.5, "mean": 29.5', "'mean' stands twice"),
        (b'"age": 0.25', b'"age": 0.25, "age": 0.5', "'age' stands twice"),
        (b'"age": 0.25', b'"age": 0.25, "\\u0061ge": 0.5', "'age' stands twice"),
        (b"0.25", b"NaN", "NaN"),
        (b"0.25", b"Infinity", "Infinity"),
        (b"0.25", b"-Infinity", "-Infinity"),
        (b"0.25", b"1e999", "1e999"),
        (b"0.25", b"-1e309", "-1e309"),
        (b"29.5", b"1e999", "1e999"),
        (b"0.25", b"1" * 5000, "5,000 characters"),
        (b"29.5", b"9" * 39, "64 bits"),
        (b'"seed": 7', b'"seed": 99999999999999999999', "64 bits"),
        (b'"target": "\\u00e9"', b'"target": "\\ud800"', "surrogate"),
        (b'"age": 0.25', b'"\\udfff": 0.25', "surrogate"),
        (b'"levels": null', b'"levels": "\\udc00\\ud800"', "surrogate"),
        (b'"target": "\\u00e9"', '"target": "é"'.encode(), "ASCII"),
        (b'"target": "\\u00e9"', b'"target": "\n"', "not JSON"),
        (b'"target": "\\u00e9"', b'"target": "' + b"x" * 70_000 + b'"', "70,000 characters"),
        (b'"levels": null', b'"levels": ' + b"[" * 17 + b"]" * 17, "deep"),
        (b'"levels": null', b'"levels": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000, "deep"),
        (b'"levels": null', b'"levels": [}', "not JSON"),
        (b'"version": 1', b'"version": 2', "format 2"),
        (b'"version": 1', b'"version": 999999999', "format 999999999"),
        (b'"version": 1', b'"version": 0', "first line"),
        (b'"version": 1', b'"version": "1"', "first line"),
        (b"normball model", b"normball Model", "first line"),
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_what_is_wrong_is_said(path, data, there, instead, words):
    assert data.count(there) == 1
    path.write_bytes(signed(data.replace(there, instead)))
    with pytest.raises(ModelFileError, match=words) as told:
        load_model(path)
    assert len(str(told.value)) < 500 and str(told.value).isprintable()


def test_an_edit_is_found(path, data):
    path.write_bytes(data.replace(b"0.25", b"0.26"))
    with pytest.raises(ModelFileError, match="changed or cut after it was written"):
        load_model(path)


MANY = 399_900  # just inside the count of values; what lies beyond is refused sooner
BOMBS = {
    "lists": b"[" + b"[]," * (MANY // 2) + b"0]",
    "objects": b"[" + b"{}," * (MANY // 2) + b"0]",
    "too many lists": b"[" + b"[]," * 5_000_000 + b"0]",
    "deep": b"[" * 15_000_000,
    "deep objects": b'{"a":' * 3_000_000,
    "integers": b"[" + b"7," * MANY + b"7]",
    "floats": b"[" + b"1234567890.12345678901234567890123456e-9," * MANY + b"0]",
    "too many floats": b"[" + b"1.5," * 4_000_000 + b"0]",
    "names": b"{" + b",".join(b'"%d": 0.5' % k for k in range(MANY)) + b"}",
    "one name": b"{" + b",".join([b'"a": 0.5'] * MANY) + b"}",
    "strings": b"[" + b'"",' * 5_000_000 + b'""]',
    "a long string": b'"' + b"x" * 16_000_000 + b'"',
    "escapes": b'"' + b"\\\\" * 8_000_000 + b'"',
    "characters": b'"' + b"\\u0041" * 2_700_000 + b'"',
    "a long integer": b"1" * 16_000_000,
    "a long fraction": b"0." + b"1" * 16_000_000,
    "a long exponent": b"1e" + b"0" * 16_000_000 + b"9",
    "blanks": b" " * 16_000_000 + b"1",
    "quotes": b'\\"' * 8_000_000,
    "beyond the size": b" " * 17_000_000,
}


LOADS = {
    "encoder": {"lists", "objects", "integers", "floats", "names", "blanks"},
    "coef": {"names"},
}  # large, but in order


@pytest.mark.parametrize("place", ["encoder", "coef"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(path, data, bomb, place):
    """Refused, or, where it is a value that a record can hold, loaded: in under a second of the processor's time."""
    there = b'{"age": 0.25,\n "sex=f": -1.5e-07}'
    if place == "encoder":
        there = b"29.5"
    assert data.count(there) == 1
    damaged = signed(data.replace(there, BOMBS[bomb]))
    start = time.process_time()
    back = outcome(path, damaged)
    assert time.process_time() - start < 1.0
    assert (back is not None) == (bomb in LOADS[place])


def test_the_limits_hold_without_python_s_own(path, data):
    """Deep nesting is refused by us: a program that raised the recursion limit does not crash."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        assert outcome(path, signed(data.replace(b"29.5", b"[" * 10**6 + b"]" * 10**6))) is None
    finally:
        sys.setrecursionlimit(limit)


def test_a_huge_file_is_not_read(path):
    with open(path, "wb") as file:
        file.truncate(1 << 40)
    start = time.process_time()
    with pytest.raises(ModelFileError, match="16,777,216 bytes"):
        load_model(path)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize("name", ["none.json", "a\nb", "x" * 300, "a\x00b", "none/model.json", "\x1b[31m", "."])
def test_paths_that_hold_no_model(tmp_path, name):
    with pytest.raises(ModelFileError) as told:
        load_model(tmp_path / name)
    assert str(told.value).isprintable() and isinstance(told.value, InputError)


@pytest.mark.parametrize("path", [None, 3.5, 10**9, object(), ["m"]])
def test_paths_of_another_type(path):
    with pytest.raises(ModelFileError):
        load_model(path)


def test_a_pipe_is_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(ModelFileError, match="pipe"):
        load_model(path)
    with pytest.raises(ModelFileError, match="device"):
        load_model(os.devnull)
