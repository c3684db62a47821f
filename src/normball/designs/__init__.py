"""Designs: what X can do. Strategies, losses and certificates never see how X is stored."""

from __future__ import annotations

import scipy.sparse as sp

from .. import runtime
from .base import FAST_FROM, Block, Design, Survey
from .classes import ClassDesign
from .dense import DenseDesign
from .sparse import SparseDesign

__all__ = ["Block", "ClassDesign", "DenseDesign", "Design", "SparseDesign", "Survey", "make_design"]


def make_design(X, y, weight, offset, *, intercept: bool = True, cells=None) -> Design:
    """The design for checked inputs: X (n, p) an array or CSR/CSC; y, weight, offset (n,); cells (n,) int or None."""
    kind = SparseDesign if sp.issparse(X) else DenseDesign
    if (X.nnz if sp.issparse(X) else X.size) >= FAST_FROM:
        runtime.load_numba()
    return kind(X, y, weight, offset, intercept=intercept, cells=cells)
