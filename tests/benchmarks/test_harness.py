"""The harness: which setting counts, how runs are paired, and one real search in a subprocess."""

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import normball
from benchmarks import harness, machine, peers, report, workloads
from benchmarks.problems import Problem, autoregressive, text_like


def ladder(*steps):
    return [{"setting": {"tol": tol}, "seconds": s, "relative_gap": gap, "facts": {}} for tol, s, gap in steps]


def test_the_fastest_setting_is_not_always_the_loosest():
    tried = ladder((1e-2, 1.0, 1e-3), (1e-4, 3.0, 1e-7), (1e-5, 2.0, 1e-7), (1e-6, 4.0, 1e-9))
    assert harness.fastest(tried, 1e-6)["setting"] == {"tol": 1e-5}
    assert harness.fastest(tried, 1e-9)["setting"] == {"tol": 1e-6}
    assert harness.fastest(tried, 1e-10) is None


def record(peer, target, *turns):
    turns = [{"turn": k, "first": s, "warm": s, "relative_gap": 1e-9} for k, s in turns]
    entry = {"target": target, "setting": {"tol": 1.0}, "turns": turns, "facts": {}}
    return {"peer": peer, "title": peer, "status": "ran", "ladder": ladder((1.0, 1.0, 1e-9)), "reached": [entry]}


def test_ratios_pair_the_runs_of_one_turn():
    """A turn in which one of the two failed has no ratio, and shifts nothing."""
    problem = Problem("", "", np.zeros((10, 100)), np.zeros(10), 1.0)
    both = [record("normball", 1e-6, (0, 1.0), (2, 4.0)), record("other", 1e-6, (0, 3.0), (1, 5.0), (2, 8.0))]
    harness.compare(both, problem, bandwidth=16000.0)
    assert [turn["ratio"] for turn in both[1]["reached"][0]["turns"]] == [3.0, None, 2.0]
    assert both[1]["reached"][0]["R"] == pytest.approx(5.0 * 16000.0 / 8000.0)


def test_every_peer_and_workload_keeps_its_contract():
    dense = Problem("", "", np.zeros((10, 3)), np.zeros(10), 0.1)
    wide = dataclasses.replace(dense, X=sp.csr_array((10, 10**6)))
    for name in peers.names():
        peer = peers.load(name)
        for problem in (dense, wide, dataclasses.replace(dense, l1_ratio=0.5)):
            assert peer.cannot(problem) is None or isinstance(peer.cannot(problem), str)
        settings = peer.ladder(dense, (1e-6, 1e-8))
        assert settings
        assert json.loads(json.dumps(settings)) == settings
        assert {"TITLE", "REQUIREMENT", "MODULE", "OPTIONAL", "fit"} <= set(vars(peer))
    assert peers.names()[0] == "normball"
    for name in workloads.names():
        assert {"GROUP", "TITLE", "problems"} <= set(vars(workloads.load(name)))


def test_the_worst_of_a_path_and_its_folds_counts():
    """A single bad λ, or a fold's, is the verdict; each fold is judged on its own training rows."""
    X, y = autoregressive(60, 5, features=3)
    lams, folds = np.array([0.1, 0.02, 0.004]), np.arange(60) % 3
    problem = Problem("", "", X, y, 0.1, 1.0, lams, folds)
    path = normball.path(X, y, lams=lams, l1_ratio=1.0, tol=1e-10)
    answer = {"coef": path.coefs.toarray(), "intercept": path.intercepts}
    assert harness.worst(problem, answer).relative_gap < 1e-8
    off = dict(answer, coef=answer["coef"] + np.eye(5, 3) * [0.0, 0.3, 0.0])
    assert harness.worst(problem, off).relative_gap > 1e-3
    fold = normball.solve(X[folds != 1], y[folds != 1], lam=0.02, l1_ratio=1.0)
    held = {
        "held_fold": [1],
        "held_lam": [0.02],
        "held_coef": fold.coef[:, None],
        "held_intercept": np.array([fold.intercept]),
    }
    assert harness.worst(problem, answer | held).relative_gap < 1e-7
    assert harness.worst(problem, answer | held | {"held_fold": [2]}).relative_gap > 1e-4
    with pytest.raises(harness.PeerFailed, match="gave 2 of 3"):
        harness.worst(problem, {"coef": answer["coef"][:, :2], "intercept": path.intercepts[:2]})


def test_paths_survive_their_files(tmp_path):
    X, y = autoregressive(40, 5, features=3)
    before = Problem("a", "b", X, y, 0.1, 1.0, np.array([0.1, 0.01]), np.arange(40) % 4, True)
    after = Problem.load(before.save(tmp_path))
    assert (after.kind, before.kind, after.C_in_folds) == ("cv", "cv", True)
    assert np.array_equal(after.lams, before.lams) and np.array_equal(after.folds, before.folds)


@pytest.mark.parametrize("order", ["C", "F", "sparse"])
def test_a_problem_survives_its_files(tmp_path, order):
    X, y = text_like(50, 80) if order == "sparse" else autoregressive(40, 25)
    X = np.asfortranarray(X) if order == "F" else X
    before = Problem("a", "b", X, y, 0.1, 0.5)
    after = Problem.load(before.save(tmp_path))
    assert (after.name, after.title, after.lam, after.l1_ratio) == ("a", "b", 0.1, 0.5)
    assert abs(after.X - before.X).max() == 0
    assert np.array_equal(after.y, y)
    assert after.bytes == before.bytes
    assert order == "sparse" or after.X.flags.f_contiguous == (order == "F")


def test_text_like_rows_have_unit_length_and_zipf_columns():
    X, y = text_like(400, 3000)
    assert np.allclose(np.sqrt((X * X).sum(axis=1)), 1.0)
    frequency = np.sort(np.bincount(X.indices, minlength=3000))[::-1]
    assert frequency[0] > 20 * max(1, frequency[500])
    assert 0.2 < y.mean() < 0.8


def test_a_search_and_its_counted_runs(tmp_path):
    """scikit-learn's Newton solver, really run in subprocesses of this Python; its claims are judged, not believed."""
    X, y = autoregressive(300, 25)
    problem = Problem("tiny", "tiny", X, y, 1e-3)
    bench = harness.Bench(
        Path(sys.executable), machine.threaded(1), targets=(1e-3, 1e-30), repeats=1, limit=60.0, say=lambda text: None
    )
    searched = harness.search(bench, problem, problem.save(tmp_path), "sklearn_newton_cholesky")
    assert searched["status"] == "ran", searched.get("why")
    gaps = [step["relative_gap"] for step in searched["ladder"]]
    assert gaps[-1] < 1e-12 < gaps[0]
    searched["ladder"] = searched["ladder"][:6]
    harness.choose([searched], bench.targets)
    harness.count(bench, problem, tmp_path, [searched])
    reached, not_reached = searched["reached"]
    assert [turn["turn"] for turn in reached["turns"]] == [0]
    assert all(turn["relative_gap"] <= 1e-3 for turn in reached["turns"])
    assert not_reached["turns"] == []
    assert "not reached" in report.shortfall(searched, not_reached)


def test_what_a_peer_cannot_do_is_said(tmp_path):
    problem = Problem("", "", np.zeros((10, 3)), np.zeros(10), 0.1, l1_ratio=1.0)
    bench = harness.Bench(Path("no such python"), {})
    assert harness.search(bench, problem, tmp_path, "sklearn_lbfgs")["why"] == "fits L2 penalties only"


def test_a_failing_fit_is_a_result(tmp_path):
    """One class only: scikit-learn refuses, the harness reports its words and goes on."""
    problem = Problem("", "", np.ones((10, 3)), np.ones(10), 0.1)
    bench = harness.Bench(Path(sys.executable), machine.threaded(1), say=lambda text: None)
    record = harness.search(bench, problem, problem.save(tmp_path), "sklearn_newton_cholesky")
    assert record["status"] == "stopped"
    assert "ValueError" in record["why"]


def test_the_page_holds_every_number(tmp_path):
    told = record("other", 1e-6, (0, 2.0), (1, 3.0), (2, 5.0))
    problem = Problem("", "", np.zeros((10, 100)), np.zeros(10), 1.0)
    harness.compare([told], problem, bandwidth=8000.0)
    result = {
        "workload": "w", "title": "W", "threads": 1, "repeats": 3, "quick": False, "date": "2026-01-02",
        "machine": {"processor": "cpu", "cores": 2, "memory_gib": 1.0, "system": "Linux"}, "versions": {"numpy": "2"},
        "problems": [{"title": "the problem", "bytes": problem.bytes, "bandwidth": 8000.0, "peers": [told]}],
    }  # fmt: skip
    report.save(tmp_path / "results", result)
    report.page(tmp_path / "results", tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| 1e-06 | other | tol=1 | 1.0e-09 | 3 [2, 5] | 3 |" in text
    assert "the problem" in text


def test_machine_words_name_no_host():
    import socket

    assert socket.gethostname() not in json.dumps(machine.words())
    assert machine.threaded(3, {})["OPENBLAS_NUM_THREADS"] == "3"
