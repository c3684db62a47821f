"""scikit-learn's callbacks: which tasks a fit reports, that a callback can stop it, and what a failing one leaves."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.linear_model
from sklearn.base import clone
from sklearn.callback import FitCallback, ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import normball
from normball import LogisticRegression, LogisticRegressionCV, TableEncoder, runtime
from normball.estimators import callbacks

CV = dict(Cs=4, cv=3, l1_ratios=(0.0, 1.0))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((400, 6))
    return X, (rng.random(400) < 1 / (1 + np.exp(-2 * X[:, 0]))).astype(int)


@pytest.fixture(scope="module")
def tall():
    """Large enough to need rounds."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((20_000, 15))
    return X, (rng.random(20_000) < 1 / (1 + np.exp(-2 * X[:, 0]))).astype(int)


class Recorder:
    """Writes down (event, task names from the root down); stops or fails where it is told to."""

    def __init__(self, stop="", fail=""):
        self.record, self.stop, self.fail = [], stop, fail
        self.given = []

    def note(self, event, context=None):
        path = []
        while context is not None:
            path.insert(0, context.task_name)
            context = context.parent
        self.record.append((event, *path))
        if self.fail and self.fail == event:
            raise RuntimeError("a callback that fails")
        return bool(path) and path[-1] == self.stop

    def setup(self, estimator, context):
        self.note("setup")

    def teardown(self, estimator, context):
        self.note("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.note("begin", context)

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None):
        self.given.append((X, y, metadata, fitted_estimator))
        return self.note("end", context)

    def tasks(self, event="end"):
        return [tuple(path) for what, *path in self.record if what == event]


class Propagated(Recorder):
    max_propagation_depth = None


@pytest.fixture
def unhurried(monkeypatch):
    """Every round is reported, not only ten in a second."""
    monkeypatch.setattr(runtime, "time", SimpleNamespace(perf_counter=iter(range(10**9)).__next__))


def well_formed(record):
    """Tasks begin before they end and inside their parents, between setup and teardown."""
    assert (record[0], record[-1]) == (("setup",), ("teardown",))
    open_ = []
    for event, *path in record[1:-1]:
        if event == "begin":
            assert path[:-1] == open_
            open_.append(path[-1])
        else:
            assert path == open_
            open_.pop()
    assert open_ == []


def test_rounds(tall, unhurried):
    X, y = tall
    hears = Recorder()
    model = LogisticRegression().set_callbacks(hears).fit(X, y)
    well_formed(hears.record)
    assert hears.tasks() == [("fit", "round")] * int(model.n_iter_[0]) + [("fit",)]
    assert model.n_iter_[0] > 2
    assert np.array_equal(model.coef_, LogisticRegression().fit(X, y).coef_)


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        (dict(), {"path": 8, "folds": 24, "fit": 1}),
        (dict(refit=False), {"path": 8, "folds": 24}),
        (dict(cv=None, dev=0.3), {"path": 8, "fit": 1}),
    ],
    ids=["refit", "no refit", "dev"],
)
def test_stages(data, setting, stages):
    """Every column ends once: 2 l1_ratios × 4 strengths, in 3 folds."""
    X, y = data
    hears = Recorder()
    model = LogisticRegressionCV(**CV | setting).set_callbacks(hears).fit(X, y)
    well_formed(hears.record)
    expected = [task for name, count in stages.items() for task in [("fit", name, "column")] * count + [("fit", name)]]
    assert hears.tasks() == [*expected, ("fit",)]
    assert model.status_ == "certified"


def test_what_hooks_are_given(data):
    X, y = data
    hears, weight = Recorder(), np.ones(len(y))
    model = LogisticRegression().set_callbacks(hears).fit(X, y, sample_weight=weight)
    assert all(told[0] is X and told[1] is y and told[2] == {"sample_weight": weight} for told in hears.given)
    *before, last = (told[3] for told in hears.given)
    assert before == [None] * len(before)
    assert np.array_equal(last.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("task", ["round", "column"])
def test_a_callback_stops_the_fit(tall, unhurried, task):
    """As at a limit: what there is is kept, with a warning that says why."""
    X, y = tall
    make = LogisticRegression if task == "round" else LogisticRegressionCV
    hears = Recorder(stop=task)
    with pytest.warns(normball.ConvergenceWarning, match="a callback asked to stop") as caught:
        model = make(tol=1e-14).set_callbacks(hears).fit(X, y)
    assert {warning.filename for warning in caught} == {__file__}
    assert hears.tasks()[-1] == ("fit",)
    assert np.isfinite(model.predict_proba(X)).all()
    if task == "round":
        assert (model.status_, model.n_iter_.tolist()) == ("uncertified", [1])


@pytest.mark.parametrize("event", ["setup", "begin", "end", "teardown"])
@pytest.mark.parametrize("make", [LogisticRegression, lambda: LogisticRegressionCV(**CV)], ids=["one", "folds"])
def test_a_callback_that_fails(data, make, event):
    """Its error comes out, and an earlier fit stays whole but for a teardown, which comes after the fit."""
    X, y = data
    model = make().fit(X, y)
    before, coef = list(vars(model)), model.coef_.copy()
    model.set_callbacks(Recorder(fail=event))
    with pytest.raises(RuntimeError, match="a callback that fails"):
        model.fit(X[:, :3] if event != "teardown" else X, y)
    assert [name for name in vars(model) if name != "_skl_callbacks"] == before
    assert np.array_equal(model.coef_, coef)
    model.set_callbacks().fit(X, y)


def test_nobody_listens(data, monkeypatch):
    """Without callbacks no round is told."""
    X, y = data

    def told(self, progress):
        raise AssertionError

    monkeypatch.setattr(callbacks.Reports, "__call__", told)
    for model in (LogisticRegression(), LogisticRegressionCV(**CV), LogisticRegressionCV(Cs=3, dev=0.2)):
        model.fit(X, y)
        with pytest.raises(AssertionError):
            model.set_callbacks(Recorder()).fit(X, y)


def test_set_callbacks(data):
    hears = Recorder()
    assert isinstance(hears, FitCallback)
    model = LogisticRegressionCV(**CV).set_callbacks(hears)
    assert clone(model).fit(*data).status_ == "certified"
    assert hears.tasks()[-1] == ("fit",)
    with pytest.raises(TypeError, match="callbacks"):
        model.set_callbacks(print)


# ---- scikit-learn's own ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [LogisticRegression, lambda: LogisticRegressionCV(**CV)], ids=["one", "folds"])
def test_progress_bar(data, make, capfd):
    make().set_callbacks(ProgressBar(max_propagation_depth=None)).fit(*data)
    shown = capfd.readouterr().out
    name = type(make()).__name__
    bars = (
        [f"{name} - fit"]
        if name == "LogisticRegression"
        else [f"{name} - {task}" for task in ("fit", "path #0", "folds #1", "fit #2")]
    )
    assert [bar for bar in bars if bar not in shown] == []
    assert shown.count("100%") >= len(bars)


def test_scoring_monitor(data):
    """It scores what is ready to predict: the model at its end, as scikit-learn's own does."""
    X, y = data
    scores = []
    for model in (LogisticRegression(), sklearn.linear_model.LogisticRegression(tol=1e-10)):
        monitor = ScoringMonitor(scoring="neg_log_loss")
        model.set_callbacks(monitor).fit(X, y)
        scores.append(monitor.get_logs().data[-1]["neg_log_loss"])
    assert scores[0] == pytest.approx(scores[1], abs=1e-8)


def test_propagation(data):
    """Through pipelines and searches, without a warning that one of ours cannot hear."""
    X, y = data
    hears = Propagated()
    pipe = make_pipeline(TableEncoder(), StandardScaler(), LogisticRegressionCV(**CV)).set_callbacks(hears)
    pipe.fit(X, y)
    well_formed(hears.record)
    assert any(path[-2:] == ("folds", "column") for path in hears.tasks())
    hears = Propagated()
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).set_callbacks(hears).fit(X, y)
    well_formed(hears.record)
    assert sum(path[-1] == "round" for path in hears.tasks()) >= 5
