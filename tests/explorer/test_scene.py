"""The slice of a model: its own two coefficients are the scene's minimiser; samples stand for the whole."""

from __future__ import annotations

import numpy as np
import pytest

import normball
from explorer.scenes import fitted, table
from normball.errors import InputError
from normball.explorer import example_scene, scene_of
from normball.explorer.build import separable_labels
from normball.explorer.sample import thin


@pytest.mark.parametrize("standardize", [True, False, np.array([True, False, False, True])])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
def test_the_models_coefficients_solve_the_scene(l1_ratio, standardize):
    X, y, weight = table()
    if standardize is False:
        X = X / X.std(0)
    scene, solution = fitted(X, y, weight, l1_ratio=l1_ratio, standardize=standardize)
    found = normball.solve(
        scene.u, scene.y, lam=scene.lam, l1_ratio=scene.l1_ratio, sample_weight=scene.weight, offset=scene.offset,
        tol=1e-13,
    )  # fmt: skip
    coef = found.coef / scene.scale
    np.testing.assert_allclose(coef, solution.coef[[0, 2]], rtol=1e-6, atol=1e-9 / scene.scale.min())
    intercept = found.intercept - coef @ scene.centre - scene.offset_centre
    assert intercept == pytest.approx(solution.intercept, rel=1e-6, abs=1e-6)


def test_the_two_largest_effects_are_chosen():
    X, y, weight = table()
    scene, solution = fitted(X, y, weight, features=None, l1_ratio=0.0)
    effect = np.abs(solution.coef) * X.std(0)
    assert set(scene.names) == {f"x{j}" for j in np.argsort(effect)[-2:]}
    assert scene.others == 2


@pytest.mark.parametrize(
    ("features", "words"),
    [(("x0", "x9"), "x9"), (("x0", "x0"), "two different"), (("x0", "flat"), "same in every row")],
)
def test_features_that_cannot_be_shown(features, words):
    X, y, _ = table()
    X[:, 3] = 7.0
    with pytest.raises(InputError, match=words):
        scene_of(X, y, names=("x0", "x1", "x2", "flat"), lam=0.1, l1_ratio=0.0, coef=np.ones(4), intercept=0.0,
                 features=features)  # fmt: skip


def test_one_column_is_too_few():
    with pytest.raises(InputError, match="needs two"):
        scene_of([[1.0], [2.0]], [0, 1], names=("a",), lam=0.1, l1_ratio=0.0, coef=[1.0], intercept=0.0, features=None)


@pytest.mark.parametrize(("rate", "largest"), [(0.5, 100), (0.5, 101), (0.01, 100), (0.97, 600)])
def test_a_sample_weighs_what_the_data_weigh(rate, largest):
    rng = np.random.default_rng(1)
    y, weight = (rng.random(5000) < rate).astype(float), rng.uniform(0.1, 3.0, 5000)
    kept = thin(y, weight, largest, seed=0)
    assert len(kept.index) == largest and len(set(kept.index)) == largest
    for label in (0.0, 1.0):
        assert kept.weight[y[kept.index] == label].sum() == pytest.approx(weight[y == label].sum(), rel=1e-12)
    rare = min((y == 0).sum(), (y == 1).sum())
    assert min((y[kept.index] == 0).sum(), (y[kept.index] == 1).sum()) == min(rare, largest // 2)
    again = thin(y, weight, largest, seed=0)
    assert (again.index == kept.index).all() and not (thin(y, weight, largest, seed=1).index == kept.index).all()


def test_a_sample_is_unbiased():
    """Means over many draws come to the mean of the data: every row of a class is as likely."""
    rng = np.random.default_rng(2)
    y = (rng.random(1000) < 0.2).astype(float)
    x = rng.normal(size=1000) + y
    means = []
    for seed in range(400):
        kept = thin(y, np.ones(1000), 100, seed)
        means.append(np.average(x[kept.index], weights=kept.weight))
    spread = np.std(means) / np.sqrt(len(means))
    assert abs(np.mean(means) - x.mean()) < 4.0 * spread


def test_few_rows_stay_all():
    y = np.array([0.0, 1.0, 1.0])
    kept = thin(y, np.array([1.0, 2.0, 3.0]), 3, seed=0)
    assert kept.index.tolist() == [0, 1, 2] and kept.weight.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("scene", [example_scene(), fitted(*table())[0]], ids=["built-in", "model"])
def test_the_separable_labels_are_separated(scene):
    """A vanishing penalty drives every row's probability to its label; the real labels do not allow that."""
    made = separable_labels(scene)
    assert 0 < made.sum() < len(made)
    for labels, apart in ((made, True), (scene.y, False)):
        found = normball.solve(scene.u / scene.u.std(0), labels, lam=1e-7, sample_weight=scene.weight)
        eta = found.decision_function(scene.u / scene.u.std(0))
        assert (np.where(labels == 1, eta, -eta) > 0).all() == apart
