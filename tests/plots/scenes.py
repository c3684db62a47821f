"""Data for the pictures, and what they are compared with: losses written down again, in other words."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from scipy.optimize import minimize_scalar

HOSTILE = (
    "a$b",
    "$\\frac{",
    "<script>alert(1)</script>",
    "😀 🦊",
    "two\nlines",
    "\u202eright",
    "x" * 200,
    "100 % & _^{}",
)


def two_classes(rng, p=2, n=200):
    """Correlated columns of different sizes, and a y that depends on the first."""
    X = rng.normal(size=(n, p))
    X[:, 1] += 0.6 * X[:, 0]
    X *= np.linspace(1.0, 2.0, p)
    y = (X @ np.r_[1.2, np.zeros(p - 1)] - 0.3 + rng.logistic(size=n) > 0.0).astype(int)
    return X, y


def numbers(rng, p=2, n=100):
    X = rng.normal(size=(n, p))
    return X, X @ np.r_[1.2, 0.3, np.zeros(p - 2)] + rng.normal(size=n)


def mean_loss(X, y, w, loss, offset=0.0):
    """min over b of the mean loss at coefficients w: by golden section, no derivative."""
    eta = X @ w + offset
    if loss == "squared":
        r = y - eta
        return 0.5 * np.mean((r - r.mean()) ** 2)
    f = lambda b: np.mean(np.logaddexp(0.0, eta + b) - y * (eta + b))
    return minimize_scalar(f, bracket=(-5.0, 5.0), tol=1e-14).fun


def render(ax, dpi=100):
    """Draw it, in the size that it has; the bytes of a PNG."""
    file = io.BytesIO()
    ax.get_figure(root=True).savefig(file, format="png", dpi=dpi)
    return file.getvalue()


def outside(ax):
    """Texts of a drawn figure that do not lie wholly on it (with a pixel to spare)."""
    figure = ax.get_figure(root=True)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, box = canvas.get_renderer(), figure.bbox
    unseen = {  # labels of ticks beyond the ends of their axis exist, but are not drawn
        label
        for axis in figure.findobj(Axis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    }
    found = []
    for text in figure.findobj(lambda one: isinstance(one, Text) and one.get_text() and one.get_visible()):
        if text in unseen:
            continue
        extent = text.get_window_extent(renderer)
        if extent.width and not (
            extent.x0 >= box.x0 - 1 and extent.x1 <= box.x1 + 1 and extent.y0 >= box.y0 - 1 and extent.y1 <= box.y1 + 1
        ):
            found.append(text.get_text())
    return found
