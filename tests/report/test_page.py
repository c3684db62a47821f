"""The file as a file: its parts, its size, its policy, its escaping, its colours.  Browsers: tests/sweep."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

import normball
from normball.errors import InputError
from normball.report import build_report, coefficient_facts, proof_facts
from normball.report.build import page_file
from normball.report.charts import forest
from normball.report.charts.frame import ratio_ticks
from report.elements import Page
from report.sample import HOSTILE, hostile, huge, ordinary


@pytest.fixture(scope="module")
def text():
    return build_report(ordinary())


def test_the_same_facts_give_the_same_bytes(text):
    code = "import sys; from report.sample import ordinary; from normball.report import build_report; "
    code += "sys.stdout.buffer.write(build_report(ordinary()).encode())"
    run = lambda seed: subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p), "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
    ).stdout  # fmt: skip
    assert run("1") == run("2") == text.encode()


def test_no_clock_in_the_proof():
    """Two fits of the same data differ in seconds only, and the facts do not know seconds."""
    X, y = load_breast_cancer(return_X_y=True)
    a, b = (normball.solve(X, y, lam=0.01, standardize=True) for _ in range(2))
    assert a.certificate.seconds != b.certificate.seconds
    assert proof_facts(a.certificate) == proof_facts(b.certificate)
    assert proof_facts(a.certificate).words.endswith(".")


def test_order_of_sections(text):
    ids = [attrs.get("id") for tag, attrs in Page(text).tags if tag == "section"]
    assert ids == ["alerts", "strength", "choice", "coefficients", "heldout", "recipe"]


def test_headings_descend_by_one(text):
    levels = [int(tag[1]) for tag, _ in Page(text).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_language_title_labels_and_ids(text):
    page = Page(text)
    tags = page.tags
    assert dict(tags)["html"]["lang"] == "en"
    assert re.search(r"<title>bought = yes", text)
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for _, attrs in tags:
        for key in ("aria-labelledby", "for"):
            assert attrs.get(key) is None or attrs[key] in ids
    labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
    for tag, attrs in tags:
        if tag == "input":
            assert attrs["id"] in labelled or "aria-labelledby" in attrs
        if tag == "svg":
            assert attrs.get("aria-hidden") == "true" or (attrs["role"] == "img" and attrs["aria-label"])


def test_every_chart_has_a_table(text):
    """After each picture, a table stands in the same card or the next."""
    for chart in re.finditer(r'role="img"', text):
        assert "<table" in text[chart.end() :]
    assert text.count("<summary>Table</summary>") == 4  # ROC, precision–recall, calibration, thresholds


@pytest.mark.parametrize("facts", [ordinary(), *map(hostile, HOSTILE)], ids=lambda f: ascii(f.target)[:12])
def test_nothing_is_loaded_and_nothing_inline_escapes_the_policy(facts):
    page = Page(build_report(facts))
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    for key, source in ((("style", ""), "style-src"), (("script", ""), "script-src")):
        digest = base64.b64encode(hashlib.sha256(page.raw[key].encode()).digest()).decode()
        assert rules[source] == f"'sha256-{digest}'"
    for tag, attrs in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignobject")
        assert not any(name.startswith("on") or name in ("style", "src", "srcset", "action") for name in attrs)
        assert attrs.get("href", "#").startswith("#")
    assert sum(tag == "script" for tag, _ in page.tags) == 2
    assert "url(" not in page.raw["style", ""] and "@import" not in page.raw["style", ""]


@pytest.mark.parametrize("word", HOSTILE, ids=lambda w: ascii(w)[:12])
def test_hostile_words(word):
    """The elements are those of a harmless report, the text can be stored, and what is hidden is made visible."""
    page, calm = Page(build_report(hostile(word))), Page(build_report(hostile("calm")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in calm.tags]
    build_report(hostile(word)).encode("utf-8")
    for hidden in "\0\r\t\u202e\ud800\u2028":
        assert hidden not in "".join(page.text)
    data = json.loads(page.raw["script", "application/json"])
    assert len(data["coefficients"]) == 3 and "<" not in page.raw["script", "application/json"]
    if word.isprintable() and 0 < len(word) < 60:
        assert word in "".join(page.text) and data["coefficients"][0][0] == word


@pytest.mark.parametrize(
    "facts",
    [huge(), huge(30_000), *(huge(2000, name) for name in ("w" * 1000, "👩" * 300, "<&\"'>" * 200, "\0" * 400))],
    ids=["2000", "30000", "long", "emoji", "escaped", "hidden"],
)  # fmt: skip
def test_below_500_kB(facts):
    text = build_report(facts)
    assert len(text.encode("utf-8")) < 500_000
    rows = json.loads(Page(text).raw["script", "application/json"])["coefficients"]
    left_out = re.search(r"The ([0-9,]+) smallest are not in this file", text)
    assert len(rows) + int(left_out[1].replace(",", "") if left_out else 0) == len(facts.coefficients)
    assert len(rows) >= 500


def test_2000_coefficients_are_all_there_to_search():
    data = json.loads(Page(build_report(huge())).raw["script", "application/json"])
    assert len(data["coefficients"]) == 2000


def test_largest_effect_first_and_exact(text):
    cells = json.loads(Page(text).raw["script", "application/json"])["coefficients"]
    assert [row[0] for row in cells] == ["age", "sex=female", "income"]
    assert cells[0][1:3] == [f"{np.exp(0.03 * 12):.2f}", f"{np.exp(0.03):.2f}"]
    assert cells[1][5] == "against male"


def test_extreme_numbers():
    """Odds beyond float64, no spread, all zero, no coefficient at all."""
    names = ["huge", "tiny", "flat"]
    wild = coefficient_facts(names, names, np.array([900.0, -1e200, 5.0]), np.array([1e200, 1e200, 0.0]))
    for some in (wild, wild[2:], ()):
        text = build_report(replace(ordinary(), coefficients=some))
        assert not re.search(r"\b(nan|inf)\b", " ".join(Page(text).text))
        assert ("Largest effects" in text) == (some == wild)


@pytest.mark.parametrize("status", ["uncertified", "separated", "interrupted"])
def test_an_answer_without_proof_says_so_at_once(status):
    facts = ordinary()
    head = build_report(replace(facts, proof=replace(facts.proof, status=status))).split("<main")[0]
    assert 'class="bad"' in head and "certified</b>" not in head.replace("not certified", "")


def test_without_held_out_rows():
    text = build_report(replace(ordinary(), judgement=None))
    assert "No rows were held out" in text and 'id="threshold"' not in text


def test_no_better_than_nothing_is_said():
    facts = ordinary()
    worse = replace(facts.judgement, gain=0.01, gain_se=0.02)
    assert "not better than the null model" in build_report(replace(facts, judgement=worse))
    assert "not better than the null model" not in build_report(facts)


def test_a_wrong_share_is_refused():
    with pytest.raises(InputError, match=r"base_rate=1\.5"):
        build_report(replace(ordinary(), base_rate=1.5))


@pytest.mark.parametrize("high", [1e-9, 1e-3, 0.05, 0.3, 1.0, 3.0, 8.0, 40.0, 300.0, 7000.0, 1e6])
@pytest.mark.parametrize("low", [0.0, -0.2, -5.0])
def test_ticks_are_few_inside_and_labelled_truly(low, high):
    ticks = ratio_ticks(low, high)
    assert 1 <= len(ticks) <= 8
    for at, label in ticks:
        assert low - 1e-9 <= at <= high + 1e-9
        mantissa, _, power = label.replace("−", "-").partition("e")
        assert np.log(float(mantissa)) + int(power or 0) * np.log(10.0) == pytest.approx(at, abs=1e-6)
    assert len({label for _, label in ticks}) == len(ticks)


def test_forest_stays_on_its_paper():
    for narrow in (False, True):
        plot = forest(huge().coefficients, narrow)
        assert len(plot.rows) <= 24
        assert all(plot.left <= row.x <= plot.right and 0 < row.y < plot.bottom for row in plot.rows)
        assert all((row.x > plot.one) == row.raises for row in plot.rows)


# ---- colours: contrast as WCAG 2.2 computes it


def luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def palettes():
    blocks = re.findall(r":root \{(.*?)\}", page_file("style.css"), re.S)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return [("light", light), ("dark", dark)]


def test_contrast_is_computed_rightly():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known near miss


@pytest.mark.parametrize(("scheme", "colour"), palettes(), ids=["light", "dark"])
def test_text_contrast(scheme, colour):
    """Whatever is used as a text colour, on whatever lies behind text: at least 4.5:1."""
    css = page_file("style.css")
    inks = set(re.findall(r"(?<![a-z-])color: var\(--([a-z-]+)\)", css))
    assert {"ink", "muted", "link", "blue", "orange", "red", "green"} == inks
    for ink in inks:
        for paper in ("paper", "card"):
            assert contrast(colour[ink], colour[paper]) >= 4.5, (scheme, ink, paper)
    for ink, paper in (("ink", "red-soft"), ("red", "red-soft"), ("ink", "blue-soft"), ("ink", "orange-soft")):
        assert contrast(colour[ink], colour[paper]) >= 4.5
    assert contrast(colour["blue"], colour["card"]) >= 3.0 and contrast(colour["orange"], colour["card"]) >= 3.0


@pytest.mark.parametrize(("scheme", "colour"), palettes(), ids=["light", "dark"])
def test_blue_and_orange_stay_apart_for_the_colour_blind(scheme, colour):
    """Simulated protanopia and deuteranopia (Viénot, Brettel and Mollon, 1999): still far apart."""
    to_lms = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
    protan = np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]])
    deutan = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
    linear = lambda name: np.array([(int(colour[name][k : k + 2], 16) / 255) ** 2.2 for k in (1, 3, 5)])
    for blind in (protan, deutan):
        seen = [
            np.clip(np.linalg.solve(to_lms, blind @ to_lms @ linear(name)), 0, 1) ** (1 / 2.2)
            for name in ("blue", "orange")
        ]
        assert np.linalg.norm(seen[0] - seen[1]) > 0.4, (scheme, seen)


def test_no_colour_outside_the_palette():
    rules = re.sub(r":root \{.*?\}", "", page_file("style.css"), flags=re.S)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= {"#ffffff"}  # paper, when printed
