"""The ball along a path of λ: one picture for each λ, as an HTML page with a slider or as a GIF."""

from __future__ import annotations

import base64
import html
import io
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ..errors import InputError
from ..files.atomic import write_atomic
from ..pages import content_policy, visible
from ..paths import Path
from .canvas import BLUE, axes_of, figure_of
from .geometry import GeometryDisplay
from .plane import plane_of

__all__ = ["AnimationDisplay", "animate_path"]

STYLE = """body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 56rem; padding: 0 1rem;
  color: #1c2126;
  background: #fff; } img { max-width: 100%; height: auto; } input { width: 100%; } button { font: inherit; }"""
SCRIPT = """
const frames = [...document.querySelectorAll("img")], at = document.getElementById("at");
const play = document.getElementById("play");
let timer = null;
const show = () => frames.forEach((frame, k) => { frame.hidden = k !== Number(at.value); });
const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
at.addEventListener("input", () => { stop(); show(); });
play.addEventListener("click", () => {
  if (timer) { stop(); return; }
  play.textContent = "Stop";
  timer = setInterval(() => { at.value = (Number(at.value) + 1) % frames.length; show(); }, PAUSE);
});
show();
"""


@dataclass
class AnimationDisplay:
    """lams (F,) of the frames, displays: a GeometryDisplay for each; limits, which all frames share.

    ax_ : the Axes with the last frame;  figure_;  file_ : what was written
    """

    lams: np.ndarray
    displays: list = field(repr=False)
    limits: tuple[float, float, float, float]
    ax_: Any = field(default=None, repr=False)
    figure_: Any = field(default=None, repr=False)
    file_: str = ""

    @classmethod
    def from_path(
        cls, path: Path, X, y, file, *, features=None, frames=40, seconds=6.0, force=False, dpi=90,
        ax: Axes | None = None,
        **arguments,
    ) -> AnimationDisplay:  # fmt: skip
        """Draw and write; arguments as in `animate_path`."""
        if not isinstance(path, Path):
            raise InputError(f"{type(path).__name__} is no Path. Give what normball.path returns.")
        name = os.fspath(file)
        kind = os.path.splitext(name)[1].lower()
        if kind not in (".html", ".gif"):
            raise InputError(f"file={name!r}: give a name that ends in .html or .gif.")
        if isinstance(frames, bool) or int(frames) != frames or frames < 1:
            raise InputError(f"frames={frames!r}: give a whole number >= 1.")
        used = np.flatnonzero(path.lams > 0.0)
        used = used[np.unique(np.linspace(0, len(used) - 1, min(int(frames), len(used))).round().astype(int))]
        if not len(used):
            raise InputError("The path has no λ > 0: there is no ball to show. Give lams > 0.")
        features = most_moved(path) if features is None else features
        solutions = [path.solution(float(path.lams[k])) for k in used]
        shown = [GeometryDisplay.from_plane(plane_of(one, X, y, features=features, **arguments)) for one in solutions]
        limits = widest(shown)
        own = ax is None
        ax = axes_of(ax, (6.8, 4.3))
        pictures = frames_of(shown, limits, ax, dpi, own)
        pause = max(int(1000 * seconds / len(shown)), 20)
        data = gif(pictures, pause) if kind == ".gif" else page(pictures, pause, title_of(shown[0])).encode("utf-8")
        write_atomic(name, data, force=force)
        return cls(path.lams[used], shown, limits, ax, figure_of(ax), name)


def most_moved(path: Path) -> tuple[int, int]:
    """The two columns whose penalised coefficients are largest at the end of the path."""
    from .path import scales

    coef = np.abs(path.solution(float(path.lams[-1])).coef)
    if coef.ndim != 1 or len(coef) < 2:
        raise InputError(
            f"The path has coefficients of shape {coef.shape}: a picture of a pair needs two columns, two classes."
        )
    first, second = np.argsort(-coef * scales(path)[0], kind="stable")[:2]
    return int(first), int(second)


def widest(shown: list[GeometryDisplay]) -> tuple[float, float, float, float]:
    """Limits that hold the balls of all frames."""
    every = np.array([one.limits() for one in shown])
    left, right, bottom, top = every[:, 0].min(), every[:, 1].max(), every[:, 2].min(), every[:, 3].max()
    half = 0.5 * max(right - left, top - bottom)
    x, y = 0.5 * (left + right), 0.5 * (bottom + top)
    return float(x - half), float(x + half), float(y - half), float(y + half)


def frames_of(shown: list[GeometryDisplay], limits, ax: Axes, dpi: float, beside: bool) -> list[bytes]:
    """A PNG for each frame, with the trail of the fits so far; the last one stays on the Axes."""
    trail = np.array([one.touching for one in shown])
    figure, pictures = figure_of(ax), []
    canvas = FigureCanvasAgg(figure)
    for k, one in enumerate(shown):
        ax.clear()
        one.plot(ax, limits=limits, beside=beside)
        ax.plot(*trail[: k + 1].T, color=BLUE, lw=1.0, ls=":", zorder=5)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=dpi)
        if beside:  # the first frame's layout holds for all: nothing jumps
            figure.set_layout_engine("none")
        pictures.append(file.getvalue())
    assert figure.canvas is canvas
    return pictures


def gif(pictures: list[bytes], pause: int) -> bytes:
    """One looping GIF; pause in milliseconds."""
    from PIL import Image

    images = [Image.open(io.BytesIO(data)).convert("RGB").quantize(128) for data in pictures]
    file = io.BytesIO()
    images[0].save(file, format="GIF", save_all=True, append_images=images[1:], duration=pause, loop=0)
    return file.getvalue()


def page(pictures: list[bytes], pause: int, title: str) -> str:
    """One offline page: every picture inside it, a slider and a button; nothing is loaded from anywhere."""
    script = SCRIPT.replace("PAUSE", str(pause))
    policy = content_policy(STYLE, script) + "; img-src data:"
    images = "".join(
        f'<img alt="frame {k + 1} of {len(pictures)}"'
        f' hidden src="data:image/png;base64,{base64.b64encode(data).decode()}">'
        for k, data in enumerate(pictures)
    )
    safe = html.escape(visible(title))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{safe}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<h1>{safe}</h1><div>{images}</div>"
        f'<p><label for="at">λ falls to the right</label><input id="at" type="range" min="0" max="{len(pictures) - 1}" '
        f'step="1" value="0"></p><p><button id="play" type="button">Play</button></p>'
        f"<script>{script}</script></body></html>\n"
    )


def title_of(one: GeometryDisplay) -> str:
    return f"The ball along λ: {one.plane.names[0]} and {one.plane.names[1]}"


def animate_path(
    path: Path, X, y, file, *, features=None, frames=40, seconds=6.0, force=False, dpi=90,
    sample_weight=None, offset=None,
    penalty_factor=None, fit_intercept=True, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Write an animation of the geometry along a path and return the Axes with its last frame.

    Parameters
    ----------
    path : what `normball.path` returned;  X, y, … as they were given to it
    file : a name ending in .html (one offline page with a slider) or .gif; force: replace a file that is there
    features : two names or places; None: those that are largest at the end of the path
    frames, seconds : how many λ of the path, evenly along it; how long they last altogether
    """
    return AnimationDisplay.from_path(
        path, X, y, file, features=features, frames=frames, seconds=seconds, force=force, dpi=dpi,
        sample_weight=sample_weight, offset=offset, penalty_factor=penalty_factor, fit_intercept=fit_intercept, ax=ax,
    ).ax_  # fmt: skip
