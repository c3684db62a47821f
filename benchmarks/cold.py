"""Cold start: wall time of a whole process that imports a library, fits 569 × 30 and stops; what it imported."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.harness import ROOT, Bench, PeerFailed
from benchmarks.judge import judge
from benchmarks.problems import standardised

TITLE = "Cold start, 569 × 30, standardised, L2, C = 1"
WATCHED = ("sklearn", "numba", "scipy", "scipy.optimize", "scipy.sparse", "pandas", "narwhals", "joblib")

LOAD = "import sys; import numpy as np; X = np.load(sys.argv[1]); y = np.load(sys.argv[2])\n"
TELL = """
if len(sys.argv) > 3:
    import json
    seen = [name for name in sys.argv[4].split(",") if name in sys.modules]
    json.dump({"coef": np.ravel(coef).tolist(), "intercept": float(np.ravel(intercept)[0]), "imported": seen,
               "modules": len(sys.modules)}, open(sys.argv[3], "w"))
"""
ESTIMATOR = """
from {package} import LogisticRegression
model = LogisticRegression().fit(X, y)
coef, intercept = model.coef_, model.intercept_
"""
SCRIPTS = {
    "numpy alone": "coef, intercept = np.zeros(X.shape[1]), 0.0\n",
    "normball.solve": "import normball\nsolution = normball.solve(X, y, lam=1 / len(y))\n"
    "coef, intercept = solution.coef, solution.intercept\n",
    "normball.LogisticRegression": ESTIMATOR.format(package="normball"),
    "sklearn LogisticRegression": ESTIMATOR.format(package="sklearn.linear_model"),
}
"""What each process runs between loading the data and stopping: the words a user would write."""

PROMISES = (
    ("normball.solve", "imports neither sklearn nor numba", lambda r: not {"sklearn", "numba"} & set(r["imported"])),
    ("normball.LogisticRegression", "at most 0.1 s over scikit-learn's (median of the pairs)",
     lambda r: r["over_sklearn"] <= 0.1),
)  # fmt: skip


def run(bench: Bench, turns: int) -> dict:
    """`turns` times one process of each kind, turn by turn. JSON-ready."""
    from sklearn.datasets import load_breast_cancer

    X, y = (np.asarray(part, dtype=np.float64) for part in load_breast_cancer(return_X_y=True))
    X = standardised(X)
    with tempfile.TemporaryDirectory(prefix="normball-cold-") as place:
        folder = Path(place)
        np.save(folder / "X.npy", X)
        np.save(folder / "y.npy", y)
        kinds = {}
        for kind in SCRIPTS:
            try:
                process(bench, folder, kind)  # fills the disk's and numba's caches: cold means a cold process
                seen = process(bench, folder, kind, tell=True)[1]
                verdict = judge(X, y, seen.pop("coef"), seen.pop("intercept"), lam=1 / y.size)
                kinds[kind] = {"relative_gap": verdict.relative_gap, "seconds": []} | seen
            except PeerFailed as failure:
                bench.say(f"    {kind}: {failure}")
        for _ in range(turns):
            for kind, record in kinds.items():
                record["seconds"].append(process(bench, folder, kind)[0])
    base = kinds.get("sklearn LogisticRegression")
    for record in kinds.values():
        if base:
            over = [a - b for a, b in zip(record["seconds"], base["seconds"], strict=True)]
            record["over_sklearn"] = statistics.median(over)
    return {"name": "cold", "title": TITLE, "kinds": kinds, "promises": promises(kinds)}


def process(bench: Bench, folder: Path, kind: str, tell: bool = False) -> tuple[float, dict]:
    """Wall seconds of one process; with `tell` also its coefficients and which of the watched modules it imported."""
    out = folder / "told.json"
    command = [str(bench.python), "-c", LOAD + SCRIPTS[kind] + TELL, str(folder / "X.npy"), str(folder / "y.npy")]
    command += [str(out), ",".join(WATCHED)] if tell else []
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=bench.environment, capture_output=True, text=True, timeout=bench.limit, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise PeerFailed(" ".join(done.stderr.strip().splitlines()[-1:]) or f"exit status {done.returncode}")
    return seconds, json.loads(out.read_text(encoding="utf-8")) if tell else {}


def versions(bench: Bench) -> dict:
    """Versions in the peers' environment."""
    code = "import json; from benchmarks.worker import versions; print(json.dumps(versions()))"
    done = subprocess.run(
        [str(bench.python), "-c", code], cwd=ROOT, env=bench.environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def promises(kinds: dict) -> list[dict]:
    """What the project promises about cold starts, and whether this run kept it."""
    return [
        {"who": who, "promise": words, "kept": bool(check(kinds[who]))}
        for who, words, check in PROMISES
        if who in kinds and (who != "normball.LogisticRegression" or "over_sklearn" in kinds[who])
    ]


def show(result: dict, say: Callable[[str], None] = print) -> None:
    say(f"    {'':30s} {'median':>8s} {'min':>8s} {'max':>8s} {'gap':>8s}  imported")
    for kind, record in result["kinds"].items():
        s = record["seconds"]
        say(f"    {kind:30s} {statistics.median(s):8.3f} {min(s):8.3f} {max(s):8.3f} {record['relative_gap']:8.1e}"
            f"  {', '.join(record['imported']) or '-'}")  # fmt: skip
    for line in result["promises"]:
        say(f"    {line['who']}: {line['promise']}: {'kept' if line['kept'] else 'NOT KEPT'}")
