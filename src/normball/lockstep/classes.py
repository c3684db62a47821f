"""Several classes: their judging pass, and their null model.

The pass keeps η (n, C·K), turns it into residuals that are exactly orthogonal to the intercepts and the free columns
(q = p + W δ, W = diag(p) - p pᵀ; docs/design/certificates.md, "Multinomial"), and only then multiplies by Xᵀ: a dual
point costs one product, whatever K is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..certificates.gap import ROUNDING
from ..certificates.problem import Array, Candidates, Evidence, Family
from .panel import dense

ROOM = 2**24
"""Numbers of η that are held at once: candidates beyond them are judged in turns."""


LARGEST = 2**24
"""Entries of the linear program that looks for a separation."""


def sweep_classes(family: Family, asked: Candidates) -> Evidence:
    """Judge candidates of K classes: two products with X, none of the first where they carry η."""
    design = family.design
    C, K = len(asked.ids), family.loss.K
    step = max(1, ROOM // max(design.n * K, 1))
    if step < C:
        parts = [sweep_classes(family, _some(asked, slice(lo, lo + step), K)) for lo in range(0, C, step)]
        return _together(parts)
    eta = design.etas(asked.coefs) if asked.eta is None else asked.eta
    R, move = np.array(eta), np.empty_like(eta)
    sums, scores, shift, splits = np.empty((3, C)), np.zeros(C), np.empty(C), []
    directions = free_directions(family)
    for c, i in enumerate(asked.ids):
        split = family.columns[i].split
        share, mine = family.share(split), slice(c * K, (c + 1) * K)
        r = np.ascontiguousarray(R[:, mine])
        sums[:, c] = np.array(family.loss.residuals(r, design.y, share, design.fast))[:, 0]
        held_out = family.held_out(split)
        if len(held_out):
            part = np.ascontiguousarray(eta[held_out][:, mine])
            y, weight = design.y[held_out], design.weight[held_out]
            scores[c] = family.loss.residuals(part, y, weight, design.fast).loss[0]
        move[:, mine], shift[c] = _orthogonal(family, r, share, directions)
        R[:, mine] = r
        splits.append(share)
    family.loss.lean(R, move, design.y, design.fast)
    R *= np.repeat(np.stack(splits, 1), K, axis=1)
    none = np.zeros((design.p, 0, C))
    return Evidence(
        design.t_times(R), np.zeros(C), sums[0], sums[1], sums[2], np.zeros(C), scores, none, none[:0], shift
    )  # fmt: skip


def free_directions(family: Family) -> Array:
    """The rows of (q, K) that no class penalises, as columns of X, dense (n, u); the intercept's is ones."""
    return family.design.features(np.unique(family.free // family.loss.K))


def _orthogonal(family: Family, r: Array, share: Array, X_U: Array) -> tuple[Array, float]:
    """(X_U δ (n, K), ‖δ‖_H) with H δ = X_Uᵀ(c r): zeros and infinity where no legal δ is found.

    Legal: max_k - min_k of x_U δ is at most 1 in every row, so that q stays in the simplex.
    """
    K, u = r.shape[1], X_U.shape[1]
    if not u:
        return np.zeros_like(r), 0.0
    g = (X_U.T @ (share[:, None] * r)).ravel()  # (u, K)
    H = curvature(family.loss.probabilities_of(r, family.design.y), share, X_U)
    delta = np.linalg.lstsq(H, g, rcond=1e-13)[0]
    if not np.isfinite(delta).all() or np.abs(g - H @ delta).max() > ROUNDING:
        return np.zeros_like(r), np.inf
    move = X_U @ delta.reshape(u, K)
    if np.ptp(move, axis=1).max() > 1.0:
        return np.zeros_like(r), np.inf
    return move, float(np.sqrt(max(delta @ H @ delta, 0.0)))


def curvature(p: Array, share: Array, X: Array) -> Array:
    """Σ c W ⊗ x xᵀ over rows, (u·K, u·K) with the classes side by side; p (n, K), X (n, u)."""
    n, K = p.shape
    u = X.shape[1]
    V = (X[:, :, None] * p[:, None, :]).reshape(n, u * K)
    V *= np.sqrt(share)[:, None]
    H = -(V.T @ V)
    cube = H.reshape(u, K, u, K)
    for k in range(K):
        half = X * np.sqrt(share * p[:, k])[:, None]
        cube[:, k, :, k] += half.T @ half
    return H


def class_null(family: Family, split: int) -> tuple[Array, float, bool]:
    """(coef (p,), mean loss, whether minimisers are known to exist) of the model without the penalised columns.

    With the K intercepts alone and every class among the rows there is one minimiser up to a constant.
    """
    design, K = family.design, family.loss.K
    coef, share = np.zeros(design.p), family.share(split)
    only_intercept = len(family.free) == design.head * K
    if design.head:
        shares = np.bincount(design.y, share, K)
        coef[:K] = np.log(shares) - np.log(shares).mean()
    if only_intercept and design.offset is None:
        return coef, float(-(shares @ np.log(shares))) if design.head else float(np.log(K)), True
    free = family.free if len(family.free) < design.p else np.arange(design.head * K)  # all: as for two classes
    if len(free):
        from .class_newton import ClassNewton

        fit = ClassNewton(family, replace(family.columns[0], split=split), coef)
        fit.use(free)
        fit.advance(1e-10, 100)
        return fit.coef, fit.loss, only_intercept
    eta = np.zeros((design.n, K)) if design.offset is None else design.offset.copy()
    return coef, float(family.loss.residuals(eta, design.y, share, design.fast).loss[0]), True


def class_separation(family: Family, best, watch, names):
    """As `separation_of`: rows move to their own class against every other one, x̃_iᵀ(d_y - d_k) >= 0 for all k.

    The direction is (features + intercept, K), row by row, on the columns as they came; None beyond LARGEST entries.
    """
    from ..certificates.separation import ZERO, find_separation
    from .proofs import ways_inside

    design, K = family.design, family.loss.K
    rows = np.flatnonzero(family.share(family.columns[0].split) > 0)
    free = np.unique(family.free // K)
    X = dense(design.base.unpenalised(rows, free[free >= design.head] - design.head))
    u, y = X.shape[1], design.y[rows]
    if len(rows) * (K - 1) * u * 2 > LARGEST:
        return None
    others = np.array([[k for k in range(K) if k != label] for label in range(K)])[y]  # (m, K-1)
    A = np.zeros((len(rows), K - 1, u, K))
    i, o = np.indices(others.shape)
    A[i, o, :, y[:, None]] = X[:, None, :]
    A[i, o, :, others] -= X[:, None, :]
    guess = (best.coef.reshape(design.q, K)[free] / design.survey.scale.reshape(design.q, K)[free]).ravel()
    A = A.reshape(-1, u * K)
    every = (free[:, None] * K + np.arange(K)).ravel()
    both = np.vstack([A, ways_inside(family.columns[0], every, 0)])  # rows, then bounds
    found = find_separation(both, np.ones(len(both)), guess=guess, time_limit=min(20.0, watch.left))
    if found is None:
        return None
    split = (A @ found.direction > ZERO * (np.abs(A) @ np.abs(found.direction))).reshape(len(rows), K - 1)
    if not split.any():
        return None  # along bounds alone: no prediction changes
    kind = "complete" if split.all() else "quasi"
    p = design.base.p
    features = design.order.reshape(design.q, K)[free, 0]  # p stands for the intercept
    direction = np.zeros((p + design.head, K))
    direction[features] = found.direction.reshape(u, K)
    columns = tuple(sorted(int(features[j // K] * K + j % K) for j in found.columns))
    called = [*(names or [f"column {j}" for j in range(p)]), "the intercept"]
    labels = design.labels or range(K)
    called = tuple(f"{name} (class {label})" for name in called for label in labels)
    return replace(
        found, kind=kind, direction=direction.ravel(), columns=columns, names=called, rows=len(rows),
        rows_split=int(split.all(1).sum()) if kind == "complete" else int(split.any(1).sum()),
    )  # fmt: skip


def _some(asked: Candidates, columns: slice, K: int) -> Candidates:
    eta = asked.eta
    return Candidates(
        asked.ids[columns], asked.coefs[:, columns], asked.intercepts[columns],
        None if eta is None else eta[:, columns.start * K : columns.stop * K],
    )  # fmt: skip


def _together(parts: list[Evidence]) -> Evidence:
    names = ("grad", "grad_b", "loss", "spread", "tail", "curvature", "scores", "cross", "cross_free", "shift")
    return Evidence(*(np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names))
