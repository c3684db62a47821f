"""The page of three classes and more: what stands in it, that it is harmless, and how large it gets."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from normball.errors import InputError
from normball.report import ClassFacts, build_report
from normball.report.build import LARGEST
from normball.report.classes import CROSSED, matrix
from report.class_sample import class_outcomes, flowers
from report.elements import Page
from report.sample import HOSTILE


def test_it_is_balanced_and_has_every_section():
    page = Page(build_report(flowers()))
    ids = [at.get("id") for tag, at in page.tags if tag == "section"]
    assert ids == ["alerts", "strength", "choice", "coefficients", "heldout", "recipe"]
    assert sum(at.get("class") == "panel" for tag, at in page.tags if tag == "div") == 3
    text = " ".join(" ".join(page.text).split())
    assert "Predicting species : 3 classes" in text
    for label in ("setosa", "versicolor", "virginica"):
        assert text.count(label) >= 6


def test_the_script_finds_what_it_asks_for():
    text = build_report(flowers())
    given = json.loads(Page(text).raw["script", "application/json"])
    assert "above" not in given and "positives" not in given
    rows = given["coefficients"]
    assert [len(row) for row in rows] == [1 + 3 + 2] * 4
    assert 'id="class"' in text and 'id="rows"' in text and 'id="search"' in text
    assert 'id="threshold"' not in text


def test_the_table_has_the_numbers():
    """Log-odds per SD, the largest of any class first."""
    facts = flowers(columns=30)
    rows = json.loads(Page(build_report(facts)).raw["script", "application/json"])["coefficients"]
    values = {c.name: (c.sd, row) for c, row in zip(facts.coefficients, facts.classes.coefficients, strict=True)}
    told = [[float(v.replace("−", "-")) for v in row[1:4]] for row in rows]
    for row, numbers in zip(rows, told, strict=True):
        sd, coef = values[row[0]]
        assert numbers == pytest.approx([sd * v for v in coef], rel=5e-3, abs=1e-12)
    sizes = [sd * max(map(abs, coef)) for sd, coef in (values[row[0]] for row in rows)]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("word", HOSTILE, ids=lambda word: ascii(word)[:12])
def test_hostile_labels(word):
    """A label, wherever it is told, neither opens an element nor hides."""
    labels = (word, f"{word}2", "plain")
    facts = flowers(labels, target=word)
    page = Page(build_report(facts))
    same = Page(build_report(flowers(("a", "b", "plain"), target="t")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in same.tags]
    assert not any(name.startswith("on") or name in ("src", "style") for _, at in page.tags for name in at)
    build_report(facts).encode("utf-8")


@pytest.mark.parametrize(("K", "columns"), [(3, 20_000), (100, 2000), (30, 300), (12, 5000)])
def test_below_500_kB(K, columns):
    labels = tuple(f"<class & {k} {'é' * 90}>" for k in range(K))
    assert len(build_report(flowers(labels, columns)).encode()) < LARGEST


def test_many_classes_are_told_to_be_a_part():
    text = build_report(flowers(tuple(f"class {k}" for k in range(40)), 10))
    assert "The 12 most frequent classes are drawn; the table has all 40." in text
    assert f"The {CROSSED} most frequent of 40 classes." in text


def test_the_matrix_keeps_every_row():
    """Each line adds up to its class, whether all classes are shown or the rest is one column."""
    from normball.report import judge_classes

    for K in (3, CROSSED, CROSSED + 9):
        eta, y = class_outcomes(K, 900)
        j = judge_classes(eta, y, null_eta=np.zeros(K))
        order, rows, part = matrix(j)
        assert part == (K > CROSSED) and len(rows) == min(K, CROSSED)
        for k, row in zip(order, rows, strict=True):
            assert sum(cell.weight for cell in row) == pytest.approx(j.classes[k].weight)
            assert all((cell.shade > 0) == (cell.weight > 0.0) and cell.shade <= 5 for cell in row)


def test_no_held_out_rows():
    text = build_report(flowers(judgement=None))
    assert "No rows were held out" in text
    Page(text)


def test_every_coefficient_zero():
    facts = flowers()
    none = replace(facts.classes, coefficients=((0.0,) * 3,) * 4)
    text = build_report(
        replace(facts, classes=none, coefficients=tuple(replace(c, coef=0.0) for c in facts.coefficients))
    )
    assert text.count("Every coefficient of this class is zero.") == 3


@pytest.mark.parametrize(
    "wrong",
    [
        dict(labels=("a", "b")), dict(shares=(1.0,)), dict(intercepts=(0.0,) * 4), dict(coefficients=()),
        dict(coefficients=((0.0,) * 2,) * 4),
    ],
)  # fmt: skip
def test_facts_that_contradict_themselves(wrong):
    facts = flowers()
    given = {name: getattr(facts.classes, name) for name in ("labels", "shares", "intercepts", "coefficients")}
    with pytest.raises(InputError, match="classes needs three labels or more"):
        build_report(replace(facts, classes=ClassFacts(**{**given, **wrong})))
