"""Options that several commands share, and what they mean."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from .talk import asked_wrongly, nearest, quoted

if TYPE_CHECKING:
    from ..strength import Strength


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


def strength_words(strength: Strength) -> str:
    """As it was asked for, in the middle of a sentence: `C = 1`."""
    said = f"{'λ' if strength.name == 'lam' else strength.name} = {strength.value:g}"
    rest = str(strength).partition(", ")[2].replace("'", "").replace("=", " = ")
    return f"{said} ({rest})" if rest else said


def check_strength(strength: Strength, l1_ratio: float) -> None:
    """A penalty that the dialect has no word for is asked wrongly; what needs the data's path is left to `solve`."""
    from ..errors import InputError

    try:
        if strength.name not in ("t", "k", "df"):
            strength.check(l1_ratio)
    except InputError as problem:
        raise asked_wrongly(f"--lambda: {problem}") from problem


class StrengthType(click.ParamType):
    """`0.01`, or a strength in another dialect: `C=1`, `sigma=2`, `mlp_alpha=1e-4,batch=200` …"""

    name = "strength"

    def convert(self, value, param, ctx):
        from ..errors import InputError
        from ..strength import Strength, parse_strength

        if isinstance(value, Strength):
            return value
        if str(value) == "auto":
            self.fail("Leave --lambda out to have λ chosen by cross-validation.", param, ctx)
        try:
            return parse_strength(str(value))
        except InputError as problem:
            self.fail(str(problem), param, ctx)


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
