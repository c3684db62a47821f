"""NeuralClassifier and NeuralRegressor as estimators: arguments, dev rows, Ctrl-C, what they remember."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

torch = pytest.importorskip("torch", reason="PyTorch is not installed; dev.py sweep installs it and runs these tests")

import normball  # noqa: E402
from normball.neural import NeuralClassifier, NeuralClassifierCV, NeuralRegressor  # noqa: E402

SMALL = dict(hidden=(6,), epochs=8, batch_size=20, random_state=0)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((90, 4))
    return X, np.array(["x", "y", "z"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]


def test_shapes_and_history(data):
    X, y = data
    model = NeuralClassifier((7, 5), epochs=4, dev=0.2, random_state=0).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(4, 7), (7, 5), (5, 3)]
    assert [b.shape for b in model.intercepts_] == [(7,), (5,), (3,)]
    assert {name: line.shape for name, line in model.history_.items()} == {
        "train_loss": (4,), "dev_loss": (4,), "norms": (4, 3)
    }  # fmt: skip
    assert model.n_iter_ == 4
    assert model.predict_proba(X).sum(1) == pytest.approx(1.0)
    assert np.exp(model.predict_log_proba(X)) == pytest.approx(model.predict_proba(X))
    assert np.array_equal(model.predict(X), model.classes_[model.decision_function(X).argmax(1)])


def test_history_ends_at_the_norms_of_the_weights(data):
    model = NeuralClassifier(**SMALL, dtype="float64").fit(*data)
    assert model.history_["norms"][-1] == pytest.approx([np.linalg.norm(c) for c in model.coefs_], rel=1e-12)


def test_random_state(data):
    X, y = data
    one, same = (NeuralClassifier(**SMALL).fit(X, y) for _ in range(2))
    other = NeuralClassifier(**SMALL | dict(random_state=1)).fit(X, y)
    assert np.array_equal(one.predict_proba(X), same.predict_proba(X))
    assert not np.array_equal(one.predict_proba(X), other.predict_proba(X))


def test_torchs_own_randomness_is_left_alone(data):
    before = torch.random.get_rng_state()
    NeuralClassifier(**SMALL).fit(*data)
    assert torch.equal(before, torch.random.get_rng_state())


def test_stronger_penalties_give_smaller_weights(data):
    norms = [
        sum(np.linalg.norm(c) for c in NeuralClassifier(**SMALL | dict(epochs=60), lam=lam).fit(*data).coefs_)
        for lam in (1.0, 0.1, 1e-3)
    ]
    assert norms == sorted(norms)


def test_lambd_is_the_textbooks(data):
    X, y = data
    ours = NeuralClassifier(**SMALL, lam=0.9 / 90).fit(X, y)
    textbook = NeuralClassifier(**SMALL, lambd=0.9).fit(X, y)
    assert textbook.lambda_ == pytest.approx(0.01, rel=1e-15)
    assert np.array_equal(ours.predict_proba(X), textbook.predict_proba(X))
    with pytest.raises(normball.StrengthConflict, match=r"lam=0\.5 and lambd=0\.9"):
        NeuralClassifier(lam=0.5, lambd=0.9).fit(X, y)
    assert NeuralClassifier(**SMALL, lam=None, lambd=0.9).fit(X, y).lambda_ == textbook.lambda_


def test_groups_remove_columns_and_neurons():
    """used_ says which; a column of X that is not used may hold anything, and so may what enters a removed neuron."""
    X = np.random.default_rng(0).standard_normal((400, 6))
    y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
    model = NeuralClassifier(
        (12,), lam=0.01, l1_ratio=1.0, group=True, epochs=120, random_state=0, patience=None, learning_rate=0.01
    ).fit(X, y)
    assert model.used_[0][:2].all()
    assert model.used_[0][2:].sum() <= 1  # of the four columns that say nothing
    assert 0 < model.used_[1].sum() < 12
    assert model.score(X, y) > 0.9
    before, moved = model.predict_proba(X), X + 1e3 * ~model.used_[0]
    model.intercepts_[0][~model.used_[1]] = 99.0
    assert np.array_equal(model.predict_proba(moved), before)


def test_early_stopping_keeps_the_best(data):
    X, y = data
    model = NeuralClassifier((32,), dev=(X[60:], y[60:]), epochs=300, learning_rate=0.05, random_state=0).fit(
        X[:60], y[:60]
    )
    assert model.n_iter_ < 300
    best = model.history_["dev_loss"].min()
    losses = -np.log(model.predict_proba(X[60:])[np.arange(30), np.searchsorted(model.classes_, y[60:])])
    assert losses.mean() == pytest.approx(best, rel=1e-4)


@pytest.mark.parametrize("at", [1, 3])
def test_ctrl_c_leaves_the_best_model_so_far(data, at):
    """What the same training gives when it ends there by itself."""
    X, y = data

    def stop(progress):
        if progress.round >= at:
            raise KeyboardInterrupt

    model = NeuralClassifier(**SMALL | dict(epochs=50), progress=stop)
    model._watch = lambda: impatient(stop)  # hear of every epoch, not ten times a second
    with pytest.raises(normball.Interrupted) as caught:
        model.fit(X, y)
    whole = NeuralClassifier(**SMALL | dict(epochs=at)).fit(X, y)
    assert np.array_equal(model.predict_proba(X), whole.predict_proba(X))
    assert model.status_ == "interrupted"
    assert caught.value.solution is model
    assert "Interrupted" in model.certificate_.summary()


def impatient(listener):
    watch = normball.runtime.Watch(None, None, None)
    tell = lambda live, total, gap, done=False: listener(
        normball.Progress("fit", watch.rounds + 1, live, total, gap, 0.0)
    )

    def told(*args, **more):
        tell(*args, **more)
        watch.rounds += 1

    watch.tell = told
    return watch


def test_ctrl_c_in_the_first_epoch_changes_nothing(data, monkeypatch):
    X, y = data
    model = NeuralClassifier(**SMALL).fit(X, y)
    before = model.predict_proba(X)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("normball.neural.train.Stack._epoch", stop)
    with pytest.raises(normball.Interrupted) as caught:
        model.fit(X, y)
    assert caught.value.solution is None
    assert np.array_equal(model.predict_proba(X), before)


def test_ctrl_c_during_the_folds(data):
    X, y = data

    def stop(progress):
        if progress.round == 2:
            raise KeyboardInterrupt

    model = NeuralClassifierCV([0.1, 1e-3], cv=3, **SMALL)
    model._watch = lambda: impatient(stop)
    with pytest.raises(normball.Interrupted):
        model.fit(X, y)
    assert model.status_ == "interrupted"
    assert model.lambda_ in (0.1, 1e-3)
    assert model.predict(X).shape == (90,)


def test_progress_is_told(data):
    told = []
    NeuralClassifier(**SMALL, progress=told.append).fit(*data)
    assert {(p.stage, p.total) for p in told} == {("fit", 1)}


def test_pickle_clone_and_frames(data):
    X, y = data
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = NeuralClassifier(**SMALL).fit(frame, y)
    assert model.feature_names_in_.tolist() == list("abcd")
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict_proba(frame), model.predict_proba(frame))
    assert not hasattr(clone(model), "coefs_")
    with pytest.raises(normball.InputError, match="feature names"):
        model.predict(frame.rename(columns={"a": "q"}))


def test_several_targets(data):
    X = data[0]
    model = NeuralRegressor((16,), epochs=150, learning_rate=0.01, random_state=0).fit(X, np.abs(X[:, :2]))
    assert model.predict(X).shape == (90, 2)
    assert model.score(X, np.abs(X[:, :2])) > 0.8


def test_divergence_is_told_and_the_last_finite_weights_stay(data):
    X = data[0]
    with pytest.warns(normball.ConvergenceWarning, match="smaller learning_rate"):
        model = NeuralRegressor((8,), optimizer="sgd", learning_rate=1e3, epochs=200, random_state=0).fit(X, X[:, 0])
    assert all(np.isfinite(coef).all() for coef in model.coefs_)


BAD = [
    (dict(lam=-1.0), ["lam=-1.0"]),
    (dict(lam=np.nan), ["lam=nan"]),
    (dict(lambd=-2), ["lambd=-2"]),
    (dict(lambd=1.0, l1_ratio=0.5), ["lambd", "l1_ratio"]),
    (dict(l1_ratio=1.5), ["l1_ratio=1.5"]),
    (dict(activation="swoosh"), ["activation='swoosh'", "relu", "tanh"]),
    (dict(optimizer="newton"), ["optimizer='newton'", "adam"]),
    (dict(optimizer="fista"), ["fista", "convex"]),
    (dict(hidden=(4, 0)), ["hidden=(4, 0)"]),
    (dict(hidden=(4, 2.5)), ["2.5"]),
    (dict(hidden="64"), ["hidden='64'"]),
    (dict(group=1), ["group=1"]),
    (dict(max_norm=-1.0), ["max_norm=-1.0"]),
    (dict(learning_rate=0.0), ["learning_rate=0.0"]),
    (dict(momentum=1.0), ["momentum=1.0"]),
    (dict(epochs=0), ["epochs=0"]),
    (dict(epochs=np.inf), ["epochs=inf"]),
    (dict(batch_size=0), ["batch_size=0"]),
    (dict(batch_size="all"), ["batch_size='all'"]),
    (dict(patience=0), ["patience=0"]),
    (dict(tol=0.0), ["tol=0.0"]),
    (dict(dtype="float16"), ["dtype='float16'"]),
    (dict(device="toaster"), ["device='toaster'"]),
    (dict(dev=1.5), ["dev=1.5"]),
    (dict(dev=(1,)), ["dev holds 1"]),
    (dict(hidden=(), learning_rate=0.1), ["learning_rate=0.1", "fista"]),
    (dict(hidden=(), batch_size=10), ["batch_size=10", "fista"]),
    (dict(progress=True), ["progress=True", "callable"]),
]


@pytest.mark.parametrize(("setting", "words"), BAD, ids=str)
@pytest.mark.parametrize("kind", [NeuralClassifier, NeuralRegressor])
def test_arguments_refused(kind, setting, words):
    X = np.random.default_rng(0).standard_normal((20, 2))
    with pytest.raises(normball.InputError) as caught:
        kind(**setting).fit(X, np.arange(20) % 2)
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


@pytest.mark.parametrize("dev", [False, True])
def test_words_are_no_numbers(data, dev):
    X, y = data
    words = np.where(y == y[0], "yes", "no")
    net = NeuralRegressor(**SMALL, dev=(X, words)) if dev else NeuralRegressor(**SMALL)
    with pytest.raises(normball.InputError, match=r"numbers .*NeuralClassifier"):
        net.fit(X, np.arange(float(len(X))) if dev else words)


def holed(X):
    X = X.copy()
    X[3, 1] = np.nan
    return X


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X, y: (holed(X), y), ["NaN"]),
        (lambda X, y: (X[:-1], y), ["inconsistent"]),
        (lambda X, y: (X[0], y), ["2D"]),
        (lambda X, y: (X, np.zeros(len(y))), ["one class", "Every label"]),
        (lambda X, y: (X, None), ["requires y"]),
        (lambda X, y: (X, np.linspace(0, 1, len(y))), ["continuous"]),
        (lambda X, y: (X[:, :0], y), ["0 feature"]),
    ],
)
def test_data_refused(data, change, words):
    """And an earlier fit stays whole."""
    X, y = data
    model = NeuralClassifier(**SMALL).fit(X, y)
    before = dict(vars(model))
    with pytest.raises(normball.InputError) as caught:
        model.fit(*change(X, y))
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)
    assert vars(model) == before


def test_dev_rows_refused(data):
    X, y = data
    for dev, word in (
        ((X, y[:-1]), "90 rows and 89"),
        ((X[:, :2], y), "features"),
        ((X, y + "?"), "which is not among the classes"),
    ):
        with pytest.raises(normball.InputError, match=word):
            NeuralClassifier(dev=dev).fit(X, y)
