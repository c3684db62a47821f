"""The one way a kernel is compiled: `jit` for what the other rooms call, `inline_jit` for scalar helpers.

Options, and why: lazy signatures (explicit ones refuse read-only and int64-index input); `nogil` (the thread pool is
ours, never numba's); `error_model="numpy"` (the test for division by zero would block vector code); never `parallel`.
Arithmetic flags: sums may be re-associated, products fused.  "nnan" and "ninf" stay off, because NaN and infinity must
survive to be reported.  On one machine the same input gives the same bits.

A disk cache of numba looks only at the file of the kernel itself: an edited helper in *another* file would stay in the
cached caller.  Three things keep a cache fresh: helpers live beside their callers wherever only one file needs them;
dev.py keys NUMBA_CACHE_DIR by a hash of kernels/*.py; an installed upgrade rewrites every file, hence every time stamp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

SUMS = {"contract", "reassoc", "nsz", "arcp"}
STRICT = {"contract"}  # what splits a number in two parts (exp, log) breaks when re-associated


def jit(function: Callable) -> Any:
    """Compile at the first call, keep the machine code on disk where a folder is writable."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": SUMS}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no writable cache folder (containers, cron): compile in every process
        return numba.njit(**options)(function)


def inline_jit(function: Callable) -> Any:
    """A scalar helper, pasted into its callers with its own strict arithmetic; never called from Python."""
    return numba.njit(error_model="numpy", fastmath=STRICT, forceinline=True)(function)
