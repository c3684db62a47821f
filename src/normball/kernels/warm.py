"""`python -m normball.kernels.warm`: compile every kernel for the signatures in use, into numba's disk cache.

Run before a parallel test run, so that the workers find the cache warm; in an image, so that its first fit is quick.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from normball.kernels import dense, gram, krylov, links, quadratic, rounds, sparse

ROWS, COLUMNS = 3, 2


def calls() -> Iterator[tuple]:
    """(kernel, arguments) for each signature that the other rooms use."""
    y, c, weight = np.zeros(ROWS), np.ones(ROWS), np.ones(COLUMNS)
    eta = np.zeros((ROWS, COLUMNS))
    yield links.logistic_link, (eta, y, c, eta.copy(), eta.copy(), np.zeros((5, COLUMNS)))
    yield links.squared_vector, (y, y, c, y.copy(), y.copy(), np.zeros((5, 1)))
    for kind in (np.float64, np.float32):
        whole = np.zeros((2 * ROWS, COLUMNS), kind)
        layouts = whole[:ROWS], whole[::2], np.asfortranarray(whole)[:ROWS], np.asfortranarray(whole[:ROWS])
        for X in (*layouts, *map(read_only, layouts)):
            yield dense.condition, (X, weight, weight, np.zeros((ROWS, COLUMNS)))
            yield dense.survey_block, (X, c, weight, np.zeros((4, COLUMNS)))
            G, sums = np.zeros((2, COLUMNS)), np.zeros((5, 1))
            yield rounds.logistic_dense, (X, weight, weight, weight, 0.0, y, y, c, G, sums)
        for block in (eta, np.asfortranarray(eta)):  # x[:, columns] is in Fortran order
            yield dense.row_scale, (block, c, np.zeros((ROWS, COLUMNS), kind))
        for width in (np.int32, np.int64):
            stored = (np.arange(ROWS + 1).astype(width), np.zeros(ROWS, width), np.ones(ROWS, kind))
            yield sparse.csr_columns_stats, (*stored, c, 0, ROWS, np.zeros((COLUMNS, 5)))
            place, new = np.arange(COLUMNS).astype(width), (np.zeros(ROWS, width), np.zeros(ROWS))
            yield sparse.csr_renumber, (*stored[1:], place, weight, *new)
    yield from sparse_calls(np.int32, np.uint32)
    yield from sparse_calls(np.int64, np.uint64)
    yield krylov.cg_curve, (weight, weight, weight)
    yield krylov.cg_advance, (1.0, weight, weight, weight, weight, weight, weight, 1)
    yield krylov.cg_turn, (1.0, weight, weight)
    square, p = np.eye(COLUMNS), np.zeros((7, COLUMNS))
    yield quadratic.solve_quadratic, (square, *(p[k].copy() for k in range(7)), 1e-9, 9)
    yield gram.solve_gram, (square, *(p[k].copy() for k in range(6)), 1e-9)


def read_only(X):
    """A view of X that refuses to be written: a type of its own to numba."""
    view = X.view()
    view.flags.writeable = False
    return view


def sparse_calls(pointers, indices) -> Iterator[tuple]:
    """The products with a conditioned CSR matrix (float64), for one width of its indices."""
    matrix = (np.arange(ROWS + 1).astype(pointers), np.zeros(ROWS, indices), np.ones(ROWS))
    v, h, block = np.ones(COLUMNS), np.ones(ROWS), np.zeros((ROWS, COLUMNS))
    yield sparse.csr_hess, (*matrix, 0, ROWS, h, v, 0.0, np.zeros(ROWS), np.zeros(COLUMNS))
    yield sparse.csr_times, (*matrix, 0, ROWS, np.ones((COLUMNS, COLUMNS)), block)
    yield sparse.csr_t_times, (*matrix, 0, ROWS, block, np.zeros((COLUMNS, COLUMNS)))
    yield sparse.csr_head_gram, (*matrix, 0, ROWS, h, np.zeros((COLUMNS, COLUMNS)))
    yield sparse.csr_square_sums, (*matrix, 0, ROWS, h, np.zeros(COLUMNS))


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
