"""The null model: intercept, offset and free columns only. Its loss is the unit of every tolerance."""

from __future__ import annotations

import numpy as np

from ..certificates.problem import Family
from .classes import class_null


def best_intercept(loss, y, c, eta, start: float = 0.0, fast: bool = False) -> float:
    """argmin_b Σ c ℓ(y, b + eta), by a 1-d Newton kept inside a shrinking bracket; needs 0 < mean(y) < 1."""
    if loss.quadratic:
        return float(c @ (y - eta) / c.sum())
    mean = float(c @ y / c.sum())
    logit = np.log(mean) - np.log1p(-mean)
    used = eta[c > 0]
    low, high = logit - used.max(), logit - used.min()
    b = min(max(start, low), high)
    for _ in range(100):
        _, _, sums = loss.link(y, (eta + b)[:, None], c, fast)
        slope, curvature = float(sums.slope[0]), float(sums.curvature[0])
        low, high = (b, high) if slope > 0 else (low, b)
        step = slope / curvature if curvature > 0 else np.inf
        following = b + step if low < b + step < high else 0.5 * (low + high)
        if abs(following - b) <= 1e-15 * max(1.0, abs(b)) or high <= low:
            return following if low <= following <= high else b
        b = following
    return b


def null_model(family: Family, split: int) -> tuple[float, float]:
    """(intercept, mean loss) of the model without the columns; with free columns `driver` refines the loss."""
    design = family.design
    share = family.share(split)
    if design.intercept and not design.offset.any():
        return family.loss.best_constant(design.y, share)
    b = 0.0
    if design.intercept:
        b = best_intercept(family.loss, design.y, share, design.offset, fast=design.fast)
    _, _, sums = family.loss.link(design.y, (design.offset + b)[:, None], share, design.fast)
    return b, float(sums.loss[0])


def free_loss(family: Family, column, start: float) -> float:
    """Mean loss of intercept, offset and free columns: a Newton fit of those alone."""
    return _fit_free(family, column, start).value


def free_fit(family: Family, column) -> tuple[np.ndarray, float]:
    """(coef (p,), intercept) of the same fit; 0 for the columns that are not free."""
    if family.loss.joint:
        return class_null(family, column.split)[0], 0.0
    b, coef = null_model(family, column.split)[0], np.zeros(family.design.p)
    if len(family.free):
        fit = _fit_free(family, column, b)
        coef[family.free], b = fit.coef, fit.intercept
    return coef, b


def _fit_free(family: Family, column, start: float):
    from .newton import Newton
    from .panel import Slab

    free = family.free
    fit = Newton(family, Slab(family, free), column.only(free), np.zeros(len(free)), start)
    fit.advance(1e-8, 50)
    return fit
