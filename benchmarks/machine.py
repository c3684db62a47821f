"""What the numbers were measured on: machine words (no names of hosts), thread settings, memory bandwidth."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NORMBALL_THREADS",
)

BANDWIDTH = """
import time, numpy as np
x = np.ones(1 << 26)  # 512 MiB: more than the caches of most machines
best = np.inf
for read in (np.sum, lambda v: v.dot(v)) * 4:
    start = time.perf_counter(); read(x); best = min(best, time.perf_counter() - start)
print(x.nbytes / best)
"""


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def words() -> dict:
    """Processor, cores, memory in GiB, system and Python of this machine, in words."""
    facts = {"processor": platform.processor() or platform.machine(), "cores": cores()}
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        models = [line.split(":", 1)[1] for line in listing.read_text().splitlines() if line.startswith("model name")]
        if models:
            facts["processor"] = " ".join(models[0].split())
    try:
        facts["memory_gib"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, OSError, ValueError):
        facts["memory_gib"] = None
    return facts | {"system": platform.system(), "architecture": platform.machine()}


def threaded(count: int, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """A process environment in which every library that a peer may use runs `count` threads."""
    environment = dict(os.environ if base is None else base)
    environment.update(dict.fromkeys(THREAD_VARIABLES, str(count)))
    return environment


def read_bandwidth(python: Path) -> float:
    """Bytes per second at which one thread reads a large array (the better of a sum and a dot product, best of 4).

    One thread whatever the peers use, so that R (time ÷ time of one read of X) keeps one meaning.
    """
    answer = subprocess.run(
        [str(python), "-c", BANDWIDTH], env=threaded(1), check=True, capture_output=True, text=True, timeout=120
    )
    return float(answer.stdout)
