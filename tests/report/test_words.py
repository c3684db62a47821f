"""Spelling: nothing hides, nothing is rounded into a lie."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normball.report import words


@given(st.text(st.characters(codec=None)))  # surrogates too
def test_visible_text_can_be_stored_and_is_stable(text):
    seen = words.visible(text)
    seen.encode("utf-8")
    assert words.visible(seen) == seen
    assert not set(seen) & {chr(c) for c in (*range(32), 127, *range(0x80, 0xA0), 0x2028, 0x202E)}


@given(st.text(), st.integers(4, 50))
def test_short_enough_with_both_ends(text, limit):
    short = words.shorten(text, limit)
    assert len(short) <= limit
    assert short == text or (short[0] == text[0] and short[-1] == text[-1] and "…" in short)


@given(st.floats(1e-12, 1 - 1e-12))
def test_a_share_between_never_looks_like_none_or_all(x):
    assert words.percent(x) not in ("0.0 %", "100.0 %", "0 %", "100 %")


@pytest.mark.parametrize("error", [0.3, 0.01, 0.001, 0.00096, 0.0004, 0.00001])
def test_an_error_never_reads_zero(error):
    assert float(words.fixed(error, words.decimals(error))) == pytest.approx(error, rel=0.05)


def test_shares():
    assert [words.percent(x) for x in (0.0, 1.0, 0.125, 1e-5, 1 - 1e-5, None)] == [
        "0 %", "100 %", "12.5 %", "< 0.1 %", "> 99.9 %", "–",
    ]  # fmt: skip


@given(st.floats(-600.0, 600.0))
def test_odds_are_the_exponential(x):
    text = words.odds(x).replace("−", "-").replace(",", "")
    assert float(text) == pytest.approx(math.exp(x), rel=0.06)


@pytest.mark.parametrize(
    ("x", "text"),
    [(800.0, "10^347"), (-800.0, "10^−347"), (math.inf, "∞"), (-math.inf, "0"), (math.nan, "–"), (0.0, "1.00")],
)
def test_odds_beyond_floats(x, text):
    assert words.odds(x) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back(x):
    assert float(words.number(x, 17).replace("−", "-").replace(",", "")) == pytest.approx(x, rel=1e-15)


@pytest.mark.parametrize(("x", "text"), [(1e-8, "1e−8"), (1e300, "1e+300"), (-2.5, "−2.5"), (1234567.0, "1,234,567")])
def test_numbers(x, text):
    assert words.number(x) == text
