"""A scene to one HTML file: it loads nothing, trusts no name, and is the same for the same scene."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from ..errors import InputError
from ..pages import as_json, content_policy, visible
from .scene import Scene

__all__ = ["build_explorer"]

LARGEST = 300_000  # bytes of the file
SCRIPTS = (  # in the order they are read: what solves, what draws, what listens
    "solver.js", "gap.js", "ball.js", "radius.js", "surface.js", "descent.js",
    "words.js", "svg.js", "panels.js", "cloud.js", "prior.js", "model.js", "tell.js", "address.js", "controls.js",
    "main.js",
)  # fmt: skip
LONGEST = 60  # characters of a name


def build_explorer(scene: Scene) -> str:
    """The page, as text to be written in UTF-8; below 300 kB.

    Raises InputError where the scene has too many rows for that.

    Law: tests/explorer/test_page.py; its numbers: tests/sweep/test_explorer_browser.py
    """
    style, script = page_file("explorer.css"), whole_script()
    text = (
        environment()
        .get_template("page.html.j2")
        .render(
            s=scene, style=style, script=script, policy=content_policy(style, script), data=as_json(facts(scene)),
            names=[name(one) for one in scene.names], target=name(scene.target), source=name(scene.source),
            labels=[name(one) for one in scene.labels],
        )
    )  # fmt: skip
    if len(text.encode("utf-8")) >= LARGEST:
        raise InputError(f"{len(scene.y):,} rows make a page of more than {LARGEST:,} bytes. Give fewer rows.")
    return text


def facts(scene: Scene) -> dict:
    """What the script reads; numbers keep every digit."""
    numbers = lambda values: [float(v) for v in values]
    return {
        "names": [name(one) for one in scene.names],
        "labels": [name(one) for one in scene.labels],
        "target": name(scene.target),
        "x1": numbers(scene.u[:, 0]),
        "x2": numbers(scene.u[:, 1]),
        "y": [int(v) for v in scene.y],
        "separated": [int(v) for v in separable_labels(scene)],
        "weight": numbers(scene.weight) if np.ptp(scene.weight) else [float(scene.weight[0])],
        "offset": numbers(scene.offset) if scene.offset.any() else [0.0],
        "centre": numbers(scene.centre),
        "scale": numbers(scene.scale),
        "offsetCentre": scene.offset_centre,
        "lam": scene.lam,
        "alpha": scene.l1_ratio,
        "model": None if scene.coef is None else numbers(scene.coef * scene.scale),
    }


def separable_labels(scene: Scene) -> np.ndarray:
    """(n,) labels that a line separates: split along the difference of the class means, nearly at the same rate."""
    means = [np.average(scene.u[scene.y == k], axis=0, weights=scene.weight[scene.y == k]) for k in (0, 1)]
    towards = means[1] - means[0]
    score = scene.u @ (towards if towards.any() else np.array([1.0, 0.0]))
    levels = np.unique(score)
    above = np.array([scene.weight[score > level].sum() for level in levels[:-1]])
    cut = levels[np.argmin(np.abs(above - scene.weight[scene.y == 1].sum()))]
    return (score > cut).astype(int)


def whole_script() -> str:
    """The files of page/ as one script with one scope."""
    return '(() => {\n"use strict";\n' + "\n".join(page_file(part) for part in SCRIPTS) + "})();\n"


def name(text: str) -> str:
    """A name as the page spells it: visible, and not endless."""
    text = visible(str(text)) or "(no name)"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 16]}…{text[-15:]}"


def page_file(file: str) -> str:
    return files("normball.explorer").joinpath("page", file).read_text("utf-8")


@cache
def environment():
    """jinja2 with every expression escaped; an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(
        loader=PackageLoader("normball.explorer", "page"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters.update(ours=Markup)
    return env
