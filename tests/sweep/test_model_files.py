"""The long list for model files: every bit, every byte put in, kills by the hundred."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.killing import kill_often
from files.records import all_bits, example, outcome, records, signed
from normball.files import ModelRecord, load_model, save_model

LONG = dict(max_examples=1500, suppress_health_check=list(HealthCheck))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.json"


@pytest.fixture
def data(path):
    save_model(path, example())
    return path.read_bytes()


def test_every_bit_flipped(path, data):
    """Damage as it comes: refused.  With the checksum mended: a record, or refused; nothing else escapes."""
    for k in range(len(data)):
        for bit in range(8):
            damaged = data[:k] + bytes([data[k] ^ 1 << bit]) + data[k + 1 :]
            assert outcome(path, damaged) is None, (k, bit)
            assert isinstance(outcome(path, signed(damaged)), ModelRecord | None)


PIECES = [
    b"\x00",
    b"\r",
    b" ",
    b'"',
    b"\\",
    b"{",
    b"[",
    b"}",
    b"]",
    b",",
    b":",
    b"9",
    b"-",
    b"e",
    b"\xff",
    b"\xed\xa0\x80",
]


@pytest.mark.parametrize("more", [*PIECES, b"\xed\xa0\x80", b"\\ud800", b"1e999", b"NaN", b'"a":'])
def test_bytes_put_in_everywhere(path, data, more):
    for k in range(len(data) + 1):
        damaged = data[:k] + more + data[k:]
        assert outcome(path, damaged) in (None, example()), k  # CR before LF alone does no harm
        assert isinstance(outcome(path, signed(damaged)), ModelRecord | None)


def test_bytes_taken_out_everywhere(path, data):
    for k in range(len(data)):
        for size in (1, 2, 7, 64):
            damaged = data[:k] + data[k + size :]
            assert outcome(path, damaged) in ((None, example()) if k + size >= len(data) else (None,)), (k, size)
            assert isinstance(outcome(path, signed(damaged)), ModelRecord | None)


@settings(**LONG)
@given(record=records(), draw=st.data())
def test_any_record_and_any_damage_to_it(path, record, draw):
    save_model(path, record, force=True)
    assert all_bits(load_model(path)) == all_bits(record)
    data = path.read_bytes()
    for _ in range(draw.draw(st.integers(1, 4))):
        at, start, size = (draw.draw(st.integers(0, len(data))) for _ in range(3))
        data = data[:at] + data[start : start + size] + data[at + draw.draw(st.integers(0, 50)) :]
    assert isinstance(outcome(path, data), ModelRecord | None)
    assert isinstance(outcome(path, signed(data)), ModelRecord | None)


@pytest.mark.parametrize("again", [True, False], ids=["overwrite", "create"])
def test_killed_often(tmp_path, rng, again):
    assert kill_often(tmp_path, 100, rng, again=again) == []
    assert list(tmp_path.glob(".normball-*.tmp")) != []  # some were killed in the middle of a file
