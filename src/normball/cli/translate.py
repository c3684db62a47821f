"""`normball translate`: one strength of the penalty, in every dialect that can say it."""

from __future__ import annotations

import click

from .options import StrengthType
from .talk import asked_wrongly, show, show_json


@click.command(context_settings={"max_content_width": 110})
@click.argument("strength", type=StrengthType(), metavar="STRENGTH")
@click.option(
    "--n", "n", type=float, required=True, metavar="N", help="Rows that are fitted: the sum of their weights."
)
@click.option(
    "--l1-ratio", type=click.FloatRange(0.0, 1.0), metavar="A", help="0 ridge, 1 lasso. Default: what STRENGTH is for."
)
@click.option("--batch", type=float, metavar="ROWS", help="Rows of a batch, for mlp_alpha. Default: all of them.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object instead of text.")
def translate(strength, n, l1_ratio, batch, as_object):
    """One strength of the penalty in the words of other programs.

    STRENGTH is a dialect and its value, such as C=1, sigma=2, laplace_sd=1, lambd=0.7, weight_decay=1e-4, or a number
    alone, which is λ of the mean loss. Docs: docs/strength.md.
    """
    from ..errors import InputError
    from ..strength import BY_NAME, OMEGA, Strength

    ratio = strength.own_ratio if l1_ratio is None else l1_ratio
    try:
        if strength.name == "mlp_alpha" and strength.batch is None and batch is not None:
            strength = Strength(mlp_alpha=strength.value, batch=batch, per=None if strength.fades else strength.per)
        values = strength.in_all(n, ratio, batch=batch)
    except InputError as problem:
        raise asked_wrongly(str(problem)) from problem
    if as_object:
        show_json({"strength": str(strength), "n": n, "l1_ratio": ratio, "dialects": values})
        return 0
    kind = {0.0: "L2 (ridge)", 1.0: "L1 (lasso)"}.get(ratio, f"elastic net, l1_ratio = {ratio:g}")
    show(f"{strength}, {kind}, n = {n:g}: λ = {values['lam']:.6g} on the mean loss")
    show()
    rows = [("dialect", "value", "minimises", "who says it so")]
    for name, value in values.items():
        formula = BY_NAME[name].minimises.replace(f"({OMEGA})", "Ω(w)").replace(OMEGA, "Ω(w)")
        rows.append((name, f"{value:.6g}", formula, BY_NAME[name].who))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        show("  ".join(map(str.ljust, row, widths)).rstrip())
    show()
    show(f"ℓ: the loss of a row; Ω(w) = {OMEGA}, α = {ratio:g}; n = m = {n:g}; the intercept is not penalised.")
    return 0
