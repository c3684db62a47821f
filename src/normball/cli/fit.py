"""`normball fit`: from a table to a certified model and a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import options
from .options import RatiosType, StrengthType
from .talk import Talk, asked_wrongly, name, quoted, show_json

if TYPE_CHECKING:
    from .outcome import Outcome


@click.command(context_settings={"max_content_width": 110})
@click.argument("data", type=click.Path(allow_dash=True))
@click.option("--target", required=True, metavar="COLUMN", help="What to predict: a column of two or more classes.")
@click.option(
    "--positive",
    metavar="LABEL",
    help="Of two values the one whose probability is modelled. Default: yes, true or 1, else the later one.",
)
@click.option(
    "--lambda",
    "strength",
    type=StrengthType(),
    metavar="STRENGTH",
    help="λ of the mean loss, such as 0.01, or another way to say it, such as C=1 or sigma=2 (see normball translate). "
    "Default: chosen by cross-validation.",
)
@click.option(
    "--l1-ratio",
    type=RatiosType(),
    default="0",
    show_default=True,
    metavar="A[,B…]",
    help="0 ridge, 1 lasso; several, such as 0,.5,1, to have the best one chosen.",
)
@click.option("--cv", type=click.IntRange(2), default=10, show_default=True, help="Folds that choose λ.")
@click.option(
    "--select",
    type=click.Choice(["min", "1se"]),
    default="min",
    show_default=True,
    help="The smallest held-out loss, or the largest λ within one standard error of it.",
)
@click.option("--relax", is_flag=True, help="Also try: L1 selects columns, which are then fitted without a penalty.")
@click.option("--grouped", is_flag=True, help="Several classes: L1 lets a column in for all of them, or for none.")
@click.option("--no-standardize", is_flag=True, help="Penalise coefficients per unit, not per standard deviation.")
@click.option("--weights", metavar="COLUMN", help="Weights of the rows.")
@click.option("--group", metavar="COLUMN", help="Rows of one group are held out together.")
@click.option("--drop", multiple=True, metavar="A,B", help="Columns not to use.")
@click.option(
    "--id", "ids", multiple=True, metavar="COLUMN", help="Columns that name the rows: not used, kept by predict."
)
@click.option("--keep", multiple=True, metavar="A,B", help="Columns to use although they look like identifiers.")
@click.option(
    "--holdout",
    type=click.FloatRange(0.0, 0.9),
    help="Part of the rows held out for honest numbers; 0: none. Default: 0.2 with --lambda; else none, since every "
    "row is held out once by cross-validation.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of folds and hold-out split."
)
@click.option(
    "--tol",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    default=1e-8,
    show_default=True,
    help="Gap to reach, relative to the null loss.",
)
@click.option("--out", metavar="FILE", help="Write the model here (model.json).")
@click.option("--report", metavar="FILE", help="Write the report here (report.html).")
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", is_flag=True, help="No talk on stderr.")
@options.reading
@click.pass_context
def fit(ctx, data, target, strength, force, as_object, quiet, out, report, **asked):  # fmt: skip
    """From a table to a certified model and a report.

    DATA is a .csv, .tsv, .parquet or .feather file, or - for standard input. Columns are encoded, numbers are
    standardised for the penalty, λ is chosen by cross-validation (or given with --lambda); the model that is kept is
    fitted on all rows. Numbers that judge it come from rows that the judged fit has not seen: out of fold, or held out.
    The first line of the output is the penalty.
    """
    options.check_targets({"--out": out, "--report": report}, data=data, force=force)
    check_choice(ctx, strength, asked)
    talk = Talk(quiet)
    talk.say(f"Reading {name(data) if data != '-' else 'standard input'}")
    table = options.open_data(data, *(asked[key] for key in ("delimiter", "decimal", "quote", "encoding")))
    found = run(table, data, target, strength, talk, options.typed(ctx.find_root().obj or ()), asked)
    files = write(found, out, report, force)
    from . import telling

    if as_object:
        show_json(telling.as_json(found, files))
    else:
        telling.show_outcome(found, files)
    if not files:
        talk.say("Nothing was written. To keep the model and a report: --out model.json --report report.html")
    return 0 if found.solution.certificate.status == "certified" else 1


def run(table, data: str, target: str, strength, talk: Talk, command: str, asked: dict) -> Outcome:
    """Schema, rows, split, both fits: everything but reading the command line and writing."""
    roles = check_roles(table.names, target, asked)
    from ..errors import InputError
    from ..tables import Encoder, infer_schema

    encoder = Encoder(infer_schema(table, target=target, **roles))
    for sentence in encoder.sentences():
        talk.say(f"  {sentence}")
    if not encoder.names:
        raise InputError("No column is left to fit: every one was set aside or dropped. The sentences above say why; "
                         "--keep uses a column although it looks like an identifier.")  # fmt: skip
    from .choosing import Wish
    from .labels import choose_positive
    from .outcome import Plan, fit_rows
    from .rows import read_rows
    from .split import hold_out

    rows = read_rows(table, encoder, target, weight=roles["weight"], group=roles["group"])
    for sentence in rows.notes:
        talk.say(f"  {sentence}")
    positive = choose_positive(rows.classes, asked["positive"])
    several = len(rows.classes) > 2
    if several and asked["relax"]:
        raise asked_wrongly(
            f"--relax was given for {len(rows.classes)} classes, which it cannot do yet: its second fit, without a "
            "penalty, is of two classes. Leave it out."
        )
    y = rows.y.astype(int) if several else rows.y if positive is rows.classes[1] else 1.0 - rows.y
    wish, holdout = None, asked["holdout"]
    if strength is None:
        wish = Wish(
            asked["cv"],
            asked["select"],
            asked["l1_ratio"],
            asked["relax"],
            asked["seed"],
            folds_were_asked(),
            asked["grouped"],
        )
    if holdout is None:
        holdout = 0.2 if wish is None else 0.0
    ratio: float = asked["l1_ratio"][0]
    if strength is not None:  # a ball's norm says which penalty is its other form
        ratio = {"l1": 1.0, "l2": 0.0}.get(strength.norm or "", ratio)
    plan = Plan(
        data=data if data != "-" else "standard input", target=target, positive=positive,
        strength=strength, why="" if strength is None else f"{options.strength_words(strength)}, as asked for",
        l1_ratio=ratio, wish=wish, standardize=not asked["no_standardize"], tol=asked["tol"],
        holdout=holdout, seed=asked["seed"],
        command=command, data_hash=table.hash(), versions=options.versions(), grouped=asked["grouped"] and several,
    )  # fmt: skip
    held = hold_out(y, plan.holdout, plan.seed, rows.group) if plan.holdout else None
    columns = "numbers and dates standardised, 0/1 columns as they are" if plan.standardize else "as they come"
    apart = "" if held is None else f", and once without {int(held.sum()):,} held-out rows to judge it"
    how = "" if wish is None else f"; λ by {wish.folds}-fold cross-validation"
    talk.say(f"Fitting {len(y):,} rows × {len(encoder.names)} columns, {columns}{apart}{how}")
    return fit_rows(plan, rows, encoder, y, held, talk.quiet)


def folds_were_asked() -> bool:
    from click.core import ParameterSource

    return click.get_current_context().get_parameter_source("cv") is ParameterSource.COMMANDLINE


def check_choice(ctx, strength, asked: dict) -> None:
    """λ is given or chosen, not both."""
    ratios = asked["l1_ratio"]
    if asked["grouped"] and not any(ratio > 0.0 for ratio in ratios):
        raise asked_wrongly("--grouped is about the L1 part of the penalty: give --l1-ratio 1, or 0,.5,1.")
    if strength is None:
        if asked["relax"] and not any(ratio > 0.0 for ratio in ratios):
            raise asked_wrongly("--relax needs L1 to select columns: give --l1-ratio 1, or 0,.5,1.")
        return
    from click.core import ParameterSource

    for option in ("cv", "select", "relax"):
        if ctx.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            raise asked_wrongly(f"--lambda gives λ, and --{option} is about choosing it. Leave one of them out.")
    if len(ratios) > 1:
        raise asked_wrongly(
            "--lambda gives λ, so --l1-ratio must be a single number; several are chosen from without it."
        )
    options.check_strength(strength, ratios[0])


def check_roles(names, target: str, asked: dict) -> dict:
    """The columns that are named on the command line, by their role; each must be there, and have one role."""
    options.check_column(target, "--target", names)
    roles: dict = {}
    for option, key in (("--weights", "weight"), ("--group", "group")):
        value = asked[option[2:]]
        roles[key] = None if value is None else options.check_column(value, option, names)
    for option, key, given in (("--drop", "drop", "drop"), ("--id", "ids", "ids"), ("--keep", "keep", "keep")):
        roles[key] = options.split_names(asked[given], names)
        for column in roles[key]:
            options.check_column(column, option, names)
    used = {target: "--target"}
    for key, option in (
        ("weight", "--weights"),
        ("group", "--group"),
        ("ids", "--id"),
        ("drop", "--drop"),
        ("keep", "--keep"),
    ):
        for column in [roles[key]] if isinstance(roles[key], str) else roles[key] or ():
            if used.setdefault(column, option) != option and not {used[column], option} <= {"--group", "--id"}:
                raise asked_wrongly(f"{quoted(column)} was given as {used[column]} and as {option}. Leave one out.")
    roles["ids"] = tuple(column for column in roles["ids"] if column != roles["group"])
    return roles


def write(found: Outcome, out: str | None, report: str | None, force: bool) -> dict[str, str]:
    """Model and report, each whole or not at all; both are made before either is written."""
    from ..files import save_model, write_atomic
    from . import keeping

    page = b""
    if report is not None:
        from ..report import build_report

        page = build_report(keeping.facts_of(found)).encode("utf-8")
    if out is not None:
        save_model(out, keeping.record_of(found), force=force)
    if report is not None:
        write_atomic(report, page, force=force)
    return {what: path for what, path in (("model", out), ("report", report)) if path is not None}
