"""The classic slips, told apart by what they leave between a gradient and the finite differences of its cost.

At several points w:  gradient = c · rate + a_j w_j + k_j  (rate: finite differences).  A right gradient has c = 1 and
a = k = 0.  c belongs to the loss (sign, 1/m), a to the square of w, k to a term that is linear in w or
has lost it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .watch import Watched


@dataclass(frozen=True)
class Measured:
    """(P, J): P points, J coordinates of the flat w."""

    points: np.ndarray  # (P, J)
    slopes: np.ndarray  # (P, J) the gradient as given
    rates: np.ndarray  # (P, J) finite differences of the cost
    coordinates: np.ndarray  # (J,)
    far: np.ndarray | None  # (J,) the gradient's penalty slope, where it can be seen
    bias: np.ndarray | None  # (J,) bool, where it was said
    lambd: float | None
    m: float | None
    at_zero: float  # the cost at w = 0
    tol: float

    @property
    def strength(self) -> float | None:
        """λ/m, the slope that the course's penalty should have; None where it was not said."""
        return self.lambd / self.m if self.lambd is not None and self.m is not None else None


@dataclass(frozen=True)
class Remains:
    """gradient = c · rate + a w + k, fitted; `explained` says whether that is all there is."""

    c: float
    a: np.ndarray  # (J,)
    k: np.ndarray  # (J,)
    explained: bool
    small: float  # below it, a (times |w|) and k are noise


def name_slip(seen: Measured, differs: bool, notes: Watched) -> tuple[str | None, str]:
    """(name, words); (None, "") where nothing is wrong."""
    scale = max(np.abs(seen.slopes).max(), np.abs(seen.rates).max(), 1e-300)
    finite = np.isfinite(seen.slopes).all() and np.isfinite(seen.rates).all()
    if finite and not differs and np.abs(seen.slopes - seen.rates).max() <= seen.tol * scale:
        return _both_alike(seen, notes)
    if notes.broadcast:
        return "broadcast", notes.broadcast + "."
    if not finite:
        return "log_of_zero", "near w the cost is not finite: a probability rounds to 0 or 1, and its log is taken."
    if len(seen.points) < 4:
        return "unknown", "the gradient differs, and the cost is too rough around w to say why. Try a smaller w."
    left = _fit(seen, scale)
    if not left.explained:
        return "unknown", "the gradient is not that of the cost, and none of the classic slips explains the difference."
    return _of_loss(seen, left) or _of_linear_term(seen, left) or _of_penalty(seen, left)


def _fit(seen: Measured, scale: float) -> Remains:
    """Per coordinate a line in w_j; c from what no such line can hold."""
    P, J = seen.points.shape
    lines = [np.linalg.qr(np.column_stack([seen.points[:, j], np.ones(P)]))[0] for j in range(J)]  # (P, 2)
    beyond = lambda v: np.column_stack([v[:, j] - Q @ (Q.T @ v[:, j]) for j, Q in enumerate(lines)])  # (P, J)
    slopes, rates = beyond(seen.slopes), beyond(seen.rates)
    curved = np.linalg.norm(rates) > 1e-6 * np.linalg.norm(seen.rates)
    c = float(np.sum(slopes * rates) / np.sum(rates * rates)) if curved else 1.0
    near = [value for value in (1.0, -1.0, 2.0, 0.5) if abs(c - value) <= 1e-4 * abs(value)]
    c = near[0] if near else c
    rest = slopes - c * rates
    explained = bool(
        np.abs(rest).max() <= 1e-5 * max(np.abs(slopes).max(), np.abs(rates).max()) + 10 * seen.tol * scale
    )
    left = seen.slopes - c * seen.rates
    held = [np.linalg.lstsq(np.column_stack([seen.points[:, j], np.ones(P)]), left[:, j])[0] for j in range(J)]
    a, k = np.array(held).T
    return Remains(c, a, k, explained, 10.0 * seen.tol * scale * max(1.0, abs(c)))


def _of_loss(seen: Measured, left: Remains) -> tuple[str, str] | None:
    c = left.c
    if c == 1.0:
        return None
    if c == -1.0:
        return (
            "sign",
            "the gradient of the loss points the wrong way: it is (a - y), not (y - a), that goes with w - αdw.",
        )
    rows = seen.m or max(round(c), round(1.0 / c) if c > 0.0 else 0)
    if c > 0.0 and rows > 2 and min(abs(c / rows - 1.0), abs(c * rows - 1.0)) <= 1e-3:
        who = "gradient" if c > 1.0 else "cost"
        return (
            "missing_mean",
            f"the {who} lacks 1/m: it is a sum where the other is a mean (factor {max(c, 1 / c):.6g}).",
        )
    if c in (2.0, 0.5):
        return "factor_two", f"the gradient of the loss is {c:g} times that of the cost: a ½ or a 2 is missing."
    return "unknown", f"the gradient of the loss is {c:.6g} times that of the cost."


def _of_linear_term(seen: Measured, left: Remains) -> tuple[str, str] | None:
    k, a = left.k, left.a
    there = np.abs(k) > left.small
    if not there.any():
        return None
    flat = np.abs(k[there] - k[there].mean()) <= left.small + 1e-3 * np.abs(k[there]).max()
    squared = np.abs(a[there]).max() > left.small  # the other one has the square: tells a single weight's sum apart
    if flat.all() and (there.sum() > 1 or squared):
        who = "cost" if k[there].mean() < 0.0 else "gradient"
        also = "" if np.abs(a).max() <= left.small else ", where the other one has the slope of a square, λ/m w"
        words = (
            f"the {who} holds a term with the constant slope {abs(k[there].mean()):.6g}, as λ·Σw has{also}: the "
            "penalty is λ/(2m)·Σw², np.sum(w ** 2) and not np.sum(w)."
        )
        return "sum_of_weights", words
    words = (
        "gradient and cost differ by the same vector at every w, so a term has lost w: that is what remains of (n, 1) "
        "minus (n,), which is (n, n) and averages the labels away (labels that are 0/1 here and -1/1 there do it too)."
    )
    return "broadcast", words


def _of_penalty(seen: Measured, left: Remains) -> tuple[str, str]:
    there = np.abs(left.a) > left.small
    if not there.any():
        return "unknown", "gradient and cost differ by less than can be told apart from rounding at other points."
    a = float(np.median(left.a[there]))
    alone = seen.bias is not None and (there == seen.bias).all()
    cost_far = None if seen.far is None else seen.far - left.a  # the slope of the cost's own penalty
    if seen.bias is None and there.sum() == 1 and len(there) > 1:
        alone = cost_far is None or bool((np.abs(cost_far[~there]) > left.small).any()) or len(there) > 2
    if alone:
        who = "gradient" if seen.far is None or (np.abs(seen.far[there]) > left.small).all() else "cost"
        where = ", ".join(f"w[{j}]" for j in seen.coordinates[there][:5])
        return "bias_penalised", f"the {who} penalises the bias ({where}) and the other does not; leave it out of both."
    uniform = np.abs(left.a[there] - a) <= left.small + 1e-3 * abs(a)
    if not uniform.all():
        return "unknown", "the difference is proportional to w, by another factor in every coordinate."
    return _which(seen, a, None if seen.far is None else float(np.median(seen.far[there])), left.small)


def _which(seen: Measured, a: float, mine: float | None, small: float) -> tuple[str, str]:
    """The penalty's slope is `mine` in the gradient and mine - a in the cost."""
    right = seen.strength
    if mine is None and right is None:
        return "factor_two", (
            f"the penalties differ by {abs(a):.6g}·w: one of the two lacks a factor 2 (or ½), or has no penalty. "
            "Pass lambd and m to be told which."
        )
    if mine is None and right is not None:  # two readings: the cost is right, or the gradient is
        first, second = _which(seen, a, right + a, small), _which(seen, a, right, small)
        if first[0] == "unknown":
            first, second = second, first
        if second[0] in ("unknown", first[0]):
            return first
        return first[0], f"{first[1]} Or, which the numbers of a net cannot tell apart, {second[0]}: {second[1]}"
    assert mine is not None
    other = mine - a
    if abs(mine) <= small:
        return (
            "missing_penalty",
            f"the gradient lacks the penalty's part λ/m·w; the cost has it with the slope {other:.6g}·w.",
        )
    if abs(other) <= small:
        return "missing_penalty", f"the cost lacks the penalty λ/(2m)·Σw²; the gradient has its slope {mine:.6g}·w."
    ratio = mine / other
    says = f"(slope of the penalty: {mine:.6g}·w in the gradient, {other:.6g}·w in the cost)"
    if abs(ratio + 1.0) <= 1e-3:
        return "sign", f"the penalty has the wrong sign in one of the two {says}."
    for factor in (2.0, 0.5):
        if abs(ratio / factor - 1.0) <= 1e-3:
            return "factor_two", f"a factor 2 is missing: the slope of λ/(2m)·Σw² is λ/m·w {says}."
    rows = seen.m or max(round(ratio), round(1.0 / ratio) if ratio > 0.0 else 0)
    if ratio > 0.0 and rows > 2 and min(abs(ratio / rows - 1.0), abs(ratio * rows - 1.0)) <= 1e-3:
        return "missing_mean", f"the penalty lacks 1/m in the {'gradient' if ratio > 1.0 else 'cost'} {says}."
    return "unknown", f"the penalties differ {says}."


def _both_alike(seen: Measured, notes: Watched) -> tuple[str | None, str]:
    """Gradient and cost agree; what was said of λ, m and the bias may still be wronged by both."""
    if notes.broadcast and seen.m == notes.rows:
        return "broadcast", f"gradient and cost agree with each other, but {notes.broadcast}."
    if seen.m is not None and seen.m > 1 and abs(seen.at_zero / (seen.m * np.log(2.0)) - 1.0) <= 1e-9:
        return "missing_mean", "gradient and cost agree, but both lack 1/m: at w = 0 the cost is m·log 2, not log 2."
    if seen.far is None:
        return None, ""
    small = 1e-9
    if seen.bias is not None and (np.abs(seen.far[seen.bias]) > small).any():
        return "bias_penalised", "gradient and cost agree, but both penalise the bias; the course leaves it free."
    right, weights = seen.strength, ~seen.bias if seen.bias is not None else np.abs(seen.far) > small
    if right is None or (seen.bias is not None and not weights.any()):
        return None, ""
    mine = float(np.median(seen.far[weights])) if weights.any() else 0.0
    if right > small and abs(mine / right - 1.0) > 1e-3:
        slip, _ = _which(seen, mine - right, mine, small)
        return slip, f"gradient and cost agree, but their penalty has the slope {mine:.6g}·w where λ/m = {right:.6g}."
    return None, ""
