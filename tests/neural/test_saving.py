"""One file, safetensors and JSON: the same network back, or a sentence, whatever the bytes."""

from __future__ import annotations

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")
safetensors = pytest.importorskip("safetensors", reason="safetensors is not installed; the extra [torch] holds it")

import normball  # noqa: E402
from normball.neural import NeuralClassifier, NeuralClassifierCV, NeuralRegressor, load  # noqa: E402

SMALL = dict(hidden=(5,), epochs=3, random_state=0)
LABELS = {
    "text": np.array(["no", "yes", "Übermaß"]),
    "objects": np.array(["a", "b", "c"], dtype=object),
    "whole": np.array([3, 7, 11]),
    "bools": np.array([False, True]),
    "floats": np.array([-1.0, 1.0]),
}


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).standard_normal((40, 3))


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("hidden", [(5,), (), (4, 3)])
def test_round_trip(tmp_path, X, kind, hidden):
    y = LABELS[kind][np.arange(40) % len(LABELS[kind])]
    model = NeuralClassifier(hidden, lam=0.1, epochs=None if hidden == () else 3, random_state=0, l1_ratio=0.5)
    model.fit(X, y).save(tmp_path / "net.safetensors")
    back = load(tmp_path / "net.safetensors")
    assert np.array_equal(back.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(back.predict(X), model.predict(X))
    assert back.classes_.dtype.kind == model.classes_.dtype.kind
    assert back.certificate_ == model.certificate_
    assert all(np.array_equal(back.history_[name], line) for name, line in model.history_.items())
    for name in ("hidden", "lam", "l1_ratio", "activation", "lambda_", "n_iter_", "status_", "n_features_in_"):
        assert getattr(back, name) == getattr(model, name)


def test_other_kinds(tmp_path, X):
    for k, model in enumerate(
        (
            NeuralRegressor(**SMALL).fit(X, X[:, 0]),
            NeuralRegressor(**SMALL).fit(X, X[:, :2]),
            NeuralClassifierCV([0.1, 0.01], cv=2, **SMALL).fit(X, X[:, 0] > 0),
        )
    ):
        model.save(tmp_path / f"{k}")
        back = load(tmp_path / f"{k}")
        assert type(back) is type(model)
        assert np.array_equal(back.predict(X), model.predict(X))
        assert back.lambda_ == model.lambda_


def test_what_is_not_there_or_not_ours(tmp_path, X):
    with pytest.raises(normball.ModelFileError, match="No such file"):
        load(tmp_path / "nothing")
    (tmp_path / "text").write_text("{}")
    with pytest.raises(normball.ModelFileError, match="not a safetensors file"):
        load(tmp_path / "text")
    from safetensors.numpy import save_file

    save_file({"w": np.zeros(3)}, tmp_path / "theirs")
    with pytest.raises(normball.ModelFileError, match="its format is None"):
        load(tmp_path / "theirs")


def test_nothing_is_overwritten_unasked(tmp_path, X):
    model, path = NeuralClassifier(**SMALL).fit(X, X[:, 0] > 0), tmp_path / "net"
    model.save(path)
    first = path.read_bytes()
    with pytest.raises(normball.InputError, match="exists already"):
        model.save(path)
    model.save(path, force=True)
    assert path.read_bytes() == first


@pytest.fixture(scope="module")
def good(tmp_path_factory, X):
    path = tmp_path_factory.mktemp("net") / "good"
    NeuralClassifier(**SMALL).fit(X, X[:, 0] > 0).save(path)
    return path.read_bytes(), path.with_name("bad")


@given(data=st.data())
def test_damage_is_a_sentence_or_does_no_harm(good, data):
    """Any byte another one, or the end cut off: ModelFileError and nothing else; or a model that still predicts."""
    whole, path = good
    if data.draw(st.booleans()):
        damaged = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        damaged = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    path.write_bytes(damaged)
    with contextlib.suppress(normball.ModelFileError):
        back = load(path)
        assert len(damaged) == len(whole)
        assert back.predict(np.zeros((2, 3))).shape == (2,)


def edited(whole, change):
    """The same file with another record."""
    size = struct.unpack("<Q", whole[:8])[0]
    header = json.loads(whole[8 : 8 + size])
    record = json.loads(header["__metadata__"]["normball"])
    change(record, header)
    header["__metadata__"]["normball"] = json.dumps(record)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + whole[8 + size :]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda r, h: r.update(kind="os.system"), "none of"),
        (lambda r, h: r["settings"].update(activation="eval"), "activation"),
        (lambda r, h: r.pop("classes"), "lacks"),
        (lambda r, h: r.update(classes=["i", [1, 2, 3]]), "outputs"),
        (lambda r, h: r.update(classes=["V", [1, 2]]), "kind"),
        (lambda r, h: r.update(names=["one"]), "names 1 columns"),
        (lambda r, h: r.update(format="normball.neural 9"), "format"),
        (lambda r, h: h["coef.0"].update(shape=[5, 3]), "does not fit"),
        (lambda r, h: r.update(certificate={}), "lacks"),
    ],
)
def test_records_that_do_not_fit(good, change, word):
    whole, path = good
    path.write_bytes(edited(whole, change))
    with pytest.raises(normball.ModelFileError, match=word):
        load(path)
