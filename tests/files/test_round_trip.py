"""load(save(record)) is the record, bit for bit; and the file is plain JSON that others read as well."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from files.records import EXTREMES, HOSTILE, all_bits, example, records
from normball import InputError
from normball.files import load_model, save_model


def there_and_back(path, record):
    save_model(path, record, force=True)
    return load_model(path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records())
def test_any_record(tmp_path, record):
    back = there_and_back(tmp_path / "model.json", record)
    assert all_bits(back) == all_bits(record)
    assert back == record and hash(back) == hash(record)


def test_extreme_numbers_and_hostile_names(tmp_path):
    coef = np.resize(EXTREMES, len(HOSTILE))
    for value in EXTREMES:
        record = example(
            names=tuple(HOSTILE), coef=coef, intercept=value, target=HOSTILE[3], command="\n".join(HOSTILE)
        )
        assert all_bits(there_and_back(tmp_path / "m", record)) == all_bits(record)


@pytest.mark.parametrize(
    "classes", [("0", "1"), (0, 1), (0.0, 1.0), (False, True), (-1, 1), (0, 2.5), (2**63, 2**64 - 1)]
)
def test_labels_keep_their_type(tmp_path, classes):
    back = there_and_back(tmp_path / "m", example(classes=classes, positive=classes[1]))
    assert [(type(label), label) for label in back.classes] == [(type(label), label) for label in classes]
    assert type(back.positive) is type(classes[1])


def test_numpy_values_become_plain(tmp_path):
    record = example(
        total=np.float64(3), lam=np.float32(0.5), standardize=np.True_, seed=np.int64(3), classes=np.array(["a", "b"]),
        positive=np.str_("b"), encoder={"x": (np.arange(2), np.float64(-0.0))}, names=["p", np.str_("q")], coef=[1, 2],
    )  # fmt: skip
    back = there_and_back(tmp_path / "m", record)
    assert all_bits(back) == all_bits(record)
    assert back.encoder == {"x": [[0, 1], -0.0]} and type(record.standardize) is bool and record.names == ("p", "q")


def test_no_columns(tmp_path):
    record = example(names=(), coef=np.zeros(0))
    assert all_bits(there_and_back(tmp_path / "m", record)) == all_bits(record)


def test_same_record_same_bytes(tmp_path):
    save_model(tmp_path / "a", example())
    save_model(tmp_path / "b", load_model(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "change",
    [{"intercept": 0.0}, {"coef": np.array([0.25, np.nextafter(-1.5e-7, 0)])}, {"names": ("age", "sex=g")},
     {"seed": None}, {"names": ("sex=f", "age"), "coef": np.array([-1.5e-7, 0.25])}, {"positive": "no"}],
)  # fmt: skip
def test_unequal_where_a_bit_differs(change):
    assert example(**change) != example()


def test_others_can_read_it(tmp_path):
    """Python's own json, and hashlib over the file without its checksum: as the format says."""
    record = example(names=tuple(HOSTILE), coef=np.resize(EXTREMES, len(HOSTILE)))
    save_model(tmp_path / "model.json", record)
    data = (tmp_path / "model.json").read_bytes()
    plain = json.loads(data)
    assert plain["format"] == "normball model" and plain["version"] == 1
    assert list(plain["coef"]) == HOSTILE
    assert np.array(list(plain["coef"].values())).tobytes() == record.coef.tobytes()
    bare, removed = re.subn(rb' "sha256": "[0-9a-f]{64}",', b"", data, count=1)
    assert removed == 1 and plain["sha256"] == record.sha256 == hashlib.sha256(bare).hexdigest()
    assert all(byte == 10 or 32 <= byte < 127 for byte in data)  # harmless on a terminal


def test_line_ends_of_another_system(tmp_path):
    """Version control on Windows writes CR LF for LF."""
    save_model(tmp_path / "m", example())
    (tmp_path / "m").write_bytes((tmp_path / "m").read_bytes().replace(b"\n", b"\r\n"))
    assert load_model(tmp_path / "m") == example()


def test_files_of_every_released_version_load():
    """Written by hand from the description of format 1."""
    record = load_model(Path(__file__).with_name("format1.json"))
    assert record.names == ("age", "ville=Orléans") and record.coef.tolist() == [0.25, -1.5e-7]
    assert record.intercept == -1.0 and record.classes == (0, 1) and record.positive == 1 and record.total == 462.0
    assert record.encoder is None and record.seed == 0 and record.versions == {"normball": "0.1.0"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("names", ("a", "a")), ("names", ("a", 1)), ("names", "ab"), ("names", ("a", "\ud800")),
     ("names", ("a", "x" * 65537)),
     ("coef", [1.0]), ("coef", [1.0, np.nan]), ("coef", [np.inf, 1.0]), ("coef", ["a", "b"]), ("coef", [[1.0, 2.0]]),
     ("intercept", np.nan), ("intercept", "1"), ("intercept", True), ("intercept", None), ("lam", -1.0),
     ("lam", np.inf),
     ("l1_ratio", 1.5), ("l1_ratio", -0.1), ("standardize", 1), ("total", 0.0), ("total", -1.0), ("classes", ("a",)),
     ("classes", ("a", "a")), ("classes", ("a", 1)), ("classes", (0, True)), ("classes", ([], [1])), ("classes", None),
     ("classes", (0.0, np.nan)), ("positive", "maybe"), ("positive", None), ("target", 1), ("offset", b"x"),
     ("command", ["fit"]), ("seed", 1.0), ("seed", True), ("seed", 2**64), ("data_hash", 5), ("encoder", []),
     ("encoder", {1: 2}), ("encoder", {"x": {1, 2}}), ("encoder", {"x": np.inf}), ("encoder", {"x": 1j}),
     ("encoder", {"x": "\udc00"}), ("encoder", {"x": 10**30}), ("certificate", None), ("certificate", {"gap": np.nan}),
     ("versions", {"normball": 1}), ("versions", "1")],
)  # fmt: skip
def test_a_wrong_field_is_named(field, value):
    word = {"names": "name", "versions": "version"}.get(field, field)
    with pytest.raises(InputError, match=word):
        example(**{field: value})


def nested(levels):
    return {"x": nested(levels - 1)} if levels > 1 else {}


def test_as_deep_as_is_allowed(tmp_path):
    record = example(encoder=nested(15))
    assert all_bits(there_and_back(tmp_path / "m", record)) == all_bits(record)
    with pytest.raises(InputError, match="encoder is more than 15 deep"):
        example(encoder=nested(16))


def test_true_is_not_one():
    with pytest.raises(InputError, match="positive"):
        example(classes=(0, 1), positive=True)


@pytest.mark.parametrize("much", [{"columns": [0] * 400_000}, {"text": ["x" * 60_000] * 300}])
def test_nothing_is_written_that_would_not_load(tmp_path, much):
    with pytest.raises(InputError, match=r"cannot be written: .* 400,000 values|cannot be written: .* 16,777,216"):
        save_model(tmp_path / "m", example(encoder=much))
    assert list(tmp_path.iterdir()) == []


def test_refuses_to_overwrite(tmp_path):
    save_model(tmp_path / "m", example())
    with pytest.raises(InputError, match=r"exists already .*force"):
        save_model(tmp_path / "m", example(seed=8))
    assert load_model(tmp_path / "m").seed == 7
    save_model(tmp_path / "m", example(seed=8), force=True)
    assert load_model(tmp_path / "m").seed == 8


def test_only_records():
    with pytest.raises(InputError, match="ModelRecord"):
        save_model("m", {"coef": [1.0]})  # type: ignore[arg-type]


def test_coefficients_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        example().coef[0] = 1.0


def test_a_file_from_before_strengths_were_kept(tmp_path):
    """No member, and none when it is written again: the same bytes, the same checksum."""
    save_model(tmp_path / "old", example(strength={}))
    old = (tmp_path / "old").read_bytes()
    assert b"strength" not in old
    save_model(tmp_path / "again", load_model(tmp_path / "old"))
    assert (tmp_path / "again").read_bytes() == old and load_model(tmp_path / "old").strength == {}


@pytest.mark.parametrize("strength", [{"C": -1.0}, {"C": "1"}, {"C": True}, [("C", 1.0)], None])
def test_strengths_are_numbers_or_nothing(strength):
    with pytest.raises(InputError, match="strength"):
        example(strength=strength)


def test_a_second_stage_is_kept_and_others_are_not_changed_by_it(tmp_path):
    save_model(tmp_path / "m", example(relax=0.25))
    assert load_model(tmp_path / "m").relax == 0.25
    save_model(tmp_path / "n", example())
    assert b"relax" not in (tmp_path / "n").read_bytes() and load_model(tmp_path / "n").relax is None
    with pytest.raises(InputError, match="relax"):
        example(relax=-1.0)
