"""Records to write, bytes to damage: shared by the tests of model files."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import fields

import numpy as np
from hypothesis import strategies as st

from normball import ModelFileError
from normball.files import ModelRecord, load_model

EXTREMES = [
    *(0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, -1.7976931348623157e308, 0.1, 1 / 3, 1e22, 1e-7),
    *(float(np.nextafter(1.0, 2.0)), 9007199254740993.0, 123456789012345680.0),
]
HOSTILE = [
    *(
        "",
        " ",
        "a=b",
        '"',
        "'",
        "\\",
        '\\"',
        "\\u0041",
        "a\nb",
        "a\r\nb",
        "\t\x00\x7f\x9b31m",
        "<script>alert(1)</script>",
    ),
    *("$x^2$", "=1+1", "{", "[[", "}]", ",", "🦊", "e\u0301", "é", "\u2028", "\ufeff", "\u202egpj.exe", "\U0010ffff"),
    *("x" * 1000, "__proto__", "coef", "sha256", "NaN", "../../x"),
]


def example(**changes) -> ModelRecord:
    """A small model with something in every field."""
    given = dict(
        names=("age", "sex=f"), coef=np.array([0.25, -1.5e-7]), intercept=-0.0, lam=0.01, l1_ratio=0.5,
        standardize=True, total=891.0, classes=("no", "yes"), positive="yes", target="é", offset=None, seed=7,
        encoder={"columns": [{"name": "age", "mean": 29.5, "levels": None}]}, certificate={"gap": 1e-12}, command="fit",
        data_hash="00ff", versions={"normball": "0.1.0"}, strength={"lam": 0.01, "C": None},
    )  # fmt: skip
    return ModelRecord(**{**given, **changes})


def bits(value):
    """A value with its types, its order and every bit: two values of equal `bits` cannot be told apart."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, float):
        return ("float", struct.pack("<d", value))
    if isinstance(value, dict):
        return ("dict", [(bits(key), bits(one)) for key, one in value.items()])
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [bits(one) for one in value])
    return (type(value).__name__, value)


def all_bits(record: ModelRecord):
    return {one.name: bits(getattr(record, one.name)) for one in fields(record)}


def signed(data: bytes) -> bytes:
    """The same bytes with the checksum that fits them, as the format's description says (where they have one)."""
    seal = re.search(rb' "sha256": "[0-9a-f]{64}",', data)
    if seal is None:
        return data
    digest = hashlib.sha256(data[: seal.start()] + data[seal.end() :]).hexdigest()
    return data[: seal.start()] + b' "sha256": "%s",' % digest.encode() + data[seal.end() :]


def outcome(path, data: bytes):
    """The record that these bytes load as, or None where they are refused; any other exception passes."""
    path.write_bytes(data)
    try:
        return load_model(path)
    except ModelFileError:
        return None


FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(max_size=30)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
CLASSES = (
    st.just((False, True))
    | st.lists(TEXT, min_size=2, max_size=2, unique=True).map(tuple)
    | st.lists(st.integers(-(2**63), 2**64 - 1) | FINITE, min_size=2, max_size=2, unique=True).map(tuple)
)


@st.composite
def records(draw):
    coefs = draw(st.dictionaries(TEXT, FINITE, max_size=8))
    classes = draw(CLASSES)
    return ModelRecord(
        names=tuple(coefs), coef=np.array(list(coefs.values()), np.float64), intercept=draw(FINITE),
        lam=draw(st.floats(0, 1e300)), l1_ratio=draw(st.floats(0, 1)), standardize=draw(st.booleans()),
        total=draw(st.floats(5e-324, 1e300)), classes=classes, positive=classes[draw(st.integers(0, 1))],
        target=draw(st.none() | TEXT), offset=draw(st.none() | TEXT), command=draw(st.none() | TEXT),
        encoder=draw(st.none() | st.dictionaries(TEXT, PLAIN, max_size=4)),
        seed=draw(st.none() | st.integers(0, 2**32)),
        certificate=draw(st.dictionaries(TEXT, PLAIN, max_size=4)), data_hash=draw(st.none() | TEXT),
        versions=draw(st.dictionaries(TEXT, TEXT, max_size=4)),
    )  # fmt: skip
