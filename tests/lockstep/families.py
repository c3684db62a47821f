"""Families built by hand, on columns as they came: with bounds and splits as well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from normball.certificates import Candidates, Column, Family
from normball.certificates.gap import family_gap
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
    evidence = sweep(family, Candidates(np.array([0]), w[:, None], np.array([b])))
    return evidence, family_gap(family, family.columns[0], w, b, evidence)
