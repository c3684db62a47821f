"""The decorator where no cache can be written, and the warm-up: it must know every kernel."""

from __future__ import annotations

import numpy as np
from numba.core.dispatcher import Dispatcher

from normball.kernels import dense, gram, krylov, links, quadratic, rounds, sparse, warm
from normball.kernels.jit import jit


def test_without_a_cache_folder():
    """numba raises where it finds no place for its cache; a function without a file is such a case for everybody."""
    room: dict = {}
    exec("def total(x):\n    s = 0.0\n    for v in x:\n        s += v\n    return s", room)
    assert jit(room["total"])(np.arange(5.0)) == 10.0


def test_warm_up_calls_every_kernel():
    public = {
        kernel
        for module in (dense, gram, krylov, links, quadratic, rounds, sparse)
        for name, kernel in vars(module).items()
        if isinstance(kernel, Dispatcher) and not name.startswith("_") and kernel.py_func.__module__ == module.__name__
    }
    scalar = {links.exp_negative, links.log1p_unit, links.logistic}  # pasted into their callers
    assert {kernel for kernel, _ in warm.calls()} == public - scalar
