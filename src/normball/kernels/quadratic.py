"""The quadratic subproblem of every second-order step: a dense quadratic plus elastic net plus a box.

    minimise over v   ½ (v - w0)ᵀ H (v - w0) - gᵀ (v - w0) + Σ_j (l1_j |v_j| + l2_j/2 v_j²),   lower <= v <= upper

Two movements alternate.  Epochs of coordinate descent find which coordinates are zero, positive, negative or at a
bound.  Newton steps solve for the free ones: Cholesky of the scaled free block, then an exact line search along the
*projected* path, which pins each coordinate at zero or at its bound when it gets there and goes on with the others.
Both only ever go down, so the alternation ends; docs/design/engine §1 tells where the idea was measured.
Throughout, s = g - H (v - w0) is minus the slope of the quadratic.
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import inline_jit, jit

NOISE = 2e-15  # relative rounding level of a fresh slope: violations below it cannot be reduced
DOUBT = 1e-6  # a pivot of the scaled block (unit diagonal) below it: the rank must be looked at
PIVOT = 1e-13  # with the largest pivot first, one below it is rounding
FLAT = 1e-14  # a curvature so much smaller than its terms is rounding
SURE = 100.0  # a slope so many times its rounding level is real
FEW = 2  # so many changes of sign or bound in an epoch are "few": Newton is worth its Cholesky
EPOCHS = 8  # coordinate descent between two Newton steps, at most
PATIENCE = 2  # rounds after which Newton steps repeat until none is pinned: only this ends for sure, and fast
PROGRESS = 1e-13  # a round makes some if the objective falls by this share of its whole fall, or the violation halves
STALLS = 4  # so many rounds without progress: the answer is as good as rounding lets it be


@jit
def solve_quadratic(H, g, l1, l2, lower, upper, w0, w, tol, max_epochs):
    """Minimise in place: w (q,) holds the start and becomes the answer.

    H (q, q) float64 symmetric, positive semi-definite, C order, may be singular; g, l1 >= 0, l2 >= 0, lower <= upper
    (may be infinite, need not contain 0), w0 (q,).  The start may differ from w0 and is first clipped into the box.
    Stops when no coordinate violates its optimality condition by more than tol (in units of the slope) or by what
    rounding leaves, or after max_epochs epochs.  A coordinate without any curvature is set to zero or to a bound where
    that is optimal, and left alone where the objective falls for ever.

    Returns (epochs, factorisations, kkt): kkt is the largest violation, computed afresh from the answer.
    Called again with the returned w it continues.  The objective never rises, beyond rounding.
    """
    q = w.size
    s = np.empty(q)
    noise = np.empty(q)
    support = np.empty(q, np.int64)
    _enter(H, g, l1, l2, lower, upper, w)
    epochs = factorisations = rounds = stalls = 0
    start = before = least = np.inf  # objective at the start, a round ago; smallest violation so far
    newton = True
    while True:
        kkt, excess, value, blur = _measure(H, g, l1, l2, lower, upper, w0, w, s, noise, tol)
        if rounds == 0 and factorisations == 0:
            start = value
        if excess == 0.0 or stalls == STALLS or (epochs >= max_epochs and not newton):
            return epochs, factorisations, kkt
        size = _free(H, l1, l2, lower, upper, w, support) if newton else 0
        if size > 0:
            pinned = _newton(H, l1, l2, lower, upper, w, s, noise, support[:size])
            factorisations += 1
            newton = pinned > 0 and rounds >= PATIENCE
            continue
        fell = before - value > PROGRESS * (start - value) + blur
        stalls = 0 if fell or excess < 0.5 * least else stalls + 1
        least = min(least, excess)
        before = value
        for _ in range(min(EPOCHS, max_epochs - epochs)):
            epochs += 1
            if _epoch(H, l1, l2, lower, upper, w, s) <= FEW:
                break
        newton = epochs < max_epochs
        rounds += 1


@inline_jit
def _clip(x, low, high):
    return min(max(x, low), high)


@inline_jit
def _violation(slope, x, l1, low, high):
    """How far the best one-sided slope at x is from optimal; slope = minus the derivative of the smooth part."""
    up = slope - l1 if x >= 0.0 else slope + l1
    down = -slope - l1 if x <= 0.0 else -slope + l1
    worst = 0.0
    if x < high and up > worst:
        worst = up
    if x > low and down > worst:
        worst = down
    return worst


@jit
def _enter(H, g, l1, l2, lower, upper, w):
    """Clip into the box; coordinates with no curvature at all are settled: the others have no influence on them."""
    for j in range(w.size):
        w[j] = _clip(w[j], lower[j], upper[j])
        if not H[j, j] + l2[j] > 0.0:
            if abs(g[j]) <= l1[j]:
                w[j] = _clip(0.0, lower[j], upper[j])
            elif g[j] > 0.0 and upper[j] < np.inf:
                w[j] = upper[j]
            elif g[j] < 0.0 and lower[j] > -np.inf:
                w[j] = lower[j]


@jit
def _measure(H, g, l1, l2, lower, upper, w0, w, s, noise, tol):
    """Everything afresh from w: s and its rounding level (written).

    Returns the largest violation, the largest one that work can still reduce, the objective and its rounding level.
    """
    q = w.size
    for j in range(q):
        s[j] = g[j]
        noise[j] = abs(g[j])
    for k in range(q):
        move = w[k] - w0[k]
        if move != 0.0:
            row = H[k]
            for j in range(q):
                part = move * row[j]
                s[j] -= part
                noise[j] += abs(part)
    kkt = excess = value = blur = 0.0
    for j in range(q):
        pull = l2[j] * w[j]
        noise[j] = NOISE * (noise[j] + abs(pull) + l1[j])
        worst = _violation(s[j] - pull, w[j], l1[j], lower[j], upper[j])
        kkt = max(kkt, worst)
        if worst > tol and worst > noise[j] and H[j, j] + l2[j] > 0.0:
            excess = max(excess, worst)
        move = w[j] - w0[j]
        value += l1[j] * abs(w[j]) + 0.5 * pull * w[j] - 0.5 * (g[j] + s[j]) * move
        blur += noise[j] * abs(move)
    return kkt, excess, value, blur


@jit
def _epoch(H, l1, l2, lower, upper, w, s):
    """One round of exact minimisation in each coordinate, w and s move.

    Returns how many changed sign, or met or left a bound.
    """
    q = w.size
    changes = 0
    for j in range(q):
        row = H[j]
        curvature = row[j] + l2[j]
        if not curvature > 0.0:
            continue
        old = w[j]
        pull = s[j] + row[j] * old
        size = abs(pull) - l1[j]
        new = 0.0
        if size > 0.0:
            new = size / curvature if pull > 0.0 else -size / curvature
        new = _clip(new, lower[j], upper[j])
        move = new - old
        if move == 0.0 or not abs(move) < np.inf:
            continue
        changed_sign = (new > 0.0) != (old > 0.0) or (new < 0.0) != (old < 0.0)
        if changed_sign or (new == lower[j]) != (old == lower[j]) or (new == upper[j]) != (old == upper[j]):
            changes += 1
        w[j] = new
        for k in range(q):
            s[k] -= move * row[k]
    return changes


@jit
def _free(H, l1, l2, lower, upper, w, support):
    """The coordinates a Newton step may move: inside their bounds, with curvature, and not held at zero by l1."""
    size = 0
    for j in range(w.size):
        if lower[j] < w[j] < upper[j] and (w[j] != 0.0 or l1[j] == 0.0) and H[j, j] + l2[j] > 0.0:
            support[size] = j
            size += 1
    return size


@jit
def _newton(H, l1, l2, lower, upper, w, s, noise, free):
    """A Newton step on the free coordinates, along its projected path; w moves, s does not.

    Where the free block is singular, a second walk goes down in the directions without curvature, if there is a slope.
    Returns how many it pinned.
    """
    m = free.size
    block = np.empty((m, m))
    _scaled_block(H, l2, free, block)
    rank = m
    if _cholesky(block) < DOUBT:
        _scaled_block(H, l2, free, block)
        rank = _pivoted_cholesky(block, free)
    slope = np.empty(m)
    scale = np.empty(m)
    for a in range(m):
        j = free[a]
        slope[a] = s[j] - l2[j] * w[j]
        if w[j] > 0.0:
            slope[a] -= l1[j]
        elif w[j] < 0.0:
            slope[a] += l1[j]
        scale[a] = 1.0 / np.sqrt(H[j, j] + l2[j])
    step = np.empty(m)
    pinned = 0
    for flat in range(2):
        for a in range(m):
            real = flat == 0 or abs(slope[a]) > SURE * noise[free[a]]
            step[a] = slope[a] * scale[a] if real else 0.0
        _solve(block, step, rank, flat == 1)
        step *= scale
        pinned = _walk(H, l1, l2, lower, upper, w, noise, free, slope, step, np.inf if flat == 1 else 1.0)
        if pinned > 0 or rank == m:
            break
    return pinned


@jit
def _scaled_block(H, l2, free, block):
    """The free block of H + l2, scaled to a unit diagonal."""
    m = free.size
    scale = np.empty(m)
    for a in range(m):
        j = free[a]
        scale[a] = 1.0 / np.sqrt(H[j, j] + l2[j])
        for b in range(a):
            block[a, b] = H[j, free[b]] * scale[a] * scale[b]
            block[b, a] = block[a, b]
        block[a, a] = 1.0


@jit
def _cholesky(A):
    """A = L Lᵀ in place of the lower triangle.  Returns the smallest pivot; below DOUBT the work ends there."""
    n = A.shape[0]
    smallest = 1.0
    for j in range(n):
        row = A[j]
        pivot = row[j]
        for k in range(j):
            pivot -= row[k] * row[k]
        smallest = min(smallest, pivot)
        if not pivot >= DOUBT:
            return -1.0
        pivot = np.sqrt(pivot)
        row[j] = pivot
        for i in range(j + 1, n):
            other = A[i]
            value = other[j]
            for k in range(j):
                value -= other[k] * row[k]
            other[j] = value / pivot
    return smallest


@jit
def _pivoted_cholesky(A, order):
    """The same with the largest pivot first, which tells the rank of a singular A (unit diagonal, all of it filled in).

    A and `order` are permuted.  Returns the rank; in the rows beyond it L holds an identity in place of rounding.
    """
    n = A.shape[0]
    rest = np.ones(n)
    for j in range(n):
        top = j + np.argmax(rest[j:])
        if not rest[top] > PIVOT:
            for i in range(j, n):
                A[i, j:i] = 0.0
                A[i, i] = 1.0
            return j
        if top != j:
            order[j], order[top] = order[top], order[j]
            rest[j], rest[top] = rest[top], rest[j]
            for k in range(n):
                A[j, k], A[top, k] = A[top, k], A[j, k]
            for k in range(j, n):
                A[k, j], A[k, top] = A[k, top], A[k, j]
        row = A[j]
        pivot = np.sqrt(rest[j])
        row[j] = pivot
        for i in range(j + 1, n):
            other = A[i]
            value = other[j]
            for k in range(j):
                value -= other[k] * row[k]
            value /= pivot
            other[j] = value
            rest[i] -= value * value
    return n


@jit
def _solve(L, x, rank, flat):
    """Solve L Lᵀ x = x in place: in the directions with curvature, or (flat) in those without."""
    n = x.size
    for i in range(n):
        value = x[i]
        for k in range(i):
            value -= L[i, k] * x[k]
        x[i] = value / L[i, i]
    if flat:
        x[:rank] = 0.0
    else:
        x[rank:] = 0.0
    for i in range(n - 1, -1, -1):
        value = x[i] / L[i, i]
        x[i] = value
        for k in range(i):
            x[k] -= value * L[i, k]


@jit
def _walk(H, l1, l2, lower, upper, w, noise, free, slope, step, cap):
    """Exact line search along w + t·step, t <= cap, each coordinate pinned where it meets zero or a bound.

    The path is piecewise linear, so the objective on it is piecewise quadratic: its rate and its curvature are carried
    from piece to piece, and the search ends where it stops falling.  slope is minus the gradient on the free ones, and
    is carried too, with its rounding level in noise.  Returns how many coordinates were pinned.
    """
    m = free.size
    target = np.empty(m)
    when = np.full(m, np.inf)
    bent = np.zeros(m)  # (H + l2) · step, for the part of the step that still moves
    alive = step.copy()
    for a in range(m):
        j = free[a]
        row = H[j]
        total = l2[j] * step[a]
        blur = 0.0
        for b in range(m):
            part = row[free[b]] * step[b]
            total += part
            blur += abs(part)
        bent[a] = total
        noise[j] += NOISE * blur
        target[a] = upper[j] if step[a] > 0.0 else lower[j]
        if l1[j] > 0.0 and w[j] * step[a] < 0.0:
            target[a] = min(target[a], 0.0) if step[a] > 0.0 else max(target[a], 0.0)
        if step[a] != 0.0:
            when[a] = (target[a] - w[j]) / step[a]
    t = 0.0
    pinned = 0
    while True:
        rate = 0.0
        curvature = 0.0
        length = 0.0
        hit = 0
        for a in range(m):
            j = free[a]
            rate += slope[a] * alive[a]
            curvature += bent[a] * alive[a]
            length += (H[j, j] + l2[j]) * alive[a] * alive[a]
            if when[a] < when[hit]:
                hit = a
        if not rate > 0.0:
            break
        curvature = max(curvature, FLAT * length)
        end = min(t + rate / curvature, cap)
        meets = when[hit] <= end and when[hit] < np.inf
        if meets:
            end = when[hit]
        elif curvature == FLAT * length:  # nothing ends the fall: do not run away on a rounding error
            end = min(end, max(t, 1.0))
        for a in range(m):
            slope[a] -= (end - t) * bent[a]
        t = end
        if not meets:
            break
        w[free[hit]] = target[hit]
        row = H[free[hit]]
        for a in range(m):
            bent[a] -= alive[hit] * row[free[a]]
        bent[hit] -= alive[hit] * l2[free[hit]]
        alive[hit] = 0.0
        when[hit] = np.inf
        pinned += 1
    for a in range(m):
        j = free[a]
        if alive[a] > 0.0:
            w[j] = min(w[j] + t * alive[a], target[a])
        elif alive[a] < 0.0:
            w[j] = max(w[j] + t * alive[a], target[a])
    return pinned
