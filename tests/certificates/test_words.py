"""A certificate in words: what is proved, with its number; what is not, and what to do; what it cost."""

from __future__ import annotations

import numpy as np
import pytest

from normball.certificates.certificate import Certificate, relative
from normball.certificates.separation import find_separation


def certificate(**changes):
    facts = dict(gap=3.2e-10, null_loss=0.64, objective=0.5, tol=1e-8, status="certified", reads=4.25, rounds=3,
                 seconds=0.0123, strategy="slab")  # fmt: skip
    return Certificate(**(facts | changes))


def test_certified():
    """The bound, relative to the null loss, and the cost; nothing is asked of the reader."""
    words = certificate().summary()
    assert words.startswith("Certified: the objective is at most 3.2e-10 above its minimum (5.0e-10 of the null loss).")
    assert words.endswith("[3 rounds, 4.25 reads of X, 0.0123 s, slab]")
    assert "NOT" not in words and "Allow" not in words


def test_uncertified_says_why_and_what_to_do():
    words = certificate(status="uncertified", gap=0.032, reason="max_reads=4 was reached").summary()
    assert words.startswith("NOT certified to tol=1e-08: the objective is at most 0.032 above its minimum (5 % of the")
    assert "It stopped because max_reads=4 was reached." in words
    for remedy in ("more reads or time", "relax tol", "stronger penalty"):
        assert remedy in words
    assert "It stopped" not in certificate(status="uncertified").summary()


def test_interrupted_claims_nothing():
    words = certificate(status="interrupted", gap=0.1).summary()
    assert words.startswith("Interrupted before it was certified") and "0.1 above its minimum" in words
    assert "Certified:" not in words and "Fit again" in words


def test_separated_names_columns_and_remedies():
    A = np.array([[1.0, -2], [1, -1], [1, 1], [1, 2]])
    found = find_separation(A, np.array([-1.0, -1, 1, 1]), names=["the intercept", "dose"])
    words = certificate(status="separated", separation=found, gap=np.inf, names=("age", "dose")).summary()
    assert words.startswith("No minimiser exists.") and "completely separated by dose" in words and "ridge" in words
    assert "above its minimum" not in words  # there is none to lie above
    assert "separated" in certificate(status="separated").summary()


def test_every_status_has_its_words():
    """Five sentences, all different; another status is a mistake of ours and does not pass in silence."""
    heads = {
        certificate(status=s).summary().split()[0] for s in ("certified", "uncertified", "separated", "interrupted")
    }
    assert heads == {"Certified:", "NOT", "No", "Interrupted"}
    with pytest.raises(KeyError):
        certificate(status="fine").summary()


def test_coefficient_errors_name_the_widest():
    errors = np.array([1e-9, 3e-7, 2e-8])
    assert "within 3e-07 (widest: column 1)" in certificate(coef_error=errors).summary()
    assert "(widest: 'b$<i>')" in certificate(coef_error=errors, names=("a", "b$<i>", "c")).summary()
    for nothing in (None, np.zeros(0)):
        assert "within" not in certificate(coef_error=nothing).summary()


def test_dependent_columns_are_named_up_to_eight():
    words = certificate(aliased=(1, 3), names=("a", "b", "c", "d")).summary()
    assert "Linearly dependent at λ = 0: 'b', 'd';" in words and "smallest norm" in words
    many = certificate(aliased=tuple(range(12))).summary()
    assert "column 7 …" in many and "column 8" not in many


@pytest.mark.parametrize(
    ("gap", "words"), [(0.0, "0.0e+00"), (6.4e-6, "1.0e-05"), (6.4e-4, "0.1 %"), (0.32, "50 %"), (6.4, "1e+03 %")]
)
def test_sizes_read_as_numbers_or_per_cent(gap, words):
    assert f"({words} of the null loss)" in certificate(gap=gap).summary()


def test_relative_to_a_null_loss_of_zero():
    """Nothing to divide by: the gap itself."""
    assert relative(0.25, 0.5) == 0.5 and relative(0.25, 0.0) == 0.25 == relative(0.25, 3e-308)
    assert certificate(gap=0.25, null_loss=0.0).relative_gap == 0.25
