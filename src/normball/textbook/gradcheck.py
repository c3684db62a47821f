"""A gradient against finite differences of its cost; what differs is called by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..inputs.values import read_number
from .slips import Measured, name_slip
from .watch import Watched, watched

MOST = 64  # coordinates that are looked at beyond w itself


@dataclass(frozen=True)
class GradientCheck:
    """What came of a check; printing it gives `message`.

    ok          the gradient is that of the cost, and no slip was seen
    worst       the largest |gradient - finite difference| ÷ the largest entry of either; nan if they cannot be compared
    coordinate  where: an index of w, or a tuple where w has several axes; None if they cannot be compared
    slip        the name of the slip (slips.py), "unknown" where none fits, None where all is well
    """

    ok: bool
    worst: float
    coordinate: int | tuple[int, ...] | None
    slip: str | None
    message: str

    def __str__(self) -> str:
        return self.message

    def __bool__(self) -> bool:
        return self.ok


def check_gradient(
    cost: Callable, grad: Callable, w, *, lambd=None, m=None, bias=None, tol=1e-7, seed=0
) -> GradientCheck:
    """Compare grad(w) with finite differences of cost(w), and name the classic slips.

    Parameters
    ----------
    cost : w -> number;  grad : w -> array of the shape of w;  w : float array, as both take it
    lambd, m : λ and the number of rows, where the cost is meant to be mean loss + λ/(2m) ‖w‖²: then it is also seen
        *which* of the two is wrong, and what both have wrong alike
    bias : index (or mask, or slice) of the entries of w that are meant to carry no penalty
    tol : difference that passes, relative to the largest entry of the gradient
    seed : of five more points around w, so that a penalty shows although w = 0

    Slips: "sum_of_weights" λΣw where λ/(2m)Σw² is meant · "factor_two" in the penalty · "missing_mean" 1/m left out ·
    "missing_penalty" in one of the two · "bias_penalised" · "sign" · "broadcast" (n, 1) with (n,) became (n, n) ·
    "log_of_zero" · "shape" · "unknown".

    Differences are of fourth order, good to about 1e-11; where they disagree with the gradient (a kink of ReLU or |w|
    nearby, a tiny scale), shorter central ones are asked too, and a coordinate fails only if all of them disagree.

    Raises InputError where cost or grad is no function, or w no finite float array.
    Laws: tests/textbook/test_gradcheck.py (a seeded list of wrong implementations, and of right ones)
    """
    w = _read(cost, grad, w)
    lambd = None if lambd is None else read_number(lambd, "lambd", "a number >= 0, or None", lambda v: v >= 0.0)
    m = None if m is None else read_number(m, "m", "a number of rows >= 1, or None", lambda v: v >= 1.0)
    seen = watched(cost, grad, w)
    with np.errstate(all="ignore"):
        value, slope = cost(w.copy()), np.asarray(grad(w.copy()))
        early = _cannot_compare(value, slope, w, seen)
        if early is not None:
            return early
        claimed = slope.reshape(w.shape).astype(float)
        rate, doubt = _differences(cost, w, claimed, tol)
        measured = _measure(cost, grad, w, bias, lambd, m, tol, seed)
    scale = max(np.abs(claimed).max(), np.abs(rate).max(), 1e-300)
    off = np.abs(claimed - rate) / scale
    k = int(np.argmax(off))
    worst = float(off.flat[k])
    where = k if w.ndim == 1 else tuple(int(i) for i in np.unravel_index(k, w.shape))
    differs = bool((off > tol + doubt / scale).any())
    slip, words = name_slip(measured, differs, seen)
    agree = f"the gradient and finite differences of the cost differ by {worst:.1e} of its largest entry"
    if slip is None:
        return GradientCheck(True, worst, where, None, f"Right: {agree} at most (w[{_index(where)}]).")
    at = f"w[{_index(where)}]: gradient {claimed.flat[k]:.6g}, finite difference {rate.flat[k]:.6g}"
    return GradientCheck(False, worst, where, slip, f"Slip ({slip}): {words} [{at}]")


def _read(cost, grad, w) -> np.ndarray:
    for name, function in (("cost", cost), ("grad", grad)):
        if not callable(function):
            raise InputError(
                f"{name}={function!r} is no function: pass a function of w, so that it can be tried nearby."
            )
    array = np.asarray(w)
    if array.dtype.kind not in "fiub" or array.size == 0 or not np.isfinite(array).all():
        raise InputError("w must be an array of finite numbers, with at least one entry: the point to check at.")
    return array.astype(np.float64)


def _index(where) -> str:
    return ", ".join(map(str, where)) if isinstance(where, tuple) else str(where)


def _cannot_compare(value, slope, w, seen: Watched) -> GradientCheck | None:
    """The slips that leave nothing to compare: shapes, infinities."""
    fail = lambda slip, words: GradientCheck(False, np.nan, None, slip, f"Slip ({slip}): {words}")
    if np.size(value) != 1:
        return fail("shape", f"cost returned an array of shape {np.shape(value)}, but must return one number.")
    if slope.size != w.size:
        if seen.broadcast or (slope.size > w.size and slope.size % w.size == 0):
            spread = seen.broadcast or "an (n, 1) beside an (n,) does that, and gives (n, n): use one shape for both"
            return fail("broadcast", f"grad returned shape {slope.shape} for w of shape {w.shape}: {spread}.")
        return fail("shape", f"grad returned shape {slope.shape} for w of shape {w.shape}; they must be the same.")
    if not np.isfinite(float(np.asarray(value).reshape(()))):
        words = seen.log_of_zero or "a probability that rounds to 0 or 1 gives log(0), and 0·log(0) is nan"
        return fail(
            "log_of_zero",
            f"the cost at w is {float(np.asarray(value).reshape(()))}: {words}. "
            "Compute it from z instead: log(1 + e^z) - y z, np.logaddexp(0, z) - y * z.",
        )
    if not np.isfinite(slope.astype(float)).all():
        k = int(np.argmin(np.isfinite(slope.astype(float)).ravel()))
        return fail("unknown", f"the gradient is not finite, the first time at entry {k}, although the cost at w is.")
    return None


def _differences(cost, w, claimed, tol, coordinates=None) -> tuple[np.ndarray, np.ndarray]:
    """dcost/dw by finite differences, and how far rounding in the cost may have moved them; both of the shape of w.

    Fourth order first; where that disagrees with `claimed`, shorter central ones, if one of them agrees.  Entries that
    are not among `coordinates` (of the flat w) stay as claimed.
    """
    out, doubt = np.array(claimed, float), np.zeros(w.shape)
    flat, claim, noise = out.reshape(-1), np.array(claimed, float).reshape(-1), doubt.reshape(-1)
    every = range(w.size) if coordinates is None else coordinates
    for j in every:
        flat[j] = _fourth_order(cost, w, j)
    size = np.abs(flat[list(every)]).max()
    scale = max(np.abs(claim).max(), size, 1e-300)
    for j in every:
        for h in (1e-5, 1e-6, 1e-7):
            if abs(flat[j] - claim[j]) <= tol * scale:
                break
            shorter = _central(cost, w, j, h)
            if abs(shorter - claim[j]) <= tol * scale:
                flat[j] = shorter
        if abs(flat[j] - claim[j]) > tol * scale:
            long, short = _central(cost, w, j, 1e-5), _central(cost, w, j, 1e-6)
            noise[j] = 10.0 * abs(long - short)
            if abs(flat[j] - short) > 1e-6 * size:  # a kink within the reach of the long difference
                flat[j] = short
    return out, doubt


def _fourth_order(cost, w, j: int, h: float = 1e-3) -> float:
    """[8 (f(h) - f(-h)) - (f(2h) - f(-2h))] / 12h: off by h⁴ times the fifth derivative ÷ 30."""
    return (4.0 * _central(cost, w, j, h) - _central(cost, w, j, 2.0 * h)) / 3.0


def _steady(cost, w, tol: float) -> bool:
    """Whether differences at w mean anything: short ones agree in eight entries (no log of nearly 0, no kink there)."""
    some = np.linspace(0, w.size - 1, min(w.size, 8)).astype(int)
    long, short = (np.array([_central(cost, w, j, h) for j in some]) for h in (1e-5, 1e-6))
    return bool(np.abs(long - short).max() <= 10.0 * tol * max(np.abs(short).max(), 1e-3))


def _central(cost, w, j: int, h: float) -> float:
    """(f(h) - f(-h)) / 2h along entry j, in units of max(1, |w_j|), with the h that float64 really moves."""
    h *= max(1.0, abs(w.flat[j]))
    up, down = w.copy(), w.copy()
    up.flat[j] += h
    down.flat[j] -= h
    values = [float(np.asarray(cost(v)).reshape(())) for v in (up, down)]
    return (values[0] - values[1]) / (up.flat[j] - down.flat[j])


def _measure(cost, grad, w, bias, lambd, m, tol, seed) -> Measured:
    """Gradients and differences at w and five points around it, on at most MOST coordinates; and far out."""
    rng = np.random.default_rng(seed)
    points = [*([w] if _steady(cost, w, tol) else []), *_nearby(cost, w, rng, tol)] or [w]
    biased = np.zeros(w.shape, bool)
    if bias is not None:
        biased[bias] = True
    chosen = rng.permutation(w.size)[:MOST]
    if bias is not None:
        chosen = np.union1d(chosen, np.flatnonzero(biased)[:MOST])
    slopes = [np.asarray(grad(point.copy()), float).reshape(w.shape) for point in points]
    rates = [_differences(cost, v, g, tol, chosen)[0] for v, g in zip(points, slopes, strict=True)]
    take = lambda arrays: np.array([a.reshape(-1)[chosen] for a in arrays])  # (6, coordinates)
    there = None if bias is None else biased.reshape(-1)[chosen]
    at_zero = float(np.asarray(cost(0.0 * w)).reshape(()))
    return Measured(
        take(points), take(slopes), take(rates), chosen, _far_out(grad, w, rng, chosen), there, lambd, m, at_zero, tol
    )  # fmt: skip


def _nearby(cost, w, rng, tol: float) -> list[np.ndarray]:
    """Five points where differences mean something: around w, then nearer to 0, and fewer if there are none."""
    size, found = max(float(np.sqrt(np.mean(w * w))), 0.5), []
    for pull, shorter in np.repeat([(1.0, 1.0), (1.0, 0.3), (0.3, 0.3), (0.1, 0.1)], 8, axis=0):
        point = pull * w + shorter * size * rng.standard_normal(w.shape)
        if len(found) < 5 and _steady(cost, point, tol):
            found.append(point)
    return found


def _far_out(grad, w, rng, chosen) -> np.ndarray | None:
    """s_j with gradient_j ~ s_j w_j for |w| → ∞: a penalty's slope, since that of a log-loss stays bounded.

    None where there is no such limit (a net, or a gradient that overflows).
    """
    way = np.sign(rng.standard_normal(w.shape)) * rng.uniform(1.0, 2.0, w.shape)
    found = []
    for far in (1e11, 1e12):
        ends = [np.asarray(grad(sign * far * way), float).reshape(w.shape) for sign in (1.0, -1.0)]
        found.append(((ends[0] - ends[1]) / (2.0 * far * way)).reshape(-1)[chosen])
    near = np.abs(found[0] - found[1]) <= 1e-9 + 1e-6 * np.abs(found[1])
    return found[1] if near.all() else None
