"""Ctrl-C answers within two seconds in every solver, with the best answer so far; nothing is left running."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import normball
from hazards.every_strategy import bits, solve
from normball import runtime
from normball.designs import DenseDesign
from normball.lockstep.newton import Newton

PROGRAM = Path(__file__).with_name("long_solves.py")
LIMIT = 2.0  # seconds
PATIENCE = 150.0  # seconds that all cases together may take
POOLED = [
    "survey",
    "anchored, sample",
    "anchored, rounds",
    "slab",
    "newton_cg",
    "newton_cg, dense",
    "Newton certificate",
]
CASES = [
    "survey", "survey, sparse", "anchored, sample", "anchored, rounds", "slab", "slab, L1", "slab, working set",
    "slab, sparse", "dual, kernel", "dual", "dual, sparse", "newton_cg", "newton_cg, dense", "Newton certificate",
    "separation", "slab, eigenvalues", "slab, rows",
]  # fmt: skip
SHORT = {"survey, sparse": 0.0, "anchored, rounds": 0.05}  # seconds from the place to Ctrl-C; 0.3 for the others


def interrupt_each(cases, threads):
    """{case: (what the program said, seconds from Ctrl-C to that)}; one program for all cases."""
    environment = dict(os.environ, NORMBALL_THREADS=str(threads), PYTHONPATH=os.pathsep.join(map(str, sys.path)))
    program = subprocess.Popen(
        [sys.executable, str(PROGRAM), *cases],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    found, guard = {}, threading.Timer(PATIENCE, program.kill)
    guard.start()
    try:
        for case in cases:
            place = said(program)
            if place != {"at": case}:
                found[case] = place, 0.0
                continue
            time.sleep(SHORT.get(case, 0.3))
            sent = time.perf_counter()
            program.send_signal(signal.SIGINT)
            found[case] = said(program), time.perf_counter() - sent
    finally:
        guard.cancel()
        program.kill()
        program.wait()
        program.stdout.close()
    return found


def said(program):
    """The next line of the program; what is no JSON (the end, a traceback) is no answer."""
    line = program.stdout.readline()
    return json.loads(line) if line.startswith("{") else {"came": f"no answer: {line}"}


@pytest.fixture(scope="module")
def one_thread():
    return interrupt_each(CASES, 1)


@pytest.fixture(scope="module")
def two_threads():
    return interrupt_each(POOLED, 2)


def program(text, **environment):
    """A finished process that ran this text, warnings being errors."""
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), **environment)
    command = [sys.executable, "-W", "error", "-c", text]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def check(case, answer, seconds):
    assert answer["came"] == "Interrupted", answer
    assert seconds < LIMIT
    if case.startswith("survey"):
        assert answer["solution"] is False  # nothing was computed yet
        assert "no answer yet" in answer["words"]
    else:
        assert answer["solution"] is True
        assert answer["status"] == "interrupted"
        assert answer["finite"] is True
        assert "Interrupted before it was certified" in answer["summary"]


@pytest.mark.parametrize("case", CASES)
def test_ctrl_c(one_thread, case):
    """hazards.md: "Ctrl-C answers within 2 s in every solver"."""
    check(case, *one_thread[case])


@pytest.mark.parametrize("case", POOLED)
def test_ctrl_c_with_two_threads(two_threads, case):
    check(case, *two_threads[case])


# ---- what is left behind


@contextlib.contextmanager
def pressed(after):
    """Ctrl-C so many seconds from now; yields the list of the moment it was sent."""
    sent = []

    def press():
        sent.append(time.perf_counter())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(after, press)
    timer.start()
    try:
        yield sent
    finally:
        timer.cancel()
        timer.join()


def nap(block):
    time.sleep(0.05)
    return (block.weight.sum(),)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_piece_is_left_between_two_blocks(threads):
    """Each of the sixteen pieces would take two seconds; the pool ends with the block it is at, its threads too."""
    n = 16 * 40 * 8  # 40 blocks of 8 rows in a piece
    design = DenseDesign(np.broadcast_to(0.0, (n, 8192)), *np.zeros((3, n)))
    assert len(design.chunks()) == 16
    with pytest.raises(KeyboardInterrupt), pressed(0.3) as sent, runtime.workers(threads):
        design.add_up(nap)
    assert time.perf_counter() - sent[0] < 1.0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("normball")]
    with runtime.workers(threads):  # and the next sum is not stopped by what stopped this one
        assert DenseDesign(np.zeros((8, 8)), np.zeros(8), np.ones(8), np.zeros(8)).add_up(nap)[0] == 8


def test_one_long_call_into_a_library():
    """Ctrl-C is heard while it runs; afterwards it runs to its end, unheard."""
    ended = threading.Event()

    def long():
        time.sleep(1.0)
        ended.set()

    with pytest.raises(KeyboardInterrupt), pressed(0.2) as sent:
        runtime.beside(1.0, long)
    assert time.perf_counter() - sent[0] < 0.5
    assert not ended.is_set()
    assert ended.wait(10)


def test_its_answer_and_its_errors_come_back():
    assert runtime.beside(9.0, divmod, 7, 3) == (2, 1)
    with pytest.raises(np.linalg.LinAlgError):
        runtime.beside(9.0, np.linalg.cholesky, -np.eye(2))


def test_the_process_ends_cleanly():
    """A process that dies while a thread is inside BLAS may hang or crash: it waits for that call, and then ends."""
    done = program("""
import os, signal, threading
import numpy as np
from normball import runtime
A = np.random.default_rng(0).standard_normal((1200, 1200))
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    runtime.beside(9.0, np.linalg.svd, A)
except KeyboardInterrupt:
    print("heard")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "heard\n", "")


def test_an_import_is_not_cut_in_two():
    """Ctrl-C while numba is imported, in the first larger fit: half an import would spoil the whole session."""
    done = program("""
import signal, sys
import numpy as np
import normball

class Press:
    def find_spec(self, name, path=None, target=None):
        if name == "numba.core.dispatcher":
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Press())
X = np.random.default_rng(0).standard_normal((20_000, 10))
y = (X[:, 0] + np.random.default_rng(1).standard_normal(20_000) > 0).astype(int)
try:
    normball.solve(X, y, lam=0.01)
except normball.errors.Interrupted as stop:
    print(stop.solution)
print(normball.solve(X, y, lam=0.01).certificate.status)
""")
    assert done.stderr == ""
    assert done.stdout == "None\ncertified\n"


def test_the_next_solve_is_as_if_nothing_had_been():
    """The same bits after an interrupted solve of the same problem, which gave a valid answer so far."""
    name = "slab"
    expected = bits(solve(name))
    step, calls = Newton._step, []

    def pressing(self):
        calls.append(1)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return step(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Newton, "_step", pressing)
        with pytest.raises(normball.errors.Interrupted) as caught:
            solve(name)
    so_far = caught.value.solution.certificate
    best = float.fromhex(expected["numbers"][2])
    assert so_far.status == "interrupted"
    assert so_far.objective - so_far.gap <= best <= so_far.objective
    assert bits(solve(name)) == expected
    assert issubclass(normball.errors.Interrupted, KeyboardInterrupt)
    assert not issubclass(normball.errors.Interrupted, Exception)
