"""The file as a file: size, policy, escaping, bytes.  What it computes and how it looks: tests/sweep."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from explorer.scenes import HOSTILE, fitted, hostile, table
from normball.errors import InputError
from normball.explorer import build_explorer, example_scene
from normball.explorer.build import LARGEST, SCRIPTS, page_file, whole_script
from normball.explorer.sample import LARGEST as ROWS
from report.elements import Page

NAMESPACE = "http://www.w3.org/2000/svg"
DANGERS = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(", "XMLHttpRequest",
    "WebSocket", "sendBeacon", "import(", "localStorage", "url(", "@import",
)  # fmt: skip


@pytest.fixture(scope="module")
def text():
    return build_explorer(example_scene())


def large():
    """As many rows as a page may hold, each number with all its digits, drawn from many more."""
    X, y, weight = table(rows=20_000)
    return fitted(X, y, weight)[0]


def test_below_300_kB_also_with_the_largest_sample(text):
    assert LARGEST == 300_000 and len(text.encode()) < 100_000
    scene = large()
    assert len(scene.y) == ROWS and scene.drawn_from == 20_000
    page = build_explorer(scene)
    assert len(page.encode()) < 300_000
    assert "600 rows, a sample of 20,000" in page and "weighted" in page


def test_more_rows_than_fit_are_refused():
    X, y, weight = table(rows=6000)
    with pytest.raises(InputError, match=r"6,000 rows make a page of more than 300,000 bytes"):
        build_explorer(fitted(X, y, weight, largest=6000)[0])


def test_no_address_but_the_namespace_of_svg(text):
    for page in (text, build_explorer(hostile("calm"))):
        assert set(re.findall(r"[a-z]+://[^\s\"'<>)]*", page)) == {NAMESPACE}
        for danger in DANGERS:
            assert danger not in page.replace("url(#", "")  # its own clips


@pytest.mark.parametrize("word", HOSTILE, ids=lambda w: ascii(w)[:12])
def test_hostile_names(word):
    """The elements are those of a harmless page, what is hidden is made visible, all can be stored."""
    page, calm = Page(build_explorer(hostile(word))), Page(build_explorer(hostile("calm")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in calm.tags]
    build_explorer(hostile(word)).encode("utf-8")
    for hidden in "\0\r\t\u202e\ud800\u2028":
        assert hidden not in "".join(page.text)
    data = page.raw["script", "application/json"]
    assert "<" not in data and json.loads(data)["x1"] == json.loads(calm.raw["script", "application/json"])["x1"]
    if word.isprintable() and 0 < len(word) < 50:
        assert word + "a" in "".join(page.text) and json.loads(data)["names"][0] == word + "a"


@pytest.mark.parametrize("scene", [example_scene(), hostile(HOSTILE[0])], ids=["built-in", "hostile"])
def test_nothing_is_loaded_and_nothing_inline_escapes_the_policy(scene):
    page = Page(build_explorer(scene))
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for key, source in ((("style", ""), "style-src"), (("script", ""), "script-src")):
        digest = base64.b64encode(hashlib.sha256(page.raw[key].encode()).digest()).decode()
        assert rules[source] == f"'sha256-{digest}'"
    for tag, attrs in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignobject")
        assert not any(name.startswith("on") or name in ("style", "src", "srcset", "action") for name in attrs)
        assert attrs.get("href", "#").startswith("#")


def test_the_data_keep_every_digit():
    scene = fitted(*table())[0]
    data = json.loads(Page(build_explorer(scene)).raw["script", "application/json"])
    assert (scene.u == np.array([data["x1"], data["x2"]]).T).all() and data["offset"] == scene.offset.tolist()
    assert data["weight"] == scene.weight.tolist() and data["lam"] == scene.lam


def test_labels_and_ids(text):
    tags = Page(text).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(set(ids)) == len(ids) and dict(tags)["html"]["lang"] == "en"
    wanted = set(re.findall(r'byId\("([^"$]+)"\)', whole_script())) | {"lam-exact", "t-exact"}
    assert wanted <= set(ids)
    said = set(re.findall(r'say\("([^"]+)"', whole_script()))
    assert {attrs["data-say"] for _, attrs in tags if "data-say" in attrs} | {"w1-unit", "w2-unit"} == said
    for _, attrs in tags:
        for key in ("aria-labelledby", "for"):
            assert attrs.get(key) is None or attrs[key] in ids


def test_the_same_scene_gives_the_same_bytes(text):
    code = (
        "import sys; from normball.explorer import *; sys.stdout.buffer.write(build_explorer(example_scene()).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p), "PYTHONHASHSEED": "5"},
    )  # fmt: skip
    assert done.stdout == text.encode()


def test_scripts_are_small_files_each_with_a_heading():
    for part in SCRIPTS:
        lines = page_file(part).splitlines()
        assert lines[0].startswith("// ") and len(lines) <= 200 and max(map(len, lines)) <= 120, part
