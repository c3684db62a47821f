"""Weights, offsets, factors, starts and scalars: the argument and its value stand in every sentence."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest

from normball import inputs
from normball.errors import InputError, TypeInputError
from normball.inputs import read_inputs

X = np.arange(8.0).reshape(4, 2)
Y = np.array([0, 1, 0, 1])
NUMBERS = [1.0, 2.0, 0.0, 4.0]


@pytest.mark.parametrize(
    "values",
    [
        NUMBERS,
        tuple(NUMBERS),
        np.array(NUMBERS),
        np.array(NUMBERS, np.float32),
        np.array(NUMBERS, np.float16),
        np.array(NUMBERS, ">f8"),
        np.array(NUMBERS, np.int8),
        np.array(NUMBERS, object),
        np.repeat(NUMBERS, 3)[::3],
        pd.Series(NUMBERS),
        pd.Series(NUMBERS, dtype="Float64"),
        pl.Series(NUMBERS),
        pl.Series(NUMBERS, dtype=pl.Int64, strict=False),
    ],
)
def test_vectors_come_in_many_forms(values):
    before = repr(values)
    data = read_inputs(X, Y, sample_weight=values, offset=values)
    for vector in (data.weight, data.offset):
        np.testing.assert_array_equal(vector, NUMBERS)
        assert vector.dtype == np.float64
        assert vector.dtype.isnative
        assert vector.flags.c_contiguous
        assert vector.flags.writeable
    assert repr(values) == before


def test_defaults():
    data = read_inputs(X, Y)
    np.testing.assert_array_equal(data.weight, np.ones(4))
    np.testing.assert_array_equal(data.offset, np.zeros(4))
    np.testing.assert_array_equal(inputs.read_penalty_factor(None, 3), np.ones(3))
    assert inputs.read_init(None, 3) is None
    assert inputs.read_limit(None, "max_reads") is None


def test_nothing_of_the_caller_changes():
    given = [X.copy(), Y.copy(), np.array(NUMBERS), np.array(NUMBERS)]
    digests = [hashlib.sha256(a.tobytes()).digest() for a in given]
    read_inputs(given[0], given[1], sample_weight=given[2], offset=given[3])
    assert [hashlib.sha256(a.tobytes()).digest() for a in given] == digests
    for a in given:
        a.flags.writeable = False
    data = read_inputs(given[0], given[1], sample_weight=given[2], offset=given[3])
    assert data.weight.flags.writeable  # a copy: the kernels see one kind of vector
    assert not given[2].flags.writeable


BAD = {
    "short": ("sample_weight", [1.0, 1.0], "sample_weight has shape (2,), but must be (4,)", "each row"),
    "column": ("sample_weight", np.ones((4, 1)), "sample_weight has shape (4, 1)"),
    "scalar": ("sample_weight", 1.0, "sample_weight has shape ()"),
    "negative": ("sample_weight", [1.0, -2.0, 1.0, 1.0], "sample_weight is -2 at row 1", ">= 0"),
    "NaN": ("sample_weight", [1.0, 1.0, np.nan, np.nan], "sample_weight holds 2 NaN or infinite values", "row 2"),
    "infinite": ("sample_weight", [1.0, np.inf, 1.0, 1.0], "sample_weight holds 1 NaN or infinite value,", "row 1"),
    "null": ("sample_weight", pl.Series([1.0, None, 1.0, 1.0]), "sample_weight holds 1 NaN or infinite value,"),
    "zeros": ("sample_weight", np.zeros(4), "Every entry of sample_weight is zero", "positive weight"),
    "overflow": ("sample_weight", np.full(4, 1e308), "sum of sample_weight overflows", "1e+308"),
    "strings": ("sample_weight", ["1", "1", "1", "1"], "sample_weight holds strings"),
    "complex": ("sample_weight", np.ones(4) * 1j, "Complex data not supported: sample_weight"),
    "objects": ("sample_weight", np.array([1.0, "a", 1.0, 1.0], object), "sample_weight holds 'a' (str) at row 1"),
    "masked": ("sample_weight", np.ma.masked_array(np.ones(4), mask=[0, 1, 0, 0]), "sample_weight is a masked array"),
    "offset short": ("offset", [1.0], "offset has shape (1,), but must be (4,)"),
    "offset NaN": ("offset", [0.0, 0.0, 0.0, np.nan], "offset holds 1 NaN or infinite value, the first at row 3"),
    "offset infinite": ("offset", [-np.inf, 0.0, 0.0, 0.0], "offset holds 1 NaN or infinite value"),
    "intercept": ("fit_intercept", 1, "fit_intercept=1 must be True or False"),
    "intercept text": ("fit_intercept", "yes", "fit_intercept='yes' must be True or False"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_vectors_get_a_sentence(case):
    name, value, *fragments = case
    with pytest.raises(InputError) as caught:
        read_inputs(X, Y, **{name: value})
    for fragment in fragments:
        assert fragment in str(caught.value)


INF, NAN = float("inf"), float("nan")
SCALARS = [  # reader, values it takes, values it does not, its rule
    (
        inputs.read_lam,
        [0, 0.0, 1e-300, 5, np.float32(0.5), Fraction(1, 2), np.array(2.0)],
        [-1.0, -1e-300, INF, NAN],
        "lam",
    ),
    (inputs.read_C, [1e-300, 1, INF, np.int64(3)], [0, 0.0, -1.0, -INF, NAN], "C"),
    (inputs.read_l1_ratio, [0, 1, 0.5, True + 0], [-0.1, 1.0000001, INF, NAN], "l1_ratio"),
    (inputs.read_tol, [1e-300, 1e-8, 1], [0, -1e-8, INF, NAN], "tol"),
    (lambda v: inputs.read_limit(v, "max_reads"), [0.5, 10, INF], [0, -1, NAN], "max_reads"),
    (lambda v: inputs.read_limit(v, "time_limit"), [0.5, 10, INF], [0, -1, NAN], "time_limit"),
]


@pytest.mark.parametrize(("read", "good", "bad", "name"), SCALARS, ids=[row[3] for row in SCALARS])
def test_scalars(read, good, bad, name):
    for value in good:
        assert read(value) == float(value)
        assert type(read(value)) is float
    for value in bad:
        for spelling in (value, np.float64(value)):
            with pytest.raises(InputError) as caught:
                read(spelling)
            assert f"{name}={value if spelling is value else float(value)} must be a" in str(caught.value)
            assert not isinstance(caught.value, TypeError)
    for value in ("0.5", True, np.True_, 1j, [0.5], np.array([0.5]), {}):
        with pytest.raises(TypeInputError, match=f"^{name}="):
            read(value)
    for value in (10**400, -(10**400)):
        with pytest.raises(InputError, match=f"^{name}="):
            read(value)


def test_a_strength_that_is_missing_is_named():
    with pytest.raises(InputError, match=r"lam=None \(NoneType\) must be a finite number >= 0"):
        inputs.read_lam(None)


def test_penalty_factors():
    np.testing.assert_array_equal(inputs.read_penalty_factor([0, 1, 2], 3), [0.0, 1.0, 2.0])
    assert inputs.read_penalty_factor([], 0).shape == (0,)
    for bad, fragment in (
        ([1.0, 1.0], r"penalty_factor has shape \(2,\), but must be \(3,\): one number for each column"),
        ([1.0, -0.5, 1.0], "penalty_factor is -0.5 at column 1"),
        ([1.0, np.inf, 1.0], "penalty_factor holds 1 NaN or infinite value, the first at column 1"),
        ([1.0, np.nan, 1.0], "penalty_factor holds 1 NaN or infinite value"),
    ):
        with pytest.raises(InputError, match=fragment):
            inputs.read_penalty_factor(bad, 3)


def test_starts():
    coef, intercept = inputs.read_init(([1, 2], 3), 2)
    np.testing.assert_array_equal(coef, [1.0, 2.0])
    assert intercept == 3.0
    for bad, fragment in (
        (([1, 2, 3], 0.0), r"init\[0\], the coefficients, has shape \(3,\), but must be \(2,\)"),
        (([1, np.nan], 0.0), r"init\[0\], the coefficients, holds 1 NaN"),
        (([1, 2], np.inf), r"init\[1\], the intercept,=inf must be a finite number"),
        (([1, 2], "0"), r"init\[1\], the intercept,='0' \(str\) must be a finite number"),
        (np.zeros(2), r"init=.* must be a pair"),
        (([1, 2],), r"init=.* must be a pair"),
    ):
        with pytest.raises(InputError, match=fragment):
            inputs.read_init(bad, 2)
