"""`python -m normball.kernels.warm`: compile every kernel for the signatures in use, into numba's disk cache.

Run before a parallel test run, so that the workers find the cache warm; in an image, so that its first fit is quick.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from normball.kernels import dense, links, quadratic, sparse

ROWS, COLUMNS = 3, 2


def calls() -> Iterator[tuple]:
    """(kernel, arguments) for each signature that the other rooms use."""
    y, c, weight = np.zeros(ROWS), np.ones(ROWS), np.ones(COLUMNS)
    eta = np.zeros((ROWS, COLUMNS))
    yield links.logistic_link, (eta, y, c, eta.copy(), eta.copy(), np.zeros((5, COLUMNS)))
    for kind in (np.float64, np.float32):
        whole = np.zeros((2 * ROWS, COLUMNS), kind)
        for X in (whole[:ROWS], whole[::2], np.asfortranarray(whole)[:ROWS], np.asfortranarray(whole[:ROWS])):
            yield dense.condition, (X, weight, weight, np.zeros((ROWS, COLUMNS)))
            yield dense.survey_block, (X, c, weight, np.zeros((4, COLUMNS)))
        yield dense.row_scale, (eta, c, np.zeros((ROWS, COLUMNS), kind))
        for width in (np.int32, np.int64):
            yield from sparse_calls(kind, width)
    square, p = np.eye(COLUMNS), np.zeros((7, COLUMNS))
    yield quadratic.solve_quadratic, (square, *(p[k].copy() for k in range(7)), 1e-9, 9)


def sparse_calls(kind, width) -> Iterator[tuple]:
    """The same for one type of the stored numbers and one width of the row pointers."""
    y, weight, block = np.zeros(ROWS), np.ones(COLUMNS), np.zeros((ROWS, COLUMNS))
    matrix = (np.arange(ROWS + 1).astype(width), np.zeros(ROWS, np.uint32), np.ones(ROWS, kind))
    eta, r, h, grad, xh, diag = (np.zeros(k) for k in (ROWS, ROWS, ROWS, COLUMNS, COLUMNS, COLUMNS))
    by_row = (y, y, np.ones(ROWS), eta, r, h)
    yield sparse.csr_judge, (*matrix, 0, ROWS, weight, 0.0, *by_row, grad, xh, diag, np.zeros(5))
    yield sparse.csr_hess, (*matrix, 0, ROWS, h, weight, 0.0, r, grad)
    yield sparse.csr_times, (*matrix, 0, ROWS, np.ones((COLUMNS, COLUMNS)), block)
    yield sparse.csr_t_times, (*matrix, 0, ROWS, block, np.zeros((COLUMNS, COLUMNS)))
    yield sparse.csr_columns_stats, (*matrix, np.ones(ROWS), 0, ROWS, np.zeros((5, COLUMNS)))
    yield sparse.csr_dense_rows, (*matrix, 0, ROWS, weight, block)


def main() -> None:
    """Compile, and say how long it took."""
    began, kernels = time.perf_counter(), set()
    for kernel, arguments in calls():
        kernel(*arguments)
        kernels.add(kernel)
    signatures = sum(len(kernel.signatures) for kernel in kernels)
    print(f"{len(kernels)} kernels, {signatures} signatures ready in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
