"""hazards.md: "never mutate (tests hash X, y before and after)": in every strategy, storage and verb."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import normball
from hazards.every_strategy import SETTINGS, solve


def arrays(value):
    """The arrays that a value consists of."""
    if scipy.sparse.issparse(value):
        return [value.data, value.indices, value.indptr]
    return [value.to_numpy()] if isinstance(value, (pd.DataFrame, pd.Series)) else [np.asarray(value)]


def fingerprint(*values):
    """Contents, types, shapes, strides, flags and places of all arrays."""
    parts = [array for value in values for array in arrays(value)]
    return [
        (hashlib.sha256(a.tobytes()).hexdigest(), a.dtype, a.shape, a.strides, a.flags.writeable, a.ctypes.data)
        for a in parts
    ]


def shared(name, X, **arguments):
    """The arguments of the call, and the setting's own data in the form X(…)."""
    given, y, weight, offset = SETTINGS[name].data()
    p = given.shape[1]
    start = (np.full(p, 0.01), 0.1)
    more = dict(sample_weight=weight, offset=offset, penalty_factor=np.linspace(0.5, 2, p)) | arguments
    return X(given), y, start, more


FORMS = {
    "as it is": lambda X: X,
    "read-only": lambda X: locked(X),
    "other order": lambda X: X.tocsc() if scipy.sparse.issparse(X) else np.asfortranarray(X),
}


def locked(X):
    for array in arrays(X):
        array.flags.writeable = False
    return X


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SETTINGS)
def test_solve_changes_nothing(name, form, monkeypatch):
    X, y, start, more = shared(name, FORMS[form])
    y = locked(y) if form == "read-only" else y
    before = fingerprint(X, y, start[0], *more.values())
    monkeypatch.setattr("normball.paths.one.choose_chain", lambda family: (SETTINGS[name].strategy,))
    solution = normball.solve(X, y, init=start, **(SETTINGS[name].arguments | more))
    assert solution.certificate.status == "certified"
    assert fingerprint(X, y, start[0], *more.values()) == before
    for array in (*arrays(X), y, start[0], *more.values()):
        assert not np.shares_memory(solution.coef, array)


@pytest.mark.parametrize("name", ["anchored, free", "slab, small", "slab, sparse", "dual, sparse"])
def test_audit_and_predict_change_nothing(name):
    X, y, start, more = shared(name, lambda X: X)
    before = fingerprint(X, y, start[0], *more.values())
    found = normball.audit(start[0], X, y, intercept=start[1], newton=True, **(SETTINGS[name].arguments | more))
    found.best.predict_proba(X, offset=more["offset"])
    normball.audit(found.best, X, y, sample_weight=more["sample_weight"])
    assert fingerprint(X, y, start[0], *more.values()) == before


def test_damaged_order_is_repaired_on_a_copy():
    """Unsorted indices and duplicates: sorted and summed, but not in the caller's matrix."""
    X, y, *_ = SETTINGS["slab, sparse"].data()
    indices, data = X.indices.copy(), X.data.copy()
    for lo, hi in zip(X.indptr[:-1], X.indptr[1:], strict=True):
        indices[lo:hi], data[lo:hi] = indices[lo:hi][::-1], data[lo:hi][::-1]
    mixed = scipy.sparse.csr_array((data, indices, X.indptr), shape=X.shape)
    before = fingerprint(mixed)
    found = normball.solve(mixed, y, lam=0.01)
    assert fingerprint(mixed) == before
    assert np.array_equal(found.coef, normball.solve(X, y, lam=0.01).coef)


def test_frames_and_separated_data():
    """The linear programs and the frames' own memory, too."""
    frame = pd.DataFrame(np.random.default_rng(0).standard_normal((50, 3)), columns=list("abc"))
    labels = pd.Series(np.where(frame["b"] > 0, "yes", "no"))
    before = fingerprint(frame), labels.tolist()
    with pytest.warns(normball.ConvergenceWarning, match="separated"):
        normball.solve(frame, labels, lam=0.0)
    assert (fingerprint(frame), labels.tolist()) == before


def test_a_memory_map_is_not_written(tmp_path):
    X, *_ = SETTINGS["anchored"].data()
    np.save(tmp_path / "X.npy", X)
    written = (tmp_path / "X.npy").read_bytes()
    solve("anchored", form=lambda _: np.load(tmp_path / "X.npy", mmap_mode="r+"))
    assert (tmp_path / "X.npy").read_bytes() == written
