"""The minimiser of a quadratic known by its Gram, plus elastic net and box: working sets around the subproblem.

minimise over w   ½ wᵀ G w - qᵀ w + Σ_j (l1_j |w_j| + l2_j/2 w_j²),   lower <= w <= upper
"""

from __future__ import annotations

import numpy as np

from normball.kernels.jit import inline_jit, jit
from normball.kernels.quadratic import solve_quadratic

EPOCHS = 60
ROUNDS = 60  # working sets; the violation falls from one to the next, or they end


@jit
def solve_gram(G, l1, l2, lower, upper, w, s, tol):
    """Minimise in place: w (p,) from a start inside the box, s (p,) = q - G w all the while.

    G (p, p) symmetric, positive semi-definite, C order.  A coordinate joins the working set when its optimality
    condition is violated; it leaves when the next λ begins without it.  Stops where no coordinate violates its
    condition by more than tol, or where the violation no longer falls; returns the largest violation.
    """
    p = w.size
    active = np.empty(p, np.int64)
    least = np.inf
    idle = 0
    for _ in range(ROUNDS):
        size, worst = 0, 0.0
        for j in range(p):
            off = _off(s[j] - l2[j] * w[j], w[j], l1[j], lower[j], upper[j])
            worst = max(worst, off)
            if w[j] != 0.0 or off > tol or l1[j] == 0.0:
                active[size] = j
                size += 1
        idle = 0 if worst < 0.5 * least else idle + 1
        least = min(least, worst)
        if worst <= tol or size == 0 or idle >= 3:
            return worst
        A, start, slope = np.empty((size, size)), np.empty(size), np.empty(size)
        for a in range(size):
            row = G[active[a]]
            start[a], slope[a] = w[active[a]], s[active[a]]
            for m in range(size):
                A[a, m] = row[active[m]]
        v, some = start.copy(), active[:size]
        solve_quadratic(A, slope, l1[some], l2[some], lower[some], upper[some], start, v, 0.5 * tol, EPOCHS)
        for a in range(size):
            d = v[a] - start[a]
            if d != 0.0:
                row = G[active[a]]
                w[active[a]] = v[a]
                for j in range(p):
                    s[j] -= d * row[j]
    return least


@inline_jit
def _off(slope, x, l1, low, high):
    """How far the best one-sided slope at x is from optimal; slope = minus the derivative of the smooth part."""
    up = slope - l1 if x >= 0.0 else slope + l1
    down = -slope - l1 if x <= 0.0 else -slope + l1
    worst = 0.0
    if x < high and up > worst:
        worst = up
    if x > low and down > worst:
        worst = down
    return worst
