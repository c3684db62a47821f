"""Every way X may come."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

DENSE = ("C", "F", "strided", "reversed", "float32", "float32 F", "read-only", "memmap")
SPARSE = ("csr", "csc", "csr int64", "csc int64", "csr float32")


def stored(X, layout, folder=None):
    """X (n, p) in a layout; float32 ones are rounded, so compare with `plain` of the answer."""
    if layout.startswith(("csr", "csc")):
        kind = sp.csr_array if layout.startswith("csr") else sp.csc_array
        out = kind(X.astype(np.float32) if "float32" in layout else X)
        width = np.int64 if "int64" in layout else np.int32
        out.indices, out.indptr = out.indices.astype(width), out.indptr.astype(width)
        return out
    X = X.astype(np.float32) if "float32" in layout else X
    if layout.endswith("F"):
        return np.asfortranarray(X)
    if layout == "strided":
        wide = np.full((2 * X.shape[0], 3 * X.shape[1]), np.nan)
        wide[::2, ::3] = X
        return wide[::2, ::3]
    if layout == "reversed":
        return X[::-1, ::-1].copy()[::-1, ::-1]
    if layout == "memmap":
        np.save(folder / "X.npy", X)
        return np.load(folder / "X.npy", mmap_mode="r")
    X = np.ascontiguousarray(X)
    X.flags.writeable = layout != "read-only"
    return X


def plain(X):
    """The numbers of X as a float64 array."""
    return (X.toarray() if sp.issparse(X) else np.asarray(X)).astype(np.float64)


def every_block(design):
    return [block for piece in design.chunks() for block in design.blocks(*piece)]
