"""Facts to one HTML file: it loads nothing, trusts nothing that it shows, and is the same for the same facts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ..errors import InputError
from ..pages import as_json, content_policy, visible
from ..results import strengths_of
from ..strength import BY_NAME
from . import words
from .charts import calibration_plot, choice_plots, forest, precision_recall_plot, roc_plot, stacks
from .classes import class_cells, class_view, rows_in_order
from .facts import Coefficient, Facts
from .judge import STEPS, Judgement

LARGEST = 500_000  # bytes of the file
SHOWN = 40  # coefficients in the table before anybody searches
SEARCHED = 200_000  # bytes of coefficients that can be searched
LISTED = (40, 10, 3)  # entries of any other list; fewer, where they are so long that the file would be too large
HALF = STEPS // 2
FILTERS = ("number", "tiny", "fixed", "decimals", "percent", "count", "name", "clip")
TABLE_STEPS = tuple(STEPS * percent // 100 for percent in (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99))


def build_report(facts: Facts) -> str:
    """The report, as the text of one HTML file to be written in UTF-8; below 500 kB whatever the facts.

    Raises InputError where the facts contradict themselves (a base rate outside [0, 1]).

    Law: tests/report/test_page.py
    """
    if not 0.0 <= facts.base_rate <= 1.0:
        raise InputError(f"base_rate={facts.base_rate!r} is no share: it must lie between 0 and 1.")
    k = facts.classes
    if k is not None and not (
        len(k.labels) == len(k.shares) == len(k.intercepts) > 2
        and len(k.coefficients) == len(facts.coefficients)
        and all(len(row) == len(k.labels) for row in k.coefficients)
    ):
        raise InputError("classes needs three labels or more, and for each a share, an intercept and coefficients.")
    for listed in LISTED:
        text = render(facts, listed)
        if len(text.encode("utf-8")) < LARGEST:
            return text
    raise InputError(f"The report would take more than {LARGEST:,} bytes even with {LISTED[-1]} entries a list.")


def render(facts: Facts, listed: int) -> str:
    """The page, with so many entries of every list that has no search."""
    ordered = sorted(facts.coefficients, key=lambda c: -abs(c.effect))
    pairs = [] if facts.classes is None else rows_in_order(facts)
    given = [(c, cells(c)) for c in ordered] if not pairs else [(one[0], class_cells(one)) for one in pairs]
    rows, cut = search_rows(given)
    two = facts.judgement if isinstance(facts.judgement, Judgement) else None
    style, script = page_file("style.css"), page_file("script.js")
    j, plots = facts.judgement, choice_plots(facts.choice) if facts.choice else []
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            f=facts,
            j=j,
            style=style,
            script=script,
            policy=content_policy(style, script),
            data=as_json({"coefficients": rows, "shown": SHOWN, **thresholds(two), **along(facts, plots)}),
            choice=plots,
            dialects=[(BY_NAME[name], value) for name, value in strengths(facts).items()],
            ordered=ordered[:SHOWN],
            cut=cut,
            forests=[forest(ordered, narrow=narrow) for narrow in (False, True)],
            table_steps=[k / STEPS for k in TABLE_STEPS],
            counts=[] if two is None else [two.confusion(k) for k in TABLE_STEPS],
            half=HALF,
            listed=listed,
            **held_out_charts(two),
            **(class_view(facts, pairs) if facts.classes else {"kept": sum(c.coef != 0.0 for c in ordered)}),
        )
    )


def held_out_charts(j: Judgement | None) -> dict:
    """What the held-out section draws; curves need both classes."""
    if j is None:
        return {"squares": [], "stacks": None}
    curves = [] if j.auc is None else [roc_plot(j, HALF), precision_recall_plot(j, HALF)]
    return {"squares": [*curves, calibration_plot(j)], "stacks": stacks(j, HALF)}


def strengths(facts: Facts) -> dict[str, float]:
    p = facts.penalty
    return strengths_of(p.lam, p.l1_ratio, p.total)


def search_rows(given: list[tuple[Coefficient, list[str]]]) -> tuple[list[list[str]], int]:
    """Cells of the coefficient table for the script, as the page spells them, and how many did not fit."""
    rows, room = [], SEARCHED
    for c, seen in given:
        row = [*seen, "" if c.source in c.name else words.name(c.source)]
        room -= len(as_json(row).encode("utf-8")) + 1
        if room < 0:
            break
        rows.append(row)
    return rows, len(given) - len(rows)


def cells(c: Coefficient) -> list[str]:
    """Name, odds ratio per SD, odds ratio per unit, coefficient, SD, what a level is compared with."""
    against = "" if c.reference is None else f"against {words.name(c.reference, 40)}"
    return [
        words.name(c.name),
        words.odds(c.effect),
        words.odds(c.coef),
        words.number(c.coef, 4),
        words.number(c.sd, 4),
        against,
    ]


def thresholds(j: Judgement | None) -> dict:
    """What the threshold slider reads: weight above each threshold, of all rows and of positive ones."""
    if j is None:
        return {}
    exact = lambda values: [int(v) if v.is_integer() else round(v, 3) for v in values]
    return {
        "above": exact(j.above),
        "abovePositive": exact(j.above_positive),
        "positives": j.positives,
        "negatives": j.negatives,
    }


def along(facts: Facts, plots: list) -> dict:
    """What the λ slider reads: where each λ stands, and what is to be said of it."""
    choice = facts.choice
    if choice is None:
        return {}
    says = [
        f"λ = {words.number(lam, 4)}: held-out log-loss {words.number(mean, 5)}, {features} columns"
        for lam, mean, features in zip(choice.lams, choice.mean, choice.features, strict=True)
    ]
    return {"places": list(plots[0].places), "says": says}


def page_file(name: str) -> str:
    return files("normball.report").joinpath("page", name).read_text("utf-8")


@cache
def environment():
    """jinja2 with every expression made visible (pages.visible) and escaped; an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(
        loader=PackageLoader("normball.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    env.filters.update({word: getattr(words, word) for word in FILTERS})
    env.filters.update(ours=Markup, cells=cells)
    env.globals.update(agree=words.agree)
    return env
