"""Options that several commands share, and what they mean."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from .talk import asked_wrongly, nearest, quoted


def reading(command: Callable) -> Callable:
    """The options of delimited text."""
    for option in (
        click.option("--encoding", metavar="NAME", help="Of delimited text, such as latin-1; else found out."),
        click.option("--quote", metavar="CHAR", help="Of delimited text; '' where nothing is quoted."),
        click.option("--decimal", metavar="CHAR", help="Decimal sign of delimited text: . or ,"),
        click.option("--delimiter", metavar="CHAR", help="Of delimited text, such as ';' or '\\t'; else found out."),
    ):
        command = option(command)
    return command


def open_data(data: str, delimiter, decimal, quote, encoding):
    """The table that a command line names; a missing file is asked wrongly (exit code 2)."""
    if data != "-" and not os.path.exists(data):
        raise asked_wrongly(f"There is no file {quoted(data)}.{near_files(data)}")
    from ..tables import open_table

    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter)
    return open_table(data, delimiter=delimiter, decimal=decimal, quote=quote, encoding=encoding)


def near_files(path: str) -> str:
    """A hint at a file of nearly that name in the same folder."""
    folder = os.path.dirname(path)
    try:
        names = sorted(os.listdir(folder or "."))[:5000]
    except OSError:
        return f" There is no folder {quoted(folder)} either."
    hint = nearest(os.path.basename(path), names)
    return hint if hint.startswith(" Did you mean") else ""


@dataclass(frozen=True)
class Strength:
    """λ as it was asked for: a dialect of `normball.strength` and a value in it."""

    dialect: str
    value: float

    def lam(self, total: float, l1_ratio: float) -> float:
        from ..strength import lam_from

        return lam_from(self.dialect, self.value, n=total, l1_ratio=l1_ratio)

    def check(self, l1_ratio: float) -> None:
        """A value out of range, or a penalty that the dialect has no word for, is asked wrongly: before any work."""
        from ..errors import InputError

        try:
            self.lam(1.0, l1_ratio)
        except InputError as problem:
            raise asked_wrongly(f"--lambda: {problem}") from problem

    @property
    def words(self) -> str:
        return f"{'λ' if self.dialect == 'alpha' else self.dialect} = {self.value:g}"


ALIASES: dict[str, str] = {"lambda": "alpha", "lam": "alpha", "c": "C", "sigma": "gauss_sigma"}


class StrengthType(click.ParamType):
    """`0.01`, or a value in another dialect: `C=1`, `gauss_sigma=2` …"""

    name = "strength"

    def convert(self, value, param, ctx):
        if isinstance(value, Strength):
            return value
        from ..strength import BY_NAME

        word = str(value)
        dialect, sign, number = word.partition("=")
        if not sign:
            dialect, number = "alpha", word  # λ itself
        elif dialect not in BY_NAME:
            dialect = ALIASES.get(dialect, dialect)
        if dialect not in BY_NAME:
            self.fail(f"{dialect!r} is no way to say λ.{nearest(dialect, list(BY_NAME))}", param, ctx)
        if number == "auto":
            self.fail("Leave --lambda out to have λ chosen by cross-validation.", param, ctx)
        try:
            return Strength(dialect, float(number))
        except ValueError:
            self.fail(f"{number!r} is no number. Give λ such as 0.01, or C=1.", param, ctx)


class RatiosType(click.ParamType):
    """`1`, or several to choose from: `0,.5,1`."""

    name = "ratios"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        try:
            ratios = tuple(float(word) for word in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is no list of numbers. Give one such as 1, or several such as 0,.5,1.", param, ctx)
        if not all(0.0 <= ratio <= 1.0 for ratio in ratios) or len(set(ratios)) < len(ratios):
            self.fail(f"{value!r}: every number must be from 0 (ridge) to 1 (lasso), each once.", param, ctx)
        return ratios


def split_names(given: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Column names given as `--drop a,b --drop c`; a name that holds a comma stands for itself."""
    found: list[str] = []
    for words in given:
        found += [words] if words in known else [word.strip() for word in words.split(",") if word.strip()]
    return tuple(dict.fromkeys(found))


def check_column(name: str, option: str, known: Sequence[str]) -> str:
    """The name, if the table has that column."""
    if name not in known:
        raise asked_wrongly(f"{option} {quoted(name)}: the table has no such column.{nearest(name, known)}")
    return name


def check_targets(paths: dict[str, str | None], *, data: str | None, force: bool) -> None:
    """Whether each file may be written, before any work is done: {option: path}."""
    taken = {os.path.realpath(data): "DATA"} if data and data != "-" else {}
    for option, path in paths.items():
        if path is None or path == "-":
            continue
        real = os.path.realpath(path)
        if real in taken:
            raise asked_wrongly(f"{option} {quoted(path)} is the same file as {taken[real]}. Give another name.")
        taken[real] = option
        folder = os.path.dirname(real)
        if not os.path.isdir(folder):
            raise asked_wrongly(f"{option} {quoted(path)}: there is no folder {quoted(folder)}. Make it first.")
        if os.path.lexists(real) and not os.path.isfile(real):
            raise asked_wrongly(f"{option} {quoted(path)} is a folder or a device. Give the path of a file.")
        if os.path.lexists(real) and not force:
            raise asked_wrongly(f"{option} {quoted(path)} exists already. Give another name, or --force to replace it.")
        if not os.access(folder, os.W_OK):
            raise asked_wrongly(f"{option} {quoted(path)}: nothing may be written into {quoted(folder)}.")


def typed(argv: Sequence[str]) -> str:
    """The command as one would type it."""
    words = shlex.join(["normball", *argv])
    return words.encode("utf-8", "backslashreplace").decode("utf-8")  # file names that are no Unicode


def versions() -> dict[str, str]:
    """Of what computes: python, normball, numpy, scipy …, without importing them."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from .. import __version__

    found = {"normball": __version__, "python": platform.python_version()}
    for package in ("numpy", "scipy", "numba", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
