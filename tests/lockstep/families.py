"""Families built by hand, on columns as they came: with bounds and splits as well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from normball.certificates import Candidates, Column, Family
from normball.certificates.gap import family_gaps
from normball.designs import make_design
from normball.lockstep.sweep import sweep
from normball.losses import LogisticLoss
from normball.penalties import ElasticPenalty


def family_of(
    X, y, *, lam, l1_ratio=0.0, factor=None, weight=None, offset=None, intercept=True, lower=None, upper=None,
    standardize=False, tol=1e-8, cells=None,
):  # fmt: skip
    """The family of one problem; factor, lower, upper (p,) on the columns as they came."""
    n, p = X.shape
    weight = np.ones(n) if weight is None else np.asarray(weight, float)
    offset = np.zeros(n) if offset is None else np.asarray(offset, float)
    design = make_design(X, np.asarray(y, float), weight, offset, intercept=intercept, cells=cells)
    some = {"factor": factor, "lower": lower, "upper": upper}
    some = {name: None if v is None else design.sorted(np.broadcast_to(v, p).astype(float)) for name, v in some.items()}
    every = np.ones(design.n_cells, bool)
    column = Column.make(design.survey, every, lam=lam, l1_ratio=l1_ratio, standardize=standardize, **some)
    return Family.single(design, LogisticLoss(), ElasticPenalty(), column, 1.0 / design.survey.scale, tol)


def with_splits(family, train, test, columns):
    """The same design for several columns, each with a split of its own; tables (cells, splits)."""
    totals = family.design.survey.totals
    norm = totals @ train
    return replace(family, columns=tuple(columns), train=train, test=test, norm=norm)


def judged(family, coef, intercept):
    """(evidence, gap) at coefficients on the columns as they came."""
    w, b = family.design.to_conditioned(np.asarray(coef, float), float(intercept))
    asked = Candidates(np.array([0]), w[:, None], np.array([b]))
    evidence = sweep(family, asked)
    return evidence, float(family_gaps(family, asked, evidence)[0][0])


def boxed_optimum(X, y, low, high, intercept, *, l1, l2, weight, offset):
    """(coef, intercept) by L-BFGS-B: w = u - v with u, v >= 0 makes |w| smooth; it never lies below the minimum."""
    c, p = weight / weight.sum(), X.shape[1]
    l1, l2 = np.asarray(l1, float), np.asarray(l2, float)

    def value(v):
        w, b = v[:p] - v[p : 2 * p], v[-1]
        eta = offset + b + X @ w
        r = c * (y - expit(eta))
        slope = l2 * w - r @ X
        F = c @ (np.logaddexp(0, eta) - y * eta) + l1 @ (v[:p] + v[p : 2 * p]) + 0.5 * l2 @ w**2
        return F, np.concatenate([slope + l1, l1 - slope, [-r.sum()]])

    ends = [(max(a, 0.0), max(b, 0.0)) for a, b in zip(low, high, strict=True)]
    ends += [(max(-b, 0.0), max(-a, 0.0)) for a, b in zip(low, high, strict=True)]
    bounds = [(a, None if b == np.inf else b) for a, b in ends] + [(None, None) if intercept else (0.0, 0.0)]
    v = np.array([a if a is not None else 0.0 for a, _ in bounds])
    for ftol in (1e-16, 0.0):
        options = dict(ftol=ftol, gtol=1e-13, maxiter=5000)
        v = minimize(value, v, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return np.clip(v[:p] - v[p : 2 * p], low, high), float(v[-1])
