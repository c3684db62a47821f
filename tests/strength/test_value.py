"""Strength: one statement, as a value; what it refuses, and what becomes of it as rows are added."""

from __future__ import annotations

import copy
import pickle
from math import inf, isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import normball
from normball import InputError, Strength, StrengthConflict
from normball.errors import TypeInputError
from normball.strength import BY_NAME, BY_PATH, DIALECTS, REFUSED, in_words, lam_from, needs_path, parse_strength

NAMES = [dialect.name for dialect in DIALECTS]
every_name = pytest.mark.parametrize("name", NAMES)
values = st.floats(1e-9, 1e9)


@every_name
@given(value=values, n=st.floats(1e-2, 1e9))
def test_there_and_back(name, value, n):
    """Said again in its own words, a strength is itself; said in any other, it has the same λ."""
    strength = Strength(**{name: value})
    lam = strength.lam(n)
    for other, said in strength.in_all(n).items():
        assert isclose(Strength(**{other: said}).lam(n, strength.own_ratio), lam, rel_tol=1e-13)
    assert isclose(strength.in_all(n)[name], value, rel_tol=1e-13)


@every_name
@given(value=values, n=st.floats(1.0, 1e6), times=st.floats(1.5, 1e3))
def test_growing_data(name, value, n, times):
    """per="sum": λ·n stays as rows are added; per="mean": λ does."""
    fixed, fading = Strength(**{name: value}, per="mean"), Strength(**{name: value}, per="sum")
    assert isclose(fading.lam(n * times) * times, fading.lam(n), rel_tol=1e-12) and fading.fades
    assert fixed.lam(n, whole=n * times) == fixed.lam(n * times) and not fixed.fades
    own = Strength(**{name: value})
    assert own == (fading if own.fades else fixed) and own.per == BY_NAME[name].per


def test_a_number_of_the_mean_stated_for_the_sum():
    """Σ ℓ + 0.5 Ω(w) has λ = 0.5 / n; the penalty is the same prior, however many rows there are."""
    assert Strength(lam=0.5, per="sum").lam(50) == 0.01
    assert Strength(alpha=0.5, per="sum").lam(50, 0.3) == 0.01
    assert Strength(square=0.5, per="sum").lam(50) == Strength(square_sum=0.5).lam(50) == 0.02
    assert Strength(lam=0.5, per="sum").lam(50) == Strength(sum_half=0.5).lam(50)


def test_a_number_of_the_sum_whose_lam_stays():
    """C of all 50 rows; 40 of them are fitted with the λ of the 50."""
    assert Strength(C=2.0, per="mean").lam(40, whole=50) == Strength(C=2.0).lam(50) == 0.01
    assert Strength(C=2.0).lam(40, whole=50) == 1 / 80


def test_a_batch_is_the_rows_that_count():
    assert Strength(mlp_alpha=0.2, batch=200).lam(1000) == 0.001
    assert Strength(mlp_alpha=0.2).lam(1000) == 0.0002
    assert not Strength(mlp_alpha=0.2, batch=200).fades and Strength(mlp_alpha=0.2).fades
    assert Strength(mlp_alpha=0.2, batch=200).in_all(1000)["mlp_alpha"] == 0.2


@every_name
def test_one_at_a_time(name):
    """Every pair of keywords is a conflict, and both are named."""
    for other in [*NAMES, *BY_PATH]:
        if other != name:
            with pytest.raises(StrengthConflict, match=rf"^{name}=1\.0 and {other}=2\.0 were both given"):
                Strength(**{name: 1.0, other: 2.0})


@pytest.mark.parametrize("alias", [("radius", "t"), ("n_features", "k"), ("gauss_sigma", "sigma"), ("lambda", "lam")])
def test_other_spellings(alias):
    word, name = alias
    norm = "l1" if name == "t" else None
    assert Strength(**{word: 3.0}, norm=norm) == Strength(**{name: 3.0}, norm=norm)
    with pytest.raises(StrengthConflict, match=rf"{word}=3.0 and {name}=4.0 were both given"):
        Strength(**{word: 3.0, name: 4.0}, norm=norm)


@pytest.mark.parametrize("said", [dict(t=3.0, norm="l1"), dict(k=10), dict(df=2.5), dict(unsquared=0.1)], ids=str)
def test_by_path(said):
    """What depends on the data carries its fact, and one hook says so."""
    strength = Strength(**said)
    (name, value), *_ = said.items()
    assert (strength.name, strength.value, strength.norm) == (name, value, said.get("norm"))
    assert strength.by_path and not strength.fades and strength.per is None
    for call in (lambda: needs_path(strength), lambda: strength.lam(100), lambda: strength.check(0.0)):
        with pytest.raises(InputError, match=rf"^{name}=.* depends on the data"):
            call()


@pytest.mark.parametrize("name", REFUSED)
def test_decoupled_decay_is_refused(name):
    with pytest.raises(InputError, match=rf"^{name}=0\.01: AdamW .* slope of no penalty.*Use weight_decay"):
        Strength(**{name: 0.01})


def test_why_adamw_is_refused():
    """Coupled Adam stops where the penalised slope of ½ Σ h_j (w_j - 1)² is 0.  AdamW, its rate decaying alike, has all
    but forgotten its decay, and its two coefficients would need λ that are not each other's either."""
    h, wd = np.array([1.0, 0.01]), 0.1

    def stop(decoupled):
        w, m, v = np.zeros(2), np.zeros(2), np.zeros(2)
        for t in range(1, 30_001):
            g = h * (w - 1) + (0 if decoupled else wd * w)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            rate = 0.05 / (1 + t / 100)
            w = w - rate * (m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-12) + (wd * w if decoupled else 0))
        return w

    penalised = h / (h + wd)  # argmin of ½ Σ h_j (w_j - 1)² + wd/2 ‖w‖²
    np.testing.assert_allclose(stop(decoupled=False), penalised, atol=1e-3)
    w = stop(decoupled=True)
    lams = h * (1 - w) / w  # the λ that each coefficient would need
    assert abs(lams).max() < 1e-3 * wd and lams[0] > 10 * abs(lams[1])


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (dict(), StrengthConflict, "No strength"),
        (dict(C=None), StrengthConflict, "No strength"),
        (dict(C=1, lam=2, t=3), StrengthConflict, "C=1, lam=2 and t=3 were all given"),
        (dict(Q=1.0), TypeInputError, "'Q' is no dialect of λ"),
        (dict(weightdecay=1.0), TypeInputError, "Did you mean 'weight_decay'"),
        (dict(C="1"), TypeInputError, "C='1' "),
        (dict(C=True), TypeInputError, "C=True "),
        (dict(C=-1.0), InputError, r"C=-1\.0 must be a number of at least 0"),
        (dict(lam=float("nan")), InputError, "lam=nan"),
        (dict(C=0.0), InputError, r"C=0\.0 means an infinite λ"),
        (dict(sigma=0.0), InputError, r"sigma=0\.0 means an infinite λ"),
        (dict(lam=inf), InputError, "lam=inf means an infinite λ"),
        (dict(k=2.5), InputError, r"k=2\.5 must be a whole number"),
        (dict(t=inf, norm="l1"), InputError, "t=inf must be a finite number"),
        (dict(radius=3.0, norm="L1"), InputError, "norm='L1' beside radius must be.*'l1', 'l2' or 'elastic'"),
        (dict(C=1.0, norm="l1"), InputError, "norm='l1' was given beside C"),
        (dict(C=1.0, batch=200), InputError, "batch=200 was given beside C"),
        (dict(mlp_alpha=1.0, batch=0), InputError, "batch=0 must be a number of rows"),
        (dict(mlp_alpha=1.0, batch=20, per="sum"), InputError, "per='sum' was given beside mlp_alpha, but batch"),
        (dict(k=3, per="sum"), InputError, "per='sum' was given beside k"),
        (dict(C=1.0, per="row"), InputError, "per='row' must be 'mean'"),
    ],
    ids=str,
)
def test_refused(said, kind, words):
    with pytest.raises(kind, match=words):
        Strength(**said)


def test_frozen_and_equal_by_what_was_said():
    one = Strength(C=1.0)
    assert one == Strength(C=1) == Strength(C=np.float64(1.0), per="sum") != Strength(C=1, per="mean")
    assert hash(one) == hash(Strength(C=1)) and len({one, Strength(C=1), Strength(liblinear_C=1)}) == 2
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(AttributeError):
        one.value = 2.0


@pytest.mark.parametrize(
    "strength",
    [
        *(Strength(**{name: 0.1 + 0.2}) for name in NAMES), Strength(C=inf), Strength(C=1, per="mean"),
        Strength(lam=1, per="sum"), Strength(mlp_alpha=1e-4, batch=200), Strength(t=3, norm="elastic"), Strength(k=3),
    ],
    ids=str,
)  # fmt: skip
def test_words(strength):
    """`str` is what the command line reads back; `repr` adds what is minimised."""
    assert parse_strength(str(strength).replace("'", "")) == strength
    assert eval(f"Strength({strength})", {"Strength": Strength, "inf": inf}) == strength
    words = repr(strength)
    assert words.startswith(f"Strength({strength}: ")
    assert ("λ by the path" if strength.by_path else "fades" if strength.fades else "λ stays") in words


def test_plain_numbers_and_parts():
    assert parse_strength("0.01") == Strength(lam=0.01)
    assert parse_strength(" C = 1 ") == Strength(C=1)
    assert parse_strength("radius=3,norm=l2") == Strength(t=3, norm="l2")
    for text, words in (("C=much", "'much' is no number"), ("C=1,C=2", "says C twice"), ("C=1,2", "were both given")):
        with pytest.raises(InputError, match=words):
            parse_strength(text)


def test_chains_of_equal_numbers():
    """Every dialect once, with its own number."""
    said = in_words(dict(C=0.5, lam=0.01, alpha=0.01, liblinear_C=0.5))
    assert said == "C = 0.5 = liblinear_C, lam = 0.01 = alpha"


def test_lam_from_is_the_same_word():
    assert lam_from("C", 2.0, n=50) == Strength(C=2.0).lam(50)
    assert normball.Strength is Strength
