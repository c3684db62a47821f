"""Where work runs: a thread pool over blocks, BLAS held to one thread inside it, deadlines and Ctrl-C.

Same bits for any number of threads: the pieces of a sum do not depend on the number of threads, and they are added in
their own order, never in order of arrival.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

LONG = 0.1  # seconds from which one call into compiled code goes on a thread of its own (`beside`)

_pool: ThreadPoolExecutor | None = None  # set only while `workers` is open: nothing lives across a fork
_halted = threading.Event()  # work on the pool is no longer wanted
_here = threading.local()  # .pooled: this thread belongs to the pool; .deadline
_lock, _inside, _limit = threading.Lock(), 0, None  # threads inside `workers`, and the limit they share


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
def _one_blas_thread() -> Iterator[None]:
    """BLAS on one thread as long as anybody is inside: a limit per caller would be lifted by the first one out."""
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = _blas().limit(limits=1)
            _let_go()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _limit is not None:
                _limit.restore_original_limits()
                _let_go()


def _let_go() -> None:
    """The first thread to set a limit keeps the right to set limits; the end of a `with` gives it back."""
    with _blas().limit(limits=None):
        pass


@contextlib.contextmanager
def workers(threads: int | None = None) -> Iterator[None]:
    """Hold BLAS to one thread and, with more than one thread, keep a pool open for `in_order`."""
    global _pool
    threads = n_threads() if threads is None else threads
    with _one_blas_thread():
        if threads == 1 or _pool is not None:
            yield
            return
        _pool = ThreadPoolExecutor(threads, "normball", initializer=setattr, initargs=(_here, "pooled", True))
        try:
            yield
        except BaseException:
            _halted.set()
            raise
        finally:
            pool, _pool = _pool, None
            pool.shutdown(wait=True, cancel_futures=True)
            _halted.clear()


def _forget() -> None:
    """In a forked child: the threads of the parent are not there."""
    global _pool, _lock, _inside
    _pool, _lock, _inside = None, threading.Lock(), 0
    _halted.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


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


def check() -> None:
    """Between two blocks of a piece: stop where the answer is no longer wanted (Ctrl-C, an error in another piece)."""
    if _halted.is_set() and getattr(_here, "pooled", False):
        raise InterruptedError("the solve was stopped")


def beside(seconds: float, task: Callable, *args):
    """task(*args): one long call into compiled code, on a thread of its own so that Ctrl-C is heard while it runs.

    seconds : a rough guess; a shorter one than LONG is called as it is
    After Ctrl-C the call goes on unheard to its end (the process waits for it at its exit), so it must only change what
    belongs to it.
    """
    if seconds < LONG or threading.current_thread() is not threading.main_thread():
        return task(*args)
    answer: Future = Future()

    def work():
        try:
            answer.set_result(task(*args))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=work, name="normball-beside", daemon=False).start()
    while not answer.done():
        wait(
            [answer], 0.1
        )  # not Thread.join: interrupted, it would forget the thread and let the process end inside BLAS
    return answer.result()


@functools.cache
def load_numba() -> None:
    """Import numba, which takes a moment, where Ctrl-C cannot cut it in two: half an import spoils the session."""
    beside(math.inf, importlib.import_module, "numba")


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Loops inside a round, which ask `late`, are to end so many seconds from now; on this thread."""
    before = getattr(_here, "deadline", math.inf)
    _here.deadline = min(before, time.perf_counter() + seconds)
    try:
        yield
    finally:
        _here.deadline = before


def late() -> bool:
    """Whether the time limit of the solve on this thread is over."""
    return time.perf_counter() >= getattr(_here, "deadline", math.inf)


class Progress(NamedTuple):
    """How far a long call is: columns still open, of how many, and their worst gap relative to the null loss."""

    stage: str  # "fit", "path", "folds" or "relaxed"
    round: int
    live: int
    total: int
    worst_gap: float
    seconds: float


class Watch:
    """Limits of one call: reads of X, seconds, rounds. A limit stops the loop; it never raises."""

    def __init__(self, max_reads: float | None = None, time_limit: float | None = None, listener=None):
        self.max_reads, self.time_limit = max_reads, time_limit
        self.listener, self.stage, self.told, self.rounds = listener, "fit", 0.0, 0
        self.began = time.perf_counter()
        self.reason = ""

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        """Seconds until the time limit, infinite without one."""
        return math.inf if self.time_limit is None else max(self.time_limit - self.seconds, 0.0)

    def tell(self, live: int, total: int, worst_gap: float, done: bool = False) -> None:
        """After every round: the listener gets a Progress, at most ten times a second."""
        self.rounds += 1
        now = self.seconds
        if self.listener is not None and (done or now - self.told >= 0.1):
            self.told = now
            self.listener(Progress(self.stage, self.rounds, live, total, worst_gap, now))

    def stopped(self, reads: float = 0.0) -> bool:
        """Whether a limit is reached; `reason` then says which."""
        if self.max_reads is not None and reads >= self.max_reads:
            self.reason = f"max_reads={self.max_reads:g} was reached"
        elif self.time_limit is not None and self.seconds >= self.time_limit:
            self.reason = f"time_limit={self.time_limit:g} s was reached"
        return bool(self.reason)


__all__ = ["Progress", "Watch", "beside", "check", "deadline", "in_order", "late", "load_numba", "n_threads", "workers"]
