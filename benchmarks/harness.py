"""Find each peer's fastest setting that reaches a target gap, then time the chosen ones turn by turn."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.judge import Verdict, judge
from benchmarks.judge_classes import judge_classes
from benchmarks.problems import Problem

ROOT = Path(__file__).resolve().parents[1]
COMPILATION = 300.0  # seconds that the very first fit of a search may take
PATIENCE = 5.0  # a ladder may take that many times the limit of one fit
SAMPLE = 7  # while settings are searched, every so manyth λ of a path is judged; in counted runs all are
WARM_SECONDS = 0.25  # short fits are repeated for that long inside one process, and their median is kept


class PeerFailed(Exception):
    """The peer is missing, raised an error or ran out of time; the message says which."""


@dataclass(frozen=True)
class Bench:
    """How a run is made: the peers' Python, its environment variables, and the limits."""

    python: Path
    environment: dict[str, str]
    pythons: dict[str, Path] = field(default_factory=dict)  # of peers with an environment of their own
    targets: tuple[float, ...] = (1e-6, 1e-8)
    repeats: int = 5
    limit: float = 60.0  # seconds for one fit
    say: Callable[[str], None] = field(default=print)


class Worker:
    """A peer's process for one problem (benchmarks/worker.py), used as a context."""

    def __init__(self, bench: Bench, folder: Path, peer: str):
        self.bench, self.folder, self.peer = bench, folder, peer

    def __enter__(self) -> Worker:
        python = self.bench.pythons.get(self.peer, self.bench.python)
        command = [str(python), "-m", "benchmarks.worker", str(self.folder), self.peer]
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.bench.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
        )  # fmt: skip
        try:
            self.greeting = self.receive(120.0)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.kill()
        self.process.wait()
        self.log.close()

    def receive(self, seconds: float) -> dict:
        """The next answer; the process is ended when it takes too long."""
        assert self.process.stdout is not None
        late = threading.Event()

        def end():
            late.set()
            self.process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line and late.is_set():
            raise PeerFailed(f"took longer than {seconds:.0f} s")
        if not line:
            self.log.seek(0)
            last = self.log.read().strip().splitlines()[-1:]
            raise PeerFailed(f"its process ended: {' '.join(last)}")
        record = json.loads(line)
        for trouble in ("missing", "failed"):
            if trouble in record:
                raise PeerFailed(f"{trouble}: {record[trouble]}")
        return record

    def fit(
        self, problem: Problem, setting: dict, *, warm: bool = False, least_limit: float = 0.0
    ) -> tuple[dict, Verdict]:
        """One fit (warm: and further ones in the same process), judged."""
        assert self.process.stdin is not None
        out = self.folder / f"{self.peer}.npz"
        request = {"setting": setting, "out": str(out), "warm_seconds": WARM_SECONDS if warm else None}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        record = self.receive(max(least_limit, self.bench.limit * (3 if warm else 1)))
        with np.load(out) as answer:
            return record, worst(problem, dict(answer), 1 if warm else SAMPLE)


def worst(problem: Problem, answer: dict, every: int = 1) -> Verdict:
    """The verdict with the largest gap: over the λ of a path (each `every`-th and the last), and over folds."""
    several = problem.kind.endswith("classes")

    def judged(coef, intercept, lam, weight=None) -> Verdict:
        more = dict(lam=float(lam), l1_ratio=problem.l1_ratio, weight=weight)
        if several:
            return judge_classes(problem.X, problem.y, coef, intercept, **more)
        return judge(problem.X, problem.y, coef, float(intercept), **more)

    if problem.lams is None:
        return judged(answer["coef"], answer["intercept"], problem.lam)
    verdicts, L = [], len(problem.lams)
    if answer["coef"].shape[-1]:
        if answer["coef"].shape[-1] != L:
            raise PeerFailed(f"failed: it gave {answer['coef'].shape[-1]} of {L} λ")
        for k in sorted({*range(0, L, every), L - 1}):
            verdicts.append(judged(answer["coef"][..., k], answer["intercept"][..., k], problem.lams[k]))
    for m in range(0, len(answer.get("held_fold", [])), every):
        train = (problem.folds != answer["held_fold"][m]).astype(float)
        verdicts.append(
            judged(answer["held_coef"][..., m], answer["held_intercept"][..., m], answer["held_lam"][m], train)
        )
    return max(verdicts, key=lambda verdict: verdict.relative_gap)


def search(bench: Bench, problem: Problem, folder: Path, peer: str) -> dict:
    """Climb the peer's ladder, loose to tight, until the tightest target is met. What happened, as JSON-ready data."""
    module = peers.load(peer)
    record = {"peer": peer, "title": module.TITLE, "status": "ran", "ladder": []}
    if reason := module.cannot(problem):
        return record | {"status": "cannot", "why": reason}
    settings = module.ladder(problem, bench.targets)
    try:
        with Worker(bench, folder, peer) as worker:
            record["versions"] = worker.greeting["versions"]
            record["import_seconds"] = worker.greeting["import_seconds"]
            worker.fit(problem, settings[0], least_limit=COMPILATION)  # not the fault of any setting
            for setting in settings:
                run, verdict = worker.fit(problem, setting)
                step = {"setting": setting, "seconds": run["first"], "relative_gap": verdict.relative_gap}
                record["ladder"].append(step | {"facts": run["facts"]})
                if verdict.relative_gap <= min(bench.targets):
                    break
                if sum(tried["seconds"] for tried in record["ladder"]) > PATIENCE * bench.limit:
                    record["why"] = f"its ladder was left after {PATIENCE * bench.limit:.0f} s"
                    break
    except PeerFailed as failure:
        record["why"] = str(failure)
        record["status"] = "missing" if "missing" in str(failure) else "stopped"
    return record


def fastest(ladder: list[dict], target: float) -> dict | None:
    """The quickest setting whose judged gap meets the target."""
    good = [step for step in ladder if step["relative_gap"] <= target]
    return min(good, key=lambda step: step["seconds"]) if good else None


def choose(searched: list[dict], targets: tuple[float, ...]) -> None:
    """Adds "reached" to each record: for each target the chosen setting, or the best gap where none met it."""
    for record in searched:
        record["reached"] = []
        for target in targets:
            step = fastest(record["ladder"], target)
            entry = {"target": target, "setting": step and step["setting"], "turns": []}
            if step is None:
                entry["best_relative_gap"] = min((s["relative_gap"] for s in record["ladder"]), default=None)
            record["reached"].append(entry)


def count(bench: Bench, problem: Problem, folder: Path, searched: list[dict]) -> None:
    """Counted runs: `repeats` turns, in each one fresh process per peer and setting (which may serve two targets)."""
    runs = {}
    for record in searched:
        for entry in record["reached"]:
            if entry["setting"] is not None:
                runs.setdefault((record["peer"], json.dumps(entry["setting"])), []).append(entry)
    for turn in range(bench.repeats):
        bench.say(f"    turn {turn + 1} of {bench.repeats}: {len(runs)} runs")
        for (peer, _), entries in runs.items():
            try:
                with Worker(bench, folder, peer) as worker:
                    run, verdict = worker.fit(problem, entries[0]["setting"], warm=True)
            except PeerFailed as failure:
                for entry in entries:
                    entry["why"] = str(failure)
                continue
            seconds = {"turn": turn, "first": run["first"], "warm": statistics.median(run["warm"])}
            judged = {"objective": verdict.objective, "intercept_cost": verdict.intercept_cost,
                      "nonzeros": verdict.nonzeros}  # fmt: skip
            for entry in entries:
                entry["turns"].append(seconds | {"relative_gap": verdict.relative_gap})
                entry |= {"facts": run["facts"], "judged": judged}


def compare(searched: list[dict], problem: Problem, bandwidth: float) -> None:
    """Adds R and, turn by turn, the ratio to normball at the same target."""
    ours = {
        (entry["target"], turn["turn"]): turn["warm"]
        for record in searched if record["title"] == "normball"
        for entry in record["reached"]
        for turn in entry["turns"]
    }  # fmt: skip
    for record in searched:
        for entry in record["reached"]:
            if not entry["turns"]:
                continue
            entry["R"] = statistics.median(turn["warm"] for turn in entry["turns"]) * bandwidth / problem.bytes
            for turn in entry["turns"]:
                own = ours.get((entry["target"], turn["turn"]))
                turn["ratio"] = None if own is None else turn["warm"] / own


def run_problem(bench: Bench, problem: Problem, wanted: list[str], bandwidth: Callable[[], float]) -> dict:
    """Everything for one problem: files, search, counted turns, comparison."""
    n, p = problem.shape
    facts = {"name": problem.name, "title": problem.title, "n": n, "p": p, "bytes": problem.bytes,
             "stored": problem.stored,
             "lam": problem.lam, "l1_ratio": problem.l1_ratio}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="normball-bench-") as place:
        folder = problem.save(Path(place))
        searched = []
        for peer in [name for name in wanted if peers.kind(name) == problem.kind]:
            record = search(bench, problem, folder, peer)
            searched.append(record)
            best = min((step["relative_gap"] for step in record["ladder"]), default=None)
            climbed = "" if best is None else f"{len(record['ladder'])} settings, best gap {best:.1e}"
            notes = "; ".join(note for note in (climbed, record.get("why")) if note)
            bench.say(f"    {record['title']:32s} {record['status']:8s} {notes}")
        choose(searched, bench.targets)
        before = bandwidth()
        count(bench, problem, folder, searched)
        facts["bandwidth"] = max(before, bandwidth())
    compare(searched, problem, facts["bandwidth"])
    return facts | {"peers": searched}
