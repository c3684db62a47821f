"""A path down one panel of columns for one set of training weights, in one compiled walk.

Damped Newton with a lagged Gram: the curvature of a point serves the steps and the λ after it while the rows' weights
stay near it, and grows by rows as columns join.  Steps are accepted on η alone (a line search on n numbers).
Source: docs/design/engine.md, sections 3 and 6, decision 5.
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import jit
from normball.kernels.links import _link_vector, squared_vector
from normball.kernels.model import column_gap
from normball.kernels.quadratic import solve_quadratic

DRIFT = 0.1  # of the rows' weights, relative, past which the Gram is made afresh
SLOW = 0.3  # a step that leaves more of the gap asks for a fresh Gram
STEPS = 60  # Newton steps at one λ
IDLE = 4  # of them in a row with a fresh Gram and no gain
EPOCHS = 60
HALVINGS = 40
LARGE = 2**21  # numbers in a panel from which gradients are taken of the columns in play first
LEAP = 1e3  # times max |η|: where a step of saturated rows is cut
ROUNDING = 4e-15
LINKS = 25.0  # numbers that could be read in the time of a link and its neighbours, per row
GRAMS = 16.0  # products of float32 in a matrix product, in the time of one
SWEEPS = 10.0  # over the curvature, in a step


@jit
def walk(
    squared, XT, y, c, offset, with_b, u1, u2, lower, upper, lams, targets, w, b, eta, W, B, E, gaps, steps, most
):  # fmt: skip
    """Down the λ (descending), warm from one to the next; returns how many were done before `most` numbers were read.

    squared: the loss is ½(y - η)² instead of the log-loss.
    XT (q, n) conditioned columns as rows, C order; y, offset (n,); c (n,) training weights over their sum, 0 where
    held out.  l1 = λ u1, l2 = λ u2, lower, upper (q,).  targets (L,): absolute gaps of the restricted problem.
    w (q,), b (1,), eta (n,): the start, and in the end the last iterate.
    Written: W (L, q), B (L,), E (L, n), gaps (L,), steps (L,): Newton steps, less than 0 where it got stuck.
    """
    q, n = XT.shape
    L = lams.size
    r, h = np.empty(n), np.empty(n)
    r_try, h_try, eta_try, move = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    sums, sums_try = np.empty((5, 1)), np.empty((5, 1))
    z, held, counts = np.zeros(q), np.empty(q, np.bool_), np.empty(q, np.bool_)
    place, active = np.full(q, -1), np.empty(q, np.int64)
    h_ref = np.zeros(n)
    room = min(q, 64)
    S, H, hb = np.empty((room, n), np.float32), np.empty((room, room)), np.empty(room)
    size = 0
    h0_ref = 0.0
    stale = True
    used = 0.0
    sums[:] = 0.0
    _link(squared, eta, y, c, r, h, sums)
    for k in range(L):
        lam = lams[k]
        l1, l2 = lam * u1, lam * u2
        for j in range(q):
            held[j] = l1[j] > 0.0 or l2[j] > 0.0 or (lower[j] > -np.inf and upper[j] < np.inf)
        if _arrive(XT, k, lams, lower, upper, W, w, eta):
            sums[:] = 0.0
            _link(squared, eta, y, c, r, h, sums)
        least, last, idle, fresh, stuck = np.inf, np.inf, 0, False, False
        whole = k == 0
        gap = np.inf
        count = 0
        while True:
            h0 = sums[4, 0]
            kappa = sums[3, 0] / h0 if with_b and h0 > 0.0 else 0.0
            residual = r - kappa * h
            used += n * (q if whole else 2.0 * size) + LINKS * n
            if whole or 2 * size > q or q * n < LARGE:
                z[:] = np.dot(XT, residual)
                whole = True
            else:
                _dots(XT, residual, active[:size], z)
            shift = abs(kappa) * np.sqrt(h0) if squared or abs(kappa) <= 1.0 else np.inf
            leak = 0.0
            for j in range(q):
                counts[j] = held[j] and (whole or place[j] >= 0)
                if not held[j]:
                    leak += abs(z[j] * w[j]) + z[j] * z[j] / max(h0, 1e-300)
            gap = column_gap(z, w, l1, l2, lower, upper, counts, sums[1, 0], shift, sums[2, 0], leak)
            if gap <= targets[k] and not whole:
                whole = True  # the columns in play are done: now look at all of them
                continue
            if gap <= targets[k] or stuck:
                break
            idle = idle + 1 if fresh and not gap < 0.9 * least else 0
            least = min(least, gap)
            if count == STEPS or idle == IDLE:
                stuck = True
                break
            grown = size
            for j in range(q):
                if place[j] < 0 and (w[j] != 0.0 or abs(z[j]) > l1[j] or l1[j] == 0.0):
                    place[j] = grown
                    active[grown] = j
                    grown += 1
            apart = 0.0
            for i in range(n):
                apart += abs(h[i] - h_ref[i])
            fresh = stale or apart > DRIFT * h0 or gap > SLOW * last
            last = gap
            whole = False
            if fresh:
                grown = _prune(active, place, grown, w, z, l1)
                h_ref[:] = h
                h0_ref = h0
                size = 0
            if grown > room:
                room = min(q, max(grown + grown // 2, 64))
                S_new, H_new, hb_new = np.empty((room, n), np.float32), np.empty((room, room)), np.empty(room)
                S_new[:size] = S[:size]
                H_new[:size, :size] = H[:size, :size]
                hb_new[:size] = hb[:size]
                S, H, hb = S_new, H_new, hb_new
            used += n * (grown - size) * (1.0 + grown / GRAMS) + SWEEPS * grown * grown
            _grow(XT, h_ref, active, size, grown, S, H, hb)
            size = grown
            stale = False
            # ---- the step
            d = _subproblem(H, hb, h0_ref if with_b else 0.0, active[:size], z, l1, l2, lower, upper, w, gap)
            db = kappa
            move[:] = 0.0
            for a in range(size):
                if d[a] != 0.0:
                    x = XT[active[a]]
                    da = d[a]
                    for i in range(n):
                        move[i] += da * x[i]
                    if with_b and h0_ref > 0.0:
                        db -= hb[a] * da / h0_ref
            far, top, rate = 0.0, 0.0, 0.0
            for i in range(n):
                move[i] += db
                far = max(far, abs(eta[i]))
                top = max(top, abs(move[i]))
                rate -= r[i] * move[i]
            value = sums[0, 0] + _penalty(active[:size], w, d, 0.0, l1, l2)
            rate += _penalty(active[:size], w, d, 1.0, l1, l2) - _penalty(active[:size], w, d, 0.0, l1, l2)
            t = 1.0
            if top > LEAP * (1.0 + far):
                t = LEAP * (1.0 + far) / top
            found = False
            for _ in range(HALVINGS):
                for i in range(n):
                    eta_try[i] = eta[i] + t * move[i]
                sums_try[:] = 0.0
                _link(squared, eta_try, y, c, r_try, h_try, sums_try)
                new = sums_try[0, 0] + _penalty(active[:size], w, d, t, l1, l2)
                if new <= value + 1e-4 * t * min(rate, 0.0) + ROUNDING * abs(value):
                    found = True
                    break
                t *= 0.5
            count += 1
            if not found:
                if fresh:
                    stuck = True
                stale = True
                continue
            for a in range(size):
                j = active[a]
                w[j] = min(max(w[j] + t * d[a], lower[j]), upper[j])
            b[0] += t * db
            eta[:], r[:], h[:] = eta_try, r_try, h_try
            sums[:] = sums_try
            if t < 1.0:
                stale = True
        W[k], B[k], E[k] = w, b[0], eta
        gaps[k] = gap
        steps[k] = -count - 1 if stuck else count
        if used >= most:
            return k + 1
    return L


@jit
def _link(squared, eta, y, c, r, h, sums):
    if squared:
        squared_vector(eta, y, c, r, h, sums)
    else:
        _link_vector(eta, y, c, r, h, sums)


@jit
def _dots(XT, residual, active, z):
    """z for the columns in play; the others keep theirs."""
    for a in range(active.size):
        x, total = XT[active[a]], 0.0
        for i in range(residual.size):
            total += x[i] * residual[i]
        z[active[a]] = total


@jit
def _arrive(XT, k, lams, lower, upper, W, w, eta):
    """Extrapolate w from the last two λ; returns whether it moved.  Only coefficients that keep their sign move."""
    if k < 2:
        return False
    factor = (lams[k] - lams[k - 1]) / (lams[k - 1] - lams[k - 2])
    moved = False
    for j in range(w.size):
        d = factor * (w[j] - W[k - 2, j]) if w[j] * W[k - 2, j] > 0.0 else 0.0
        new = w[j] + d
        if d == 0.0 or new * w[j] < 0.0 or new < lower[j] or new > upper[j]:
            continue
        w[j] = new
        moved = True
        x = XT[j]
        for i in range(eta.size):
            eta[i] += d * x[i]
    return moved


@jit
def _prune(active, place, size, w, z, l1):
    """Forget the columns that are out of play; returns how many are left."""
    left = 0
    for a in range(size):
        j = active[a]
        if w[j] != 0.0 or abs(z[j]) > 0.95 * l1[j] or l1[j] == 0.0:
            active[left] = j
            place[j] = left
            left += 1
        else:
            place[j] = -1
    return left


@jit
def _grow(XT, h_ref, active, size, grown, S, H, hb):
    """The rows of S, H and hb for active[size:grown]."""
    if grown == size:
        return
    n = h_ref.size
    for a in range(size, grown):
        x, s = XT[active[a]], S[a]
        total = 0.0
        for i in range(n):
            total += h_ref[i] * x[i]
            s[i] = np.float32(np.sqrt(h_ref[i]) * x[i])
        hb[a] = total
    new = np.dot(S[size:grown], S[:grown].T)
    for a in range(size, grown):
        for m in range(grown):
            H[a, m] = new[a - size, m]
            H[m, a] = H[a, m]
        H[a, a] *= 1.0 + 1e-6


@jit
def _subproblem(H, hb, h0, active, z, l1, l2, lower, upper, w, gap):
    """The model's step d on the active columns, the intercept eliminated."""
    size = active.size
    A = np.empty((size, size))
    for a in range(size):
        part = hb[a] / h0 if h0 > 0.0 else 0.0
        for m in range(size):
            A[a, m] = H[a, m] - part * hb[m]
    start = w[active]
    v = start.copy()
    norm, worst = 0.0, 0.0
    for a in range(size):
        norm += abs(start[a])
        j = active[a]
        pull = z[j] - l2[j] * w[j]
        if w[j] == 0.0:
            worst = max(worst, abs(pull) - l1[j])
        else:
            worst = max(worst, abs(pull - (l1[j] if w[j] > 0.0 else -l1[j])))
    tol = min(0.02 * gap / (norm + 1e-9), 0.01 * worst)
    solve_quadratic(A, z[active], l1[active], l2[active], lower[active], upper[active], start, v, tol, EPOCHS)
    for a in range(size):
        v[a] -= start[a]
    return v


@jit
def _penalty(active, w, d, t, l1, l2):
    """Ω(w + t d) over the active columns."""
    total = 0.0
    for a in range(active.size):
        j = active[a]
        v = w[j] + t * d[a]
        total += l1[j] * abs(v) + 0.5 * l2[j] * v * v
    return total
