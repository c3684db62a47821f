"""Pass one over a table: what each column is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import InputError, TypeInputError
from .cells import MISSING, cells_of, open_chunk, rows_of, to_number
from .dates import day_words
from .profile import DateStats, Levels, NumberStats, Profile
from .schema import ColumnSchema, Schema
from .table import Table
from .words import listed, nearest, plural, show

__all__ = ["infer_schema"]

PAIRS = (("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"), ("off", "on"))
SURE = 20  # rows without which nothing is called an identifier
YEARS = (1800, 2100)  # whole numbers in order, in here, are years: no row numbers
ID_NAME = re.compile(r"(?:.*[\W_])?(?:id|uuid|guid|key|index|rowid)|.*[a-z]I[Dd]|.*ID", re.DOTALL)


def infer_schema(
    table: Table,
    *,
    target: str | None = None,
    drop: Iterable[str] = (),
    weight: str | None = None,
    group: str | None = None,
    ids: Iterable[str] = (),
    keep: Iterable[str] = (),
    missing: Iterable[str] = MISSING,
    max_levels: int = 50,
    min_count: int | None = None,
) -> Schema:
    """What the columns of a table are; one pass over its chunks, in bounded memory.

    Parameters
    ----------
    table            as `open_table` gives it
    target, weight, group, ids, drop
                     columns that are no features
    keep             columns that are used whatever they look like: not set aside as identifiers or text
    missing          the words that stand for a missing value in text
    max_levels       levels of a category, at most; rarer ones are pooled
    min_count        rows that a level needs, not to be pooled; by default 10, fewer in a table of less than 200 rows

    Returns
    -------
    Schema           the same whatever the size of the chunks, and whether the table is a file or a frame

    Raises
    ------
    InputError       unknown columns, no rows, an infinite value
    """
    keep, missing = _names("keep", keep), _names("missing", missing)
    for option, value in (("max_levels", max_levels), ("min_count", min_count)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InputError(f"{option}={value!r} is not a whole number of at least 1.")
    roles: dict[str, str] = {}
    one = {"target": target, "weight": weight, "group": group}
    asked = [(name, role) for role, name in one.items() if name is not None]
    asked += [(name, "id") for name in _names("ids", ids)] + [(name, "dropped") for name in _names("drop", drop)]
    for name, role in asked:
        if name not in table.names:
            raise InputError(
                f"The table has no column {show(name)} ({role}){nearest(name, table.names)}. "
                f"It has {listed(table.names)}."
            )
        if roles.setdefault(name, role) == "target" and role != "target":
            raise InputError(f"Column {show(name)} is the target, and was given as {role} too. Leave one out.")
    unknown = [name for name in keep if name not in table.names]
    if unknown:
        raise InputError(f"keep: the table has no column {show(unknown[0])}{nearest(unknown[0], table.names)}.")
    profiles = [Profile(name) for name in table.names if name not in roles]
    rows, words = 0, frozenset(missing)
    for chunk in table.chunks():
        rows += _observe(profiles, chunk, words)
    if rows == 0:
        raise InputError("The table has no rows: Found array with 0 sample(s) while a minimum of 1 is required.")
    least = min_count if min_count is not None else min(10, max(2, -(-rows // 20)))
    columns = tuple(_conclude(profile, profile.name in keep, max_levels, least) for profile in profiles)
    return Schema(columns, tuple(roles.items()), missing, rows)


def _names(option: str, names: Iterable[str]) -> tuple[str, ...]:
    """A tuple of strings; a single string is not one of its letters."""
    names = (names,) if isinstance(names, str) else tuple(names)
    other = next((name for name in names if not isinstance(name, str)), None)
    if other is not None:
        raise TypeInputError(f"{option} holds {show(other)}, which is no string.")
    return names


def _observe(profiles: list[Profile], chunk, missing: frozenset[str]) -> int:
    """Let every profile see its column of the chunk; how many rows it has."""
    chunk = open_chunk(chunk)
    for profile in profiles:
        profile.observe(cells_of(chunk, profile.name, missing), rows_of(chunk))
    return rows_of(chunk)


def _conclude(profile: Profile, keep: bool, max_levels: int, least: int) -> ColumnSchema:
    """The schema of one column."""
    name, shown = profile.name, show(profile.name)
    kinds = list(profile.kinds)
    if "strange" in kinds:
        return ColumnSchema(
            name, "text", f"{shown} holds {profile.kinds['strange']}, which is no number, word or date: set aside."
        )
    if len(kinds) > 1:
        raise InputError(f"Column {shown} changes its type within the table: {listed(profile.kinds.values())}.")
    count = profile.rows - profile.missing
    if not count:
        return ColumnSchema(name, "empty", f"{shown} has no value in any row: set aside.", profile.missing)
    if kinds == ["boolean"]:
        return _boolean(profile, profile.numbers, PAIRS[0])
    if kinds == ["date"]:
        return _date(profile, {"year-month-day": profile.dates["year-month-day"]})
    if profile.numbers is not None:
        return _number(profile, profile.numbers, keep)
    counts = profile.levels.counts
    if len(counts) == 1 and not profile.missing and not profile.levels.full:
        return _constant(profile, show(next(iter(counts))))
    pair = _pair(profile.levels)
    if pair is not None:
        return _boolean(profile, None, pair)
    if profile.dates:
        return _date(profile, profile.dates)
    return _text(profile, keep, max_levels, least)


def _constant(profile: Profile, value: str) -> ColumnSchema:
    why = f"{show(profile.name)} is {value} in every row, so it tells nothing: set aside."
    return ColumnSchema(profile.name, "constant", why, profile.missing)


def _number(profile: Profile, stats: NumberStats, keep: bool) -> ColumnSchema:
    varies = stats.low < stats.high
    if not varies and not profile.missing:
        return _constant(profile, f"{stats.low:g}")
    reason = None if keep or profile.missing else _numbers_rows(stats, profile.name)
    if reason:
        why = (
            f"{show(profile.name)} holds {reason}: it looks like an identifier, which names the rows and does not "
            "describe them: set aside. Name it in keep to use it."
        )
        return ColumnSchema(profile.name, "id", why)
    return ColumnSchema(profile.name, "number", "", profile.missing, stats.mean, varies)


def _numbers_rows(stats: NumberStats, name: str) -> str | None:
    """Why numbers look like identifiers, or None.  Numbers with fractions never do."""
    if stats.count < SURE or not stats.whole or not stats.distinct.all:
        return None
    if YEARS[0] <= stats.low and stats.high <= YEARS[1]:
        return None
    if stats.rising or stats.falling:
        return "another whole number in every row, in order"
    if stats.high - stats.low + 1 <= 1.05 * stats.count:
        return f"every whole number from {stats.low:.0f} to {stats.high:.0f} once, or nearly so"
    if ID_NAME.fullmatch(name) or ID_NAME.fullmatch(name.lower()):
        return "another whole number in every row"
    return None


def _pair(levels: Levels) -> tuple[str, str] | None:
    """The words for false and true, where the texts are such words and nothing else."""
    found = None if levels.full or len(levels.counts) > 8 else {level.lower() for level in levels.counts}
    return next((pair for pair in PAIRS if found == set(pair)), None)


def _boolean(profile: Profile, stats: NumberStats | None, pair: tuple[str, str]) -> ColumnSchema:
    if stats is None:
        counts = profile.levels.counts
        mean = sum(n for level, n in counts.items() if level.lower() == pair[1]) / sum(counts.values())
        return ColumnSchema(profile.name, "boolean", "", profile.missing, mean, words=pair)
    varies = stats.low < stats.high
    if not varies and not profile.missing:
        return _constant(profile, pair[int(stats.low)])
    return ColumnSchema(profile.name, "boolean", "", profile.missing, stats.mean, varies, words=pair)


def _date(profile: Profile, forms: dict[str, DateStats]) -> ColumnSchema:
    form, stats = next(iter(forms.items()))
    if stats.low == stats.high and not profile.missing:
        return _constant(profile, day_words(stats.low))
    origin = float(stats.low // 1)
    means = stats.means(origin)
    why = ""
    if "day/month/year" in forms and form != "day/month/year":
        why = (
            f"{show(profile.name)} was read as month/day/year; day/month/year fits every value too. "
            "If it is the latter, write the dates as year-month-day."
        )
    return ColumnSchema(
        profile.name, "date", why, profile.missing,
        form=form, origin=origin, parts=tuple(means), means=tuple(means.values()),
    )  # fmt: skip


def _text(profile: Profile, keep: bool, max_levels: int, least: int) -> ColumnSchema:
    """A category, or text that is none."""
    name, shown, levels = profile.name, show(profile.name), profile.levels
    counts, rows = levels.counts, profile.rows - profile.missing
    strays = _strays(levels)
    different = f"more than {len(counts) - 1:,}" if levels.full else f"{len(counts):,}"
    many = levels.full or (len(counts) > max_levels and 2 * len(counts) > rows)
    each = len(counts) == rows and rows >= SURE
    if strays and (levels.full or len(counts) > max_levels):
        why = (
            f"{shown} is numbers but for {listed(strays, 3)}: set aside. Mend those cells, or name them as words "
            "for missing values, and it is used as numbers."
        )
        return ColumnSchema(name, "text", why, profile.missing)
    if (many or each) and (levels.full or not keep):
        if levels.words >= 4 or levels.length > 60:
            why = (
                f"{shown} is free text ({different} different texts, {levels.words:.0f} words on average): set aside. "
                "Make numbers of it first, for example with scikit-learn's TfidfVectorizer, or categories."
            )
            return ColumnSchema(name, "text", why, profile.missing)
        why = (
            f"{shown} holds {different} different words in {plural(rows, 'row')}: it looks like an identifier, which "
            "names the rows and does not describe them: set aside."
            + ("" if levels.full else " Name it in keep to use it.")
        )
        return ColumnSchema(name, "id", why, profile.missing)
    ranked = sorted(counts, key=lambda level: (-counts[level], level))
    kept = [level for level in ranked[:max_levels] if counts[level] >= least]
    rare = ranked[len(kept) :]
    if len(ranked) == 2 and len(rare) == 1:  # a pool of one beside the reference: its own name says more
        kept, rare = ranked, []
    if not kept:
        why = f"No value of {shown} occurs in {least} rows or more, so none can be learnt about: set aside."
        return ColumnSchema(name, "id", why, profile.missing)
    note = ""
    if strays:
        note = f"{shown} is numbers but for {listed(strays, 3)}, so each of its {len(counts)} values became a level."
    return ColumnSchema(
        name, "category", note, profile.missing,
        levels=(kept[0], *sorted(kept[1:])),
        other=_fresh("other", counts) if rare else None,
        gone=_fresh("missing", counts) if profile.missing else None,
        pooled=sum(counts[level] for level in rare),
    )  # fmt: skip


def _strays(levels: Levels) -> list[str]:
    """The texts that keep a column from being numbers, where nearly all others are; else none."""
    strays = [level for level in levels.counts if to_number(level) is None]
    return strays if len(levels.counts) >= 10 and len(strays) <= 0.2 * len(levels.counts) else []


def _fresh(word: str, taken: Iterable[str]) -> str:
    """The word in as many brackets as it takes to be no level of the data."""
    word = f"({word})"
    while word in taken:
        word = f"({word})"
    return word
