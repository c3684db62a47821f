"""Where work runs: a thread pool over blocks, BLAS held to one thread inside it, deadlines and Ctrl-C.

Same bits for any number of threads: the pieces of a sum do not depend on the number of threads, and they are added in
their own order, never in order of arrival.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

_pool: ThreadPoolExecutor | None = None  # set only while `workers` is open: nothing lives across a fork


def n_threads() -> int:
    """Threads to use: NORMBALL_THREADS, else the cores we may run on; 1 inside a worker process or a side thread."""
    if multiprocessing.parent_process() is not None or threading.current_thread() is not threading.main_thread():
        return 1
    asked = os.environ.get("NORMBALL_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@functools.cache
def _blas():
    """One controller for every BLAS in the process, made once (making it walks all loaded libraries)."""
    import scipy.linalg  # noqa: F401  (its BLAS must be loaded before the controller looks)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@contextlib.contextmanager
def workers(threads: int | None = None) -> Iterator[None]:
    """Hold BLAS to one thread and, with more than one thread, keep a pool open for `in_order`."""
    global _pool
    threads = n_threads() if threads is None else threads
    with _blas().limit(limits=1):
        if threads == 1 or _pool is not None:
            yield
            return
        _pool = ThreadPoolExecutor(threads, thread_name_prefix="normball")
        try:
            yield
        finally:
            pool, _pool = _pool, None
            pool.shutdown(wait=True, cancel_futures=True)


def in_order(task: Callable, pieces: Sequence[tuple]) -> Iterator:
    """Yield task(*piece) for every piece, in the order of the pieces, computed on the pool when one is open.

    At most a few results wait at a time, so a long sum of matrices stays small in memory.
    """
    pool = _pool
    if pool is None or len(pieces) == 1 or threading.current_thread() is not threading.main_thread():
        for piece in pieces:
            yield task(*piece)
        return
    ahead = 2 * pool._max_workers
    waiting: list = []
    for piece in pieces:
        waiting.append(pool.submit(task, *piece))
        if len(waiting) > ahead:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


class Watch:
    """Limits of one call: reads of X, seconds, rounds. A limit stops the loop; it never raises."""

    def __init__(self, max_reads: float | None = None, time_limit: float | None = None):
        self.max_reads, self.time_limit = max_reads, time_limit
        self.began, self.rounds = time.perf_counter(), 0
        self.reason = ""

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def stopped(self, reads: float = 0.0) -> bool:
        """Whether a limit is reached; `reason` then says which."""
        if self.max_reads is not None and reads >= self.max_reads:
            self.reason = f"max_reads={self.max_reads:g} was reached"
        elif self.time_limit is not None and self.seconds >= self.time_limit:
            self.reason = f"time_limit={self.time_limit:g} s was reached"
        return bool(self.reason)


__all__ = ["Watch", "in_order", "n_threads", "workers"]
