"""Dates in text: the forms that are understood, and the few numbers a date becomes.

A date is a float: days since 1970-01-01 00:00 UTC, the time of day as a fraction.  Months are numbers or English names.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

__all__ = ["FORMS", "PARTS", "day_words", "parse_day", "parse_days", "split_days"]

PARTS = ("days", "month", "weekday", "hour")  # month 1…12, weekday 0 (Monday) … 6, hour 0…24
EPOCH = datetime(1970, 1, 1)
# What numpy reads at once, and as parse_day does.
PLAIN = re.compile(r"(?!0000)\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?", re.ASCII)
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_WORD = r"(?P<word>[A-Za-z]{3,9})\.?"
_TIME = (
    r"(?:(?:[T ]|, ?)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r" ?(?P<half>[AaPp][Mm])?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
# In the order in which they are tried: where month/day and day/month both fit every value, the first is taken, and
# `sentences()` says so.
FORMS: dict[str, re.Pattern[str]] = {
    "year-month-day": re.compile(rf"{_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}}){_TIME}", re.ASCII),
    "year/month/day": re.compile(rf"{_YEAR}/{_MONTH}/{_DAY}{_TIME}", re.ASCII),
    "month/day/year": re.compile(rf"{_MONTH}/{_DAY}/{_YEAR}{_TIME}", re.ASCII),
    "day/month/year": re.compile(rf"{_DAY}/{_MONTH}/{_YEAR}{_TIME}", re.ASCII),
    "day.month.year": re.compile(rf"{_DAY}\.{_MONTH}\.{_YEAR}{_TIME}", re.ASCII),
    "day-month-year": re.compile(rf"{_DAY}-{_MONTH}-{_YEAR}{_TIME}", re.ASCII),
    "day name year": re.compile(rf"{_DAY}[ -]{_WORD}[ ,-]? ?{_YEAR}{_TIME}", re.ASCII),
    "name day year": re.compile(rf"{_WORD} {_DAY},? {_YEAR}{_TIME}", re.ASCII),
}


def parse_day(text: str, form: str) -> float | None:
    """Days since 1970-01-01 UTC, or None where the text is not a date of this form."""
    found = FORMS[form].fullmatch(text) if len(text) <= 60 else None
    if found is None:
        return None
    part: dict[str, Any] = found.groupdict()
    month = _month(part["word"]) if "word" in part else int(part["month"])
    hour = int(part["hour"] or 0)
    if part["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (part["half"].lower() == "pm")
    try:
        moment = datetime(
            int(part["year"]), month, int(part["day"]), hour, int(part["minute"] or 0), int(part["second"] or 0),
            int((part["fraction"] or "0")[:6].ljust(6, "0")),
        )  # fmt: skip
        return (moment - _zone(part["zone"]) - EPOCH) / timedelta(microseconds=1) / 86_400e6
    except (ValueError, OverflowError):  # the 31st of June, a month 13
        return None


def parse_days(texts: list[str], form: str) -> np.ndarray | None:
    """(m,): the dates of texts, or None where one is no date of this form."""
    if form == "year-month-day" and all(map(PLAIN.fullmatch, texts)):
        try:
            return np.asarray(texts, "datetime64[us]").astype(np.int64) / 86_400e6
        except ValueError:  # a month 13
            return None
    days = []
    for text in texts:
        day = parse_day(text, form)
        if day is None:
            return None
        days.append(day)
    return np.asarray(days, np.float64)


def _month(word: str) -> int:
    """1 … 12 of an English name or its first letters; 0, which no date has, of anything else."""
    word = word.lower()
    return next((k for k, name in enumerate(MONTHS, 1) if word in (name, name[:3], name[:4])), 0)


def _zone(word: str | None) -> timedelta:
    """How far a zone such as +02:00 is ahead of UTC."""
    if not word or word == "Z":
        return timedelta(0)
    return timedelta(hours=int(word[1:3]), minutes=int(word[-2:])) * (-1 if word[0] == "-" else 1)


def split_days(days: np.ndarray, origin: float) -> dict[str, np.ndarray]:
    """The parts of dates (m,), each (m,) float64, NaN where the date is missing; `days` count from origin."""
    known = ~np.isnan(days)
    whole = np.floor(np.where(known, days, 0.0))
    months = whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    parts = {"days": days - origin, "month": months, "weekday": (whole + 3) % 7, "hour": (days - whole) * 24}
    return {name: np.where(known, part, np.nan) for name, part in parts.items()}


def day_words(days: float) -> str:
    """The date as 2024-12-31."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days)).date().isoformat()
