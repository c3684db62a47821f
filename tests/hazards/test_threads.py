"""hazards.md: "Threads: the same bits for any number of threads. Fork after fit works (no thread pool alive)"."""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import threadpoolctl

import normball
from hazards.every_strategy import SETTINGS, bits, solve
from normball import runtime

PROGRAM = Path(__file__).with_name("every_strategy.py")


@pytest.fixture
def threads(monkeypatch):
    return lambda n: monkeypatch.setenv("NORMBALL_THREADS", str(n))


def blas_threads():
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]


# ---- the same bits


@pytest.mark.parametrize("name", SETTINGS)
def test_the_same_bits(name, threads, monkeypatch):
    opened = []
    pool = runtime.ThreadPoolExecutor
    monkeypatch.setattr(runtime, "ThreadPoolExecutor", lambda n, *args, **kw: opened.append(n) or pool(n, *args, **kw))
    threads(1)
    one = bits(solve(name))
    assert one["status"] == "certified"
    assert opened == []
    for n in (2, 5):
        threads(n)
        assert bits(solve(name)) == one
    assert set(opened) == {2, 5}


def test_the_same_bits_in_another_process(threads):
    """Two threads, and a BLAS that would take four."""
    environment = dict(os.environ, NORMBALL_THREADS="2", OPENBLAS_NUM_THREADS="4", PYTHONPATH=os.pathsep.join(sys.path))
    command = [sys.executable, "-W", "error", str(PROGRAM)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    there = [json.loads(line) for line in done.stdout.splitlines()]
    threads(1)
    assert there == [{"name": name} | bits(solve(name)) for name in SETTINGS]


# ---- nothing is left behind


def test_no_pool_outlives_a_solve(threads):
    threads(2)
    for name in ("anchored", "slab", "newton_cg, sparse"):
        solve(name)
        assert [thread.name for thread in threading.enumerate() if "normball" in thread.name] == []
    assert runtime._pool is None
    with pytest.raises(normball.InputError):
        normball.solve(np.full((20_000, 20), np.nan), np.arange(20_000) % 2, lam=1.0)
    assert [thread.name for thread in threading.enumerate() if "normball" in thread.name] == []


@pytest.fixture
def three_blas_threads():
    """As if the process had been started so: no thread keeps the right to change it."""
    controller = threadpoolctl.ThreadpoolController()
    limit = controller.limit(limits=3, user_api="blas")
    with controller.limit(limits=None):
        pass
    yield
    limit.restore_original_limits()
    with controller.limit(limits=None):
        pass


@pytest.mark.usefixtures("three_blas_threads")
def test_the_threads_of_blas_are_given_back(threads):
    """A solve changes them for as long as it takes, and leaves others the right to change them."""
    before = blas_threads()
    assert set(before) == {3}
    threads(2)
    solve("anchored")
    assert blas_threads() == before
    found = []

    def elsewhere():
        with threadpoolctl.threadpool_limits(2, user_api="blas"):
            found.append(blas_threads())

    side = threading.Thread(target=elsewhere)
    side.start()
    side.join()
    assert found == [[2] * len(before)]
    assert blas_threads() == before


@pytest.mark.usefixtures("three_blas_threads")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first in, first out", "first in, last out"])
def test_overlapping_solves_share_one_limit(order):
    """The first of two to end must not lift the limit under the other; the last must, whichever it is."""
    before = blas_threads()
    entered, leave, left = ([threading.Event() for _ in range(2)] for _ in range(3))

    def solve_for_a_while(k):
        with runtime.workers():
            entered[k].set()
            leave[k].wait(30)
        left[k].set()
        leave[1 - k].wait(30)  # stays alive

    sides = [threading.Thread(target=solve_for_a_while, args=(k,)) for k in range(2)]
    for k, side in enumerate(sides):
        side.start()
        assert entered[k].wait(30)
    first, last = order
    assert blas_threads() == [1] * len(before)
    leave[first].set()
    assert left[first].wait(30)
    assert blas_threads() == [1] * len(before)
    leave[last].set()
    for side in sides:
        side.join()
    assert blas_threads() == before


# ---- other people's threads and processes


def test_joblib_threads(threads):
    """Solves on side threads, all at once, and one on the main thread with its pool: the same bits as alone."""
    threads(2)
    names = ["anchored, L1", "slab, small", "dual", "newton_cg, sparse"]

    def work(name):
        X, y, weight, offset = SETTINGS[name].data()
        return bits(normball.solve(X, y, sample_weight=weight, offset=offset, **SETTINGS[name].arguments))

    alone = [work(name) for name in names]
    assert [answer["status"] for answer in alone] == ["certified"] * 4
    with joblib.parallel_config("threading"):
        assert joblib.Parallel(n_jobs=4)(joblib.delayed(work)(name) for name in names * 2) == alone * 2
        beside = threading.Thread(target=lambda: found.extend(map(work, names)))
        found: list[dict] = []
        beside.start()
        assert [work(name) for name in names] == alone
        beside.join()
    assert found == alone


def send_bits(name, pipe):
    pipe.send((bits(solve(name)), runtime.n_threads()))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
@pytest.mark.parametrize("name", ["anchored", "slab", "newton_cg, sparse"])
def test_fork_after_fit(name, threads):
    """A fit with two threads, then a fork: the child fits, on one thread, to the same bits; then the parent again."""
    threads(2)
    here = bits(solve(name))
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: other threads of this process, if any
        child = context.Process(target=send_bits, args=(name, theirs))
        child.start()
    assert ours.poll(60)
    assert ours.recv() == (here, 1)
    child.join(30)
    assert child.exitcode == 0
    assert bits(solve(name)) == here


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_fork_in_the_middle_of_a_solve(threads):
    """A fork while a pool is open: the child has no such threads, and must not wait for them."""
    threads(2)
    here = json.dumps(bits(solve("anchored"))).encode()
    reading, writing = os.pipe()
    with runtime.workers(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
        if child == 0:
            try:
                os.write(writing, json.dumps(bits(solve("anchored"))).encode())
            finally:
                os._exit(0)
    os.close(writing)
    came, _, _ = select.select([reading], [], [], 60)
    if not came:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        there = pipe.read()
    os.waitpid(child, 0)
    assert there == here
