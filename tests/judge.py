"""An independent judge: the same objective solved in long double, and in 50 digits, without the library's code.

    F(b, w) = Σ_i c_i ℓ(y_i, η_i) + Σ_j (l1_j |w_j| + ½ l2_j w_j²),    c = weight / Σ weight,    η = offset + b + X w

Method: damped Newton on a face (a set of coordinates with fixed signs), first in float64, then in long double with
a Cholesky factorisation of its own, in columns centred and scaled beforehand.  No answer leaves without its
optimality conditions checked and, where every column carries a penalty, a duality gap at rounding level.
Meant for small problems (n up to some 150 rows, p up to some 80 columns).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import mpmath
import numpy as np
import scipy.linalg
import scipy.sparse

Long = np.longdouble


class JudgeFailure(AssertionError):
    """The judge could not prove its own answer: says nothing about the solver under test."""


class Judged(NamedTuple):
    intercept: Any  # long double
    coef: np.ndarray  # (p,) long double
    value: Any  # F at the minimum, long double


class _Task(NamedTuple):
    """A problem in conditioned columns; the intercept, if any, is column 0.  All arrays of one precision."""

    A: np.ndarray  # (n, q)
    size: np.ndarray  # |A|
    c: np.ndarray  # (n,)
    o: np.ndarray  # (n,)
    y: np.ndarray  # (n,)
    l1: np.ndarray  # (q,)
    l2: np.ndarray  # (q,)


class _Face(NamedTuple):
    """What one look at a point gives: value, derivatives, and the rounding scale of each gradient entry."""

    value: Any
    g: np.ndarray  # (q,) gradient of the smooth part
    h: np.ndarray  # (n,) c p (1 - p)
    r: np.ndarray  # (n,) y - p
    eta: np.ndarray
    noise: np.ndarray  # (q,) sizes of the terms that were added up in g
    blur: Any  # the same for the value


# ---------------------------------------------------------------------------------------------- the objective


def dense(X) -> np.ndarray:
    """X as a plain array in its own precision."""
    return X.toarray() if scipy.sparse.issparse(X) else np.asarray(X)


def penalty_vectors(p, lam, l1_ratio=0.0, factor=None, scale=None):
    """(l1, l2), each (p,) long double; scale: the columns' standard deviations where X counts as standardised."""
    factor = np.ones(p, Long) if factor is None else np.asarray(factor).astype(Long)
    scale = np.ones(p, Long) if scale is None else np.asarray(scale).astype(Long)
    return Long(lam) * Long(l1_ratio) * factor * scale, Long(lam) * (1 - Long(l1_ratio)) * factor * scale**2


def column_sds(X, weight=None) -> np.ndarray:
    """Weighted standard deviations (p,) of the columns about their means, divided by Σ weight; long double."""
    X = dense(X).astype(Long)
    c = _shares(weight, X.shape[0])
    return np.sqrt(c @ (X - c @ X) ** 2)


def objective(X, y, intercept, coef, *, l1, l2, weight=None, offset=None):
    """F at (intercept, coef), in long double."""
    X, y, coef = dense(X).astype(Long), np.asarray(y).astype(Long), np.asarray(coef).astype(Long)
    eta = Long(intercept) + X @ coef + (0 if offset is None else np.asarray(offset).astype(Long))
    return _shares(weight, len(y)) @ _loss(eta, y) + np.sum(l1 * np.abs(coef) + l2 / 2 * coef**2)


def rounding(X, y, intercept, coef, *, l1, l2, weight=None, offset=None) -> float:
    """What a float64 evaluation of F may lose at this point: four ulps of every term of η, times the slope of ℓ."""
    X, coef = dense(X).astype(Long), np.asarray(coef).astype(Long)
    o = np.zeros(len(y), Long) if offset is None else np.asarray(offset).astype(Long)
    terms = abs(Long(intercept)) + np.abs(o) + np.abs(X) @ np.abs(coef)
    slope = np.abs(_link(Long(intercept) + o + X @ coef, np.asarray(y).astype(Long))[0])
    value = objective(X, y, intercept, coef, l1=l1, l2=l2, weight=weight, offset=offset)
    return float(4 * np.finfo(float).eps * (value + _shares(weight, len(y)) @ (slope * terms)))


def _shares(weight, n):
    weight = np.ones(n, Long) if weight is None else np.asarray(weight).astype(Long)
    return weight / weight.sum()


def _loss(eta, y):
    return np.maximum(eta, 0) - y * eta + np.log1p(np.exp(-np.abs(eta)))


def _link(eta, y):
    """Residuals y - p, without cancellation for hard labels, and p (1 - p)."""
    e = np.exp(-np.abs(eta))
    q = 1 / (1 + e)
    return np.where(eta >= 0, (y - 1) + e * q, y - e * q), e * q * q


def _look(task, w) -> _Face:
    eta = task.o + task.A @ w
    r, h = _link(eta, task.y)
    h = task.c * h
    value = task.c @ _loss(eta, task.y) + np.sum(task.l1 * np.abs(w) + task.l2 / 2 * w**2)
    g = task.l2 * w - (task.c * r) @ task.A
    soft = (task.y > 0) & (task.y < 1)
    terms = task.size @ np.abs(w) + np.abs(task.o)  # what was added up in eta
    noise = (task.c * (np.abs(r) + soft) + h * terms) @ task.size + task.l1 + task.l2 * np.abs(w)
    blur = abs(value) + (task.c * np.abs(r)) @ terms + task.c @ (soft * np.abs(eta))
    return _Face(value, g, h, r, eta, noise, blur)


# ---------------------------------------------------------------------------------------------- linear algebra


def _cholesky(H):
    """Lower factor in the precision of H, or None where H is not safely positive definite."""
    L, floor = H.copy(), 16 * np.finfo(H.dtype).eps * np.diag(H)
    for j in range(len(L)):
        if not L[j, j] > floor[j]:
            return None
        L[j:, j] /= np.sqrt(L[j, j])
        L[j + 1 :, j + 1 :] -= np.multiply.outer(L[j + 1 :, j], L[j + 1 :, j])
    return L


def _solve(L, v):
    """x with L Lᵀ x = v; v (q,) or (q, k)."""
    if L.dtype == np.float64:
        return scipy.linalg.cho_solve((L, True), v)
    x = v.copy()
    for j in range(len(L)):
        x[j] = (x[j] - L[j, :j] @ x[:j]) / L[j, j]
    for j in reversed(range(len(L))):
        x[j] = (x[j] - L[j + 1 :, j] @ x[j + 1 :]) / L[j, j]
    return x


def _factor(task, face, on, damping):
    A = task.A[:, on]
    H = A.T @ (face.h[:, None] * A)
    bound = task.c @ A**2 / 4 + task.l2[on]  # diagonal of the steepest curvature anywhere
    H[np.diag_indices_from(H)] += task.l2[on] + damping * bound
    if H.dtype != np.float64:
        return _cholesky(H)
    L, bad = scipy.linalg.lapack.dpotrf(H, lower=1, clean=1)
    return None if bad or np.any(np.diag(L) ** 2 <= 16 * np.finfo(float).eps * np.diag(H)) else L


# ---------------------------------------------------------------------------------------------- the descent


def _descend(task, w, steps, ulps):
    """Damped Newton over faces.  Returns (w, face, done); done: stationary within `ulps` rounding units."""
    eps = np.finfo(w.dtype).eps
    tiny = np.finfo(w.dtype).tiny ** 0.5
    smooth = task.l1 == 0
    on, damping, cached, before = smooth | (w != 0), w.dtype.type(0), None, np.inf
    face = _look(task, w)
    for _ in range(steps):
        slope, within = _slope(task, face, w, on)
        unit = ulps * eps * face.noise + tiny
        worst_on = np.max(np.abs(slope[on]) / unit[on], initial=0.0)
        excess = np.where(on, 0, (np.abs(face.g) - task.l1) / unit)
        if max(worst_on, excess.max(initial=0.0)) <= 1:
            return w, face, True
        if excess.max(initial=0.0) > max(worst_on, 1):
            on = on | (excess >= excess.max() / 2)
            slope, within = _slope(task, face, w, on)
            cached = None
        if worst_on > before / 1000:  # a stale factor converges slowly: make a fresh one
            cached = None
        before = worst_on
        while True:  # a fresh coordinate must move to the side it was opened for
            if cached is None:
                cached = _factor(task, face, on, damping)
            if cached is None:
                damping = max(10 * damping, w.dtype.type(4 * eps))
                continue
            d = np.zeros_like(w)
            d[on] = -_solve(cached, slope[on])
            wrong = on & ~smooth & (w == 0) & (d * within <= 0)
            if not wrong.any():
                break
            keep = on & (w == 0) & ~smooth & (np.abs(slope) == np.abs(slope[wrong]).max())
            on = on & ~(wrong & ~keep) if (wrong & ~keep).any() else on & ~wrong
            cached = None
        step = _step(task, w, d, smooth, face.value + 64 * eps * face.blur)
        if step is None:
            damping, cached = max(100 * damping, w.dtype.type(1e-12)), None
            if damping > 1e12:
                break
            continue
        w, face = step
        if damping:
            damping, cached = (damping / 10 if damping > 1e-13 else 0 * damping), None
        if np.any(on != (smooth | (w != 0))):
            on, cached = smooth | (w != 0), None
    return w, face, False


def _slope(task, face, w, on):
    """(slope of F inside the face, signs of the face); a coordinate at 0 is opened to its downhill side."""
    sign = np.where(w != 0, np.sign(w), -np.sign(face.g))
    return np.where(on, face.g + task.l1 * sign, 0), sign


def _step(task, w, d, smooth, limit):
    """The first that descends: the whole step with crossings set to 0; the step to the first crossing; parts of it."""
    whole = w + d
    crossed = ~smooth & (w != 0) & (whole * w <= 0)
    t = np.full_like(w, 2)
    t[crossed] = -w[crossed] / d[crossed]
    first = np.where(t == t.min(), 0, w + t.min() * d) if crossed.any() else whole
    for v in (np.where(crossed, 0, whole), first, w + min(1, t.min()) * d / 4, w + min(1, t.min()) * d / 32):
        face = _look(task, v)
        if face.value <= limit:
            return v, face
    return None


# ---------------------------------------------------------------------------------------------- the judge


def minimise(X, y, *, l1, l2, weight=None, offset=None, fit_intercept=True) -> Judged | None:
    """The minimiser and the minimum of F to about 1e-17, or None where there is no minimiser (free columns only).

    X (n, p) dense or sparse, y (n,) in [0, 1], l1 and l2 (p,) non-negative.  Where minimisers are many, one of them.
    Raises JudgeFailure where the answer does not pass its own proof.
    """
    found, exists, _ = _search(X, y, l1, l2, weight, offset, fit_intercept)
    return found if exists else None


def infimum(X, y, *, l1, l2, weight=None, offset=None, fit_intercept=True):
    """F at the best point found: the minimum where there is one, else a value the infimum is not above."""
    return _search(X, y, l1, l2, weight, offset, fit_intercept)[0].value


def _search(X, y, l1, l2, weight, offset, fit_intercept):
    task, used, shift, scale = _condition(X, y, l1, l2, weight, offset, fit_intercept)
    rough = _Task(*(part.astype(np.float64) for part in task))
    w, _, _ = _descend(rough, np.zeros(len(task.l1)), steps=300, ulps=64.0)
    w, face, done = _descend(task, w.astype(Long), steps=40, ulps=16.0)
    free = (task.l1 == 0) & (task.l2 == 0)
    exists = True
    if free[fit_intercept:].any():
        exists = done and _minimiser_exists(task, face, w)
    elif not done:
        raise JudgeFailure(f"not stationary: {_distance(task, face, w):.3g} rounding units")
    else:
        gap, hard = _gap(task, face, w, fit_intercept), (task.l1 > 0) & (task.l2 == 0)
        blur = 1e-17 + np.finfo(Long).eps * np.max(face.noise[hard] / task.l1[hard], initial=0)  # of the dual scaling
        if not gap <= 16 * blur * max(1, face.value):
            raise JudgeFailure(f"duality gap of {gap:.3g} at F = {face.value:.3g}")
    v = w[fit_intercept:] / scale[used]
    coef = np.zeros(len(shift), Long)
    coef[used] = v
    intercept = w[0] - shift @ coef if fit_intercept else Long(0)
    return Judged(intercept, coef, face.value), exists, face


def _condition(X, y, l1, l2, weight, offset, fit_intercept):
    """Rows of weight 0 leave; columns are centred (with an intercept) and scaled; aliased free columns leave."""
    X, y = dense(X).astype(Long), np.asarray(y).astype(Long)
    c = _shares(weight, len(y))
    o = np.zeros(len(y), Long) if offset is None else np.asarray(offset).astype(Long)
    X, y, c, o = X[c > 0], y[c > 0], c[c > 0], o[c > 0]
    shift = c @ X if fit_intercept else np.zeros(X.shape[1], Long)
    biggest = np.abs(X).max(axis=0, initial=0)
    A = X - shift
    scale = np.sqrt(c @ A**2)
    used = scale > 1e-15 * biggest  # a constant column beside an intercept, or a column of zeros: coefficient 0
    scale = np.where(used, scale, 1)
    A = A / scale
    l1, l2 = np.asarray(l1).astype(Long) / scale, np.asarray(l2).astype(Long) / scale**2
    used &= ~_aliased(np.where(used, A, 0), (l1 == 0) & (l2 == 0), fit_intercept)
    ones = np.ones((len(y), int(fit_intercept)), Long)
    A = np.column_stack([ones, A[:, used]])
    zero = np.zeros(int(fit_intercept), Long)
    task = _Task(A, np.abs(A), c, o, y, np.concatenate([zero, l1[used]]), np.concatenate([zero, l2[used]]))
    return task, np.flatnonzero(used), shift, scale


def _aliased(A, free, fit_intercept):
    """Free columns that the intercept and the free columns before them span already (bool, (p,))."""
    basis = [np.ones(len(A)) / np.sqrt(len(A))] if fit_intercept else []
    out = np.zeros(len(free), bool)
    for j in np.flatnonzero(free):
        a = A[:, j].astype(float)
        rest = a
        for _ in range(2):
            for u in basis:
                rest = rest - (u @ rest) * u
        if np.linalg.norm(rest) <= 1e-10 * np.linalg.norm(a):
            out[j] = True
        else:
            basis.append(rest / np.linalg.norm(rest))
    return out


def _distance(task, face, w):
    """Largest violation of the optimality conditions, in rounding units."""
    on = (task.l1 == 0) | (w != 0)
    slope = np.where(on, _slope(task, face, w, on)[0], np.maximum(np.abs(face.g) - task.l1, 0))
    return np.max(np.abs(slope) / (np.finfo(w.dtype).eps * face.noise), initial=0.0)


def _minimiser_exists(task, face, w):
    """R ν < 1 at a stationary point proves a minimiser on the face (generalised self-concordance)."""
    on = (task.l1 == 0) | (w != 0)
    L = _factor(task, face, on, Long(0))
    if L is None:
        return False
    slope = _slope(task, face, w, on)[0][on]
    nu = np.sqrt(slope @ _solve(L, slope)) + np.sqrt(np.sum((np.finfo(Long).eps * face.noise[on]) ** 2))
    rows = task.A[:, on].T.copy()
    radius = np.sqrt(np.max(np.sum(rows * _solve(L, rows), axis=0)))
    return bool(radius * nu < 0.1 and np.abs(face.eta - task.o).max() < 1e4)


def _gap(task, face, w, fit_intercept):
    """Duality gap from scratch, a sum of non-negative terms; every column but the intercept carries a penalty."""
    r, l1, l2 = face.r, task.l1[fit_intercept:], task.l2[fit_intercept:]
    A, w_pen = task.A[:, int(fit_intercept) :], w[int(fit_intercept) :]
    if fit_intercept:
        up, down = task.c @ np.maximum(r, 0), task.c @ np.maximum(-r, 0)
        r = np.where(r > 0, r * min(1, down / up if up else 1), r * min(1, up / down if down else 1))
    z = (task.c * r) @ A
    hard = l2 == 0
    s = min(1, np.min(l1[hard] / np.maximum(np.abs(z[hard]), np.finfo(Long).tiny), initial=1))
    r, z = s * r, s * z
    q, not_q = task.y - r, (1 - task.y) + r
    entropy = sum(np.where(u > 0, u * np.log(np.where(u > 0, u, 1)), 0) for u in (q, not_q))
    kl = entropy + np.logaddexp(Long(0), face.eta) - q * face.eta
    conjugate = np.where(hard, 0, np.maximum(np.abs(z) - l1, 0) ** 2 / np.where(hard, 1, 2 * l2))
    terms = l1 * np.abs(w_pen) + l2 / 2 * w_pen**2 + conjugate - z * w_pen
    return task.c @ kl + terms.sum() - (w[0] * (task.c @ r) if fit_intercept else 0)


# ---------------------------------------------------------------------------------------------- fifty digits


def exact(x):
    """A float or long double as an mpmath number; not rounded where mpmath works in 20 digits or more."""
    high = float(x)
    return mpmath.mpf(high) + mpmath.mpf(float(Long(x) - Long(high)))


def objective_mp(X, y, intercept, coef, *, l1, l2, weight=None, offset=None, digits=50):
    """F in `digits` digits; numbers may be floats, long doubles or mpmath's own."""
    with mpmath.workdps(digits):
        X, y, c, o = _rows_mp(X, y, weight, offset)
        number = lambda v: v if isinstance(v, mpmath.mpf) else exact(v)
        b, w = number(intercept), [number(v) for v in coef]
        value = sum(ci * _loss_mp(b + oi + mpmath.fdot(xi, w), yi) for xi, yi, ci, oi in zip(X, y, c, o, strict=True))
        return value + sum(
            number(a) * abs(v) + number(ridge) / 2 * v * v for a, ridge, v in zip(l1, l2, w, strict=True)
        )


def minimise_mp(X, y, *, l1, l2, weight=None, offset=None, fit_intercept=True, digits=50):
    """(intercept, coef, value) as mpmath numbers: Newton in `digits` digits on the face that `minimise` found.

    The optimality conditions of the whole problem are checked to digits - 12 digits; raises JudgeFailure if they fail.
    """
    start = minimise(X, y, l1=l1, l2=l2, weight=weight, offset=offset, fit_intercept=fit_intercept)
    if start is None:
        raise JudgeFailure("no minimiser to polish")
    with mpmath.workdps(digits):
        rows, y, c, o = _rows_mp(X, y, weight, offset)
        l1, l2 = [exact(v) for v in l1], [exact(v) for v in l2]
        w = [exact(v) for v in start.coef]
        b, small = exact(start.intercept), mpmath.mpf(10) ** (12 - digits)
        on = [j for j in range(len(w)) if w[j] != 0]
        A = mpmath.matrix([([1] if fit_intercept else []) + [x[j] for j in on] for x in rows])
        ridge = [mpmath.mpf(0)] * int(fit_intercept) + [l2[j] for j in on]
        for _ in range(12):
            p = [mpmath.mpf(1) / (1 + mpmath.exp(-(b + oi + mpmath.fdot(x, w)))) for x, oi in zip(rows, o, strict=True)]
            r = [ci * (pi - yi) for ci, pi, yi in zip(c, p, y, strict=True)]
            h = [ci * pi * (1 - pi) for ci, pi in zip(c, p, strict=True)]
            slope = A.T * mpmath.matrix(r)
            for k, j in enumerate(on, int(fit_intercept)):
                slope[k] += l2[j] * w[j] + l1[j] * mpmath.sign(w[j])
            if len(slope) == 0 or max(abs(v) for v in slope) < small:
                break
            H = A.T * mpmath.diag(h) * A + mpmath.diag(ridge)
            d = mpmath.lu_solve(H, -slope)
            b = b + d[0] if fit_intercept else b
            for k, j in enumerate(on, int(fit_intercept)):
                w[j] += d[k]
        else:
            raise JudgeFailure("Newton in many digits did not converge")
        for j in range(len(w)):
            g = mpmath.fdot(r, [x[j] for x in rows])
            off = abs(g) > l1[j] + small if w[j] == 0 else mpmath.sign(w[j]) != mpmath.sign(exact(start.coef[j]))
            if off:
                raise JudgeFailure(f"column {j} is on the wrong face")
        value = sum(ci * _loss_mp(b + oi + mpmath.fdot(x, w), yi) for x, yi, ci, oi in zip(rows, y, c, o, strict=True))
        return b, w, value + sum(a * abs(v) + k / 2 * v * v for a, k, v in zip(l1, l2, w, strict=True))


def _rows_mp(X, y, weight, offset):
    X = [[exact(v) for v in row] for row in dense(X)]
    weight = [exact(v) for v in (np.ones(len(y)) if weight is None else weight)]
    offset = [exact(v) for v in (np.zeros(len(y)) if offset is None else offset)]
    return X, [exact(v) for v in y], [v / mpmath.fsum(weight) for v in weight], offset


def _loss_mp(eta, y):
    return mpmath.log1p(mpmath.exp(-abs(eta))) + max(eta, 0) - y * eta
