"""Laws of `solve` that no number proves: what may change in the data without changing the answer, and how it changes.

Every fit runs at tol = 1e-14 and must be certified there (a ConvergenceWarning would fail the test); answers agree to
1e-10 of the largest coefficient.  X is a multiple of 2⁻²⁰, so shifts and repetitions below are exact in float64.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

import normball
from judge import column_sds, minimise, penalty_vectors

KINDS = {
    "L2": dict(lam=0.02, l1_ratio=0.0),
    "L1": dict(lam=0.02, l1_ratio=1.0),
    "EN": dict(lam=0.03, l1_ratio=0.4),
    "none": dict(lam=0.0),
}
CASES = [(kind, shape) for kind in KINDS for shape in ("tall", "wide") if (kind, shape) != ("none", "wide")]
SHAPES = {"tall": (90, 7), "wide": (45, 70)}


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def data(request):
    """One problem: kind, X (n, p), y (n,), weight (n,), offset (n,)."""
    return Data(*request.param)


class Data:
    def __init__(self, kind, shape):
        rng = np.random.default_rng([len(shape), *kind.encode()])
        n, p = SHAPES[shape]
        self.kind, self.strength, self.rng = kind, KINDS[kind], rng
        mixed = rng.standard_normal((n, p)) + 0.7 * rng.standard_normal((n, 1))
        self.X = np.round(mixed * 2**20) / 2**20
        eta = self.X[:, :4] @ np.array([1.0, -0.7, 0.5, 0.3])
        self.y = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
        self.weight = rng.integers(1, 5, n).astype(float)
        self.offset = np.round(rng.standard_normal(n) * 2**20) / 2**20

    def fit(self, X=None, y=None, **arguments):
        """(1 + p,): intercept, then coefficients."""
        X, y = self.X if X is None else X, self.y if y is None else y
        solution = normball.solve(X, y, tol=1e-14, **(self.strength | arguments))
        assert solution.certificate.status == "certified"
        return np.array([solution.intercept, *solution.coef])


def assert_same(found, expected):
    assert np.abs(found - expected).max() <= 1e-10 * np.abs(expected).max()


def test_equals_the_long_double_solution(data):
    """With weights, offset and factors at once."""
    factor = data.rng.choice([0.5, 1.0, 2.0], size=data.X.shape[1])
    l1, l2 = penalty_vectors(len(factor), factor=factor, **data.strength)
    best = minimise(data.X, data.y, l1=l1, l2=l2, weight=data.weight, offset=data.offset)
    found = data.fit(sample_weight=data.weight, offset=data.offset, penalty_factor=factor)
    assert_same(found, np.array([best.intercept, *best.coef], float))


def test_standardize_equals_the_long_double_solution(data):
    """standardize=True charges the coefficients of the columns over their weighted standard deviations."""
    X = data.X * data.rng.choice([0.25, 1, 32], size=data.X.shape[1])
    l1, l2 = penalty_vectors(X.shape[1], scale=column_sds(X, data.weight), **data.strength)
    best = minimise(X, data.y, l1=l1, l2=l2, weight=data.weight)
    found = data.fit(X, sample_weight=data.weight, standardize=True)
    assert_same(found, np.array([best.intercept, *best.coef], float))


@pytest.mark.parametrize("size", [1, 1024, 2.0**20])
def test_shifting_columns_moves_only_the_intercept(data, size):
    """η is the same: w' = w, b' = b - Σ m_j w_j."""
    m = size * data.rng.integers(-3, 4, size=data.X.shape[1])
    plain, shifted = data.fit(), data.fit(data.X + m)
    assert_same(shifted[1:], plain[1:])
    back = shifted[0] + m @ shifted[1:]
    assert abs(back - plain[0]) <= 1e-10 * (np.abs(plain).max() + np.abs(m * plain[1:]).sum())


@pytest.mark.parametrize("decades", [1, 4, 8])
def test_rescaling_standardised_columns(data, decades):
    """standardize=True: w' = w / s for every penalty, negative s included."""
    s = 10.0 ** data.rng.uniform(-decades, decades, data.X.shape[1]) * data.rng.choice([-1, 1], data.X.shape[1])
    plain, scaled = data.fit(standardize=True), data.fit(data.X * s, standardize=True)
    assert_same(scaled * [1, *s], plain)


@pytest.mark.parametrize("decades", [1, 4])
def test_rescaling_with_the_factor_adapted(data, decades):
    """f' = f s² keeps an L2 penalty, f' = f |s| an L1 penalty; without a penalty nothing needs adapting."""
    if data.kind == "EN":
        data.strength = dict(lam=0.02, l1_ratio=1.0)  # one factor cannot adapt both parts
    s = 10.0 ** data.rng.uniform(-decades, decades, size=data.X.shape[1])
    factor = {"L2": s**2, "none": s**2}.get(data.kind, s)
    assert_same(data.fit(data.X * s, penalty_factor=factor) * [1, *s], data.fit())


def test_permuting_rows(data):
    order = data.rng.permutation(len(data.y))
    plain = data.fit(sample_weight=data.weight, offset=data.offset)
    moved = data.fit(data.X[order], data.y[order], sample_weight=data.weight[order], offset=data.offset[order])
    assert_same(moved, plain)


def test_permuting_columns(data):
    order = data.rng.permutation(data.X.shape[1])
    factor = data.rng.choice([0.5, 1.0, 2.0], size=len(order))
    plain = data.fit(penalty_factor=factor)
    moved = data.fit(data.X[:, order], penalty_factor=factor[order])
    assert_same(moved, plain[[0, *(1 + order)]])


@pytest.mark.parametrize("standardize", [False, True])
def test_integer_weights_are_repetitions(data, standardize):
    times = data.weight.astype(int)
    weighted = data.fit(sample_weight=data.weight, offset=data.offset, standardize=standardize)
    rows = np.repeat(np.arange(len(times)), times)
    repeated = data.fit(data.X[rows], data.y[rows], offset=data.offset[rows], standardize=standardize)
    assert_same(weighted, repeated)


@pytest.mark.parametrize("standardize", [False, True])
def test_a_row_of_weight_zero_is_absent(data, standardize):
    """Also where such rows hold values of another size."""
    n = len(data.y)
    extra = 1000.0 * data.rng.standard_normal((9, data.X.shape[1]))
    X, y = np.vstack([data.X, extra]), np.concatenate([data.y, data.rng.integers(0, 2, 9)])
    weight = np.concatenate([data.weight, np.zeros(9)])
    order = data.rng.permutation(n + 9)
    with_them = data.fit(X[order], y[order], sample_weight=weight[order], standardize=standardize)
    assert_same(with_them, data.fit(sample_weight=data.weight, standardize=standardize))


def test_all_weights_times_seven(data):
    """λ belongs to the weighted mean of the losses."""
    assert_same(data.fit(sample_weight=7 * data.weight), data.fit(sample_weight=data.weight))


@pytest.mark.parametrize("layout", ["csr", "csc", "csr int64", "csc int64", "F", "strided", "reversed"])
@pytest.mark.parametrize("standardize", [False, True])
def test_every_layout_is_the_same_problem(data, layout, standardize):
    X = np.where(data.rng.random(data.X.shape) < 0.5, data.X, 0)
    wide = np.zeros((2 * X.shape[0], 3 * X.shape[1]))
    wide[::2, ::3] = X
    same = {
        "F": lambda: np.asfortranarray(X),
        "strided": lambda: wide[::2, ::3],
        "reversed": lambda: X[::-1, ::-1].copy()[::-1, ::-1],
    }.get(layout, lambda: sparse(X, layout))()
    assert_same(data.fit(same, standardize=standardize), data.fit(X, standardize=standardize))


@pytest.mark.parametrize("layout", ["dense", "csr", "csc"])
def test_float32_holds_the_same_numbers(data, layout):
    """A float32 X is solved as the float64 matrix of the same values."""
    X = data.X.astype(np.float32)
    assert_same(data.fit(X if layout == "dense" else sparse(X, layout)), data.fit(X.astype(np.float64)))


def sparse(X, layout):
    """X as CSR or CSC, with indices of the width that the layout names."""
    found = (scipy.sparse.csc_array if "csc" in layout else scipy.sparse.csr_array)(X)
    width = np.int64 if "int64" in layout else np.int32
    found.indices, found.indptr = found.indices.astype(width), found.indptr.astype(width)
    return found


@pytest.mark.parametrize("far", [0.0, 1.0, 30.0, "the solution"])
def test_the_start_does_not_matter(data, far):
    plain = data.fit()
    if far == "the solution":
        init = (plain[1:], plain[0])
    else:
        init = (far * data.rng.standard_normal(data.X.shape[1]), far)
    assert_same(data.fit(init=init), plain)


def test_swapping_the_labels_flips_the_signs(data):
    plain = data.fit(offset=data.offset, sample_weight=data.weight)
    swapped = data.fit(y=1 - data.y, offset=-data.offset, sample_weight=data.weight)
    assert_same(swapped, -plain)


@pytest.mark.parametrize("shift", [-3.0, 0.5, 40.0])
def test_a_constant_offset_is_taken_back_by_the_intercept(data, shift):
    moved = data.fit(offset=data.offset + shift)
    assert_same(moved + shift * np.eye(len(moved))[0], data.fit(offset=data.offset))


def test_an_offset_along_free_columns_is_taken_back_by_them(data):
    """η = o + X v + X w: where w is free, w' = w - v."""
    free = [0, 3]
    factor = np.ones(data.X.shape[1])
    factor[free] = 0
    v = np.zeros(len(factor))
    v[free] = 0.75, -0.5
    moved = data.fit(offset=data.offset + data.X @ v, penalty_factor=factor)
    assert_same(moved + np.array([0, *v]), data.fit(offset=data.offset, penalty_factor=factor))


def test_a_soft_label_is_two_weighted_rows(data):
    """ℓ(¼, η) = ¼ ℓ(1, η) + ¾ ℓ(0, η)."""
    y = data.y.astype(float)
    rows = np.arange(0, len(y), 4)
    y[rows] = 0.25
    soft = data.fit(y=y, sample_weight=data.weight)
    ones = data.weight * np.where(np.isin(np.arange(len(y)), rows), 0.25, data.y)
    X, hard = np.vstack([data.X, data.X]), np.repeat([1, 0], len(y))
    assert_same(soft, data.fit(X, hard, sample_weight=np.concatenate([ones, data.weight - ones])))


def test_an_intercept_is_a_free_column_of_ones(data):
    X = np.column_stack([np.ones(len(data.y)), data.X])
    factor = np.concatenate([[0.0], np.ones(data.X.shape[1])])
    found = data.fit(X, fit_intercept=False, penalty_factor=factor, sample_weight=data.weight)
    assert found[0] == 0
    assert_same(found[1:], data.fit(sample_weight=data.weight))


def test_columns_without_information_stay_at_zero(data):
    """A column of zeros, and beside an intercept a constant column, change nothing and get the coefficient 0."""
    X = np.column_stack([np.zeros(len(data.y)), data.X, np.full(len(data.y), 3.0)])
    found = data.fit(X)
    if data.kind != "none":
        assert found[1] == 0 and abs(found[-1]) <= 1e-12
    assert_same(found[2:-1], data.fit()[1:])
    assert abs(found[0] + 3 * found[-1] - data.fit()[0]) <= 1e-10 * np.abs(found).max()


def test_with_an_intercept_the_residuals_balance(data):
    """Σ c p = Σ c y: predicted and observed frequencies agree."""
    solution = normball.solve(data.X, data.y, sample_weight=data.weight, tol=1e-14, **data.strength)
    p = solution.predict_proba(data.X)[:, 1]
    assert data.weight @ (p - data.y) == pytest.approx(0, abs=1e-10 * data.weight.sum())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("C", [0.2, 5.0])
def test_the_estimator_reads_C_as_a_factor_of_the_sum(kind, C):
    """λ = 1 / (C Σ weight): weights times 7 at C/7 is the same fit, and so is `solve` at that λ."""
    data = Data(kind, "tall")
    C = np.inf if kind == "none" else C
    l1_ratio = data.strength.get("l1_ratio", 0.0)

    def fitted(**arguments):
        weight = arguments.pop("weight")
        model = normball.LogisticRegression(l1_ratio=l1_ratio, tol=1e-14, **arguments)
        model.fit(data.X, data.y, sample_weight=weight)
        return np.array([model.intercept_[0], *model.coef_[0]])

    plain = fitted(C=C, weight=data.weight)
    assert_same(fitted(C=C / 7, weight=7 * data.weight), plain)
    lam = 1 / (C * data.weight.sum())
    assert_same(fitted(lam=lam, weight=data.weight), plain)
    assert_same(fitted(lam=lam, weight=7 * data.weight), plain)
    assert_same(data.fit(lam=lam, sample_weight=data.weight), plain)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_some_columns_standardised(l1_ratio, sparse):
    """standardize=(True, False, …) is a fit of those columns divided by their standard deviations, mapped back."""
    rng = np.random.default_rng(11)
    X = rng.normal(size=(90, 4)) * [1.0, 5.0, 0.2, 3.0]
    X[rng.random(X.shape) < 0.3] = 0.0
    y, which = rng.integers(0, 2, 90), np.array([True, False, True, False])
    unit = np.where(which, X.std(0), 1.0)
    form = scipy.sparse.csr_array if sparse else np.asarray
    found = normball.solve(form(X), y, lam=0.01, l1_ratio=l1_ratio, standardize=which, tol=1e-14)
    by_hand = normball.solve(form(X / unit), y, lam=0.01, l1_ratio=l1_ratio, tol=1e-14)
    np.testing.assert_allclose(found.coef * unit, by_hand.coef, atol=1e-10)
    with pytest.raises(normball.InputError, match="standardize has 3 entries"):
        normball.solve(X, y, lam=0.01, standardize=[True, False, True])
