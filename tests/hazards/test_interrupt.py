"""Ctrl-C answers within two seconds in every solver, with the best answer so far; nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("long_solves.py")
LIMIT = 2.0  # seconds
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
    found = {}
    try:
        for case in cases:
            place = json.loads(program.stdout.readline())
            if place != {"at": case}:
                found[case] = place, 0.0
                continue
            time.sleep(SHORT.get(case, 0.3))
            sent = time.perf_counter()
            program.send_signal(signal.SIGINT)
            found[case] = json.loads(program.stdout.readline()), time.perf_counter() - sent
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
    return found


@pytest.fixture(scope="module")
def one_thread():
    return interrupt_each(CASES, 1)


@pytest.fixture(scope="module")
def two_threads():
    return interrupt_each(POOLED, 2)


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
