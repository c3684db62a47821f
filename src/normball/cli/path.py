"""`normball path`: the fits along a whole grid of λ, as a table."""

from __future__ import annotations

import json

import click

from . import options
from .talk import Talk, asked_wrongly, name, show, show_json, show_table

ROWS = 25  # λ shown; all are in --out and --json


@click.command("path", context_settings={"max_content_width": 110})
@click.argument("data", type=click.Path(allow_dash=True))
@click.option("--target", required=True, metavar="COLUMN", help="What to predict: a column of two or more classes.")
@click.option("--positive", metavar="LABEL", help="Of two values the one whose probability is modelled.")
@click.option("--l1-ratio", type=click.FloatRange(0.0, 1.0), default=1.0, show_default=True, help="0 ridge, 1 lasso.")
@click.option("--n-lambdas", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Number of λ.")
@click.option(
    "--lambda-min-ratio",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    help="Smallest λ ÷ largest. Default: 1e-4, or 1e-2 where there are as many columns as rows.",
)
@click.option("--grouped", is_flag=True, help="Several classes: L1 lets a column in for all of them, or for none.")
@click.option("--no-standardize", is_flag=True, help="Penalise coefficients per unit, not per standard deviation.")
@click.option("--weights", metavar="COLUMN", help="Weights of the rows.")
@click.option("--drop", multiple=True, metavar="A,B", help="Columns not to use.")
@click.option("--id", "ids", multiple=True, metavar="COLUMN", help="Columns that name the rows: not used.")
@click.option("--keep", multiple=True, metavar="A,B", help="Columns to use although they look like identifiers.")
@click.option(
    "--tol",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    default=1e-6,
    show_default=True,
    help="Gap to reach at every λ, relative to the null loss.",
)
@click.option("--out", metavar="FILE", help="Write λ and coefficients here (.csv or .json).")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", is_flag=True, help="No talk on stderr.")
@options.reading
def path(data, target, out, force, as_object, quiet, **asked):
    """The fits along a whole grid of λ: how many columns are in, which entered, and how well each λ explains.

    DATA is a .csv, .tsv, .parquet or .feather file, or - for standard input; columns are encoded and standardised as in
    `normball fit`. Every λ has its proof.
    """
    if out is not None and not out.endswith((".csv", ".json")):
        raise asked_wrongly("--out must end in .csv or .json.")
    options.check_targets({"--out": out}, data=data, force=force)
    talk = Talk(quiet)
    talk.say(f"Reading {name(data) if data != '-' else 'standard input'}")
    table = options.open_data(data, *(asked[key] for key in ("delimiter", "decimal", "quote", "encoding")))
    found, facts = trace(table, target, asked, talk)
    if out is not None:
        from ..files import write_atomic

        text = json.dumps(facts, indent=1) + "\n" if out.endswith(".json") else as_csv(facts)
        write_atomic(out, text.encode("utf-8"), force=force)
    if as_object:
        show_json(facts)
    else:
        for line in found.summary().splitlines()[:2]:
            show(line)
        show()
        show_path(facts)
    return 0 if found.certified else 1


def trace(table, target: str, asked: dict, talk: Talk):
    """(the Path, its facts as plain values)."""
    import warnings

    import numpy as np

    from ..errors import ConvergenceWarning, InputError
    from ..tables import Encoder, infer_schema
    from ..verbs import path as solve_path
    from .fit import check_roles
    from .labels import choose_positive
    from .outcome import scaled
    from .progress import Bar
    from .rows import read_rows

    roles = check_roles(table.names, target, {**asked, "group": None})
    encoder = Encoder(infer_schema(table, target=target, **roles))
    for sentence in encoder.sentences():
        talk.say(f"  {sentence}")
    if not encoder.names:
        raise InputError("No column is left to fit: every one was set aside or dropped. The sentences above say why.")
    rows = read_rows(table, encoder, target, weight=roles["weight"], group=None)
    positive = choose_positive(rows.classes, asked["positive"])
    several = len(rows.classes) > 2
    y = rows.y.astype(int) if several else rows.y if positive is rows.classes[1] else 1.0 - rows.y
    which = scaled(encoder, not asked["no_standardize"])
    with warnings.catch_warnings(), Bar(talk.quiet) as bar:
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = solve_path(
            rows.X, y, l1_ratio=asked["l1_ratio"], n_lams=asked["n_lambdas"], lam_min_ratio=asked["lambda_min_ratio"],
            sample_weight=rows.weight, standardize=which, grouped=asked["grouped"], tol=asked["tol"],
            progress=bar,
        )  # fmt: skip
    coefs = found.coefs if isinstance(found.coefs, np.ndarray) else found.coefs.toarray()
    c = np.ones(len(y)) if rows.weight is None else rows.weight
    null = found.certificates[0].null_loss
    labels = [str(label) for label in rows.classes]
    steps, before = [], np.zeros(len(coefs), bool)
    for k, (lam, proof) in enumerate(zip(found.lams, found.certificates, strict=True)):
        coef, intercept = coefs[..., k], found.intercepts[..., k]
        loss = float(c @ losses(rows.X @ coef + intercept, y) / c.sum())
        inside = (coef != 0.0).any(axis=tuple(range(1, coef.ndim)))
        steps.append(
            {
                "lambda": float(lam),
                "columns": int(inside.sum()),
                "explained": max(1.0 - loss / null, 0.0) if null > 0.0 else 0.0,
                "dialects": found.strengths[k],
                "gap": float(proof.gap),
                "status": proof.status,
                "entered": [encoder.names[j] for j in np.flatnonzero(inside & ~before)],
                "left": [encoder.names[j] for j in np.flatnonzero(before & ~inside)],
                "intercept": by_label(intercept, labels),
                "coefficients": {encoder.names[j]: by_label(coef[j], labels) for j in np.flatnonzero(inside)},
            }
        )
        before = inside
    return found, {
        "target": target,
        **({"classes": list(rows.classes)} if several else {"positive": positive}),
        "l1_ratio": found.l1_ratio,
        "names": list(encoder.names),
        "path": steps,
    }


def losses(eta, y):
    """(n,) -log of the probability of each row's class, from η (n,) of the positive one, or (n, K)."""
    import numpy as np
    from scipy.special import log_softmax

    if eta.ndim == 2:
        return -np.take_along_axis(log_softmax(eta, axis=1), y[:, None], axis=1)[:, 0]
    return np.where(eta >= 0.0, 1.0 - y, y) * np.abs(eta) + np.log1p(np.exp(-np.abs(eta)))


def by_label(values, labels: list[str]):
    """A number, or of several classes the number of each label."""
    return float(values) if values.ndim == 0 else dict(zip(labels, values.tolist(), strict=True))


def show_path(facts: dict) -> None:
    """λ, columns, share of the null loss explained, gap, and what entered."""
    steps = facts["path"]
    every = max(1, -(-len(steps) // ROWS))
    rows, entered = [], []
    for k, step in enumerate(steps):
        entered += step["entered"]
        if k % every and k != len(steps) - 1:
            continue
        words = ", ".join(name(word) for word in entered[:3]) + (
            f" and {len(entered) - 3} more" if len(entered) > 3 else ""
        )
        lam, share = f"{step['lambda']:.5g}", f"{100 * step['explained']:.1f} %"
        rows.append([lam, str(step["columns"]), share, f"{step['gap']:.1e}", words])
        entered = []
    show_table(["λ", "columns", "explained", "gap", "entered"], rows)


def as_csv(facts: dict) -> str:
    """One row for each λ: facts, then a column for each coefficient; of several classes for each column and class."""
    import csv
    import io

    from .sheets import safe_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head, names, labels = ["lambda", "columns", "explained", "gap", "status"], facts["names"], facts.get("classes")
    of_each = [""] if labels is None else [f" ({label})" for label in labels]
    writer.writerow(
        safe_cell(cell) for cell in [*head, *(f"{word}{of}" for word in ("intercept", *names) for of in of_each)]
    )
    for step in facts["path"]:
        none = 0.0 if labels is None else dict.fromkeys(map(str, labels), 0.0)
        values = [step["intercept"], *(step["coefficients"].get(word, none) for word in names)]
        plain = values if labels is None else [v for value in values for v in value.values()]
        writer.writerow([*(repr(step[key]) for key in head[:4]), step["status"], *map(repr, plain)])
    return text.getvalue()
