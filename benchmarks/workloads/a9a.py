"""a9a, 32 561 × 123: sparse one-hot columns, some of them rare (real data, from NORMBALL_DATA)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from benchmarks.problems import Problem
from benchmarks.workloads import data_file

GROUP = "single"
TITLE = "a9a, 32561 × 123, sparse one-hot"


def problems(quick: bool) -> Iterator[Problem]:
    labels, indices, values, starts = [], [], [], [0]
    with gzip.open(data_file("a9a.svm.gz"), "rt", encoding="ascii") as file:
        for line in file:
            label, *entries = line.split()
            labels.append(float(label) > 0)
            for entry in entries:
                column, value = entry.split(":")
                indices.append(int(column) - 1)
                values.append(float(value))
            starts.append(len(indices))
    y = np.array(labels, dtype=np.float64)
    X = sp.csr_array((np.array(values), np.array(indices, np.int32), np.array(starts, np.int32)), shape=(y.size, 123))
    yield Problem("L2,C=1", "L2, C = 1", X, y, 1.0 / y.size)
    yield Problem("L1,C=1", "L1, C = 1", X, y, 1.0 / y.size, l1_ratio=1.0)
